"""The hands that `benchmarks/learning.py` teaches: people who wrote much, and simulated ones.

A simulated hand is drawn by chance once: which way of writing each digit it has, its slant, its
proportions, its pen, the bend of its lines, and whether its strokes begin or end in a hook.
Each digit that it writes then differs a little, as a person's do. Sevens may be crossed and
hooked, zeros crossed, fours open, ones with flag and foot. The strokes are written down here:
no data set is behind them, so that neither the network nor the gate has seen their like.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote import Settings, data
from palote.train import draw
from palote.train.replay import prolific

__all__ = ["HANDS", "NEW", "TAUGHT", "Hand", "Pictures", "hands", "seeds", "written"]

TAUGHT = 10
"""Of each digit, so many may be taught."""

JUDGED = 12
"""Of each digit, so many of a simulated hand are judged."""

HANDS = 20

NEW = 9000
"""First seed of the hands that no constant of the fit was chosen with."""

Pictures = dict[int, list[NDArray[np.uint8]]]
"""By digit: uint8 (h, w), in the order in which they were written."""

WAYS: tuple[tuple[str, ...], ...] = (
    (
        "45 0 25 10 12 32 10 58 18 84 40 100 62 94 80 72 84 46 76 20 60 3 45 0",
        "50 8 22 14 8 44 14 78 44 98 76 84 90 50 78 18 50 8 / 84 0 12 100",
    ),
    (
        "50 0 50 100",
        "22 32 52 0 52 100",
        "28 30 52 0 52 100 / 24 100 80 100",
        "44 0 44 88 56 100 72 84",
    ),
    (
        "12 24 22 6 44 0 66 6 74 24 68 44 44 70 8 99 90 98",
        "16 18 36 2 62 4 74 22 66 46 38 78 18 96 8 86 22 78 52 92 90 92",
    ),
    (
        "14 10 38 0 64 4 74 20 64 38 38 46 64 52 80 70 72 90 46 100 10 90",
        "12 4 76 4 42 40 66 44 80 62 76 86 52 100 16 94",
    ),
    (
        "30 0 8 62 88 62 / 66 32 62 100",
        "60 0 4 66 88 66 / 60 0 60 100",
        "18 0 14 50 70 50 / 74 0 70 100",
    ),
    (
        "22 2 16 46 44 38 70 46 82 68 70 90 42 100 10 90 / 22 2 80 2",
        "78 2 26 2 18 44 46 38 72 48 80 70 68 92 38 100 8 90",
    ),
    (
        "62 0 34 18 16 50 14 78 30 98 56 98 74 82 70 60 48 50 26 60 16 78",
        "40 0 26 40 22 78 40 100 62 92 66 72 48 62 26 74",
    ),
    (
        "8 4 82 4 58 40 36 100",
        "8 4 82 4 58 40 36 100 / 26 52 78 52",
        "8 22 10 4 80 4 44 60 30 100",
        "14 14 30 2 74 6 62 44 52 92 66 100 80 88",
        "8 20 12 4 84 2 44 96 / 28 54 80 48",
    ),
    (
        "70 12 48 0 26 8 22 26 44 44 70 62 76 84 54 100 28 98 16 80 28 60 60 42 76 24 70 12",
        "50 0 30 12 34 34 52 46 68 32 66 10 50 0 / 52 46 24 66 26 92 50 100 76 90 74 64 52 46",
    ),
    (
        "74 22 54 2 28 6 16 28 28 48 52 48 70 32 74 20 72 50 68 100",
        "72 20 50 0 26 8 18 30 32 50 56 46 72 22 74 54 62 86 40 100 16 92",
        "70 16 48 2 30 18 34 40 54 38 70 14 52 58 44 100",
    ),
)
"""Of each digit, the ways to write it: x and y by turns in a box of 100, ``/`` lifts the pen."""

ODD = {1: WAYS[1][-1], 7: "14 14 30 2 74 6 62 44 52 92 66 100 80 88"}
"""A 1 with a foot like a hook, and a 7 whose stem ends in one: what few people write."""

SIDE = 200
"""Side of the sheet that is written on, in pixels."""


@dataclass(frozen=True)
class Hand:
    """One simulated person.

    Attributes:
        seed: the same seed is the same hand.
        odd: digits that are always written as in `ODD`.
    """

    seed: int
    odd: tuple[int, ...] = ()

    def write(self, digit: int, number: int) -> NDArray[np.uint8]:
        """Write a digit for the so manieth time: uint8 (200, 200), dark on light."""
        own, now = (np.random.default_rng([self.seed, *more]) for more in ((), (digit, number)))
        ways = [int(own.integers(len(way))) for way in WAYS]
        turn, slant = own.normal(0, 0.10), own.normal(0, 0.30)
        stretch = np.exp(own.normal(0, 0.28))
        wave, phase, amount = own.uniform(1, 3, 2), own.uniform(0, 6.3, 2), own.normal(0, 0.09, 2)
        pen, longer = own.uniform(0.04, 0.15), SIDE * own.uniform(0.3, 0.85)
        hooks = own.random((len(WAYS), 2)) < 0.2
        hook = own.normal(0, 0.9, 2)
        way = ODD[digit] if digit in self.odd else WAYS[digit][ways[digit]]
        points = _points(way, hooks[digit], hook)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = matrix @ np.array([[stretch, slant], [0, 1 / stretch]])
        bent = (points[:, :2] / 50 - 1) @ matrix.T
        bent = bent + amount * np.sin(bent[:, ::-1] * wave + phase)
        points[:, :2] = bent
        ink = draw.paint(draw.distort(points, now, 0.5), longer, max(2.0, pen * longer))
        return draw.canvas(draw.place(ink, SIDE, SIDE, now), dark=True)


def hands(settings: Settings, most: int) -> Iterator[tuple[str, bool, Pictures]]:
    """Yield each hand's name, whether it is new, and its pictures; of each kind at most so many."""
    strokes = data.pen("validation", settings)
    for writer in prolific(strokes)[:most]:
        own = strokes.only(strokes.writers == writer)
        rng = np.random.default_rng(2026)
        pictures: Pictures = {digit: [] for digit in range(10)}
        for points, label in zip(own, own.labels, strict=True):
            pictures[int(label)].append(draw.anywhere(points, rng))
        yield writer, False, pictures
    for seed in seeds(most):
        yield f"hand {seed}", seed >= NEW, written(Hand(seed))


def seeds(most: int) -> list[int]:
    """Return the seeds of the simulated hands: those of the choice of constants, and new ones."""
    count = range(min(most, HANDS))
    return [*count, *(NEW + number for number in count)]


def written(hand: Hand) -> Pictures:
    """Return what a simulated hand writes."""
    count = range(TAUGHT + JUDGED)
    return {digit: [hand.write(digit, number) for number in count] for digit in range(10)}


def _points(way: str, hooked: NDArray[np.bool_], angle: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the points (k, 3) of one way to write: x, y, number of the stroke."""
    strokes = [np.array(stroke.split(), np.float64).reshape(-1, 2) for stroke in way.split("/")]
    if hooked[0]:
        strokes[0] = np.vstack([_hook(strokes[0][0], strokes[0][1], angle[0]), strokes[0]])
    if hooked[1]:
        strokes[-1] = np.vstack([strokes[-1], _hook(strokes[-1][-1], strokes[-1][-2], angle[1])])
    rows = []
    for number, corners in enumerate(strokes):
        steps = np.linspace(0, len(corners) - 1, 6 * len(corners))
        dense = [np.interp(steps, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)]
        rows.append(np.column_stack([*dense, np.full(len(steps), number)]))
    return np.concatenate(rows).astype(np.float32)


def _hook(
    end: NDArray[np.float64], before: NDArray[np.float64], angle: float
) -> NDArray[np.float64]:
    """Return the tip of a short hook at the end of a stroke, turned back by some angle."""
    back = (before - end) / max(float(np.hypot(*(before - end))), 1e-6)
    side = np.array([-back[1], back[0]]) * np.sign(angle or 1)
    tip = end + 16 * (0.6 * back + side)
    return np.asarray(tip, np.float64)
