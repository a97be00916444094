"""Class folders: layouts, the split, what is ignored, what is refused."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote.data import ClassFolders, Item
from palote.errors import CorruptImage, DataError
from tests.digits import Folder, drawn

ALL = dict.fromkeys(range(10), 12)


def origins(items: list[Item]) -> set[str]:
    return {item.origin for item in items}


def test_a_split_is_cut_where_there_is_none(folder: Folder) -> None:
    mine = ClassFolders.open(folder("mine", ALL))
    train, test = list(mine.pictures("train")), list(mine.pictures("test"))
    assert mine.name == "mine"
    assert (len(train), len(test)) == (100, 20) == (mine.count("train"), mine.count("test"))
    assert set(Counter(item.label for item in test).values()) == {2}
    assert not origins(train) & origins(test)
    assert not any(item.held_out for item in train)


def test_the_cut_stays(folder: Folder, tmp_path: Path) -> None:
    before = origins(list(ClassFolders.open(folder("mine", ALL)).pictures("test")))
    again = origins(list(ClassFolders.open(folder("mine", ALL)).pictures("test")))
    moved = shutil.copytree(tmp_path / "mine", tmp_path / "elsewhere")
    there = origins(list(ClassFolders.open(moved).pictures("test")))
    assert before == again == {origin.replace("elsewhere", "mine") for origin in there}


def test_pictures_are_what_was_written(folder: Folder) -> None:
    for item in ClassFolders.open(folder("mine", {3: 4, 7: 4})).pictures("train"):
        digit, name = item.origin.split("/")[-2:]
        assert item.label == int(digit)
        assert (item.pixels == drawn(int(digit), int(name[:3]))).all()


def test_the_digits_take_turns(folder: Folder) -> None:
    found = ClassFolders.open(folder("mine", {0: 40, 1: 8, 9: 8})).pictures("train")
    assert [next(found).label for _ in range(6)] == [0, 1, 9, 0, 1, 9]


@pytest.mark.parametrize("kept", ["validation", "val", "Valid"])
def test_parts_of_its_own(folder: Folder, kept: str) -> None:
    folder("mine/train", {0: 5, 1: 5})
    folder(f"mine/{kept}", {0: 2, 1: 2}, first=20)
    mine = ClassFolders.open(folder("mine/test", {0: 3, 1: 1}, first=40).parent)
    train = list(mine.pictures("train"))
    assert [item.held_out for item in train] == [False] * 10 + [True] * 4
    assert all(f"/{kept}/" in item.origin for item in train[10:])
    assert all("/test/" in item.origin for item in mine.pictures("test"))
    assert mine.count("test") == 4


def test_a_training_folder_without_a_test_folder(folder: Folder) -> None:
    folder("mine/Train", ALL)
    mine = ClassFolders.open(folder("mine/Train", ALL).parent)
    assert (mine.count("train"), mine.count("test")) == (100, 20)


def test_any_size_and_format_and_folders_inside(tmp_path: Path) -> None:
    place = tmp_path / "mine" / "7" / "from school"
    place.mkdir(parents=True)
    for suffix in ("png", "jpg", "bmp", "webp", "tiff"):
        cv2.imwrite(str(place / f"a.{suffix}"), drawn(7, 1))
    colour = np.repeat(cv2.resize(drawn(7, 2), (700, 900))[..., None], 3, axis=2)
    colour[..., 0] = 200
    cv2.imwrite(str(place / "colour.png"), colour)
    mine = ClassFolders.open(tmp_path / "mine")
    items = [*mine.pictures("train"), *mine.pictures("test")]
    assert len(items) == 6
    assert {item.pixels.shape for item in items} >= {(900, 700, 3), drawn(7, 1).shape}


def test_what_systems_leave_is_ignored(folder: Folder) -> None:
    place = folder("mine", {1: 3, 2: 3})
    (place / "1" / "Thumbs.db").write_bytes(b"x")
    (place / "1" / "._001.png").write_bytes(b"x")
    (place / "README.md").write_text("about my digits")
    for name in (".git", "__MACOSX", "@eaDir"):
        (place / name).mkdir()
        (place / "2" / name).mkdir()
        (place / "2" / name / "junk.png").write_bytes(b"x")
    mine = ClassFolders.open(place)
    assert mine.count("train") + mine.count("test") == 6


def test_unreadable_files_are_told_and_skipped(folder: Folder) -> None:
    place = folder("mine", {1: 2, 2: 2})
    shutil.rmtree(place / "1")
    (place / "1").mkdir()
    (place / "1" / "cut.png").write_bytes(cv2.imencode(".png", drawn(1, 0))[1].tobytes()[:-200])
    (place / "1" / "notes.txt").write_text("no picture")
    (place / "1" / "empty.jpg").write_bytes(b"")
    (place / "1" / "gone.png").symlink_to(place / "nowhere.png")
    mine = ClassFolders.open(place)
    told: list[str] = []
    labels = [item.label for part in ("train", "test") for item in mine.pictures(part, told.append)]
    assert labels == [2, 2] and len(told) == 4
    for name in ("cut.png", "notes.txt", "empty.jpg", "gone.png"):
        assert any(name in sentence for sentence in told), name
    with pytest.raises(CorruptImage, match=r"cut\.png"):
        (place / "1" / "empty.jpg").unlink()
        (place / "1" / "gone.png").unlink()
        (place / "1" / "notes.txt").unlink()
        mine = ClassFolders.open(place)
        list(mine.pictures("train")) + list(mine.pictures("test"))


@pytest.mark.parametrize("wrong", ["seven", "10", "07", "a", "7 "])
def test_wrong_names_are_refused_with_the_valid_ones(folder: Folder, wrong: str) -> None:
    place = folder("mine", {1: 1})
    (place / wrong).mkdir()
    with pytest.raises(DataError, match=r"0, 1, 2, 3, 4, 5, 6, 7, 8 or 9") as raised:
        ClassFolders.open(place)
    assert repr(wrong) in str(raised.value)


def test_digits_beside_parts_are_refused(folder: Folder) -> None:
    folder("mine/train", {1: 1})
    with pytest.raises(DataError, match="'3'"):
        ClassFolders.open(folder("mine", {3: 1}))


def test_wrong_names_inside_a_part(folder: Folder) -> None:
    folder("mine/test", {1: 1})
    (folder("mine/train", {1: 1}) / "dog").mkdir()
    with pytest.raises(DataError, match=r"train' holds .*'dog'"):
        ClassFolders.open(folder("mine/train", {1: 1}).parent)


def test_many_wrong_names_are_not_all_listed(tmp_path: Path) -> None:
    for letter in "abcdefgh":
        (tmp_path / letter).mkdir()
    with pytest.raises(DataError, match=r"'a', 'b', 'c', 'd', 'e', \.\.\."):
        ClassFolders.open(tmp_path)


def test_no_class_folders(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    with pytest.raises(DataError, match="holds no class folders"):
        ClassFolders.open(tmp_path)


def test_empty_class_folders(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "1").mkdir()
    with pytest.raises(DataError, match="There is no file in the class folders"):
        ClassFolders.open(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        ClassFolders.open(tmp_path / "nowhere")


@pytest.mark.parametrize("closed", ["mine", "mine/1"])
def test_a_folder_that_may_not_be_opened(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, closed: str, tmp_path: Path
) -> None:
    import os

    place = folder("mine", {1: 1, 2: 1})
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if Path(path) == tmp_path / closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    def iterdir(self: Path) -> object:
        return (Path(entry.path) for entry in scandir(self))  # type: ignore[attr-defined]

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(Path, "iterdir", iterdir)
    with pytest.raises(DataError, match=f"{closed}' cannot be opened: Permission denied"):
        ClassFolders.open(place)
