"""The quick way: taken where both networks say the same, left where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from palote.ink import find_lines
from palote.ink.level import level, line_crop
from palote.model.catalog import find
from palote.model.engine import open_engine
from palote.numbers.decode import SYMBOLS
from palote.numbers.hearing import show
from palote.numbers.lattice import Runs
from palote.numbers.opened import HEIGHT, OpenRow
from palote.numbers.pattern import Pattern
from palote.numbers.quick import Guess, guessed
from palote.numbers.reading import read_lines
from palote.numbers.second import Steps
from palote.pixels import load
from palote.settings import Settings
from tests.numbers.networks import Counting, Says, centres_of
from tests.numbers.writing import written

NUMBER = "2047"


@pytest.fixture
def engine() -> Counting:
    settings = Settings()
    return Counting(open_engine(find("default", settings), 1))


def test_one_patch_for_each_digit_where_both_agree(engine: Counting) -> None:
    page = read_lines(load(written(NUMBER)), engine, line=Says(NUMBER))
    assert page.lines[0].text == NUMBER and page.lines[0].status == "ok"
    assert engine.shown == [len(NUMBER)]
    lefts = [digit.box[0] for digit in page.lines[0].digits]
    assert lefts == sorted(set(lefts))


@pytest.mark.parametrize("wrong", ["207", "20447"])
def test_more_runs_are_looked_at_where_they_do_not(engine: Counting, wrong: str) -> None:
    """A line network that the digit network contradicts has not the last word."""
    page = read_lines(load(written(NUMBER)), engine, line=Says(wrong))
    assert engine.shown[-1] > 2 * len(NUMBER)
    assert NUMBER in [other.text for other in page.lines[0].alternatives]


def test_cuts_that_both_agree_on_stay_where_one_symbol_is_contradicted(engine: Counting) -> None:
    page = read_lines(load(written(NUMBER)), engine, line=Says("2041"))
    assert engine.shown == [len(NUMBER)], "nothing is shown twice"
    assert NUMBER in [other.text for other in page.lines[0].alternatives]


def test_all_runs_are_looked_at_where_the_line_network_is_unsure(engine: Counting) -> None:
    runs = opened(Says(NUMBER)).runs
    page = read_lines(load(written(NUMBER)), engine, line=Says(NUMBER, sure=0.6))
    assert engine.shown == [len(runs)] and len(runs) > 2 * len(NUMBER)
    assert NUMBER in [other.text for other in page.lines[0].alternatives]


def opened(says: Says) -> OpenRow:
    ((_, (row,)),) = find_lines(written(NUMBER))
    return OpenRow(row, Steps.of(row, says))


def test_what_was_seen_the_quick_way_is_not_shown_again(engine: Counting) -> None:
    line = [opened(Says(NUMBER))]
    runs = line[0].runs
    some = np.array([1, 4])
    before = dict(show(line, [(0, runs.only(some))], engine))
    after = dict(show(line, [(0, runs)], engine, before))[0]
    whole = dict(show(line, [(0, runs)], engine))[0]
    assert engine.shown == [2, len(runs) - 2, len(runs)]
    assert before[0].quick and not after.quick
    assert (after.edges.patches == whole.edges.patches).all()
    np.testing.assert_allclose(after.shares, whole.shares, atol=1e-5)
    np.testing.assert_array_equal(after.shares[some], before[0].shares)
    nothing = dict(show(line, [(0, runs.only(some[:0]))], engine, before))[0]
    assert nothing.shares.shape == (0, whole.shares.shape[1])
    assert dict(show(line, [], engine)) == {} and len(engine.shown) == 3


def test_a_line_network_is_asked_for_the_cuts_of_what_it_is_sure_of() -> None:
    one = opened(Says(NUMBER))
    guess = guessed(one)
    assert guess is not None and guess.whole and guess.text == NUMBER
    assert (np.diff(one.runs.ends[guess.runs], axis=0) > 0).all(), "from left to right"
    assert guessed(opened(Says(NUMBER, sure=0.6))) is None
    some = guessed(opened(Says("x" + NUMBER[1:])))
    assert some is not None and not some.whole and some.text == NUMBER[1:]


def test_a_known_format_that_its_text_breaks_leaves_all_runs() -> None:
    one = opened(Says(NUMBER))
    assert guessed(one, Pattern("###")) is None
    assert guessed(one, Pattern("####")) is not None


def test_runs_across_what_is_agreed_on_are_not_looked_at() -> None:
    whole = opened(Says(NUMBER)).parts
    parts = replace(whole, boxes=whole.boxes[:4], area=whole.area[:4], piece=np.arange(4))
    ends = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (3, 4)]
    runs = Runs(np.array(ends), np.zeros((7, 4), np.int32), np.zeros(7))
    logs = np.full((3, len(SYMBOLS) + 1), np.log(0.01))
    guess = Guess(np.array([0, 4, 6]), "247", True)
    assert len(guess.left(parts, runs, logs)) == 7, "nothing is agreed on"
    logs[0, 2] = logs[2, 7] = np.log(0.9)
    apart = guess.left(parts, runs, logs)
    assert [ends[i] for i in apart] == [(0, 1), (1, 2), (1, 3), (2, 3), (3, 4)]
    # Where the first and the second hang together, the cut between them is not agreed on.
    hanging = replace(parts, piece=np.array([0, 0, 1, 2]))
    loose = guess.left(hanging, runs, logs)
    assert [ends[i] for i in loose] == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 4)]
    logs[1, 4] = np.log(0.9)
    assert [ends[i] for i in guess.left(hanging, runs, logs)] == [(0, 1), (1, 3), (3, 4)]


def test_peaks_lie_where_the_digits_do() -> None:
    ((_, (row,)),) = find_lines(written(NUMBER))
    text, at, logs = Steps.of(row, Says(NUMBER)).peaks()
    assert text == NUMBER and np.exp(logs) == pytest.approx(0.999, abs=1e-4)
    ink = level(row, HEIGHT).mask.any(axis=0)
    assert at * HEIGHT == pytest.approx(centres_of(ink), abs=0.1 * HEIGHT)
    assert line_crop(row).shape[0] == 32


def test_what_is_surely_no_digit_may_be_left_out() -> None:
    """What lies nearest to it is; where the line network is not sure, nothing is."""
    ((_, (row,)),) = find_lines(written(NUMBER))
    at = np.array(centres_of(level(row, HEIGHT).mask.any(axis=0))) / HEIGHT
    between = (at[2] + at[3]) / 2
    places = np.array([at[0] - 2, *at, between - 0.05, between + 0.05, at[3] + 3])
    foreign = Steps.of(row, Says("204x")).foreign(places)
    assert foreign.tolist() == [False, False, False, False, True, False, True, True]
    assert not Steps.of(row, Says("204x", sure=0.5)).foreign(places).any()
    assert not Steps.of(row, Says(NUMBER)).foreign(places).any()
    assert not Steps.of(row, Says("")).foreign(places).any()


def test_a_sign_beside_a_number_costs_it_no_trust(engine: Counting) -> None:
    """Its ink is left out, and does not count as missing, unless it looks like a digit."""
    (line,) = read_lines(load(written("204W")), engine, line=Says("204x")).lines
    assert line.text == "204" and line.status == "ok"
    (line,) = read_lines(load(written(NUMBER)), engine, line=Says("204x")).lines
    assert line.status == "unsure"


def test_the_shipped_networks_take_the_quick_way(engine: Counting) -> None:
    for number in ("2047", "635", "94"):
        page = read_lines(load(written(number)), engine)
        assert [digit.value for digit in page.lines[0].digits] == list(number)
    assert len(NUMBER) in engine.shown or 3 in engine.shown or 2 in engine.shown
