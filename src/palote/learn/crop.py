"""From a picture that was read to the crop that is kept, and from there to what is learnt from.

Kept is the digit alone, upright, cleaned, dark on white: nothing else of the photo, and a
later network, with another way of looking, can learn from it again. Of a number, it is the one
digit that lies in a box. Of a file that is hardly larger than a patch, of which reading takes
the whole frame too, all of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.errors import NothingToLearn, UsageError
from palote.ink import Candidate, Cleaning, find_digit
from palote.learn.records import NONE
from palote.metrics import softmax
from palote.model.card import Card
from palote.model.engine import DIGITS, Engine, Outputs
from palote.model.head import Head
from palote.numbers.alone import digit_alone
from palote.pixels import ImageSource, load
from palote.reader import likeliest
from palote.result import Box
from palote.settings import Settings

__all__ = ["COPIES", "Look", "crop", "look", "patch", "said", "with_copies"]

COPIES = 7
"""A correction is learnt from as it is, and turned, slanted, stretched and pressed so often."""

LONGEST, SHORTEST = 280, 64
"""Sides of a crop, in pixels."""

MARGIN = 0.15
"""White around the digit, as a share of its longer side."""


@dataclass(frozen=True, eq=False)
class Look:
    """What the network as shipped says of a picture and its augmented copies.

    Attributes:
        logits: float32 (k, classes).
        embedding: float32 (k, d).
        views: so many of the first rows are the picture itself; the others are copies.
    """

    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]
    views: int

    def to_bytes(self) -> bytes:
        """Return it for the store, at half precision."""
        both = np.column_stack([self.logits, self.embedding]).astype("<f2")
        return np.array([self.views, *self.logits.shape], "<u2").tobytes() + both.tobytes()

    def first(self, rows: int) -> Look:
        """Return the picture itself, and copies up to so many rows in all."""
        rows = max(rows, self.views)
        return Look(self.logits[:rows], self.embedding[:rows], self.views)

    @classmethod
    def from_bytes(cls, content: bytes) -> Look:
        """Read what `to_bytes` gave."""
        views, count, classes = (int(number) for number in np.frombuffer(content[:6], "<u2"))
        both = np.frombuffer(content[6:], "<f2").reshape(count, -1).astype(np.float32)
        return cls(both[:, :classes], both[:, classes:], views)


def crop(
    image: ImageSource,
    how: Cleaning,
    engine: Engine,
    head: Head | None,
    settings: Settings,
    box: Box | None = None,
) -> tuple[bytes, str]:
    """Find the digit of a picture as reading does.

    Args:
        image: what a person has.
        how: the way of cleaning.
        engine: the network as shipped.
        head: what reads now.
        settings: the limits for pictures.
        box: where the one digit of a number lies; the picture is of a single one if not given.

    Returns:
        The crop as PNG, and what it is read as: "0" to "9" or "none".

    Raises:
        InputError: the picture cannot be read.
        NothingToLearn: it is blank.
        UsageError: there is no digit in the box.
    """
    best, share = _best(image, how, engine, head, settings, box)
    whole = best.frame is not None
    pixels = _grey(best.cleaned.original) if whole else _cleaned(best)
    return cv2.imencode(".png", pixels)[1].tobytes(), said(share, engine.card)


def patch(
    image: ImageSource,
    how: Cleaning,
    engine: Engine,
    settings: Settings,
    box: Box | None = None,
) -> NDArray[np.float32]:
    """Return the patch that a network without a head sees; arguments and errors: see `crop`."""
    return _best(image, how, engine, None, settings, box)[0].patch


def look(png: bytes, engine: Engine) -> Look:
    """Look at a crop and at augmented copies of it, always the same ones.

    Args:
        png: what `crop` returned.
        engine: the network as shipped.

    Raises:
        NothingToLearn: there is nothing on it.
    """
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    found = [] if pixels is None else find_digit(np.asarray(pixels, np.uint8))
    if not found:
        raise NothingToLearn("There is nothing on a picture that was kept.")
    shares = np.stack([_shares(_views(one, engine.card), engine, None) for one in found])
    views = _views(found[likeliest(shares, found)], engine.card)
    outputs = engine(np.stack([*views, *with_copies(views[0])[1:]]))
    return Look(outputs.logits, outputs.embedding, len(views))


def with_copies(patch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return a patch and augmented copies of it, always the same ones."""
    seed = int.from_bytes(sha256(patch.tobytes()).digest()[:8], "big")
    rng = np.random.default_rng(seed)
    return [patch, *(_copy(patch, rng) for _ in range(COPIES))]


def said(share: NDArray[np.float32], card: Card) -> str:
    """Return what shares (11,) amount to: "0" to "9", or "none"."""
    if float(share[DIGITS:].sum()) > card.not_digit_above:
        return NONE
    return str(int(np.argmax(share[:DIGITS])))


def _best(
    image: ImageSource,
    how: Cleaning,
    engine: Engine,
    head: Head | None,
    settings: Settings,
    box: Box | None,
) -> tuple[Candidate, NDArray[np.float32]]:
    """Return the interpretation that is read, and its shares."""
    picture = load(image, settings)
    if box is None:
        found = find_digit(picture.pixels, how, engine.card.ink)
    else:
        strength = digit_alone(picture, box, how)
        if strength is None:
            raise UsageError(
                f"There is no digit in the box {','.join(map(str, box))} of this picture. Take "
                "the box of a digit from a reading of the same picture, expected as a number."
            )
        found = find_digit(_on_paper(strength), spec=engine.card.ink, dark=True)
    if not found:
        raise NothingToLearn(
            "There is nothing in the picture to learn from: no ink was found on the paper."
        )
    shares = np.stack([_shares(_views(one, engine.card), engine, head) for one in found])
    best = likeliest(shares, found)
    return found[best], shares[best]


def _views(candidate: Candidate, card: Card) -> tuple[NDArray[np.float32], ...]:
    return candidate.views if card.frames else (candidate.patch,)


def _shares(
    views: tuple[NDArray[np.float32], ...], engine: Engine, head: Head | None
) -> NDArray[np.float32]:
    outputs: Outputs = engine(np.stack(views))
    logits = outputs.logits if head is None else head.logits(outputs.logits, outputs.embedding)
    return np.asarray(softmax(logits, engine.card.temperature).mean(axis=0), np.float32)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _cleaned(candidate: Candidate) -> NDArray[np.uint8]:
    """Return the ink that was taken, dark on white, with a margin."""
    mask = candidate.mask.astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    ink = (candidate.cleaned.strength * near)[
        max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1
    ]
    longer = max(ink.shape)
    if longer > LONGEST:
        scale = LONGEST / longer
        size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _on_paper(ink)


def _on_paper(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ink, 255 where it is full, dark on white, with a margin."""
    margin = max(4, round(MARGIN * max(ink.shape)))
    down = max(margin, (SHORTEST - ink.shape[0] + 1) // 2)
    across = max(margin, (SHORTEST - ink.shape[1] + 1) // 2)
    paper = np.zeros((ink.shape[0] + 2 * down, ink.shape[1] + 2 * across), np.uint8)
    paper[down : down + ink.shape[0], across : across + ink.shape[1]] = ink
    return 255 - paper


def _copy(patch: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Turn, slant, stretch, shift and press a patch a little."""
    turn, slant = rng.normal(0, 0.07), rng.normal(0, 0.08)
    grow = np.exp(rng.normal(0, 0.06, 2))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[grow[0], slant], [0, grow[1]]])
    size = len(patch)
    middle = np.full(2, (size - 1) / 2)
    shift = middle - matrix @ middle + rng.normal(0, 0.6 * size / 28, 2)
    moved = cv2.warpAffine(patch, np.column_stack([matrix, shift]), (size, size))
    pressed = np.clip(moved, 0, 1) ** np.exp(rng.normal(0, 0.25))
    return np.asarray(pressed, np.float32)
