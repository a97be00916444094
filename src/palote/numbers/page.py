"""What one interpretation of a picture says: its lines; and whether it says more than another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from palote.ink import Cleaned
from palote.result import Box, Line

__all__ = ["Page"]


SMALL, LARGE = 0.6, 1.6
"""What else stands on a line is as high as its digits between these shares of their height,"""
NEAR = 0.6
"""and beside what was taken for a sheet, no farther from them."""

PRINT, HOPELESS = 0.5, 0.1
"""Lines are print, where something is surely read, if their digits have less than this share of its
height, and if they are no numbers with so much confidence."""

PART = 0.75
"""A digit is a part of another one if its box has no more of the area than this."""


@dataclass(frozen=True, eq=False)
class Page:
    """What was found in a picture.

    Attributes:
        lines: those that are numbers, or may be, in reading order.
        others: how many lines are none.
        cleaned: the interpretation that was read, if the picture is not blank.
        mask: bool (h, w), the ink of its lines, at the size of ``cleaned``.
    """

    lines: tuple[Line, ...]
    others: int
    cleaned: Cleaned | None = None
    mask: NDArray[np.bool_] | None = None

    @property
    def good(self) -> float:
        """How much was read: the sum of the lines' confidences."""
        return sum(line.confidence for line in self.lines)

    @property
    def vouched(self) -> bool:
        """Whether some line is vouched for."""
        return any(line.status == "ok" for line in self.lines)

    @property
    def sure(self) -> bool:
        """Whether there are lines, and every one is vouched for."""
        return bool(self.lines) and all(line.status == "ok" for line in self.lines)

    @property
    def shown(self) -> list[tuple[str, Box]]:
        """What is read of each digit, or "?", and where."""
        return [
            (value, digit.box)
            for line in self.lines
            for value, digit in zip(line.text, line.digits, strict=True)
        ]

    def without_print(self, height: float | None = None) -> Page:
        """Return it without the lines that are hardly numbers, and far lower than what is read.

        Args:
            height: of a digit that is surely read, in pixels; if not given, of those of the lines
                that are vouched for, if there are any.
        """
        if height is None:
            sure = [digit for line in self.lines if line.status == "ok" for digit in line.digits]
            height = median(digit.box[3] for digit in sure) if sure else 0.0
        kept = tuple(
            line
            for line in self.lines
            if line.confidence >= HOPELESS
            or line.cell is not None
            or any(digit.box[3] >= PRINT * height for digit in line.digits)
        )
        return replace(self, lines=kept, others=self.others + len(self.lines) - len(kept))

    def holds(self, other: Page, known: str = "") -> bool:
        """Tell whether it has all the digits of another page where they are, and more.

        Args:
            other: what is looked for; its "?" may be any digit.
            known: what may be any digit here.
        """
        found = [self._shows(said, box, other, known) for said, box in other.shown]
        more = len(self.shown) > len(other.shown) or "whole" in found
        return more and None not in found

    def _shows(self, said: str, box: Box, other: Page, known: str) -> str | None:
        """Tell how a digit of another page is found here: the "same", or "whole"; None if not.

        The edge of what was taken for a sheet may have cut it off there.
        """
        cut = other.cleaned is not None and other.cleaned.on_sheet
        there = [(value, at) for value, at in self.shown if _in_place(box, at)]
        if any(said in ("?", value) or value == known for value, _ in there):
            return "same"
        return "whole" if cut and any(_is_part(box, at) for _, at in there) else None

    def _puts_in_doubt(self, other: Page) -> bool:
        """Tell whether it has the digits that are vouched for, and more that the light swallowed.

        Those stand on the same lines: under a glare, or in the shadow beside what was taken for
        a sheet.
        """
        if self.cleaned is None or other.cleaned is None or not self.cleaned.stepped:
            return False
        if self.cleaned.on_sheet or not other.vouched or len(self.lines) != len(other.lines):
            return False
        places = [box for _, box in other.shown]
        usual = median(box[3] for box in places)
        more = [box for _, box in self.shown if not any(_in_place(box, at) for at in places)]
        if not all(SMALL * usual <= box[3] <= LARGE * usual for box in more):
            return False
        if other.cleaned.on_sheet and not self._goes_on(usual):
            return False
        return bool(more) and self.holds(other, known="?")

    def _goes_on(self, usual: float) -> bool:
        """Tell whether its digits follow one another closely: the edge of a sheet lies apart.

        Args:
            usual: height of a digit.
        """
        return all(
            after.box[0] - before.box[0] - before.box[2] <= NEAR * usual
            for line in self.lines
            for before, after in pairwise(line.digits)
        )

    def _least(self, other: Page) -> int:
        """Return how many digits it needs to beat one that is not sure.

        What that doubts may be an edge of the light; where one of both is a sheet, the other may
        have cut a digit off.
        """
        on_sheet = [one.cleaned is not None and one.cleaned.on_sheet for one in (self, other)]
        shown = [value for value, _ in other.shown]
        return len(shown) if any(on_sheet) else len(shown) - shown.count("?")

    def _reads_what_was_cut(self, other: Page) -> bool:
        """Tell whether most of its digits are sure, and no sheet that was found has a sure one."""
        if other.cleaned is None or not other.cleaned.on_sheet or other.vouched:
            return False
        sure = [value for value, _ in self.shown if value != "?"]
        stepped = self.cleaned is not None and self.cleaned.stepped
        return stepped and len(self.lines) <= len(other.lines) and 2 * len(sure) > len(self.shown)

    def beats(self, other: Page) -> bool:
        """Tell whether it says more of the picture than what is read so far.

        A sheet that was found in the picture may be no more than its lit side, and the number
        go on in the shadow: then whoever has seen all of it is right.

        Args:
            other: what is read so far.
        """
        more = self.holds(other)
        if more and self._reads_what_was_cut(other):
            return True
        if self.sure and (more or not other.sure):
            return more or len(self.shown) >= self._least(other)
        if self._puts_in_doubt(other):
            return True
        if other.vouched or other.holds(self):
            return False
        if self.cleaned is not None and self.cleaned.stepped:
            # Edges of things look like strokes, and many of them like several lines.
            values = [value for value, _ in self.shown]
            scattered = 0 < len(other.lines) < len(self.lines)
            if scattered or 2 * values.count("?") > len(values):
                return False
        return self.good > other.good


def _is_part(one: Box, other: Box) -> bool:
    """Tell whether a box is so much smaller than another that its digit may be cut off."""
    return one[2] * one[3] <= PART * other[2] * other[3]


def _in_place(one: Box, other: Box) -> bool:
    """Tell whether one of two boxes lies by half in the other, at least."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    bottom = min(one[1] + one[3], other[1] + other[3])
    shared = max(0, right - left) * max(0, bottom - top)
    return 2 * shared >= min(one[2] * one[3], other[2] * other[3])
