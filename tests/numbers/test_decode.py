"""The search: sums over all ways to cut, and what a pattern allows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from palote.errors import UsageError
from palote.numbers.decode import SYMBOLS, decode
from palote.numbers.pattern import Pattern

LEAST = -20.0


def table(edges: list[dict[str, float]]) -> NDArray[np.float64]:
    """Scores of edges: probabilities of symbols by name."""
    scores = np.full((len(edges), len(SYMBOLS)), LEAST)
    for row, edge in zip(scores, edges, strict=True):
        for symbol, share in edge.items():
            row[SYMBOLS.index(symbol)] = np.log(share)
    return scores


def test_a_text_counts_all_its_ways() -> None:
    # Two parts: a 1 of the first alone or of the second alone; both together are a 7.
    first, last = np.array([0, 1, 0]), np.array([1, 2, 2])
    scores = table([{"1": 0.4}, {"1": 0.4}, {"7": 0.5}])
    skips = np.log(np.array([0.9, 0.9]))
    found = decode(first, last, 2, scores, skips)
    shares = {one.text: np.exp(one.score) for one in found}
    assert shares["1"] == pytest.approx(0.4 * 0.9 * 2)
    assert shares["7"] == pytest.approx(0.5)
    assert shares["11"] == pytest.approx(0.16)


def test_the_edges_are_those_of_the_best_way() -> None:
    first, last = np.array([0, 1, 0]), np.array([1, 2, 2])
    scores = table([{"2": 0.9}, {"0": 0.9}, {"8": 0.1}])
    found = decode(first, last, 2, scores, np.full(2, -9.0))
    assert (found[0].text, found[0].edges) == ("20", (0, 1))


def test_a_pattern_narrows_the_search() -> None:
    first, last = np.array([0, 1, 0]), np.array([1, 2, 2])
    scores = table([{"2": 0.9}, {"0": 0.9}, {"8": 0.1}])
    skips = np.full(2, -9.0)
    one = Pattern("#")
    found = decode(first, last, 2, scores, skips, one.follows, one.complete)
    assert found[0].text == "8"
    three = Pattern("###")
    assert decode(first, last, 2, scores, skips, three.follows, three.complete) == []


@pytest.mark.parametrize(
    ("pattern", "text", "follows", "complete"),
    [
        ("####", "2047", True, True),
        ("####", "204", True, False),
        ("####", "20476", False, False),
        ("####", "2.047-", True, True),
        ("##.#", "20.4", True, True),
        ("##,#", "20.4", True, True),
        ("##.#", "204", True, True),
        ("##.#", "2.04", False, False),
        ("19##", "1985", True, True),
        ("19##", "2085", False, False),
    ],
)
def test_what_a_pattern_allows(pattern: str, text: str, follows: bool, complete: bool) -> None:
    assert Pattern(pattern).follows(text) == follows
    assert Pattern(pattern).complete(text) == complete


@pytest.mark.parametrize("pattern", ["", "--", "##x", "#" * 41])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(UsageError, match="pattern must have a #"):
        Pattern(pattern)
