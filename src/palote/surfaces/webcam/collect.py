"""Making a data set of one's own: a digit on the screen, a key, a file in a class folder.

What is saved is what was read, cut out of the frame with some paper around it, so that it
goes the same way through `palote.ink` again when a network is trained on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.data.folders import DIGITS, PARTS, is_hidden
from palote.data.saving import save
from palote.errors import DataError, UsageError
from palote.result import Reading
from palote.surfaces.webcam.frames import Frame
from palote.surfaces.webcam.threads import Answer

__all__ = ["Collection", "cut_out", "png", "stamp"]

MARGIN, LEAST_MARGIN = 0.4, 16
"""Paper around the digit: a share of its longer side, and pixels."""
ALIKE = 0.04
"""Mean difference of two patches, in [0, 1], below which they are the same digit."""

Read = Callable[[NDArray[np.uint8]], Reading]


class Collection:
    """A folder of class folders that grows.

    Args:
        folder: it need not exist; in one that has ``train/``, pictures go there.

    Raises:
        UsageError: it is a file, or holds folders of other names than a data set's.
        DataError: it may not be opened.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = _place(folder)
        self._saved: list[tuple[Frame, Path, int]] = []
        self.counts = [len(list(_pictures(self._place / digit))) for digit in DIGITS]
        """How many pictures there are of each digit."""

    @property
    def added(self) -> int:
        """How many pictures were saved."""
        return len(self._saved)

    def save(self, answer: Answer, digit: int, read: Read) -> Path | None:
        """Save what was read as a picture of a digit.

        The same frame is not saved twice, since one of two copies could become a test
        picture of the other: with another digit, the first file is taken back.

        Args:
            answer: what is on the screen; there must be a digit in it.
            digit: what it is, whatever was read.
            read: the reader that read it.

        Returns:
            The file; None if this frame was saved as this digit just now.

        Raises:
            DataError: it cannot be written.
        """
        if self._saved and self._saved[-1][0] is answer.frame:
            if self._saved[-1][2] == digit:
                return None
            self.undo()
        content = png(cut_out(answer, read))
        path = self._free(digit)
        save(path, content)
        self._saved.append((answer.frame, path, digit))
        self.counts[digit] += 1
        return path

    def undo(self) -> Path | None:
        """Delete the file that was saved last; return it, or None if none is left."""
        if not self._saved:
            return None
        _, path, digit = self._saved.pop()
        with suppress(OSError):
            path.unlink()
        self.counts[digit] -= 1
        return path

    def _free(self, digit: int) -> Path:
        folder, name = self._place / str(digit), stamp()
        path, number = folder / f"{name}.png", 1
        while path.exists():
            number += 1
            path = folder / f"{name}-{number}.png"
        return path


def cut_out(answer: Answer, read: Read) -> NDArray[np.uint8]:
    """Return the digit with paper around it, or all that was read if that reads otherwise.

    Args:
        answer: there must be a digit in it.
        read: the reader that read it.
    """
    digit = answer.reading.digits[0]
    x, y, width, height = digit.box
    margin = max(LEAST_MARGIN, round(MARGIN * max(width, height)))
    part = answer.part
    cut = part[
        max(0, y - margin) : y + height + margin,
        max(0, x - margin) : x + width + margin,
    ]
    again = read(cut).digits
    if again and float(np.abs(again[0].ink - digit.ink).mean()) < ALIKE:
        return cut
    return part


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture, uint8 (h, w, 3) RGB, as a PNG file."""
    _, content = cv2.imencode(".png", np.ascontiguousarray(pixels[..., ::-1]))
    return bytes(content)


def stamp() -> str:
    """Return the time, for a file's name: 20261121-084512-123."""
    now = time.time()
    return f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{int(now % 1 * 1000):03d}"


def _place(folder: Path) -> Path:
    """Return the folder that class folders are made in."""
    if not folder.exists():
        return folder
    if not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file. Give a folder with --save-to.")
    try:
        inside = sorted(path.name for path in folder.iterdir() if path.is_dir())
    except OSError as error:
        raise DataError(
            f"The folder {str(folder)!r} cannot be opened: {error.strerror}."
        ) from error
    inside = [name for name in inside if not is_hidden(name)]
    parts = [name for name in inside if name.lower() in PARTS]
    wrong = [name for name in inside if name not in (parts or DIGITS)]
    if wrong:
        raise UsageError(
            f"{str(folder)!r} holds other folders than those of a data set: "
            f"{', '.join(map(repr, wrong[:5]))}. Give a new or an empty folder with --save-to."
        )
    training = [name for name in parts if PARTS[name.lower()] == "train"]
    return folder / (training or ["train"])[0] if parts else folder


def _pictures(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (
            path for path in folder.rglob("*") if path.is_file() and not is_hidden(path.name)
        )
