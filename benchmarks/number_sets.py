"""Pictures of whole numbers with what stands on them; nothing of these was trained on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import SIDE, on_desk
from benchmarks.sets import SEED, png, with_strokes
from benchmarks.styles import Points, high, with_sign
from palote import data
from palote.data import Strokes
from palote.settings import Settings
from palote.train import draw

COMPOSED, SIGNED, SHEETS = 300, 200, 100


@dataclass(frozen=True)
class Item:
    """One picture and the numbers on it, from top to bottom."""

    image: bytes
    lines: tuple[str, ...]
    group: str
    kind: str


def cheques(settings: Settings) -> Iterator[Item]:
    """Amounts on cheques."""
    for content, row in _labelled(data.folder(settings) / "cheques"):
        yield Item(content, (row["label"],), "cheques", "cheques")


def numbers(settings: Settings) -> Iterator[Item]:
    """Numbers on paper, on screen and in the boxes of forms."""
    for content, row in _labelled(data.folder(settings) / "numbers"):
        yield Item(content, tuple(row["label"].split("|")), "numbers", f"numbers, {row['kind']}")


def _labelled(folder: Path) -> Iterator[tuple[bytes, dict[str, str]]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield (folder / row["file"]).read_bytes(), row


def composed(settings: Settings) -> Iterator[Item]:
    """Five digits of one writer for validation: apart, or two of them touching or overlapping."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng(SEED)
    full = full_writers(pens)
    for number in range(COMPOSED):
        kind = ("apart", "touching", "overlapping")[number % 3]
        own = _of_one(pens, np.array(full), rng)
        chosen = [int(i) for i in rng.choice(own, 5)]
        height, width = rng.uniform(30, 110), rng.uniform(0.05, 0.14)
        inks = [draw.paint(pens[i], *_pen(pens[i], height, width)) for i in chosen]
        line = _joined(inks, kind, height, rng)
        margin = int(height * rng.uniform(0.15, 0.8))
        ink = np.pad(line, margin)
        paper = rng.random() < 0.5
        picture = draw.paper(ink, rng, ruled=False) if paper else draw.canvas(ink, dark=True)
        yield Item(png(picture), (text(pens, chosen),), "composed", f"composed, {kind}")


def signed(settings: Settings) -> Iterator[Item]:
    """Three digits of one writer for validation, apart, beside a sign."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 2])
    for _ in range(SIGNED):
        own = _of_one(pens, np.unique(pens.writers), rng)
        chosen = [int(i) for i in rng.choice(own, 3)]
        line = with_sign(_row([pens[i] for i in chosen], rng), rng)
        height = rng.uniform(40, 110)
        longer = height * float(np.ptp(line[:, :2], axis=0).max())
        ink = draw.paint(line, longer, max(1.5, height * rng.uniform(0.05, 0.12)))
        picture = draw.canvas(np.pad(ink, int(height * rng.uniform(0.15, 0.8))), dark=True)
        yield Item(png(picture), (text(pens, chosen),), "signed", "beside a sign")


def on_a_sheet(settings: Settings) -> Iterator[Item]:
    """Three to five digits of one writer for validation, on a sheet or a note on a desk."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 4])
    for _ in range(SHEETS):
        own = _of_one(pens, np.unique(pens.writers), rng)
        chosen = [int(i) for i in rng.choice(own, int(rng.integers(3, 6)))]
        line = _row([pens[i] for i in chosen], rng)
        width, height = np.ptp(line[:, :2], axis=0)
        size = min(rng.uniform(0.12, 0.2), 0.8 * height / width) * SIDE
        ink = draw.paint(line, size * width / height, max(3.0, size * rng.uniform(0.06, 0.12)))
        picture = on_desk(ink, str(rng.choice(["sheet", "note", "card"])), rng)
        yield Item(picture, (text(pens, chosen),), "on a sheet", "on a sheet on a desk")


def full_writers(pens: Strokes) -> list[np.str_]:
    """Return those who wrote every digit."""
    return [
        writer
        for writer in np.unique(pens.writers)
        if len(set(pens.labels[pens.writers == writer])) == 10
    ]


def _of_one(pens: Strokes, writers: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the numbers of all digits of one of some writers."""
    return np.flatnonzero(pens.writers == rng.choice(writers))


def text(pens: Strokes, chosen: list[int]) -> str:
    return "".join(str(pens.labels[i]) for i in chosen)


def _row(digits: list[Points], rng: np.random.Generator) -> Points:
    """Set digits, each 1 high, side by side."""
    line = high(digits[0])
    for digit in digits[1:]:
        right = float(line[:, 0].max()) + rng.uniform(0.15, 0.5)
        line = with_strokes(line, high(digit) + np.array([right, 0, 0], np.float32))
    rng.uniform()  # the room after the last
    return line


def _pen(points: NDArray[np.float32], height: float, width: float) -> tuple[float, float]:
    """Return the longer side that gives a height, and the width of the pen."""
    sides = np.ptp(points[:, :2], axis=0)
    high = max(float(sides[1]), 1e-3)
    # Nobody's dash is as wide as a word: a flat stroke keeps to two heights.
    return min(height * max(float(sides.max()) / high, 1.0), 2 * height), max(1.5, width * height)


def _joined(
    inks: list[NDArray[np.float32]], kind: str, height: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Set digits side by side on one baseline."""
    tallest = max(ink.shape[0] for ink in inks)
    line = np.zeros((tallest, 0), np.float32)
    near = set(rng.choice(np.arange(1, len(inks)), 2, replace=False).tolist())
    for place, ink in enumerate(inks):
        glyph = np.pad(ink, ((tallest - ink.shape[0], 0), (0, 0)))
        columns = np.flatnonzero((glyph > 0.2).any(axis=0))
        glyph = glyph[:, columns[0] : columns[-1] + 1]
        step = _step(line, glyph, kind if place in near else "apart", height, rng)
        width = max(line.shape[1], step + glyph.shape[1])
        line = np.pad(line, ((0, 0), (0, width - line.shape[1])))
        part = line[:, step : step + glyph.shape[1]]
        np.maximum(part, glyph, out=part)
    return line


def _step(
    line: NDArray[np.float32],
    glyph: NDArray[np.float32],
    kind: str,
    height: float,
    rng: np.random.Generator,
) -> int:
    """Return where the next digit begins."""
    end = line.shape[1]
    if end == 0:
        return 0
    if kind == "apart":
        return int(end + height * rng.uniform(0.06, 0.5))
    # Move in until ink meets ink; overlapping digits go on a little.
    step = end + 2
    while step > max(0, end - 0.5 * glyph.shape[1]) and not _meet(line, glyph, step):
        step -= 1
    if kind == "overlapping":
        step -= int(height * rng.uniform(0.02, 0.1))
    return int(max(0, step))


def _meet(line: NDArray[np.float32], glyph: NDArray[np.float32], step: int) -> bool:
    shared = line[:, step:]
    own = glyph[:, : shared.shape[1]]
    return bool(((shared[:, : own.shape[1]] > 0.3) & (own > 0.3)).any())


SETS: dict[str, Callable[[Settings], Iterator[Item]]] = {
    "cheques": cheques,
    "numbers": numbers,
    "composed": composed,
    "signed": signed,
    "on_a_sheet": on_a_sheet,
}
