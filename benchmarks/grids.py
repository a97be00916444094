"""Numbers of the validation writers between lines: calendars, sudokus, narrow tables."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.fields import Ink, in_row, put
from benchmarks.number_sets import Item, full_writers, text
from benchmarks.sets import SEED, as_bytes, png
from palote import data
from palote.data import Strokes
from palote.settings import Settings

__all__ = ["grids"]

GRIDS = 60

Ends = tuple[tuple[float, float], tuple[float, float]]
"""x and y of both ends of a line."""

KINDS = ("a calendar", "a sudoku", "a grid of digits", "a narrow table")


def grids(settings: Settings) -> Iterator[Item]:
    """Calendars, sudokus, grids of digits, and tables whose lines the numbers touch.

    A third has printed lines, another these and is taken at an angle, in uneven light, and of
    the rest the lines are drawn by hand.
    """
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 19])
    full = np.array(full_writers(pens))
    for number in range(GRIDS):
        kind = KINDS[number % len(KINDS)]
        height = rng.uniform(28, 44)
        own = np.flatnonzero(pens.writers == rng.choice(full))
        rows, columns, cell = _shape(kind, height, rng)
        page, texts = _filled(kind, pens, own, (rows, columns), cell, height, rng)
        how = ("printed", "at an angle", "by hand")[number // len(KINDS) % 3]
        ends = _ends(page, (rows, columns), cell)
        if how == "by hand":
            _draw(page, ends, min(cell), rng)
        else:
            _rule(page, ends, kind == "a sudoku", rng)
        tones = rng.uniform(225, 250) - rng.uniform(150, 215) * page
        if how == "at an angle":
            tones = _from_above(tones, rng)
        tones = cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.4, 1.0))
        tones += rng.normal(0, rng.uniform(0.5, 4), tones.shape)
        yield Item(png(as_bytes(tones)), texts, "between lines", kind)


def _shape(
    kind: str, height: float, rng: np.random.Generator
) -> tuple[int, int, tuple[float, float]]:
    """Return how many rows and columns there are, and how wide and high a cell is."""
    if kind == "a calendar":
        return 5, 7, (height * rng.uniform(2.4, 3.4), height * rng.uniform(1.4, 2.4))
    if kind == "a sudoku":
        side = height * rng.uniform(1.35, 1.9)
        return 9, 9, (side, side)
    if kind == "a grid of digits":
        side = height * rng.uniform(1.4, 2.2)
        return int(rng.integers(2, 6)), int(rng.integers(2, 6)), (side, side)
    wide, high = height * rng.uniform(4, 6), height * rng.uniform(1.1, 1.5)
    return int(rng.integers(2, 6)), int(rng.integers(2, 5)), (wide, high)


def _filled(
    kind: str,
    pens: Strokes,
    own: np.ndarray,
    shape: tuple[int, int],
    cell: tuple[float, float],
    height: float,
    rng: np.random.Generator,
) -> tuple[Ink, tuple[str, ...]]:
    """Write into the cells; return the page and what stands on it."""
    wide, high = cell
    margin = height
    size = round(shape[0] * high + 2 * margin), round(shape[1] * wide + 2 * margin)
    page = np.zeros(size, np.float32)
    texts = []
    first, share = int(rng.integers(0, 7)), rng.uniform(0.25, 1.0)
    for number in range(shape[0] * shape[1]):
        down, across = divmod(number, shape[1])
        day = number - first + 1
        if kind == "a calendar":
            wanted = str(day) if 1 <= day <= 31 else ""
        elif kind == "a narrow table":
            wanted = "".join(str(digit) for digit in rng.integers(0, 10, rng.integers(1, 5)))
        else:
            wanted = str(rng.integers(1, 10))
            wanted = wanted if kind != "a sudoku" or rng.random() < share else ""
        if not wanted:
            continue
        chosen = [int(rng.choice(own[pens.labels[own] == digit])) for digit in wanted]
        ink = in_row([pens[i] for i in chosen], height, rng)
        room = (wide - ink.shape[1], high - ink.shape[0])
        out = 0.2 if kind == "a narrow table" else -0.15  # so far beyond the lines
        left = margin + across * wide + room[0] * rng.uniform(0.15, 0.85)
        top = margin + down * high + room[1] * rng.uniform(-out, 1 + out)
        top = float(np.clip(top, 0, size[0] - ink.shape[0]))
        put(page, ink, round(top), round(float(np.clip(left, 0, size[1] - ink.shape[1]))))
        texts.append(text(pens, chosen))
    return page, tuple(texts)


def _ends(
    page: Ink, shape: tuple[int, int], cell: tuple[float, float]
) -> tuple[list[Ends], list[Ends]]:
    """Return where the upright lines begin and end, from left to right, and the level ones."""
    wide, high = cell
    margin = (page.shape[1] - shape[1] * wide) / 2
    xs = [margin + wide * n for n in range(shape[1] + 1)]
    ys = [margin + high * n for n in range(shape[0] + 1)]
    upright = [((x, ys[0]), (x, ys[-1])) for x in xs]
    return upright, [((xs[0], y), (xs[-1], y)) for y in ys]


def _rule(
    page: Ink, ends: tuple[list[Ends], list[Ends]], thirds: bool, rng: np.random.Generator
) -> None:
    """Print lines, every third of a sudoku twice as thick."""
    thick, tone = int(rng.integers(1, 4)), rng.uniform(0.35, 0.95)
    printed = np.zeros_like(page)
    for own in ends:
        for number, (start, end) in enumerate(own):
            times = 2 if thirds and number % 3 == 0 else 1
            corners = [tuple(round(v) for v in point) for point in (start, end)]
            cv2.line(printed, corners[0], corners[1], tone, thick * times)
    np.maximum(page, printed, out=page)


def _draw(
    page: Ink, ends: tuple[list[Ends], list[Ends]], cell: float, rng: np.random.Generator
) -> None:
    """Draw lines by hand: none is straight, or ends where it should."""
    thick, tone, shaky = int(rng.integers(2, 5)), rng.uniform(0.7, 1), rng.uniform(1, 4)
    drawn = np.zeros_like(page)
    along = np.linspace(0, 1, 60)[:, None]
    for start, end in (*ends[0], *ends[1]):
        first, last = np.array(start), np.array(end)
        way = (last - first) / np.linalg.norm(last - first)
        across = np.array([-way[1], way[0]])
        ahead, behind = rng.uniform(-0.1, 0.25, 2) * cell
        points = first - way * ahead + (last - first + way * (ahead + behind)) * along
        waves = rng.normal(0, 0.6 * shaky) * np.ones_like(along)
        for wave in range(1, 5):
            waves += rng.normal(0, shaky / wave) * np.sin(np.pi * wave * along + rng.uniform(0, 6))
        line = np.rint((points + waves * across) * 8).astype(np.int32)
        cv2.polylines(drawn, [line], False, tone, thick, cv2.LINE_AA, 3)
    np.maximum(page, drawn, out=page)


def _from_above(tones: Ink, rng: np.random.Generator) -> Ink:
    """Turn the page a little, as if taken at an angle, and let light fall from one side."""
    height, width = tones.shape
    edge = round(0.08 * max(height, width))
    tones = cv2.copyMakeBorder(tones, *(edge,) * 4, cv2.BORDER_REPLICATE)
    height, width = tones.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.deg2rad(rng.uniform(-2.5, 2.5))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([width, height]) / 2
    moved = (corners - middle) @ matrix.T + middle
    moved += rng.uniform(-0.02, 0.02, (4, 2)) * (width, height)
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(
        tones, view, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    ys, xs = np.mgrid[0:height, 0:width]
    way = rng.uniform(0, 2 * np.pi)
    share = (xs * np.cos(way) + ys * np.sin(way)) / max(height, width)
    return np.asarray(seen * (1 - 0.25 * rng.random() * (share - share.min())), np.float32)
