"""Pictures whose pixels were repeated say what they said before."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader, Settings, data
from palote.ink.enlarged import unenlarged
from tests.drawing import ring, seven


def _blocks(picture: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    return np.asarray(picture.repeat(times, axis=0).repeat(times, axis=1), np.uint8)


def _noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (31, 9), (12, 17, 3)])
@pytest.mark.parametrize("times", [2, 3, 10])
def test_blocks_become_pixels_again(shape: tuple[int, ...], times: int):
    small = _noise(*shape)
    found, known = unenlarged(_blocks(small, times))
    assert known == times
    assert (found == small).all()


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(_noise(28, 28), id="plain pixels"),
        pytest.param(np.full((50, 50), 7, np.uint8), id="blank"),
        pytest.param(seven(), id="drawn smoothly"),
        pytest.param(_blocks(_noise(20, 20), 4)[1:], id="blocks that begin elsewhere"),
        pytest.param(_noise(28, 28).repeat(3, axis=0), id="repeated along one side alone"),
        pytest.param(_blocks(_noise(7, 7), 5), id="too few pixels would be left"),
    ],
)
def test_all_else_stays_as_it_is(picture: NDArray[np.uint8]):
    found, times = unenlarged(picture)
    assert found is picture and times == 1


def test_a_little_is_left_of_what_is_all_one_block():
    """Rectangles on a coarse grid: enough pixels stay for strokes to have a shape."""
    picture = np.zeros((240, 240), np.uint8)
    picture[40:200, 80:120] = 255
    found, times = unenlarged(picture)
    assert times == 20 and found.shape == (12, 12)


@pytest.mark.parametrize("times", [4, 10])
def test_digits_enlarged_are_read_as_before(datasets, times: int):
    digits = data.mnist("test", Settings(datasets=datasets)).pixels[:60]
    reader = Reader()
    small = list(reader.read_many(list(digits), expect="digit"))
    large = list(reader.read_many([_blocks(one, times) for one in digits], expect="digit"))
    for one, other in zip(small, large, strict=True):
        assert one.status == other.status
        (first,), (second,) = one.digits, other.digits
        assert (first.probabilities == second.probabilities).all()
        assert second.box == tuple(times * side for side in first.box)


def test_a_number_enlarged_is_read_where_it_lies():
    number = np.hstack([seven()[:, 30:180], ring()[:, 60:180]])
    reading = Reader().read(_blocks(number, 3), expect="number")
    before = Reader().read(number, expect="number")
    assert reading.text == before.text == "70"
    for one, other in zip(before.digits, reading.digits, strict=True):
        assert np.abs(np.array(other.box) - 3 * np.array(one.box)).max() <= 3
