"""Pictures with labels, as people would hand them in: files and encoded bytes.

Nothing of these was trained on: MNIST's test set, the last 5,000 pictures of its
training set, the validation pen writers, and the folders for validation only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.corruptions import CORRUPTIONS
from palote import data
from palote.data import HELD_OUT
from palote.settings import Settings
from palote.train import draw
from palote.train.curves import numbered
from palote.train.kinds import without_look_alikes

SEED = 7


@dataclass(frozen=True)
class Item:
    """One picture, what it shows ("" for no digit), and the set it belongs to."""

    image: bytes | Path
    label: str
    group: str


def png(pixels: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def as_bytes(tones: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Round tones, and keep them between 0 and 255."""
    return np.clip(np.rint(tones), 0, 255).astype(np.uint8)


def mnist_test(settings: Settings) -> Iterator[Item]:
    """MNIST's test set as 28x28 PNG files."""
    test = data.mnist("test", settings)
    for pixels, label in zip(test.pixels, test.labels, strict=True):
        yield Item(png(pixels), str(label), "MNIST test")


def pen_canvas(settings: Settings) -> Iterator[Item]:
    """Validation writers on a 280x280 canvas: any place, 35 to 85 % of it, pens of 6 to 22."""
    rng = np.random.default_rng(SEED)
    strokes = data.pen("validation", settings)
    for points, label in zip(strokes, strokes.labels, strict=True):
        yield Item(png(draw.anywhere(points, rng)), str(label), "pen writers on a canvas")


def forms(settings: Settings) -> Iterator[Item]:
    """Zeros, ones and sevens of the validation writers, as other schools write them.

    A stroke is added to each: the zero's slash, the seven's bar, the one's foot (and, where
    it is a plain stroke, its flag).
    """
    rng = np.random.default_rng(SEED)
    strokes = data.pen("validation", settings)
    for points, label in zip(strokes, strokes.labels, strict=True):
        added = {"0": _slash, "1": _foot, "7": _bar}.get(str(label))
        if added is not None:
            name, more = added(points, rng)
            yield Item(png(draw.anywhere(more, rng)), str(label), f"forms, {name}")


def _slash(
    points: NDArray[np.float32], rng: np.random.Generator
) -> tuple[str, NDArray[np.float32]]:
    over = rng.uniform(-0.05, 0.15)
    return "slashed zero", _with_stroke(points, [(1 + over, -over), (-over, 1 + over)])


def _bar(points: NDArray[np.float32], rng: np.random.Generator) -> tuple[str, NDArray[np.float32]]:
    at, tilt = rng.uniform(0.42, 0.62), rng.uniform(-0.1, 0.05)
    return "crossed seven", _with_stroke(points, [(0.1, at), (0.95, at + tilt)])


def _foot(points: NDArray[np.float32], rng: np.random.Generator) -> tuple[str, NDArray[np.float32]]:
    """Add a foot, and a flag to a plain stroke; widths are shares of the height."""
    height = float(np.ptp(points[:, 1]))
    reach = rng.uniform(0.12, 0.3) * height / max(float(np.ptp(points[:, 0])), 1e-3)
    lowest = points[np.argmax(points[:, 1])]
    foot = float((lowest[0] - points[:, 0].min()) / max(float(np.ptp(points[:, 0])), 1e-3))
    more = _with_stroke(points, [(foot - reach, 1.0), (foot + reach, 1.0)])
    if np.ptp(points[:, 0]) < 0.3 * height:
        top = points[np.argmin(points[:, 1])]
        flag = np.array(
            [(top[0] - rng.uniform(0.15, 0.3) * height, top[1] + 0.2 * height), top[:2]]
        )
        more = _and(more, flag)
    return "one with a foot", more


def _with_stroke(
    points: NDArray[np.float32], ends: list[tuple[float, float]]
) -> NDArray[np.float32]:
    """Add a straight stroke, its ends given in shares of the digit's box."""
    low, size = points[:, :2].min(axis=0), np.ptp(points[:, :2], axis=0)
    return _and(points, low + np.array(ends) * size)


def _and(points: NDArray[np.float32], ends: NDArray[np.floating]) -> NDArray[np.float32]:
    steps = np.linspace(0, 1, 12)[:, None]
    line = ends[0] + steps * (ends[1] - ends[0])
    return with_strokes(points, numbered([line]))


def with_strokes(points: NDArray[np.float32], more: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return strokes (k, 3) and others, which are numbered anew."""
    after = more + np.array([0, 0, points[:, 2].max() + 1 - more[:, 2].min()], np.float32)
    return np.vstack([points, after])


def wild(settings: Settings) -> Iterator[Item]:
    """Photos and screen drawings from public repositories, by kind."""
    folder = data.folder(settings) / "wild"
    for row in _rows(folder / "labels.csv"):
        yield Item(folder / row["file"], row["label"], f"wild {row['kind']}")


def wild_half(settings: Settings, odd: bool) -> Iterator[Item]:
    """The half of ``wild`` whose repositories sort odd (to look into) or even (totals only)."""
    folder = data.folder(settings) / "wild"
    rows = _rows(folder / "labels.csv")
    repositories = sorted({row["repo"] for row in rows})
    for row in rows:
        if (repositories.index(row["repo"]) % 2 == 0) == odd:
            group = f"wild, {'odd' if odd else 'even'} half"
            yield Item(folder / row["file"], row["label"], group)


def tight_crops(settings: Settings) -> Iterator[Item]:
    """Kept MNIST pictures, thickened, cropped to the ink, enlarged, either polarity."""
    rng = np.random.default_rng(SEED)
    kept = data.mnist("train", settings)
    for pixels, label in zip(
        kept.pixels[-HELD_OUT:][:2000], kept.labels[-HELD_OUT:][:2000], strict=True
    ):
        thick = cv2.dilate(pixels, np.ones((2, 2), np.uint8))
        x, y, width, height = cv2.boundingRect((thick > 64).astype(np.uint8))
        crop = thick[y : y + height, x : x + width]
        scale = rng.uniform(3, 10)
        large = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        dark = bool(rng.random() < 0.5)
        group = f"tight crops, {'dark' if dark else 'light'} ink"
        yield Item(png(255 - large if dark else large), str(label), group)


def lined_paper(settings: Settings) -> Iterator[Item]:
    """Kept MNIST pictures in printed frames, on ruled and on slanted squared paper."""
    rng = np.random.default_rng(SEED)
    kept = data.mnist("train", settings)
    for index in range(900):
        kind = ("framed", "ruled", "slanted grid")[index % 3]
        picture = _on_lines(kept.pixels[-1 - index], kind, rng)
        yield Item(png(picture), str(kept.labels[-1 - index]), f"MNIST on paper, {kind}")


def corrupted(settings: Settings, test: bool = False, each: int = 500) -> Iterator[Item]:
    """MNIST files under each corruption: of the kept pictures, or of the test set."""
    images = data.mnist("test" if test else "train", settings)
    pixels, labels = (images.pixels, images.labels)
    if not test:
        pixels, labels = pixels[-HELD_OUT:], labels[-HELD_OUT:]
    for number, (name, corrupt) in enumerate(CORRUPTIONS.items()):
        rng = np.random.default_rng([SEED, number])
        for index in rng.choice(len(pixels), each, replace=False):
            ink = corrupt(pixels[index].astype(np.float32) / 255, rng)
            picture = np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8)
            yield Item(png(picture), str(labels[index]), f"corrupted, {name}")


def not_digits(settings: Settings) -> Iterator[Item]:
    """Letters, symbols, objects, blank paper: nothing that could pass for a digit."""
    folder = data.folder(settings) / "not-digits"
    for row in _rows(folder / "labels.csv"):
        if row["looks_like_digit"] == "0":
            yield Item(folder / row["file"], "", "not-digits")
    rng = np.random.default_rng(SEED)
    symbols = without_look_alikes(data.pen_symbols("validation", settings))
    for points in symbols:
        yield Item(png(draw.anywhere(points, rng)), "", "letters")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _on_lines(pixels: NDArray[np.uint8], kind: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    side = 200
    scale = rng.uniform(3, 5.5)
    ink = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    frame = draw.place(ink.astype(np.float32) / 255, side, side, rng)
    lines = np.zeros((side, side), np.uint8)
    if kind == "framed":
        x, y, width, height = cv2.boundingRect((frame > 0.3).astype(np.uint8))
        gaps = rng.integers(2, 18, 4)
        corner = max(1, x - int(gaps[0])), max(1, y - int(gaps[1]))
        other = min(side - 2, x + width + int(gaps[2])), min(side - 2, y + height + int(gaps[3]))
        cv2.rectangle(lines, corner, other, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    else:
        gap, thick = int(rng.integers(22, 60)), int(rng.integers(1, 4))
        for at in range(int(rng.integers(0, gap)), side, gap):
            cv2.line(lines, (-side, at), (2 * side, at), 255, thick, cv2.LINE_AA)
            if kind == "slanted grid":
                cv2.line(lines, (at, -side), (at, 2 * side), 255, thick, cv2.LINE_AA)
        most = 12 if kind == "slanted grid" else 3
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-most, most), 1.4)
        lines = cv2.warpAffine(lines, turn, (side, side))
    picture = 1 - np.maximum(np.clip(frame, 0, 1), rng.uniform(0.35, 0.95) * lines / 255)
    noisy = 0.8 * picture + rng.normal(0, 0.01, picture.shape)
    return np.asarray(np.clip(noisy * 255, 0, 255), np.uint8)
