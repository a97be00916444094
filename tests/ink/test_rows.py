"""Lines of writing: found in order, brought upright, cut where digits touch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote.ink import find_lines
from palote.ink.heights import MOST_PIECES
from palote.ink.level import level, line_crop
from palote.ink.segments import cut
from palote.ink.tones import histogram, otsu, percentile
from tests.numbers.writing import written


def test_lines_come_in_reading_order() -> None:
    rows = find_lines(written("111", "2222", "33333"))[0][1]
    assert len(rows) == 3
    tops = [row.box[1] for row in rows]
    assert tops == sorted(tops)
    assert rows[0].box[2] < rows[1].box[2] < rows[2].box[2]


def test_two_numbers_side_by_side_are_read_from_the_left() -> None:
    one = written("17")
    rows = find_lines(np.hstack([one, np.full((one.shape[0], 400), 255, np.uint8), one]))[0][1]
    assert [row.box[0] for row in rows] == sorted(row.box[0] for row in rows)
    assert len(rows) == 2


@pytest.mark.parametrize("angle", [-8, 8])
def test_a_line_that_climbs_becomes_level(angle: float) -> None:
    picture = cv2.copyMakeBorder(written("0000000"), 60, 60, 0, 0, cv2.BORDER_REPLICATE)
    middle = picture.shape[1] / 2, picture.shape[0] / 2
    turn = cv2.getRotationMatrix2D(middle, angle, 1)
    turned = cv2.warpAffine(picture, turn, picture.shape[::-1], borderValue=255)
    (row,) = find_lines(turned)[0][1]
    assert row.slope == pytest.approx(-np.tan(np.radians(angle)), abs=0.03)
    upright = level(row, 40)
    ys = np.nonzero(upright.mask.any(axis=1))[0]
    assert np.ptp(ys) < 55


@pytest.mark.parametrize("slope", [-0.2, 0.2])
def test_lines_that_climb_close_to_one_another_stay_apart(slope: float) -> None:
    page = written("2222222", "3333333", "4444444", gap=14)
    page = cv2.copyMakeBorder(page, 120, 120, 20, 20, cv2.BORDER_REPLICATE)
    middle = page.shape[1] / 2
    climb = np.array([[1, 0, 0], [slope, 1, -slope * middle]])
    page = cv2.warpAffine(page, climb, page.shape[::-1], borderValue=255)
    rows = find_lines(page)[0][1]
    assert len(rows) == 3
    assert [round(row.slope, 1) for row in rows] == [slope] * 3


def test_a_crop_is_as_high_as_its_network_wants() -> None:
    for scale in (0.6, 2.0, 5.0):
        (row,) = find_lines(written("2047", scale=scale, pen=max(1, int(2 * scale))))[0][1]
        crop = line_crop(row)
        assert crop.shape[0] == 32
        rows = np.flatnonzero((crop > 0.5).any(axis=1))
        assert 18 <= np.ptp(rows) + 1 <= 28
        assert 0 <= crop.min() and crop.max() <= 1


def test_the_line_of_a_form_goes_and_the_digits_stay() -> None:
    picture = written("2047")
    high, wide = picture.shape
    clean = find_lines(picture)[0][1][0]
    cv2.line(picture, (10, high - 14), (wide - 25, high - 14), 0, 3)
    (row,) = find_lines(picture)[0][1]
    assert abs(row.box[3] - clean.box[3]) < 12
    assert np.count_nonzero(row.mask) == pytest.approx(np.count_nonzero(clean.mask), rel=0.12)


def _extent(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of the ink."""
    ys, xs = np.nonzero(picture < 128)
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


def test_two_digits_on_a_printed_line_are_no_frame_around_the_others() -> None:
    """The first and the last one touch the line of a form, and so hang together around the rest."""
    picture = written("30473")
    picture[:, 75:205] = np.roll(picture[:, 75:205], -10, axis=0)  # those between stand clear
    clean = find_lines(picture)[0][1][0]
    left, _, right, foot = _extent(picture)
    cv2.line(picture, (left + 8, foot), (right - 8, foot), 0, 2)
    (row,) = find_lines(picture)[0][1]
    assert row.box == pytest.approx(clean.box, abs=12)
    assert np.count_nonzero(row.mask) == pytest.approx(np.count_nonzero(clean.mask), rel=0.15)


def test_a_frame_around_digits_is_none_of_them() -> None:
    picture = np.pad(written("304"), 20, constant_values=255)
    clean = find_lines(picture)[0][1][0]
    left, top, right, bottom = _extent(picture)
    cv2.rectangle(picture, (left - 15, top - 15), (right + 15, bottom + 15), 0, 3)
    (row,) = find_lines(picture)[0][1]
    assert row.mask.shape == clean.mask.shape and (row.mask == clean.mask).mean() > 0.98


def test_specks_do_not_make_digits_too_large() -> None:
    """A pattern that the paper shows through, or dots between digits: more pieces than digits."""
    picture = written("304", pen=3)
    clean = find_lines(picture)[0][1][0]
    clear = cv2.dilate((picture < 128).astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    dots = np.full_like(picture, 255)
    for x in range(8, picture.shape[1] - 8, 24):
        for y in range(8, picture.shape[0] - 8, 24):
            cv2.circle(dots, (x, y), 4, 0, -1)
    rows = find_lines(np.where(clear, np.minimum(picture, dots), picture))[0][1]
    digits = max(rows, key=lambda row: row.height)
    assert digits.height == pytest.approx(clean.height, rel=0.1)
    assert np.count_nonzero(digits.mask) >= np.count_nonzero(clean.mask)


@pytest.mark.parametrize("count", range(1, 16))
def test_strokes_alone_are_a_row_too(count: int) -> None:
    """So many leaning strokes, and nothing as compact as a digit."""
    picture = np.full((300, 640), 255, np.uint8)
    for x in range(20, 20 + 38 * count, 38):
        cv2.line(picture, (x, 60), (x + 40, 260), 0, 2)
    (row,) = find_lines(picture)[0][1]
    assert row.height == pytest.approx(200, rel=0.05)


def test_touching_digits_are_cut() -> None:
    picture = written("00")
    apart = cut(level(find_lines(picture)[0][1][0], 40))
    ink = np.flatnonzero((picture < 128).any(axis=0))
    gap = np.flatnonzero(np.diff(ink) > 1)[0]
    joined = np.delete(picture, np.s_[ink[gap] : ink[gap + 1] + 2], axis=1)
    parts = cut(level(find_lines(joined)[0][1][0], 40))
    assert len(set(apart.piece.tolist())) == 2
    assert len(set(parts.piece.tolist())) == 1
    middle = parts.labels.shape[1] / 2
    edges = {int(x) for box in parts.boxes for x in (box[0], box[0] + box[2])}
    assert min(abs(edge - middle) for edge in edges) < 8


def test_noise_without_end_stays_cheap() -> None:
    rng = np.random.default_rng(1)
    dots = np.full((800, 800), 255, np.uint8)
    for x, y in rng.integers(0, 790, (5 * MOST_PIECES, 2)):
        dots[y : y + 7, x : x + 5] = 0
    for _, rows in find_lines(dots):
        assert len(rows) <= 60


@pytest.mark.parametrize("share", [0.0, 0.3, 0.85, 1.0])
def test_a_percentile_by_counting_is_that_of_the_pixels(share: float) -> None:
    for seed, count in enumerate((1, 2, 7, 5000)):
        tones = np.random.default_rng(seed).integers(0, 256, (1, count)).astype(np.uint8)
        assert percentile(histogram(tones), share) == pytest.approx(
            np.percentile(tones, 100 * share)
        )


@pytest.mark.parametrize("seed", range(40))
def test_otsus_threshold_by_counting_is_that_of_the_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    paper = rng.normal(rng.uniform(10, 120), rng.uniform(1, 30), int(rng.integers(5, 4000)))
    ink = rng.normal(rng.uniform(60, 250), rng.uniform(1, 40), int(rng.integers(1, 900)))
    tones = np.clip(np.concatenate([paper, ink]), 0, 255).astype(np.uint8)[None]
    threshold, _ = cv2.threshold(tones, 0, 255, cv2.THRESH_OTSU)
    assert otsu(histogram(tones)) == threshold


def test_one_tone_has_no_threshold() -> None:
    assert otsu(histogram(np.full((3, 3), 90, np.uint8))) == 0


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (67, 71), (181, 410)])
@pytest.mark.parametrize("ground", [0, 255, 7])
def test_tones_are_counted_on_bare_sheets_as_on_full_ones(
    shape: tuple[int, int], ground: int
) -> None:
    rng = np.random.default_rng(ground)
    noise = rng.integers(0, 256, shape).astype(np.uint8)
    sheet = np.full(shape, ground, np.uint8)
    sheet[: shape[0] // 4, : shape[1] // 3] = noise[: shape[0] // 4, : shape[1] // 3]
    for picture in (sheet, sheet[::-1, ::-1], sheet.T, noise):
        expected = np.bincount(picture.ravel(), minlength=256)
        np.testing.assert_array_equal(histogram(picture), expected)
    mask = noise > 99
    expected = np.bincount(sheet[mask], minlength=256)
    np.testing.assert_array_equal(histogram(sheet, mask), expected)
