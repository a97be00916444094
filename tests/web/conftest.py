"""A real server and a real browser, and digits as people wrote them."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import cv2
import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from palote.surfaces.web import create_app
from palote.surfaces.web.protocol import HttpProtocol

TRAJECTORIES = json.loads((Path(__file__).parent / "trajectories.json").read_text())["digits"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

OWN = ("http://127.0.0.1:", "http://palote.test:", "data:", "blob:")
"""What the page may ask for; a test that uses palote.test makes it a name of this machine."""

PATIENCE_MS = 20_000
"""How long the page may take under load; on an idle machine it takes a tenth of a second."""

Picture = NDArray[np.uint8]
Strokes = list[list[tuple[float, float]]]


class Server:
    """An application on a real port of this machine, in a thread."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, http=HttpProtocol, log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        deadline = time.monotonic() + 20
        while httpx.get(f"{self.url}/readyz").status_code != 200:
            if time.monotonic() > deadline:
                self.stop()
                pytest.fail("the server does not become ready")
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[Server]:
    server = Server(app, port)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The application as a person runs it."""
    with serving(create_app()) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as made:
        yield made


def strokes(digit: int, side: float, longer: float = 0.62) -> Strokes:
    """A person's strokes of a digit, in the middle of a sheet of ``side``."""
    raw = [list(zip(s[::2], s[1::2], strict=True)) for s in TRAJECTORIES[str(digit)]]
    points = np.array([point for stroke in raw for point in stroke], float)
    middle = (points.min(0) + points.max(0)) / 2
    scale = side * longer / 100
    placed = [(np.array(stroke) - middle) * scale + side / 2 for stroke in raw]
    return [[(float(x), float(y)) for x, y in stroke] for stroke in placed]


def drawing(digit: int, side: int = 280, pen: int = 13) -> Picture:
    """A digit in black on white, uint8 (side, side)."""
    sheet: Picture = np.full((side, side), 255, np.uint8)
    for stroke in strokes(digit, side):
        points = [np.rint(np.array(stroke)).astype(np.int32)]
        cv2.polylines(sheet, points, False, 0, pen, cv2.LINE_AA)
    return sheet


def encoded(picture: Picture, ending: str = ".png") -> bytes:
    done, data = cv2.imencode(ending, picture)
    assert done
    return data.tobytes()


@contextmanager
def chromium(request: pytest.FixtureRequest, *arguments: str) -> Iterator[Browser]:
    """Headless Chromium with further arguments."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        request.getfixturevalue("missing")("tools", "there is no Chromium on the PATH")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=[*QUIET, *arguments])
        yield made
        made.close()


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A module's own browser, for its event loop must not outlive the module."""
    with chromium(request) as made:
        yield made


class OpenPage(Protocol):
    """Opens Palote's page in a fresh browser context."""

    def __call__(
        self,
        path: str = "/",
        *,
        url: str | None = None,
        language: str = "en-GB",
        scheme: str = "light",
        size: tuple[int, int] = (1280, 900),
        touch: bool = False,
        motion: str = "reduce",
    ) -> Page: ...


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """Open the page; afterwards no script may have failed and no other origin been asked."""
    foreign: list[str] = []
    failures: list[str] = []
    contexts = []

    def watch(request: Request) -> None:
        if not request.url.startswith(OWN):
            foreign.append(request.url)

    def open_page(
        path: str = "/",
        *,
        url: str | None = None,
        language: str = "en-GB",
        scheme: str = "light",
        size: tuple[int, int] = (1280, 900),
        touch: bool = False,
        motion: str = "reduce",
    ) -> Page:
        context = browser.new_context(
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": size[0], "height": size[1]},
            has_touch=touch,
            is_mobile=touch,
            reduced_motion="reduce" if motion == "reduce" else "no-preference",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("request", watch)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on(
            "console",
            lambda message: "Security" in message.text and failures.append(message.text),
        )
        page.goto((url or server.url) + path)
        known = page.locator("[data-part=version]" if path == "/" else "article h3")
        expect(known.last).to_have_text(re.compile(r"\w \d|Stage|Problem|Request"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert failures == []


def draw(page: Page, digit: int, longer: float = 0.62) -> None:
    """Draw a digit on the page's sheet with the mouse, as a person wrote it."""
    box = page.locator("canvas").bounding_box()
    assert box
    for stroke in strokes(digit, box["width"], longer):
        (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(x, y)
        page.mouse.up()


def bodies(page: Page) -> Callable[[], list[bytes]]:
    """Keep what the page sends from now on; a browser does not show blobs to its tester."""
    page.evaluate("""() => {
        window.sent = [];
        const plain = window.fetch;
        window.fetch = async (path, init) => {
            if (init?.body) {
                const bytes = new Uint8Array(await init.body.arrayBuffer());
                const letters = Array.from(bytes, (byte) => String.fromCharCode(byte));
                window.sent.push(btoa(letters.join("")));
            }
            return plain(path, init);
        };
    }""")
    return lambda: [base64.b64decode(text) for text in page.evaluate("window.sent")]
