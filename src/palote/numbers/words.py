"""Words beside a number, on the same line: what it counts, its unit. They are left out.

A gap as wide as those between words cuts a line into groups. One in which a network sees something
that is neither a digit nor a separator, and hardly a digit, is a word if it stands at an end of
the line. The rest is a line by itself, and is read anew: letters have misled whoever
measured how high and how slanted its digits are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from palote.ink.row import Row
from palote.model.engine import DIGITS
from palote.numbers.decode import SEPARATORS, SYMBOLS
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.rest import rest_of
from palote.numbers.second import is_foreign

__all__ = ["number_alone"]

GAP = 0.65
"""Words stand farther apart than this, in heights of a digit,"""
WIDER = 1.4
"""and so many times as far from the number as anything else on the line from its neighbour: a digit
beside a sign, or one that nobody can read, stands where digits do."""

MOST = 2
"""No more groups than this on either side are words of one line with a number."""

SMALL = 0.3
"""What is lower than this share of a digit is no word."""

NEAR = 0.2
"""So far beyond a group's ink may lie what the line network says of it, in heights of a digit."""

NONE = 0.5
"""Share of "no digit" from which on the digit network sees a letter."""

SURE = 0.8
"""Share from which on both networks see a digit,"""
WRITTEN = 0.5
"""and the share of a group's ink that is digits then, up to which it may be a word."""


@dataclass(frozen=True, eq=False)
class Group:
    """Neighbouring parts of a line.

    Attributes:
        left, right: where its ink begins and ends, in pixels of the upright line.
        gap: the widest within it.
        said: what the line network sees in it.
        is_word: whether it is none of a number's digits and separators.
    """

    left: float
    right: float
    gap: float
    said: str
    is_word: bool


def number_alone(row: Row, seen: Seen, opinion: Opinion) -> Row | None:
    """Return the row without the words at its ends; nothing if there are none, or nothing else.

    Args:
        row: a line of writing.
        seen: what the networks see of it.
        opinion: what it may be read as.
    """
    groups = _groups(seen, opinion)
    words = [group.is_word for group in groups]
    if not any(words) or all(words):
        return None
    first, last = words.index(False), len(words) - words[::-1].index(False)
    if any(words[first:last]) or max(first, len(words) - last) > MOST:
        return None
    kept = [symbol for group in groups[first:last] for symbol in group.said]
    if len(kept) < 2 and not all(
        is_foreign(group.said).any() for group in (*groups[:first], *groups[last:])
    ):
        return None
    gaps = [after.left - before.right for before, after in pairwise(groups)]
    borders = [gaps[k - 1] for k in (first, last) if 0 < k < len(groups)]
    others = [*gaps[: max(0, first - 1)], *gaps[first : last - 1], *gaps[last:]]
    within = max(group.gap for group in groups)
    if min(borders) < WIDER * max(within, *others, 0.0):
        return None
    left = (groups[first - 1].right + groups[first].left) / 2 if first else -np.inf
    right = (groups[last - 1].right + groups[last].left) / 2 if last < len(words) else np.inf
    return rest_of(
        row, seen.parts.level, lambda middles: (middles[:, 0] > left) & (middles[:, 0] < right)
    )


def _groups(seen: Seen, opinion: Opinion) -> list[Group]:
    """Return the groups of a line, from left to right."""
    boxes, digit = seen.parts.boxes, seen.parts.level.digit
    text, places, _ = seen.steps.peaks()
    left, right = boxes[:, 0], boxes[:, 0] + boxes[:, 2]
    order = np.argsort(left, kind="stable")
    reached = np.maximum.accumulate(right[order])
    gaps = np.append(0, left[order][1:] - reached[:-1])
    starts = np.flatnonzero(gaps > GAP * digit)
    groups = []
    for own, between in zip(np.split(order, starts), np.split(gaps, starts), strict=True):
        low, high = float(left[own].min()), float(right[own].max())
        tall = bool(boxes[own, 3].max() >= SMALL * digit)
        near = (places * digit > low - NEAR * digit) & (places * digit < high + NEAR * digit)
        said = "".join(symbol for symbol, one in zip(text, near, strict=True) if one)
        word = tall and _is_word(seen, opinion, own, said)
        groups.append(Group(low, high, float(between[1:].max(initial=0)), said, word))
    return groups


def _is_word(seen: Seen, opinion: Opinion, own: NDArray[np.intp], said: str) -> bool:
    """Tell whether a group of parts is a word.

    Args:
        seen: the line, as the networks see it.
        opinion: what it may be read as.
        own: intp (k,), the numbers of the parts.
        said: what the line network sees in them.
    """
    best = opinion.found[0]
    other = bool(is_foreign(said).any())
    foreign, agreed, ink = other, False, 0
    for symbol, edge in zip(best.text, best.edges, strict=True):
        first, last = int(seen.edges.first[edge]), int(seen.edges.last[edge])
        if symbol in SEPARATORS or first not in own:
            continue
        none = float(seen.shares[edge, DIGITS:].sum())
        foreign |= none >= NONE
        if none <= 1 - SURE and np.exp(opinion.logs[edge, SYMBOLS.index(symbol)]) >= SURE:
            agreed |= symbol in said and not other
            ink += int(seen.parts.area[first:last].sum())
    return foreign and not agreed and ink < WRITTEN * int(seen.parts.area[own].sum())
