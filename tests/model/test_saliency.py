"""Occlusion saliency: on engines whose answer is known, and on the shipped network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Digit, Reader
from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.engine import Outputs
from palote.model.saliency import saliency_map, saliency_maps
from tests.drawing import seven

Ink = NDArray[np.float32]


@dataclass
class Weighing:
    """An engine whose log-odds of a 7 are the ink times known weights."""

    weights: Ink
    card: Card = field(default_factory=lambda: Card("weighing"))
    asked: list[int] = field(default_factory=list)

    def __call__(self, inks: Ink) -> Outputs:
        self.asked.append(len(inks))
        logits = np.full((len(inks), 11), -50, np.float32)
        logits[:, 7] = (inks * self.weights).sum(axis=tuple(range(1, inks.ndim)))
        logits[:, 1] = 0
        return Outputs(logits, np.zeros((len(inks), 0), np.float32))


def cross() -> Ink:
    """Two crossing strokes over the whole patch."""
    ink = np.zeros((28, 28), np.float32)
    ink[3:25, 13:16] = 1
    ink[13:16, 3:25] = 1
    return ink


def upper_for_lower_against() -> Ink:
    weights = np.zeros((28, 28), np.float32)
    weights[3:9], weights[19:25] = 1, -1
    return weights


def test_ink_that_speaks_for_the_digit_is_positive_and_against_it_negative() -> None:
    ink = cross()
    found = saliency_map(Weighing(upper_for_lower_against()), ink, 7)
    assert found.shape == (28, 28) and found.dtype == np.float32
    assert found[3:9, 13:16].min() > 0.3 and found[19:25, 13:16].max() < -0.3
    assert found.max() == pytest.approx(1, abs=0.15) and found.min() == pytest.approx(-1, abs=0.15)
    assert np.abs(found).max() == 1
    assert np.abs(found[13:16, 3:8]).max() < 0.02, "the arms make no difference"
    assert not found[ink == 0].any(), "paper has no say"


def test_what_speaks_for_one_answer_speaks_against_the_other() -> None:
    engine = Weighing(upper_for_lower_against())
    assert saliency_map(engine, cross(), 1) == pytest.approx(
        -saliency_map(engine, cross(), 7), abs=1e-4
    )


def test_several_digits_for_the_work_of_one():
    engine = Weighing(upper_for_lower_against())
    one, seven = saliency_maps(engine, cross(), (1, 7))
    assert np.array_equal(one, saliency_map(engine, cross(), 1))
    assert np.array_equal(seven, saliency_map(engine, cross(), 7))


def test_nothing_is_made_of_nothing() -> None:
    assert not saliency_map(Weighing(np.zeros((28, 28), np.float32)), cross(), 7).any()
    blank = np.zeros((28, 28), np.float32)
    engine = Weighing(upper_for_lower_against())
    assert not saliency_map(engine, blank, 7).any()
    assert engine.asked == [], "there is nothing to ask"
    faint = saliency_map(Weighing(1e-3 * upper_for_lower_against()), cross(), 7)
    assert 0 < np.abs(faint).max() < 0.05, "a small difference does not look like a large one"


def test_a_clear_digit_has_a_saliency_too() -> None:
    """Its probability stays at 1 whatever is wiped away; its odds do not."""
    engine = Weighing(40 * np.ones((28, 28), np.float32))
    assert saliency_map(engine, cross(), 7).max() == 1


def test_the_temperature_is_the_cards() -> None:
    weights = 0.02 * upper_for_lower_against()
    warm = Weighing(weights, Card("warm", temperature=2.0))
    cold = saliency_map(Weighing(weights), cross(), 7)
    assert saliency_map(warm, cross(), 7) == pytest.approx(cold / 2, abs=1e-6)


@pytest.mark.parametrize("spec", [InkSpec(), InkSpec.sized(96, channels=3), InkSpec.sized(20)])
def test_every_patch_is_asked_in_one_call(spec: InkSpec) -> None:
    patch = np.zeros(spec.shape, np.float32)
    half = spec.size // 2
    patch[half - 2 : half + 2, 2:-2] = 1
    weights = np.zeros(spec.shape, np.float32)
    weights[:, :half] = 1
    engine = Weighing(weights)
    found = saliency_map(engine, patch, 7)
    assert found.shape == (spec.size, spec.size)
    assert found[half, 4] > 0.5 and abs(found[half, -5]) < 0.01
    assert len(engine.asked) == 1 and engine.asked[0] < 1 + 14 * 14, "only where there is ink"


def test_the_reader_gives_it_when_asked() -> None:
    reader = Reader()
    assert reader.read(seven()).digits[0].saliency is None
    digit = reader.read(seven(), saliency=True).digits[0]
    assert digit.saliency is not None and not digit.saliency.flags.writeable
    assert digit.saliency == pytest.approx(reader.saliency(digit), abs=1e-6)
    assert digit.saliency.max() == 1
    # Without its bar, a 7 is a 1: the bar speaks against the 1.
    bar = np.flatnonzero(digit.ink.sum(axis=1))[0] + 1
    assert digit.saliency[bar, :14].max() > 0.2
    assert reader.saliency(digit, "1")[bar, :14].min() < -0.2
    assert reader.read(np.full((90, 90), 255, np.uint8), saliency=True).digits == ()


def test_wrong_questions_are_refused() -> None:
    reader = Reader()
    digit = reader.read(seven()).digits[0]
    with pytest.raises(UsageError, match="not 'x'"):
        reader.saliency(digit, "x")
    large = np.zeros((96, 96, 3), np.float32)
    other = Digit("7", 0.9, digit.probabilities, digit.box, large)
    with pytest.raises(UsageError, match=r"sees patches of \(28, 28\), not of \(96, 96, 3\)"):
        reader.saliency(other)


def test_wiping_what_it_points_at_hurts_more_than_wiping_elsewhere(datasets: Path) -> None:
    reader = Reader()
    rng = np.random.default_rng(0)
    paths = sorted((datasets / "wild").glob("screen*"))[::8]
    pointed, elsewhere = [], []
    for path in paths:
        reading = reader.read(path, saliency=True)
        if reading.status != "ok":
            continue
        digit = reading.digits[0]
        assert digit.saliency is not None
        inked = np.flatnonzero(digit.ink > 0.1)
        tenth = len(inked) // 10
        best = inked[np.argsort(-digit.saliency.ravel()[inked])[:tenth]]
        for chosen, losses in ((best, pointed), (rng.choice(inked, tenth), elsewhere)):
            wiped = digit.ink.copy()
            wiped.ravel()[chosen] = 0
            logits = reader._engine(np.stack([digit.ink, wiped])).logits
            share = logits[:, int(digit.value)] - np.delete(logits, int(digit.value), 1).max(1)
            losses.append(float(share[0] - share[1]))
    assert len(pointed) >= 20
    assert np.mean(pointed) > 1.5 * np.mean(elsewhere)
