"""The data sets: what is loaded, and what is said when it is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palote import Settings, data
from palote.errors import DataError


@pytest.fixture(scope="module")
def own(datasets: Path) -> Settings:
    return Settings(datasets=datasets)


def test_mnist(own: Settings):
    test = data.mnist("test", own)
    assert test.pixels.shape == (10_000, 28, 28) and test.pixels.dtype == np.uint8
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_pen_strokes(own: Settings):
    strokes = data.pen("train", own)
    assert len(strokes) == 7494 + 7972 - 2931
    assert strokes[0].shape[1] == 3 and strokes[0].dtype == np.float32
    assert sum(len(points) for points in strokes) <= len(strokes.points)
    assert set(strokes.labels) == set("0123456789")


def test_no_folder_is_set():
    with pytest.raises(DataError, match="PALOTE_DATA"):
        data.mnist("train", Settings())


def test_folder_is_missing(tmp_path: Path):
    with pytest.raises(DataError, match="not a folder"):
        data.mnist("train", Settings(datasets=tmp_path / "nowhere"))


def test_files_are_missing(tmp_path: Path):
    for call in (lambda s: data.mnist("train", s), lambda s: data.pen("train", s)):
        with pytest.raises(DataError, match="missing"):
            call(Settings(datasets=tmp_path))


def test_a_wrong_digest(tmp_path: Path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte").write_bytes(b"not MNIST")
    with pytest.raises(DataError, match="MD5"):
        data.mnist("test", Settings(datasets=tmp_path))


def test_a_damaged_archive(tmp_path: Path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b\x08broken")
    with pytest.raises(DataError, match="missing or damaged"):
        data.mnist("test", Settings(datasets=tmp_path))
