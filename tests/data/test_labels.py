"""A folder with a table of labels: read for judging, refused for training."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from palote.data import labelled
from palote.errors import CorruptImage, DataError
from tests.digits import drawn


def table(place: Path, text: str) -> Path:
    (place / "labels.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name, digit in (("a.png", 3), ("b.png", 5)):
        cv2.imwrite(str(tmp_path / name), drawn(digit, 0))
    return tmp_path


def test_the_real_one(datasets: Path) -> None:
    wild = labelled(datasets / "wild")
    assert (wild.name, wild.count("test"), wild.count("train")) == ("wild", 488, 0)
    items = list(wild.pictures("test"))
    assert len(items) == 488 and {item.label for item in items} == set(range(10))
    assert all(item.origin.rpartition("_")[2].startswith(str(item.label)) for item in items)


def test_further_columns_and_a_byte_order_mark(scans: Path) -> None:
    table(scans, "\ufefflabel,who,file\n3,Ana,a.png\n 5 ,Ben,b.png\n")
    items = list(labelled(scans).pictures("test"))
    assert [(item.origin, item.label) for item in items] == [("a.png", 3), ("b.png", 5)]
    assert (items[0].pixels == drawn(3, 0)).all()


def test_it_is_not_trained_on(scans: Path) -> None:
    source = labelled(table(scans, "file,label\na.png,3\n"))
    with pytest.raises(DataError, match="for judging, not for training"):
        next(source.pictures("train"))


def test_pictures_that_cannot_be_read(scans: Path) -> None:
    (scans / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    source = labelled(table(scans, "file,label\nbad.png,1\nnone.png,2\na.png,3\n"))
    told: list[str] = []
    assert [item.label for item in source.pictures("test", told.append)] == [3]
    assert "bad.png" in told[0] and "none.png" in told[1]
    with pytest.raises(CorruptImage, match=r"bad\.png"):
        next(source.pictures("test"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.png,3\nb.png,12\n", r"Line 3 .*'12', not a single digit"),
        ("file,label\na.png,x\n", r"Line 2 .*'x'"),
        ("file,label\na.png,\n", r"Line 2 .*''"),
        ("file,label\na.png\n", "Line 2"),
        ("name,digit\na.png,3\n", r'no "file" or no "label"'),
        ("file,label\n", "names no pictures"),
        ("", "names no pictures"),
    ],
)
def test_wrong_tables(scans: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        labelled(table(scans, text))


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.csv' is missing"):
        labelled(tmp_path)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(bytes(range(128, 256)))
    with pytest.raises(DataError, match="cannot be read"):
        labelled(tmp_path)
