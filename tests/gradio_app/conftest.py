"""`palote gradio` in a process of its own, watched, and a browser with a camera before it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from palote.model.card import Card
from palote.model.catalog import ASSETS
from tests.conftest import Missing
from tests.web.conftest import BROWSERS, QUIET, drawing, encoded

PATIENCE_MS = 30_000
DOUBTFUL = "doubtful"
"""Name of a model that is never sure."""
LINES = {
    1: (((0.5, 0.15), (0.5, 0.85)),),
    4: (((0.4, 0.1), (0.25, 0.6), (0.75, 0.6)), ((0.6, 0.35), (0.6, 0.95))),
    7: (((0.25, 0.2), (0.7, 0.2), (0.45, 0.9)),),
}
"""Strokes of digits, in shares of the sheet."""
ON_CAMERA = 3
"""What the camera sees."""

PROGRAM = r"""
import sys

seen = open(sys.argv[1], "a", buffering=1)

def local(host):
    return host in (None, "", b"", "localhost") or str(host).startswith(("127.", "::1", "0.0.0.0"))

def watch(event, arguments):
    if event == "socket.getaddrinfo" and not local(arguments[0]):
        seen.write(f"looked up {arguments[0]}\n")
    elif event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not local(address[0]):
            seen.write(f"{event} {address[0]}\n")

sys.addaudithook(watch)

import socket, threading, webbrowser
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.001)
except OSError:
    pass
# Beside names and connections, what leaves may be a program that is started.
sys.addaudithook(
    lambda event, arguments: event == "subprocess.Popen" and seen.write(f"ran {arguments[0]}\n")
)
webbrowser.open = lambda address: print("browser", address, flush=True)
from palote.surfaces.cli import main
main(["gradio", *sys.argv[2:]])
"""


Result = TypeVar("Result")


def in_loop(work: Callable[[], Result]) -> Result:
    """Do something in an event loop; without one, Gradio makes several and never closes them."""

    async def run() -> Result:
        return work()

    return asyncio.run(run())


@pytest.fixture(scope="session")
def gradio(missing: Missing) -> ModuleType:
    """Gradio."""
    if find_spec("gradio") is None:
        missing("tools", "the extra gradio is not installed")
    return in_loop(lambda: import_module("gradio"))


@dataclass(frozen=True)
class Running:
    """`palote gradio` as a process.

    Attributes:
        process: itself.
        url: where it is.
        temporary: the folder in which all that it writes for a moment lies.
        seen: file with the connections it made, the first one by the test itself.
    """

    process: subprocess.Popen[str]
    url: str
    temporary: Path
    seen: Path

    def pictures(self) -> list[Path]:
        """The files that lie in the folder for uploads."""
        return [path for path in self.temporary.rglob("*") if path.is_file()]


def start(folder: Path, *arguments: str) -> Running:
    """Start `palote gradio`; it keeps what it writes below the folder."""
    for name in ("temporary", "home"):
        (folder / name).mkdir()
    environment = {
        **os.environ,
        **dict.fromkeys(("HOME", "USERPROFILE"), str(folder / "home")),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "temporary")),
        "PALOTE_DATA_DIR": str(folder / "data"),
    }
    environment.pop("GRADIO_TEMP_DIR", None)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder / "seen"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"Palote is at (http://127\.0\.0\.1:\d+)", line)
    assert found, line + process.stderr.read()
    return Running(process, found[1], folder / "temporary", folder / "seen")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, missing: Missing) -> Iterator[Running]:
    """The app as a person starts it, with a second model in the catalogue."""
    if find_spec("gradio") is None:
        missing("tools", "the extra gradio is not installed")
    folder = tmp_path_factory.mktemp("gradio")
    home = folder / "data" / "models" / DOUBTFUL
    home.mkdir(parents=True)
    shutil.copy(ASSETS / "default.onnx", home / f"{DOUBTFUL}.onnx")
    card = Card.from_file(ASSETS / "default.card.json")
    card = replace(card, name=DOUBTFUL, sha256={}, temperature=card.temperature * 40)
    (home / f"{DOUBTFUL}.card.json").write_text(card.to_json(), encoding="utf-8")
    server = start(folder, "--no-open", "--port", "0")
    yield server
    server.process.terminate()
    server.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def browser(missing: Missing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium, whose camera sees a digit on paper."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("tools", "there is no Chromium on the PATH")
    film = tmp_path_factory.mktemp("camera") / "digit.mjpeg"
    sheet = np.full((480, 640, 3), 235, np.uint8)
    sheet[100:380, 180:460] = drawing(ON_CAMERA)[..., None]
    film.write_bytes(encoded(sheet, ".jpg") * 10)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=[*QUIET, *camera])
        yield made
        made.close()


OpenApp = Callable[..., Page]


@pytest.fixture
def open_app(browser: Browser, running: Running) -> Iterator[OpenApp]:
    """Open the app; afterwards no script may have failed and no other origin been asked."""
    foreign: list[str] = []
    failures: list[str] = []
    contexts = []

    def open_app(language: str = "en-GB", size: tuple[int, int] = (1280, 1000)) -> Page:
        context = browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            permissions=["camera"],
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        ours = (f"{running.url}/", "data:", "blob:")
        page.on("request", lambda one: one.url.startswith(ours) or foreign.append(one.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: "Security" in said.text and failures.append(said.text))
        page.goto(running.url)
        # The examples come with the language, when all is in its place.
        expect(page.locator(".palote-examples button img")).to_have_count(5)
        expect(page.locator("#palote-sheet canvas")).to_be_visible()
        return page

    yield open_app
    for context in contexts:
        context.close()
    assert foreign == []
    assert failures == []


def draw(page: Page, digit: int) -> None:
    """Draw a digit on the sheet with the mouse, in straight lines."""
    box = page.locator("#palote-sheet canvas").bounding_box()
    assert box
    side = min(box["width"], box["height"]) * 0.8
    left = box["x"] + (box["width"] - side) / 2
    top = box["y"] + (box["height"] - side) / 2
    for stroke in LINES[digit]:
        (x, y), *rest = [(left + x * side, top + y * side) for x, y in stroke]
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(x, y, steps=3)
        page.mouse.up()


def nothing_left(running: Running, seconds: float = 20) -> bool:
    """Whether no file is left soon; an upload lies there until it has been read."""
    deadline = time.monotonic() + seconds
    while running.pictures() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not running.pictures()
