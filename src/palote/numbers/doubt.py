"""A single digit in doubt: it is looked at again, and the network for whole lines is heard, too.

What a network says of a digit turned, slanted, moved or scaled a little differs most where it is
not sure, and the mean is right more often. The network for lines has learnt from other samples,
sees another shape and answers another question, so that it errs elsewhere. Both opinions are
pooled (a logarithmic pool: Genest and Zidek, 1986): which digit it is, and apart from that,
whether it is one.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import Candidate
from palote.ink.level import line_crop
from palote.ink.row import digit_row
from palote.metrics import softmax
from palote.model.engine import DIGITS, Engine
from palote.model.frame import shipped_frame
from palote.model.line import LineEngine
from palote.numbers.ctc import ctc_log_probabilities

__all__ = ["heard", "in_doubt"]

SURE = 0.9
"""Share of the likeliest digit from which on nothing more is asked."""

LOST = 0.9
"""Share of "no digit" from which on no opinion about it would change the answer."""

TURNED, SLANTED, SCALED, MOVED = 8.0, 0.15, 0.07, 1.0
"""How the digit is changed, either way: degrees, to the right per pixel, a share, pixels."""

WHICH, WHETHER = 0.5, 0.5
"""Weights of the line network in which digit it is, and in whether it is one. Chosen on digits kept
from MNIST's training set, validation writers' drawings, and what is no digit."""

FRAME = 1.0
"""Weight of the network for small files in which digit it is; chosen on digits kept from MNIST's
training set, clean and spoilt, and on `wild`."""

ERRS = 0.02
"""Share of its opinions that are taken for chance: nothing is certain because it says so."""


def in_doubt(share: NDArray[np.float32]) -> bool:
    """Tell whether more is asked about a digit.

    Args:
        share: float32 (11,), what the digit network says, calibrated; the last is "no digit".
    """
    return float(share[:DIGITS].max()) < SURE and float(share[DIGITS:].sum()) < LOST


def heard(
    candidate: Candidate,
    engine: Engine,
    line: LineEngine,
    frame: Callable[[], Engine] = shipped_frame,
) -> NDArray[np.float32]:
    """Return what all networks say of a digit, having looked at it again.

    Args:
        candidate: the ink.
        engine: the network for digits; it knows what is none.
        line: the network for lines.
        frame: returns the network for small files, loaded when it is wanted.

    Returns:
        float32 (11,), with sum 1.
    """
    own = _seen_again(candidate, engine).astype(np.float64) + 1e-9
    crop = line_crop(digit_row(candidate.cleaned.strength, candidate.mask))
    symbols = [(line.card.alphabet.index(str(digit)),) for digit in range(DIGITS)]
    said = np.exp(ctc_log_probabilities(line([crop])[0], symbols))
    digit = min(1.0, float(said.sum()))  # that it is one digit, whichever
    which = (1 - ERRS) * said + (1 - (1 - ERRS) * digit) / DIGITS
    scores = own[:DIGITS] * which**WHICH
    if candidate.small:
        scores *= _as_it_is(candidate, frame()) ** FRAME
    odds = own[DIGITS] / own[:DIGITS].sum() * ((1 - digit + ERRS) / (digit + ERRS)) ** WHETHER
    none = odds / (1 + odds)
    return np.append((1 - none) * scores / scores.sum(), none).astype(np.float32)


def _as_it_is(candidate: Candidate, frame: Engine) -> NDArray[np.float64]:
    """Return what the network for small files says of the frame: float64 (10,), with sum 1."""
    logits = frame(np.stack([candidate.views[-1]])).logits
    said = softmax(logits, frame.card.temperature)[0, :DIGITS].astype(np.float64)
    return np.asarray((1 - ERRS) * said + ERRS / DIGITS, np.float64)


def _seen_again(candidate: Candidate, engine: Engine) -> NDArray[np.float32]:
    """Return the mean of what the network says of the patch and of all that is made of it.

    The frame, if there is one, counts as much as all these together.
    """
    patch = candidate.patch
    views = [patch, *(_changed(patch, matrix) for matrix in CHANGES)]
    if candidate.frame is not None and engine.card.frames:
        views.append(candidate.frame)
    shares = softmax(engine(np.stack(views)).logits, engine.card.temperature)
    seen = shares[: 1 + len(CHANGES)].mean(axis=0)
    frame = shares[1 + len(CHANGES) :]
    return np.asarray((seen + frame[0]) / 2 if len(frame) else seen)


def _changed(patch: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Lay a patch anew, by a matrix (2, 3) about its middle."""
    middle = (np.array(patch.shape[::-1]) - 1) / 2
    shift = middle + matrix[:, 2] - matrix[:, :2] @ middle
    about = np.column_stack([matrix[:, :2], shift])
    laid = cv2.warpAffine(patch, about, patch.shape[::-1], flags=cv2.INTER_CUBIC)
    return np.asarray(np.clip(laid, 0, 1), np.float32)


def _changes() -> list[NDArray[np.float64]]:
    found = []
    for way in (-1, 1):
        turn = np.deg2rad(way * TURNED)
        turned = [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]]
        scale = 1 + way * SCALED
        found += [
            np.array(turned),
            np.array([[1, way * SLANTED, 0], [0, 1, 0]]),
            np.array([[scale, 0, 0], [0, scale, 0]]),
            np.array([[1, 0, way * MOVED], [0, 1, 0]]),
            np.array([[1, 0, 0], [0, 1, way * MOVED]]),
        ]
    return [matrix.astype(np.float64) for matrix in found]


CHANGES = _changes()
