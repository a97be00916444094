"""Pen strokes: what is loaded, by writer, and what is said when it is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palote import Settings, data
from palote.errors import DataError


def test_pen_strokes(own: Settings) -> None:
    strokes = data.pen("train", own)
    assert len(strokes) == 7494 + 7972 - 2931
    assert strokes[0].shape[1] == 3 and strokes[0].dtype == np.float32
    assert sum(len(points) for points in strokes) <= len(strokes.points)
    assert set(strokes.labels) == set("0123456789")


def test_no_folder_is_set() -> None:
    with pytest.raises(DataError, match="PALOTE_DATA"):
        data.pen("train", Settings())


def test_files_are_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        data.pen("train", Settings(datasets=tmp_path))
