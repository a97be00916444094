"""The second opinion: a text forced upon a lattice, and the sum of both opinions."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from palote.numbers.ctc import Rule
from palote.numbers.decode import SYMBOLS, decode
from palote.numbers.lattice import MEASURES, Edges
from palote.numbers.pattern import Pattern
from palote.numbers.second import FAINTEST, Steps, combined, forced

ALPHABET = "0123456789.-/x"
NONE = len(ALPHABET)


EVEN = np.array([0.5, 1.0, 0.0])
"""Nothing for a digit."""


def lattice(parts: int, longest: int = 3) -> Edges:
    """Every run of up to so many parts is an edge."""
    runs = [(a, b) for a, b in combinations(range(parts + 1), 2) if b - a <= longest]
    ends = np.array(runs, np.int64)
    count = len(runs)
    return Edges(
        ends[:, 0],
        ends[:, 1],
        np.zeros((count, 4), np.int32),
        np.zeros((count, 28, 28), np.float32),
        np.zeros((count, MEASURES), np.float32),
        parts,
    )


def steps_for(text: str, sure: float = 0.9) -> Steps:
    """A line network that reads a text, a blank after each symbol."""
    rows = []
    for symbol in text:
        for index in (ALPHABET.index(symbol), NONE):
            row = np.full(NONE + 1, (1 - sure) / NONE)
            row[index] = sure
            rows.append(row)
    return Steps(ALPHABET, np.log(np.array(rows)).astype(np.float32), np.arange(len(rows)) / 2)


def test_forced_is_what_the_search_finds() -> None:
    """The same sum and the same edges as a search of everything that allows that text only."""
    edges = lattice(5)
    rng = np.random.default_rng(7)
    scores = rng.uniform(-4, 0, (len(edges), len(SYMBOLS)))
    skips = rng.uniform(-6, -1, edges.parts)
    found = decode(edges.first, edges.last, edges.parts, scores, skips)
    forced_all = forced([one.text for one in found], edges, scores, skips)
    for one, again in zip(found, forced_all, strict=True):
        whole = decode(
            edges.first,
            edges.last,
            edges.parts,
            scores,
            skips,
            one.text.startswith,
            one.text.__eq__,
        )
        assert again is not None
        assert again.score == pytest.approx(whole[0].score)
        assert again.edges == whole[0].edges


def test_a_text_longer_than_the_line_cannot_be_forced() -> None:
    edges = lattice(2)
    scores, skips = np.zeros((len(edges), len(SYMBOLS))), np.zeros(2)
    too_long, fits = forced(["123", "12"], edges, scores, skips)
    assert too_long is None and fits is not None and fits.edges
    assert forced([], edges, scores, skips) == []


def test_both_opinions_count() -> None:
    """The line network overrules a hesitant lattice, and not one that is sure."""
    edges = lattice(2)
    single = edges.last - edges.first == 1
    scores = np.full((len(edges), len(SYMBOLS)), -30.0)
    scores[single, 1] = -0.3
    scores[single, 7] = -0.8
    skips = np.full(2, -40.0)
    found = decode(edges.first, edges.last, 2, scores, skips)
    assert found[0].text == "11"
    both = combined(found, steps_for("17"), edges, scores, skips, EVEN)
    assert both[0].text == "17" and both[0].line > -1
    assert {one.text for one in both} >= {"11", "17", "71", "77"}
    scores[single, 7] = -25.0
    found = decode(edges.first, edges.last, 2, scores, skips)
    assert combined(found, steps_for("17", 0.6), edges, scores, skips, EVEN)[0].text == "11"


def test_a_stroke_beside_a_digit_is_a_digit_if_it_may_be() -> None:
    """Both say that the second part may belong to the first; each digit counts for something."""
    edges = lattice(2)
    scores = np.full((len(edges), len(SYMBOLS)), -9.0)
    scores[edges.last - edges.first == 2, 4] = -0.1
    scores[(edges.first == 0) & (edges.last == 1), 4] = -1.0
    scores[(edges.first == 1) & (edges.last == 2), 1] = -1.0
    skips = np.full(2, -9.0)
    found = decode(edges.first, edges.last, 2, scores, skips)
    steps = steps_for("4x", 0.5)
    without, with_digits = (np.array([1, 1, digit]) for digit in (0.0, 8.0))
    assert combined(found, steps, edges, scores, skips, without)[0].text == "4"
    assert combined(found, steps, edges, scores, skips, with_digits)[0].text == "41"
    dot = SYMBOLS.index(".")
    scores[:, dot], scores[:, 1] = scores[:, 1], -9.0
    found = decode(edges.first, edges.last, 2, scores, skips)
    assert combined(found, steps, edges, scores, skips, with_digits)[0].text != "4."


def strokes(truth: str) -> tuple[Edges, np.ndarray, np.ndarray]:
    """Return a lattice that sees each digit clearly, and of a slash as much a 1."""
    edges = lattice(len(truth), 1)
    scores = np.full((len(edges), len(SYMBOLS)), -9.0)
    for part, symbol in enumerate(truth):
        scores[part, SYMBOLS.index(symbol)] = -0.1
        if symbol == "/":
            scores[part, 1] = -0.1
    return edges, scores, np.full(len(truth), -9.0)


@pytest.mark.parametrize(
    ("truth", "text"),
    [
        *((date, date) for date in ("54/02/70", "1/3/24", "25/12/2024", "7/11/2019")),
        *(("123/4", "12314"), ("3/45/678", "31451678"), ("12/3/4/05", "121314105")),
    ],
)
def test_strokes_in_the_places_of_a_date_are_slashes(truth: str, text: str) -> None:
    """Elsewhere they are 1s, which count for more; hardly any number has both just there."""
    edges, scores, skips = strokes(truth)
    found = decode(edges.first, edges.last, len(truth), scores, skips)
    weights = np.array([0.2, 0.0, 2.0])
    assert combined(found, steps_for(truth), edges, scores, skips, weights)[0].text == text


def test_what_only_the_line_network_finds_is_placed_on_the_lattice() -> None:
    edges = lattice(3)
    scores = np.full((len(edges), len(SYMBOLS)), -9.0)
    skips = np.full(3, -20.0)
    weights = np.array([0.1, 1.0, 0.0])
    both = combined([], steps_for("305"), edges, scores, skips, weights)
    assert both[0].text == "305"
    assert [(edges.first[e], edges.last[e]) for e in both[0].edges] == [(0, 1), (1, 2), (2, 3)]


def test_words_are_left_out_and_patterns_kept() -> None:
    steps = steps_for("x50")
    assert max(steps.texts(None), key=steps.texts(None).__getitem__) == "50"
    assert all(len(text) == 1 for text in steps.texts(Pattern("#")))
    assert Rule(ALPHABET, lambda _: True, lambda _: True).text((13, 5, 0)) == "50"


def test_hopeless_texts_cost_no_more_than_the_faintest() -> None:
    hopeless = "2" * 30
    assert steps_for("1", 0.999999).log_probabilities([hopeless])[hopeless] == FAINTEST
