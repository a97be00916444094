"""The short way to a plain PNG's pixels gives what the long way gives."""

import contextlib
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import PngImagePlugin

from palote import errors
from palote._png import PlainPng
from palote.pixels import load
from tests.pngs import filtered
from tests.test_pixels import LIMITS, encoded, grey, same


def test_plain_grey_files_take_a_short_way_to_the_same_pixels(monkeypatch):
    rng = np.random.default_rng(3)
    for level in (0, 1, 6, 9):
        noise = rng.integers(0, 256, (rng.integers(4, 90), rng.integers(4, 90)), np.uint8)
        for page in (grey(), noise):
            file = encoded(page, "PNG", compress_level=level)
            same(load(file), page)
            for at in rng.integers(8, len(file), 8):
                broken = bytearray(file)
                broken[at] ^= rng.integers(1, 256)
                for damaged in (bytes(broken), file[:at]):
                    assert verdict(damaged) == verdict(damaged, monkeypatch)
    monkeypatch.setattr(PlainPng, "pixels", lambda self: None)
    same(load(file), page)
    assert PlainPng.of(encoded(grey(), "PNG", pnginfo=note())) is None
    with pytest.raises(errors.TooManyPixels):
        load(encoded(np.zeros((2001, 2000), np.uint8), "PNG"), LIMITS)


@pytest.mark.parametrize("samples", [1, 3, 4])
@pytest.mark.parametrize("how", [0, 1, 2, 3, 4])
def test_rows_filtered_alike_are_undone_at_once(samples, how, monkeypatch):
    rng = np.random.default_rng(how)
    for size in ((4, 4), (5, 31), (64, 17), (90, 90)):
        page = rng.integers(0, 256, (*size, samples), np.uint8)
        file = filtered(page, how)
        grey = np.repeat(page[..., :1], samples, axis=2)
        shown, equal = page[..., : min(3, samples)], grey[..., 0]
        if samples == 4:
            page[..., 3] = grey[..., 3] = 255
        plain, tones = PlainPng.of(filtered(page, how)), PlainPng.of(filtered(grey, how))
        quick = how < 3
        if quick or samples == 1:
            assert np.array_equal(plain.pixels(), shown[..., 0] if samples == 1 else shown)
            assert np.array_equal(tones.pixels(), equal)
        else:
            assert plain.pixels() is None and tones.pixels() is None
        assert verdict(filtered(page, how)) == verdict(filtered(page, how), monkeypatch)
        assert verdict(file) == verdict(file, monkeypatch)  # with transparency, perhaps
        for at in rng.integers(8, len(file), 4):
            broken = bytearray(file)
            broken[at] ^= rng.integers(1, 256)
            assert verdict(bytes(broken)) == verdict(bytes(broken), monkeypatch)


def test_a_plain_file_unpacks_to_no_more_than_its_head_says():
    bomb = np.zeros((8, 3_000_000), np.uint8)
    file = filtered(bomb[..., None], 0).replace(
        struct.pack(">II", 3_000_000, 8), struct.pack(">II", 16, 8)
    )
    head = file[12:29]
    file = file[:29] + struct.pack(">I", zlib.crc32(head)) + file[33:]
    tracemalloc.start()
    with contextlib.suppress(errors.InputError):
        load(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def note() -> PngImagePlugin.PngInfo:
    """A text beside a picture's pixels."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "by hand")
    return info


def verdict(file: bytes, long_way: pytest.MonkeyPatch | None = None) -> tuple[str, bytes]:
    """What becomes of a file: its pixels or its error, on the usual way or on the long one."""
    with long_way.context() if long_way else contextlib.nullcontext() as patch:
        if patch:
            patch.setattr(PlainPng, "of", lambda data: None)
        try:
            return "pixels", load(file).pixels.tobytes()
        except errors.InputError as error:
            return str(error), b""
