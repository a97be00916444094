"""A profile's corrections as a source of pictures: what `palote train` may learn from, too.

Some are held out, by the rule of the gate, which judges the trained network with them.
There is no part to test with: a run's report shows test pictures, and a correction must be
gone when it is deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.data import Item, Part, Skip
from palote.learn.gate import held_out
from palote.learn.records import LABELS, NONE

__all__ = ["Kept"]


@dataclass(frozen=True)
class Kept:
    """Corrections as a `palote.data.Source`.

    Attributes:
        profile: whose they are.
        crops: label and PNG of each, oldest first.
        with_none: what is no digit is among the pictures, too, with the label 10.
    """

    profile: str
    crops: tuple[tuple[str, bytes], ...]
    with_none: bool = False
    name: str = "corrections"

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """int64 (n,): 0 to 9, or 10 for "no digit"."""
        return np.array([LABELS.index(label) for label, _ in self.crops], np.int64)

    @cached_property
    def held_out(self) -> NDArray[np.bool_]:
        """Bool (n,): which are not trained on."""
        return held_out(self.labels)

    def count(self, split: Part) -> int:
        """Return how many pictures the part has."""
        wanted = [self.with_none or label != NONE for label, _ in self.crops]
        return sum(wanted) if split == "train" else 0

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the crops, uint8 (h, w), dark on light; none is unreadable."""
        if split != "train":
            return
        for (label, png), number, held in zip(self.crops, self.labels, self.held_out, strict=True):
            if label != NONE or self.with_none:
                pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
                origin = f"{self.name}/{hashlib.sha256(png).hexdigest()[:12]}"
                yield Item(np.asarray(pixels, np.uint8), int(number), origin, bool(held))
