"""One picture for people: how an answer came about, from the photo to the ten numbers.

Drawn with Pillow and its own font alone, so that it looks the same everywhere. That
font knows no accents, so that the words are English and no file name is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import palote
from palote.result import AGAINST, FOR, Reading, Stage, overlay

__all__ = ["CARD", "INNER", "Looked", "draw_poster"]

Colour = tuple[int, int, int]

DESK: Colour = (244, 238, 224)
CARD: Colour = (255, 253, 246)
EDGE: Colour = (217, 207, 184)
TRACK: Colour = (236, 229, 211)
TEXT: Colour = (36, 42, 61)
MUTED: Colour = (87, 93, 115)
PENCIL: Colour = (152, 160, 184)
INK: Colour = (29, 59, 143)
UNSURE: Colour = (138, 79, 0)
BAD: Colour = (163, 38, 42)
"""The page's colours by day (css/base.css)."""

WIDTH, MARGIN, PAD, GAP = 1400, 40, 32, 24
INNER = WIDTH - 2 * (MARGIN + PAD)
"""Width of what lies on a card as wide as the poster, in pixels."""
VIEW = 308
"""Side of the network's view, in pixels: eleven for each of 28."""
BARS = INNER - 2 * PAD - 2 * GAP - 2 * VIEW
BELOW = 106
"""Room for the words below the network's view, in pixels."""

STAGES = {
    "original": ("Original", "the picture, upright"),
    "evened": ("Even light", "shadows taken out"),
    "binary": ("Ink or paper", "each point decided"),
    "binary28": ("Shrunk", "still black or white"),
    "centred": ("Centred", "balanced on its weight"),
}
HEADS = {
    "ok": ("{value}", "This is {a_value}", "{share} sure", INK),
    "unsure": ("?", "Perhaps {a_value}", "Not sure: {share}", UNSURE),
    "not_digit": ("x", "No digit, it seems", "The nearest would be {a_value}: {share}", BAD),
}
"""Status -> sign, headline, the line below it, colour of the sign."""


@dataclass(frozen=True, eq=False)
class Looked:
    """Which ink spoke for one digit: float32 (size, size) in [-1, 1]."""

    value: str
    saliency: NDArray[np.float32]


def draw_poster(
    reading: Reading, looked: Sequence[Looked], inside: NDArray[np.uint8] | None, note: str
) -> Image.Image:
    """Draw the poster of a reading.

    Args:
        reading: with a digit, and with its stages.
        looked: which ink spoke for two digits, drawn side by side.
        inside: uint8 (h, INNER, 3) RGB, the feature maps, if there are any.
        note: what to know about the feature maps, or why there are none.
    """
    parts = [
        _head(reading),
        _card(_way(reading.stages)),
        _beside(_card(_bars(reading)), _card(_looks(reading, looked))),
        _card(_inside(inside, note)),
        _foot(reading),
    ]
    height = sum(part.height for part in parts) + GAP * (len(parts) - 1) + 2 * MARGIN
    poster = Image.new("RGB", (WIDTH, height), DESK)
    y = MARGIN
    for part in parts:
        poster.paste(part, (MARGIN, y))
        y += part.height + GAP
    return poster


def _head(reading: Reading) -> Image.Image:
    digit = reading.digits[0]
    sign, headline, sure, colour = HEADS[reading.status]
    share = _percent(digit.confidence)
    words = {"value": digit.value, "a_value": _with_article(digit.value), "share": share}
    part, draw = _blank(WIDTH - 2 * MARGIN, 130, DESK)
    _text(draw, (52, 65), sign.format(**words), 150, colour, "mm", bold=True)
    _text(draw, (130, 42), headline.format(**words), 50, TEXT, "lm", bold=True)
    _text(draw, (132, 98), sure.format(**words), 30, MUTED, "lm")
    _text(draw, (part.width, 42), "Palote", 36, INK, "rm", bold=True)
    _text(draw, (part.width, 98), "How the answer came about", 22, MUTED, "rm")
    return part


def _way(stages: Sequence[Stage]) -> Image.Image:
    side = (INNER - (len(stages) - 1) * GAP) // len(stages)
    size = stages[-1].image.shape[0]
    part, draw = _titled(INNER, side + 66, f"From the picture to {size}x{size}")
    for number, stage in enumerate(stages):
        x, y = number * (side + GAP), _TITLE
        part.paste(_framed(stage.image, side), (x, y))
        title, text = STAGES[stage.name]
        _text(draw, (x, y + side + 22), f"{number + 1}. {title}", 21, TEXT, "lm", bold=True)
        _text(draw, (x, y + side + 50), text, 19, MUTED, "lm")
    return part


def _bars(reading: Reading) -> Image.Image:
    probabilities = reading.digits[0].probabilities
    best = int(reading.digits[0].value)
    strong = INK if reading.status == "ok" else MUTED
    row = (VIEW + BELOW) // 10
    part, draw = _titled(BARS, VIEW + BELOW, "If it is a digit, which one?")
    for value, share in enumerate(probabilities):
        y, end = _TITLE + value * row + row // 2, BARS - 96
        _text(draw, (10, y), str(value), 24, TEXT, "mm", bold=value == best)
        draw.rounded_rectangle((36, y - 10, end, y + 10), 9, TRACK)
        filled = 36 + float(share) * (end - 36)
        if filled > 38:
            draw.rounded_rectangle(
                (36, y - 10, filled, y + 10), 9, strong if value == best else PENCIL
            )
        colour = TEXT if value == best else MUTED
        _text(draw, (BARS, y), _percent(share), 22, colour, "rm", bold=value == best)
    return part


def _looks(reading: Reading, looked: Sequence[Looked]) -> Image.Image:
    ink = reading.digits[0].ink
    grey = np.rint((ink if ink.ndim == 2 else ink.max(axis=2)) * 255).astype(np.uint8)
    width = len(looked) * VIEW + (len(looked) - 1) * GAP
    part, draw = _titled(width, VIEW + BELOW, "Where it looked")
    for number, one in enumerate(looked):
        x = number * (VIEW + GAP)
        view = Image.fromarray(grey).convert("RGBA")
        view = Image.alpha_composite(view, Image.fromarray(overlay(one.saliency)))
        part.paste(_framed(np.asarray(view.convert("RGB")), VIEW), (x, _TITLE))
        title = f"Is it {_with_article(one.value)}?"
        _text(draw, (x, _TITLE + VIEW + 22), title, 21, TEXT, "lm", bold=True)
        share = f"{_percent(reading.digits[0].probabilities[int(one.value)])}"
        _text(draw, (x + VIEW, _TITLE + VIEW + 22), share, 21, MUTED, "rm")
    y = _TITLE + VIEW + 60
    x = _swatch(draw, 0, y, FOR, "ink that speaks for it")
    _swatch(draw, x + GAP, y, AGAINST, "ink that speaks against it")
    text = "Each spot of ink was wiped away, and the network asked again."
    _text(draw, (0, y + 34), text, 19, MUTED, "lm")
    return part


def _inside(inside: NDArray[np.uint8] | None, note: str) -> Image.Image:
    height = 24 if inside is None else 40 + inside.shape[0]
    part, draw = _titled(INNER, height, "Inside the network: what each filter makes of it")
    _text(draw, (0, _TITLE + 10), note, 19, MUTED, "lm")
    if inside is not None:
        part.paste(Image.fromarray(inside), (0, _TITLE + 40))
    return part


def _foot(reading: Reading) -> Image.Image:
    part, draw = _blank(WIDTH - 2 * MARGIN, 26, DESK)
    model = reading.model.encode("ascii", "replace").decode("ascii")
    text = f"Palote {palote.__version__}, model {model}. Occlusion: Zeiler and Fergus, 2014."
    _text(draw, (0, 13), text, 18, MUTED, "lm")
    return part


_TITLE = 52
"""Height of a card's title, in pixels."""


def _titled(width: int, height: int, title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    part, draw = _blank(width, _TITLE + height, CARD)
    _text(draw, (0, 14), title, 27, TEXT, "lm", bold=True)
    return part, draw


def _blank(width: int, height: int, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), colour)
    return image, ImageDraw.Draw(image)


def _card(content: Image.Image) -> Image.Image:
    part, draw = _blank(content.width + 2 * PAD, content.height + 2 * PAD, DESK)
    draw.rounded_rectangle((0, 0, part.width - 1, part.height - 1), 16, CARD, EDGE)
    part.paste(content, (PAD, PAD))
    return part


def _beside(left: Image.Image, right: Image.Image) -> Image.Image:
    part, _ = _blank(WIDTH - 2 * MARGIN, max(left.height, right.height), DESK)
    part.paste(left, (0, 0))
    part.paste(right, (part.width - right.width, 0))
    return part


def _framed(image: NDArray[np.uint8], side: int) -> Image.Image:
    """Fit a picture into a square, keeping its aspect; small ones show their pixels."""
    frame, draw = _blank(side, side, TRACK)
    picture = Image.fromarray(image).convert("RGB")
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    how = Image.Resampling.NEAREST if scale > 4 else Image.Resampling.LANCZOS
    frame.paste(picture.resize(size, how), ((side - size[0]) // 2, (side - size[1]) // 2))
    draw.rectangle((0, 0, side - 1, side - 1), outline=EDGE)
    return frame


def _swatch(draw: ImageDraw.ImageDraw, x: int, y: int, colour: Colour, text: str) -> int:
    """Draw one entry of the legend; return where it ends."""
    draw.rounded_rectangle((x, y - 9, x + 18, y + 9), 4, colour, TEXT)
    _text(draw, (x + 28, y), text, 19, TEXT, "lm")
    return x + 28 + round(draw.textlength(text, ImageFont.load_default(19)))


def _text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: Colour,
    anchor: str,
    bold: bool = False,
) -> None:
    # The built-in font has one weight; a thin outline makes the other.
    stroke = size / 70 if bold else 0
    font = ImageFont.load_default(size)
    draw.text(at, text, colour, font, anchor, stroke_width=stroke, stroke_fill=colour)


def _with_article(value: str) -> str:
    return f"an {value}" if value == "8" else f"a {value}"


def _percent(share: float) -> str:
    """Return a share in per cent, never rounded up to a certainty that no network has."""
    return f"{floor(min(float(share), 0.9999) * 1000 + 1e-6) / 10:.1f} %"
