"""Pen strokes: trajectories, so that training can draw them with any pen.

The split is by writer, where writers are known: a writer who is validated on is
never trained on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from palote.data.places import folder
from palote.errors import DataError
from palote.settings import Settings

__all__ = ["Split", "Strokes", "pen", "pen_symbols"]

Split: TypeAlias = Literal["train", "validation"]


@dataclass(frozen=True, eq=False)
class Strokes:
    """Pen trajectories with labels and writers.

    Attributes:
        points: float32 (sum, 3): x, y (downwards), number of the stroke.
        start: int64 (n,); where an item begins in ``points``.
        length: int64 (n,); how many points it has.
        labels: (n,) of one-character strings.
        writers: (n,) of strings.
    """

    points: NDArray[np.float32]
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    labels: NDArray[np.str_]
    writers: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, index: int) -> NDArray[np.float32]:
        """Return the points (k, 3) of one item."""
        first = int(self.start[index])
        return self.points[first : first + int(self.length[index])]

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        return (self[index] for index in range(len(self)))

    def only(self, wanted: NDArray[np.bool_]) -> Strokes:
        """Return the items for which ``wanted`` (n,) is True."""
        return Strokes(
            self.points,
            self.start[wanted],
            self.length[wanted],
            self.labels[wanted],
            self.writers[wanted],
        )

    def joined(self, other: Strokes) -> Strokes:
        """Return the items of both."""
        return Strokes(
            np.concatenate([self.points, other.points]),
            np.concatenate([self.start, other.start + len(self.points)]),
            np.concatenate([self.length, other.length]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.writers, other.writers]),
        )


def pen(split: Split, settings: Settings | None = None) -> Strokes:
    """Load pen trajectories of digits (UCI Pen-Based Recognition and UNIPEN, CC BY 4.0).

    Args:
        split: ``"validation"`` are the writers set apart; ``"train"`` all others.
        settings: where to look; the environment's if not given.

    Raises:
        DataError: a file is missing or damaged.
    """
    unipen = _by_writer(_strokes("unipen-digits-train.npz", settings), split, settings)
    if split == "validation":
        return unipen
    return _strokes("pendigits-train.npz", settings).joined(unipen)


def pen_symbols(split: Split, settings: Settings | None = None) -> Strokes:
    """Load pen trajectories of letters and symbols (UNIPEN, CC BY 4.0); see `pen`."""
    return _by_writer(_strokes("unipen-nondigits-train.npz", settings), split, settings)


def _by_writer(strokes: Strokes, split: Split, settings: Settings | None) -> Strokes:
    path = folder(settings) / "pen" / "validation-writers.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            apart = [row["writer"] for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise DataError(f"The list of validation writers, {str(path)!r}, is missing.") from error
    known = np.isin(strokes.writers, apart)
    return strokes.only(known if split == "validation" else ~known)


def _strokes(name: str, settings: Settings | None) -> Strokes:
    path = folder(settings) / "pen" / name
    try:
        with np.load(path, allow_pickle=False) as file:
            return Strokes(
                file["pts"], file["start"], file["length"], file["labels"], file["writer"]
            )
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"The pen strokes {str(path)!r} are missing or damaged.") from error
