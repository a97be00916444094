"""The short way to the pixels of a plain grey PNG, as drawing programs and Palote's page write it.

Pillow's decoder does the work here, too, but what stands around it (plugins, notes, palettes,
transparency) takes a quarter of the time of a small picture. What is not exactly of this kind,
or in any way damaged, goes the long way, which also has the right words for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = ["PlainPng"]

HEAD = b"\x08\x00\x00\x00\x00"
"""Eight bits a pixel, grey, the usual packing and filters, no interlacing."""

HEAD_END = 33
"""Where the signature and the head end."""

MOST_PARTS = 1000
END = b"\0\0\0\0IEND\xaeB`\x82"


@dataclass(frozen=True)
class PlainPng:
    """A PNG of eight grey bits a pixel, with nothing beside its pixels.

    Attributes:
        size: (width, height), as its head says.
        packed: the pixels, filtered and deflated.
    """

    size: tuple[int, int]
    packed: bytes

    @classmethod
    def of(cls, data: bytes) -> PlainPng | None:
        """Take a file apart; None if it is of any other kind.

        Args:
            data: the file, whole; it begins as a PNG does.
        """
        head = data[8:HEAD_END]
        if head[:8] != b"\0\0\0\x0dIHDR" or head[16:21] != HEAD or not data.endswith(END):
            return None
        if crc32(head[4:21]) != int.from_bytes(head[21:], "big"):
            return None
        parts: list[bytes] = []
        position, end = HEAD_END, len(data) - len(END)
        while position < end and len(parts) < MOST_PARTS:
            start, length = position + 8, int.from_bytes(data[position : position + 4], "big")
            if data[position + 4 : start] != b"IDAT":
                return None
            parts.append(data[start : start + length])
            position = start + length + 4
        if position != end:
            return None
        size = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
        return cls(size, parts[0] if len(parts) == 1 else b"".join(parts))

    def pixels(self) -> NDArray[np.uint8] | None:
        """Return uint8 (height, width); None if they are damaged."""
        from PIL import Image

        try:
            image = Image.frombytes("L", self.size, self.packed, "zip", "L", 0)
        except Exception:  # whatever it is, the long way meets it again
            return None
        return np.asarray(image)
