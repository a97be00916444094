"""Several sources in one data set: parts that stay apart, weights, and too little of it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote import Reader, Settings
from palote.data import Dataset, Examples, Item, Part, Skip, gather
from palote.errors import DataError, UsageError
from palote.ink import InkSpec
from tests.digits import Folder, Tiny, drawn

ALL = dict.fromkeys(range(10), 24)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Tiny) -> Settings:
    """Settings with the tiny MNIST, in a working folder of its own."""
    tiny.write(tmp_path / "mnist")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path)
    # The tiny one keeps so many for validation.
    monkeypatch.setattr("palote.data.digits.HELD_OUT", 10)
    return Settings(datasets=tmp_path, cache_dir=tmp_path / "cache")


def parts(dataset: Dataset) -> tuple[Examples, Examples, Examples]:
    return dataset.train, dataset.validation, dataset.test


def test_mnist(own: Settings) -> None:
    dataset = gather(["mnist"], own, most=300)
    assert len(dataset.train) + len(dataset.validation) == len(dataset.test) == 300
    assert 25 <= len(dataset.validation) <= 35
    assert dataset.train.patches.shape == (len(dataset.train), 28, 28)
    assert dataset.train.patches.dtype == dataset.train.labels.dtype == np.uint8
    assert set(dataset.validation.labels) == set(range(10))
    assert (
        dataset.weights.tolist() == [1.0] * len(dataset.train)
        and dataset.weights.dtype == np.float32
    )
    assert dataset.skipped == ()


def test_mnists_last_pictures_validate(here: Settings) -> None:
    dataset = gather(["mnist"], here)
    assert dataset.train.origins == tuple(f"mnist/train/{n}" for n in range(50))
    assert dataset.validation.origins == tuple(f"mnist/train/{n}" for n in range(50, 60))
    assert len(dataset.test) == 30


def test_patches_are_those_of_the_road(here: Settings, folder: Folder) -> None:
    dataset = gather([str(folder("mine", ALL))], here)
    reader = Reader("default")
    for part in parts(dataset):
        for patch, label, origin in zip(part.patches, part.labels, part.origins, strict=True):
            picture = cv2.imread(origin, cv2.IMREAD_GRAYSCALE)
            assert str(label) == origin.split("/")[-2]
            assert (np.rint(reader.read(picture).digits[0].ink * 255) == patch).all()


def test_the_parts_of_a_folder(here: Settings, folder: Folder) -> None:
    dataset = gather([str(folder("mine", ALL))], here)
    train, validation, test = (set(part.origins) for part in parts(dataset))
    assert not (train & validation or train & test or validation & test)
    assert len(train | validation | test) == 240
    assert set(Counter(dataset.test.labels.tolist()).values()) == {4}
    assert set(Counter(dataset.validation.labels.tolist()).values()) == {2}


def test_the_seed_moves_validation_and_never_the_test(here: Settings, folder: Folder) -> None:
    mine = str(folder("mine", ALL))
    first, again, other = (gather([mine], here, seed=seed) for seed in (1, 1, 2))
    assert first.validation.origins == again.validation.origins
    assert set(first.validation.origins) != set(other.validation.origins)
    assert first.test.origins == other.test.origins


def test_a_folders_own_validation_is_used(here: Settings, folder: Folder) -> None:
    folder("mine/train", {0: 5, 1: 5})
    folder("mine/validation", {0: 2, 1: 2}, first=20)
    folder("mine/test", {0: 1, 1: 1}, first=40)
    dataset = gather(["mine"], here)
    assert [len(part) for part in parts(dataset)] == [10, 4, 2]
    assert all("/validation/" in origin for origin in dataset.validation.origins)


def test_several_with_weights(here: Settings, folder: Folder) -> None:
    folder("mine", ALL)
    told: list[tuple[int, int]] = []
    dataset = gather(["mnist=0.5", "mine=3"], here, progress=lambda *d: told.append(d))
    own = np.array([not origin.startswith("mnist/") for origin in dataset.train.origins])
    assert dataset.weights.tolist() == np.where(own, 3.0, 0.5).tolist()
    assert (own.sum(), (~own).sum()) == (240 - 40 - 20, 50)
    assert len(dataset.validation) == 10 + 20 and len(dataset.test) == 30 + 40
    assert told == [(n, 60 + 30 + 240) for n in range(1, 331)]


def test_another_geometry(here: Settings) -> None:
    dataset = gather(["mnist"], here, InkSpec.sized(96, channels=3), most=30)
    assert dataset.train.patches.shape[1:] == (96, 96)


@dataclass(frozen=True)
class Drawn:
    """A source that is handed in; it keeps a part of its own for validation."""

    name: str = "pen"

    def count(self, split: Part) -> int:
        return 40 if split == "train" else 10

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        for number in range(self.count(split)):
            yield Item(drawn(number % 10, number), number % 10, f"pen/{number}", number % 40 >= 30)


def test_one_that_is_handed_in(here: Settings) -> None:
    dataset = gather(["pen=2"], here, handed={"pen": Drawn()})
    assert [len(part) for part in parts(dataset)] == [30, 10, 10]
    assert dataset.validation.origins == tuple(f"pen/{n}" for n in range(30, 40))
    assert not list((here.cache_dir).rglob("*.npz")), "only what is public is kept"


def test_mnists_patches_are_kept(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = gather(["mnist"], here)
    assert list((here.cache_dir / "patches").glob("*.npz"))
    monkeypatch.setattr("palote.data.patches.find_digit", None)
    assert (gather(["mnist"], here).train.patches == first.train.patches).all()


def test_what_is_left_out_is_told(here: Settings, folder: Folder) -> None:
    mine = folder("mine", ALL)
    (mine / "3" / "notes.txt").write_text("no picture")
    cv2.imwrite(str(mine / "4" / "blank.png"), np.full((60, 60), 250, np.uint8))
    told: list[tuple[int, int]] = []
    dataset = gather(["mine"], here, progress=lambda *d: told.append(d))
    assert sum(len(part) for part in parts(dataset)) == 240
    assert len(dataset.skipped) == 2
    assert any("mine/3/notes.txt" in sentence for sentence in dataset.skipped)
    assert any("blank.png' is blank" in sentence for sentence in dataset.skipped)
    assert told[-1] == (242, 242)


def test_copies_in_both_parts_are_found(here: Settings, folder: Folder) -> None:
    folder("mine/train", {5: 4, 6: 4})
    folder("mine/test", {5: 2, 6: 2}, first=20)
    assert gather(["mine"], here).leaks() == ()
    copy = shutil.copy("mine/train/5/002.png", "mine/test/5/copy.png")
    assert gather(["mine"], here).leaks() == ((copy, "mine/train/5/002.png"),)


def test_one_class_only(here: Settings, folder: Folder) -> None:
    folder("sevens", {7: 20})
    with pytest.raises(DataError, match="the same digit, 7"):
        gather(["sevens"], here)
    dataset = gather(["mnist", "sevens"], here)
    assert Counter(dataset.train.labels.tolist())[7] > 15, "beside others it is welcome"


def test_nothing_but_unreadable_files(here: Settings, tmp_path: Path) -> None:
    for digit in ("1", "2"):
        (tmp_path / "mine" / digit).mkdir(parents=True)
        for name in "abc":
            (tmp_path / "mine" / digit / f"{name}.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(DataError, match=r"no picture of a digit in mine\. The first .*\.png"):
        gather(["mine"], here)


@pytest.mark.parametrize("each", [1, 2])
def test_too_few(here: Settings, folder: Folder, each: int) -> None:
    folder("mine", {1: each, 2: each})
    with pytest.raises(DataError, match=rf"too few pictures in mine: {2 * each}\."):
        gather(["mine"], here)


def test_three_of_each_are_enough(here: Settings, folder: Folder) -> None:
    folder("mine", {1: 3, 2: 3})
    assert [len(part) for part in parts(gather(["mine"], here))] == [2, 2, 2]


def test_nothing_is_wanted(here: Settings) -> None:
    with pytest.raises(UsageError, match="at least one"):
        gather([], here)


def test_the_same_twice(here: Settings, folder: Folder) -> None:
    folder("mine", {1: 3, 2: 3})
    for wanted in (["mnist", "mnist=2"], ["mine", "mine=3"]):
        with pytest.raises(UsageError, match="is named twice"):
            gather(wanted, here)


def test_a_set_for_judging_alone(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "labels.csv").write_text("file,label\na.png,1\n")
    with pytest.raises(DataError, match="not for training"):
        gather(["mnist", "scans"], here)


def test_origins_and_labels_stay_together(here: Settings) -> None:
    whole = gather(["mnist"], here).train
    some = whole.only(np.arange(len(whole)) % 3 == 0)
    assert len(some) == 17 and some.origins == whole.origins[::3]
    assert list(chain(some.labels)) == list(whole.labels[::3])
