"""From a decoded PIL image or a NumPy array to uint8, grey or RGB, upright.

The half of `pixels` that does no I/O and knows no limits: number ranges, colour
models, transparency and orientation. Large pictures stay uint8 all the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from palote._formats import EXIF_MARK, notes_fit
from palote.errors import UnsupportedArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["check_shape", "from_array", "from_pil", "orientation", "turned"]

# What rounding or resampling may add to a float picture's range.
TOLERANCE = 1e-3
ORIENTATION_TAG = 0x0112
RAW_EXIF = "Raw profile type exif"
"""Where ImageMagick puts it in a PNG, in hexadecimal behind three lines."""
CHANNELS = (1, 3, 4)
LARGE, STRIP = 500_000, 64
"""Pixels from which on an image is taken over in strips, and the rows of one."""
SHAPES = "(h, w), (h, w, 1), (h, w, 3) RGB or (h, w, 4) RGBA"
# Tones this far apart are paper and ink, not one colour with soft edges.
TWO_TONES = 64


def check_shape(array: NDArray[np.generic]) -> None:
    """Refuse an array that is no picture by shape or dtype, saying how to make it one.

    Raises:
        UnsupportedArray: always with the shape or dtype received.
    """
    shape = array.shape
    if array.dtype.kind not in "buif":
        raise UnsupportedArray(
            f"The array's dtype is {array.dtype}. Give bool, integers from 0, or floats in "
            "[0, 1] or [0, 255]: array.astype(numpy.uint8)."
        )
    if array.ndim == 2 or (array.ndim == 3 and shape[2] in CHANNELS):
        if not array.size:
            raise UnsupportedArray(f"The array is empty: its shape is {shape}.")
        return
    hint = ""
    if array.ndim == 1 and array.size == 784:
        hint = " For a flat MNIST row: array.reshape(28, 28)."
    elif array.ndim == 3 and shape[0] in (3, 4):
        hint = " Channels come last: array.transpose(1, 2, 0)."
    elif array.ndim in (3, 4):
        hint = " It looks like several pictures: give array[0], or all to palote.read_many."
    raise UnsupportedArray(f"The array's shape is {shape}; it must be {SHAPES}.{hint}")


def from_array(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring an array that `check_shape` let pass to uint8, (h, w) or (h, w, 3); a copy.

    Raises:
        UnsupportedArray: negative values, NaN, infinity, or beyond the known ranges.
    """
    values = _to_bytes(array)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim == 3 and values.shape[2] == 4:
        from PIL import Image

        return from_pil(Image.fromarray(np.ascontiguousarray(values), "RGBA"))
    return np.array(_without_colour(values), order="C")


def from_pil(image: Image) -> NDArray[np.uint8]:
    """Bring a PIL image of any mode to uint8, (h, w) grey or (h, w, 3) RGB."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _stretched(np.asarray(image))
    keyed = image.mode in ("1", "L", "RGB") and "transparency" in image.info
    if keyed or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        image = _flattened(image)
    elif image.mode == "P":
        image = _flattened(image) if image.has_transparency_data else image.convert("RGB")
    elif image.mode == "LAB":
        image = image.getchannel(0)
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if image.width * image.height >= LARGE:
        return _in_strips(image)
    return _without_colour(np.asarray(image, dtype=np.uint8))


def _in_strips(image: Image) -> NDArray[np.uint8]:
    """Return what a large grey or RGB image holds, in grey if it has no colours.

    Pillow hands pixels out in pieces and joins them: for a large photo that is new memory twice,
    which takes longer to get than to fill. A few rows at a time use the same again.
    """
    width, height = image.size
    found = np.empty((height, width), np.uint8)
    top = 0
    while top < height:
        bottom = min(top + STRIP, height)
        strip = image.crop((0, top, width, bottom))
        if strip.mode == "RGB" and found.ndim == 2:
            strip, *others = strip.split()
            tones = strip.tobytes()
            if any(other.tobytes() != tones for other in others):
                found, top = np.empty((height, width, 3), np.uint8), 0
                continue
        found[top:bottom] = np.asarray(strip)
        top = bottom
    return found


def orientation(image: Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) where it is missing or damaged."""
    # A picture with a broken note about its orientation is still a picture.
    try:
        if not notes_fit(_exif(image)):
            return 1
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(image: Image) -> bytes:
    """Return the EXIF that Pillow would take apart; b"" where it is none or of another kind."""
    exif: object = image.info.get("exif")
    raw: object = image.info.get(RAW_EXIF)
    if exif is None and isinstance(raw, str):
        exif = bytes.fromhex("".join(raw.split("\n")[3:]))
    return exif.removeprefix(EXIF_MARK) if isinstance(exif, bytes) else b""


def turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn and mirror pixels upright, as EXIF numbers it; C-contiguous."""
    # 1 to 4 differ by mirroring; 5 to 8 are the same four with the axes exchanged.
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _to_bytes(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    kind = array.dtype.kind
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    low, high = array.min(), array.max()
    if kind == "f":
        if not (np.isfinite(low) and np.isfinite(high)):
            raise UnsupportedArray(
                "The array holds NaN or infinity. Replace them: numpy.nan_to_num(array)."
            )
        limit = 255.0
    else:
        limit = 65535.0
    if low < -TOLERANCE or high > limit + TOLERANCE:
        raise UnsupportedArray(
            f"The array's values go from {low:g} to {high:g}. Give 0 to 255, floats from 0 to 1, "
            "or 16-bit integers; bring others to one of these ranges first."
        )
    if kind == "f":
        scale = 255 if high <= 1 + TOLERANCE else 1
        return np.rint(array.astype(np.float32, copy=False) * scale).astype(np.uint8)
    return _shifted(cast(NDArray[np.integer], array))


def _shifted(values: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Bring integers from 0 to 8 bits by what they use: 10, 12 and 16 bits come in 16."""
    high = int(values.max())
    if high == 1:
        return values.astype(np.uint8) * np.uint8(255)
    if high <= 255:
        return values.astype(np.uint8, copy=False)
    return (values >> (high.bit_length() - 8)).astype(np.uint8)


def _stretched(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring the numbers of a file, of whatever range, to 8 bits."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low + high):
        raise ValueError("NaN or infinity")
    if values.dtype.kind == "f" or low < 0:
        if low < 0 or high > 255:
            scaled = (values.astype(np.float64) - low) * (255 / max(high - low, 1))
        else:
            scaled = values.astype(np.float64) * (255 if high <= 1 else 1)
        return np.rint(scaled).astype(np.uint8)
    return _shifted(cast(NDArray[np.integer], values))


def _flattened(image: Image) -> Image:
    """Lay a picture with transparency on the plain ground that leaves its ink visible.

    Ink may live in the transparency only: black strokes on nothing, and white ones. So
    the ground is white behind dark colours and black behind light ones. A picture that
    brings its own paper (most of it is opaque, in more than one tone) has that continued
    instead, where a rounded corner or a soft edge shows through.
    """
    from PIL import Image as pillow

    image = image.convert("LA" if image.mode in ("LA", "La") else "RGBA")
    alpha = image.getchannel("A")
    colours = image.convert("L" if image.mode == "LA" else "RGB")
    faintest, strongest = cast(tuple[int, int], alpha.getextrema())
    if faintest == 255:
        return colours
    ground = 255
    if strongest:
        visible = alpha.point([255 if 2 * level >= strongest else 0 for level in range(256)])
        tones = np.array(colours.convert("L").histogram(visible))
        covered = tones.sum() / (image.width * image.height)
        used = np.flatnonzero(tones)
        if covered >= 0.5 and (used[-1] - used[0] > TWO_TONES or covered >= 0.95):
            ground = int(np.searchsorted(tones.cumsum(), tones.sum() / 2))
        else:
            ground = 255 if tones @ np.arange(256) < 128 * tones.sum() else 0
    flat = pillow.new(colours.mode, colours.size, ground if colours.mode == "L" else (ground,) * 3)
    flat.paste(colours, mask=alpha)
    return flat


def _without_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return grey for an RGB picture whose channels are equal; others as they are."""
    if pixels.ndim == 2:
        return pixels
    # A few rows settle it for most colour pictures.
    for part in (pixels[:: max(1, len(pixels) // 16)], pixels):
        if not (
            np.array_equal(part[..., 0], part[..., 1])
            and np.array_equal(part[..., 0], part[..., 2])
        ):
            return pixels
    return np.ascontiguousarray(pixels[..., 0])
