"""From an upright picture to what the network sees: pure functions, no I/O.

One road, used alike by reading and by training::

    picture --clean--> strength and mask --split--> pieces of ink --fit--> (28, 28) patch

- ``clean.py``       which side is ink, uneven light, threshold; ``enlarged.py`` undoes
  an enlargement that only repeats pixels, ``sheets.py`` finds the sheet that lies on a
  desk by the ``outlines.py`` in the picture, and ``bands.py`` what is beside a page
- ``paper.py``       the tone of the paper everywhere; ``steps.py`` where its light changes in
  steps; ``doubts.py`` what speaks against one of several interpretations
- ``cleaned.py``     what comes of it; ``dropout.py`` coloured print, dropped beside darker writing
- ``components.py``  what hangs together, found once
- ``lying.py``       what lies on the paper and reaches out of the picture: a pen; ``binding.py``,
  what binds a notepad
- ``lines.py``       ruled and squared paper; ``ruler.py`` measures and erases one line
- ``cells.py``       the lines around a digit that was cut out of a form
- ``frames.py``      printed frames; ``rings.py`` those that a hand drew around something
- ``split.py``       which connected components make up the digit, over small ``gaps.py`` too
- ``fit.py``         the centred patch, and `InkSpec`, its geometry
- ``candidate.py``   one interpretation of the picture as a digit; ``stacked.py``, whether it is
  several

A line of writing takes another road to its pieces::

    picture --ground--> strength and mask --rows--> lines, upright --segments--> parts

- ``ground.py``      ink on any ground, the patterns of cheques, too; ``faint.py``, a pencil's
  beside a pen's
- ``tables.py``      tables, whose cells are read apart; ``nets.py`` finds their lines
- ``boxes.py``       the boxes of a form's field; ``printed.py`` erases lines
- ``rows.py``        lines, in reading ``order.py``, parted at a table's ``columns.py``;
  ``lesser.py`` those of far smaller writing
- ``row.py``         one of them; ``level.py``, upright
- ``segments.py``    a line cut into the parts that digits are made of

A picture does not always say which of its two tones is the ink (a thick digit
that fills its frame). Then each interpretation comes back, and the network,
which has been taught that an inside-out digit is no digit, decides.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from palote.ink.binding import without_binding
from palote.ink.boxes import without_boxes
from palote.ink.candidate import Candidate, is_small
from palote.ink.cells import InCell, in_cell, may_be_in_cell
from palote.ink.clean import CLEANINGS, Cleaning, clean
from palote.ink.cleaned import Cleaned
from palote.ink.components import Components
from palote.ink.doubts import is_edge_of_light, is_edge_of_sheet, is_rest_of, runs_along_side
from palote.ink.fit import InkSpec
from palote.ink.ground import find_ink
from palote.ink.lines import may_be_ruled, without_lines
from palote.ink.lying import without_things
from palote.ink.rings import within_ring
from palote.ink.row import Row
from palote.ink.rows import find_rows
from palote.ink.split import PART, Piece, main_pieces
from palote.ink.tables import in_table

__all__ = [
    "CLEANINGS",
    "Candidate",
    "Cleaned",
    "Cleaning",
    "InkSpec",
    "Piece",
    "Row",
    "find_digit",
    "find_lines",
    "find_plain_digit",
]


FEW = 12
"""Pieces of ink up to which a picture makes no trouble."""

DOUBTED = 0.6
"""So much a digit counts that is seen without lines which may be its own strokes."""

REST = 0.85
"""So much what seems to be left of a digit that is seen whole in that way."""


def find_digit(
    picture: NDArray[np.uint8],
    how: Cleaning = "auto",
    spec: InkSpec | None = None,
    dark: bool | None = None,
) -> list[Candidate]:
    """Find the one digit in a picture.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB, upright.
        how: the way of cleaning, one of `CLEANINGS`.
        spec: geometry of the patch.
        dark: whether the ink is the darker tone, if that is known.

    Returns:
        No candidate if the picture is blank; one if it is clear which tone is ink, and what
        of it the digit; otherwise up to eight, the likelier tone first, and before them as many
        for each sheet that the picture shows with what it lies on.
    """
    spec = spec or InkSpec()
    candidates = []
    for cleaned in clean(picture, how, dark):
        if how == "none":
            candidates.append(Candidate.raw(cleaned, spec))
            continue
        components = Components(cleaned.mask)
        candidates += _candidates(cleaned, components, in_cell(cleaned, components), spec)
    found = candidates if how == "none" else _sifted(candidates)
    return [one.within(picture.shape) for one in found]


def find_plain_digit(picture: NDArray[np.uint8], spec: InkSpec) -> Candidate | None:
    """Find the one digit in a picture that makes no trouble, in a time that its size limits.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB, upright.
        spec: geometry of the patch.

    Returns:
        The one candidate of `find_digit`; None where there may be none or several, a ruling, or
        many pieces, whatever `find_digit` would make of it.
    """
    found = clean(picture)
    if len(found) != 1:
        return None
    components = Components(found[0].mask)
    if may_be_in_cell(components) or may_be_ruled(components) or len(components.stats) > FEW:
        return None
    candidates = _sifted(_candidates(found[0], components, None, spec))
    return candidates[0].within(picture.shape) if len(candidates) == 1 else None


def find_lines(
    picture: NDArray[np.uint8], how: Cleaning = "auto", dark: bool | None = None
) -> list[tuple[Cleaned, list[Row]]]:
    """Find the lines of writing in a picture.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB, upright.
        how: the way of cleaning, one of `CLEANINGS`.
        dark: whether the ink is the darker tone, if that is known.

    Returns:
        For each interpretation (either tone may be ink, and a ring no writing; the likelier
        first) its rows in reading order; nothing for a blank picture.
    """
    found = []
    for whole in find_ink(picture, dark) if how == "auto" else clean(picture, how, dark):
        ruled = in_table(whole)
        if ruled is not None:
            cleaned, table = ruled
            found.append((cleaned, find_rows(Components(cleaned.mask), cleaned.strength, table)))
            continue
        components = Components(whole.mask)
        cleaned = without_boxes(whole, components)
        if cleaned is not whole:
            components = Components(cleaned.mask)
        ink = without_lines(components, cleaned.strength)
        found.append((cleaned, find_rows(ink, cleaned.strength)))
        inner = within_ring(ink)
        if inner is not None:
            found.append((cleaned, find_rows(Components(inner), cleaned.strength)))
    return found


def _candidates(
    cleaned: Cleaned, components: Components, cell: InCell | None, spec: InkSpec
) -> list[Candidate]:
    """Return the digit of one interpretation, if it has ink, and what else it may be."""
    found: list[Candidate] = []
    if cell is None or not cell.sure:
        # In a picture of things, one that is cut off is no odder than the others.
        few = len(components.stats) <= FEW
        written = without_things(components) if few else without_binding(components)
        left = without_lines(written, cleaned.strength)
        # Where lines were, what is left of them has gaps, too.
        things = not is_small(cleaned, spec.size) and len(left.stats) <= FEW
        pieces = main_pieces(left, broken=left is components, things=things)
        found += [Candidate.of(cleaned, piece, spec) for piece in pieces]
        inner = within_ring(left)
        if inner is not None:
            found += [
                Candidate.of(cleaned, one, spec) for one in main_pieces(Components(inner))[:1]
            ]
    if cell is not None:
        for inside in cell.found:
            for piece in main_pieces(Components(inside.mask)):
                one = Candidate.of(inside, piece, spec)
                worth = min(one.worth, PART if cell.sure else DOUBTED)
                found.append(replace(one, frame=None, worth=worth))
    return found


def _sifted(candidates: list[Candidate]) -> list[Candidate]:
    """Leave out what is no writing, and let count less what the rest of the picture belies."""
    found = [one for one in candidates if not _is_no_writing(one)]
    if len(found) < 2:
        return found
    whole = [one for one in found if one.cleaned.stepped and not one.cleaned.on_sheet]
    sifted = []
    for one in found:
        against = 1.0
        if one.cleaned.mixed or runs_along_side(one.mask):
            against = DOUBTED
        elif any(
            is_rest_of(one.mask, one.cleaned, other.mask, other.cleaned)
            for other in whole
            if other is not one
        ):
            against = REST
        sifted.append(replace(one, worth=against * one.worth))
    return sifted


def _is_no_writing(one: Candidate) -> bool:
    """Tell whether a candidate is an edge: of the light, of a sheet, or of some thing."""
    ink = one.cleaned
    if is_edge_of_light(one.mask):
        return True
    if ink.on_sheet and (runs_along_side(one.mask) or is_edge_of_sheet(one.mask)):
        return True
    # Things have many edges, and light that changes in steps leaves them all.
    return ink.stepped and 2 * int(np.count_nonzero(one.mask)) < int(np.count_nonzero(ink.mask))
