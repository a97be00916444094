"""Light that changes in steps, glares, grain: digits across an edge, edges without digits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_digit, find_lines, find_plain_digit
from palote.ink.clean import clean
from palote.ink.doubts import is_edge_of_light, is_edge_of_sheet, is_rest_of, runs_along_side
from palote.ink.fit import InkSpec
from palote.ink.paper import Glance, bright
from palote.ink.steps import stepped
from palote.ink.tones import shrink
from tests.drawing import seven

LINE = cv2.LINE_AA
FONT = cv2.FONT_HERSHEY_SIMPLEX


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def grained(tones: np.ndarray, noise: float = 2) -> np.ndarray:
    """Bytes, with the noise of a camera."""
    away = np.random.default_rng(0).normal(0, noise, tones.shape)
    return np.clip(tones + away, 0, 255).astype(np.uint8)


def written(text: str, pen: int = 6, tone: int = 40) -> np.ndarray:
    """A sheet with a digit or a number in its middle."""
    size = 90 * len(text)
    sheet = np.full((160, size + 70), 230, np.uint8)
    return cv2.putText(sheet, text, (60, 118), FONT, 3, tone, pen, LINE)


def shadow(shape: tuple[int, ...], angle: float, soft: float = 2) -> np.ndarray:
    """What is left of the light where an edge through the middle casts a shadow."""
    y, x = np.mgrid[: shape[0], : shape[1]] - (np.array(shape)[:, None, None] / 2)
    dark = (x * np.cos(angle) + y * np.sin(angle) > 0).astype(np.float32)
    return 1 - 0.55 * cv2.GaussianBlur(dark, (0, 0), soft)


def striped(sheet: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A marker's stripe over the middle of a sheet."""
    picture = np.repeat(sheet[..., None], 3, axis=2).astype(np.float32)
    picture[50:105, 12:-12] *= np.array(colour) / 255
    return grained(picture)


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi, 4.4])
@pytest.mark.parametrize("digit", ["2", "3", "4", "6", "8"])
def test_a_digit_half_in_the_shadow_is_read_whole(reader: Reader, digit: str, angle: float):
    sheet = written(digit)
    reading = reader.read(grained(sheet * shadow(sheet.shape, angle)), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi])
def test_a_number_goes_on_in_the_shadow(reader: Reader, angle: float):
    sheet = written("2853")
    reading = reader.read(grained(sheet * shadow(sheet.shape, angle)), expect="number")
    assert "".join(digit.value for digit in reading.digits) == "2853"
    assert reading.status == "ok"


@pytest.mark.parametrize("expect", ["auto", "number"])
@pytest.mark.parametrize(
    ("text", "ends", "slant", "dark", "room"),
    [
        ("8322", (0.1, 0.55), 0, 0.7, 60),
        ("8322", (0.2, 0.5), 0, 0.5, 110),
        ("8322", (0.3, 0.6), -0.15, 0.7, 110),
        ("8322", (0.3, 0.6), 0.15, 0.5, 110),
        ("8322", (0.3, 0.75), 0, 0.5, 60),
        ("2180", (0.1, 0.55), -0.15, 0.5, 60),
    ],
)
def test_what_lies_beside_a_shadow_is_no_sheet_with_a_part_of_the_number(
    reader: Reader,
    text: str,
    ends: tuple[float, float],
    slant: float,
    dark: float,
    room: int,
    expect: str,
):
    sheet = np.pad(written(text), room, mode="edge").astype(np.float32)
    high, wide = sheet.shape
    left, right = ends
    corners = [(left, 0), (right, 0), (right + slant, high), (left + slant, high)]
    light = np.ones_like(sheet)
    cv2.fillPoly(light, [np.array([(x * wide, y) for x, y in corners], np.int32)], dark)
    reading = reader.read(grained(sheet * cv2.GaussianBlur(light, (0, 0), 3)), expect=expect)
    assert "".join(digit.value for digit in reading.digits) == text


@pytest.mark.parametrize("colour", [(255, 240, 90), (255, 150, 190), (150, 240, 125)])
@pytest.mark.parametrize("digit", ["2", "3", "4", "6"])
def test_a_digit_under_a_marker_is_read_whole(reader: Reader, digit: str, colour):
    reading = reader.read(striped(written(digit), colour), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


def test_a_number_under_a_marker_is_read(reader: Reader):
    reading = reader.read(striped(written("2853"), (255, 240, 90)), expect="number")
    assert reading.text == "2853"


@pytest.mark.parametrize("digit", ["2", "4", "5", "6", "7"])
@pytest.mark.parametrize(("light", "strong"), [(0.88, 0.92), (0.98, 0.9)])
def test_what_is_faint_under_a_glare_is_read(
    reader: Reader, digit: str, light: float, strong: float
):
    sheet = written(digit).astype(np.float32) * light
    y, x = np.mgrid[: sheet.shape[0], : sheet.shape[1]]
    lamp = strong * np.exp(-((y - 125) ** 2 + (x - 80) ** 2) / (2 * 30**2))
    reading = reader.read(grained(sheet * (1 - lamp) + 255 * lamp), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


def cardboard(ink: np.ndarray, seed: int = 0) -> np.ndarray:
    """Grainy cardboard, with a pencil's ink in [0, 1]."""
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, ink.shape), (0, 0), 0.8)
    share = 0.45 * ink[..., None]
    board = np.array([176, 138, 98]) * (1 - share) + np.array([70, 66, 64]) * share
    return grained(board + 8 * (grain / grain.std())[..., None], 3)


@pytest.mark.parametrize("digit", ["2", "3", "4", "6", "8"])
def test_a_pencil_on_grainy_cardboard_is_read(reader: Reader, digit: str):
    ink = (230 - written(digit, pen=9).astype(np.float32)) / 190
    reading = reader.read(cardboard(ink), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("seed", range(4))
def test_grainy_cardboard_alone_is_no_digit(reader: Reader, seed: int):
    assert reader.read(cardboard(np.zeros((160, 160)), seed), expect="digit").status != "ok"


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.57, np.pi])
@pytest.mark.parametrize("soft", [0.5, 3, 8])
def test_a_shadow_alone_is_no_digit(reader: Reader, angle: float, soft: float):
    bare = np.full((160, 160), 225.0)
    picture = grained(bare * shadow(bare.shape, angle, soft))
    assert reader.read(picture, expect="digit").status != "ok"


def test_a_coloured_rectangle_has_no_digit_along_its_sides(reader: Reader):
    picture = np.full((500, 350, 3), 255, np.uint8)
    picture[115:385, 78:263] = (240, 120, 0)
    content = cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()
    assert reader.read(content, expect="digit").status != "ok"


def test_the_paper_is_known_on_both_sides_of_an_edge():
    lit = shadow((160, 160), 0.0)
    sheet = written("8")
    tones = sheet * lit
    ink = bright(grained(tones, 0), True)
    steps = stepped(ink, Glance.of(shrink(ink, 96)[0]), True)
    assert steps is not None
    paper = 255 - steps.paper.astype(np.float32)
    assert float(np.abs(paper - 230 * lit)[sheet == 230].max()) < 3


def test_even_light_has_no_steps_and_costs_no_interpretation():
    sheet = written("8")
    ink = bright(sheet, True)
    assert stepped(ink, Glance.of(shrink(ink, 96)[0]), True) is None
    assert len(clean(sheet)) == 1
    assert find_plain_digit(sheet, InkSpec()) is not None


def test_an_edge_of_light_is_no_plain_digit():
    bare = np.full((160, 160), 225.0)
    picture = grained(bare * shadow(bare.shape, 0.0), 0)
    assert find_plain_digit(picture, InkSpec()) is None
    assert find_digit(picture) == []


def test_slivers_along_an_edge_are_left_out_and_ink_across_it_stays():
    tones = written("8") * shadow((160, 160), 0.0, soft=0.3)
    ink = bright(grained(tones, 0), True)
    steps = stepped(ink, Glance.of(shrink(ink, 96)[0]), True)
    assert steps is not None
    mask = written("8") < 128
    sliver = np.zeros_like(mask)
    # As light as the shadow's paper: what an opening leaves where its edge is round.
    sliver[5:25, 76:79] = True
    steps.ink[5:25, 76:79] = 255 - 104
    kept = steps.written(mask | sliver)
    assert np.count_nonzero(kept & sliver) == 0
    assert np.array_equal(kept & mask, mask)


def test_a_strip_along_a_side_is_told_from_a_one():
    strip = np.zeros((100, 100), np.bool_)
    strip[20:80, 94:] = True
    assert runs_along_side(strip)
    assert runs_along_side(strip.T)
    assert not runs_along_side(np.roll(strip, -30, axis=1))
    # A 1 that fills its frame is no strip.
    assert not runs_along_side(strip[20:80, 90:])


def test_ink_that_fills_one_side_and_leaves_the_other_is_an_edge():
    half = np.zeros((60, 80), np.bool_)
    half[:, :30] = True
    assert is_edge_of_light(half)
    assert is_edge_of_light(~half)
    assert is_edge_of_light(half.T)
    assert not is_edge_of_light(seven(60, 6) < 128)
    # A 7 that fills its frame has ink above, and below.
    bar = np.zeros((60, 40), np.bool_)
    bar[:10], bar[:, 20:28] = True, True
    assert not is_edge_of_light(bar)


def test_a_part_is_the_rest_of_what_hangs_together_with_it():
    (whole,) = clean(written("4"))
    half = whole.mask.copy()
    half[:, 85:] = False
    assert is_rest_of(half, whole, whole.mask, whole)
    assert not is_rest_of(whole.mask, whole, whole.mask, whole)
    # What lies beside it is none of it.
    beside = whole.mask.copy()
    beside[5:9, 5:150] = True
    assert not is_rest_of(whole.mask, whole, beside, whole)


def test_lines_in_the_shadow_are_found_in_one_piece():
    sheet = written("2853")
    found = find_lines(grained(sheet * shadow(sheet.shape, 0.0)))
    widths = [row.box[2] for cleaned, rows in found if cleaned.stepped for row in rows[:1]]
    assert max(widths) > 200


def test_a_slim_strip_at_a_side_is_the_edge_of_a_sheet():
    mask = np.zeros((200, 80), np.uint8)
    cv2.line(mask, (70, 10), (79, 190), 1, 3)
    assert is_edge_of_sheet(mask > 0) and is_edge_of_sheet(mask.T > 0)
    one = np.zeros((200, 80), np.uint8)
    cv2.line(one, (60, 10), (66, 190), 1, 3)  # away from the side
    short = np.zeros((200, 80), np.uint8)
    cv2.line(short, (70, 60), (79, 150), 1, 3)
    assert not is_edge_of_sheet(one > 0) and not is_edge_of_sheet(short > 0)
