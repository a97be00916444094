"""Numbers of the validation writers beside words, printed or written: what they count, a unit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.fields import Ink, in_row, of_one, on_plain, put
from benchmarks.number_sets import Item, text
from benchmarks.sets import SEED
from benchmarks.styles import high
from palote import data
from palote.data import Strokes
from palote.settings import Settings
from palote.train import draw

LABELLED = 200

AHEAD = (
    *("Total:", "a)", "kg", "No", "Nº", "€", "Date", "Tel.", "Importe", "Name", "Código", "Edad:"),
    *("Price", "Zip", "C.P.", "ID:", "Ref.", "Room", "Suma:", "Qty", "#", "&", "Best before"),
)
AFTER = ("kg", "€", "EUR", "cm", "km", "m²", "°C", "pcs", "uds.", "%", "años", "min", "g", "ml")


def labelled_numbers(settings: Settings) -> Iterator[Item]:
    """Write two to five digits of one writer, and a word ahead of them, after them, or both."""
    pens, letters = data.pen("validation", settings), data.pen_symbols("validation", settings)
    rng = np.random.default_rng([SEED, 12])
    for number in range(LABELLED):
        kind = ("printed words", "written words")[number % 2]
        height = rng.uniform(35, 60)
        pen = rng.uniform(0.05, 0.1) * height
        chosen = of_one(pens, int(rng.integers(2, 6)), rng)
        line = [in_row([pens[i] for i in chosen], height, rng)]
        sides = rng.choice(["ahead", "after", "both"])
        for side, words in (("ahead", AHEAD), ("after", AFTER)):
            if sides not in (side, "both"):
                continue
            if kind == "printed words":
                word = _printed(str(rng.choice(words)), height * rng.uniform(0.6, 1.1))
            else:
                word = _written(letters, height, pen, rng)
            beside = np.zeros((len(line[0]), word.shape[1]), np.float32)
            put(beside, word, round(0.8 * len(beside)) - len(word), 0)
            gap = np.zeros((len(beside), round(height * rng.uniform(0.5, 1.3))), np.float32)
            line = [beside, gap, *line] if side == "ahead" else [*line, gap, beside]
        picture = on_plain(np.hstack(line), (225, 250), (150, 215), rng)
        yield Item(picture, (text(pens, chosen),), "beside words", kind)


def _printed(word: str, size: float) -> Ink:
    """Print a word in Pillow's own font."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = (int(side) for side in font.getbbox(word))
    sheet = Image.new("L", (right - left + 4, bottom - top + 4))
    ImageDraw.Draw(sheet).text((2 - left, 2 - top), word, 255, font)
    return np.asarray(sheet, np.float32) / np.float32(255)


def _written(letters: Strokes, height: float, pen: float, rng: np.random.Generator) -> Ink:
    """Write some letters and signs of the validation writers side by side."""
    inks = []
    for number in rng.choice(len(letters), int(rng.integers(2, 6))):
        points, tall = letters[int(number)], height * rng.uniform(0.55, 0.9)
        longer = tall * float(np.ptp(high(points)[:, :2], axis=0).max())
        inks.append(draw.paint(points, min(longer, 1.6 * tall), pen))
    gap = round(0.12 * height)
    word = np.zeros((max(map(len, inks)), sum(ink.shape[1] + gap for ink in inks)), np.float32)
    left = 0
    for ink in inks:
        put(word, ink, len(word) - len(ink), left)
        left += ink.shape[1] + gap
    return word
