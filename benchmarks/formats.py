"""Numbers of the validation writers as they stand in life: dates, times, money, measures.

The signs are drawn here, not as training draws them, in simple lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.fields import on_plain, put
from benchmarks.number_sets import Item, full_writers
from benchmarks.sets import SEED
from benchmarks.styles import Points, high
from palote import data
from palote.data import Strokes
from palote.settings import Settings
from palote.train import draw
from palote.train.curves import Stroke, numbered, smooth

OF_EACH = 60
"""Numbers of each kind."""

FORMATS = {
    "dates with slashes": ("##/##/20##", "#/#/##", "##/##/##", "#/##"),
    "dates, dashes and dots": ("##-##-20##", "#-#-##", "##.##.20##", "#.#.##"),
    "times": ("##:##", "#:##", "##:##:##", "##h##", "#h"),
    "money": ("$##", "$ ##.##", "$###", "##€", "##,## €", "€ ##", "#.###,##", "#,###.##"),
    "measures": ("##kg", "##m", "##cm", "###g", "##km", "## kg", "##%", "##.#%", "##°", "##°c"),
    "spaced": ("### ## ## ##", "+## ### ### ###", "###-###-####", "## ## ## ##"),
    "crossed out, and anew": ("x## ##", "x### ###", "x#### ####"),
}
"""Kind -> what is written, # for a digit; after an x, digits are crossed out up to the space."""


def formats(settings: Settings) -> Iterator[Item]:
    """Write numbers of one writer each in every format."""
    pens = data.pen("validation", settings)
    full = full_writers(pens)
    rng = np.random.default_rng([SEED, 14])
    for kind, ways in FORMATS.items():
        for _ in range(OF_EACH):
            own = np.flatnonzero(pens.writers == rng.choice(full))
            ink, digits = _written(str(rng.choice(ways)), pens, own, rng)
            picture = on_plain(ink, (215, 250), (140, 205), rng)
            yield Item(picture, (digits,), "in formats", kind)


def _written(
    way: str, pens: Strokes, own: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.float32], str]:
    """Write a number in one of the formats; return its ink, and the digits that count."""
    height = rng.uniform(32, 60)
    pen = rng.uniform(0.05, 0.1) * height
    marks: list[Points] = []
    digits, right = "", 0.0
    crossing = way.startswith("x")
    for character in way[crossing:]:
        if character == " ":
            if crossing:
                marks.append(_crossed(-0.15, right + 0.1, rng))
                crossing, digits = False, ""
            right += rng.uniform(0.4, 0.8)
            continue
        if character == "#" or character.isdigit():
            known = own if character == "#" else own[pens.labels[own] == character]
            chosen = int(rng.choice(known))
            points = high(pens[chosen])
            points[:, :2] *= rng.uniform(0.88, 1.08)
            points[:, 1] += rng.normal(0, 0.04) - points[:, 1].max()
            digits += str(pens.labels[chosen])
        else:
            points = numbered(SIGNS[character](rng))
            points[:, :2] += rng.normal(0, 0.015, (len(points), 2)).astype(np.float32)
        points[:, 0] += right - points[:, 0].min()
        right = float(points[:, 0].max()) + rng.uniform(0.08, 0.28)
        marks.append(points.astype(np.float32))
    return _drawn(marks, height, pen), digits


def _drawn(marks: list[Points], height: float, pen: float) -> NDArray[np.float32]:
    """Draw what stands on a baseline at 0, in heights of a digit."""
    low = np.min([points[:, :2].min(axis=0) for points in marks], axis=0)
    top = np.max([points[:, :2].max(axis=0) for points in marks], axis=0)
    around = draw.margin(pen)
    wide, high_ = np.ceil((top - low) * height).astype(int) + 4 * around
    page = np.zeros((high_, wide), np.float32)
    for points in marks:
        longer = max(1.0, height * float(np.ptp(points[:, :2], axis=0).max()))
        corner = np.rint((points[:, :2].min(axis=0) - low) * height).astype(int) + around
        put(page, draw.paint(points, longer, pen), int(corner[1]), int(corner[0]))
    return page


def _crossed(left: float, right: float, rng: np.random.Generator) -> Points:
    """Return a line through what stands between two places, two, or to and fro."""
    kind = rng.random()
    if kind < 0.7:
        ends = rng.normal(-0.5, 0.1, (1 if kind < 0.4 else 2, 2))
        return numbered([np.array([(left, a), (right, b)]) for a, b in ends])
    count = int((right - left) * rng.uniform(2.5, 4)) + 3
    x = np.linspace(left, right, count)
    y = -0.5 + 0.4 * np.where(np.arange(count) % 2, 1, -1) * rng.uniform(0.7, 1.1, count)
    return numbered([np.column_stack([x, y])])


def _slash(rng: np.random.Generator) -> list[Stroke]:
    top, bottom, wide = -rng.uniform(0.95, 1.35), rng.uniform(-0.05, 0.25), rng.uniform(0.25, 0.6)
    return [np.array([(wide, top), (0, bottom)])]


def _ring(x: float, y: float, wide: float, tall: float) -> Stroke:
    angles = np.linspace(-0.8, 5.6, 16)
    return np.column_stack([x + wide * np.cos(angles), y - tall * np.sin(angles)])


DOLLAR = [(0.45, -0.8), (0.3, -0.98), (0.05, -0.88), (0.1, -0.6), (0.42, -0.4), (0.44, -0.1)]
DOLLAR += [(0.2, 0.02), (0.0, -0.16)]

SIGNS: dict[str, Callable[[np.random.Generator], list[Stroke]]] = {
    "/": _slash,
    "-": lambda rng: [np.array([(0, -0.5), (rng.uniform(0.25, 0.5), -0.5)])],
    ".": lambda rng: [np.array([(0, -0.03), (0.02, -0.02)])],
    ",": lambda rng: [np.array([(0.08, -0.1), (0.08, 0.02), (-0.04, 0.2)])],
    ":": lambda rng: [np.array([(0, y), (0.02, y)]) for y in (-0.15, -rng.uniform(0.5, 0.7))],
    "+": lambda rng: [np.array([(0, -0.45), (0.5, -0.45)]), np.array([(0.25, -0.7), (0.25, -0.2)])],
    "%": lambda rng: [
        np.array([(0.6, -1), (0, 0)]),
        _ring(0.12, -0.8, 0.12, 0.14),
        _ring(0.5, -0.18, 0.12, 0.14),
    ],
    "°": lambda rng: [_ring(0.12, -0.95, 0.11, 0.11)],
    "€": lambda rng: [
        _ring(0.4, -0.5, 0.36, 0.46)[3:-1],
        np.array([(-0.1, -0.6), (0.45, -0.6)]),
        np.array([(-0.1, -0.42), (0.4, -0.42)]),
    ],
    "$": lambda rng: [
        smooth(DOLLAR),
        np.array([(0.26, -rng.uniform(1.05, 1.2)), (0.24, rng.uniform(0.05, 0.18))]),
    ],
    "k": lambda rng: [
        np.array([(0, -0.95), (0, 0)]),
        np.array([(0.3, -0.5), (0.02, -0.24), (0.32, 0)]),
    ],
    "g": lambda rng: [
        _ring(0.18, -0.26, 0.18, 0.22),
        smooth([(0.36, -0.46), (0.37, 0.2), (0.2, 0.36), (0.0, 0.26)]),
    ],
    "m": lambda rng: [
        np.array([(0, -0.48), (0, 0)]),
        smooth([(0, -0.3), (0.14, -0.52), (0.24, -0.35), (0.24, 0)]),
        smooth([(0.24, -0.3), (0.38, -0.52), (0.47, -0.35), (0.47, 0)]),
    ],
    "c": lambda rng: [_ring(0.2, -0.25, 0.2, 0.25)[2:-1]],
    "h": lambda rng: [
        np.array([(0, -0.95), (0, 0)]),
        smooth([(0, -0.28), (0.15, -0.52), (0.28, -0.35), (0.28, 0)]),
    ],
}
"""Character -> its strokes, on a baseline at 0 beside a digit 1 high."""
