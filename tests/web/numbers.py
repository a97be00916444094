"""Numbers as a person writes them on the page's sheet."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator, Page

from .conftest import Strokes, strokes

WRITTEN = "20356"
"""Digits that the shipped network has no trouble with."""


def placed(text: str, aspect: float) -> list[Strokes]:
    """The strokes of each digit, side by side and apart, in shares of a sheet's two sides."""
    step = 1 / (len(text) + 0.6)
    size = min(0.5, 1.1 * step * aspect)
    digits = []
    for place, digit in enumerate(text):
        middle = np.array([step * (place + 0.8), 0.5])
        scale = size / 0.62 / np.array([aspect, 1.0])
        lines = [(np.array(line) - 0.5) * scale + middle for line in strokes(int(digit), 1.0)]
        digits.append([[(float(x), float(y)) for x, y in line] for line in lines])
    return digits


def write(page: Page, text: str) -> None:
    """Write a number on the sheet with the mouse."""
    box = page.locator("canvas").bounding_box()
    assert box
    for digit in placed(text, box["width"] / box["height"]):
        for line in digit:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
            page.mouse.move(*points[0])
            page.mouse.down()
            for point in [*points[1::2], points[-1]]:
                page.mouse.move(*point)
            page.mouse.up()


def expecting(page: Page, expect: str) -> None:
    """Say what is to be read."""
    page.locator(f"[data-do=expect][data-value={expect}]").click()


def marks(page: Page) -> Locator:
    """The boxes over the sheet."""
    return page.locator("[data-part=found] .mark")


def tap(page: Page, mark: Locator) -> None:
    """Press the mouse on a box, as a finger would."""
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
