"""MNIST (LeCun, Cortes and Burges): from the person's folder, from the cache, or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from palote.data import mirrors
from palote.data.cache import mnist_files
from palote.data.idx import FILES, LABELS_HEADER, Images, read_split
from palote.data.items import Item, Part, Skip
from palote.data.places import folder
from palote.errors import DataError
from palote.settings import Settings

__all__ = ["HELD_OUT", "Mnist", "mnist"]

HELD_OUT = 5000
"""Pictures at the end of MNIST's training set that are kept for validation."""


def mnist(
    split: Literal["train", "test"],
    settings: Settings | None = None,
    progress: mirrors.Progress | None = None,
) -> Images:
    """Load MNIST from its IDX files, packed or not.

    They are looked for in ``mnist/`` in the folder that PALOTE_DATA names. If it names
    none, they are taken from the cache, and fetched into it where they are missing.

    Args:
        split: ``"train"`` (60,000) or ``"test"`` (10,000).
        settings: where to look; the environment's if not given.
        progress: told of every piece that is fetched.

    Raises:
        DataError: a file is missing or its digest is wrong, or it could not be fetched.
    """
    settings = settings or Settings.from_environment()
    if settings.datasets is not None:
        return read_split(folder(settings) / "mnist", split)
    try:
        return read_split(mnist_files(settings), split)
    except DataError:
        return read_split(mirrors.fetch(settings, progress=progress), split)


@dataclass(frozen=True)
class Mnist:
    """MNIST as a `Source`; its last `HELD_OUT` training pictures are for validation.

    Attributes:
        settings: where to look.
    """

    settings: Settings
    name: str = "mnist"

    def count(self, split: Part) -> int:
        """Return how many pictures the part has."""
        return FILES[split][1].size - LABELS_HEADER

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the pictures of a part in MNIST's order; none of them is unreadable."""
        images = mnist(split, self.settings)
        kept_from = len(images.labels) - (HELD_OUT if split == "train" else 0)
        for index, (pixels, label) in enumerate(zip(images.pixels, images.labels, strict=True)):
            yield Item(pixels, int(label), f"mnist/{split}/{index}", index >= kept_from)
