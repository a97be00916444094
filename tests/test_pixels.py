"""The road's first step: whatever comes in becomes an upright picture or one of our errors."""

import base64
import importlib
import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from pathlib import Path
from urllib.parse import quote_from_bytes

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, features

from palote import errors
from palote.pixels import Picture, load
from palote.settings import Settings
from tests.pngs import chunk

LIMITS = Settings(max_bytes=4_000_000, max_pixels=4_000_000)


def grey(width: int = 40, height: int = 32) -> np.ndarray:
    """A page with a dark L in its upper left: no turn or mirror image of it is the same."""
    page = np.full((height, width), 230, np.uint8)
    page[4:20, 6:10] = 20
    page[16:20, 6:22] = 20
    return page


def colour() -> np.ndarray:
    page = np.repeat(grey()[..., None], 3, axis=2)
    page[4:20, 6:10] = (20, 30, 200)
    return page


def encoded(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def same(picture: Picture, expected: np.ndarray, tolerance: float = 0) -> None:
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert picture.pixels.shape == expected.shape
    difference = np.abs(picture.pixels.astype(int) - expected.astype(int))
    assert difference.mean() <= tolerance


# Formats


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("PNG", {"interlace": 1}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("TIFF", {"big_tiff": True}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 90}, 6),
        ("JPEG", {"quality": 95, "subsampling": 0}, 3),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}, 3),
    ],
)
def test_colour_formats(kind, options, tolerance):
    picture = load(encoded(colour(), kind, **options))
    same(picture, colour(), tolerance)
    assert picture.size == (40, 32)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "JPEG", "WEBP"])
def test_grey_formats_come_back_grey(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    same(load(encoded(grey(), kind, **options)), grey(), 2)


def test_gif_in_colour():
    same(load(encoded(colour(), "GIF")), colour(), 2)


def test_gif_gives_its_first_frame():
    frames = [Image.fromarray(grey()), Image.fromarray(255 - grey())]
    same(load(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])), grey())


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow was built without AVIF")
def test_avif():
    same(load(encoded(colour(), "AVIF", quality=95)), colour(), 6)


def heic(page: np.ndarray, **options: object) -> bytes:
    pytest.importorskip("pillow_heif").register_heif_opener()
    return encoded(page, "HEIF", quality=95, **options)


def test_heic():
    data = heic(colour())
    assert data[4:12] == b"ftypheic"
    same(load(data), colour(), 8)


@pytest.mark.parametrize("number", range(1, 9))
def test_heic_is_turned_once(number):
    exif = Image.Exif()
    exif[0x0112] = number
    upright = TURNS[number](grey(64, 48))
    picture = load(heic(grey(64, 48), exif=exif.tobytes()))
    same(picture, upright, 8)
    assert picture.size == upright.shape[::-1]


def test_heic_without_its_extra_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    with pytest.raises(errors.MissingExtra, match=r'pip install "palote\[heic\]"'):
        load(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))


def test_bytes_decide_and_not_the_name(tmp_path):
    path = tmp_path / "page.png"
    path.write_bytes(encoded(grey(), "BMP"))
    same(load(path), grey())


def test_phone_photos_with_a_second_picture_inside():
    large = Image.effect_noise((3000, 2000), 40)
    file = io.BytesIO()
    large.save(file, "MPO", save_all=True, append_images=[large.resize((300, 200))])
    assert load(file.getvalue()).size == (3000, 2000)


# Orientation

TURNS = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).T,
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("number", TURNS)
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("JPEG", {"quality": 95}),
    ],
)
def test_exif_orientation(number, kind, options):
    exif = Image.Exif()
    exif[0x0112] = number
    upright = TURNS[number](grey())
    data = encoded(grey(), kind, exif=exif, **options)
    picture = load(data)
    same(picture, upright, 2)
    assert picture.size == upright.shape[::-1]
    with Image.open(io.BytesIO(data)) as image:
        same(load(image), upright, 2)


@pytest.mark.parametrize("value", [0, 9, 77])
def test_an_orientation_that_does_not_exist_is_ignored(value):
    exif = Image.Exif()
    exif[0x0112] = value
    same(load(encoded(grey(), "PNG", exif=exif)), grey())


def test_damaged_exif_is_ignored():
    same(load(encoded(grey(), "PNG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\0\1")), grey())


def test_a_reduced_and_turned_photo_keeps_its_full_size():
    exif = Image.Exif()
    exif[0x0112] = 6
    page = Image.fromarray(grey(40, 30)).resize((4000, 3000))
    picture = load(encoded(page, "JPEG", exif=exif))
    assert picture.size == (3000, 4000)
    assert picture.pixels.shape == (2000, 1500)
    same(picture, np.asarray(page.resize((2000, 1500)).rotate(-90, expand=True)), 2)


@pytest.mark.parametrize(
    ("size", "reduced"),
    [
        ((1600, 1200), (1600, 1200)),
        ((3199, 1000), (3199, 1000)),
        ((3200, 1000), (1600, 500)),
        ((6401, 310), (6401, 310)),
        ((700, 7001), (175, 1751)),
    ],
)
def test_large_jpegs_are_reduced_but_not_below_1600(size, reduced):
    picture = load(encoded(Image.new("L", size, 200), "JPEG"))
    assert picture.size == size
    assert picture.pixels.shape[::-1] == reduced


@pytest.mark.parametrize("shape", [(977, 600, 3), (977, 600), (640, 1000, 3), (9000, 90)])
def test_large_pictures_that_are_taken_over_in_strips_stay_as_they_are(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    same(load(Image.fromarray(pixels)), pixels)
    grey_in_colour = np.repeat(pixels.reshape(-1, 1), 3, axis=1).reshape(shape[0], -1, 3)
    same(load(encoded(Image.fromarray(grey_in_colour), "BMP")), grey_in_colour[..., 0])
    # One coloured point at the very end is a coloured picture.
    grey_in_colour[-1, -1, 2] ^= 255
    same(load(Image.fromarray(grey_in_colour)), grey_in_colour)


# Transparency


def strokes(ink: int, nothing: int = 0, strength: int = 255) -> Image.Image:
    alpha = np.where(grey() < 128, strength, 0).astype(np.uint8)
    level = np.where(grey() < 128, ink, nothing).astype(np.uint8)
    return Image.fromarray(np.dstack([level] * 3 + [alpha]), "RGBA")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("nothing", [0, 255])
@pytest.mark.parametrize("ink", [0, 255])
def test_ink_that_lives_in_the_transparency_stays_visible(ink, nothing, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = load(encoded(strokes(ink, nothing), kind, **options)).pixels
    assert (pixels == np.where(grey() < 128, ink, 255 - ink)).all()


@pytest.mark.parametrize("mode", ["LA", "La", "RGBa", "PA"])
def test_other_modes_with_transparency(mode):
    pixels = load(strokes(0).convert("LA" if "L" in mode else "RGBA").convert(mode)).pixels
    assert (pixels == np.where(grey() < 128, 0, 255)).all()


def test_faint_ink_in_the_transparency():
    pixels = load(strokes(0, strength=60)).pixels
    assert set(np.unique(pixels)) == {195, 255}
    assert ((pixels < 255) == (grey() < 128)).all()


def test_wholly_transparent_is_blank():
    assert set(np.unique(load(Image.new("RGBA", (30, 30), (90, 10, 10, 0))).pixels)) == {255}


def test_opaque_transparency_changes_nothing():
    page = Image.fromarray(colour())
    page.putalpha(255)
    same(load(page), colour())


@pytest.mark.parametrize(("paper", "ink"), [(250, 10), (10, 250)])
def test_paper_that_fades_at_its_edge_is_continued(paper, ink):
    page = np.full((40, 60, 4), (paper, paper, paper, 255), np.uint8)
    page[10:30, 28:32, :3] = ink
    page[:, -1, 3] = 139
    page[:6, :6, 3] = 0
    pixels = load(page).pixels
    assert abs(int(pixels[20, -1]) - paper) < 8
    assert abs(int(pixels[0, 0]) - paper) < 8


def test_palette():
    same(load(encoded(Image.fromarray(colour()).quantize(16), "PNG")), colour(), 1)


@pytest.mark.parametrize("transparency", [0, b"\0\xff"])
def test_palette_with_transparency(transparency):
    page = Image.fromarray((grey() < 128).astype(np.uint8), "P")
    page.putpalette([0, 0, 0] * 2)
    pixels = load(encoded(page, "PNG", transparency=transparency)).pixels
    assert (pixels == np.where(grey() < 128, 0, 255)).all()


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_key_colour_is_transparent(mode):
    page = Image.fromarray(np.where(grey() < 128, 255, 0).astype(np.uint8)).convert(mode)
    key = (0, 0, 0) if mode == "RGB" else 0
    pixels = load(encoded(page, "PNG", transparency=key)).pixels
    assert (pixels == np.where(grey() < 128, 255, 0)).all()


# Other modes and depths


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "HSV", "RGBX"])
def test_colour_models(mode):
    same(load(Image.fromarray(colour()).convert(mode)), colour(), 2)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_files(kind):
    same(load(encoded(Image.fromarray(colour()).convert("CMYK"), kind)), colour(), 5)


def test_lab_gives_its_lightness():
    page = np.dstack([grey(), np.full_like(grey(), 128), np.full_like(grey(), 128)])
    image = Image.frombytes("LAB", (40, 32), page.tobytes())
    same(load(encoded(image, "TIFF")), grey())


def test_one_bit():
    image = Image.fromarray(grey()).convert("1", dither=Image.Dither.NONE)
    for kind in ("PNG", "TIFF", "BMP"):
        same(load(encoded(image, kind)), np.where(grey() < 128, 0, 255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits(kind):
    page = grey().astype(np.uint16) * 257
    same(load(encoded(Image.fromarray(page), kind)), grey())


def test_sixteen_bits_the_other_way_round():
    page = Image.frombytes("I;16B", (40, 32), (grey().astype(">u2") * 257).tobytes())
    same(load(page), grey())


def test_twelve_bits_in_sixteen():
    same(load(encoded(Image.fromarray(grey().astype(np.uint16) * 16), "TIFF")), grey())


@pytest.mark.parametrize(
    "page",
    [
        grey().astype(np.int32),
        grey().astype(np.int32) * 257,
        grey().astype(np.float32),
        grey().astype(np.float32) / 255,
    ],
)
def test_wide_grey_files(page):
    same(load(encoded(Image.fromarray(page), "TIFF")), grey(), 1)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_signed_files_keep_their_contrast(dtype):
    page = Image.fromarray((grey().astype(dtype) - 128) * 100)
    pixels = load(encoded(page, "TIFF")).pixels
    assert pixels[grey() < 128].max() + 100 < pixels[grey() > 128].min()


def test_a_float_file_with_nan_is_refused():
    page = grey().astype(np.float32)
    page[3, 3] = np.nan
    with pytest.raises(errors.CorruptImage, match="TIFF"):
        load(encoded(Image.fromarray(page), "TIFF"))


# Arrays


@pytest.mark.parametrize(
    "array",
    [
        grey(),
        grey()[..., None],
        np.repeat(grey()[..., None], 3, axis=2),
        np.dstack([grey()] * 3 + [np.full_like(grey(), 255)]),
        grey().astype(np.int64),
        grey().astype(np.uint16) * 257,
        grey().astype(">u2") * 257,
        grey().astype(np.uint16) * 16,
        grey().astype(np.float16),
        grey().astype(np.float64),
        grey().astype(np.float32) / 255,
        grey().astype(np.longdouble) / 255,
        np.asfortranarray(grey()),
        np.pad(grey(), 3)[3:-3, 3:-3],
        np.ma.masked_less(grey(), 100),
    ],
)
def test_arrays(array):
    same(load(array), grey(), 1)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_masks_of_noughts_and_ones(dtype):
    same(load((grey() < 128).astype(dtype)), np.where(grey() < 128, 255, 0))


def test_colour_arrays():
    same(load(colour()), colour())
    same(load(colour() / 255), colour(), 1)


def test_resampling_may_overshoot_a_little():
    page = grey() / 255
    page[0, 0], page[0, 1] = -1e-6, 1 + 1e-6
    assert load(page).pixels[0, :2].tolist() == [0, 255]


def test_the_picture_is_a_copy_and_read_only():
    page = grey()
    picture = load(page)
    page[:] = 0
    same(picture, grey())
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 1


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros(784), r"\(784,\).*array\.reshape\(28, 28\)"),
        (np.zeros((3, 28, 28)), r"\(3, 28, 28\).*transpose\(1, 2, 0\)"),
        (np.zeros((1, 28, 28)), r"\(1, 28, 28\).*array\[0\]"),
        (np.zeros((10, 28, 28, 1)), r"\(10, 28, 28, 1\).*palote\.read_many"),
        (np.zeros((28, 28, 2)), r"\(28, 28, 2\)"),
        (np.zeros(()), r"shape is \(\)"),
        (np.zeros((0, 28)), r"empty.*\(0, 28\)"),
        (np.full((9, 9), np.nan), "NaN.*nan_to_num"),
        (np.full((9, 9), -np.inf), "infinity"),
        (np.full((9, 9), -1), "from -1 to -1"),
        (np.linspace(-1, 1, 81).reshape(9, 9), "from -1 to 1"),
        (np.full((9, 9), 70_000), "70000"),
        (np.full((9, 9), 300.5), "300.5"),
        (np.full((9, 9), 1j), "complex128"),
        (np.full((9, 9), "a"), "<U1"),
        (np.full((9, 9), None), "object"),
        (np.zeros((9, 9), "M8[s]"), "datetime64"),
        (np.zeros((9, 9), [("a", "u1")]), "dtype"),
    ],
)
def test_arrays_that_are_no_picture(array, sentence):
    with pytest.raises(errors.UnsupportedArray, match=sentence):
        load(array)


# Sources


def test_every_kind_of_source(tmp_path):
    data = encoded(grey(), "PNG")
    path = tmp_path / "día 7.png"
    path.write_bytes(data)
    with path.open("rb") as raw:
        for source in (
            path,
            str(path),
            data,
            bytearray(data),
            memoryview(data),
            io.BytesIO(data),
            raw,
            Image.fromarray(grey()),
            "data:image/png;base64," + base64.b64encode(data).decode(),
        ):
            same(load(source), grey())
        assert not raw.closed


def test_memoryviews_of_every_kind():
    data = encoded(grey(), "PNG")
    spread = bytes(b for byte in data for b in (byte, 0))
    same(load(memoryview(spread)[::2]), grey())
    released = memoryview(data)
    released.release()
    with pytest.raises(errors.FileNotReadable, match="released"):
        load(released)


def test_file_objects_are_read_from_where_they_stand_and_left_open():
    file = io.BytesIO(b"header" + encoded(grey(), "PNG"))
    file.seek(6)
    same(load(file), grey())
    assert not file.closed


class Dripping(io.RawIOBase):
    """Gives a few bytes at a time, as a socket does."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self.file.read(min(size, 7))


def test_file_objects_that_give_little_at_a_time():
    same(load(Dripping(encoded(grey(), "PNG"))), grey())


def test_file_objects_are_read_no_further_than_the_limit():
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += min(size, 10_000)
            return bytes(min(size, 10_000))

    endless = Endless()
    with pytest.raises(errors.TooManyBytes, match="5,000"):
        load(endless, Settings(max_bytes=5_000))
    assert endless.given == 5_001


class Broken:
    def read(self, size: int) -> bytes:
        raise RuntimeError("the line is dead")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (io.StringIO("text"), '"rb"'),
        (Broken(), "the line is dead"),
        ("", "There is no file ''"),
        ("nowhere/7.png", "no file 'nowhere/7.png'. Check the name"),
        (Path("nowhere/7.png"), "nowhere"),
        ("a\0b.png", "null"),
        ("x" * 5000, "cannot be read"),
        (".", "'.' is a folder"),
        ("https://example.org/7.png", "web address. Download"),
    ],
)
def test_what_cannot_be_read(source, sentence):
    with pytest.raises(errors.FileNotReadable, match=sentence):
        load(source)


def test_a_closed_file():
    file = io.BytesIO(b"")
    file.close()
    with pytest.raises(errors.FileNotReadable, match="closed"):
        load(file)


def test_a_file_without_permission(tmp_path, monkeypatch):
    path = tmp_path / "7.png"
    path.write_bytes(encoded(grey(), "PNG"))

    # Root may open everything, so the refusal is played.
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(errors.FileNotReadable, match="may not be opened by this user"):
        load(path)


@pytest.mark.parametrize("source", [None, 7, [[0, 1], [1, 0]], object()])
def test_other_objects(source):
    with pytest.raises(errors.UsageError, match=rf"not {type(source).__name__}\..*numpy\.asarray"):
        load(source)


# Data URLs


def test_data_urls():
    data = encoded(grey(), "PNG")
    text = base64.b64encode(data).decode()
    for url in (
        "data:image/png;base64," + text,
        "DATA:image/png;BASE64," + text,
        "data:;base64," + text,
        "data:image/png;name=a;base64," + text[:50] + "\n " + text[50:],
        "data:image/png;base64," + text.replace("+", "%2B").replace("/", "%2F"),
        "data:image/png," + quote_from_bytes(data),
    ):
        same(load(url), grey())


@pytest.mark.parametrize(
    ("url", "error", "sentence"),
    [
        ("data:image/png;base64", errors.UnsupportedFormat, "no comma.*data:image/png;base64,"),
        ("data:image/png;base64,iVBOR", errors.CorruptImage, "cut off or not in base64"),
        ("data:image/png;base64,!!!!", errors.CorruptImage, "Copy it again"),
        ("data:image/png;base64,ñññ", errors.CorruptImage, "base64"),
        ("data:,\udc80", errors.CorruptImage, "cut off"),
        ("data:,", errors.UnsupportedFormat, r"empty \(0 bytes\)"),
        ("data:text/plain,hello", errors.UnsupportedFormat, "text, not a picture"),
    ],
)
def test_data_urls_that_are_wrong(url, error, sentence):
    with pytest.raises(error, match=sentence):
        load(url)


def test_a_data_url_over_the_limit():
    body = base64.b64encode(bytes(6_000)).decode()
    for url in (f"data:image/png;base64,{body}", "data:," + "%00" * 6_000):
        with pytest.raises(errors.TooManyBytes, match="5,000"):
            load(url, Settings(max_bytes=5_000))


# Formats that are not read


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "PDF document.*export it as PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"8BPS\0\1", "Photoshop"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "SVG drawing"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"PK\x03\x04abc", "ZIP archive"),
        (b"\x93NUMPY\1\0", "numpy.load"),
        (b"\0\0\x08\x03\0\0\xea\x60", "MNIST"),
        (b"\0\0\0\x1cftypisom\0\0\2\0isommp41", "video"),
        (b"seven\n", "text"),
        ("siete, año\n".encode() * 500, "text"),
        (b"BMW is a car", "text"),
        (b"P5 4 4 255\n" + bytes(16), "begins with 50 35 20 34"),
        (bytes(100), "begins with 00 00"),
    ],
)
def test_formats_that_are_not_read(data, description):
    with pytest.raises(errors.UnsupportedFormat, match=f"The data is .*{description}") as caught:
        load(data)
    assert "Palote reads PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and HEIC." in str(caught.value)


def test_other_decoders_of_pillow_never_see_the_bytes(monkeypatch):
    Image.init()
    seen = []
    for kind in set(Image.OPEN) - {"PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "AVIF", "HEIF"}:
        monkeypatch.setitem(Image.OPEN, kind, (lambda *_: seen.append(1), None))
    for data in (b"8BPS" + bytes(60), b"%!PS-Adobe", b"P5 4 4 255\n", b"II*\0" + bytes(40)):
        with pytest.raises(errors.InputError):
            load(data)
    assert not seen


# Limits


def test_bytes_limit(tmp_path):
    data = encoded(Image.effect_noise((100, 100), 50), "PNG")
    path = tmp_path / "7.png"
    path.write_bytes(data)
    exact = Settings(max_bytes=len(data))
    less = Settings(max_bytes=len(data) - 1)
    for make in (lambda: path, lambda: data, lambda: io.BytesIO(data), lambda: memoryview(data)):
        assert load(make(), exact).size == (100, 100)
        with pytest.raises(errors.TooManyBytes, match=f"{len(data) - 1:,} bytes.*PALOTE_MAX_BYTES"):
            load(make(), less)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and brings next to no data."""
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(bytes(99)))


@pytest.mark.parametrize("side", [7_100, 12_000, 60_000])
def test_decompression_bombs_are_refused_before_decoding(side, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(errors.TooManyPixels, match="Make the picture smaller"):
        load(png_header(side, side))


def test_pixel_limit_names_both_numbers():
    sentence = r"40 x 32 pixels; the limit is 1,000 in all.*PALOTE_MAX_PIXELS"
    for source in (encoded(grey(), "PNG"), grey(), Image.fromarray(grey())):
        with pytest.raises(errors.TooManyPixels, match=sentence):
            load(source, Settings(max_pixels=1_000))
        assert load(source, Settings(max_pixels=1_280)).size == (40, 32)


def test_a_broadcast_array_is_refused_before_it_is_made():
    with pytest.raises(errors.TooManyPixels, match="1,000,000 x 1,000,000"):
        load(np.broadcast_to(np.uint8(0), (10**6, 10**6)))


def test_jpegs_of_very_many_passes_are_refused():
    data = encoded(Image.new("RGB", (2000, 1500)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    limits = Settings(max_pixels=3_000_000)
    assert load(data, limits).size == (2000, 1500)
    for hidden in (b"", b"\xff\x01"):
        with pytest.raises(errors.TooManyPixels, match=r"passes.*plain JPEG"):
            load(data[:-2] + (hidden + last) * 100 + data[-2:], limits)
    # What stands behind the picture (a short film, on some phones) is no pass.
    assert load(data + b"\xff\xda" * 1000, limits).size == (2000, 1500)


def many_pieces(kind: str, number: int) -> bytes:
    """A file with so many empty pieces before its picture."""
    data = encoded(grey(), kind)
    if kind == "PNG":
        return data[:33] + chunk(b"abCd", b"") * number + data[33:]
    if kind == "JPEG":
        return data[:2] + b"\xff\xfe\0\2" * number + data[2:]
    start = 13 + 3 * 2 ** ((data[10] & 7) + 1)  # behind the colours
    return data[:start] + b"!\xfe\1a\0" * (number // 2) + data[start:]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_files_of_very_many_pieces_are_refused(kind):
    """Pillow would go through them one by one."""
    same(load(many_pieces(kind, 1_500)), grey(), 2)
    with pytest.raises(errors.CorruptImage, match=r"more than 20?,000 pieces.*Save it again"):
        load(many_pieces(kind, 30_000))


def entries(number: int, size: int) -> bytes:
    """A TIFF directory whose entries all name the same bytes."""
    listed = b"".join(struct.pack("<HHII", 40_000 + i, 1, size, 26) for i in range(number))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", number) + listed + bytes(4 + size)


def test_notes_that_name_more_than_there_is_are_not_taken_apart(monkeypatch):
    """A megabyte of them would become gigabytes."""
    monkeypatch.setattr("PIL.TiffImagePlugin.ImageFileDirectory_v2.load", lambda *_: pytest.fail())
    notes = entries(300, 30_000)
    with pytest.raises(errors.CorruptImage, match="notes name more bytes than there are"):
        load(notes)
    jpeg = encoded(grey(), "JPEG")
    exif = b"Exif\0\0" + notes
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    with pytest.raises(errors.CorruptImage, match="notes name more bytes than there are"):
        load(jpeg[:2] + segment + jpeg[2:])
    png = encoded(grey(), "PNG")
    raw = b"Raw profile type exif\0\nexif\n9\n" + exif.hex().encode()
    for noted in (chunk(b"eXIf", notes), chunk(b"tEXt", raw)):
        same(load(png[:33] + noted + png[33:]), grey())


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((3, 28), "3 x 28 pixels, too few to hold a digit. Each side needs 4"),
        ((28, 1), "28 x 1 pixels"),
        ((1, 20_000), "1 x 20,000"),
        ((20_000, 5), "20,000 x 5 pixels, too narrow.*Crop it"),
    ],
)
def test_tiny_and_extreme_shapes(size, sentence):
    page = Image.new("L", size)
    for source in (page, encoded(page, "PNG"), np.asarray(page)):
        with pytest.raises(errors.TooSmall, match=sentence):
            load(source)


def test_small_pictures_are_read():
    for side in (4, 8, 28):
        assert load(np.zeros((side, side), np.uint8)).size == (side, side)
    assert load(np.zeros((8, 800), np.uint8)).size == (800, 8)


# Damage


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_files_that_are_cut_off(kind):
    data = encoded(Image.effect_noise((200, 200), 80), kind)
    with pytest.raises(errors.CorruptImage, match=r"cut off.*Save it again as PNG or JPEG"):
        load(data[: len(data) // 3])


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(grey(), "PNG")[:60])
    with pytest.raises(errors.CorruptImage, match=r"seven\.png' \(PNG\) is damaged"):
        load(path)


def test_a_closed_pil_image():
    image = Image.open(io.BytesIO(encoded(grey(), "PNG")))
    image.close()
    with pytest.raises(errors.CorruptImage, match="The PIL image"):
        load(image)


# Manners


def test_pillow_and_warnings_are_left_as_they_were():
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
    from PIL import ImageFile

    assert load(encoded(grey(), "PNG")).size == (40, 32)
    with pytest.raises(errors.TooManyPixels):
        load(png_header(60_000, 60_000))
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_warnings_of_pillow_do_not_leak():
    data = encoded(grey(), "PNG")
    odd = data[:33] + chunk(b"acTL", bytes(8)) + data[33:]
    with pytest.warns(UserWarning, match="Invalid APNG"):
        Image.open(io.BytesIO(odd))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        same(load(odd), grey())
    assert not caught


def test_a_pil_image_given_is_not_changed():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(encoded(grey(), "PNG", exif=exif))) as image:
        load(image)
        assert image.size == (40, 32)
        assert image.getexif()[0x0112] == 6


def test_threads_agree():
    sources = [encoded(grey(), kind) for kind in ("PNG", "BMP", "GIF", "TIFF")] * 8
    filters = list(warnings.filters)
    wrong = []

    def work() -> None:
        for source in sources:
            if not (load(source).pixels == grey()).all():
                wrong.append(source)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert list(warnings.filters) == filters


def test_importing_pixels_is_cheap():
    code = (
        "import sys, palote.pixels\n"
        "print([m for m in ('PIL', 'cv2', 'onnxruntime', 'pillow_heif') if m in sys.modules])"
    )
    source = Path(importlib.import_module("palote").__file__).parent.parent
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"


def test_limits_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PALOTE_MAX_PIXELS", "1000")
    with pytest.raises(errors.TooManyPixels, match="1,000"):
        load(grey())


# Properties: a Picture or a PaloteError, and nothing else


def holds(source: object) -> None:
    try:
        picture = load(source, LIMITS)
    except errors.PaloteError as error:
        assert len(str(error)) > 20
        assert "object at 0x" not in str(error)
        return
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.ndim == 2 or picture.pixels.shape[2] == 3
    assert min(picture.size) >= 4
    assert picture.pixels.flags.c_contiguous


QUICK = budget(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


@QUICK
@given(
    arrays.arrays(
        dtype=st.one_of(
            arrays.scalar_dtypes(),
            arrays.byte_string_dtypes(),
            arrays.unicode_string_dtypes(),
            st.sampled_from(["O", ">u2", "f2", "longdouble"]).map(np.dtype),
        ),
        shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
    )
)
def test_any_array(array):
    holds(array)


@QUICK
@given(
    arrays.arrays(
        dtype=st.one_of(
            arrays.integer_dtypes(), arrays.unsigned_integer_dtypes(), arrays.floating_dtypes()
        ),
        shape=st.tuples(st.integers(4, 9), st.integers(4, 9), st.sampled_from([1, 3, 4])),
        elements={"min_value": 0, "max_value": 100},
    )
)
def test_any_array_of_a_good_shape(array):
    assert load(array).size == array.shape[1::-1]


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes(data):
    holds(data)


HEADS = [
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    b"GIF89a",
    b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0",
    b"RIFF\x20\0\0\0WEBPVP8 ",
    b"II*\0\x08\0\0\0",
    b"MM\0+\0\x08\0\0",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
]


@QUICK
@given(st.sampled_from(HEADS), st.binary(max_size=300))
def test_any_bytes_behind_a_known_head(head, data):
    holds(head + data)


@QUICK
@given(st.text(max_size=60))
def test_any_text(text):
    for source in ("data:" + text, "data:;base64," + text, "data:," + text, "./nowhere/" + text):
        holds(source)


def _samples() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    page = Image.fromarray(colour())
    return [
        encoded(page, "PNG", exif=exif),
        encoded(page.quantize(8), "PNG", transparency=b"\0\xff\x80"),
        encoded(Image.fromarray(grey().astype(np.uint16) * 257), "PNG"),
        encoded(page, "JPEG", exif=exif),
        encoded(page, "JPEG", progressive=True),
        encoded(page.convert("CMYK"), "JPEG"),
        encoded(page, "GIF", save_all=True, append_images=[page.rotate(90)]),
        encoded(page, "WEBP", exif=exif),
        encoded(page, "WEBP", lossless=True),
        encoded(page, "TIFF", exif=exif),
        encoded(page, "TIFF", compression="tiff_lzw"),
        encoded(page.convert("1"), "TIFF", compression="group4"),
        encoded(page, "TIFF", compression="jpeg"),
        encoded(page, "BMP"),
        encoded(page.quantize(8), "BMP"),
    ]


SAMPLES = _samples()


@budget(QUICK, max_examples=600)
@given(st.data())
def test_any_damage_to_a_file(data):
    damaged = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 6))):
        # Headers are where a decoder believes what it is told.
        end = data.draw(st.sampled_from([40, 160, len(damaged)]))
        place = data.draw(st.integers(0, min(end, len(damaged)) - 1))
        change = data.draw(st.sampled_from(["set", "cut", "drop", "double"]))
        if change == "set":
            damaged[place] = data.draw(st.sampled_from([0, 1, 2, 127, 128, 254, 255]))
        elif change == "cut" and place > 12:
            del damaged[place:]
        elif change == "drop" and len(damaged) > 20:
            del damaged[place : place + 3]
        elif change == "double":
            damaged[place:place] = damaged[place : place + 8]
    holds(bytes(damaged))


# The data sets


def test_every_picture_of_the_wild_loads(datasets):
    with (datasets / "wild" / "labels.csv").open(encoding="utf-8") as labels:
        names = [line.split(",")[0] for line in labels][1:]
    assert len(names) == 488
    for name in names:
        picture = load(datasets / "wild" / name)
        assert picture.pixels.max() > picture.pixels.min(), name
