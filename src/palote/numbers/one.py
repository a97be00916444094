"""Whether a picture shows a single digit and nothing else: then that says more than its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from palote.ink import Candidate
from palote.numbers.boxes import area, around, shared
from palote.numbers.pattern import Pattern
from palote.numbers.reading import MOST_ALTERNATIVES
from palote.result import Alternative, Line, Reading

__all__ = [
    "alone",
    "beyond",
    "by_itself",
    "in_doubt",
    "may_be_one",
    "may_be_part",
    "may_be_several",
    "one_or_numbers",
    "outvoted",
]

ALONE = 0.1
"""A digit is alone if there is no more other ink than this share of its own."""

SURE = 0.9
"""Confidence from which on a digit that is alone is believed against lines that are in doubt."""

CERTAIN = 0.99
"""And from which on no lines are looked for."""

OUTVOTED = 0.9
"""Two digits that touch may look like one. Where a line of several is so sure, one that is not
certain is not believed."""

FEW = 0.1
"""Lines that are no likelier than this to have several digits count for nothing."""

AGAINST = 0.02
"""A digit may else be as unlikely as so much of the share that speaks against several."""

BROADEST = 1.2
"""A digit that is alone is no wider than this, in its heights."""


def alone(digit: Reading, candidate: Candidate | None) -> bool:
    """Tell whether a single digit is so clearly all there is that no lines are looked for.

    Args:
        digit: the picture read as a single digit.
        candidate: the ink that was taken for it.
    """
    # What was taken for a sheet may be its lit side, and the number go on in the shadow.
    certain = digit.confidence >= CERTAIN and not (candidate and candidate.cleaned.on_sheet)
    return certain and by_itself(digit, candidate)


def outvoted(digit: Reading, lines: Sequence[Line]) -> bool:
    """Tell whether a line of several digits is sure, and a single one not as sure.

    Args:
        digit: the picture read as a single digit.
        lines: what was read as numbers.
    """
    sure = (line.confidence >= OUTVOTED for line in lines if len(line.digits) > 1)
    return digit.confidence < CERTAIN and any(sure)


def by_itself(digit: Reading, candidate: Candidate | None) -> bool:
    """Tell whether a single digit is sure, and there is no other ink in its interpretation."""
    if candidate is None or digit.status != "ok" or digit.confidence < SURE:
        return False
    _, _, width, height = candidate.box
    own = int(np.count_nonzero(candidate.mask))
    other = int(np.count_nonzero(candidate.cleaned.mask)) - own
    near = candidate.neighbour or candidate.lesser
    return not near and width <= BROADEST * height and other <= ALONE * own


def may_be_several(digit: Reading, lines: Sequence[Line]) -> bool:
    """Tell whether a digit beside which something as high stands may be a part of a number.

    Args:
        digit: the picture read as a single digit.
        lines: what was read as numbers, none of which has several digits.
    """
    return digit.confidence < CERTAIN or not lines or _share_of_several(lines) > FEW


def may_be_part(digit: Reading, candidate: Candidate | None, lines: Sequence[Line]) -> bool:
    """Tell whether something as high stands beside a digit, and it may be a part of a number."""
    return candidate is not None and candidate.neighbour and may_be_several(digit, lines)


def in_doubt(digit: Reading) -> Reading:
    """Return a single digit that is not vouched for."""
    return replace(digit, status="unsure", text="?") if digit.status == "ok" else digit


def may_be_one(numbers: Reading) -> bool:
    """Tell whether numbers may be a single digit: no broader, and in doubt or of one digit."""
    if not numbers.lines:
        return True
    _, _, width, height = around([line.box for line in numbers.lines])
    if width > BROADEST * height:
        return False
    return numbers.status != "ok" or all(len(line.raw) <= 1 for line in numbers.lines)


def one_or_numbers(
    digit: Reading, candidate: Candidate | None, numbers: Reading, pattern: Pattern | None
) -> Reading:
    """Decide between numbers and a single digit, where numbers are expected.

    Args:
        digit: the picture read as a single digit.
        candidate: the ink that was taken for it.
        numbers: the picture read as numbers, which `may_be_one`.
        pattern: the format of the numbers, if it is known.

    Returns:
        The digit as a number, if it is sure, clearly all that there is, and what was asked for;
        otherwise the numbers, in doubt if what was left out may be a digit of theirs, or if the
        digit is as sure to be another one: a 7 in a ring, or a 0 with a slash.
    """
    if _is_all(digit, candidate, numbers) and (pattern is None or pattern.complete(digit.text)):
        return _as_number(digit)
    if numbers.status != "ok" or len(numbers.lines) > 1:
        return numbers
    (line,) = numbers.lines
    contested = digit.status == "ok" and len(line.text) == 1 and digit.text != line.text
    if not contested and not may_be_part(digit, candidate, numbers.lines):
        return numbers
    return replace(
        numbers,
        text="?",
        status="unsure",
        lines=(replace(line, text="?", raw="?", status="unsure"),),
    )


def _is_all(digit: Reading, candidate: Candidate | None, numbers: Reading) -> bool:
    """Tell whether a single digit is sure, and all that there is."""
    if digit.status != "ok" or digit.confidence < SURE:
        return False
    several = _share_of_several(numbers.lines)
    if several > FEW and 1 - digit.confidence > AGAINST * (1 - several):
        return False
    if by_itself(digit, candidate) and not beyond(digit, numbers.lines):
        return True
    if numbers.status == "ok" or not _same(digit, numbers):
        return False
    return not may_be_part(digit, candidate, numbers.lines)


def _as_number(digit: Reading) -> Reading:
    """Return a single digit as a number of one digit."""
    (one,) = digit.digits
    order = np.argsort(-one.probabilities, kind="stable")[:MOST_ALTERNATIVES]
    likeliest = tuple(
        Alternative(str(value), str(value), min(1.0, float(one.probabilities[value])))
        for value in order
    )
    text = digit.text
    line = Line(text, text, digit.status, digit.confidence, one.box, (one,), likeliest)
    return replace(digit, lines=(line,))


def _same(digit: Reading, numbers: Reading) -> bool:
    """Tell whether the only digit of numbers, without any sign, is in the place of a single one."""
    if len(numbers.lines) != 1 or len(numbers.lines[0].raw) != 1:
        return False
    one, other = digit.digits[0].box, numbers.digits[0].box
    return 2 * shared(one, other) > area(around([one, other]))


def beyond(digit: Reading, lines: Sequence[Line]) -> bool:
    """Tell whether lines have a digit of which most lies outside of a single one."""
    own = digit.digits[0].box
    places = (one.box for line in lines for one in line.digits)
    return any(2 * shared(one, own) < area(one) for one in places)


def _share_of_several(lines: Sequence[Line]) -> float:
    """Return how likely it is that some line has several digits."""
    shares = (
        sum(other.probability for other in line.alternatives if len(other.text) > 1)
        for line in lines
    )
    return max(shares, default=0.0)
