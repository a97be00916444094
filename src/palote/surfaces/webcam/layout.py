"""Where everything is in a window of any size: pure arithmetic, in pixels.

The camera's picture is on the left, answer and bars on the right, the class folders and
the keys below. All grows and shrinks with the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["SIZE", "Layout", "Rect", "fitted", "layout"]

SIZE = (1040, 624)
"""Of the window at first; a camera's 640x480 is then shown point by point."""
LEAST = 0.3
"""Of that size; a smaller window shows a part."""
MARGIN, GAP, PANEL = 16, 8, 336
ANSWER, HEADING, BAR, LINE = 150, 28, 26, 22
COUNT, HINTS = 38, 26


class Rect(NamedTuple):
    """A rectangle in the window."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes:
        unit: pixels of this window for one of `SIZE`.
        stage: room for the camera's picture.
        frame: the picture, in the middle of the stage.
        answer: the digit and how sure.
        ink: a square for what the network sees.
        heading: above the bars.
        bars: a row for each digit, 0 to 9.
        info: lines about what is looked for, model and speed.
        collection: a line above the counts.
        counts: a box for each class folder, 0 to 9.
        hints: the line of keys.
    """

    unit: float
    stage: Rect
    frame: Rect
    answer: Rect
    ink: Rect
    heading: Rect
    bars: tuple[Rect, ...]
    info: Rect
    collection: Rect
    counts: tuple[Rect, ...]
    hints: Rect


def layout(window: tuple[int, int], frame: tuple[int, int]) -> Layout:
    """Divide a window.

    Args:
        window: its width and height.
        frame: width and height of the camera's picture.
    """
    unit = max(LEAST, min(window[0] / SIZE[0], window[1] / SIZE[1]))

    def scaled(length: float) -> int:
        return round(length * unit)

    margin, gap, panel = scaled(MARGIN), scaled(GAP), scaled(PANEL)
    width, height = max(window[0], scaled(SIZE[0])), max(window[1], scaled(SIZE[1]))
    hints = Rect(margin, height - gap - scaled(HINTS), width - 2 * margin, scaled(HINTS))
    right = width - margin - panel

    counts_y = hints.y - gap - scaled(COUNT)
    collection = Rect(margin, counts_y - scaled(LINE), right - 2 * margin, scaled(LINE))
    step = (right - 2 * margin + gap) / 10
    counts = tuple(
        Rect(margin + round(step * digit), counts_y, round(step) - gap, scaled(COUNT))
        for digit in range(10)
    )
    stage = Rect(margin, margin, right - 2 * margin, collection.y - gap - margin)

    answer = Rect(right, margin, panel - scaled(ANSWER), scaled(ANSWER))
    ink = Rect(right + panel - scaled(ANSWER), margin, scaled(ANSWER), scaled(ANSWER))
    heading = Rect(right, margin + scaled(ANSWER + LINE) + 2 * gap, panel, scaled(HEADING))
    info = Rect(right, hints.y - 4 * scaled(LINE), panel, 4 * scaled(LINE))
    first = heading.y + heading.height
    # What a higher window has to spare goes to the bars.
    row = min(2 * scaled(BAR), (info.y - gap - first) // 10)
    bars = tuple(Rect(right, first + row * digit, panel, row) for digit in range(10))
    return Layout(
        unit=unit,
        stage=stage,
        frame=fitted(frame, stage),
        answer=answer,
        ink=ink,
        heading=heading,
        bars=bars,
        info=info,
        collection=collection,
        counts=counts,
        hints=hints,
    )


def fitted(size: tuple[int, int], room: Rect) -> Rect:
    """Return the largest rectangle of these proportions in the middle of a room."""
    share = min(room.width / max(1, size[0]), room.height / max(1, size[1]))
    # Point by point where that is nearly the size anyway: it is sharper and costs nothing.
    if 1 <= share < 1.1:
        share = 1.0
    width, height = max(1, round(size[0] * share)), max(1, round(size[1] * share))
    return Rect(
        room.x + (room.width - width) // 2, room.y + (room.height - height) // 2, width, height
    )
