"""From a view to pixels, on a surface without a screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame
import pytest

from palote.result import Reading
from palote.surfaces.webcam.draw import draw, icon, pixels_of
from palote.surfaces.webcam.layout import SIZE, Layout, Rect
from palote.surfaces.webcam.pen import COLOURS
from palote.surfaces.webcam.session import EXPECTATIONS
from palote.surfaces.webcam.view import Notice, View
from palote.surfaces.webcam.words import words_in

from .conftest import frame, number, reading

EN, ES = words_in("en"), words_in("es")
Pixels = np.ndarray
EMPTY = View(
    frame=None,
    area=None,
    boxes=(),
    reading=None,
    fps=0.0,
    delay_ms=0.0,
    model="default",
    expect="digit",
    loading="",
    frozen=False,
    help=False,
    notice=None,
    trouble="",
    counts=(0,) * 10,
    latest=None,
)


@pytest.fixture(scope="module", autouse=True)
def _fonts() -> None:
    pygame.font.init()


def drawn(view: View, size: tuple[int, int] = SIZE, words=EN) -> tuple[Layout, Pixels]:
    surface = pygame.Surface(size)
    places = draw(surface, view, words, "my-digits")
    return places, pixels_of(surface)


def part(pixels: Pixels, room: Rect) -> Pixels:
    return pixels[room.y : room.y + room.height, room.x : room.x + room.width]


def share(pixels: Pixels, colour: str) -> float:
    """Share of the pixels that have a colour."""
    return float((pixels == COLOURS[colour]).all(axis=2).mean())


def showing(one: Reading) -> View:
    boxes = tuple(digit.box for digit in one.digits)
    return replace(EMPTY, frame=frame(shade=150), reading=one, boxes=boxes)


def test_the_winner_is_green_and_as_long_as_its_share():
    places, pixels = drawn(showing(reading("7")))
    for digit, room in enumerate(places.bars):
        bar = part(pixels, room)
        row = bar[len(bar) // 2]
        wanted = "winner" if digit == 7 else "bar"
        length = int((row == COLOURS[wanted]).all(axis=1).sum())
        track = int((row == COLOURS["track"]).all(axis=1).sum())
        expected = 0.91 if digit == 7 else 0.01
        assert length / (length + track) == pytest.approx(expected, abs=0.04), digit
        assert (share(bar, "winner") > 0) == (digit == 7)
    assert share(part(pixels, places.answer), "winner") > 0.01
    assert share(part(pixels, places.frame), "winner") > 0.0005


def test_a_doubtful_one_is_amber_and_nothing_green():
    places, pixels = drawn(showing(reading("7", "unsure")))
    assert share(pixels, "winner") == 0
    assert share(part(pixels, places.bars[7]), "unsure") > 0.2
    assert share(part(pixels, places.answer), "unsure") > 0.005


@pytest.mark.parametrize("status", ["empty", "not_digit"])
def test_no_digit(status):
    places, pixels = drawn(showing(reading("7", status)))
    assert share(pixels, "winner") == share(pixels, "unsure") == 0
    assert share(part(pixels, places.answer), "muted") > 0.005
    assert share(part(pixels, places.bars[7]), "bar") == 0


@pytest.mark.parametrize("size", [SIZE, (1920, 1080), (640, 400)])
def test_the_ink_is_exactly_what_the_network_saw(size):
    one = reading("7")
    rng = np.random.default_rng(3)
    ink = rng.random((28, 28)).astype(np.float32)
    digit = replace(one.digits[0], ink=ink)
    places, pixels = drawn(showing(replace(one, digits=(digit,))), size)
    shown = part(pixels, places.ink)
    times = (places.ink.width - 2) // 28
    offset = (places.ink.width - 28 * times) // 2
    middles = offset + times // 2 + times * np.arange(28)
    assert np.array_equal(shown[np.ix_(middles, middles)][..., 0], np.rint(ink * 255))


def test_ink_of_three_channels():
    one = reading("7")
    ink = np.zeros((96, 96, 3), np.float32)
    ink[40:60, 40:60] = 1
    digit = replace(one.digits[0], ink=ink)
    places, pixels = drawn(showing(replace(one, digits=(digit,))))
    shown = part(pixels, places.ink)
    assert shown[75, 75].tolist() == [255] * 3 and shown[40, 40].tolist() == [0] * 3


def test_the_picture_is_shown_as_it_is():
    rng = np.random.default_rng(1)
    one = replace(frame(), pixels=rng.integers(0, 256, (480, 640, 3), np.uint8))
    places, pixels = drawn(replace(EMPTY, frame=one))
    assert np.array_equal(part(pixels, places.frame), one.pixels)


def test_the_box_is_around_the_digit():
    view = replace(showing(reading("7")), boxes=((300, 200, 80, 100),))
    places, pixels = drawn(view)
    green = (part(pixels, places.frame) == COLOURS["winner"]).all(axis=2)
    ys, xs = np.nonzero(green)
    assert xs.min() == pytest.approx(294, abs=2) and xs.max() == pytest.approx(386, abs=2)
    assert ys.min() == pytest.approx(194, abs=2) and ys.max() == pytest.approx(306, abs=2)
    inside = part(pixels, places.frame)[200:300, 300:380]
    assert (inside == 150).all(), "the digit itself stays free"


def test_a_part_has_its_own_box():
    places, pixels = drawn(replace(showing(reading("7")), area=(100, 80, 200, 160)))
    found = part(pixels, places.frame)
    assert share(found[80:240, 99:103], "chalk") > 0.3


@pytest.mark.parametrize(
    "change",
    [
        {"frozen": True},
        {"help": True},
        {"notice": Notice("Saved as 7: " + "/a/long/path" * 20)},
        {"trouble": EN.lost},
        {"loading": "other.keras"},
        {"counts": (0, 1, 2, 3, 4, 5, 600, 70_000, 8, 9), "latest": 7},
        {"fps": 24.6},
        {"delay_ms": 21.0},
        {"model": "small.tflite"},
        {"model": "a-very-long-name-of-a-model-that-someone-has-trained-at-night.weights.h5"},
    ],
)
def test_what_happens_is_to_be_seen(change):
    view = showing(reading("7"))
    _, before = drawn(view)
    _, after = drawn(replace(view, **change))
    assert (before != after).any()


def test_without_a_picture_the_reason_is_there():
    places, pixels = drawn(replace(EMPTY, trouble=EN.lost))
    assert share(part(pixels, places.stage), "muted") > 0.001
    assert (drawn(EMPTY)[1] != pixels).any()


@pytest.mark.parametrize("words", [EN, ES])
@pytest.mark.parametrize("size", [(1, 1), (312, 200), (400, 900), (1920, 1080)])
def test_any_size_in_both_languages(size, words):
    view = replace(showing(reading("7")), help=True, notice=Notice("x" * 300), frozen=True)
    drawn(view, size, words)
    drawn(EMPTY, size, words)


def test_languages_differ():
    view = showing(reading("7"))
    assert (drawn(view)[1] != drawn(view, words=ES)[1]).any()


def test_the_icon():
    assert share(pixels_of(icon()), "chalk") > 0.05


def test_a_number_is_shown_with_its_boxes_and_what_else_it_may_be():
    one = number("2047")
    view = replace(showing(one), expect="number")
    places, pixels = drawn(view)
    green = (part(pixels, places.frame) == COLOURS["winner"]).all(axis=2)
    columns = np.flatnonzero(green.any(axis=0))
    assert columns.min() == pytest.approx(99, abs=2) and columns.max() == pytest.approx(291, abs=2)
    whole = Rect(places.answer.x, places.answer.y, 336, places.answer.height)
    assert share(part(pixels, whole), "winner") > 0.03
    first, second = places.bars[1], places.bars[3]
    assert share(part(pixels, first), "winner") > 4 * share(part(pixels, second), "bar") > 0
    doubtful = replace(one, status="unsure", text="20?7")
    _, pixels = drawn(replace(view, reading=doubtful))
    assert share(pixels, "winner") == 0 and share(part(pixels, whole), "unsure") > 0.03
    for words in (EN, ES):
        assert set(words.looks_for) == set(EXPECTATIONS)
