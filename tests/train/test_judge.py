"""The judge of whole numbers: learnt from composed lines, and how far it is to be trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palote import Settings
from palote.model import catalog
from palote.model.engine import open_engine
from palote.model.line import shipped_line
from palote.numbers.decode import Found
from palote.numbers.judge import Judge
from palote.numbers.opinion import Opinion
from palote.numbers.reading import read_lines
from palote.numbers.trust import Marks
from palote.pixels import load
from tests.numbers.writing import written

LINES = 80


def said(ahead: float, text: str) -> Opinion:
    marks = Marks(ahead, -0.1, -0.5, 0.0, len(text), -1.0)
    return Opinion([Found(text, 0.0, ())], np.zeros((0, 14)), marks, 0.5)


def test_trust_is_how_often_such_numbers_were_right(keras):
    from palote.train.judge import counted

    rng = np.random.default_rng(0)
    ahead = rng.uniform(-4, 6, 6000)
    right = rng.random(6000) < 1 / (1 + np.exp(1 - ahead))
    read = [
        (said(odds, "2047"), "2047" if true else "2041")
        for odds, true in zip(ahead.tolist(), right, strict=True)
    ]
    # Of what nothing was made, nothing is counted.
    weights = counted([*read, (None, "7")])
    trust = np.array([opinion.marks.trust(weights) for opinion, _ in read])
    assert trust.mean() == pytest.approx(right.mean(), abs=0.005)
    for low, high in ((-4, -1), (-1, 1), (1, 3), (3, 6)):
        some = (ahead >= low) & (ahead < high)
        assert trust[some].mean() == pytest.approx(right[some].mean(), abs=0.03)


def test_a_judge_learnt_from_a_few_lines_reads(keras, datasets: Path):
    from palote.train.judge import WEIGHTS, packed, train_judge
    from palote.train.strings import stock_of

    settings = Settings(datasets=datasets)
    engine = open_engine(catalog.find(catalog.SHIPPED, settings), 1)
    stocks = stock_of(settings), stock_of(settings, validation=True)
    judge = train_judge(*stocks, engine, shipped_line(1), LINES, 7)
    assert judge.trust.shape == judge.trust_quick.shape == (len(Marks.NAMES),)
    assert judge.trust.any() and judge.trust_quick.any()
    again = Judge.from_bytes(packed(judge))
    for name in Judge.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(judge, name))
    assert tuple(again.weights) == WEIGHTS
    page = read_lines(load(written("2047")), engine, judge=again)
    assert [line.raw.replace("?", "") in "2047" for line in page.lines] == [True]
    assert "2047" in [other.text for other in page.lines[0].alternatives]
