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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from palote.ink.binding import without_binding
from palote.ink.boxes import without_boxes
from palote.ink.cells import InCell, in_cell, may_be_in_cell
from palote.ink.clean import CLEANINGS, Cleaning, clean, uncleaned
from palote.ink.cleaned import Cleaned
from palote.ink.components import Components
from palote.ink.doubts import is_edge_of_light, is_edge_of_sheet, is_rest_of, runs_along_side
from palote.ink.fit import InkSpec, fit, fit_frame
from palote.ink.ground import find_ink
from palote.ink.lines import may_be_ruled, without_lines
from palote.ink.lying import without_things
from palote.ink.rings import within_ring
from palote.ink.row import Row
from palote.ink.rows import find_rows
from palote.ink.split import PART, Piece, main_pieces
from palote.ink.stacked import is_stacked
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


SMALL = 1.5
"""A picture whose longer side is up to this many times a patch's is shown whole, too."""

FEW = 12
"""Pieces of ink up to which a picture makes no trouble."""

DOUBTED = 0.6
"""So much a digit counts that is seen without lines which may be its own strokes."""

STEPPED = 0.9
"""So much a digit counts that is seen only if the paper's light changes in steps."""

REST = 0.85
"""So much what seems to be left of a digit that is seen whole in that way."""

ALIKE = 0.01
"""Mean difference up to which frame and patch are the same."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One interpretation of the picture as a single digit.

    Attributes:
        patch: float32 of the InkSpec's shape, in [0, 1]; what the model sees.
        frame: the same of the whole frame, uncleaned, where the picture is hardly larger
            than a patch. What cleaning spoils there (a stripe across a 28x28 file), a
            second look may save.
        box: (x, y, width, height) in pixels of the array given to `find_digit`.
        cleaned: the pictures of the way.
        mask: bool (h, w) of the working size; the ink that was taken.
        worth: what a digit counts that is seen in it, beside the 1 of the likeliest
            interpretation.
        beside: whether whole ink near it was left out: another sign, or another digit.
        neighbour: whether ink as high as a digit stands beside it, or beside its main piece.
        lesser: whether a line of far smaller writing stands away from it.
    """

    patch: NDArray[np.float32]
    box: tuple[int, int, int, int]
    cleaned: Cleaned
    mask: NDArray[np.bool_]
    frame: NDArray[np.float32] | None = None
    worth: float = 1.0
    beside: bool = False
    neighbour: bool = False
    lesser: bool = False

    @property
    def part(self) -> bool:
        """Whether it is a less likely one: a part of the digit, perhaps, or more than it."""
        return self.worth < 1

    @property
    def small(self) -> bool:
        """Whether the picture is hardly larger than a patch, so that its frame says something."""
        return _is_small(self.cleaned, len(self.patch))

    @property
    def stacked(self) -> bool:
        """Whether it is several things, one below the other, if it looks like a 1."""
        return not self.small and is_stacked(self.mask)

    @property
    def views(self) -> tuple[NDArray[np.float32], ...]:
        """What there is to look at: the patch, and the frame if there is one."""
        return (self.patch,) if self.frame is None else (self.patch, self.frame)


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
            piece = Piece.whole(cleaned.mask)
            patch = _in_channels(fit_frame(cleaned.strength, spec), spec)
            box = cleaned.to_input(piece.box)
            candidates.append(Candidate(patch, box, cleaned, piece.mask))
            continue
        components = Components(cleaned.mask)
        candidates += _candidates(cleaned, components, in_cell(cleaned, components), spec)
    return candidates if how == "none" else _sifted(candidates)


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
    return candidates[0] if len(candidates) == 1 else None


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
        things = not _is_small(cleaned, spec.size) and len(left.stats) <= FEW
        pieces = main_pieces(left, broken=left is components, things=things)
        found += [_candidate(cleaned, piece, spec) for piece in pieces]
        inner = within_ring(left)
        if inner is not None:
            found += [_candidate(cleaned, one, spec) for one in main_pieces(Components(inner))[:1]]
    if cell is not None:
        for inside in cell.found:
            for piece in main_pieces(Components(inside.mask)):
                one = _candidate(inside, piece, spec)
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


def _candidate(cleaned: Cleaned, piece: Piece, spec: InkSpec) -> Candidate:
    patch = fit(cleaned.strength, piece.mask, piece.box, spec)
    frame = _frame(cleaned, patch, spec) if spec.channels == 1 else None
    box = cleaned.to_input(piece.box)
    worth = (STEPPED if cleaned.stepped else 1.0) * piece.worth
    shown = _in_channels(patch, spec)
    return Candidate(
        shown, box, cleaned, piece.mask, frame, worth, piece.beside, piece.neighbour, piece.lesser
    )


def _in_channels(patch: NDArray[np.float32], spec: InkSpec) -> NDArray[np.float32]:
    return patch if spec.channels == 1 else np.repeat(patch[..., None], spec.channels, axis=2)


def _frame(
    cleaned: Cleaned, patch: NDArray[np.float32], spec: InkSpec
) -> NDArray[np.float32] | None:
    """Return the whole frame as a patch, if it is small and shows something else."""
    if not _is_small(cleaned, spec.size):
        return None
    frame = fit_frame(uncleaned(cleaned.original, cleaned.dark), spec)
    return frame if float(np.abs(frame - patch).mean()) > ALIKE else None


def _is_small(cleaned: Cleaned, side: int) -> bool:
    return bool(max(cleaned.original.shape[:2]) <= SMALL * side)
