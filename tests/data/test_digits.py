"""MNIST: from the person's folder, from the cache, or fetched; and what is said otherwise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from palote import Settings, data
from palote.data import mirrors
from palote.data.digits import HELD_OUT, Mnist
from palote.errors import DataError
from tests.digits import Mirror, Tiny


def test_mnist(own: Settings) -> None:
    test = data.mnist("test", own)
    assert test.pixels.shape == (10_000, 28, 28) and test.pixels.dtype == np.uint8
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert len(data.mnist("train", own).labels) == Mnist(own).count("train") == 60_000


def test_the_last_training_pictures_are_for_validation(own: Settings) -> None:
    items = list(Mnist(own).pictures("train"))
    assert [item.held_out for item in items] == [False] * 55_000 + [True] * HELD_OUT
    assert items[-1].origin == "mnist/train/59999"
    first = next(islice(Mnist(own).pictures("test"), 3, None))
    assert (first.label, first.origin, first.held_out) == (0, "mnist/test/3", False)


def test_the_beginning_is_a_fair_sample(own: Settings) -> None:
    assert {item.label for item in islice(Mnist(own).pictures("test"), 100)} == set(range(10))


def test_without_a_folder_it_is_fetched_once(
    tiny: Tiny,
    mirror: Callable[..., Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = mirror(tiny.packed)
    monkeypatch.setattr(mirrors, "MIRRORS", (public.url,))
    settings = Settings(cache_dir=tmp_path / "cache")
    assert data.mnist("test", settings).labels.tolist() == [*range(10)] * 3
    assert data.mnist("train", settings).pixels.shape == (60, 28, 28)
    assert len(public.asked) == 4


def test_a_damaged_file_of_the_cache_is_fetched_again(
    tiny: Tiny,
    mirror: Callable[..., Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = mirror(tiny.packed)
    monkeypatch.setattr(mirrors, "MIRRORS", (public.url,))
    tiny.write(tmp_path / "mnist")
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"\x1f\x8bspoiled")
    assert len(data.mnist("test", Settings(cache_dir=tmp_path)).labels) == 30
    assert public.asked == [("t10k-labels-idx1-ubyte.gz", None)]


def test_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a folder"):
        data.mnist("train", Settings(datasets=tmp_path / "nowhere"))


def test_files_are_missing_and_nothing_is_fetched_instead(
    tiny: Tiny,
    mirror: Callable[..., Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = mirror(tiny.packed)
    monkeypatch.setattr(mirrors, "MIRRORS", (public.url,))
    with pytest.raises(DataError, match=r"missing .* PALOTE_DATA"):
        data.mnist("train", Settings(datasets=tmp_path))
    assert not public.asked


def test_a_wrong_digest(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte").write_bytes(b"not MNIST")
    with pytest.raises(DataError, match="MD5"):
        data.mnist("test", Settings(datasets=tmp_path))


def test_a_wrong_digest_of_the_labels(tiny: Tiny, tmp_path: Path) -> None:
    tiny.write(tmp_path / "mnist")
    labels = tmp_path / "mnist" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(tiny.contents[labels.name][:-1] + b"\x03")
    with pytest.raises(DataError, match=r"t10k-labels.*SHA-256"):
        data.mnist("test", Settings(datasets=tmp_path))


def test_a_damaged_archive(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b\x08broken")
    with pytest.raises(DataError, match="missing or damaged"):
        data.mnist("test", Settings(datasets=tmp_path))
