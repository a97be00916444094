"""MNIST as class folders: whole or not there, gone on with, never over something else."""

from __future__ import annotations

import errno
from pathlib import Path

import cv2
import pytest

from palote import Settings
from palote.data import ClassFolders, export_mnist, mnist
from palote.errors import DataError
from tests.digits import Tiny


@pytest.fixture
def settings(tmp_path: Path, tiny: Tiny) -> Settings:
    tiny.write(tmp_path / "sets" / "mnist")
    return Settings(datasets=tmp_path / "sets")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out"


def visible(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_all_of_it(settings: Settings, out: Path) -> None:
    told: list[tuple[int, int]] = []
    assert export_mnist(out, settings, progress=lambda *update: told.append(update)) == 90
    assert told == [(n, 90) for n in range(1, 91)]
    assert visible(out) == {"train", "test", "palote-export.json"}
    test = mnist("test", settings)
    picture = cv2.imread(str(out / "test" / "7" / "00017.png"), cv2.IMREAD_UNCHANGED)
    assert (picture == test.pixels[17]).all() and test.labels[17] == 7


def test_it_is_a_source(settings: Settings, out: Path) -> None:
    export_mnist(out, settings)
    source = ClassFolders.open(out)
    assert (source.count("train"), source.count("test")) == (60, 30)
    assert all(f"/{item.label}/" in item.origin for item in source.pictures("test"))


def test_a_part_and_no_more_than(settings: Settings, out: Path) -> None:
    assert export_mnist(out, settings, ["test"], most=2) == 20
    assert visible(out) == {"test", "palote-export.json"}
    assert len(list((out / "test" / "4").iterdir())) == 2


def test_a_stopped_one_goes_on(settings: Settings, out: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 70:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_mnist(out, settings, progress=stop)
    assert visible(out) == {".unfinished"}, "nothing counts before all is there"
    first = next(out.rglob("*.png"))
    written = first.stat().st_mtime_ns
    inside = first.relative_to(out / ".unfinished")
    assert export_mnist(out, settings) == 90
    assert (out / inside).stat().st_mtime_ns == written
    assert len(list(out.rglob("*.png"))) == 90
    assert visible(out) == {"train", "test", "palote-export.json"}


def test_stopped_while_it_came_out(settings: Settings, out: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 65:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_mnist(out, settings, progress=stop)
    (out / ".unfinished" / "train").rename(out / "train")
    assert export_mnist(out, settings) == 90
    assert len(list(out.rglob("*.png"))) == 90
    assert visible(out) == {"train", "test", "palote-export.json"}


def test_a_finished_one_stays(settings: Settings, out: Path) -> None:
    export_mnist(out, settings)
    (out / "train" / "0" / "mine.png").write_bytes(b"kept")
    (out / "test" / "0" / "00000.png").unlink()
    assert export_mnist(out, settings) == 90
    assert (out / "train" / "0" / "mine.png").read_bytes() == b"kept"


@pytest.mark.parametrize("name", ["diary.txt", "train", ".git"])
def test_a_folder_of_something_else(settings: Settings, out: Path, name: str) -> None:
    (out / name).mkdir(parents=True)
    with pytest.raises(DataError, match=f"not empty: it holds '{name}'"):
        export_mnist(out, settings)
    assert visible(out) == {name}


def test_another_export(settings: Settings, out: Path) -> None:
    export_mnist(out, settings, most=1)
    with pytest.raises(DataError, match="not empty"):
        export_mnist(out, settings, most=2)


def test_an_empty_folder(settings: Settings, out: Path) -> None:
    out.mkdir(parents=True)
    assert export_mnist(out, settings, most=1) == 20


def test_a_file(settings: Settings, out: Path) -> None:
    out.parent.mkdir()
    out.write_text("a file")
    with pytest.raises(DataError, match="cannot be written"):
        export_mnist(out, settings)


def test_a_full_disk(settings: Settings, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    real = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        nonlocal written
        written += 1
        if written > 20:
            real(self, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DataError, match=r"No space left on device\. Make room"):
            export_mnist(out, settings)
    assert visible(out) == {".unfinished"}
    pictures = list(out.rglob("*.p*"))
    assert len([path for path in pictures if path.is_file()]) == 19, "none of them is half"
    assert export_mnist(out, settings) == 90
