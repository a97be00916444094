"""The full way: corrections as pictures to train with, and a whole network before the gate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader, Settings, data
from palote.errors import LearningOff, UsageError
from palote.learn import Teacher
from palote.learn.kept import Kept
from palote.learn.retrained import judged
from palote.model.engine import Engine, Outputs
from tests.learn.conftest import Odd

General = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def general(datasets: Path) -> General:
    """MNIST's pictures that are held out, the first of them."""
    kept = data.mnist("train", Settings(datasets=datasets))
    some = slice(-data.HELD_OUT, -data.HELD_OUT + 400)
    return data.read_patches(kept.pixels[some]), kept.labels[some].astype(np.uint8)


@pytest.fixture
def taught(teacher: Teacher, odd: tuple[Odd, ...]) -> Iterator[Teacher]:
    """A profile with twelve corrections of one hand, and one of what is no digit."""
    for number in range(12):
        teacher.correct(odd[0].write(number), odd[0].label, "Ana")
    teacher.correct(odd[1].write(0), "none", "Ana")
    yield teacher


def test_corrections_are_pictures_to_train_with(taught: Teacher, odd: tuple[Odd, ...]) -> None:
    kept, both = taught.kept("ana"), taught.kept("ana", with_none=True)
    assert (kept.profile, kept.name, kept.count("train"), kept.count("test")) == (
        *("Ana", "corrections"),
        *(12, 0),
    )
    items = list(both.pictures("train"))
    assert [item.label for item in items] == [int(odd[0].label)] * 12 + [10]
    assert [item.held_out for item in items] == [number % 4 == 1 for number in range(12)] + [False]
    assert len({item.origin for item in items}) == 13
    assert all(item.pixels.dtype == np.uint8 and item.pixels.min() < 128 for item in items)
    assert [item.origin for item in kept.pictures("train")] == [one.origin for one in items[:12]]
    assert list(both.pictures("test")) == []
    taught.rollback(0, "Ana")  # sets all of them aside
    with pytest.raises(UsageError, match="'Ana' has no corrections"):
        taught.kept("ana")
    with pytest.raises(UsageError, match="no profile 'Luz'"):
        taught.kept("Luz")
    taught.switch(False, "Ana")
    with pytest.raises(LearningOff):
        taught.kept("Ana")


class Forgetful:
    """The shipped network, which takes some digits for the next one."""

    def __init__(self, engine: Engine) -> None:
        self.card, self._engine = engine.card, engine

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        outputs = self._engine(inks)
        logits = outputs.logits.copy()
        logits[:, [3, 4]] = logits[:, [4, 3]]
        return Outputs(logits, outputs.embedding)


def test_a_network_goes_through_the_gate(
    taught: Teacher, odd: tuple[Odd, ...], general: General
) -> None:
    shipped = Reader(profile="none")._engine
    better = Reader(settings=taught.settings, profile="Ana")._engine
    kept = taught.kept("Ana")
    found = judged(shipped, better, kept, *general)
    assert found.passed and found.unseen and found.corrections == int(kept.held_out.sum()) == 3
    assert found.own_after > found.own_before
    assert "it may read" in found.message and "3 corrections that it was not" in found.message
    same = judged(shipped, shipped, kept, *general)
    assert same.verdict == "no_better" and same.own_before == same.own_after
    worse = judged(shipped, Forgetful(better), kept, *general)
    assert worse.verdict == "forgets" and worse.general_after < worse.general_before - 0.0005
    assert "refused, for everyone's digits are read worse" in worse.message
    few = Kept("Ana", kept.crops[:3])
    found = judged(shipped, better, few, *general)
    assert found.passed and not found.unseen and found.corrections == 3
