"""From anything a person has to one upright picture: all limits on input live here.

A path, bytes, a file object, a data URL, a PIL image or a NumPy array becomes a
`Picture`: uint8, grey or RGB, upright. Whatever comes in, what comes out is a
`Picture` or one of our errors. Pictures are decoded in memory and nothing is
written. `_sources.py` takes the bytes from wherever they are. Only the formats in
`_formats.py` ever reach a decoder, and only after their size has been checked in the
header; `_raster.py` makes uint8 of what they decode to.
Pillow is imported when it is first needed.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from palote._formats import check_pieces, identify, jpeg_passes, prepare
from palote._png import PlainPng
from palote._raster import check_shape, from_array, from_pil, orientation, turned
from palote._sources import content
from palote.errors import CorruptImage, PaloteError, TooManyPixels, TooSmall
from palote.settings import Settings

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ImageSource", "Picture", "load"]

MIN_SIDE = 4
MAX_RATIO = 100
# JPEG decodes faster at a half, a quarter or an eighth of its size; from here on it does.
REDUCE_FROM = 2_000_000
REDUCED_SIDE = 1600
# A photo is stored in up to about ten passes. Thousands of them are a few bytes each and hours
# of work, so passes times pixels is limited, at 40 passes over the largest picture.
MAX_PASSES = 40

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image | "
    "NDArray[np.generic] | Picture"
)


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright picture.

    Attributes:
        pixels: uint8, (height, width) grey or (height, width, 3) RGB, C-contiguous,
            read-only.
        size: (width, height) of the upright input; larger than ``pixels`` where a large
            JPEG was reduced while it was decoded.
    """

    pixels: NDArray[np.uint8]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)


def load(source: ImageSource, settings: Settings | None = None) -> Picture:
    """Turn what a person has into an upright picture.

    Args:
        source: path, bytes, binary file object (read from where it stands, left open),
            ``data:`` URL, PIL image or NumPy array of shape (h, w), (h, w, 1), (h, w, 3)
            RGB or (h, w, 4) RGBA: bool, integers from 0, or floats in [0, 1] or [0, 255]. What
            is a `Picture` already stays as it is.
        settings: the limits; those of the environment if not given.

    Raises:
        InputError: the source is no picture that Palote reads; one of its kinds says why.
        MissingExtra: it is HEIC, and the extra for that is not installed.
        UsageError: the source is an object of another type.

    >>> load(np.zeros((28, 30), np.uint8)).size
    (30, 28)
    """
    if isinstance(source, Picture):
        return source
    settings = Settings.from_environment() if settings is None else settings
    if isinstance(source, np.ndarray):
        array = np.asarray(source)
        check_shape(array)
        size = (array.shape[1], array.shape[0])
        _check_size(size, "The array", settings)
        return Picture(from_array(array), size)
    # Without Pillow loaded, or while another thread loads it, nothing can be one of its images.
    pillow = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if pillow is not None and isinstance(source, pillow):
        with _decoding("The PIL image"):
            _check_size(source.size, "The PIL image", settings)
            return _upright(source)
    name, data = content(source, settings)
    kind = identify(data, name)
    plain = PlainPng.of(data) if kind == "PNG" else None
    if plain is not None:
        _check_size(plain.size, name, settings)
        pixels = plain.pixels()
        if pixels is not None:
            return Picture(pixels, plain.size)
    check_pieces(data, kind, name)
    prepare(kind)
    with _decoding(f"{name} ({kind})"):
        from PIL import Image

        with Image.open(BytesIO(data), formats=[kind]) as image:
            _check_size(image.size, name, settings)
            if kind == "JPEG":
                _check_passes(data, image, name, settings)
            return _upright(image, reduce=kind == "JPEG")


def _upright(image: Image, reduce: bool = False) -> Picture:
    width, height = image.size
    if reduce and width * height > REDUCE_FROM:
        times = max(width, height) // REDUCED_SIDE
        if times > 1:
            image.draft(None, (width // times, height // times))
    image.load()
    # After loading, since a TIFF is turned by Pillow itself while it is loaded.
    turn = orientation(image)
    pixels = turned(from_pil(image), turn)
    return Picture(pixels, (height, width) if turn >= 5 else (width, height))


def _check_size(size: tuple[int, int], name: str, settings: Settings) -> None:
    width, height = size
    short, long = sorted((width, height))
    extent = f"{width:,} x {height:,} pixels"
    if width * height > settings.max_pixels:
        raise TooManyPixels(
            f"{name} has {extent}; the limit is {settings.max_pixels:,} in all. "
            "Make the picture smaller, or raise PALOTE_MAX_PIXELS."
        )
    if short < MIN_SIDE:
        raise TooSmall(
            f"{name} has {extent}, too few to hold a digit. "
            f"Each side needs {MIN_SIDE} at least; 28 or more read well."
        )
    if long > short * MAX_RATIO:
        raise TooSmall(
            f"{name} has {extent}, too narrow to hold a digit: one side is more than "
            f"{MAX_RATIO} times the other. Crop it to the digit."
        )


def _check_passes(data: bytes, image: Image, name: str, settings: Settings) -> None:
    passes = jpeg_passes(data)
    if passes * image.width * image.height > MAX_PASSES * settings.max_pixels:
        raise TooManyPixels(
            f"{name} is a JPEG of {passes:,} passes over {image.width:,} x {image.height:,} "
            "pixels, too much to decode. Save it again as a plain JPEG or PNG."
        )


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    """Whatever a decoder throws at a damaged picture becomes one of our errors."""
    try:
        with _quiet:
            yield
    except PaloteError:
        raise
    except Exception as error:
        if type(error).__name__ == "DecompressionBombError":
            raise TooManyPixels(
                f"{name} has more pixels than Pillow decodes. Make the picture smaller."
            ) from error
        raise CorruptImage(
            f"{name} is damaged, cut off, or of a rare variant, and cannot be decoded. "
            "Save it again as PNG or JPEG, or take the picture again."
        ) from error


class _Quiet:
    """Silences Pillow's warnings while at least one thread decodes.

    With ``warnings.catch_warnings`` alone, the second of two threads that overlap would
    put the silence of the first back for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._caught: warnings.catch_warnings[None] | None = None

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)\b")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._caught is not None:
                self._caught.__exit__(None, None, None)


_quiet = _Quiet()
