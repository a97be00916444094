"""Which kind of file some bytes are, by their first bytes: the name is never trusted.

`pixels` hands a decoder only what is identified here, so that no other decoder of
Pillow (EPS would start a program) ever sees a stranger's bytes; and a person who
gives something else is told what it is.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Literal

from palote.errors import CorruptImage, MissingExtra, UnsupportedFormat

__all__ = [
    "EXIF_MARK",
    "FORMATS",
    "check_pieces",
    "identify",
    "jpeg_passes",
    "notes_fit",
    "prepare",
]

# The formats by Pillow's names, and the module that brings the decoder.
FORMATS = {
    "AVIF": "PIL.AvifImagePlugin",
    "BMP": "PIL.BmpImagePlugin",
    "GIF": "PIL.GifImagePlugin",
    "HEIF": "pillow_heif",
    "JPEG": "PIL.JpegImagePlugin",
    "PNG": "PIL.PngImagePlugin",
    "TIFF": "PIL.TiffImagePlugin",
    "WEBP": "PIL.WebPImagePlugin",
}
READ = "Palote reads PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and HEIC."

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}

OTHERS = (
    (b"%PDF", "a PDF document; take a screenshot of the page or export it as PNG"),
    (b"%!PS", "a PostScript drawing; export it as PNG"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript drawing; export it as PNG"),
    (b"8BPS", "a Photoshop file; export it as PNG"),
    (b"gimp xcf", "a GIMP file; export it as PNG"),
    (b"\0\0\1\0", "a Windows icon; save it as PNG"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture; save it as PNG"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture; save it as PNG"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture; save it as PNG"),
    (b"\xff\x0a", "a JPEG XL picture; save it as PNG"),
    (b"\x93NUMPY", "a NumPy file; give what numpy.load returns"),
    (b"\0\0\x08\x03", "an MNIST (IDX) file of many pictures, not one"),
    (b"\x89HDF", "an HDF5 file (a model, perhaps), not a picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document; take the picture out of it"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"data:", "a data URL as bytes; give it as text (str)"),
)
MARKUP = (
    (b"<svg", "an SVG drawing; export it as PNG"),
    (b"<html", "a web page, not a picture; save the picture itself"),
    (b"<!doctype", "a web page, not a picture; save the picture itself"),
    (b"<?xml", "an XML document, not a picture"),
)
LOOK = 1024
# A marker that starts a segment of a JPEG; in the coded picture 0xff is followed by 0 or a
# restart. 0x01 and 0xd8 have no length behind them: passes could hide in what it would skip.
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
EXIF_MARK = b"Exif\0\0"
DIRECTORY = re.compile(rb"II[*+]\0|MM\0[*+]")
MOST_DIRECTORIES = 100
BIG = 43
IFD_SIZES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value of each type of a TIFF's directory; those of the others are 1 or ignored."""
IFD_ROOM = 1 << 16
GIF_COLOURS, GIF_EXTENSION, GIF_PICTURE = 0x80, 0x21, 0x2C
HEIF_LOCK = threading.Lock()


def identify(data: bytes, name: str) -> str:
    """Return Pillow's name of the format of ``data``, one of `FORMATS`.

    Args:
        data: the file, whole.
        name: what to call it in the message.

    Raises:
        UnsupportedFormat: it is something else; the message says what, where it can.
    """
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in BMP_HEADERS:
        return "BMP"
    # mif1 stands for both; then the compatible brands, listed behind the major one, decide.
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), LOOK)
        brands = {data[i : i + 4] for i in (8, *range(16, length, 4))}
        if brands & AVIF_BRANDS and not brands & (HEIF_BRANDS - {b"mif1", b"msf1"}):
            return "AVIF"
        if brands & HEIF_BRANDS:
            return "HEIF"
    raise UnsupportedFormat(f"{name} is {_describe(data)}. {READ}")


def check_pieces(data: bytes, kind: str, name: str) -> None:
    """Refuse a file whose parts would make Pillow work or grow without end.

    Pillow goes through the pieces of some formats one by one in Python, so that a few megabytes of
    empty ones keep a processor busy for minutes; and it copies what each entry of a directory
    (TIFF, EXIF) names, so that entries that all name the whole file make gigabytes of a megabyte.

    Args:
        data: the file, whole.
        kind: its format, one of `FORMATS`.
        name: what to call it in the message.

    Raises:
        CorruptImage: no camera and no program writes a picture like this.
    """
    pieces, most = PIECES.get(kind, (_none, 0))
    exif = bytearray()
    for number, (start, end) in enumerate(pieces(data), 1):
        if number > most:
            raise CorruptImage(
                f"{name} ({kind}) is made of more than {most:,} pieces, which no camera or program "
                "does. Save it again as PNG or JPEG."
            )
        if kind == "JPEG" and data.startswith(EXIF_MARK, start):
            exif += data[start + len(EXIF_MARK) : end]
    if not (
        notes_fit(bytes(exif))
        and (kind != "TIFF" or notes_fit(data))
        and (kind != "AVIF" or _every_directory_fits(data))
    ):
        raise CorruptImage(
            f"{name} ({kind}) is damaged: its notes name more bytes than there are. "
            "Save it again as PNG or JPEG."
        )


def notes_fit(data: bytes, start: int = 0) -> bool:
    """Tell whether the directory of a TIFF, or of EXIF, names no more bytes than there are.

    Args:
        data: with the directory.
        start: where the mark of its byte order is.
    """
    order: Literal["little", "big"] = "little" if data[start : start + 2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[start + at : start + at + size], order)

    count_at, count_size, entry, field = (8, 8, 20, 8) if number(2, 2) == BIG else (4, 2, 12, 4)
    directory = number(count_at, field)
    length = len(data) - start
    end = min(directory + count_size + entry * number(directory, count_size), length)
    named = 0
    for position in range(directory + count_size, end, entry):
        size = IFD_SIZES.get(number(position + 2, 2), 1) * number(position + 4, field)
        # Pillow leaves out what would reach beyond the end.
        named += size if size <= length else 0
        if named > 2 * length + IFD_ROOM:
            return False
    return True


def _every_directory_fits(data: bytes) -> bool:
    """Look wherever a directory may start, for the EXIF of AVIF may be anywhere."""
    found = (match.start() for match in DIRECTORY.finditer(data))
    return all(number < MOST_DIRECTORIES and notes_fit(data, at) for number, at in enumerate(found))


def _none(_: bytes) -> Iterator[tuple[int, int]]:
    yield from ()


def _png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    position = 8
    while position < len(data):
        start, length = position, int.from_bytes(data[position : position + 4], "big")
        position += 12 + length
        yield start, position


def _gif_blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Go through what stands before the first picture, which is the one that is read."""
    flags = data[10] if len(data) > 10 else 0
    position = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & GIF_COLOURS else 0)
    while position < len(data) and data[position] != GIF_PICTURE:
        yield position, position + 1
        if data[position] != GIF_EXTENSION:
            position += 1
            continue
        position += 2
        while position < len(data) and data[position]:
            yield position, position + 1 + data[position]
            position += 1 + data[position]
        position += 1


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Go through the segments; before the first pass, a byte between two of them counts too."""
    position, head = 2, True
    while match := MARKER.search(data, position):
        for stray in range(position, match.start() if head else position):
            yield stray, stray
        if match[1][0] == END_OF_IMAGE:
            break
        head = head and match[1][0] != START_OF_SCAN
        position = match.end() + int.from_bytes(data[match.end() : match.end() + 2], "big")
        yield match.end() + 2, position


PIECES: dict[str, tuple[Callable[[bytes], Iterator[tuple[int, int]]], int]] = {
    "GIF": (_gif_blocks, 2_000),
    "JPEG": (_jpeg_segments, 20_000),
    "PNG": (_png_chunks, 20_000),
}
"""How each is taken apart, and the most pieces that are taken; usual are some dozens."""


def jpeg_passes(data: bytes) -> int:
    """Count the passes (scans) in which a JPEG brings its picture; ten are common."""
    position, passes = 2, 0
    while match := MARKER.search(data, position):
        code = match[1][0]
        if code == END_OF_IMAGE:
            break
        passes += code == START_OF_SCAN
        position = match.end() + int.from_bytes(data[match.end() : match.end() + 2], "big")
    return passes


def prepare(kind: str) -> None:
    """Load the decoder for ``kind``, and not all of Pillow's.

    Raises:
        MissingExtra: HEIC needs the extra for it.
        UnsupportedFormat: the installed Pillow was built without this format.
    """
    if kind == "HEIF":
        try:
            with HEIF_LOCK:
                from PIL import Image

                if kind not in Image.OPEN:
                    import_module("pillow_heif").register_heif_opener()
        except ImportError as error:
            raise MissingExtra("heic", "Reading HEIC pictures") from error
        return
    try:
        plugin = import_module(FORMATS[kind])
    except ImportError:
        plugin = None
    if not getattr(plugin, "SUPPORTED", plugin is not None):
        raise UnsupportedFormat(
            f"The picture is {kind}, which the installed Pillow cannot decode. "
            f"Save it as PNG, or upgrade Pillow. {READ}"
        )


def _describe(data: bytes) -> str:
    if not data:
        return "empty (0 bytes)"
    for signature, description in OTHERS:
        if data.startswith(signature):
            return description
    if data[4:8] == b"ftyp":
        return "a video; save one picture of it as PNG or JPEG"
    start = data[:LOOK]
    for tag, description in MARKUP:
        if tag in start.lower():
            return description
    try:
        text = start.decode("utf-8", "strict" if len(data) <= LOOK else "ignore")
    except UnicodeDecodeError:
        text = "\0"
    if text.isprintable() or all(c.isprintable() or c in "\r\n\t" for c in text):
        return "text, not a picture"
    return f"no picture that Palote knows (it begins with {data[:8].hex(' ')})"
