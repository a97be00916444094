"""Printed words beside numbers, as they are set for training."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from palote.train.compose import write
from palote.train.glyphs import LineStock
from palote.train.labels import AFTER, AHEAD, CHANCE, LABELS, label, printed
from palote.train.phrases import OTHER, phrase


@pytest.mark.parametrize("character", LABELS)
def test_a_word_is_cut_to_its_ink(character: str):
    word, above, capital = printed(character, np.random.default_rng(3))
    assert word.dtype == np.uint8 and word.max() > 200
    for side in (word[0], word[-1], word[:, 0], word[:, -1]):
        assert side.any()
    assert 0.3 * capital < above < 1.6 * capital
    again, _, _ = printed(character, np.random.default_rng(3))
    assert np.array_equal(word, again)


def test_a_word_by_chance_is_another_each_time():
    rng = np.random.default_rng(1)
    assert len({printed(CHANCE, rng)[0].shape for _ in range(20)}) > 10


def test_what_stands_ahead_and_what_after_are_known():
    rng = np.random.default_rng(2)
    assert {label(True, rng) for _ in range(3000)} == {*AHEAD, CHANCE}
    assert {label(False, rng) for _ in range(3000)} == {*AFTER, CHANCE}
    assert not set(AHEAD) & set(AFTER)


def test_words_stand_on_both_sides_of_numbers():
    rng = np.random.default_rng(3)
    labelled = [text for text in (phrase(rng) for _ in range(4000)) if set(text) & set(LABELS)]
    assert 200 < len(labelled) < 800
    assert all(any(mark.isdigit() for mark in text) for text in labelled)
    ahead = sum(text[0] in LABELS for text in labelled)
    after = sum(text[-1] in LABELS for text in labelled)
    assert min(ahead, after) > 0.2 * len(labelled)


def test_a_word_is_one_mark_that_is_no_digit(stock: LineStock):
    rng = np.random.default_rng(4)
    combs = 0
    for _ in range(60):
        line = write(stock, rng, f"{AHEAD[0]} 47 {AFTER[0]}")
        combs += bool(line.cells)
        assert line.marks == ("47" if line.cells else f"{OTHER}47{OTHER}")
        owned = [np.nonzero(line.owner == mark)[1] for mark in range(1, len(line.marks) + 1)]
        middles = [columns.mean() for columns in owned]
        assert middles == sorted(middles)
    assert 0 < combs < 30, "no word stands in a comb"


def test_letters_of_a_word_stay_together(stock: LineStock):
    rng = np.random.default_rng(5)
    widths = []
    for _ in range(40):
        line = write(stock, rng, "kmrt")
        inks = [np.flatnonzero((line.owner == mark).any(axis=0)) for mark in range(1, 5)]
        gaps = [b.min() - a.max() for a, b in pairwise(inks)]
        widths.append(0 if line.cells else max(gaps) / line.height)
    assert max(widths) < 0.9
