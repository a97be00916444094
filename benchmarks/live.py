"""How live the live ways of reading are: answers a second, and how late an answer is.

    python -m benchmarks.live [--seconds 20] [--only browser|window]

In the browser: the page as people use it, in Chromium, whose camera is a film of digits on
paper (640x480, 30 frames a second), with the server in a process of its own. The delay of an
answer runs from the moment its frame is taken from the video until it has been painted.
In the window: `benchmarks.live_window`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import live_window
from palote.errors import PaloteError
from tests.web.conftest import BROWSERS, QUIET
from tests.web.film import Paper, scenes, write

SECONDS = 20.0
WARM_UP_MS = 3000

MARKS = """() => {
    window.marks = [];
    let taken = 0;
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (source, ...rest) {
        if (source instanceof HTMLVideoElement) taken = performance.now();
        return draw.call(this, source, ...rest);
    };
    const plain = window.fetch;
    window.fetch = async (path, init) => {
        const from = taken;
        const response = await plain(path, init);
        if (!String(path).includes("/api/read")) return response;
        const json = response.json.bind(response);
        response.json = async () => {
            const value = await json();
            requestAnimationFrame(() => setTimeout(() => {
                window.marks.push([from, performance.now()]);
            }));
            return value;
        };
        return response;
    };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", choices=["browser", "window"])
    options = parser.parse_args()
    print(f"{'':<10}{'a second':>10}{'delay, median':>16}{'95th':>8}   ms")
    if options.only != "window":
        _show("browser", measure(options.seconds))
    if options.only != "browser":
        _window()


def measure(seconds: float = SECONDS) -> dict[str, float]:
    """Read with the page's camera tab for so long.

    Returns:
        fps: answers a second; median_ms and p95_ms: delay of an answer, in milliseconds.
    """
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("There is no Chromium on the PATH (Debian: apt-get install chromium).")
    with tempfile.TemporaryDirectory() as folder, _serving() as address:
        film = write(Path(folder) / "film.mjpeg", scenes(range(10), 1.2, 0.6, Paper()))
        arguments = [
            *QUIET,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            page = browser.new_context(permissions=["camera"]).new_page()
            page.goto(address + "#camera")
            page.evaluate(MARKS)
            page.locator("[data-do=start]").click()
            page.wait_for_function("() => window.marks.length > 3")
            page.wait_for_timeout(WARM_UP_MS)
            page.evaluate("window.marks.length = 0")
            page.wait_for_timeout(seconds * 1000)
            marks: list[list[float]] = page.evaluate("window.marks")
            browser.close()
    if len(marks) < 2:
        sys.exit(f"The page answered {len(marks)} times in {seconds:g} s, which is no measure.")
    delays = sorted(shown - taken for taken, shown in marks)
    return {
        "fps": (len(marks) - 1) / (marks[-1][1] - marks[0][1]) * 1000,
        "median_ms": statistics.median(delays),
        "p95_ms": delays[int(0.95 * (len(delays) - 1))],
    }


@contextmanager
def _serving() -> Iterator[str]:
    """Run the server as people do; give its address."""
    command = str(Path(sysconfig.get_path("scripts")) / "palote")
    server = subprocess.Popen(
        [command, "serve", "--port", "0", "--no-open"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                return
        sys.exit("The server did not start.")
    finally:
        server.terminate()
        server.wait()


def _window() -> None:
    try:
        figures = live_window.measure()
    except PaloteError as error:
        print(f"{'window':<10}not measured: {error}")
        return
    _show("window", figures)


def _show(name: str, figures: dict[str, float]) -> None:
    fps, median, late = (figures[key] for key in ("fps", "median_ms", "p95_ms"))
    print(f"{name:<10}{fps:>10.1f}{median:>16.0f}{late:>8.0f}")


if __name__ == "__main__":
    main()
