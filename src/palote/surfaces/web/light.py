"""Which files take so little work that whoever waits for them need not be handed over.

A server reads them in its event loop, so nothing in here may take long, and what it lets pass
may not either: a small PNG without any of the chunks that unpack to more than they are.
"""

from __future__ import annotations

from typing import TypeGuard

__all__ = ["is_light"]

LIGHT_BYTES = 64 * 1024
LIGHT_PIXELS = 320 * 320
MOST_CHUNKS = 32

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEAD_END = 33
"""Where the signature and the first chunk, IHDR, end."""

CHUNKS = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"),
        *(b"bKGD", b"cHRM", b"cICP", b"gAMA", b"pHYs", b"sBIT", b"sRGB", b"tIME"),
    )
)
"""Without text, profiles, EXIF and animations."""


def is_light(data: bytes | str) -> TypeGuard[bytes]:
    """Tell whether a file is a small, plain PNG; others may be small, too.

    Args:
        data: the file, whole; damaged, perhaps. A data URL is none.

    >>> is_light(b"no picture")
    False
    """
    if isinstance(data, str) or not data.startswith(SIGNATURE):
        return False
    if not HEAD_END <= len(data) <= LIGHT_BYTES:
        return False
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if width * height > LIGHT_PIXELS:
        return False
    position = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if position >= len(data):
            return True
        if data[position + 4 : position + 8] not in CHUNKS:
            return False
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    return False
