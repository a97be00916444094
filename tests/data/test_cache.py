"""Freeing the cache: what Palote put there, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from palote import Settings, data
from palote.errors import DataError
from tests.digits import Tiny


def test_ours_goes_and_the_rest_stays(tiny: Tiny, tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path)
    tiny.write(tmp_path / "mnist")
    (tmp_path / "mnist" / "train-labels-idx1-ubyte.gz.part").write_bytes(b"12345")
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "ab12.npz").write_bytes(b"123")
    (tmp_path / "patches" / "diary.txt").write_text("not ours")
    (tmp_path / "other").mkdir()
    ours = sum(len(body) for body in tiny.packed.values()) + 5 + 3
    assert data.purge(settings) == ours
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"patches", "patches/diary.txt", "other"}
    assert data.purge(settings) == 0


def test_nothing_is_there(tmp_path: Path) -> None:
    assert data.purge(Settings(cache_dir=tmp_path / "nowhere")) == 0


def test_a_file_that_may_not_be_deleted(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write(tmp_path / "mnist")

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DataError, match=r"idx.-ubyte.gz' cannot be deleted: Permission denied"):
        data.purge(Settings(cache_dir=tmp_path))
