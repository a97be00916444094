"""What large photos take is kept for the next one, and given back as soon as none comes.

Memory that is new to a process costs more than what is written there, and glibc keeps what was
freed, for each thread and each size on its own, so that a worker that has read many sizes would
hold half as much again as it needs.
"""

from __future__ import annotations

import threading

from palote import _malloc

__all__ = ["LARGE", "give_back_soon", "settle"]

LARGE = 1_000_000
"""Pixels, as decoded, from which on it is worth some milliseconds."""

SECONDS = 0.25
"""From a large photo until its memory is given back."""

BLOCKS = 2
"""Of 16 megabytes each, that Pillow keeps until then."""

PIECE = 4 << 20
"""Bytes from which on a piece of memory goes back by itself once it is free."""

_lock = threading.Lock()
_waiting = False


def settle() -> None:
    """Have large pieces go back by themselves, for good: glibc would soon keep them, too."""
    _malloc.keep(piece=PIECE)


def give_back_soon() -> None:
    """Give free memory back a moment later; whoever asks until then has asked, too."""
    global _waiting
    from PIL import Image

    with _lock:
        if _waiting:
            return
        _waiting = True
    Image.core.set_blocks_max(BLOCKS)  # type: ignore[attr-defined]
    timer = threading.Timer(SECONDS, _give_back)
    timer.daemon = True
    timer.start()


def _give_back() -> None:
    global _waiting
    from PIL import Image

    # Who asks from here on is heard again, for what that photo took may not be free yet.
    with _lock:
        _waiting = False
    Image.core.clear_cache()  # type: ignore[attr-defined]
    _malloc.give_back()
