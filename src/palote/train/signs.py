"""Signs that are no digits, as pen strokes and as print, and the plain stroke that is one.

People draw arrows, ticks and hearts, and write letters of many kinds; the pen data holds
few of them. A straight stroke is what most people make of a 1: it is written here, because
strokes so straight are rare in the pen data, but not with a ruler, a mouse or a finger.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train.alphabet import ALPHABET, Strokes
from palote.train.curves import numbered

__all__ = ["could_be_one", "letter", "penned", "sign", "upright_stroke"]

Points = NDArray[np.float32]
"""(k, 3): x to the right, y downwards, number of the stroke."""


def _ring(x: float, y: float, reach: float) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, 11)
    return [(x + reach * float(np.cos(a)), y + reach * float(np.sin(a))) for a in angles]


SIGNS: dict[str, Strokes] = {
    "question mark": [
        [(0.1, 0.25), (0.2, 0.05), (0.5, 0), (0.75, 0.15), (0.7, 0.4), (0.45, 0.55), (0.42, 0.72)],
        [(0.42, 0.95), (0.43, 1.0)],
    ],
    "upside-down question mark": [
        [(0.9, 0.75), (0.8, 0.95), (0.5, 1), (0.25, 0.85), (0.3, 0.6), (0.55, 0.45), (0.58, 0.28)],
        [(0.58, 0.05), (0.57, 0)],
    ],
    "arrow": [[(0, 0.5), (1, 0.5)], [(0.7, 0.2), (1, 0.5), (0.7, 0.8)]],
    "long arrow": [[(0, 0.5), (1, 0.48)], [(0.85, 0.38), (1, 0.48), (0.86, 0.6)]],
    "bent arrow": [[(0, 0), (0, 0.6), (1, 0.6)], [(0.75, 0.35), (1, 0.6), (0.75, 0.85)]],
    "double arrow": [
        [(0, 0.5), (1, 0.5)],
        [(0.2, 0.3), (0, 0.5), (0.2, 0.7)],
        [(0.8, 0.3), (1, 0.5), (0.8, 0.7)],
    ],
    "tick": [[(0, 0.55), (0.3, 1), (1, 0)]],
    "cross": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "plus": [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
    "equals": [[(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],
    "division": [[(0, 0.5), (1, 0.5)], [(0.5, 0.15), (0.51, 0.18)], [(0.5, 0.82), (0.51, 0.85)]],
    "dash": [[(0, 0.5), (1, 0.5)]],
    "heart": [
        [(0.5, 0.3), (0.35, 0.05), (0.1, 0.05), (0, 0.3), (0.15, 0.6), (0.5, 1)],
        [(0.5, 0.3), (0.65, 0.05), (0.9, 0.05), (1, 0.3), (0.85, 0.6), (0.5, 1)],
    ],
    "star": [[(0.2, 1), (0.5, 0), (0.8, 1), (0, 0.38), (1, 0.38), (0.2, 1)]],
    "sun": [
        _ring(0.5, 0.5, 0.2),
        [(0.8, 0.5), (1, 0.5)],
        [(0.5, 0.2), (0.5, 0)],
        [(0.2, 0.5), (0, 0.5)],
        [(0.5, 0.8), (0.5, 1)],
    ],
    "face": [
        _ring(0.5, 0.5, 0.5),
        [(0.33, 0.35), (0.34, 0.4)],
        [(0.66, 0.35), (0.67, 0.4)],
        [(0.25, 0.6), (0.5, 0.78), (0.75, 0.6)],
    ],
    "house": [[(0, 0.45), (0.5, 0), (1, 0.45)], [(0.12, 0.4), (0.12, 1), (0.88, 1), (0.88, 0.4)]],
    "note": [[(0.6, 0.8), (0.3, 0.75), (0.25, 0.95), (0.55, 1), (0.6, 0.8), (0.6, 0), (0.9, 0.3)]],
    "lightning": [[(0.6, 0), (0.1, 0.55), (0.55, 0.5), (0.2, 1)]],
    "brace": [[(0.6, 0), (0.3, 0.1), (0.35, 0.4), (0, 0.5), (0.35, 0.6), (0.3, 0.9), (0.6, 1)]],
    "infinity": [_ring(0.25, 0.5, 0.25), _ring(0.75, 0.5, 0.25)],
    "hash": [
        [(0.3, 0), (0.2, 1)],
        [(0.8, 0), (0.7, 1)],
        [(0, 0.3), (1, 0.3)],
        [(0, 0.7), (1, 0.7)],
    ],
    "per cent": [
        _ring(0.18, 0.18, 0.17),
        [(1, 0), (0, 1)],
        _ring(0.82, 0.82, 0.17),
    ],
    "euro": [
        [(1, 0.1), (0.6, 0), (0.2, 0.25), (0.2, 0.75), (0.6, 1), (1, 0.9)],
        [(0, 0.4), (0.7, 0.4)],
        [(0, 0.6), (0.65, 0.6)],
    ],
    "root": [[(0, 0.6), (0.15, 0.5), (0.35, 1), (0.5, 0), (1, 0)]],
    "pi": [[(0, 0.1), (1, 0.05)], [(0.3, 0.1), (0.25, 1)], [(0.7, 0.1), (0.7, 0.9), (0.85, 1)]],
    "sigma": [[(1, 0.1), (0.9, 0), (0, 0), (0.5, 0.5), (0, 1), (0.9, 1), (1, 0.9)]],
    "stick figure": [
        [(0.5, 0.3), (0.38, 0.15), (0.5, 0), (0.62, 0.15), (0.5, 0.3), (0.5, 0.65)],
        [(0.2, 0.45), (0.8, 0.45)],
        [(0.2, 1), (0.5, 0.65), (0.8, 1)],
    ],
}

TURNED = ("arrow", "long arrow", "bent arrow", "double arrow", "brace")
"""These stand in any direction."""

LETTERS = "ACEFHKLMNPRTUVWXYacdefhkmnprtuvwxÑñÇÆæ&%#@$*+=<>?¿€£¥¶ЖДЯФИЮЩЛЦШЙжяфдюимлцш"
"""Nobody takes them for digits."""

FACES = ("sans", "italic")
SHEET = 400
"""Side in pixels of the sheet that a letter is set on."""

THINNEST, LONGEST = 1.5, 4.0
"""A stroke deviates from its line by less than the one, and along it by more than the other."""
STANDING = 0.64
"""Least cosine of a standing stroke's angle to the vertical: 50 degrees."""


def sign(rng: np.random.Generator) -> Points:
    """Return the strokes of a sign that is no digit, drawn by a hand that is not sure.

    Args:
        rng: chance.

    Returns:
        float32 (k, 3), in a square of about 1.
    """
    # Of all signs it is the question mark that is most often taken for a digit.
    name = "question mark" if rng.random() < 0.2 else str(rng.choice(list(SIGNS)))
    return _written(SIGNS[name], rng.uniform(0, 2 * np.pi) if name in TURNED else 0.0, rng)


def penned(rng: np.random.Generator) -> Points:
    """Return the strokes of a letter that nobody takes for a digit, as `sign` does.

    Args:
        rng: chance.
    """
    return _written(ALPHABET[str(rng.choice(list(ALPHABET)))], 0.0, rng)


def _written(strokes: Strokes, turn: float, rng: np.random.Generator) -> Points:
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    stretch = np.exp(rng.normal(0, 0.18, 2))
    corners = (np.array(one) + rng.normal(0, 0.025, (len(one), 2)) for one in strokes)
    return numbered(_drawn(stroke) @ matrix.T * stretch for stroke in corners)


def upright_stroke(rng: np.random.Generator) -> Points:
    """Return one straight or hardly bent stroke that stands: a 1.

    Args:
        rng: chance.

    Returns:
        float32 (k, 3), about 1 high; most lean a little to the right.
    """
    lean = np.deg2rad(np.clip(rng.normal(8, 15), -35, 45))
    along = np.linspace(0, 1, 12)
    bow = rng.normal(0, 0.03) if rng.random() < 0.6 else 0.0
    x = along * np.sin(lean) + bow * np.sin(np.pi * along)
    return np.column_stack([x, -along * np.cos(lean), np.zeros(12)]).astype(np.float32)


def letter(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a printed letter, warped as a hand might: float32 (h, w), ink 1, paper 0.

    Args:
        rng: chance.
    """
    sheet = np.zeros((SHEET, SHEET), np.uint8)
    face = cv2.FontFace(str(rng.choice(FACES)))
    weight = int(rng.integers(100, 700))
    mark = str(rng.choice(list(LETTERS)))
    cv2.putText(sheet, mark, (90, 280), 255, face, 200, weight)
    turn, slant = rng.normal(0, 0.1), rng.normal(0, 0.15)
    grow = np.exp(rng.normal(0, 0.15, 2))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[grow[0], slant], [0, grow[1]]])
    ys, xs = np.mgrid[0:SHEET, 0:SHEET].astype(np.float32)
    middle = SHEET / 2
    across, down = xs - middle, ys - middle
    waves, phase = rng.uniform(1, 3, 2) / middle, rng.uniform(0, 6.3, 2)
    amount = rng.normal(0, 9, 2)
    from_x = (
        matrix[0, 0] * across + matrix[0, 1] * down + amount[0] * np.sin(waves[0] * ys + phase[0])
    )
    from_y = (
        matrix[1, 0] * across + matrix[1, 1] * down + amount[1] * np.sin(waves[1] * xs + phase[1])
    )
    warped = cv2.remap(
        sheet,
        (from_x + middle).astype(np.float32),
        (from_y + middle).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    x, y, width, height = cv2.boundingRect(warped)
    return np.asarray(warped[y : y + height, x : x + width], np.float32) / np.float32(255)


def could_be_one(patch: NDArray[np.float32]) -> bool:
    """Tell whether a patch shows a single straight stroke that stands, whatever it was meant for.

    Args:
        patch: float32 (28, 28) in [0, 1].
    """
    ys, xs = np.nonzero(patch > 0.4)
    if len(xs) < 10:
        return False
    spread, axes = np.linalg.eigh(np.cov(xs, ys))
    along = axes[:, 1]
    thin = spread[0] < THINNEST**2 and spread[1] > LONGEST**2
    return bool(thin and abs(along[1]) > STANDING)


def _drawn(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points along a stroke, four to a segment."""
    at = np.linspace(0, len(corners) - 1, 4 * (len(corners) - 1) + 1)
    known = np.arange(len(corners))
    return np.stack([np.interp(at, known, corners[:, axis]) for axis in (0, 1)], axis=1)
