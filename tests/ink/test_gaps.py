"""Thin strokes that a threshold broke: which pieces hang together, and what stays apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_digit
from palote.ink.components import Components
from palote.ink.gaps import chains

SIDE = 140


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def dashed(digit: str, dash: int, gap: int, seed: int = 0) -> np.ndarray:
    """A digit in thin dashes, a few specks around it."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(ink, digit, (35, 115), cv2.FONT_HERSHEY_SIMPLEX, 4, 255, 2)
    ys, xs = np.mgrid[:SIDE, :SIDE]
    ink[(xs + ys) % (dash + gap) >= dash] = 0
    rng = np.random.default_rng(seed)
    ink[rng.random(ink.shape) < 0.001] = 255
    return 255 - ink


@pytest.mark.parametrize("digit", "0235689")
@pytest.mark.parametrize("dash, gap", [(14, 4), (9, 5), (20, 6)])
def test_a_digit_in_dashes_is_read(reader: Reader, digit: str, dash: int, gap: int):
    reading = reader.read(dashed(digit, dash, gap), expect="digit")
    assert reading.digits[0].value == digit
    assert reading.digits[0].box[3] > 70, "all of it"


def test_chains_end_at_wide_gaps():
    mask = np.zeros((100, 100), np.bool_)
    for x in (10, 18, 26, 60, 68):
        mask[10:90, x : x + 3] = True
    numbers = chains(Components(mask))
    assert len(set(numbers.tolist())) == 2
    order = np.argsort(Components(mask).stats[:, 0])
    assert numbers[order[0]] == numbers[order[2]] != numbers[order[3]] == numbers[order[4]]


def test_in_small_pictures_nothing_is_joined():
    mask = np.zeros((28, 28), np.bool_)
    mask[4:24, 8] = mask[4:24, 11] = True
    assert len(set(chains(Components(mask)).tolist())) == 2


def test_what_is_whole_has_one_interpretation():
    assert len(find_digit(dashed("8", 1, 0))) == 1


def test_a_digit_beside_another_is_not_joined_to_it(reader: Reader):
    """With a gap as people leave it; with a smaller one it would be no digit at all."""
    pair = np.hstack([dashed("5", 1, 0)[:, 20:120], dashed("2", 1, 0)[:, 30:130]])
    reading = reader.read(pair, expect="digit")
    assert reading.digits[0].value in "52" and reading.digits[0].box[2] < 90
