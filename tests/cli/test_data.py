"""`palote data`: what it prints and writes, and what every wrong call comes to."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.digits import Mirror, Tiny, drawn, mirror, tiny

from .conftest import Palote

Start = Callable[..., Mirror]

__all__ = ["mirror", "tiny"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Tiny) -> Path:
    """The working folder, with the tiny MNIST in PALOTE_DATA and a cache of its own."""
    tiny.write(tmp_path / "sets" / "mnist")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALOTE_DATA", str(tmp_path / "sets"))
    monkeypatch.setenv("PALOTE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def mine(here: Path) -> Path:
    """A folder with eight pictures of each digit."""
    for digit in range(10):
        (here / "mine" / str(digit)).mkdir(parents=True)
        for variant in range(8):
            cv2.imwrite(f"mine/{digit}/{variant}.png", drawn(digit, variant))
    return here / "mine"


def one_sentence(message: str) -> bool:
    return message.startswith("palote: ") and message.count("\n") == 1


def test_without_a_command_there_is_help(palote: Palote) -> None:
    said = palote("data")
    assert said.code == 2
    for command in ("fetch", "check", "show", "export", "purge"):
        assert f"\n  {command} " in said.out + said.err


def test_fetch(
    palote: Palote, here: Path, tiny: Tiny, mirror: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = mirror(tiny.packed)
    monkeypatch.delenv("PALOTE_DATA")
    monkeypatch.setattr("palote.data.mirrors.MIRRORS", (public.url,))
    result = palote("data", "fetch")
    assert (result.code, result.out) == (0, f"{here / 'cache' / 'mnist'}\n")
    assert result.err == "palote: MNIST is there, complete and right.\n"
    assert len(public.asked) == 4
    freed = palote("data", "purge")
    assert freed.err == f"palote: {sum(map(len, tiny.packed.values())):,} bytes are free again.\n"
    assert not (here / "cache" / "mnist").exists()
    assert palote("data", "purge").err == "palote: There was nothing to delete.\n"


def test_fetch_offline(palote: Palote, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PALOTE_DATA")
    result = palote("data", "fetch")
    assert result.code == 1 and one_sentence(result.err) and result.out == ""
    assert "go online and try again" in result.err and "PALOTE_DATA" in result.err


def test_fetch_looks_at_the_folder_that_is_set(palote: Palote, here: Path) -> None:
    assert palote("data", "fetch").out == f"{here / 'sets' / 'mnist'}\n"
    (here / "sets" / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    result = palote("data", "fetch")
    assert result.code == 1 and one_sentence(result.err) and "t10k-labels" in result.err


def test_check(palote: Palote, mine: Path) -> None:
    result = palote("data", "check", "mine")
    assert (result.code, result.err) == (0, "")
    assert result.lines[0].split() == ["digit", "train", "validation", "test"]
    assert [line.split() for line in result.lines[1:]] == [
        *([str(digit), "6", "1", "1"] for digit in range(10)),
        ["all", "60", "10", "10"],
    ]


def test_check_names_what_is_left_out(palote: Palote, mine: Path) -> None:
    (mine / "1" / "cut.png").write_bytes((mine / "1" / "0.png").read_bytes()[:60])
    cv2.imwrite("mine/2/blank.png", np.full((50, 50), 255, np.uint8))
    result = palote("data", "check", "mine")
    assert result.code == 1 and result.lines[-1].split() == ["all", "60", "10", "10"]
    assert "left out: 'mine/1/cut.png'" in result.err and "damaged" in result.err
    assert "left out: 'mine/2/blank.png' is blank" in result.err


def test_check_does_not_name_hundreds(palote: Palote, mine: Path) -> None:
    for number in range(15):
        (mine / "1" / f"bad{number}.png").write_bytes(b"no picture")
    result = palote("data", "check", "mine")
    assert result.err.count("left out:") == 11 and "left out: 5 more." in result.err


def test_check_finds_copies(palote: Palote, mine: Path) -> None:
    (mine / "test").mkdir()
    (mine / "train").mkdir()
    for digit in "0123456789":
        shutil.move(mine / digit, mine / "train" / digit)
    shutil.copytree(mine / "train" / "5", mine / "test" / "5")
    result = palote("data", "check", "mine")
    assert result.code == 1
    assert "8 test pictures are in the training part too" in result.err
    assert "mine/test/5/" in result.err and "mine/train/5/" in result.err


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (lambda here: None, 2, "no data set and no folder 'mine'"),
        (lambda here: (here / "mine").mkdir(), 1, "holds no class folders"),
        (lambda here: (here / "mine" / "3").mkdir(parents=True), 1, "no file in the class"),
        (lambda here: (here / "mine" / "three").mkdir(parents=True), 1, "'three'"),
        (lambda here: write(here, "7", 9), 1, "the same digit, 7"),
        (lambda here: (write(here, "1", 1), write(here, "2", 1)), 1, "too few pictures"),
        (lambda here: corrupt(here), 1, "no picture of a digit in mine"),
    ],
    ids=["none", "empty", "no files", "wrong name", "one class", "too few", "corrupt"],
)
def test_folders_that_cannot_be_trained_on(
    palote: Palote, here: Path, make: Callable[[Path], object], code: int, says: str
) -> None:
    make(here)
    result = palote("data", "check", "mine")
    assert result.code == code and one_sentence(result.err) and says in result.err
    assert result.out == ""


def write(here: Path, digit: str, count: int) -> None:
    (here / "mine" / digit).mkdir(parents=True)
    for variant in range(count):
        cv2.imwrite(f"mine/{digit}/{variant}.png", drawn(int(digit), variant))


def corrupt(here: Path) -> None:
    for digit in "12":
        (here / "mine" / digit).mkdir(parents=True)
        (here / "mine" / digit / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")


def test_a_folder_that_may_not_be_opened(
    palote: Palote, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def iterdir(self: Path) -> object:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", iterdir)
    result = palote("data", "check", "mine")
    assert result.code == 1 and one_sentence(result.err)
    assert "'mine' cannot be opened: Permission denied" in result.err


def test_a_weight_that_is_none(palote: Palote, mine: Path) -> None:
    result = palote("data", "check", "mine=lots")
    assert result.code == 2 and one_sentence(result.err) and "'lots'" in result.err


def test_show(palote: Palote, mine: Path) -> None:
    result = palote("data", "show", "mnist", "mine", "--out", "both.png", "--each", "2")
    assert (result.code, result.out, result.err) == (0, "both.png\n", "")
    assert palote("data", "show").out == "sheet.png\n"
    with Image.open("both.png") as both, Image.open("sheet.png") as sheet:
        assert both.height == 2 * sheet.height and both.width < sheet.width


def test_show_pen_strokes(palote: Palote, here: Path, datasets: Path) -> None:
    (here / "sets" / "pen").symlink_to(datasets / "pen")
    assert palote("data", "show", "pen", "--each", "1", "--out", "pen.png").code == 0
    with Image.open("pen.png") as sheet:
        assert len(set(sheet.convert("L").tobytes())) > 100


def test_pen_strokes_without_their_files(palote: Palote, here: Path) -> None:
    result = palote("data", "show", "pen")
    assert result.code == 1 and one_sentence(result.err) and "pen strokes" in result.err


def test_show_a_part(palote: Palote, mine: Path) -> None:
    palote("data", "show", "--out", "train.png")
    palote("data", "show", "--split", "test", "--out", "test.png")
    assert Path("train.png").read_bytes() != Path("test.png").read_bytes()
    result = palote("data", "show", "--split", "validation")
    assert result.code == 2 and one_sentence(result.err) and "train, test" in result.err


def test_show_names_what_it_cannot_read(palote: Palote, here: Path) -> None:
    write(here, "1", 4)
    (here / "mine" / "1" / "notes.txt").write_text("no picture")
    result = palote("data", "show", "mine", "--each", "9")
    assert result.code == 0 and "notes.txt" in result.err


def test_show_in_another_format(palote: Palote, mine: Path) -> None:
    result = palote("data", "show", "mine", "--out", "sheet.jpg")
    assert result.code == 2 and one_sentence(result.err) and ".png" in result.err


def test_export(palote: Palote, here: Path) -> None:
    result = palote("data", "export", "--out", "digits", "--most", "2")
    assert (result.code, result.out, result.err) == (0, "digits\n", "palote: 40 pictures.\n")
    assert {path.name for path in Path("digits").iterdir()} == {
        "train",
        "test",
        "palote-export.json",
    }
    assert palote("data", "export", "--out", "one", "--split", "test").err.startswith("palote: 30")
    assert not Path("one/train").exists()


def test_export_over_something_else(palote: Palote, mine: Path) -> None:
    result = palote("data", "export", "--out", "mine")
    assert result.code == 1 and one_sentence(result.err) and "not empty" in result.err
    assert len(list(mine.rglob("*.png"))) == 80


def test_export_of_a_part_that_is_none(palote: Palote, here: Path) -> None:
    result = palote("data", "export", "--out", "digits", "--split", "all")
    assert result.code == 2 and one_sentence(result.err) and "train, test, both" in result.err


@pytest.mark.parametrize("command", [["export", "--out", "digits"], ["show", "--out", "a.png"]])
def test_a_full_disk(
    palote: Palote, here: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = palote("data", *command)
    assert result.code == 1 and one_sentence(result.err)
    assert "cannot be written: No space left on device" in result.err
    assert not Path(command[2]).is_file() and not list(here.rglob("*.part"))
