"""What a large photo took is given back to the system when it has been read.

glibc keeps it for the next one, for each thread and each size on its own, so that a worker that
has read many sizes holds half as much again as it needs.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

__all__ = ["LARGE", "give_back"]

LARGE = 1_000_000
"""Pixels, as decoded, from which on it is worth some milliseconds."""


def _found() -> Callable[[int], object] | None:
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


_trim = _found()


def give_back() -> None:
    """Give free memory back, where the C library can."""
    if _trim is not None:
        _trim(0)
