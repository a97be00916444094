"""What the tests of training share: a small folder of pictures, and what lines are made from."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from palote import Settings
from palote.train import strings
from palote.train.glyphs import LineStock
from tests.digits import drawn


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Class folders with twenty drawn pictures of each digit."""
    folder = tmp_path_factory.mktemp("pictures") / "drawn"
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for variant in range(20):
            cv2.imwrite(str(folder / str(digit) / f"{variant}.png"), drawn(digit, variant))
    return folder


@pytest.fixture(scope="session")
def stock(datasets: Path) -> LineStock:
    """MNIST's and the training writers' digits, and letters."""
    return strings.stock_of(Settings(datasets=datasets))
