"""Fitting a head: multinomial logistic regression, pulled toward the shipped head.

The head is a change ``D`` of the network's last layer, and what is made small is::

    sum_i  w_i * cross_entropy(softmax(z_i + e_i D), y_i)  +  1/2 ||D||^2

over replay and corrections, where ``z_i`` are the logits as shipped; ``y_i`` is a correction's
label, and of a replay what the shipped network says of it itself, so that nothing but
corrections moves the head. The last term is biased
regularisation (Kienzle and Chellapilla, "Personalized handwriting recognition via biased
regularization", ICML 2006): without corrections the shipped head is the answer, and each
correction moves it as little as needed. The problem is convex, so there is one answer; L-BFGS
(Nocedal, 1980; two loops, with halved steps) comes near enough in a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit"]

STEPS = 40
MEMORY = 8
ENOUGH = 1e-4
"""Relative gain of a step below which it stops."""

Floats = NDArray[np.float32]


def fit(
    rows: Floats, logits: Floats, truth: Floats, weights: Floats, start: Floats | None = None
) -> Floats:
    """Return the change of the last layer, float32 (d + 1, classes).

    Args:
        rows: float32 (n, d + 1), scaled embeddings.
        logits: float32 (n, classes), as shipped.
        truth: float32 (n, classes), the shares that each should have.
        weights: float32 (n,), how much each counts.
        start: float32 (d + 1, classes), where to begin; at no change if not given.
    """
    # Sums over eleven classes are three times as fast where the classes come first.
    shipped, wanted = np.ascontiguousarray(logits.T), np.ascontiguousarray(truth.T)
    across = np.ascontiguousarray(rows.T)  # (d + 1, n)

    def loss_and_slope(change: Floats) -> tuple[float, Floats]:
        scores = change.T @ across
        scores += shipped  # (classes, n)
        scores -= scores.max(axis=0)
        own = (scores * wanted).sum(axis=0)  # shares of truth sum to 1
        shares = np.exp(scores, out=scores)
        total = shares.sum(axis=0)
        own -= np.log(total)
        shares /= total
        shares -= wanted
        shares *= weights
        loss = -float(weights @ own) + 0.5 * float((change * change).sum())
        return loss, across @ shares.T + change  # (d + 1, classes)

    nothing = np.zeros((rows.shape[1], logits.shape[1]), np.float32)
    return _minimum(loss_and_slope, nothing if start is None else start)


def _minimum(loss_and_slope: Callable[[Floats], tuple[float, Floats]], at: Floats) -> Floats:
    """Walk down by L-BFGS from a point, and return where it ends."""
    loss, slope = loss_and_slope(at)
    moves: list[tuple[Floats, Floats, float]] = []
    for _ in range(STEPS):
        way = _direction(slope, moves)
        fall = float((way * slope).sum())
        step = 1.0 if moves else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        while True:
            there = np.asarray(at + step * way, np.float32)
            new_loss, new_slope = loss_and_slope(there)
            if new_loss <= loss + 1e-4 * step * fall:
                break
            step /= 2
            if step < 1e-6:
                return at
        move, bend = there - at, new_slope - slope
        curve = float((move * bend).sum())
        if curve > 1e-10:
            moves = [*moves[-MEMORY + 1 :], (move, bend, 1 / curve)]
        gain = loss - new_loss
        at, loss, slope = there, new_loss, new_slope
        if gain < ENOUGH * max(1.0, abs(loss)):
            break
    return at


def _direction(slope: Floats, moves: list[tuple[Floats, Floats, float]]) -> Floats:
    """Return the way down: the slope, bent by what the last moves told of the curvature."""
    way = -slope
    shares = []
    for move, bend, inverse in reversed(moves):
        share = inverse * float((move * way).sum())
        shares.append(share)
        way = way - share * bend
    if moves:
        move, bend, inverse = moves[-1]
        way = way * (1 / (inverse * float((bend * bend).sum())))
    for (move, bend, inverse), share in zip(moves, reversed(shares), strict=True):
        way = way + move * (share - inverse * float((bend * way).sum()))
    return np.asarray(way, np.float32)
