"""A picture of which it is told what is ink, and two such pictures told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from palote.ink.dropout import is_print_dropped
from palote.ink.sheets import Sheet

__all__ = ["Cleaned", "Parts", "told_apart"]

Parts: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.bool_]]
"""Strength and mask: uint8 and bool, (h, w)."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A picture under the assumption that its darker, or its lighter, tone is ink.

    Attributes:
        original: uint8 (h, w) or (h, w, 3); the picture at working size.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w); what counts as ink.
        dark: True if the ink is the darker tone.
        scale: working pixels for each pixel of the input.
        origin: where the picture of working size begins, x and y in pixels of the input.
        stepped: whether the light on the paper was taken to change in steps.
        on_sheet: whether it is a part of the picture: a sheet that lies on something.
        mixed: whether its ink is writing and coloured print, and another has the writing alone.
    """

    original: NDArray[np.uint8]
    strength: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    dark: bool
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)
    stepped: bool = False
    on_sheet: bool = False
    mixed: bool = False

    def to_input(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Bring a box of the working picture into pixels of the input."""
        x, y, width, height = (v / self.scale for v in box)
        left, top = round(x + self.origin[0]), round(y + self.origin[1])
        return left, top, max(1, round(width)), max(1, round(height))

    def placed(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring points (..., 2), x and y of the working picture, into pixels of the input."""
        return np.asarray(points / self.scale + self.origin, np.float64)

    def part(self, sheet: Sheet, times: int = 1) -> Cleaned:
        """Return the same as a part of the picture that a sheet was found in.

        Args:
            sheet: that this is the picture of.
            times: how often each pixel of that picture was repeated in the input.
        """
        scale = sheet.scale / times
        x, y = (sheet.origin[k] * times + self.origin[k] / scale for k in (0, 1))
        return replace(self, scale=self.scale * scale, origin=(x, y), on_sheet=True)


def told_apart(cleaned: list[Cleaned], writing: list[Cleaned]) -> list[Cleaned]:
    """Put what is left without coloured print before all that has it, and mark that.

    Without any ink but for the writing's, the print was taken for the paper's grain.

    Args:
        cleaned: interpretations of a picture.
        writing: those of its brightest colours.
    """
    found, mixed = [], set()
    for one in writing:
        with_print = [
            k
            for k, other in enumerate(cleaned)
            if other.dark and is_print_dropped(one.mask, other.mask)
        ]
        if with_print or not cleaned:
            found.append(one)
            mixed.update(with_print)
    return found + [replace(one, mixed=k in mixed) for k, one in enumerate(cleaned)]
