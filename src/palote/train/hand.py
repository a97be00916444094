"""How one person writes one line: size, pen, spacing, slant, by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from palote.train.glyphs import LineStock

__all__ = ["Hand", "hand_of"]

TOUCHING = 0.25
"""Share of the hands that let digits touch. (With half of them the judge vouches for fewer
cheques, and a line network reads fewer.)"""

PLAIN = 0.3
"""Share of the hands whose 1s are one stroke and no more, as most people's are: what is left of a
frame looks like that, too, and a network that has seen more of the latter leaves them out."""

ROUGH = 0.1
"""Share of the hands whose digits are of all sizes, and up and down, as those of children."""


@dataclass(frozen=True)
class Hand:
    """How one person writes one line; lengths are in heights of a digit.

    Attributes:
        height: of a digit, in pixels.
        width: of the pen.
        pen: kind of pen, see `draw.paint`.
        gap: mean distance of neighbours, below 0 where they overlap.
        uneven: standard deviation of that.
        touching: probability that a digit stands so close that its ink meets that before it.
        slant: of the strokes, dx per dy upwards.
        slope: of the baseline, dy per dx.
        wander: of the baseline, from mark to mark.
        sizes: standard deviation of the sizes.
        zeros: size of a nought.
        plain: probability that a 1 is one stroke and no more.
        joined: probability that the pen is not lifted between two digits.
        printed: digits are MNIST's, not drawn from pen strokes.
        writer: whose digits are taken, if one person's.
        pitch: distance of the cells that they are put into, 0 for none.
    """

    height: float
    width: float
    pen: str
    gap: float
    uneven: float
    touching: float
    slant: float
    slope: float
    wander: float
    sizes: float
    zeros: float
    plain: float
    joined: float
    printed: bool
    writer: str | None
    pitch: float


def hand_of(stock: LineStock, rng: np.random.Generator, count: int) -> Hand:
    """Return how somebody writes a line, by chance.

    Args:
        stock: what the marks are taken from.
        rng: chance.
        count: marks on the line.
    """
    # Long lines stand on wide paper, which is shrunk: their digits are small.
    height = float(np.clip(np.exp(rng.normal(3.5, 0.38)), 12, 90 if count < 7 else 56))
    spacing = rng.random()
    if spacing < 0.5:
        gap = rng.uniform(-0.11, 0.12)
    else:
        gap = rng.uniform(0.1, 0.35) if spacing < 0.88 else rng.uniform(0.3, 1.2)
    zeros = rng.uniform(0.5, 0.9) if rng.random() < 0.3 else 1.0
    rough = rng.random() < ROUGH
    width = float(np.exp(rng.normal(np.log(0.105), 0.42)))
    if width > 0.18:  # thick strokes that overlap, too, nobody can read
        gap = max(gap, 0.5 * width)
    return Hand(
        height=height,
        width=width,
        pen=str(rng.choice(["even", "pressed", "flat", "worn"], p=[0.66, 0.16, 0.1, 0.08])),
        gap=gap,
        uneven=0.05 + 0.15 * max(gap, 0.0),
        touching=rng.uniform(0.1, 0.7) if width <= 0.18 and rng.random() < TOUCHING else 0.0,
        slant=rng.normal(0.12, 0.2),
        slope=rng.normal(0, 0.035),
        wander=rng.uniform(0.05, 0.16) if rough else rng.uniform(0, 0.06),
        sizes=rng.uniform(0.1, 0.22) if rough else rng.uniform(0.02, 0.12),
        zeros=zeros,
        plain=0.95 if rng.random() < PLAIN else 0.06,
        joined=rng.uniform(0.2, 0.7) if rng.random() < 0.12 else 0.0,
        printed=bool(rng.random() < 0.42),
        writer=stock.writer(rng) if rng.random() < 0.6 else None,
        pitch=rng.uniform(0.95, 1.7) if rng.random() < 0.08 else 0.0,
    )
