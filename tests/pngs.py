"""PNG files put together by hand, where no encoder writes what a test needs."""

import struct
import zlib

import numpy as np


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def filtered(pixels: np.ndarray, how: int) -> bytes:
    """Return a plain PNG of (h, w, n) with one filter in all rows.

    0 none, 1 left, 2 above, 3 their mean, 4 the one of those and the corner's that is nearest to
    their sum without that.
    """
    height, width, samples = pixels.shape
    values = np.pad(pixels.astype(int), ((1, 0), (1, 0), (0, 0)))
    left, above, corner = values[1:, :-1], values[:-1, 1:], values[:-1, :-1]
    sum_ = left + above - corner
    near = np.abs(np.stack([left, above, corner]) - sum_).argmin(axis=0)
    nearest = np.choose(near, [left, above, corner])
    taken = [0, left, above, (left + above) // 2, nearest][how]
    rows = ((values[1:, 1:] - taken) % 256).astype(np.uint8).reshape(height, -1)
    packed = zlib.compress(np.pad(rows, ((0, 0), (1, 0)), constant_values=how).tobytes())
    kind = {1: 0, 3: 2, 4: 6}[samples]
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
