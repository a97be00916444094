"""Real handwriting, drawn twenty ways: the road and the answers stay as they were.

The pictures are credited in ``tests/golden/make.py``, which makes them.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import palote
from palote.ink import find_digit

GOLDEN = sorted(p for p in (Path(__file__).parent / "golden").glob("*.png") if ".ink" not in p.name)
LEAST = 3 / 255


def test_there_are_two_of_each_digit():
    assert [path.name[0] for path in GOLDEN] == [str(n // 2) for n in range(20)]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_patch_is_as_it_was(path: Path):
    wanted = cv2.imread(str(path.with_suffix(".ink.png")), cv2.IMREAD_GRAYSCALE) / 255
    found = find_digit(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))[0].patch
    assert np.abs(found - wanted).mean() < LEAST, "python -m tests.golden.make, and look at it"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_digit_is_read(path: Path):
    reading = palote.read(path, expect="digit")
    assert (reading.text, reading.status) == (path.name[0], "ok")
