"""Which of two interpretations of a picture says more of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from palote.ink import Cleaned
from palote.numbers.page import Page
from palote.result import Digit, Line

EVEN = Cleaned(np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8), np.zeros((9, 9), bool), True)
STEPPED = replace(EVEN, stepped=True)
SHEET = replace(EVEN, on_sheet=True)


def line(text: str, confidence: float, first: int = 0, top: int = 0, high: int = 40) -> Line:
    """Digits side by side, from some place on; "?" is in doubt."""
    boxes = [(30 * (first + place), top, 20, high) for place in range(len(text))]
    ink = np.zeros((28, 28), np.float32)
    given = np.full(10, 0.1, np.float32)
    digits = tuple(
        Digit("3" if value == "?" else value, confidence, given, box, ink)
        for value, box in zip(text, boxes, strict=True)
    )
    status = "unsure" if "?" in text else "ok"
    return Line(text, text, status, confidence, (0, top, 30 * len(text), 40), digits, ())


def page(*lines: Line, cleaned: Cleaned = EVEN) -> Page:
    return Page(lines, 0, cleaned)


def test_the_whole_number_beats_its_lit_part_that_was_vouched_for():
    lit, whole = page(line("20", 0.999)), page(line("2053", 0.95), cleaned=STEPPED)
    assert whole.holds(lit)
    assert whole.beats(lit)
    assert not lit.beats(whole)


def test_what_is_elsewhere_or_another_digit_is_not_held():
    lit = page(line("20", 0.999))
    assert not page(line("5320", 0.99)).holds(lit)
    assert not page(line("2853", 0.99)).holds(lit)
    assert page(line("?0", 0.9), line("20", 0.9, top=90)).holds(page(line("?0", 0.5)))


def test_a_doubtful_whole_does_not_overrule_what_is_vouched_for():
    sheet = page(line("0568", 0.99))
    assert not page(line("?0568", 0.9), cleaned=STEPPED).beats(sheet)


def test_a_sure_page_beats_one_with_an_edge_read_as_a_digit_in_doubt():
    edged = page(line("1320?", 0.97))
    assert page(line("1320", 0.95), cleaned=STEPPED).beats(edged)
    assert not page(line("13", 0.95), cleaned=STEPPED).beats(edged)


@pytest.mark.parametrize("cleaned", [EVEN, STEPPED])
def test_of_two_doubtful_pages_the_surer_one_is_read(cleaned: Cleaned):
    assert page(line("17?5", 0.8), cleaned=cleaned).beats(page(line("1??5", 0.5)))
    assert not page(line("17?5", 0.4), cleaned=cleaned).beats(page(line("1??5", 0.5)))


def test_edges_of_things_are_no_lines_of_numbers():
    found = page(line("17?289", 0.7))
    edges = [line("5?", 0.6, top=90 * k) for k in range(3)]
    assert page(*edges).beats(found)
    assert not page(*edges, cleaned=STEPPED).beats(found)
    # Nothing but question marks is no more than nothing.
    assert not page(line("?3?", 0.6), cleaned=STEPPED).beats(page())
    assert page(line("1?3", 0.6), cleaned=STEPPED).beats(page())


def test_what_else_a_glare_may_have_swallowed_puts_the_rest_in_doubt():
    seen = page(line("743", 0.99, first=2), cleaned=STEPPED)
    brought_out = page(line("?4743", 0.6), cleaned=STEPPED)
    assert brought_out.beats(seen)
    assert not page(line("?4743", 0.6)).beats(seen)
    # What is read is doubted there as well, or is something else.
    assert page(line("1474?", 0.6), cleaned=STEPPED).beats(seen)
    assert not page(line("14?93", 0.6), cleaned=STEPPED).beats(seen)
    # The edge of a sheet, and a speck, are no digits.
    sheet = replace(STEPPED, on_sheet=True)
    assert not page(line("?4743", 0.6), cleaned=sheet).beats(seen)
    low = line("?743", 0.6, first=1)
    speck = replace(low.digits[0], box=(30, 20, 20, 8))
    assert not page(replace(low, digits=(speck, *low.digits[1:])), cleaned=STEPPED).beats(seen)


def test_a_number_that_goes_on_beside_a_sheet_puts_in_doubt_what_is_on_it():
    lit = page(line("47", 0.99), cleaned=SHEET)
    assert page(line("47?0", 0.6), cleaned=STEPPED).beats(lit)
    assert not page(line("47?0", 0.6)).beats(lit)
    assert not page(line("42?0", 0.6), cleaned=STEPPED).beats(lit)
    # The edge of the sheet lies apart from its number.
    near = line("47?", 0.6)
    x, y, wide, high = near.digits[2].box
    apart = replace(near.digits[2], box=(x + 30, y, wide, high))
    assert page(near, cleaned=STEPPED).beats(lit)
    assert not page(replace(near, digits=(*near.digits[:2], apart)), cleaned=STEPPED).beats(lit)


def test_a_digit_that_the_edge_of_a_sheet_cut_off_is_read_whole():
    cut = line("15", 0.99, first=1)
    half = replace(cut.digits[0], box=(44, 0, 6, 40))
    lit = page(replace(cut, digits=(half, cut.digits[1])), cleaned=SHEET)
    whole = page(line("205", 0.99), cleaned=STEPPED)
    assert whole.beats(lit)
    assert not whole.beats(replace(lit, cleaned=EVEN))


def test_most_digits_of_a_number_are_more_than_a_sheet_full_of_doubts():
    torn = page(line("?", 0.9), line("?", 0.8, top=45), cleaned=SHEET)
    whole = line("402?", 0.96)
    # Both pieces lie in the first digit.
    first = replace(whole.digits[0], box=(0, 0, 20, 90))
    seen = page(replace(whole, digits=(first, *whole.digits[1:])), cleaned=STEPPED)
    assert seen.beats(torn)
    assert not page(line("4???", 0.96), cleaned=STEPPED).beats(torn)


def test_print_beside_a_number_is_no_number_in_doubt():
    number, printed = line("879", 0.99, top=60), line("1??0??101?", 0.006, high=15)
    left = page(printed, number).without_print()
    assert (left.lines, left.others) == ((number,), 1)
    # Who writes that small, and who is in doubt of all, is not passed over.
    small, large = line("1??", 0.2, high=15), line("1??", 0.006, high=30)
    for kept in (small, large, replace(printed, cell=(0, 1))):
        assert page(kept, number).without_print().lines == (kept, number)
    assert len(page(printed, line("8?", 0.5)).without_print().lines) == 2
    assert page(printed).without_print(40).lines == ()
