"""A reader and sources that do what a test says, films, and a screen without a monitor."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageGrab

from palote import Reader
from palote.errors import PaloteError
from palote.result import Alternative, Box, Digit, Line, Reading, Status
from palote.surfaces.webcam.frames import Frame
from palote.surfaces.webcam.threads import Answer
from tests.webcam import film
from tests.webcam.screen import in_memory

PATIENCE = 30.0
"""Seconds that anything may take under load; on an idle machine it takes a fraction of one."""


def until(wanted: Callable[[], object], what: Callable[[], str] = str) -> None:
    """Wait for a state; ``what`` tells of it where it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < deadline, f"it did not come to this: {what()}"
        time.sleep(0.03)


def reading(value: str = "7", status: Status = "ok", box: Box = (10, 20, 30, 40)) -> Reading:
    """A reading as the reader makes them."""
    if status == "empty":
        return Reading("", "empty", 0.0)
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[int(value)] = 0.91
    ink = np.zeros((28, 28), np.float32)
    ink[4:24, 12:16] = 1
    digit = Digit(value, 0.9, probabilities, box, ink)
    text = {"ok": value, "unsure": "?", "not_digit": ""}[status]
    return Reading(text, status, 0.9, (digit,))


def number(text: str = "2047") -> Reading:
    """A reading of one number, its digits side by side."""
    digits = tuple(
        reading(value, box=(100 + 50 * place, 20, 40, 60)).digits[0]
        for place, value in enumerate(text)
    )
    others = (Alternative(text, text, 0.81), Alternative("2017", "2017", 0.12))
    line = Line(text, text, "ok", 0.9, (100, 20, 190, 60), digits, others)
    return Reading(text, "ok", 0.9, digits, lines=(line,))


def frame(number: int = 1, taken: float = 0.0, shade: int = 200) -> Frame:
    return Frame(number, np.full((480, 640, 3), shade, np.uint8), taken)


def answer(one: Reading, of: Frame | None = None) -> Answer:
    return Answer(of or frame(), (0, 0, 640, 480), one, "default")


@dataclass
class Source:
    """Gives the pictures of a list, the last one for ever; an error in it is raised."""

    pictures: list[NDArray[np.uint8] | PaloteError]
    pause: float = 0.005
    closed: bool = False
    given: int = 0

    def next(self) -> NDArray[np.uint8]:
        self.given += 1
        one = self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]
        if isinstance(one, Exception):
            raise one
        return one

    def close(self) -> None:
        self.closed = True


@dataclass
class Slow:
    """A reader that reads what it is told, when it is let."""

    says: Callable[[NDArray[np.uint8]], Reading] = lambda pixels: reading()
    may: threading.Event = field(default_factory=threading.Event)
    seen: list[NDArray[np.uint8]] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def read(self, image: NDArray[np.uint8], *, expect: str) -> Reading:
        self.expected.append(expect)
        self.seen.append(image)
        assert self.may.wait(PATIENCE)
        return self.says(image)


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader("default")


@pytest.fixture(scope="session")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven, nothing, three; a second each."""
    return film.write(tmp_path_factory.mktemp("film") / "film.avi", [7, None, 3])


@pytest.fixture(scope="session")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one picture, of an 8: the window stands still."""
    folder = tmp_path_factory.mktemp("slides")
    cv2.imwrite(str(folder / "8.png"), film.scene(8))
    return folder


@pytest.fixture(scope="session")
def screen(missing: Callable[[str, str], None]) -> Iterator[str]:
    """Name of a display of its own, in memory."""
    for tool in ("Xvfb", "xdotool"):
        if shutil.which(tool) is None:
            missing("tools", f"there is no {tool} on the PATH")
    with in_memory() as name:
        yield name


class Window:
    """``palote webcam`` as a person has it: seen on a screen, told by keys.

    Args:
        process: the command.
        log: what it writes to stderr.
        screen: name of the display.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path, screen: str) -> None:
        self.process = process
        self._log = log
        self._screen = screen
        self._id = ""
        until(self._found, lambda: "a window")
        self._do("windowfocus", "--sync", self._id)

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        """Which shows the answer and the model: ``7 - default - Palote``."""
        return self._do("getwindowname", self._id).strip()

    def wait(self, title: str) -> None:
        """Wait for a title, a pattern."""
        until(lambda: re.fullmatch(title, self.title), lambda: f"{title}, but {self.title!r}")

    def wait_said(self, pattern: str) -> re.Match[str]:
        until(lambda: re.search(pattern, self.said), lambda: f"{pattern}, but {self.said!r}")
        found = re.search(pattern, self.said)
        assert found is not None
        return found

    def press(self, *keys: str) -> None:
        self._do("key", *keys)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag the mouse between two points of the window."""
        for x, y, after in ((*start, "mousedown"), (*end, "mouseup")):
            self._do("mousemove", "--sync", "--window", self._id, str(x), str(y), after, "1")

    def resize(self, width: int, height: int) -> None:
        self._do("windowsize", self._id, str(width), str(height))

    def picture(self) -> Image.Image:
        """The window as it is on the screen."""
        geometry = self._do("getwindowgeometry", "--shell", self._id)
        x, y, width, height = (
            int(re.findall(rf"^{name}=(\d+)", geometry, re.M)[0])
            for name in ("X", "Y", "WIDTH", "HEIGHT")
        )
        shot = ImageGrab.grab(xdisplay=self._screen)
        return shot.convert("RGB").crop((x, y, x + width, y + height))

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        return self.process.wait(PATIENCE)

    def _found(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}: {self.said}")
        with suppress(subprocess.CalledProcessError):
            self._id = self._do("search", "--onlyvisible", "--class", "palote").split()[-1]
        return bool(self._id)

    def _do(self, *arguments: str) -> str:
        environment = {**os.environ, "DISPLAY": self._screen}
        return subprocess.run(
            ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=True
        ).stdout


OpenWindow = Callable[..., Window]


@pytest.fixture
def window(screen: str, tmp_path: Path) -> Iterator[OpenWindow]:
    """Call it with the arguments of ``palote webcam``; it runs in the test's own folder."""
    with _windows(screen, tmp_path) as start:
        yield start


@contextmanager
def _windows(screen: str, folder: Path) -> Iterator[OpenWindow]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path) -> Window:
        log = folder / f"stderr-{len(started)}.txt"
        command = [sys.executable, "-m", "palote", "webcam", *map(str, arguments)]
        environment = {**os.environ, "DISPLAY": screen, "LC_ALL": "C.UTF-8"}
        with log.open("wb") as errors:
            process = subprocess.Popen(command, cwd=folder, env=environment, stderr=errors)
        started.append(process)
        return Window(process, log, screen)

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.wait()
