"""The road from picture to patch: what people's pictures need of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from palote.ink import CLEANINGS, Candidate, InkSpec, find_digit
from tests.drawing import ring, seven, shadow


def only(candidates: list[Candidate]) -> Candidate:
    assert len(candidates) == 1
    return candidates[0]


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Share of ink that two patches have in common, give or take a pixel's shift."""
    shifted = [np.roll(b, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return max(float(np.minimum(a, s).sum() / np.maximum(a, s).sum()) for s in shifted)


def close_boxes(a: tuple[int, ...], b: tuple[int, ...], pixels: int) -> bool:
    return all(abs(x - y) <= pixels for x, y in zip(a, b, strict=True))


PLAIN = only(find_digit(seven()))


def test_patch_is_centred_by_mass_and_fills_the_box():
    patch = PLAIN.patch
    assert patch.shape == (28, 28) and patch.dtype == np.float32
    assert patch.min() == 0.0 and patch.max() == 1.0
    rows, columns = patch.any(axis=1).nonzero()[0], patch.any(axis=0).nonzero()[0]
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == InkSpec().box
    ys, xs = np.mgrid[0:28, 0:28]
    assert abs((patch * xs).sum() / patch.sum() - 13.5) <= 0.6
    assert abs((patch * ys).sum() / patch.sum() - 13.5) <= 0.6


@pytest.mark.parametrize("at", [(-40, -40), (70, -40), (-40, 40), (60, 45)])
def test_place_does_not_matter(at: tuple[int, int]):
    moved = only(find_digit(seven(at=at)))
    assert overlap(moved.patch, PLAIN.patch) > 0.9
    x, y, width, height = PLAIN.box
    assert close_boxes(moved.box, (x + at[0], y + at[1], width, height), 2)


def test_either_polarity_gives_the_same_patch():
    inverted = only(find_digit(255 - seven()))
    assert not inverted.cleaned.dark and PLAIN.cleaned.dark
    assert overlap(inverted.patch, PLAIN.patch) > 0.97


def test_shadow_is_not_taken_for_ink():
    patches = [c.patch for c in find_digit(shadow(seven()))]
    assert max(overlap(patch, PLAIN.patch) for patch in patches) > 0.85


@pytest.mark.parametrize("pen", [1, 2, 4, 30])
def test_thin_and_thick_pens_keep_their_shape(pen: int):
    patch = only(find_digit(seven(pen=pen))).patch
    widths = (patch[10:18] > 0.3).sum(axis=1)
    assert widths.min() >= 2, "a thin stroke fades"
    assert patch.max() == 1.0
    assert overlap(patch, PLAIN.patch) > 0.4


def test_coloured_pens():
    for colour in [(20, 40, 200), (220, 30, 40), (30, 160, 60), (255, 150, 150), (120, 230, 200)]:
        picture = np.repeat(seven()[..., None], 3, axis=2).astype(np.float32) / 255
        coloured = picture * 255 + (1 - picture) * np.array(colour, np.float32)
        patch = only(find_digit(coloured.astype(np.uint8))).patch
        assert overlap(patch, PLAIN.patch) > 0.85, colour


def test_dark_pen_on_coloured_paper():
    picture = np.repeat(seven()[..., None], 3, axis=2).astype(np.float32) / 255
    tinted = picture * np.array((250, 170, 200), np.float32)
    assert overlap(only(find_digit(tinted.astype(np.uint8))).patch, PLAIN.patch) > 0.9


def test_small_in_a_large_photo():
    rng = np.random.default_rng(0)
    photo = np.full((1500, 2000), 200.0) + rng.normal(0, 3, (1500, 2000))
    digit = cv2.resize(seven(), (160, 160), interpolation=cv2.INTER_AREA)
    photo[300:460, 1400:1560] *= digit / 255
    patches = find_digit(np.clip(photo, 0, 255).astype(np.uint8))
    best = max(patches, key=lambda c: overlap(c.patch, PLAIN.patch))
    assert overlap(best.patch, PLAIN.patch) > 0.75
    x, y, width, height = best.box
    assert 1400 <= x and x + width <= 1562 and 300 <= y and y + height <= 462


def test_dust_is_left_out():
    dusty = seven()
    rng = np.random.default_rng(1)
    for x, y in rng.integers(0, 238, (25, 2)):
        dusty[y : y + 2, x : x + 2] = 0
    assert close_boxes(only(find_digit(dusty)).box, PLAIN.box, 3)


def test_a_broken_stroke_stays_together():
    broken = seven()
    broken[100:112] = 255
    assert close_boxes(only(find_digit(broken)).box, PLAIN.box, 2)


def test_a_dot_straight_below_belongs_to_it_and_dust_beside_it_does_not():
    hook = seven()
    x, y, width, height = only(find_digit(hook)).box
    gap = round(0.22 * height)
    below, beside = hook.copy(), hook.copy()
    cv2.circle(below, (x + width // 2, y + height + gap), 7, 0, -1, cv2.LINE_AA)
    cv2.circle(beside, (x + width + gap, y + height // 2), 7, 0, -1, cv2.LINE_AA)
    assert only(find_digit(below)).box[3] > height + gap
    assert close_boxes(only(find_digit(beside)).box, (x, y, width, height), 2)


def test_touching_the_border():
    x, y, width, height = PLAIN.box
    cut = seven()[y : y + height, x : x + width]
    patches = [c.patch for c in find_digit(cut)]
    assert max(overlap(patch, PLAIN.patch) for patch in patches) > 0.85


def test_printed_frame_is_taken_away():
    framed = seven()
    cv2.rectangle(framed, (30, 30), (210, 210), 60, 3)
    assert overlap(only(find_digit(framed)).patch, PLAIN.patch) > 0.9


@pytest.mark.parametrize("pen", [4, 7, 14, 22])
@pytest.mark.parametrize("size", [(55, 100), (77, 140), (120, 180)])
@pytest.mark.parametrize("bars", [0, 1], ids=["one box", "two boxes"])
def test_boxes_drawn_with_a_pen_are_no_frame(pen: int, size: tuple[int, int], bars: int):
    """Somebody's 0 or 8: it has nothing in it that was written, whatever the pen."""
    drawn = np.full((280, 280), 255, np.uint8)
    cv2.rectangle(drawn, (60, 50), (60 + size[0], 50 + size[1]), 0, pen)
    if bars:
        cv2.line(drawn, (60, 50 + size[1] // 2), (60 + size[0], 54 + size[1] // 2), 0, pen)
    candidate = only(find_digit(drawn))
    assert candidate.mask.sum() == pytest.approx(np.count_nonzero(drawn == 0), rel=0.02)


@pytest.mark.parametrize("slant", [0, 6])
def test_ruled_paper(slant: int):
    ruled = seven()
    for y in range(20, 240, 38):
        cv2.line(ruled, (0, y), (239, y + slant), 90, 2, cv2.LINE_AA)
    best = max(overlap(c.patch, PLAIN.patch) for c in find_digit(np.minimum(ruled, seven())))
    assert best > 0.75


def test_squared_paper():
    squared = seven()
    for at in range(15, 240, 30):
        cv2.line(squared, (0, at), (239, at), 120, 1)
        cv2.line(squared, (at, 0), (at, 239), 120, 1)
    best = max(overlap(c.patch, PLAIN.patch) for c in find_digit(np.minimum(squared, seven())))
    assert best > 0.75


def slanted_grid(gap: int, thick: int, tone: int, degrees: float) -> np.ndarray:
    """Squared paper, dark on white, uint8 (240, 240)."""
    lines = np.full((480, 480), 255, np.uint8)
    for at in range(0, 480, gap):
        cv2.line(lines, (0, at), (480, at), tone, thick, cv2.LINE_AA)
        cv2.line(lines, (at, 0), (at, 480), tone, thick, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((240, 240), degrees, 1)
    return cv2.warpAffine(lines, turn, (480, 480))[120:360, 120:360]


@pytest.mark.parametrize("degrees", [0, 4, -11])
@pytest.mark.parametrize(("gap", "thick", "tone"), [(34, 6, 30), (30, 8, 110), (48, 2, 60)])
def test_heavy_squared_paper(degrees: float, gap: int, thick: int, tone: int):
    picture = np.minimum(slanted_grid(gap, thick, tone, degrees), seven())
    found = [c for c in find_digit(picture) if c.cleaned.dark]
    best = max(overlap(c.patch, PLAIN.patch) for c in found)
    assert best > 0.6


def test_a_bar_on_a_paler_rule_stays():
    ruled = np.full((240, 240), 255, np.uint8)
    for y in (8, 60, 112, 164, 216):
        cv2.line(ruled, (0, y), (239, y), 140, 8, cv2.LINE_AA)
    found = find_digit(np.minimum(ruled, seven()))  # its bar lies on the rule at 60
    assert max(overlap(c.patch, PLAIN.patch) for c in found) > 0.7


def test_squared_paper_alone_is_no_digit_of_its_own():
    for candidate in find_digit(slanted_grid(34, 4, 60, 5)):
        _, _, width, height = candidate.box
        assert max(width, height) > 200, "a cell or a crossing was taken for a digit"


def test_an_mnist_like_file_stays_as_it_is():
    patch = np.zeros((28, 28), np.uint8)
    patch[4:24, 4:24] = np.rint(PLAIN.patch[4:24, 4:24] * 255)
    source = np.rint(PLAIN.patch * 255).astype(np.uint8)
    again = only(find_digit(source)).patch
    assert np.abs(again - PLAIN.patch).max() < 0.02
    inverted = only(find_digit(255 - source)).patch
    assert np.abs(inverted - PLAIN.patch).max() < 0.02


@pytest.mark.parametrize("value", [0, 90, 255])
def test_blank_gives_nothing(value: int):
    assert find_digit(np.full((200, 300), value, np.uint8)) == []


def test_noisy_shaded_paper_gives_nothing():
    rng = np.random.default_rng(2)
    paper = np.linspace(150, 230, 400)[None, :] + rng.normal(0, 3, (300, 400))
    assert find_digit(np.clip(paper, 0, 255).astype(np.uint8)) == []


@pytest.mark.parametrize("how", CLEANINGS)
def test_every_way_of_cleaning_finds_the_digit(how: str):
    found = only(find_digit(seven(), how))  # type: ignore[arg-type]
    if how == "none":
        assert found.box == (0, 0, 240, 240)
    else:
        assert close_boxes(found.box, PLAIN.box, 3)
        assert overlap(found.patch, PLAIN.patch) > 0.85


def test_ways_of_cleaning_differ_in_a_shadow():
    pale = shadow(np.maximum(ring(), 130), 0.3)
    boxes = {how: find_digit(pale, how)[0].box for how in ("auto", "adaptive", "otsu")}  # type: ignore[arg-type]
    wanted = only(find_digit(ring())).box
    assert close_boxes(boxes["auto"], wanted, 6)
    assert close_boxes(boxes["adaptive"], wanted, 14)
    assert not close_boxes(boxes["otsu"], wanted, 20), "Otsu alone should take the shadow for ink"


def small(stripe: bool = False) -> np.ndarray:
    """A light seven on black, as large as a patch, perhaps struck out by a stripe."""
    picture = cv2.resize(255 - seven(), (28, 28), interpolation=cv2.INTER_AREA)
    if stripe:
        picture[12:15] = 255 - picture[12:15]
    return picture


def test_a_small_file_is_shown_whole_too():
    struck = small(stripe=True)
    for candidate in find_digit(struck):
        assert candidate.frame is not None and len(candidate.views) == 2
        seen = candidate.frame if not candidate.cleaned.dark else 1 - candidate.frame
        assert np.abs(seen - struck / np.float32(255)).max() < 0.02


def test_large_pictures_and_whole_frames_are_shown_once():
    again = np.rint(PLAIN.patch * 255).astype(np.uint8)
    for pictures, how in ((seven(), "auto"), (again, "auto"), (small(stripe=True), "none")):
        for candidate in find_digit(pictures, how):  # type: ignore[arg-type]
            assert candidate.frame is None and candidate.views == (candidate.patch,)


CORNER = np.zeros((23, 25), np.uint8)
CORNER[-1, -1] = 14


@settings(max_examples=120, deadline=None)
@example(picture=np.array([[14], [0], [0], [0]], np.uint8), how="none", scale=1)
@example(picture=np.array([[14], [0], [0], [0]], np.uint8), how="auto", scale=1)
@example(picture=CORNER, how="auto", scale=9)
@given(
    picture=st.one_of(
        arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))),
        arrays.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))),
    ),
    how=st.sampled_from(CLEANINGS),
    scale=st.sampled_from([1, 1, 9]),
)
def test_anything_gives_patches_in_range(picture: np.ndarray, how: str, scale: int):
    large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
    height, width = large.shape[:2]
    for candidate in find_digit(large, how):  # type: ignore[arg-type]
        for patch in candidate.views:
            assert patch.shape == (28, 28) and patch.dtype == np.float32
            assert np.isfinite(patch).all() and patch.min() >= 0 and patch.max() <= 1
        x, y, w, h = candidate.box
        assert (
            w >= 1 and h >= 1 and x >= 0 and y >= 0 and x + w <= width + 1 and y + h <= height + 1
        )
