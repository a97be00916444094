"""Corrections as class folders ``0/ ... 9/ none/`` of PNG files, in a folder or in a zip.

An exported file is called after its content, so that it is known again when it comes back:
then it is kept as it is. Any other picture walks the ink road as a correction does. What is
in a zip is never unpacked to the disk, and its sizes are looked at before it is read.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from palote.data.folders import is_hidden
from palote.data.saving import save
from palote.errors import DataError, UsageError
from palote.learn.crop import LONGEST, MARGIN, SHORTEST
from palote.learn.records import LABELS
from palote.settings import Settings

__all__ = ["Found", "from_folder", "from_zip", "is_crop", "to_folder", "to_zip"]

MOST_PICTURES = 5_000
MOST_BYTES = 256_000_000
"""Of all pictures of a zip together, unpacked."""

LARGEST_CROP = round(max(LONGEST, SHORTEST) * (1 + 3 * MARGIN))
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
FOLDERS = "It needs folders called 0 to 9, or none for what is not a digit, with pictures in them."


@dataclass(frozen=True)
class Found:
    """A picture with its label.

    Attributes:
        name: of the file, for messages.
        label: one of `LABELS`.
        content: the file.
    """

    name: str
    label: str
    content: bytes


def _file(png: bytes, label: str) -> str:
    return f"{label}/{hashlib.sha256(png).hexdigest()[:32]}.png"


def is_crop(found: Found) -> bool:
    """Tell whether a file is a crop that Palote has exported."""
    stem = PurePosixPath(found.name.replace("\\", "/")).stem
    if stem != hashlib.sha256(found.content).hexdigest()[:32]:
        return False
    pixels = cv2.imdecode(np.frombuffer(found.content, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels is not None and pixels.ndim == 2 and max(pixels.shape) <= LARGEST_CROP


def to_zip(pictures: Iterable[tuple[str, bytes]]) -> bytes:
    """Return labels and PNGs as a zip of class folders."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for label, png in pictures:
            # The same date for all: the same corrections give the same zip.
            file.writestr(zipfile.ZipInfo(_file(png, label)), png)
    return packed.getvalue()


def to_folder(pictures: Iterable[tuple[str, bytes]], folder: Path) -> int:
    """Write labels and PNGs into class folders; return how many.

    Raises:
        DataError: they cannot be written.
    """
    count = 0
    for label, png in pictures:
        save(folder / _file(png, label), png)
        count += 1
    return count


def from_zip(content: bytes, settings: Settings) -> Iterator[Found]:
    """Yield the pictures of a zip of class folders.

    Raises:
        UsageError: it is no zip, holds no class folders, or too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            members = [one for one in file.infolist() if _label(one.filename)]
            if not members:
                raise UsageError(f"There is no picture in the zip. {FOLDERS}")
            if len(members) > MOST_PICTURES or sum(m.file_size for m in members) > MOST_BYTES:
                raise UsageError(
                    f"The zip holds {len(members):,} pictures, or more than "
                    f"{MOST_BYTES // 10**6} MB of them. Import up to {MOST_PICTURES:,} at once."
                )
            for one in members:
                with file.open(one) as stream:
                    yield Found(
                        one.filename, _label(one.filename), stream.read(settings.max_bytes + 1)
                    )
    except BROKEN as error:
        raise UsageError(f"This is no zip file that can be read: {error}.") from error


def from_folder(folder: Path, settings: Settings) -> Iterator[Found]:
    """Yield the pictures of a folder of class folders.

    Raises:
        UsageError: there is no such folder, or there are no class folders in it.
        DataError: a file cannot be read.
    """
    paths = [path for label in LABELS for path in sorted((folder / label).glob("**/*"))]
    paths = [path for path in paths if path.is_file() and not is_hidden(path.name)]
    if not paths:
        raise UsageError(f"There is no picture in {str(folder)!r}. {FOLDERS}")
    for path in paths:
        try:
            with path.open("rb") as file:
                content = file.read(settings.max_bytes + 1)
        except OSError as error:
            raise DataError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
        yield Found(str(path), path.relative_to(folder).parts[0], content)


def _label(name: str) -> str:
    """Return the label of a file in a zip: its innermost folder that is one, or ""."""
    path = PurePosixPath(name.replace("\\", "/"))
    if name.endswith("/") or any(is_hidden(part) for part in path.parts):
        return ""
    return next((part for part in reversed(path.parts[:-1]) if part in LABELS), "")
