"""The data sets: MNIST and the pen strokes, read from the person's own folder.

Pictures of MNIST are uint8 with bright ink, as in its files; pen strokes are
trajectories, so that training can draw them with any pen. Splits are by writer
where writers are known: a writer who is validated on is never trained on.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from palote.errors import DataError
from palote.settings import Settings

__all__ = ["Images", "Split", "Strokes", "folder", "mnist", "pen", "pen_symbols"]

Split: TypeAlias = Literal["train", "validation"]

MNIST_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
MNIST_MD5 = {
    "train": "6bbc9ace898e44ae57da46a324031adb",
    "test": "2646ac647ad5339dbf082846283269ea",
}
IMAGES_HEADER, LABELS_HEADER = 16, 8


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures with labels.

    Attributes:
        pixels: uint8 (n, 28, 28); 0 is paper, 255 ink.
        labels: int64 (n,).
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


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


def folder(settings: Settings | None = None) -> Path:
    """Return the folder of data sets.

    Raises:
        DataError: none is set, or it is not there.
    """
    settings = settings or Settings.from_environment()
    if settings.datasets is None:
        raise DataError(
            "No folder of data sets is set. Put the path of the folder that holds "
            "mnist/ and pen/ into the environment variable PALOTE_DATA."
        )
    if not settings.datasets.is_dir():
        raise DataError(f"PALOTE_DATA names {str(settings.datasets)!r}, which is not a folder.")
    return settings.datasets


def mnist(split: Literal["train", "test"], settings: Settings | None = None) -> Images:
    """Load MNIST (LeCun, Cortes and Burges) from its IDX files, packed or not.

    Args:
        split: ``"train"`` (60,000) or ``"test"`` (10,000).
        settings: where to look; the environment's if not given.

    Raises:
        DataError: a file is missing or its digest is wrong.
    """
    where = folder(settings) / "mnist"
    images_name, labels_name = MNIST_FILES[split]
    images = _idx(where, images_name)
    digest = hashlib.md5(images, usedforsecurity=False).hexdigest()
    if digest != MNIST_MD5[split]:
        raise DataError(
            f"{images_name} in {str(where)!r} has the MD5 digest {digest}, "
            f"not MNIST's {MNIST_MD5[split]}. Fetch it again."
        )
    labels = _idx(where, labels_name)
    pixels = np.frombuffer(images, np.uint8, offset=IMAGES_HEADER).reshape(-1, 28, 28)
    numbers = np.frombuffer(labels, np.uint8, offset=LABELS_HEADER).astype(np.int64)
    if len(numbers) != len(pixels):
        raise DataError(f"{labels_name} holds {len(numbers)} labels for {len(pixels)} pictures.")
    return Images(pixels, numbers)


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


def _idx(where: Path, name: str) -> bytes:
    plain, packed = where / name, where / f"{name}.gz"
    try:
        if plain.is_file():
            return plain.read_bytes()
        with gzip.open(packed) as file:
            return file.read()
    except (OSError, EOFError) as error:
        raise DataError(
            f"MNIST's file {name} (or {name}.gz) is missing or damaged in {str(where)!r}."
        ) from error
