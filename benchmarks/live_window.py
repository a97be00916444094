"""How fast ``palote webcam`` is: frames a second, and from a frame to its answer on the screen.

    python -m benchmarks.live_window

A film of 640x480 at 30 frames a second stands in for the camera, and Xvfb for the screen
where it is installed. The default network reads. What a camera itself takes, and a real
screen, is not in the figures.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from palote.errors import PaloteError
from tests.webcam import film
from tests.webcam.screen import in_memory

SECONDS = 15.0
SHOWN = (7, None, 3, 8)
RATE = 30


def main() -> None:
    try:
        if len(sys.argv) == 2:
            print(json.dumps(_watch(sys.argv[1])))
            return
        found = measure()
    except PaloteError as error:
        sys.exit(str(error))
    print(
        f"window: {found['fps']:.1f} frames a second; from frame to answer "
        f"{found['median_ms']:.0f} ms (median), {found['p95_ms']:.0f} ms (95 %)"
    )


def measure() -> dict[str, float]:
    """Return fps, median_ms and p95_ms of the window, in a process of its own.

    Raises:
        PaloteError: the window could not be opened; the message says why.
    """
    with tempfile.TemporaryDirectory() as folder, _screen() as environment:
        path = film.write(Path(folder) / "film.avi", SHOWN, RATE, RATE)
        command = [sys.executable, "-m", "benchmarks.live_window", str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise PaloteError(done.stderr.strip())
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _watch(path: str) -> dict[str, float]:
    from palote.surfaces.webcam import open_window

    def leave() -> None:
        import pygame

        pygame.event.post(pygame.event.Event(pygame.QUIT))

    clock = threading.Timer(SECONDS, leave)
    clock.start()
    with tempfile.TemporaryDirectory() as folder:
        figures = open_window(path, save_to=Path(folder), say=lambda line: None)
    return {"fps": figures.fps, "median_ms": figures.median_ms, "p95_ms": figures.p95_ms}


@contextlib.contextmanager
def _screen() -> Iterator[dict[str, str]]:
    """Start a screen in memory; where there is no Xvfb, use the one that is there."""
    if shutil.which("Xvfb") is None:
        yield dict(os.environ)
        return
    with in_memory() as name:
        yield {**os.environ, "DISPLAY": name}


if __name__ == "__main__":
    main()
