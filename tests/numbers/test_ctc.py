"""CTC against brute force: every path of a few steps, summed by the text it collapses to."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pytest
from numpy.typing import NDArray

from palote.numbers.ctc import (
    Rule,
    ctc_beam,
    ctc_greedy,
    ctc_log_probabilities,
    ctc_log_probability,
)
from palote.numbers.pattern import Pattern

ALPHABET = "07x"
BLANK = len(ALPHABET)


def some_steps(count: int, seed: int, sharp: float = 2.0) -> NDArray[np.float32]:
    logits = np.random.default_rng(seed).normal(0, sharp, (count, BLANK + 1))
    return (logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)).astype(np.float32)


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(symbol for symbol, _ in groupby(path) if symbol != BLANK)


def every_text(steps: NDArray[np.float32]) -> dict[tuple[int, ...], float]:
    texts: dict[tuple[int, ...], float] = {}
    for path in product(range(BLANK + 1), repeat=len(steps)):
        share = float(np.exp(steps[np.arange(len(steps)), path].sum()))
        texts[collapsed(path)] = texts.get(collapsed(path), 0.0) + share
    return texts


@pytest.mark.parametrize("seed", range(4))
def test_probabilities_are_the_sums_over_all_paths(seed: int):
    steps = some_steps(5, seed)
    texts = every_text(steps)
    assert sum(texts.values()) == pytest.approx(1, abs=1e-5)
    for text, share in texts.items():
        assert np.exp(ctc_log_probability(steps, text)) == pytest.approx(share, rel=1e-4)
    assert ctc_log_probability(steps, (0, 0, 0, 0)) == -np.inf, "seven steps are needed"


@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_the_likeliest_texts(seed: int):
    steps = some_steps(5, seed)
    expected = sorted(every_text(steps).items(), key=lambda pair: -pair[1])
    found = ctc_beam(steps, width=60)
    assert [text for text, _ in found[:5]] == [text for text, _ in expected[:5]]
    assert np.exp([score for _, score in found[:5]]) == pytest.approx(
        [share for _, share in expected[:5]], rel=1e-4
    )


def test_a_narrow_beam_is_sorted_and_exact():
    steps = some_steps(12, 7)
    found = ctc_beam(steps, width=4)
    scores = [score for _, score in found]
    assert 1 <= len(found) <= 4 and scores == sorted(scores, reverse=True)
    for text, score in found:
        assert score == pytest.approx(ctc_log_probability(steps, text))


def test_greedy_is_the_likeliest_path():
    for seed in range(20):
        steps = some_steps(6, seed)
        assert ctc_greedy(steps) == collapsed(tuple(steps.argmax(axis=1)))


def peaks(*symbols: int) -> NDArray[np.float32]:
    """Steps in which each symbol given is all but sure."""
    steps = np.full((len(symbols), BLANK + 1), np.log(0.0005), np.float32)
    steps[np.arange(len(symbols)), symbols] = np.log(1 - 0.0005 * BLANK)
    return steps


def test_repeats_need_a_blank_between():
    assert ctc_greedy(peaks(0, 0, BLANK, 0, 1)) == (0, 0, 1)
    assert ctc_beam(peaks(0, 0, BLANK, 0, 1))[0][0] == (0, 0, 1)
    assert ctc_greedy(peaks(BLANK, BLANK)) == () and ctc_beam(peaks(BLANK))[0][0] == ()


def test_many_texts_at_once_and_long_lines_change_nothing():
    steps = np.concatenate([some_steps(300, 11), peaks(0, BLANK, 1, BLANK, 0)])
    texts = [(), (0,), (0, 1, 0), tuple(range(3)) * 20, (2,) * 150, (1,) * 200]
    together = ctc_log_probabilities(steps, texts)
    assert together == pytest.approx([ctc_log_probability(steps, text) for text in texts])
    assert np.isfinite(together[:5]).all() and together[5] == -np.inf, "399 steps are needed"
    assert together[0] == pytest.approx(float(steps[:, BLANK].sum(dtype=np.float64)), rel=1e-6)
    assert len(ctc_log_probabilities(steps, [])) == 0


def test_a_pattern_narrows_the_search():
    steps = some_steps(8, 3)
    pattern = Pattern("#7")
    rule = Rule(ALPHABET, pattern.follows, pattern.complete)
    found = ctc_beam(steps, width=30, rule=rule)
    texts = [rule.text(text) for text, _ in found]
    assert texts and set(texts) <= {"07", "77"}
    free = {text for text, _ in ctc_beam(steps, width=200) if rule.text(text) in ("07", "77")}
    assert free <= {text for text, _ in ctc_beam(steps, width=200, rule=rule)}
    never = Rule(ALPHABET, lambda text: False, lambda text: False)
    assert ctc_beam(steps, rule=never) == []
