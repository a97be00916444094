"""Lines of digits as people write them: what stands on one, in which hand, how it is set.

A line is a row of marks: digits from the pen strokes or from MNIST, separators drawn as
pens make them, and letters, which are no digits. `write` sets one line, `sheet` puts it
between its neighbours. Each pixel of ink remembers the mark that it belongs to, so that
what a later step loses (a dot taken for dust, a digit cut off) is not taught. Everything
takes a ``numpy.random.Generator``: a seed gives the same lines again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from palote.train import glyphs, schooled, signs
from palote.train.angular import DIGITS, angular
from palote.train.contact import Edge
from palote.train.glyphs import Glyph, LineStock
from palote.train.hand import Hand, hand_of
from palote.train.inked import Writing, inked
from palote.train.labels import LABELS
from palote.train.phrases import OTHER, anew, phrase
from palote.train.struck import ANEW, STRUCK, struck

__all__ = ["Sheet", "sheet", "write"]


BOXED = 0.08
"""Share of the sheets with a frame around their line, besides those with a comb."""

INTO = 0.55
"""Share of the digits that touch whose ink goes on into that of the digit before."""

ANGULAR = 0.04
"""Share of what is written of most digits that is all straight strokes."""

LETTERS_APART = 0.25
"""Letters of a word are no farther apart than this, in heights of a digit."""

NARROW = 0.25
"""A digit no broader, in heights of a digit, is given room, and two such always: a V is no 11."""

UNLIKE = 0.5
"""Share of the plain 1s that are longer or shorter than other digits, and higher up or lower: one
stroke is soon made, and does not keep to the line."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Lines on a sheet, the one that is meant first.

    Attributes:
        ink: float32 (h, w) in [0, 1].
        owner: int32 (h, w); 0 is paper, ``starts[k] + i + 1`` is mark i of line k.
        lines: the marks of each line.
        height: of a digit of the first line, in pixels.
        box: (left, top, right, bottom) of the first line, in pixels.
        cells: x of the edges of its cells, in pixels; empty if it has none.
        boxed: whether there is room for a printed frame, or a comb, around it.
    """

    ink: NDArray[np.float32]
    owner: NDArray[np.int32]
    lines: tuple[str, ...]
    height: float
    box: tuple[int, int, int, int]
    cells: tuple[float, ...] = ()
    boxed: bool = False

    @property
    def starts(self) -> tuple[int, ...]:
        """Number of marks on the lines before each."""
        return tuple(int(n) for n in np.cumsum([0, *(len(marks) for marks in self.lines)])[:-1])


def write(stock: LineStock, rng: np.random.Generator, text: str | None = None) -> Writing:
    """Write one line.

    Args:
        stock: what the marks are taken from.
        rng: chance.
        text: what to write, digits, ``. , ' : - = ~ /``, letters and spaces; by chance if
            not given, and then some of it may be crossed out.
    """
    crossing = False
    if text is None:
        chance = rng.random()
        crossing = chance < ANEW + STRUCK
        text = anew(rng) if chance < ANEW else phrase(rng)
    hand = hand_of(stock, rng, len(text.replace(" ", "")))
    if hand.pitch:  # no word fits into a cell
        text = "".join(mark for mark in text if mark != " " and mark not in LABELS) or "0"
    line, marks, edges = _set(text, hand, stock, rng, crossing)
    return inked(line, marks, hand, edges, rng)


def sheet(stock: LineStock, rng: np.random.Generator, text: str | None = None) -> Sheet:
    """Write a line on a sheet, cropped as people crop, at times with its neighbours.

    Args:
        stock: what the marks are taken from.
        rng: chance.
        text: of the line that is meant, see `write`.
    """
    main = write(stock, rng, text)
    high, wide = main.ink.shape
    boxed = bool(main.cells) or rng.random() < BOXED
    if boxed:
        room = main.height * rng.uniform(0.1, 0.9, 4)
    else:
        tight = rng.random() < 0.5
        room = main.height * (rng.uniform(-0.06, 0.3, 4) if tight else rng.uniform(0.1, 1.3, 4))
    left, top, right, bottom = (round(float(side)) for side in room)
    placed = [(main, left, top)]
    for side in (-1, 1):
        if not boxed and rng.random() < 0.07:
            other = write(stock, rng)
            away = main.height * rng.uniform(0.1, 0.7)
            y = top - away - other.ink.shape[0] if side < 0 else top + high + away
            placed.append((other, round(left + rng.normal(0, 0.5) * main.height), round(y)))
    shape = max(8, high + top + bottom), max(8, wide + left + right)
    ink, owner = np.zeros(shape, np.float32), np.zeros(shape, np.int32)
    start = 0
    for writing, x, y in placed:
        _paste(ink, owner, writing, x, y, start)
        start += len(writing.marks)
    return Sheet(
        ink,
        owner,
        tuple(writing.marks for writing, _, _ in placed),
        main.height,
        (left, top, left + wide, top + high),
        tuple(left + x for x in main.cells),
        boxed,
    )


def _set(
    text: str, hand: Hand, stock: LineStock, rng: np.random.Generator, crossing: bool
) -> tuple[list[Glyph], str, tuple[float, ...]]:
    """Set the marks one beside the other; return them, their symbols, and edges of cells."""
    line: list[Glyph] = []
    marks = ""
    cursor, drift, before = 0.0, 0.0, 1.0
    edge = Edge(hand.width)
    for number, character in enumerate(text):
        if character == " ":
            cursor += rng.uniform(0.3, 1.0)
            continue
        symbol, glyph = _mark(character, hand, stock, rng)
        is_digit = character.isdigit()
        scale = float(np.exp(rng.normal(0, hand.sizes)))
        scale *= hand.zeros if character == "0" else 1.0
        points = glyph.points.copy()
        points[:, :2] *= scale if is_digit or symbol == OTHER else 1.0
        drift = 0.7 * drift + rng.normal(0, hand.wander)
        points[:, 1] += drift
        low = float(points[:, 0].min())
        wide = float(points[:, 0].max()) - low
        if hand.pitch:
            cursor = (number + 0.5) * hand.pitch + rng.normal(0, 0.08) - wide / 2
        elif line:
            gap = _gap(is_digit, (before, wide), hand, rng)
            if text[number - 1 : number + 1].isalpha():  # letters of one word
                gap = min(gap, LETTERS_APART)
            cursor += max(gap, -0.3 * wide)
        points[:, 0] += cursor - low
        mark = Glyph(points, glyph.picture, glyph.box)
        close = is_digit and text[number - 1 : number].isdigit() and not hand.pitch
        if close and max(before, wide) >= NARROW and rng.random() < hand.touching:
            into = rng.uniform(0.0, 0.1) if rng.random() < INTO else 0.0
            points[:, 0] += edge.meets(mark) - into
        if hand.touching:
            edge.add(mark)
        cursor, before = max(cursor, float(points[:, 0].max())), wide
        if line and is_digit and not hand.printed and rng.random() < hand.joined:
            mark = replace(mark, points=glyphs.joined(line[-1], points))
        line.append(mark)
        marks += symbol
    if crossing and not hand.pitch:
        words = [number for number, word in enumerate(text.split(" ")) for _ in word]
        line, marks = struck(line, marks, words, rng)
    edges = tuple(hand.pitch * n for n in range(len(marks) + 1)) if hand.pitch else ()
    return line, marks, edges


def _gap(
    is_digit: bool, widths: tuple[float, float], hand: Hand, rng: np.random.Generator
) -> float:
    """Return how far a mark stands from the one before, given how broad the two are."""
    gap = hand.gap + rng.normal(0, hand.uneven)
    if not is_digit:  # what is small stands clear, or under the digit before
        return max(gap, rng.uniform(-0.05, 0.2))
    if max(widths) < NARROW or (not hand.touching and min(widths) < NARROW):
        return max(gap, rng.uniform(0.04, 0.4))
    return gap


def _mark(
    character: str, hand: Hand, stock: LineStock, rng: np.random.Generator
) -> tuple[str, Glyph]:
    if not character.isdigit():
        return glyphs.other(character, stock, rng)
    if character == "1" and rng.random() < hand.plain:
        return character, _stroke(rng)
    if int(character) in DIGITS and rng.random() < ANGULAR:
        return character, glyphs.drawn_digit(angular(int(character), rng), rng)
    if rng.random() < schooled.SHARES.get(int(character), 0.0):
        return character, glyphs.drawn_digit(schooled.schooled(int(character), rng), rng)
    if hand.printed:
        return character, glyphs.stamp(stock.picture(int(character), rng))
    return character, glyphs.drawn_digit(stock.digit(int(character), hand.writer, rng), rng)


def _stroke(rng: np.random.Generator) -> Glyph:
    """Return a 1 that is one stroke."""
    glyph = glyphs.drawn_digit(signs.upright_stroke(rng), rng)
    if rng.random() >= UNLIKE:
        return glyph
    points = glyph.points.copy()
    points[:, :2] *= np.exp(np.clip(rng.normal(0, 0.2), -0.5, 0.3))
    points[:, 1] += np.clip(rng.normal(0, 0.14), -0.35, 0.35)
    return replace(glyph, points=points)


def _paste(
    ink: NDArray[np.float32],
    owner: NDArray[np.int32],
    writing: Writing,
    x: int,
    y: int,
    start: int,
) -> None:
    """Lay a line on the sheet; what does not fit is cut off."""
    high, wide = writing.ink.shape
    y0, x0 = max(y, 0), max(x, 0)
    y1, x1 = min(y + high, ink.shape[0]), min(x + wide, ink.shape[1])
    if y1 <= y0 or x1 <= x0:
        return
    part = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
    here = np.s_[y0:y1, x0:x1]
    own = writing.owner[part]
    owner[here][own > 0] = own[own > 0].astype(np.int32) + start
    np.maximum(ink[here], writing.ink[part], out=ink[here])
