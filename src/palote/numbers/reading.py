"""The numbers in one picture: from its lines to texts that may be trusted, or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import Cleaned, Cleaning, Row, find_lines
from palote.model.engine import DIGITS, Engine
from palote.model.line import LineEngine, shipped_line
from palote.numbers.boxes import around
from palote.numbers.crossed import number_meant
from palote.numbers.decode import SEPARATORS, Found
from palote.numbers.hearing import Budget, heard
from palote.numbers.judge import Judge, shipped_judge
from palote.numbers.lattice import Edges
from palote.numbers.opened import HEIGHT, OpenRow
from palote.numbers.operands import operands
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.page import Page
from palote.numbers.pattern import Pattern
from palote.numbers.second import Steps
from palote.numbers.spacing import SPACE, spaced
from palote.numbers.trust import posteriors
from palote.numbers.words import number_alone
from palote.pixels import Picture
from palote.result import Alternative, Box, Digit, Line

__all__ = ["MOST_ALTERNATIVES", "read_lines"]

OK_FROM = 0.9
"""Confidence from which on a number is vouched for."""

TRUSTED = 0.97
"""Confidence from which on it counts for each of its digits, also for a plain stroke that the digit
network by itself would not take for a 1. From 0.9 on, 8 % of what would be vouched for besides is
wrong on validation data; from here on it is 2 %, as of the rest."""

LONGEST = 40
"""Nobody writes numbers of more digits: such a line is not vouched for, or cut off."""

NO_NUMBER, NO_DIGIT = 0.085, 0.15
"""Confidence below which a line that looks like no number is called none; and one of one digit."""

STRANGE = 0.35
"""So much ink left out is the mark of something else than a number."""

UNLIKELY = -1.0
"""Mean log probability of the symbols, below which they are none."""

CLEAR = float(np.log(0.15))
"""Log probability from which on a number of several digits that the line network sees is one,
however oddly it was cut."""

MOST_ALTERNATIVES = 5


def read_lines(
    picture: Picture,
    engine: Engine,
    how: Cleaning = "auto",
    pattern: Pattern | None = None,
    judge: Judge | None = None,
    line: LineEngine | None = None,
) -> Page:
    """Read the numbers in a picture.

    Args:
        picture: upright.
        engine: the network that reads single digits.
        how: the way of cleaning.
        pattern: the format of the numbers, if it is known.
        judge: what tells whole digits from parts; the shipped one if not given.
        line: the network that reads whole lines; the shipped one if not given.
    """
    judge, line = judge or shipped_judge(), line or shipped_line()
    best, budget = Page((), 0), Budget()
    for cleaned, rows in find_lines(picture.pixels, how):
        if best.vouched and not (cleaned.stepped or cleaned.mixed):
            continue
        page = _page(picture, cleaned, rows, engine, pattern, judge, line, budget)
        if best.cleaned is None or page.beats(best):
            best = page
    return best


def _page(
    picture: Picture,
    cleaned: Cleaned,
    rows: list[Row],
    engine: Engine,
    pattern: Pattern | None,
    judge: Judge,
    line: LineEngine,
    budget: Budget,
) -> Page:
    mask = np.zeros(cleaned.mask.shape, np.bool_)
    opened = []
    for row in rows:
        x, y, width, height = row.box
        mask[y : y + height, x : x + width] |= row.mask
        opened.append(OpenRow.of(row, line))
    to_picture = _to_picture(picture, cleaned)
    below = engine.card.unsure_below

    def read(rows: list[OpenRow]) -> Iterator[tuple[OpenRow, Seen, Opinion, Line | None]]:
        for one, seen, opinion in heard(rows, engine, judge, pattern, budget):
            yield one, seen, opinion, _line(one, seen, opinion, below, to_picture, pattern)

    found: dict[OpenRow, tuple[Line, ...]] = {}
    bare: dict[OpenRow, OpenRow] = {}
    parted: dict[OpenRow, list[OpenRow]] = {}
    for one, seen, opinion, number in read(opened):
        if number is not None:
            found[one] = (number,)
        alone = None
        if number is None or number.status != "ok":
            alone = number_alone(one.row, seen, opinion) or number_meant(one.row, seen)
        if alone is not None:
            bare[OpenRow.of(alone, line)] = one
        elif number is not None and pattern is None:
            some = operands(one.row, seen, opinion)
            if some:
                parted[one] = [OpenRow.of(part, line) for part in some]
    for left, _, _, number in read(list(bare)):
        if number is not None and _better(number, found.get(bare[left])):
            found[bare[left]] = (number,)
    parts = [part for own in parted.values() for part in own]
    numbers = {part: number for part, _, _, number in read(parts) if number is not None}
    for one, own in parted.items():
        # What is not all numbers by itself is no sum.
        if all(part in numbers for part in own):
            found[one] = tuple(numbers[part] for part in own)
    lines = tuple(number for one in opened for number in found.get(one, ()))
    return Page(lines, sum(one not in found for one in opened), cleaned, mask)


def _better(number: Line, before: tuple[Line, ...] | None) -> bool:
    """Tell whether a line is to be read without the words beside its number."""
    return number.status == "ok" or (
        before is not None and number.confidence > before[0].confidence
    )


def _line(
    one: OpenRow,
    seen: Seen,
    opinion: Opinion,
    unsure_below: float,
    to_picture: Callable[[NDArray[np.float64]], Box],
    pattern: Pattern | None,
) -> Line | None:
    found, logs, marks = opinion.found, opinion.logs, opinion.marks
    confidence = opinion.confidence
    best, shares_of_texts = found[0], posteriors(found)
    odd = marks.skipped > STRANGE or marks.mean < UNLIKELY
    least = NO_NUMBER if len(best.digits) > 1 else NO_DIGIT
    if confidence < least and odd and not _clear(one.steps, pattern):
        return None
    sure = _sure(found, shares_of_texts, seen.edges)
    # No digit is less likely to be right than all of them are.
    trusted = confidence >= TRUSTED and (len(best.digits) > 1 or one.row.cell is not None)
    digits = []
    for place, (symbol, edge) in enumerate(zip(best.text, best.edges, strict=True)):
        if symbol not in SEPARATORS:
            share = np.exp(logs[edge, :DIGITS])
            own = float(share.max() / np.exp(logs[edge]).sum()) * float(sure[place])
            own = max(own, confidence) if trusted else own
            digits.append(
                Digit(
                    symbol,
                    min(1.0, own),
                    (share / share.sum()).astype(np.float32),
                    to_picture(_corners(seen, edge)),
                    seen.edges.patches[edge],
                )
            )
    ok = confidence >= OK_FROM and len(digits) <= LONGEST
    text, raw = _shown(spaced(best, seen), digits, ok, unsure_below)
    return Line(
        text,
        raw,
        "ok" if "?" not in text else "unsure",
        confidence,
        around([digit.box for digit in digits]),
        tuple(digits),
        _alternatives(found, shares_of_texts, seen),
        one.row.cell,
    )


def _clear(steps: Steps, pattern: Pattern | None) -> bool:
    """Tell whether the line network sees a number of several digits."""
    text, log = steps.likeliest(pattern)
    return log >= CLEAR and sum(symbol not in SEPARATORS for symbol in text) > 1


def _sure(found: list[Found], shares: NDArray[np.float64], edges: Edges) -> NDArray[np.float64]:
    """Return, for each symbol of the best text, how many of the texts agree on it there."""
    best = found[0]
    middle = edges.boxes[:, 0] + edges.boxes[:, 2] / 2
    reach = np.maximum(0.25 * HEIGHT, edges.boxes[:, 2] / 3)
    sure = np.zeros(len(best.edges))
    for text, share in zip(found, shares, strict=True):
        for place, edge in enumerate(best.edges):
            sure[place] += share * any(
                symbol == best.text[place] and abs(middle[other] - middle[edge]) < reach[edge]
                for other, symbol in zip(text.edges, text.text, strict=True)
            )
    return sure


def _shown(raw: str, digits: list[Digit], ok: bool, unsure_below: float) -> tuple[str, str]:
    """Return the text of the digits, and the raw one, with "?" for what is in doubt."""
    doubtful = {i for i, digit in enumerate(digits) if digit.confidence < unsure_below}
    if not ok and not doubtful:
        doubtful = {min(range(len(digits)), key=lambda i: digits[i].confidence)}
    text, shown = "", ""
    for symbol in raw:
        if symbol in SEPARATORS or symbol == SPACE:
            shown += symbol
            continue
        mark = "?" if len(text) in doubtful else symbol
        text += mark
        shown += mark
    return text, shown


def _alternatives(
    found: list[Found], shares: NDArray[np.float64], seen: Seen
) -> tuple[Alternative, ...]:
    """Gather texts of the same digits."""
    gathered: dict[str, tuple[Found, float]] = {}
    for text, share in zip(found, shares, strict=True):
        first, before = gathered.get(text.digits, (text, 0.0))
        gathered[text.digits] = first, before + float(share)
    order = sorted(gathered.items(), key=lambda item: -item[1][1])[:MOST_ALTERNATIVES]
    return tuple(
        Alternative(text, spaced(first, seen), min(1.0, share)) for text, (first, share) in order
    )


def _corners(one: Seen, edge: int) -> NDArray[np.float64]:
    """Return float64 (n, 2), where the ink of an edge lies in the cleaned picture.

    Its box would not do: where writing leans, its corners lie in the neighbours.
    """
    left, top, width, height = one.edges.boxes[edge].tolist()
    labels = one.parts.labels[top : top + height, left : left + width]
    own = cv2.inRange(labels, int(one.edges.first[edge]) + 1, int(one.edges.last[edge]))
    rows = np.flatnonzero(own.any(axis=1))
    # Of each row of pixels, what lies outermost: the upper left corner, and the lower right one.
    first, last = own.argmax(axis=1)[rows], width - 1 - own[:, ::-1].argmax(axis=1)[rows]
    points = np.ones((4 * len(rows), 3))
    points[:, 0] = left + np.concatenate([first, last, first + 1, last + 1])
    points[:, 1] = top + np.concatenate([rows, rows, rows + 1, rows + 1])
    return np.asarray(points @ one.parts.level.matrix.T, np.float64)


def _to_picture(picture: Picture, cleaned: Cleaned) -> Callable[[NDArray[np.float64]], Box]:
    """Return what makes a box in pixels of the full picture from corners in the cleaned one."""
    height, width = picture.pixels.shape[:2]
    full = np.array(picture.size, np.float64)
    scale = full / (width, height)

    def box(corners: NDArray[np.float64]) -> Box:
        low = np.clip(cleaned.placed(corners.min(axis=0)) * scale, 0, full - 1)
        high = np.clip(cleaned.placed(corners.max(axis=0)) * scale, low + 1, full)
        x, y = (round(float(v)) for v in low)
        w, h = (max(1, round(float(v))) for v in high - low)
        return x, y, w, h

    return box
