"""Signs beside numbers, as they are drawn for training."""

from __future__ import annotations

import numpy as np
import pytest

from palote.train.glyphs import STROKES
from palote.train.marks import MARKS, mark
from palote.train.phrases import phrase


@pytest.mark.parametrize("character", sorted(MARKS))
def test_a_sign_stands_beside_a_digit(character: str):
    rng = np.random.default_rng(4)
    drawn = [mark(character, rng) for _ in range(40)]
    for points in drawn:
        assert points.dtype == np.float32 and points.shape[1] == 3
        width, height = np.ptp(points[:, :2], axis=0)
        assert 0.02 < width < 1.3 and 0.1 < height < 1.8
        assert points[:, 1].min() > -1.5 and points[:, 1].max() < 0.45
    assert len({points.tobytes() for points in drawn}) == 40
    again = mark(character, np.random.default_rng(4))
    assert np.array_equal(again, drawn[0])


def test_brackets_open_to_their_number():
    rng = np.random.default_rng(5)
    for character, side in (("(", 1), (")", -1)):
        for _ in range(20):
            x = mark(character, rng)[:, 0]
            assert side * ((x[0] + x[-1]) / 2 - x[len(x) // 2]) > 0.02


def test_every_sign_is_written_and_none_is_a_separator():
    rng = np.random.default_rng(6)
    written = {character for _ in range(6000) for character in phrase(rng)}
    assert set(MARKS) <= written
    assert not set(MARKS) & set(STROKES)
