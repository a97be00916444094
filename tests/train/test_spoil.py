"""Small pictures spoilt on purpose."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote.train.spoil import WAYS, spoil


@pytest.fixture
def seven() -> NDArray[np.float32]:
    ink = np.zeros((28, 28), np.float32)
    cv2.polylines(ink, [np.array([[7, 6], [20, 6], [12, 22]])], False, 1.0, 2)
    return ink


@pytest.mark.parametrize("way", WAYS, ids=[f"{n}{w.__name__}" for n, w in enumerate(WAYS)])
def test_each_way_changes_the_picture_and_leaves_it_visible(way, seven: NDArray[np.float32]):
    rng = np.random.default_rng(4)
    before, strokes = seven.copy(), seven > 0.5
    contrast = []
    for _ in range(60):
        spoilt = np.clip(way(seven, rng), 0, 1)
        assert spoilt.shape == (28, 28) and np.isfinite(spoilt).all()
        contrast.append(float(spoilt[strokes].mean() - spoilt[~strokes].mean()))
    assert (seven == before).all(), "the picture that was handed in is left alone"
    assert 0.1 < np.mean(contrast) < 0.999 * (seven[strokes].mean() - seven[~strokes].mean())


def test_spoilt_pictures_are_the_same_for_the_same_seed(seven: NDArray[np.float32]):
    # Two outlines of so plain a digit would be alike; those of a grainy one are not.
    grain = np.random.default_rng(0).normal(0, 0.15, seven.shape)
    grainy = np.clip(seven + grain, 0, 1).astype(np.float32)
    several = [[spoil(grainy, np.random.default_rng(seed)) for seed in range(20)] for _ in range(2)]
    assert all((a == b).all() for a, b in zip(*several, strict=True))
    assert len({picture.tobytes() for picture in several[0]}) == 20
    for picture in several[0]:
        assert picture.dtype == np.float32 and 0 <= picture.min() and picture.max() <= 1
