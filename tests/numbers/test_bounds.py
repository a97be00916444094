"""Noise has many lines and no number: little of it is looked at, and a number in it still is."""

from __future__ import annotations

import numpy as np
import pytest

from palote import Reader
from palote.ink import find_lines
from palote.ink.level import Level
from palote.ink.segments import Parts, cut
from palote.model.catalog import find
from palote.model.engine import open_engine
from palote.numbers import opened
from palote.numbers.hearing import LEAST_VAIN, MOST_VAIN, VAIN_IN_ALL, Budget, heard
from palote.numbers.judge import shipped_judge
from palote.numbers.opened import OpenRow
from palote.numbers.second import Steps
from palote.settings import Settings
from tests.numbers.networks import Counting, Says
from tests.numbers.writing import written

NUMBER = "2047"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of parts of each line that was cut."""
    found: list[int] = []

    def counting(level: Level) -> Parts:
        parts = cut(level)
        found.append(len(parts))
        return parts

    monkeypatch.setattr(opened, "cut", counting)
    return found


def test_few_lines_of_noise_are_cut(counted: list[int]) -> None:
    grain = np.random.default_rng(43).normal(200, 40, (500, 700))
    reading = Reader().read(np.clip(grain, 0, 255).astype(np.uint8), expect="number")
    assert reading.status != "ok"
    assert 0 < len(counted) <= VAIN_IN_ALL // LEAST_VAIN + 10


def test_a_number_below_many_lines_without_one_is_read(counted: list[int]) -> None:
    """What is looked at in vain takes nothing from a line in which there is a number."""
    ((_, (row,)),) = find_lines(written(NUMBER))
    vain = [OpenRow(row, Steps.of(row, Says(""))) for _ in range(200)]
    one = OpenRow(row, Steps.of(row, Says(NUMBER)))
    engine, budget = Counting(open_engine(find("default", Settings()), 1)), Budget()
    for _ in range(3):  # interpretations
        *others, (last, _, opinion) = heard([*vain, one], engine, shipped_judge(), None, budget)
        assert last is one and opinion.found[0].text == NUMBER
        assert len(others) * len(one.runs) <= MOST_VAIN
    assert budget.vain <= 0 < budget.edges
    assert sum(engine.shown) <= VAIN_IN_ALL + 3 * len(NUMBER)
    assert len(counted) <= 1 + VAIN_IN_ALL // LEAST_VAIN + 3
