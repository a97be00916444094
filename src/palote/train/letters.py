"""Letters of units and short words as a pen writes them beside numbers: "kg", "9h30", "No".

Drawn by code, from what is common knowledge of how they are written; the pen data have few of each,
and none says where a letter stands. What tells a g from a 9 is that it hangs below the line, what
tells an s from a 5 that it is lower than a digit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from palote.train.curves import Stroke, numbered, smooth, trembling

__all__ = ["LETTERS", "UNITS_AFTER", "UNITS_AHEAD", "letter"]

Maker = Callable[[np.random.Generator], list[Stroke]]

LOW = 0.5
"""Height of a letter such as "m", beside a digit of height 1."""

UNITS_AFTER = {
    **{"kg": 8, "g": 2, "mg": 2, "m": 5, "cm": 5, "mm": 4, "km": 4, "h": 5, "min": 4, "ml": 3},
    **{"cl": 1, "t": 1, "lb": 1, "lbs": 1, "oz": 1, "ft": 2, "in": 1, "yd": 1, "px": 1, "pt": 1},
    **{"pts": 1, "ct": 1, "cts": 1, "uds": 1, "pcs": 1, "eur": 2, "EUR": 1, "años": 1, "a": 1},
    **{"C": 2, "°C": 3, "°F": 1, "W": 1, "kW": 1, "V": 2, "A": 1, "K": 2, "M": 2, "k": 2, "N": 1},
    **{"h.": 1, "p": 2, "c": 1, "x": 2, "n": 1, "u": 1, "d": 1, "y": 1, "€": 3, "ed": 1, "am": 2},
    **{"pm": 2, "B": 2, "D": 1, "E": 1, "F": 1, "H": 1, "bis": 1},
}
"""What stands after a number, and how often."""

UNITS_AHEAD = {
    **{"N": 3, "No": 2, "n°": 3, "N°": 3, "n": 1, "R": 1, "p.": 2, "pag.": 1, "x=": 3, "y=": 2},
    **{"a=": 1, "t=": 1, "v=": 1, "EUR": 1, "Rs": 1, "Fr": 1, "A": 2, "C": 2, "M": 1, "F": 1},
    **{"K": 1, "T": 1, "P": 1, "H": 1, "V": 1, "W": 1, "E": 1, "X": 1, "a)": 1, "c)": 1, "tel": 2},
    "v": 1,
}
"""The same of what stands ahead of one."""


def letter(character: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a letter.

    Args:
        character: one of `LETTERS`.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; where it would stand beside a digit 1 high,
        on a baseline at 0.
    """
    points = numbered(trembling(LETTERS[character](rng), rng))
    points[:, :2] *= np.exp(rng.normal(0, [0.12, 0.08]))
    return points


def _bowl(rng: np.random.Generator) -> Stroke:
    """Return the round stroke of an a, a b or a p, from its upper right once round."""
    angles = np.linspace(-0.25 * np.pi, -rng.uniform(2.1, 2.35) * np.pi, 18)
    half = LOW / 2
    return np.column_stack([0.18 + 0.18 * np.cos(angles), half * np.sin(angles) - half])


def _line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, np.float64)


def _arch(x: float, wide: float) -> list[tuple[float, float]]:
    """Return an arch of an n, from the baseline up and down again."""
    return [(x, 0), (x, -0.28), (x + 0.3 * wide, -LOW), (x + wide, -0.38), (x + wide, 0)]


def _a(rng: np.random.Generator) -> list[Stroke]:
    return [_bowl(rng), smooth([(0.37, -0.5), (0.36, -0.1), (0.46, 0)])]


def _d(rng: np.random.Generator) -> list[Stroke]:
    return [_bowl(rng), _line((0.37, -rng.uniform(0.85, 1.1)), (0.37, 0))]


def _g(rng: np.random.Generator) -> list[Stroke]:
    deep = rng.uniform(0.25, 0.5)
    tail = [(0.37, -0.5), (0.37, deep - 0.1), (0.2, deep + 0.05), (0.02, deep - 0.12)]
    return [_bowl(rng), smooth(tail)]


def _k(rng: np.random.Generator) -> list[Stroke]:
    arms = [(0.32, -rng.uniform(0.45, 0.6)), (0.03, -0.24), (0.03, -0.24), (0.34, 0.0)]
    return [_line((0, -rng.uniform(0.85, 1.1)), (0, 0)), smooth(arms)]


def _h(rng: np.random.Generator) -> list[Stroke]:
    top = rng.uniform(0.85, 1.1)
    return [smooth([(0, -top), (0, 0), (0, 0), *_arch(0, 0.3)[1:]])]


def _m(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.2, 0.28)
    first, second = _arch(0, wide), _arch(wide, wide)
    return [smooth([(0, -LOW), (0, 0), *first, (wide, 0), *second[1:]])]


def _n(rng: np.random.Generator) -> list[Stroke]:
    return [smooth([(0, -LOW), (0, 0), *_arch(0, rng.uniform(0.24, 0.34))])]


def _e(rng: np.random.Generator) -> list[Stroke]:
    turn = [(0.03, -0.25), (0.35, -0.27), (0.32, -0.5), (0.03, -0.5), (0.0, 0.02), (0.38, -0.04)]
    return [smooth(turn)]


def _t(rng: np.random.Generator) -> list[Stroke]:
    stem = [(0.15, -rng.uniform(0.7, 0.95)), (0.15, -0.05), (0.2, 0.02), (0.36, -0.06)]
    return [smooth(stem), _line((-0.02, -0.52), (0.34, -0.54))]


def _plain(*strokes: list[tuple[float, float]], round_: bool = True) -> Maker:
    """Return a maker of a letter that is always the same strokes, round or angular."""

    def made(_: np.random.Generator) -> list[Stroke]:
        return [smooth(points) if round_ else np.array(points) for points in strokes]

    return made


def _capital_b(rng: np.random.Generator) -> list[Stroke]:
    """Return a stem and two bowls, which the pen need not join: so it is a 13."""
    apart, waist = rng.uniform(-0.02, 0.12), rng.uniform(-0.62, -0.45)
    bowls = [(apart, -1), (0.45, -0.95), (0.42, waist - 0.08), (apart + 0.05, waist)]
    bowls += [(0.52, waist + 0.08), (0.48, -0.05), (apart, 0)]
    return [_line((0, -rng.uniform(0.9, 1.05)), (0, rng.uniform(-0.05, 0.05))), smooth(bowls)]


LETTERS: dict[str, Maker] = {
    "a": _a,
    "b": lambda rng: [_line((0, -1), (0, 0)), _bowl(rng)],
    "c": _plain(
        [(0.34, -0.4), (0.2, -0.56), (-0.02, -0.45), (-0.02, -0.03), (0.2, 0.05), (0.36, -0.1)]
    ),
    "d": _d,
    "e": _e,
    "f": _plain([(0.32, -0.95), (0.14, -1.05), (0.12, -0.8), (0.12, 0)], [(0, -0.5), (0.3, -0.5)]),
    "g": _g,
    "h": _h,
    "i": _plain([(0, -0.5), (0, -0.1), (0.03, 0)], [(0, -0.74), (0.03, -0.7)]),
    "k": _k,
    "l": _plain([(0, -1), (0, -0.1), (0.03, 0), (0.14, -0.05)]),
    "m": _m,
    "n": _n,
    "o": lambda rng: [_bowl(rng)],
    "p": lambda rng: [_line((0, -0.5), (0, 0.4)), _bowl(rng)],
    "r": _plain([(0, -0.5), (0, 0), (0, 0), (0, -0.3), (0.1, -0.52), (0.28, -0.46)]),
    "s": _plain(
        [(0.28, -0.45), (0.1, -0.58), (0.0, -0.36), (0.28, -0.2), (0.22, 0.04), (0, -0.04)]
    ),
    "t": _t,
    "u": _plain(
        [(0, -0.5), (0, -0.1), (0.12, 0.06), (0.3, -0.15), (0.32, -0.5), (0.32, -0.5), (0.33, 0)]
    ),
    "v": _plain([(0, -0.5), (0.16, 0), (0.16, 0), (0.34, -0.5)]),
    "w": _plain([(0, -0.5), (0.12, 0), (0.24, -0.4), (0.36, 0), (0.48, -0.5)], round_=False),
    "x": _plain([(0, -0.5), (0.36, 0)], [(0.36, -0.5), (0, 0)]),
    "y": _plain([(0, -0.5), (0.17, -0.04)], [(0.36, -0.5), (0.04, 0.38)]),
    "z": _plain([(0, -0.5), (0.34, -0.5), (0, 0), (0.36, 0)], round_=False),
    "ñ": lambda rng: [*_n(rng), smooth([(0, -0.68), (0.1, -0.76), (0.2, -0.66), (0.3, -0.74)])],
    "A": _plain([(0, 0), (0.32, -1), (0.62, 0)], [(0.12, -0.36), (0.5, -0.36)], round_=False),
    "B": _capital_b,
    "C": _plain(
        [(0.6, -0.8), (0.4, -1.08), (-0.02, -0.9), (-0.02, -0.1), (0.4, 0.1), (0.62, -0.2)]
    ),
    "D": lambda rng: [
        _line((0, -1), (0, 0)),
        smooth([(rng.uniform(-0.1, 0.06), -0.98), (0.5, -0.85), (0.52, -0.15), (-0.02, 0)]),
    ],
    "E": _plain([(0.5, -1), (0, -1), (0, 0), (0.52, 0)], [(0, -0.5), (0.4, -0.5)], round_=False),
    "F": _plain([(0.5, -1), (0, -1), (0, 0)], [(0, -0.52), (0.4, -0.52)], round_=False),
    "H": _plain([(0, -1), (0, 0)], [(0.5, -1), (0.5, 0)], [(0, -0.5), (0.5, -0.5)]),
    "K": _plain([(0, -1), (0, 0)], [(0.5, -1), (0.02, -0.45), (0.54, 0)], round_=False),
    "M": _plain([(0, 0), (0.05, -1), (0.33, -0.35), (0.62, -1), (0.68, 0)], round_=False),
    "N": _plain([(0, 0), (0, -1), (0.5, 0), (0.5, -1)], round_=False),
    "P": _plain([(0, 0), (0, -1)], [(0, -0.98), (0.5, -1.02), (0.52, -0.5), (0, -0.45)]),
    "R": _plain([(0, 0), (0, -1)], [(0, -0.98), (0.5, -1.02), (0.5, -0.5), (0, -0.48), (0.52, 0)]),
    "T": _plain([(0, -1), (0.6, -1)], [(0.3, -1), (0.3, 0)]),
    "U": _plain([(0, -1), (0, -0.2), (0.25, 0.1), (0.52, -0.2), (0.52, -1)]),
    "V": _plain([(0, -1), (0.28, 0), (0.58, -1)], round_=False),
    "W": _plain([(0, -1), (0.18, 0), (0.38, -0.8), (0.58, 0), (0.78, -1)], round_=False),
    "X": _plain([(0, -1), (0.54, 0)], [(0.54, -1), (0, 0)]),
}
"""Character -> its strokes, by chance."""
