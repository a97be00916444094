"""The command line in this process and in one of its own, and pictures to read."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest

from palote.surfaces.cli import main
from palote.surfaces.cli.options import log
from tests.drawing import ring, seven

PALOTE = [sys.executable, "-m", "palote"]


@dataclass(frozen=True)
class Result:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Palote = Callable[..., Result]


@pytest.fixture
def palote(capsys: pytest.CaptureFixture[str]) -> Palote:
    """Run a command in this process."""

    def run(*arguments: str | os.PathLike[str]) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([os.fspath(argument) for argument in arguments])
        # --verbose holds for the rest of a process, which a test's is not.
        log.handlers.clear()
        log.setLevel(logging.NOTSET)
        code = ended.value.code
        said = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run a command in a process of its own, with bytes on its standard input."""

    def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*PALOTE, *arguments], input=stdin, capture_output=True, timeout=50)

    return run


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a picture of a 7 in the working folder."""
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("photo.png", seven())
    return "photo.png"


@pytest.fixture
def folder(photo: str) -> Path:
    """A folder with pictures in it and below it, and with other files."""
    top = Path("scans")
    (top / "b").mkdir(parents=True)
    cv2.imwrite(str(top / "a.png"), seven())
    cv2.imwrite(str(top / "z.jpg"), ring())
    cv2.imwrite(str(top / "b" / "c.bmp"), seven())
    (top / "b" / "C2.PNG").write_bytes((top / "a.png").read_bytes())
    (top / "notes.txt").write_text("no picture")
    (top / "._a.png").write_bytes(b"what macOS leaves")
    return top
