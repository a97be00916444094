"""From pictures to answers: ask the network once for all of them, and put each answer together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.errors import UsageError
from palote.ink import CLEANINGS, Candidate, Cleaning, find_digit, find_plain_digit
from palote.metrics import softmax
from palote.model.engine import DIGITS, Engine, Outputs
from palote.model.line import LineEngine
from palote.numbers.ask import Ask, either, number_reading
from palote.numbers.doubt import heard, in_doubt
from palote.numbers.one import alone, may_be_one, one_or_numbers
from palote.pixels import Picture
from palote.result import Digit, Reading, Stage, Status

__all__ = ["answers", "cleaning_of", "glanced", "likeliest"]


Second = Callable[[], LineEngine | None]
"""Returns the network for lines, loaded when it is wanted; None if it is not to be heard."""


def nobody() -> None:
    """Leave it to the one network."""


def answers(
    pictures: list[Picture],
    engine: Engine,
    ask: Ask,
    how: Cleaning,
    stages: bool,
    name: str,
    second: Second = nobody,
) -> Iterator[Reading]:
    """Yield what each picture says.

    Args:
        pictures: upright.
        engine: the network.
        ask: what is expected of them.
        how: the way of cleaning.
        stages: keep the pictures of the way.
        name: of the model.
        second: who is asked where the network is not sure of a digit.
    """
    if ask.expect == "number":
        for picture in pictures:
            reading = number_reading(picture, engine, how, ask, stages, name)
            if may_be_one(reading):
                (best,) = _chosen([find_digit(picture.pixels, how, engine.card.ink)], engine)
                digit, candidate = _reading(picture, best, engine, stages, name, second)
                reading = one_or_numbers(digit, candidate, reading, ask.pattern)
            yield reading
        return
    found = [(one, find_digit(one.pixels, how, engine.card.ink)) for one in pictures]
    chosen = _chosen([candidates for _, candidates in found], engine)
    for (picture, _), best in zip(found, chosen, strict=True):
        reading, candidate = _reading(picture, best, engine, stages, name, second)
        if ask.expect == "auto":
            yield either(reading, candidate, picture, engine, how, stages)
        else:
            yield reading


def glanced(
    pictures: Sequence[Picture],
    engine: Engine,
    expect: str,
    stages: bool,
    name: str,
    second: Second = nobody,
) -> list[Reading | None]:
    """Return what pictures say if a look at a single, plain digit tells; ask the network once.

    Args:
        pictures: upright.
        engine: the network.
        expect: what is expected of them.
        stages: keep the pictures of the way.
        name: of the model.
        second: who is asked where the network is not sure of a digit.

    Returns:
        For each what `answers` would yield; None where it takes more than that to tell.
    """
    if expect == "number":
        return [None] * len(pictures)
    found = [find_plain_digit(one.pixels, engine.card.ink) for one in pictures]
    chosen = _chosen([[] if one is None else [one] for one in found], engine)
    # With "auto" what is in doubt takes more than a look anyway: there may be several digits.
    asked = second if expect == "digit" else nobody
    told: list[Reading | None] = []
    for picture, best in zip(pictures, chosen, strict=True):
        if best is None:
            told.append(None)
            continue
        reading, candidate = _reading(picture, best, engine, stages, name, asked)
        told.append(reading if expect == "digit" or alone(reading, candidate) else None)
    return told


def likeliest(shares: NDArray[np.float32], found: Sequence[Candidate]) -> int:
    """Return which interpretation of a picture is read: the one with the likeliest digit.

    Args:
        shares: float32 (n, 10 or 11), what the model makes of each.
        found: the n interpretations.
    """
    worth = np.array([one.worth for one in found])
    return int(np.argmax(shares[:, :DIGITS].max(axis=1) * worth))


def cleaning_of(clean: str) -> Cleaning:
    """Return a way of cleaning by its name.

    Raises:
        UsageError: there is none of that name; the message lists them.
    """
    for name in CLEANINGS:
        if clean == name:
            return name
    raise UsageError(f"clean must be one of {', '.join(CLEANINGS)}; not {clean!r:.42}.")


def _chosen(
    found: list[list[Candidate]], engine: Engine
) -> Iterator[tuple[Candidate, NDArray[np.float32]] | None]:
    """Ask the network once for all candidates, and yield each picture's best with its shares."""
    views = [
        candidate.views if engine.card.frames else (candidate.patch,)
        for candidates in found
        for candidate in candidates
    ]
    if views:
        outputs = engine(np.stack([view for several in views for view in several]))
    else:
        outputs = Outputs(np.zeros((0, DIGITS), np.float32), np.zeros((0, 0), np.float32))
    shares = softmax(outputs.logits, engine.card.temperature)
    if len(shares) > len(views):
        ends = np.cumsum([0, *(len(several) for several in views)])
        shares = np.stack([shares[start:end].mean(axis=0) for start, end in pairwise(ends)])
    first = 0
    for candidates in found:
        own = shares[first : first + len(candidates)]
        first += len(candidates)
        best = likeliest(own, candidates) if candidates else 0
        yield (candidates[best], own[best]) if candidates else None


def _reading(
    picture: Picture,
    best: tuple[Candidate, NDArray[np.float32]] | None,
    engine: Engine,
    stages: bool,
    name: str,
    second: Second,
) -> tuple[Reading, Candidate | None]:
    if best is None:
        blank = (Stage("original", picture.pixels),) if stages else ()
        return Reading("", "empty", 0.0, (), blank, name), None
    candidate, share = best
    card = engine.card
    if in_doubt(share) and (line := second()) is not None:
        share = heard(candidate, engine, line)
    digit = _digit_of(candidate, share, picture)
    no_digit = float(share[DIGITS:].sum())
    status: Status
    if no_digit > card.not_digit_above:
        status, text = "not_digit", ""
    elif (
        digit.confidence < card.unsure_below
        or no_digit > card.doubt_above
        or (digit.value == "1" and candidate.stacked)
    ):
        status, text = "unsure", "?"
    else:
        status, text = "ok", digit.value
    kept = _stages_of(candidate) if stages else ()
    return Reading(text, status, digit.confidence, (digit,), kept, name), candidate


def _digit_of(candidate: Candidate, share: NDArray[np.float32], picture: Picture) -> Digit:
    """Return the best digit of what the network says of a candidate.

    Args:
        candidate: one interpretation of the picture.
        share: float32 (10 or 11,), calibrated.
        picture: what it was found in; the box is in pixels of its full size.
    """
    digits = share[:DIGITS].astype(np.float64)
    value = int(np.argmax(digits))
    total = float(digits.sum())
    given = digits / total if total > 0 else np.full(DIGITS, 1 / DIGITS)
    height, width = picture.pixels.shape[:2]
    across, down = picture.size[0] / width, picture.size[1] / height
    x, y, w, h = candidate.box
    box = (round(x * across), round(y * down), round(w * across), round(h * down))
    return Digit(
        str(value),
        min(1.0, float(digits[value])),
        given.astype(np.float32),
        box,
        candidate.patch,
    )


def _stages_of(candidate: Candidate) -> tuple[Stage, ...]:
    """Collect the pictures of the way, for people to look at."""
    cleaned = candidate.cleaned
    binary = (candidate.mask * np.uint8(255)).astype(np.uint8)
    if candidate.mask.all():
        binary = np.where(cleaned.strength > 127, 255, 0).astype(np.uint8)
    small = (candidate.patch > 0.5).astype(np.uint8) * np.uint8(255)
    centred = np.rint(candidate.patch * 255).astype(np.uint8)
    return (
        Stage("original", cleaned.original),
        Stage("evened", np.asarray(cv2.bitwise_not(cleaned.strength), np.uint8)),
        Stage("binary", binary),
        Stage("binary28", np.asarray(small, np.uint8)),
        Stage("centred", centred),
    )
