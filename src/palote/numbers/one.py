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

__all__ = ["alone", "as_number", "beyond", "by_itself", "may_be_one", "outvoted"]

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


def may_be_one(numbers: Reading) -> bool:
    """Tell whether numbers may be a single digit: no broader, and in doubt or of one digit."""
    if not numbers.lines:
        return True
    _, _, width, height = around([line.box for line in numbers.lines])
    in_doubt = numbers.status != "ok"
    return width <= BROADEST * height and (
        in_doubt or all(len(line.raw) <= 1 for line in numbers.lines)
    )


def as_number(
    digit: Reading, candidate: Candidate | None, numbers: Reading, pattern: Pattern | None
) -> Reading | None:
    """Return a single digit as a number, if it is sure, and clearly all that there is.

    Args:
        digit: the picture read as a single digit.
        candidate: the ink that was taken for it.
        numbers: the picture read as numbers, which `may_be_one`.
        pattern: the format of the numbers, if it is known.
    """
    if digit.status != "ok" or digit.confidence < SURE:
        return None
    if pattern is not None and not pattern.complete(digit.text):
        return None
    several = _several(numbers.lines)
    if several > FEW and 1 - digit.confidence > AGAINST * (1 - several):
        return None
    clearly = by_itself(digit, candidate) and not beyond(digit, numbers.lines)
    if not clearly and (numbers.status == "ok" or not _same(digit, numbers)):
        return None
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


def _several(lines: Sequence[Line]) -> float:
    """Return how likely it is that some line has several digits."""
    shares = (
        sum(other.probability for other in line.alternatives if len(other.text) > 1)
        for line in lines
    )
    return max(shares, default=0.0)
