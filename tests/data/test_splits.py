"""Setting pictures apart: a share of each class, whatever the order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palote.data.splits import apart, mixed

PINNED = [1, 5, 6]

LABELS = st.lists(st.integers(0, 9), max_size=120)


def names(labels: list[int]) -> list[str]:
    return [f"{index}.png" for index in range(len(labels))]


@given(labels=LABELS, share=st.floats(0.01, 0.99), seed=st.text(max_size=5))
def test_a_share_of_each_class(labels: list[int], share: float, seed: str) -> None:
    chosen = apart(names(labels), labels, share, seed)
    for label in set(labels):
        members = np.array(labels) == label
        wanted = max(1, round(share * members.sum())) if members.sum() > 1 else 0
        assert chosen[members].sum() == wanted


@given(labels=LABELS, order=st.randoms(use_true_random=False))
def test_the_order_does_not_matter(labels: list[int], order: object) -> None:
    pairs = list(zip(names(labels), labels, strict=True))
    before = dict(zip(pairs, apart(*_apart(pairs), 0.2, "seed"), strict=True))
    order.shuffle(pairs)  # type: ignore[attr-defined]
    assert dict(zip(pairs, apart(*_apart(pairs), 0.2, "seed"), strict=True)) == before


def _apart(pairs: list[tuple[str, int]]) -> tuple[list[str], list[int]]:
    return [name for name, _ in pairs], [label for _, label in pairs]


def test_the_seed_matters_and_is_the_same_on_every_machine() -> None:
    labels = [0] * 10
    first = np.flatnonzero(apart(names(labels), labels, 0.3, "2026"))
    assert first.tolist() == PINNED
    assert np.flatnonzero(apart(names(labels), labels, 0.3, "2027")).tolist() != PINNED


def test_one_more_picture_moves_few() -> None:
    labels = [0] * 200
    before = apart(names(labels), labels, 0.15, "2026")
    after = apart(names([*labels, 0]), [*labels, 0], 0.15, "2026")
    assert (before != after[:-1]).sum() <= 1


@given(labels=LABELS)
def test_any_beginning_is_a_fair_sample(labels: list[int]) -> None:
    order = mixed(names(labels), labels)
    assert sorted(order) == list(range(len(labels)))
    classes = len(set(labels))
    assert len({labels[index] for index in order[:classes]}) == classes
