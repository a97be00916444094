"""What is asked of a picture, one digit or numbers, and the answer to it.

Where nobody says which (``expect="auto"``), the single digit is read first. If it is alone on
its picture, that is the answer (`palote.numbers.one`). Otherwise the lines are read, too, and a
number of several digits is preferred, of which two at least can be vouched for; in doubt as well,
where ink as high as a digit stands beside the single one. Where numbers are expected, the lines
are read first, and if they may be a single digit, that is read, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import cv2
import numpy as np

from palote.errors import UsageError
from palote.ink import Candidate, Cleaning
from palote.model.engine import Engine
from palote.numbers.one import (
    alone,
    beyond,
    by_itself,
    in_doubt,
    may_be_part,
    outvoted,
)
from palote.numbers.page import Page
from palote.numbers.pattern import Pattern
from palote.numbers.reading import read_lines
from palote.pixels import Picture
from palote.result import Line, Reading, Stage, Status

__all__ = ["EXPECTATIONS", "Ask", "either", "number_reading"]

EXPECTATIONS = ("auto", "digit", "number")
"""What a picture may be expected to hold."""


@dataclass(frozen=True)
class Ask:
    """What is asked of a picture.

    Attributes:
        expect: one of `EXPECTATIONS`.
        pattern: the format of the numbers, if it is known.
    """

    expect: str = "auto"
    pattern: Pattern | None = None

    @classmethod
    def of(cls, expect: str, pattern: str | None = None) -> Ask:
        """Check what was asked.

        Raises:
            UsageError: there is no such expectation, or the pattern is none.
        """
        if expect not in EXPECTATIONS:
            raise UsageError(
                f"expect must be one of {', '.join(EXPECTATIONS)}; not {expect!r:.42}."
            )
        if pattern is None:
            return cls(expect)
        if not isinstance(pattern, str):
            raise UsageError(f"pattern must be a text such as '####', not {pattern!r:.40}.")
        if expect == "digit":
            raise UsageError(
                f"The pattern {pattern[:40]!r} is for numbers. Leave it out, or expect a "
                "number instead of a digit."
            )
        return cls("number", Pattern(pattern))


def number_reading(
    picture: Picture, engine: Engine, how: Cleaning, ask: Ask, stages: bool, model: str
) -> Reading:
    """Read the numbers in a picture.

    Args:
        picture: upright.
        engine: the network that reads single digits.
        how: the way of cleaning.
        ask: what is asked.
        stages: keep the pictures of the way.
        model: name of the network.
    """
    page = read_lines(picture, engine, how, ask.pattern)
    return _answer(page, picture, stages, model)


def either(
    digit: Reading,
    candidate: Candidate | None,
    picture: Picture,
    engine: Engine,
    how: Cleaning,
    stages: bool,
) -> Reading:
    """Decide between a single digit and numbers.

    Args:
        digit: the picture read as a single digit.
        candidate: the ink that was taken for it.
        picture: upright.
        engine: the network that reads single digits.
        how: the way of cleaning.
        stages: keep the pictures of the way.
    """
    if alone(digit, candidate):
        return digit
    page = read_lines(picture, engine, how)
    if digit.status == "ok":
        page = page.without_print(digit.digits[0].box[3])
    outdone = outvoted(digit, page.lines)
    if by_itself(digit, candidate) and not outdone and not beyond(digit, page.lines):
        return digit
    # A minus is no digit, but belongs to what was written.
    vouched = [line for line in page.lines if line.status == "ok" and len(line.raw) > 1]
    apart = sum(line.status == "ok" for line in page.lines) > 1
    if vouched or apart or outdone or _sure_of_two(page) or _doubted(digit, candidate, page):
        return _answer(page, picture, stages, digit.model)
    if may_be_part(digit, candidate, page.lines):
        # A line in doubt says which numbers it may be.
        told = len(page.lines) == 1 and page.lines[0].status != "ok"
        return _answer(page, picture, stages, digit.model) if told else in_doubt(digit)
    return digit


def _doubted(digit: Reading, candidate: Candidate | None, page: Page) -> bool:
    """Tell whether a line of several digits, in doubt, says more than the single digit does."""
    if candidate is not None and candidate.neighbour:
        return any(len(line.digits) > 1 for line in page.lines)
    beside = candidate is not None and candidate.beside
    return (beside or digit.status in ("empty", "not_digit")) and _several(page)


def _sure_of_two(page: Page) -> bool:
    """Tell whether some line has two digits that are not in doubt: then no one digit is all."""
    return any(len(line.digits) - line.text.count("?") >= 2 for line in page.lines)


def _several(page: Page) -> bool:
    """Tell whether some line has several digits, and no more than half of them in doubt."""
    return any(1 < len(line.digits) >= 2 * line.text.count("?") for line in page.lines)


def _answer(page: Page, picture: Picture, stages: bool, model: str) -> Reading:
    page = page.without_print()
    pictures = _stages(page, picture) if stages else ()
    if not page.lines:
        status: Status = "not_digit" if page.others else "empty"
        return Reading("", status, 0.0, (), pictures, model)
    return Reading(
        "\n".join(line.text for line in page.lines),
        _status(page.lines),
        prod(line.confidence for line in page.lines),
        tuple(digit for line in page.lines for digit in line.digits),
        pictures,
        model,
        page.lines,
    )


def _status(lines: tuple[Line, ...]) -> Status:
    return "ok" if all(line.status == "ok" for line in lines) else "unsure"


def _stages(page: Page, picture: Picture) -> tuple[Stage, ...]:
    """Collect the pictures of the way, for people to look at."""
    if page.cleaned is None or page.mask is None:
        return (Stage("original", picture.pixels),)
    return (
        Stage("original", page.cleaned.original),
        Stage("evened", np.asarray(cv2.bitwise_not(page.cleaned.strength), np.uint8)),
        Stage("binary", page.mask.astype(np.uint8) * np.uint8(255)),
    )
