"""The pen that draws the window: text, boxes and pictures, in units of the layout."""

from __future__ import annotations

import warnings
from functools import cache, lru_cache

import cv2
import numpy as np
import pygame
from numpy.typing import NDArray

from palote.surfaces.webcam.layout import Rect

__all__ = ["COLOURS", "Pen"]

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "desk": (16, 25, 22),
    "card": (24, 36, 32),
    "edge": (64, 84, 76),
    "track": (38, 56, 49),
    "text": (233, 239, 232),
    "muted": (174, 189, 180),
    "bar": (128, 152, 143),
    "winner": (92, 214, 122),
    "unsure": (255, 191, 107),
    "bad": (255, 157, 147),
    "chalk": (255, 226, 138),
}
"""The page's slate with chalk."""

FONTS = "segoeui,helveticaneue,cantarell,notosans,dejavusans,liberationsans,arial"
"""The first that the system has; pygame brings one of its own."""
PIXELATED_FROM = 4
"""Enlarged so many times, a picture is shown in its own pixels."""


class Pen:
    """Draws in units of the layout."""

    def __init__(self, surface: pygame.Surface, unit: float) -> None:
        self.surface = surface
        self.unit = unit

    def scaled(self, length: float) -> int:
        """Return a length of the layout in pixels of the window, 1 at least."""
        return max(1, round(length * self.unit))

    def text(
        self, text: str, room: Rect, colour: str, size: float, align: str = "left"
    ) -> pygame.Rect:
        """Write one line in a room, smaller if it is too long; return where it is."""
        line = _line(text, COLOURS[colour], self.scaled(size))
        if line.get_width() > room.width > 0:
            fitting = max(1, int(self.scaled(size) * room.width / line.get_width()))
            line = _line(text, COLOURS[colour], fitting)
        spare = room.width - line.get_width()
        x = room.x + {"left": 0, "centre": spare // 2, "right": spare}[align]
        return self.surface.blit(line, (x, room.y + (room.height - line.get_height()) // 2))

    def box(self, room: Rect, fill: str | None, edge: str | None = None, width: int = 1) -> None:
        """Draw a rectangle with round corners: its area, its edge or both, by their colours."""
        radius = self.scaled(6)
        if fill:
            pygame.draw.rect(self.surface, COLOURS[fill], room, border_radius=radius)
        if edge:
            pygame.draw.rect(
                self.surface, COLOURS[edge], room, self.scaled(width), border_radius=radius
            )

    def picture(self, pixels: NDArray[np.uint8], room: Rect) -> None:
        """Show a picture, uint8 (h, w, 3) RGB, filling a room."""
        if pixels.shape[1::-1] != (room.width, room.height):
            share = room.width / pixels.shape[1]
            kind = cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR
            if share >= PIXELATED_FROM:
                kind = cv2.INTER_NEAREST
            size = (room.width, room.height)
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=kind), np.uint8)
        content = np.ascontiguousarray(pixels)
        image = pygame.image.frombuffer(content, (room.width, room.height), "RGB")  # type: ignore[arg-type]
        self.surface.blit(image, (room.x, room.y))

    def banner(self, text: str, room: Rect, colour: str, at_top: bool) -> None:
        """Write over the picture, on a strip of its own, on as many lines as it takes."""
        pad = self.scaled(10)
        width = room.width - 2 * pad
        height = len(_wrapped(text, self.scaled(17), width)) * self.step(17) + 2 * pad
        y = room.y if at_top else room.y + room.height - height
        strip = pygame.Surface((room.width, height))
        strip.fill(COLOURS["desk"])
        strip.set_alpha(225)
        self.surface.blit(strip, (room.x, y))
        self.lines(text, Rect(room.x + pad, y + pad, width, height), colour, 17)

    def lines(self, text: str, room: Rect, colour: str, size: float) -> None:
        """Write on as many lines as it takes, from the top of a room on."""
        step = self.step(size)
        for number, line in enumerate(_wrapped(text, self.scaled(size), room.width)):
            self.text(line, Rect(room.x, room.y + step * number, room.width, step), colour, size)

    def step(self, size: float) -> int:
        """Return the height of a line."""
        return _font(self.scaled(size)).get_linesize()


@cache
def _typeface() -> str | None:
    # Without a list of fonts pygame warns, and its own font does as well.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pygame.font.match_font(FONTS)


@cache
def _font(size: int) -> pygame.font.Font:
    return pygame.font.Font(_typeface(), size)


@lru_cache(maxsize=512)
def _line(text: str, colour: Colour, size: int) -> pygame.Surface:
    return _font(size).render(text, True, colour)


def _wrapped(text: str, size: int, width: int) -> list[str]:
    """Break a sentence into lines; a path is broken where it must be."""
    font, lines = _font(size), [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.size(longer)[0] <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and font.size(lines[-1] + character)[0] > width:
                lines.append("")
            lines[-1] += character
    return lines
