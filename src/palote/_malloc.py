"""How much freed memory glibc's allocator keeps; elsewhere than on Linux, nothing happens."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back", "keep"]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def keep(piece: int, top: int | None = None) -> None:
    """Set how much is kept, for good: glibc adapts it by itself no more.

    Args:
        piece: bytes from which on a piece of memory goes back by itself once it is free.
        top: bytes of free memory at the top of the heap from which on it goes back; as it was if
            not given.
    """
    # A C library that is not glibc may lack the function.
    mallopt = getattr(_libc, "mallopt", None)
    if mallopt is None:
        return
    mallopt(M_MMAP_THRESHOLD, piece)
    if top is not None:
        mallopt(M_TRIM_THRESHOLD, top)


def give_back() -> None:
    """Give all that is free back to the system."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)
