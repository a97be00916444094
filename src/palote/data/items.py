"""What every collection of pictures is: a `Source`, which gives one `Item` after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["PARTS", "Item", "Part", "Skip", "Source"]

Part: TypeAlias = Literal["train", "test"]
PARTS: tuple[Part, ...] = get_args(Part)

Skip = Callable[[str], None]
"""Called with a sentence for each picture that is left out: which one, and why."""


@dataclass(frozen=True, eq=False)
class Item:
    """One picture whose digit is known.

    Attributes:
        pixels: uint8 (h, w) grey or (h, w, 3) RGB, upright.
        label: the digit, 0 to 9.
        origin: where it comes from: a path, or the number in a data set.
        held_out: it belongs to the training part, but is kept for validation.
    """

    pixels: NDArray[np.uint8]
    label: int
    origin: str
    held_out: bool = False


class Source(Protocol):
    """A collection of pictures, in a part to train on and a part to test with.

    The first pictures of a part are a fair sample of it: all digits are among them.
    """

    @property
    def name(self) -> str:
        """What to call it in a report; good for a part of a file name."""
        ...

    def count(self, split: Part) -> int:
        """Return how many pictures the part has, unreadable ones among them."""
        ...

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the pictures of a part, always in the same order.

        Args:
            split: ``"train"`` or ``"test"``.
            skip: told of each picture that cannot be read; if it is not given, the first
                such picture raises.

        Raises:
            DataError: the source has no such part.
            InputError: a picture cannot be read, and there is no ``skip``.
        """
        ...
