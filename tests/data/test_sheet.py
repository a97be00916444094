"""The contact sheet: every digit in its row, the picture beside what the network sees."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from palote.data import ClassFolders, contact_sheet, read_patches, save_sheet
from palote.data.sheet import CELL, HEAD, INNER, LABEL, MARGIN, OUTER
from palote.errors import DataError, UsageError
from tests.digits import Folder, drawn


def cell(sheet: Image.Image, row: int, column: int, right: bool) -> np.ndarray:
    """The inside of one cell, without its edge."""
    left = MARGIN + LABEL + column * (2 * CELL + INNER + OUTER) + right * (CELL + INNER)
    top = MARGIN + HEAD + row * (CELL + OUTER)
    box = (left + 1, top + 1, left + CELL - 1, top + CELL - 1)
    return np.asarray(sheet.crop(box).convert("L"))


def test_picture_and_patch_stand_side_by_side(folder: Folder) -> None:
    source = ClassFolders.open(folder("mine", dict.fromkeys(range(10), 6)))
    sheet, skipped = contact_sheet([source], each=3)
    assert skipped == ()
    first = {item.label: item for item in reversed(list(source.pictures("train")))}
    for digit, item in first.items():
        seen = cell(sheet, digit, 0, right=True)[::3, ::3]
        assert (seen == read_patches(item.pixels[None])[0]).all()
        assert cell(sheet, digit, 0, right=False).mean() > 180, "the drawing is on white paper"
    assert len({cell(sheet, 3, column, True).tobytes() for column in range(3)}) == 3


def test_a_digit_without_pictures(folder: Folder) -> None:
    source = ClassFolders.open(folder("mine", {1: 4, 2: 1}))
    sheet, _ = contact_sheet([source], each=2)
    assert (cell(sheet, 5, 1, right=True) == 255).all()
    assert (cell(sheet, 1, 1, right=True) == 0).any()


def test_sources_stand_below_each_other(folder: Folder) -> None:
    one = ClassFolders.open(folder("one", {1: 4, 2: 4}))
    other = ClassFolders.open(folder("other", {1: 4, 2: 4}))
    single, both = contact_sheet([one])[0], contact_sheet([one, other])[0]
    assert both.size == (single.width, 2 * single.height)
    assert np.asarray(both)[: single.height].tobytes() == np.asarray(single).tobytes()


def test_blank_and_unreadable_pictures(folder: Folder) -> None:
    place = folder("mine", {1: 2})
    for path in (place / "1").iterdir():
        Image.new("L", (40, 40), 255).save(path)
    (place / "1" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    sheet, skipped = contact_sheet([ClassFolders.open(place)], each=1)
    assert len(skipped) <= 1 and all("broken.png" in sentence for sentence in skipped)
    assert (cell(sheet, 1, 0, right=True) > 200).any(), "no black patch, but a word"


def test_nothing_to_show(folder: Folder) -> None:
    source = ClassFolders.open(folder("mine", {1: 1}))
    with pytest.raises(DataError, match="the test part of 'mine'"):
        contact_sheet([source], "test")


def test_it_is_saved_as_png(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.PNG"
    save_sheet(Image.fromarray(drawn(3, 0)), path)
    with Image.open(path) as read:
        assert (np.asarray(read) == drawn(3, 0)).all()


def test_another_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"sheet\.jpg' must end in \.png"):
        save_sheet(Image.new("L", (4, 4)), tmp_path / "sheet.jpg")


def test_a_full_disk_leaves_the_old_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(b"the old one")

    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match=r"sheet\.png' cannot be written: No space left"):
        save_sheet(Image.new("L", (4, 4)), path)
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.png"]
    assert path.read_bytes() == b"the old one"
