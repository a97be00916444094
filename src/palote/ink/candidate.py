"""One interpretation of a picture as a single digit, and what the network sees of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from palote.ink.clean import uncleaned
from palote.ink.cleaned import Cleaned
from palote.ink.fit import InkSpec, fit, fit_frame
from palote.ink.split import Piece
from palote.ink.stacked import is_stacked

__all__ = ["Candidate", "is_small"]

SMALL = 1.5
"""A picture whose longer side is up to this many times a patch's is shown whole, too."""

STEPPED = 0.9
"""So much a digit counts that is seen only if the paper's light changes in steps."""

ALIKE = 0.01
"""Mean difference up to which frame and patch are the same."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One interpretation of the picture as a single digit.

    Attributes:
        patch: float32 of the InkSpec's shape, in [0, 1]; what the model sees.
        frame: the same of the whole frame, uncleaned, where the picture is hardly larger
            than a patch. What cleaning spoils there (a stripe across a 28x28 file), a
            second look may save.
        box: (x, y, width, height) in pixels of the array given to `find_digit`.
        cleaned: the pictures of the way.
        mask: bool (h, w) of the working size; the ink that was taken.
        worth: what a digit counts that is seen in it, beside the 1 of the likeliest
            interpretation.
        beside: whether whole ink near it was left out: another sign, or another digit.
        neighbour: whether ink as high as a digit stands beside it, or beside its main piece.
        lesser: whether a line of far smaller writing stands away from it.
    """

    patch: NDArray[np.float32]
    box: tuple[int, int, int, int]
    cleaned: Cleaned
    mask: NDArray[np.bool_]
    frame: NDArray[np.float32] | None = None
    worth: float = 1.0
    beside: bool = False
    neighbour: bool = False
    lesser: bool = False

    @classmethod
    def of(cls, cleaned: Cleaned, piece: Piece, spec: InkSpec) -> Candidate:
        """Return what a piece of the ink is, taken for the digit."""
        patch = fit(cleaned.strength, piece.mask, piece.box, spec)
        return cls(
            _in_channels(patch, spec),
            cleaned.to_input(piece.box),
            cleaned,
            piece.mask,
            _frame(cleaned, patch, spec) if spec.channels == 1 else None,
            (STEPPED if cleaned.stepped else 1.0) * piece.worth,
            piece.beside,
            piece.neighbour,
            piece.lesser,
        )

    @classmethod
    def raw(cls, cleaned: Cleaned, spec: InkSpec) -> Candidate:
        """Return what the whole frame is, uncleaned."""
        piece = Piece.whole(cleaned.mask)
        patch = _in_channels(fit_frame(cleaned.strength, spec), spec)
        return cls(patch, cleaned.to_input(piece.box), cleaned, piece.mask)

    def within(self, shape: tuple[int, ...]) -> Candidate:
        """Return the same with a box that ends where the picture, (h, w), does.

        A picture that was enlarged, and cut, may end amid a block of its last pixels.
        """
        x, y, width, height = self.box
        inside = max(1, min(width, shape[1] - x)), max(1, min(height, shape[0] - y))
        return self if inside == (width, height) else replace(self, box=(x, y, *inside))

    @property
    def part(self) -> bool:
        """Whether it is a less likely one: a part of the digit, perhaps, or more than it."""
        return self.worth < 1

    @property
    def small(self) -> bool:
        """Whether the picture is hardly larger than a patch, so that its frame says something."""
        return is_small(self.cleaned, len(self.patch))

    @property
    def stacked(self) -> bool:
        """Whether it is several things, one below the other, if it looks like a 1."""
        return not self.small and is_stacked(self.mask)

    @property
    def views(self) -> tuple[NDArray[np.float32], ...]:
        """What there is to look at: the patch, and the frame if there is one."""
        return (self.patch,) if self.frame is None else (self.patch, self.frame)


def _in_channels(patch: NDArray[np.float32], spec: InkSpec) -> NDArray[np.float32]:
    return patch if spec.channels == 1 else np.repeat(patch[..., None], spec.channels, axis=2)


def _frame(
    cleaned: Cleaned, patch: NDArray[np.float32], spec: InkSpec
) -> NDArray[np.float32] | None:
    """Return the whole frame as a patch, if it is small and shows something else."""
    if not is_small(cleaned, spec.size):
        return None
    frame = fit_frame(uncleaned(cleaned.original, cleaned.dark), spec)
    return frame if float(np.abs(frame - patch).mean()) > ALIKE else None


def is_small(cleaned: Cleaned, side: int) -> bool:
    """Tell whether a picture is hardly larger than a patch of so many pixels a side."""
    return bool(max(cleaned.original.shape[:2]) <= SMALL * side)
