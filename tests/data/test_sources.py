"""From a text to a source and its weight."""

from __future__ import annotations

from pathlib import Path

import pytest

from palote import Settings
from palote.data import ClassFolders, Labelled, source
from palote.data.digits import Mnist
from palote.errors import DataError, UsageError
from tests.digits import Folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "weight"), [("mnist", 1.0), ("mnist=2", 2.0), ("mnist=0.25", 0.25)]
)
def test_mnist(text: str, weight: float) -> None:
    assert source(text, Settings()) == (Mnist(Settings()), weight)


def test_a_folder(folder: Folder) -> None:
    folder("my-digits", {1: 1, 2: 1})
    found, weight = source("my-digits=3", Settings())
    assert isinstance(found, ClassFolders)
    assert (found.name, weight) == ("my-digits", 3.0)
    assert source("./my-digits/", Settings())[0].name == "my-digits"


def test_a_folder_with_an_equals_sign(folder: Folder) -> None:
    folder("a=b", {1: 1, 2: 1})
    assert source("a=b", Settings())[1] == 1.0
    assert source("a=b=2", Settings())[1] == 2.0


def test_a_folder_that_is_called_like_a_data_set(folder: Folder) -> None:
    folder("mnist", {1: 1, 2: 1})
    assert isinstance(source("mnist", Settings())[0], Mnist)
    assert isinstance(source("./mnist", Settings())[0], ClassFolders)


def test_a_folder_with_a_table(tmp_path: Path, folder: Folder) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "labels.csv").write_text("file,label\na.png,1\n")
    assert isinstance(source("scans", Settings())[0], Labelled)
    away = Settings(datasets=tmp_path)
    (tmp_path / "elsewhere").mkdir()
    assert isinstance(source("scans", away)[0], Labelled)
    folder("scans", {1: 1})
    assert isinstance(source("scans", Settings())[0], ClassFolders)


def test_inside_the_folder_of_data_sets(
    tmp_path: Path, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder("sets/theirs", {1: 1, 2: 1})
    assert source("theirs", Settings(datasets=tmp_path / "sets"))[0].name == "theirs"


def test_one_that_is_handed_in(folder: Folder) -> None:
    handed = ClassFolders.open(folder("strokes", {1: 1, 2: 1}))
    assert source("pen=2", Settings(), {"pen": handed}) == (handed, 2.0)


@pytest.mark.parametrize("text", ["nosuch", "", "=2", "nosuch=2", "photo.png", "\0"])
def test_nothing_of_that_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    with pytest.raises(UsageError, match="Known data sets: mnist, pen") as raised:
        source(text, Settings(), {"pen": Mnist(Settings())})
    assert repr(text.removesuffix("=2")) in str(raised.value)


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "three", ""])
def test_a_weight_that_is_none(number: str) -> None:
    with pytest.raises(UsageError, match="a number above 0") as raised:
        source(f"mnist={number}", Settings())
    assert repr(number) in str(raised.value)


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    with pytest.raises(DataError, match="no class folders"):
        source("cats", Settings())
