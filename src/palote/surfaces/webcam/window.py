"""The window itself: opening it on whatever the system has, and its loop.

SDL, under pygame, falls back to drivers that show nothing when there is no screen; a
program that nobody can see or close is no use, so that is an error here.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pygame
from numpy.typing import NDArray

from palote.errors import NoDisplay
from palote.model.quiet import quiet
from palote.surfaces.webcam.draw import draw, icon, pixels_of
from palote.surfaces.webcam.layout import SIZE, Layout
from palote.surfaces.webcam.session import Part, Session
from palote.surfaces.webcam.steady import verdict
from palote.surfaces.webcam.view import View
from palote.surfaces.webcam.words import Words

__all__ = ["display", "run", "screen"]

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
"""One of these variables is set on a Linux machine with a screen."""
UNSEEN = ("dummy", "offscreen")
WAIT_SECONDS = 0.015
"""Between two looks for keys; a new picture or answer ends the wait."""
SCREEN_SHARE = 0.9
LEFT, RIGHT = 1, 3
CLICK = 0.03
"""A drag shorter than this share of the picture is a click."""


@contextmanager
def display() -> Iterator[None]:
    """Connect to the screen; a window that was opened is closed at the end.

    Raises:
        NoDisplay: there is no screen that a window could be seen on.
    """
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in SCREENS):
        raise _no_display("neither DISPLAY nor WAYLAND_DISPLAY is set")
    try:
        try:
            with quiet():
                pygame.display.init()
        except pygame.error as error:
            raise _no_display(str(error)) from error
        if (driver := pygame.display.get_driver()) in UNSEEN:
            raise _no_display(f"SDL's driver {driver!r} shows nothing")
        pygame.font.init()
        yield
    finally:
        pygame.display.quit()


def screen() -> NDArray[np.uint8]:
    """Return the window as it is, uint8 (h, w, 3) RGB."""
    return pixels_of(_surface())


def run(session: Session, words: Words, folder: str, fresh: threading.Event) -> None:
    """Open the window, and show a session in it until the person leaves.

    Args:
        session: what is shown.
        words: texts of the person's language.
        folder: what the folder of the class folders is called.
        fresh: set when a thread has something new.

    Raises:
        NoDisplay: the window cannot be opened.
    """
    _open()
    mouse = _Mouse(session)
    seen: tuple[View, tuple[int, int]] | None = None
    while not session.over:
        fresh.wait(WAIT_SECONDS)
        fresh.clear()
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                session.over = True
            elif event.type == pygame.KEYDOWN:
                session.press(event.unicode, time.perf_counter())
            elif event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWSIZECHANGED):
                seen = None
            else:
                mouse.take(event)
        session.tick(time.perf_counter())
        surface = _surface()
        now = (session.view(), surface.get_size())
        if now == seen:
            continue
        mouse.places = draw(surface, now[0], words, folder)
        pygame.display.flip()
        _title(now[0], words)
        session.drawn(time.perf_counter())
        seen = now


def _surface() -> pygame.Surface:
    surface = pygame.display.get_surface()
    assert surface is not None, "the window is open"
    return surface


def _open() -> None:
    if pygame.display.get_driver() == "x11":
        # With it, SDL draws by OpenGL, and Mesa loads an LLVM that kills TensorFlow's.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    try:
        desktop = pygame.display.get_desktop_sizes()[0]
        share = min(1.0, *(SCREEN_SHARE * desktop[axis] / SIZE[axis] for axis in (0, 1)))
        size = (round(SIZE[0] * share), round(SIZE[1] * share))
        pygame.display.set_icon(icon())
        pygame.display.set_caption("Palote")
        pygame.display.set_mode(size, pygame.RESIZABLE)
    except pygame.error as error:
        raise _no_display(str(error)) from error


class _Mouse:
    """Dragging over the picture chooses the part that is read."""

    def __init__(self, session: Session) -> None:
        self.places: Layout | None = None
        self._session = session
        self._start: tuple[float, float] | None = None

    def take(self, event: pygame.Event) -> None:
        if self.places is None:
            return
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == RIGHT:
            self._session.read_part(None)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == LEFT:
            if pygame.Rect(self.places.frame).collidepoint(event.pos):
                self._start = self._share(event.pos)
        elif event.type == pygame.MOUSEMOTION and self._start:
            if part := self._part(event.pos):
                self._session.read_part(part)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == LEFT:
            self._start = None

    def _part(self, position: tuple[int, int]) -> Part | None:
        assert self._start is not None
        (x0, x1), (y0, y1) = (
            sorted(pair) for pair in zip(self._start, self._share(position), strict=True)
        )
        if x1 - x0 < CLICK or y1 - y0 < CLICK:
            return None
        return x0, y0, x1 - x0, y1 - y0

    def _share(self, position: tuple[int, int]) -> tuple[float, float]:
        assert self.places is not None
        x, y, width, height = self.places.frame
        return (
            min(1.0, max(0.0, (position[0] - x) / width)),
            min(1.0, max(0.0, (position[1] - y) / height)),
        )


def _title(view: View, words: Words) -> None:
    said = ""
    if view.reading is not None:
        found = verdict(view.reading)
        said = view.reading.text if found.kind != "none" else words.no_digit
        said = " ".join(said.split())
    title = " - ".join(part for part in (said, view.model, "Palote") if part)
    if pygame.display.get_caption()[0] != title:
        pygame.display.set_caption(title)


def _no_display(reason: str) -> NoDisplay:
    return NoDisplay(
        f"There is no screen to open a window on: {reason}. Start it on a desktop; "
        "without one, palote serve reads in the browser of any machine."
    )
