"""Patches of many pictures: those that reading makes, in one process or more, kept or not."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.data import patches, patches_of, read_patches
from palote.ink import InkSpec, find_digit
from tests.digits import drawn
from tests.drawing import ring, seven, shadow

PICTURES = [
    np.full((50, 60), 255, np.uint8) if number % 9 == 8 else drawn(number % 10, number)
    for number in range(45)
]
"""Of many sizes; some are blank."""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "CHUNK_PICTURES", 4)
    monkeypatch.setattr(patches, "SMALL", 2)


def one_by_one(spec: InkSpec) -> list[NDArray[np.uint8] | None]:
    found = [find_digit(picture, spec=spec) for picture in PICTURES]
    return [
        np.rint(candidates[0].patch * 255).astype(np.uint8) if candidates else None
        for candidates in found
    ]


def same(made: list[NDArray[np.uint8] | None], wanted: list[NDArray[np.uint8] | None]) -> bool:
    return len(made) == len(wanted) and all(
        (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b))
        for a, b in zip(made, wanted, strict=True)
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("spec", [InkSpec(), InkSpec.sized(20)])
def test_they_are_those_of_reading(workers: int, spec: InkSpec) -> None:
    assert same(list(patches_of(iter(PICTURES), spec, workers)), one_by_one(spec))


def test_of_several_channels_one_is_kept() -> None:
    wide = list(patches_of(PICTURES[:2], InkSpec.sized(96, channels=3)))
    plane = InkSpec.sized(96)
    assert same(wide, [np.rint(find_digit(p, spec=plane)[0].patch * 255) for p in PICTURES[:2]])


def test_few_pictures_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def pictures() -> object:
        nonlocal taken
        for picture in PICTURES:
            taken += 1
            yield picture

    next(patches_of(pictures()))  # type: ignore[arg-type]
    assert taken <= 12


def test_an_array_of_pictures() -> None:
    stack = np.stack([drawn(digit, 0) for digit in range(4)] + [np.zeros_like(drawn(0, 0))])
    made = read_patches(stack)
    assert made.shape == (5, 28, 28) and made.dtype == np.uint8
    assert (made[:4].max(axis=(1, 2)) == 255).all() and not made[4].any()
    assert read_patches(stack[:0]).shape == (0, 28, 28)


def test_what_is_kept_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = one_by_one(InkSpec())
    assert same(list(patches_of(PICTURES, keep=tmp_path)), wanted)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 12

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was made again")

    with monkeypatch.context() as patch:
        patch.setattr(patches, "find_digit", never)
        assert same(list(patches_of(PICTURES, keep=tmp_path)), wanted)
        with pytest.raises(AssertionError):
            list(patches_of(PICTURES[1:], keep=tmp_path))
        with pytest.raises(AssertionError):
            list(patches_of(PICTURES, InkSpec.sized(20), keep=tmp_path))
    assert sorted(tmp_path.iterdir()) == files


def test_kept_by_other_code_it_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(patches_of(PICTURES[:4], keep=tmp_path))
    monkeypatch.setattr(patches, "_road", lambda: b"another version")
    list(patches_of(PICTURES[:4], keep=tmp_path))
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04cut off", b"something else"])
def test_a_spoiled_file_is_made_again(tmp_path: Path, content: bytes) -> None:
    list(patches_of(PICTURES[:4], keep=tmp_path))
    (file,) = tmp_path.iterdir()
    right = file.read_bytes()
    file.write_bytes(content)
    assert same(list(patches_of(PICTURES[:4], keep=tmp_path)), one_by_one(InkSpec())[:4])
    assert file.read_bytes() == right


def test_a_full_disk_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert same(list(patches_of(PICTURES, keep=tmp_path)), one_by_one(InkSpec()))
    assert not list(tmp_path.iterdir())


def unclear() -> list[NDArray[np.uint8]]:
    """Thin digits in a hard shadow: paper in the dark may be taken for ink."""
    pictures = [
        shadow(draw(pen=pen), darkest)
        for draw in (seven, ring)
        for pen in (4, 8)
        for darkest in (0.5, 0.7)
    ]
    return [picture for picture in pictures if len(find_digit(picture)) > 1]


def test_a_network_chooses_among_interpretations_as_in_reading() -> None:
    reader = Reader("default")
    differ = 0
    for picture in unclear():
        (patch,) = patches_of([picture], ask=True)
        seen = reader.read(picture).digits[0].ink
        assert patch is not None and (patch == np.rint(seen * 255)).all()
        (first,) = patches_of([picture])
        differ += not np.array_equal(first, patch)
    assert differ


def test_it_chooses_the_same_in_every_geometry() -> None:
    for picture in unclear():
        (small,) = patches_of([picture], ask=True)
        (large,) = patches_of([picture], InkSpec.sized(56), ask=True)
        assert small is not None and large is not None
        shrunk = large.reshape(28, 2, 28, 2).mean(axis=(1, 3))
        assert np.corrcoef(shrunk.ravel(), small.ravel())[0, 1] > 0.7
