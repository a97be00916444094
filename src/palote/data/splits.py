"""Which pictures are set apart: stratified, and the same on every machine.

Within a class the order is that of a digest of the seed and the picture's name. So it
depends neither on the order of a folder nor on a library's random numbers, and a
picture that is added moves few of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["apart", "mixed"]


def apart(
    names: Sequence[str], labels: Sequence[int], share: float, seed: str
) -> NDArray[np.bool_]:
    """Say which pictures are set apart: a share of each class, one at least.

    Of a class with a single picture, none is.

    Args:
        names: of the pictures; the same name may occur more than once.
        labels: their classes.
        share: of each class, between 0 and 1.
        seed: another seed sets others apart.

    Returns:
        bool (n,).
    """
    chosen = np.zeros(len(names), np.bool_)
    for members in _by_class(names, labels, seed):
        if len(members) > 1:
            chosen[members[: max(1, round(share * len(members)))]] = True
    return chosen


def mixed(names: Sequence[str], labels: Sequence[int]) -> list[int]:
    """Return an order in which the classes take turns, so that any beginning is a fair sample."""
    places = [
        (turn, label, index)
        for label, members in enumerate(_by_class(names, labels, "order"))
        for turn, index in enumerate(members)
    ]
    return [index for _, _, index in sorted(places)]


def _by_class(names: Sequence[str], labels: Sequence[int], seed: str) -> list[list[int]]:
    """Return the indices of each class, in the order of their digests."""
    classes: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        classes[label].append(index)
    return [
        sorted(members, key=lambda index: (_digest(seed, names[index]), index))
        for _, members in sorted(classes.items())
    ]


def _digest(seed: str, name: str) -> bytes:
    return blake2b(f"{seed}/{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
