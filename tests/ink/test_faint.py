"""Faint writing beside strong: found where it looks like writing, and not where it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink.faint import with_faint
from palote.ink.ground import find_ink


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def page(*lines: tuple[str, int]) -> np.ndarray:
    """Lines of text, each of its own tone."""
    picture = np.full((20 + 80 * len(lines), 320), 240, np.uint8)
    for place, (text, tone) in enumerate(lines):
        at = (20, 70 + 80 * place)
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 2, tone, 4, cv2.LINE_AA)
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("tone", [90, 140, 180])
@pytest.mark.parametrize("first", [True, False])
def test_a_pencils_line_among_a_pens_is_read(reader: Reader, tone: int, first: bool):
    lines = [("2749", tone), ("3057", 20)]
    lines = lines if first else lines[::-1]
    reading = reader.read(page(*lines), expect="number")
    found = ["".join(digit.value for digit in line.digits) for line in reading.lines]
    assert found == [text for text, _ in lines]


@pytest.mark.parametrize("squared", [False, True])
def test_a_pencils_line_on_ruled_paper_is_read(reader: Reader, squared: bool):
    picture = page(("2749", 20), ("3057", 175), ("168", 20))
    for at in range(78, picture.shape[0], 80):
        picture[at : at + 3] = np.minimum(picture[at : at + 3], 190)
    for at in range(10, picture.shape[1], 80) if squared else ():
        picture[:, at : at + 3] = np.minimum(picture[:, at : at + 3], 190)
    reading = reader.read(picture, expect="number")
    found = ["".join(digit.value for digit in line.digits) for line in reading.lines]
    assert found == ["2749", "3057", "168"]


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_digit_for_which_the_pen_ran_dry_is_read(reader: Reader, place: int):
    picture = page(("2749", 20))
    faint = page(("2749", 170))
    window = np.s_[:, 20 + 77 * place : 20 + 77 * (place + 1)]
    picture[window] = faint[window]
    reading = reader.read(picture, expect="number")
    assert "".join(digit.value for digit in reading.digits) == "2749"


def test_a_pattern_and_grain_do_not_join_the_writing():
    picture = page(("2749", 20)).astype(np.float32)
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]]
    waves = 25 * (np.sin((xs + 8 * np.sin(ys / 9)) / 4) > 0.6)
    plain = find_ink(page(("2749", 20)))[0].mask
    patterned = find_ink(np.clip(picture - waves, 0, 255).astype(np.uint8))[0].mask
    assert (
        np.count_nonzero(
            patterned & ~cv2.dilate(plain.view(np.uint8), np.ones((9, 9))).astype(bool)
        )
        < 200
    )


def test_what_surrounds_writing_or_is_cut_off_is_left_out():
    mask = np.zeros((200, 300), np.bool_)
    mask[80:120, 100:110] = mask[80:120, 140:150] = True
    grain = np.random.default_rng(0).integers(0, 5, mask.shape)
    lifted = np.where(mask, 200, grain).astype(np.uint8)
    lifted[60:140, 80:84] = lifted[60:140, 170:174] = 60
    lifted[60:64, 80:174] = lifted[136:140, 80:174] = 60  # a frame around it
    lifted[0:50, 20:26] = 60  # cut off by the border
    _, left = with_faint(lifted, lifted, mask)
    assert np.array_equal(left, mask)
    lifted[:] = np.where(mask, 200, grain)
    lifted[82:118, 200:208] = 60
    strength, found = with_faint(lifted, lifted, mask)
    assert found[100, 204] and strength[100, 204] == 255 and strength[100, 105] == 200
