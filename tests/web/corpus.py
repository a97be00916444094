"""Bad input, made by code: what strangers may send as a picture, and what it has to be answered.

No file of anybody's is in here, and nothing is random: every run makes the same bytes. The fuzzing
(``scripts/fuzz``) starts from the same pictures.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, features

from tests.pngs import chunk

CORRUPT = (422, "corrupt-image")
SMALL = (422, "too-small")
OTHER = (415, "unsupported-format")
BYTES = (413, "too-many-bytes")
PIXELS = (413, "too-many-pixels")
READ = (200, "")
DAMAGED = (CORRUPT, OTHER, READ)
"""A damaged file may lose its head, or still hold enough of the picture."""

SEED = 20261121
PARTS = (0.25, 0.6, 0.95)
EXTREME = (0x00, 0x7F, 0x80, 0xFF)


@dataclass(frozen=True)
class Case:
    """Something that is sent as a picture.

    Attributes:
        name: what it is.
        data: its bytes.
        wanted: the answers that are right, each a status and a problem's code ("" for none).
    """

    name: str
    data: bytes
    wanted: tuple[tuple[int, str], ...]


def corpus() -> list[Case]:
    """Return all of it, named."""
    makers = (sound, cut_off, damaged, bombs, shapes, disguised, notes, foreign)
    return [case for maker in makers for case in maker()]


@functools.cache
def samples() -> dict[str, bytes]:
    """Return a picture of a 7 in every format, and in the variants that decoders treat apart."""
    page = _seven()
    colour = Image.merge("RGB", (page, page.point([min(255, 60 + v) for v in range(256)]), page))
    clear = Image.merge("RGBA", (*colour.split(), page.point([255 - v for v in range(256)])))
    deep = Image.fromarray(np.asarray(page, np.uint16) * 257)
    film = {"save_all": True, "append_images": [page.rotate(90), page.rotate(180)]}
    made = {
        "grey.png": _encoded(page, "PNG"),
        "interlaced.png": _encoded(clear, "PNG", interlace=1),
        "palette.png": _encoded(colour.quantize(8), "PNG", transparency=b"\0\xff\x80"),
        "deep.png": _encoded(deep, "PNG"),
        "moving.png": _encoded(page, "PNG", **film),
        "baseline.jpg": _encoded(colour, "JPEG"),
        "progressive.jpg": _encoded(colour, "JPEG", progressive=True),
        "cmyk.jpg": _encoded(colour.convert("CMYK"), "JPEG"),
        "grey.bmp": _encoded(page, "BMP"),
        "palette.bmp": _encoded(colour.quantize(8), "BMP"),
        "moving.gif": _encoded(page, "GIF", **film),
        "lossy.webp": _encoded(colour, "WEBP"),
        "lossless.webp": _encoded(clear, "WEBP", lossless=True),
        "moving.webp": _encoded(page, "WEBP", **film),
        "raw.tif": _encoded(colour, "TIFF"),
        "lzw.tif": _encoded(colour, "TIFF", compression="tiff_lzw"),
        "group4.tif": _encoded(page.convert("1"), "TIFF", compression="group4"),
        "jpeg.tif": _encoded(colour, "TIFF", compression="jpeg"),
        "big.tif": _encoded(page, "TIFF", big_tiff=True),
    }
    if features.check("avif"):
        made["colour.avif"] = _encoded(colour, "AVIF")
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return made
    register_heif_opener()
    return {**made, "colour.heic": _encoded(colour, "HEIF")}


def sound() -> Iterator[Case]:
    """Pictures that are read; the others are told from them."""
    for name, data in samples().items():
        yield Case(f"sound {name}", data, (READ,))


def cut_off() -> Iterator[Case]:
    """Every format, cut off in its head, its body and just before its end."""
    for name, data in samples().items():
        for length in (1, 4, 13, *(int(len(data) * part) for part in PARTS), len(data) - 1):
            yield Case(f"{length} bytes of {name}", data[:length], DAMAGED)


def damaged() -> Iterator[Case]:
    """Every format with wrong bytes in its head, and a hole in its body."""
    chance = random.Random(SEED)
    for name, data in samples().items():
        for turn in range(3):
            wrong = bytearray(data)
            for _ in range(4):
                wrong[chance.randrange(8, min(160, len(wrong)))] = chance.choice(EXTREME)
            # A wrong byte may be the size of the picture.
            yield Case(f"damage {turn} in {name}", bytes(wrong), (*DAMAGED, PIXELS, SMALL))
        middle = len(data) // 2
        hole = data[:middle] + bytes(len(data) // 8) + data[middle + len(data) // 8 :]
        yield Case(f"hole in {name}", hole, DAMAGED)
        yield Case(f"{name} turned round", data[::-1], (OTHER,))


def bombs() -> Iterator[Case]:
    """Small files that promise, or unpack to, very much."""
    yield Case("PNG of 60,000 x 60,000", png(60_000, 60_000, bytes(99)), (PIXELS,))
    yield Case("PNG of 2^31 x 2^31", png(2**31 - 1, 2**31 - 1, bytes(99)), (PIXELS,))
    side = 7_000
    rows = zlib.compress((b"\0" + b"\xff" * side) * side, 1)
    yield Case("PNG just under the limit", png(side, side, packed=rows), (READ,))
    plenty = zlib.compress(bytes(80_000_000), 1)
    yield Case("PNG with far too much data", png(64, 64, packed=plenty), (CORRUPT, READ))
    small = png(64, 64, b"\0" * 65 * 64)
    for kind, head in ((b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0")):
        noted = small[:33] + chunk(kind, head + plenty) + small[33:]
        yield Case(f"PNG with a bomb in {kind.decode()}", noted, (READ, CORRUPT))
    packed = zlib.compress(bytes(900_000))
    texts = b"".join(chunk(b"zTXt", b"a\0\0" + packed) for _ in range(100))
    yield Case("PNG with 100 notes", small[:33] + texts + small[33:], (READ, CORRUPT))
    gif = samples()["moving.gif"]
    vast = gif[:6] + struct.pack("<HH", 65_535, 65_535) + gif[10:]
    yield Case("GIF of 65,535 x 65,535", vast, (PIXELS,))
    bmp = samples()["grey.bmp"]
    for wide, high in ((2**31 - 1, 1), (100_000, 100_000), (64, -(2**31))):
        altered = bmp[:18] + struct.pack("<ii", wide, high) + bmp[26:]
        yield Case(f"BMP of {wide} x {high}", altered, (PIXELS, SMALL, CORRUPT))
    yield Case("TIFF of 100,000 x 100,000", tiff({256: 100_000, 257: 100_000}), (PIXELS,))
    yield Case("TIFF of 4 thousand million rows", tiff({256: 64, 257: 2**32 - 1}), (PIXELS,))
    endless = {256: 64, 257: 64, 273: 8, 279: 2**32 - 1}
    yield Case("TIFF whose strip is endless", tiff(endless), (CORRUPT,))
    yield Case("TIFF whose directory is its next", tiff({256: 64, 257: 64}, next_at=8), (CORRUPT,))
    yield Case("TIFF of 65,535 entries", b"II*\0\x08\0\0\0\xff\xff" + bytes(99), (CORRUPT,))
    webp = b"VP8L" + struct.pack("<I", 5) + b"\x2f" + struct.pack("<I", 2**28 - 1)
    riff = b"RIFF" + struct.pack("<I", len(webp) + 4) + b"WEBP" + webp
    yield Case("WebP of 16,384 x 16,384", riff, (PIXELS, CORRUPT))
    yield Case("JPEG of thousands of passes", _many_passes(), (PIXELS,))


def shapes() -> Iterator[Case]:
    """Pictures of a pixel, of a line, and at the edges of what is taken."""
    for width, height in ((1, 1), (1, 20_000), (20_000, 1), (3, 28), (5, 501)):
        page = Image.new("L", (width, height), 255)
        for kind in ("PNG", "GIF", "TIFF", "BMP"):
            yield Case(f"{kind} of {width} x {height}", _encoded(page, kind), (SMALL,))
    for width, height in ((4, 4), (4, 400), (5, 500), (9_000, 100)):
        page = Image.new("L", (width, height), 255)
        yield Case(f"PNG of {width} x {height}", _encoded(page, "PNG"), (READ,))
    for width, height in ((0, 0), (0, 64), (64, 0)):
        yield Case(f"PNG of {width} x {height}", png(width, height, b""), (SMALL, CORRUPT))
    yield Case("noise of grey", _encoded(Image.effect_noise((160, 120), 90), "PNG"), (READ,))
    yield Case("nothing but air", _encoded(Image.new("RGBA", (64, 64)), "PNG"), (READ,))
    for odd in (np.nan, np.inf, -np.inf, 3e38):
        values = np.full((32, 32), odd, np.float32)
        values[:4] = 0
        made = _encoded(Image.fromarray(values), "TIFF")
        yield Case(f"TIFF of {odd}", made, (CORRUPT, READ))


def disguised() -> Iterator[Case]:
    """Two kinds of file in one: the picture counts, what hangs on it does nothing."""
    made = samples()
    script = b"<html><script>alert(document.domain)</script></html>"
    archive = b"PK\x03\x04" + bytes(60)
    yield Case("PNG with a page behind it", made["grey.png"] + script, (READ,))
    yield Case("JPEG with an archive behind it", made["baseline.jpg"] + archive, (READ,))
    yield Case("JPEG with a JPEG behind it", made["baseline.jpg"] * 50, (READ,))
    noted = made["grey.png"][:33] + chunk(b"tEXt", b"a\0" + script) + made["grey.png"][33:]
    yield Case("PNG with a page inside", noted, (READ,))
    yield Case(
        "GIF that is a script", b"GIF89a/*" + bytes(40) + b"*/=alert(1)//;", (*DAMAGED, SMALL)
    )
    yield Case("BMP that is a page", b"BM" + script, (OTHER,))
    yield Case("page with a PNG behind it", script + made["grey.png"], (OTHER,))
    yield Case("PDF with a JPEG inside", b"%PDF-1.7\n" + made["baseline.jpg"], (OTHER,))
    yield Case("PNG head on a JPEG", b"\x89PNG\r\n\x1a\n" + made["baseline.jpg"], (CORRUPT,))
    yield Case("JPEG head on a PNG", b"\xff\xd8\xff\xe0" + made["grey.png"], (CORRUPT,))
    yield Case("AVIF that says it is HEIC", b"\0\0\0\x18ftypheic" + bytes(400), (CORRUPT, OTHER))


def notes() -> Iterator[Case]:
    """Pictures whose notes (EXIF, profiles, comments, frames) are huge, wrong or without end."""
    made = samples()
    jpeg = made["baseline.jpg"]
    full = b"\xff\xe1" + struct.pack(">H", 65_535) + b"Exif\0\0" + bytes(65_527)
    yield Case("JPEG with 13 MB of EXIF", jpeg[:2] + full * 200 + jpeg[2:], (READ, CORRUPT))
    profile = b"\xff\xe2" + struct.pack(">H", 65_535) + b"ICC_PROFILE\0\1\1" + bytes(65_519)
    yield Case("JPEG with 13 MB of profiles", jpeg[:2] + profile * 200 + jpeg[2:], (READ, CORRUPT))
    # The directory's next one is itself; its orientation does not exist.
    looped = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\x03\0\1\0\0\0\xff\xff\0\0\x08\0\0\0"
    segment = b"\xff\xe1" + struct.pack(">H", len(looped) + 2) + looped
    yield Case("JPEG with EXIF in a circle", jpeg[:2] + segment + jpeg[2:], (READ,))
    grey = made["grey.png"]
    for name, note in (("circle", looped[6:]), ("noise", random.Random(SEED).randbytes(2_000_000))):
        noted = grey[:33] + chunk(b"eXIf", note) + grey[33:]
        yield Case(f"PNG with EXIF of {name}", noted, (READ,))
    page = _seven()
    films = [page.rotate(i % 360) for i in range(1, 400)]
    film = _encoded(page, "GIF", save_all=True, append_images=films)
    yield Case("GIF of 400 frames", film, (READ,))
    gif = made["moving.gif"]
    comment = b"!\xfe" + (b"\xff" + bytes(255)) * 40_000 + b"\0"
    start = 13 + 3 * 2 ** ((gif[10] & 7) + 1) if gif[10] & 0x80 else 13
    yield Case("GIF with a comment of 10 MB", gif[:start] + comment + gif[start:], (CORRUPT,))
    yield Case("JPEG with 10 MB of padding", jpeg[:2] + b"\xff" * 10**7 + jpeg[2:], (CORRUPT,))
    blocks = gif[:start] + b"!\xff" + b"\1a" * 10**6 + b"\0" + gif[start:]
    yield Case("GIF of a million blocks", blocks, (CORRUPT,))
    yield Case(
        "JPEG of a million segments", jpeg[:2] + b"\xff\xfe\0\2" * 10**6 + jpeg[2:], (CORRUPT,)
    )
    yield Case(
        "PNG of 300,000 chunks", grey[:33] + chunk(b"abCd", b"") * 300_000 + grey[33:], (CORRUPT,)
    )
    many = directory(500, 2_000_000)
    yield Case("TIFF of entries that all name all of it", many, (CORRUPT,))
    yield Case("PNG with such EXIF", grey[:33] + chunk(b"eXIf", many) + grey[33:], (READ,))
    raw = b"Raw profile type exif\0\nexif\n9\n" + directory(500, 400_000).hex().encode()
    yield Case("PNG with such EXIF in words", grey[:33] + chunk(b"tEXt", raw) + grey[33:], (READ,))
    pieces = (b"Exif\0\0" + many[i : i + 60_000] for i in range(0, len(many), 60_000))
    inside = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
    yield Case("JPEG with such EXIF", jpeg[:2] + inside + jpeg[2:], (CORRUPT,))


def foreign() -> Iterator[Case]:
    """What is no picture, whatever it is called."""
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    svg = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
    script = "<script>alert(1)</script>"
    entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    made = {
        "SVG": svg.format("<circle r='9'/>"),
        "SVG with a script": svg.format(script),
        "SVG that asks for a file": entity + svg.format("&x;"),
        "SVG of a thousand million laughs": f"<!DOCTYPE a [{laughs}]>" + svg.format("&a9;"),
        "web page": f"<!DOCTYPE html><html>{script}</html>",
        "JSON": '{"image": "data:image/png;base64,AAAA"}',
        "words": "seven",
        "a path": "/etc/passwd",
        "a web address": "http://127.0.0.1:1/7.png",
        "a PostScript program": "%!PS-Adobe-3.0 EPSF-3.0\n(x) run",
    }
    for name, text in made.items():
        yield Case(name, text.encode(), (OTHER,))
    other = {
        "PDF": b"%PDF-1.7\n%\xe2\xe3",
        "ZIP": b"PK\x03\x04" + bytes(30),
        "gzip bomb": b"\x1f\x8b\x08" + bytes(30),
        "pickle": b"\x80\x04\x95\x0b\0\0\0cposix\nsystem\n.",
        "program": b"\x7fELF\x02\x01\x01" + bytes(60),
        "film": b"\0\0\0\x18ftypmp42" + bytes(60),
        "zeros": bytes(1_000_000),
        "noise": random.Random(SEED).randbytes(1_000_000),
    }
    for name, data in other.items():
        yield Case(name, data, (OTHER,))


def png(width: int, height: int, rows: bytes = b"", packed: bytes | None = None) -> bytes:
    """Return an 8-bit grey PNG that promises a size; ``packed`` stands for compressed rows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(rows) if packed is None else packed
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def tiff(tags: dict[int, int], next_at: int = 0) -> bytes:
    """Return a TIFF of one directory: an 8-bit grey strip, but for what ``tags`` say."""
    usual = {256: 64, 257: 64, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 64, 279: 4096}
    entries = sorted({**usual, **tags}.items())
    listed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + listed + struct.pack("<I", next_at)
    )


def directory(entries: int, size: int) -> bytes:
    """Return a TIFF directory whose entries all name the same ``size`` bytes."""
    listed = b"".join(struct.pack("<HHII", 40_000 + i, 1, size, 26) for i in range(entries))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + listed + bytes(4 + size)


def _many_passes() -> bytes:
    data = _encoded(Image.new("L", (3_000, 2_000)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * 4_000 + data[-2:]


def _seven() -> Image.Image:
    """A 7 in thick pen, grey, 72 x 96, the paper not quite white."""
    page = Image.new("L", (72, 96), 245)
    ImageDraw.Draw(page).line([(16, 18), (56, 20), (30, 80)], fill=20, width=8)
    return page


def _encoded(page: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    page.save(file, kind, **options)
    return file.getvalue()
