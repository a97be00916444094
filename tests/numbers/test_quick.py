"""The quick way: taken where both networks say the same, left where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from palote.ink import find_lines
from palote.ink.level import level, line_crop
from palote.ink.segments import Parts, cut
from palote.model.card import Card
from palote.model.catalog import find
from palote.model.engine import Engine, Outputs, open_engine
from palote.model.line import LineCard
from palote.numbers.decode import SYMBOLS
from palote.numbers.hearing import CutRow, show
from palote.numbers.lattice import Runs, runs_of
from palote.numbers.pattern import Pattern
from palote.numbers.quick import Guess, guessed
from palote.numbers.reading import HEIGHT, read_lines
from palote.numbers.second import Steps
from palote.pixels import load
from palote.settings import Settings
from tests.numbers.writing import written

NUMBER = "2047"


@dataclass
class Says:
    """A line network that is sure of a text, evenly spread over the ink of any line."""

    text: str
    sure: float = 0.999
    card: LineCard = field(default_factory=lambda: LineCard("says", "0123456789.-/x", 2))

    def __call__(self, lines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        return [self._one(line) for line in lines]

    def _one(self, line: NDArray[np.float32]) -> NDArray[np.float32]:
        classes = len(self.card.alphabet) + 1
        steps = line.shape[1] // self.card.stride
        shares = np.full((steps, classes), (1 - self.sure) / (classes - 1), np.float32)
        inked = np.flatnonzero(line.any(axis=0))
        centres = _centres(line.any(axis=0))
        if len(centres) != len(self.text):
            low, high = int(inked[0]), int(inked[-1])
            centres = [
                low + (high - low) * (i + 0.5) / len(self.text) for i in range(len(self.text))
            ]
        at = {int(x) // self.card.stride: s for x, s in zip(centres, self.text, strict=True)}
        for step in range(steps):
            symbol = self.card.alphabet.index(at[step]) if step in at else classes - 1
            shares[step, symbol] = self.sure
        return np.log(shares)


def _centres(inked: NDArray[np.bool_]) -> list[float]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(int)))
    return [(a + b - 1) / 2 for a, b in edges.reshape(-1, 2)]


@dataclass
class Counting:
    """A digit network that counts the patches it is shown."""

    engine: Engine
    shown: list[int] = field(default_factory=list)

    @property
    def card(self) -> Card:
        return self.engine.card

    def __call__(self, patches: NDArray[np.float32]) -> Outputs:
        self.shown.append(len(patches))
        return self.engine(patches)


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
    _, _, runs = opened(Says(NUMBER))
    page = read_lines(load(written(NUMBER)), engine, line=Says(NUMBER, sure=0.6))
    assert engine.shown == [len(runs)] and len(runs) > 2 * len(NUMBER)
    assert NUMBER in [other.text for other in page.lines[0].alternatives]


def opened(says: Says) -> tuple[Steps, Parts, Runs]:
    ((_, (row,)),) = find_lines(written(NUMBER))
    parts = cut(level(row, HEIGHT))
    return Steps.of(row, says), parts, runs_of(parts)


def test_what_was_seen_the_quick_way_is_not_shown_again(engine: Counting) -> None:
    ((_, (row,)),) = find_lines(written(NUMBER))
    steps, parts, runs = opened(Says(NUMBER))
    line = [CutRow(row, parts, runs, steps)]
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
    steps, parts, runs = opened(Says(NUMBER))
    guess = guessed(steps, parts, runs)
    assert guess is not None and guess.whole and guess.text == NUMBER
    assert (np.diff(runs.ends[guess.runs], axis=0) > 0).all(), "from left to right"
    assert guessed(*opened(Says(NUMBER, sure=0.6))) is None
    some = guessed(*opened(Says("x" + NUMBER[1:])))
    assert some is not None and not some.whole and some.text == NUMBER[1:]


def test_a_known_format_that_its_text_breaks_leaves_all_runs() -> None:
    steps, parts, runs = opened(Says(NUMBER))
    assert guessed(steps, parts, runs, Pattern("###")) is None
    assert guessed(steps, parts, runs, Pattern("####")) is not None


def test_runs_across_what_is_agreed_on_are_not_looked_at() -> None:
    _, whole, _ = opened(Says(NUMBER))
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
    assert at * HEIGHT == pytest.approx(_centres(ink), abs=0.1 * HEIGHT)
    assert line_crop(row).shape[0] == 32


def test_the_shipped_networks_take_the_quick_way(engine: Counting) -> None:
    for number in ("2047", "635", "94"):
        page = read_lines(load(written(number)), engine)
        assert [digit.value for digit in page.lines[0].digits] == list(number)
    assert len(NUMBER) in engine.shown or 3 in engine.shown or 2 in engine.shown
