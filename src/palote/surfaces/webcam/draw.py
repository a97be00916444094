"""From a `View` to pixels: all that pygame draws, on any surface, with or without a screen."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from palote.result import Digit, Reading
from palote.surfaces.webcam.layout import Layout, Rect, fitted, layout
from palote.surfaces.webcam.pen import COLOURS, Pen
from palote.surfaces.webcam.steady import verdict
from palote.surfaces.webcam.view import View
from palote.surfaces.webcam.words import Words

MOST_LINES = 5
"""Numbers that are shown in full; the boxes show where there are more."""

__all__ = ["draw", "icon", "pixels_of"]


def draw(surface: pygame.Surface, view: View, words: Words, folder: str) -> Layout:
    """Draw the window.

    Args:
        surface: all of it.
        view: what is to be seen.
        words: texts of the person's language.
        folder: what the folder of the class folders is called.

    Returns:
        Where everything is.
    """
    shape = view.frame.pixels.shape if view.frame else (480, 640)
    places = layout(surface.get_size(), (shape[1], shape[0]))
    pen = Pen(surface, places.unit)
    surface.fill(COLOURS["desk"])
    _draw_frame(pen, places, view, words)
    _draw_answer(pen, places, view, words)
    _draw_bars(pen, places, view.reading, words)
    _draw_info(pen, places, view, words)
    _draw_counts(pen, places, view, words, folder)
    _draw_hints(pen, places.hints, words)
    if view.help:
        _draw_help(pen, places, words)
    if view.notice:
        colour = "bad" if view.notice.bad else "chalk"
        pen.banner(view.notice.text, places.stage, colour, at_top=False)
    return places


def pixels_of(surface: pygame.Surface) -> NDArray[np.uint8]:
    """Return a surface as uint8 (h, w, 3) RGB."""
    width, height = surface.get_size()
    content = pygame.image.tobytes(surface, "RGB")
    return np.frombuffer(content, np.uint8).reshape(height, width, 3)


def _draw_frame(pen: Pen, places: Layout, view: View, words: Words) -> None:
    pen.box(places.stage, "card")
    if view.frame is None:
        pen.text(view.trouble or words.waiting, places.stage, "muted", 20, "centre")
        return
    pen.picture(view.frame.pixels, places.frame)
    height, width = view.frame.pixels.shape[:2]
    share_x, share_y = places.frame.width / width, places.frame.height / height

    def placed(box: tuple[int, int, int, int], around: int) -> Rect:
        return Rect(
            places.frame.x + round(box[0] * share_x) - around,
            places.frame.y + round(box[1] * share_y) - around,
            round(box[2] * share_x) + 2 * around,
            round(box[3] * share_y) + 2 * around,
        )

    pen.surface.set_clip(places.frame)
    if view.area:
        pen.box(placed(view.area, 0), None, "chalk", 2)
    if view.reading:
        found = verdict(view.reading).kind
        colour = {"digit": "winner", "unsure": "unsure", "none": "bar"}[found]
        for box in view.boxes:
            # Digits of a number stand close together.
            around = placed(box, pen.scaled(1 if view.reading.lines else 6))
            pen.box(around, None, "desk", 5)
            pen.box(around, None, colour, 3)
    pen.surface.set_clip(None)
    if view.trouble:
        pen.banner(view.trouble, places.stage, "bad", at_top=True)
    elif view.frozen or view.area:
        said = words.frozen if view.frozen else words.part
        pen.banner(said, places.stage, "chalk", at_top=True)


def _draw_answer(pen: Pen, places: Layout, view: View, words: Words) -> None:
    room, reading = places.answer, view.reading
    line = pen.scaled(22)
    below = Rect(room.x, room.y + room.height, room.width, line)
    digit = reading.digits[0] if reading and reading.digits else None
    if reading is None:
        pen.text(words.reading, room, "muted", 24)
    elif reading.lines:
        _draw_number(pen, places, reading, words)
    elif verdict(reading).kind == "digit":
        pen.text(reading.text, room, "winner", 132)
        sure = words.sure.format(percent=words.percent(reading.confidence))
        pen.text(sure, below, "text", 18)
    elif verdict(reading).kind == "unsure":
        pen.text(reading.text, room, "unsure", 132)
        perhaps = words.perhaps.format(digit=digit.value) if digit else ""
        pen.text(f"{words.unsure}. {perhaps}", below, "unsure", 17)
    else:
        title = Rect(room.x, room.y, room.width, room.height // 2)
        number = view.expect == "number"
        pen.text(words.no_number if number else words.no_digit, title, "muted", 30)
        rest = Rect(room.x, title.y + title.height, room.width, room.height // 2)
        todo = words.no_number_here if number else words.empty
        pen.lines(words.not_digit if digit else todo, rest, "muted", 16)
    if reading is not None and reading.lines:
        return
    caption = Rect(places.ink.x, places.ink.y + places.ink.height, places.ink.width, line)
    pen.box(places.ink, "card", "edge")
    pen.text(words.sees, caption, "muted", 13, "centre")
    if digit:
        _draw_ink(pen, places.ink, digit)


def _draw_number(pen: Pen, places: Layout, reading: Reading, words: Words) -> None:
    """Show the numbers over the whole width: no one patch is what the network saw."""
    width = places.ink.x + places.ink.width - places.answer.x
    sure = reading.status == "ok"
    colour = "winner" if sure else "unsure"
    rows = [line.raw for line in reading.lines][:MOST_LINES]
    high = places.answer.height // len(rows)
    for place, raw in enumerate(rows):
        room = Rect(places.answer.x, places.answer.y + place * high, width, high)
        pen.text(raw, room, colour, min(110, high / pen.unit * 0.8))
    below = Rect(places.answer.x, places.answer.y + places.answer.height, width, pen.scaled(22))
    told = words.sure.format(percent=words.percent(reading.confidence))
    if not sure:
        others = reading.alternatives
        perhaps = f". {words.perhaps.format(digit=others[0].raw)}" if others else ""
        told = words.unsure + perhaps
    pen.text(told, below, "text" if sure else "unsure", 18)


def _draw_texts(pen: Pen, places: Layout, reading: Reading, words: Words) -> None:
    """Show what the number may be, or how sure each of several is, in place of the ten bars."""
    several = len(reading.lines) > 1
    pen.text(words.lines if several else words.texts, places.heading, "muted", 15)
    if several:
        shares = [(line.raw, line.confidence) for line in reading.lines]
    else:
        shares = [(other.raw, other.probability) for other in reading.alternatives]
    figure, colour = pen.scaled(72), "winner" if reading.status == "ok" else "unsure"
    for place, ((raw, share), room) in enumerate(zip(shares, places.bars[::2], strict=False)):
        written = Rect(room.x + room.width - figure, room.y, figure, room.height)
        pen.text(raw, Rect(room.x, room.y, room.width - figure, room.height), "text", 18)
        shade = colour if place == 0 or several else "muted"
        pen.text(words.percent(share), written, shade, 16, "right")
        thick = max(2, room.height // 3)
        track = Rect(room.x, room.y + room.height + thick // 2, room.width, thick)
        pen.box(track, "track")
        filled = Rect(track.x, track.y, max(2, round(track.width * share)), thick)
        pen.box(filled, colour if place == 0 or several else "bar")


def _draw_ink(pen: Pen, room: Rect, digit: Digit) -> None:
    """Show exactly what the network saw: every pixel of it a square."""
    ink = np.rint(np.atleast_3d(digit.ink) * 255).astype(np.uint8)
    pixels = np.repeat(ink, 3, axis=2) if ink.shape[2] == 1 else ink
    side = pixels.shape[0]
    times = max(1, (min(room.width, room.height) - 2) // side)
    inside = fitted((1, 1), room)
    enlarged = side * times if side * times <= inside.width else inside.width - 2
    offset = (inside.width - enlarged) // 2
    pen.picture(pixels, Rect(inside.x + offset, inside.y + offset, enlarged, enlarged))


def _draw_bars(pen: Pen, places: Layout, reading: Reading | None, words: Words) -> None:
    if reading and reading.lines:
        _draw_texts(pen, places, reading, words)
        return
    pen.text(words.bars, places.heading, "muted", 15)
    digit = reading.digits[0] if reading and reading.digits else None
    kind = verdict(reading).kind if reading else "none"
    name, figure = pen.scaled(26), pen.scaled(72)
    for value, room in enumerate(places.bars):
        share = float(digit.probabilities[value]) if digit else 0.0
        best = digit is not None and kind != "none" and digit.value == str(value)
        colour = {"digit": "winner", "unsure": "unsure", "none": "bar"}[kind] if best else "bar"
        pen.text(str(value), Rect(room.x, room.y, name, room.height), "text", 18)
        length = room.width - name - figure
        thick = max(2, room.height - pen.scaled(8))
        track = Rect(room.x + name, room.y + (room.height - thick) // 2, length, thick)
        pen.box(track, "track")
        if round(length * share) > 0:
            filled = Rect(track.x, track.y, max(2, round(length * share)), thick)
            pen.box(filled, colour if kind != "none" else "edge")
        if digit:
            written = Rect(room.x + room.width - figure, room.y, figure, room.height)
            shade = colour if best else "muted"
            pen.text(words.percent(share), written, shade, 16, "right")


def _draw_info(pen: Pen, places: Layout, view: View, words: Words) -> None:
    model = words.model.format(model=view.model)
    if view.loading and view.loading != view.model:
        model = words.loading.format(model=view.loading)
    speed = f"{words.number(view.delay_ms)}"
    lines = (
        words.looks_for[view.expect],
        model,
        words.fps.format(fps=words.number(view.fps, 1)),
        words.delay.format(ms=speed),
    )
    step = places.info.height // len(lines)
    for number, line in enumerate(lines):
        room = Rect(places.info.x, places.info.y + number * step, places.info.width, step)
        pen.text(line, room, "text" if number == 0 else "muted", 15)


def _draw_counts(pen: Pen, places: Layout, view: View, words: Words, folder: str) -> None:
    title = words.collection.format(folder=folder, count=sum(view.counts))
    pen.text(title, places.collection, "muted", 15)
    for digit, room in enumerate(places.counts):
        latest = digit == view.latest
        pen.box(room, "card", "chalk" if latest else "edge")
        name = Rect(room.x, room.y, round(room.width * 0.36), room.height)
        pen.box(name, "chalk" if latest else "track")
        pen.text(str(digit), name, "desk" if latest else "text", 18, "centre")
        count = Rect(name.x + name.width, room.y, room.width - name.width, room.height)
        pen.text(str(view.counts[digit]), count, "chalk" if latest else "muted", 18, "centre")


def _draw_hints(pen: Pen, room: Rect, words: Words) -> None:
    x, gap = room.x, pen.scaled(6)
    for key, meaning in words.hints:
        for text, colour, after in ((key, "chalk", gap), (meaning, "muted", 4 * gap)):
            left = Rect(x, room.y, room.x + room.width - x, room.height)
            x = pen.text(text, left, colour, 15).right + after


def _draw_help(pen: Pen, places: Layout, words: Words) -> None:
    stage = places.stage
    step, pad = pen.scaled(34), pen.scaled(18)
    height = min(stage.height, step * (len(words.key_list) + 1) + 2 * pad)
    room = Rect(stage.x, stage.y + (stage.height - height) // 2, stage.width, height)
    pen.box(room, "card", "edge")
    inner = Rect(room.x + pad, room.y + pad, room.width - 2 * pad, step)
    pen.text(words.keys, inner, "text", 22)
    for number, (key, meaning) in enumerate(words.key_list, 1):
        y, column = inner.y + step * number, pen.scaled(110)
        pen.text(key, Rect(inner.x, y, column, step), "chalk", 17)
        pen.text(meaning, Rect(inner.x + column, y, inner.width - column, step), "text", 17)


def icon() -> pygame.Surface:
    """Return the window's icon: three palotes, the strokes that children practise."""
    side = 64
    surface = pygame.Surface((side, side), pygame.SRCALPHA)
    pygame.draw.rect(surface, COLOURS["card"], (0, 0, side, side), border_radius=14)
    for x in (14, 28, 42):
        pygame.draw.line(surface, COLOURS["chalk"], (x + 8, 14), (x, 50), 6)
    return surface
