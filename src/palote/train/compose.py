"""Lines of digits as people write them: what stands on one, in which hand, how it is set.

A line is a row of marks: digits from the pen strokes or from MNIST, separators drawn as
pens make them, and letters, which are no digits. `write` sets one line, `sheet` puts it
between its neighbours. Each pixel of ink remembers the mark that it belongs to, so that
what a later step loses (a dot taken for dust, a digit cut off) is not taught. Everything
takes a ``numpy.random.Generator``: a seed gives the same lines again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train import draw, glyphs, schooled, signs
from palote.train.angular import DIGITS, angular
from palote.train.contact import Edge
from palote.train.glyphs import Glyph, LineStock
from palote.train.hand import Hand, hand_of
from palote.train.labels import LABELS
from palote.train.phrases import OTHER, anew, phrase
from palote.train.struck import ANEW, STRUCK, struck

__all__ = ["Sheet", "Writing", "sheet", "write"]


BOXED = 0.08
"""Share of the sheets with a frame around their line, besides those with a comb."""

INTO = 0.55
"""Share of the digits that touch whose ink goes on into that of the digit before."""

ANGULAR = 0.04
"""Share of what is written of most digits that is all straight strokes."""

LETTERS_APART = 0.25
"""Letters of a word are no farther apart than this, in heights of a digit."""

PLAIN = 0.3
"""Share of the 1s that are one stroke and no more, as most people's are: what is left of a frame
looks like that, too, and a network that has seen more of the latter leaves them out."""


@dataclass(frozen=True, eq=False)
class Writing:
    """One line of marks.

    Attributes:
        ink: float32 (h, w) in [0, 1], just large enough.
        owner: uint8 (h, w); 0 is paper, i + 1 is mark i.
        marks: the symbol of each mark, in order; `phrases.OTHER` is what is no digit.
        height: of a digit, in pixels.
        cells: x of the edges of a comb's cells, in pixels; empty if there is none.
    """

    ink: NDArray[np.float32]
    owner: NDArray[np.uint8]
    marks: str
    height: float
    cells: tuple[float, ...] = ()


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
    return _inked(line, marks, hand, edges, rng)


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
    cursor, drift = 0.0, 0.0
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
        low, high = float(points[:, 0].min()), float(points[:, 0].max())
        if hand.pitch:
            cursor = (number + 0.5) * hand.pitch + rng.normal(0, 0.08) - (high - low) / 2
        elif line:
            gap = hand.gap + rng.normal(0, hand.uneven)
            if not is_digit:  # what is small stands clear, or under the digit before
                gap = max(gap, rng.uniform(-0.05, 0.2))
            if text[number - 1 : number + 1].isalpha():  # letters of one word
                gap = min(gap, LETTERS_APART)
            cursor += max(gap, -0.3 * (high - low))
        points[:, 0] += cursor - low
        mark = Glyph(points, glyph.picture, glyph.box)
        close = is_digit and text[number - 1 : number].isdigit() and not hand.pitch
        if close and rng.random() < hand.touching:
            into = rng.uniform(0.0, 0.1) if rng.random() < INTO else 0.0
            points[:, 0] += edge.meets(mark) - into
        if hand.touching:
            edge.add(mark)
        cursor = max(cursor, float(points[:, 0].max()))
        if line and is_digit and not hand.printed and rng.random() < hand.joined:
            mark = replace(mark, points=glyphs.joined(line[-1], points))
        line.append(mark)
        marks += symbol
    if crossing and not hand.pitch:
        words = [number for number, word in enumerate(text.split(" ")) for _ in word]
        line, marks = struck(line, marks, words, rng)
    edges = tuple(hand.pitch * n for n in range(len(marks) + 1)) if hand.pitch else ()
    return line, marks, edges


def _mark(
    character: str, hand: Hand, stock: LineStock, rng: np.random.Generator
) -> tuple[str, Glyph]:
    if not character.isdigit():
        return glyphs.other(character, stock, rng)
    if character == "1" and rng.random() < PLAIN:
        return character, glyphs.drawn_digit(signs.upright_stroke(rng), rng)
    if int(character) in DIGITS and rng.random() < ANGULAR:
        return character, glyphs.drawn_digit(angular(int(character), rng), rng)
    if rng.random() < schooled.SHARES.get(int(character), 0.0):
        return character, glyphs.drawn_digit(schooled.schooled(int(character), rng), rng)
    if hand.printed:
        return character, glyphs.stamp(stock.picture(int(character), rng))
    return character, glyphs.drawn_digit(stock.digit(int(character), hand.writer, rng), rng)


def _inked(
    line: list[Glyph],
    marks: str,
    hand: Hand,
    edges: tuple[float, ...],
    rng: np.random.Generator,
) -> Writing:
    """Slant, slope and draw the marks."""
    matrix = hand.height * np.array([[1.0, -hand.slant], [hand.slope, 1.0]])
    if edges:  # a comb stands upright
        matrix[0, 1] *= 0.3
        matrix[1, 0] = 0.0
    pen = max(1.0, hand.width * hand.height)
    parts: list[tuple[NDArray[np.float32], int, int]] = []
    swell = int(rng.integers(-2, 3))
    for glyph in line:
        if glyph.picture is not None:
            parts.append(_stamped(glyph, matrix, hand.height, 0 if glyph.word else swell))
            continue
        points = glyph.points.copy()
        points[:, :2] = points[:, :2] @ matrix.T
        corner = points[:, :2].min(axis=0)
        longer = float((points[:, :2] - corner).max())
        drawn = draw.paint(points, max(longer, 1e-3), pen, rng, hand.pen)
        margin = draw.margin(pen)
        parts.append((drawn, round(float(corner[0])) - margin, round(float(corner[1])) - margin))
    left, top = min(x for _, x, _ in parts), min(y for _, _, y in parts)
    right = max(x + part.shape[1] for part, x, _ in parts)
    bottom = max(y + part.shape[0] for part, _, y in parts)
    ink = np.zeros((bottom - top, right - left), np.float32)
    owner = np.zeros(ink.shape, np.uint8)
    for number, (part, x, y) in enumerate(parts):
        window = np.s_[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]]
        owner[window][part > np.maximum(ink[window], 0.3)] = number + 1
        np.maximum(ink[window], part, out=ink[window])
    cells = tuple(edge * hand.height - left for edge in edges)
    return Writing(ink, owner, marks, hand.height, cells)


def _stamped(
    glyph: Glyph, matrix: NDArray[np.float64], height: float, swell: int
) -> tuple[NDArray[np.float32], int, int]:
    """Enlarge a picture to its place; return its ink and where its corner comes to lie."""
    assert glyph.picture is not None
    x, y, w, h = glyph.box
    (left, top), (right, bottom) = glyph.points[:, :2]
    scale = np.array([(right - left) / w, (bottom - top) / h])
    inner = matrix * scale  # pixels of the picture -> pixels of the line
    corners = np.array([[0, 0], [w, 0], [0, h], [w, h]]) @ inner.T
    low, high = np.floor(corners.min(axis=0)) - 2, np.ceil(corners.max(axis=0)) + 3
    shift = -inner @ np.array([x, y]) - low
    size = int(high[0] - low[0]), int(high[1] - low[1])
    ink = cv2.warpAffine(
        glyph.picture, np.column_stack([inner, shift]), size, flags=cv2.INTER_CUBIC
    )
    side = 1 + round(abs(swell) * height / 56)
    if side > 1:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        ink = cv2.dilate(ink, kernel) if swell > 0 else cv2.erode(ink, kernel)
    place = matrix @ np.array([left, top]) + low
    return np.asarray(ink, np.float32) / np.float32(255), round(place[0]), round(place[1])


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
