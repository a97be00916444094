"""Letters of units as they are drawn for training, and what is crossed out."""

from __future__ import annotations

import numpy as np
import pytest

from palote.train import compose
from palote.train.curves import numbered
from palote.train.glyphs import Glyph, LineStock, other
from palote.train.letters import LETTERS, UNITS_AFTER, UNITS_AHEAD, letter
from palote.train.marks import MARKS
from palote.train.phrases import OTHER, anew, phrase
from palote.train.struck import struck


@pytest.mark.parametrize("character", sorted(LETTERS))
def test_a_letter_stands_where_it_would_beside_a_digit(character: str):
    rng = np.random.default_rng(8)
    drawn = [letter(character, rng) for _ in range(20)]
    for points in drawn:
        assert points.dtype == np.float32 and points.shape[1] == 3
        top, bottom = points[:, 1].min(), points[:, 1].max()
        assert -1.5 < top < -0.35 and -0.1 < bottom < 0.7
        assert 0.02 < np.ptp(points[:, 0]) < 1.3
        assert (bottom > 0.15) == (character in "gpy"), "what hangs below the line tells it"
        if character in "acemnorsuvwxz":
            assert top > -0.75, "lower than a digit"
    assert len({points.tobytes() for points in drawn}) == 20
    assert np.array_equal(letter(character, np.random.default_rng(8)), drawn[0])


def test_units_are_written_with_letters_and_signs_that_are_drawn():
    known = {*LETTERS, *MARKS, ".", "="}
    assert set("".join([*UNITS_AFTER, *UNITS_AHEAD])) <= known


def test_a_unit_close_to_its_number_is_taught_as_no_digit(stock: LineStock):
    rng = np.random.default_rng(9)
    for character in "gkhmC$£":
        symbol, glyph = other(character, stock, rng)
        assert symbol == OTHER and glyph.picture is None
    assert compose.write(stock, rng, "47kg").marks.startswith("47")


def test_times_and_measures_are_among_the_phrases():
    rng = np.random.default_rng(10)
    lines = [phrase(rng) for _ in range(3000)]
    assert sum(":" in line for line in lines) > 20
    assert sum("kg" in line for line in lines) > 5
    assert sum("/" in line for line in lines) > 100


def test_letters_behind_a_house_number_are_taught_as_no_digit(stock: LineStock):
    rng = np.random.default_rng(13)
    drawn = set()
    for character in "BDEFH" * 6:
        symbol, glyph = other(character, stock, rng)
        assert symbol == OTHER and np.ptp(glyph.points[:, 1]) > 0.4
        drawn.add((character, len(np.unique(glyph.points[:, 2]))))
    assert ("B", 2) in drawn and ("D", 2) in drawn, "by code, a stem and its bowls"
    assert compose.write(stock, rng, "36B").marks == f"36{OTHER}"


def bar(x: float) -> Glyph:
    return Glyph(numbered([np.array([(x, -1.0), (x + 0.1, 0.0)])]))


def test_one_word_is_crossed_out_and_the_other_stays():
    line, words = [bar(x) for x in (0, 0.4, 1.4, 1.8, 2.2)], [0, 0, 1, 1, 1]
    for seed in range(30):
        after, marks = struck(line, "12345", words, np.random.default_rng(seed))
        assert len(after) == 6 and marks in ("xxx345", "12xxxx")
        at = 2 if marks[0] == OTHER else 5
        across = after.pop(at).points
        assert after == line, "what is crossed out is still there"
        first, last = (0, 1) if at == 2 else (2, 4)
        assert across[:, 0].min() <= line[first].points[:, 0].min()
        assert across[:, 0].max() >= line[last].points[:, 0].max()
        assert -1.3 < across[:, 1].min() and across[:, 1].max() < 0.3


def test_what_is_stamped_is_crossed_out_as_well():
    line = [bar(0), Glyph(bar(0.4).points, np.zeros((28, 28), np.uint8))]
    after, marks = struck(line, "12", [0, 0], np.random.default_rng(3))
    assert marks == OTHER * 3 and after[2].picture is None


@pytest.mark.parametrize("marks", ["7", "x1"])
def test_a_bar_through_one_digit_is_its_own(marks: str):
    """It is a 7 that is crossed."""
    line = [bar(0.4 * k) for k in range(len(marks))]
    assert struck(line, marks, [0] * len(marks), np.random.default_rng(3)) == (line, marks)


def test_of_two_numbers_one_may_be_meant_anew():
    rng = np.random.default_rng(11)
    for text in (anew(rng) for _ in range(50)):
        first, second = text.split()
        assert first.isdigit() and second.isdigit() and 2 <= len(first) <= 5 >= len(second) >= 2
