"""MNIST's four IDX files: what they are called, what they must hold, how they are read.

The digests are of the unpacked bytes, since the mirrors need not pack them alike. A
file is unpacked no further than it may be long, so that a wrong one cannot fill memory.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from palote.errors import DataError

__all__ = ["FILES", "IdxFile", "Images", "read_file", "read_split"]

IMAGES_HEADER, LABELS_HEADER = 16, 8
SIDE = 28


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures with labels.

    Attributes:
        pixels: uint8 (n, 28, 28); 0 is paper, 255 ink.
        labels: int64 (n,).
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class IdxFile:
    """One of MNIST's files.

    Attributes:
        name: without ".gz".
        size: of the unpacked file, in bytes.
        digests: name of the algorithm and hexadecimal digest of the unpacked file.
    """

    name: str
    size: int
    digests: tuple[tuple[Literal["MD5", "SHA-256"], str], ...]

    def problem(self, content: bytes) -> str:
        """Say what is wrong with the unpacked content; nothing if it is MNIST's."""
        for algorithm, right in self.digests:
            digest = hashlib.new(algorithm.replace("-", ""), content, usedforsecurity=False)
            if digest.hexdigest() != right:
                return f"has the {algorithm} digest {digest.hexdigest()}, not MNIST's {right}"
        return ""


FILES: dict[str, tuple[IdxFile, IdxFile]] = {
    "train": (
        IdxFile(
            "train-images-idx3-ubyte",
            47_040_016,
            (
                ("MD5", "6bbc9ace898e44ae57da46a324031adb"),
                ("SHA-256", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            ),
        ),
        IdxFile(
            "train-labels-idx1-ubyte",
            60_008,
            (("SHA-256", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),),
        ),
    ),
    "test": (
        IdxFile(
            "t10k-images-idx3-ubyte",
            7_840_016,
            (
                ("MD5", "2646ac647ad5339dbf082846283269ea"),
                ("SHA-256", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            ),
        ),
        IdxFile(
            "t10k-labels-idx1-ubyte",
            10_008,
            (("SHA-256", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),),
        ),
    ),
}
"""Split -> its pictures and its labels."""


def read_split(where: Path, split: Literal["train", "test"]) -> Images:
    """Read the pictures and labels of one split, and check them.

    Args:
        where: the folder with the files, packed or not.
        split: ``"train"`` or ``"test"``.

    Raises:
        DataError: a file is missing, damaged or not MNIST's.
    """
    images, labels = (_checked(where, file) for file in FILES[split])
    pixels = np.frombuffer(images, np.uint8, offset=IMAGES_HEADER).reshape(-1, SIDE, SIDE)
    return Images(pixels, np.frombuffer(labels, np.uint8, offset=LABELS_HEADER).astype(np.int64))


def read_file(path: Path, file: IdxFile, packed: bool) -> bytes:
    """Return the unpacked bytes of one file, and no more than one too many.

    Raises:
        OSError, EOFError, zlib.error: it is not there, or damaged.
    """
    with gzip.open(path) if packed else path.open("rb") as content:
        return bytes(content.read(file.size + 1))


def _checked(where: Path, file: IdxFile) -> bytes:
    plain, packed = where / file.name, where / f"{file.name}.gz"
    try:
        content = (
            read_file(plain, file, packed=False)
            if plain.is_file()
            else read_file(packed, file, packed=True)
        )
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"MNIST's file {file.name} (or {packed.name}) is missing or damaged in {str(where)!r}. "
            "Put it there; or unset PALOTE_DATA, and MNIST is fetched."
        ) from error
    if problem := file.problem(content):
        raise DataError(f"{file.name} in {str(where)!r} {problem}. Put the right file there.")
    return content
