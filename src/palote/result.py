"""What a reading gives back: frozen, validated, ready for JSON.

A `Reading` is what a person wants to know of one picture; its `Digit` objects
are what the network said of each piece of ink. Nothing here computes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AGAINST",
    "FOR",
    "Alternative",
    "Box",
    "Digit",
    "Json",
    "Line",
    "Reading",
    "Stage",
    "Status",
    "overlay",
]

Box: TypeAlias = tuple[int, int, int, int]
Status: TypeAlias = Literal["ok", "unsure", "not_digit", "empty"]
Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | int | bool | None"

STATUSES = ("ok", "unsure", "not_digit", "empty")
CLASSES = 10

FOR = (240, 140, 0)
AGAINST = (40, 140, 230)
"""RGB of ink that speaks for a digit and against it: told apart with any colour vision."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One piece of ink and what it was taken for.

    Attributes:
        value: the best digit, ``"0"`` to ``"9"``, however unsure.
        confidence: calibrated probability that it is a digit and this one.
        probabilities: float32 (10,), sums to 1, given that it is a digit.
        box: (x, y, width, height) in pixels of the upright input.
        ink: float32 of the InkSpec's shape, in [0, 1]: exactly what the model saw.
        saliency: float32 (size, size) in [-1, 1], if it was asked for: which ink spoke
            for the value (positive) and which against it (negative).
    """

    value: str
    confidence: float
    probabilities: NDArray[np.float32] = field(repr=False)
    box: Box
    ink: NDArray[np.float32] = field(repr=False)
    saliency: NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.value not in "0123456789" or len(self.value) != 1:
            raise ValueError(f"value must be one digit, not {self.value!r}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must lie in [0, 1], not {self.confidence}")
        if self.probabilities.shape != (CLASSES,):
            raise ValueError(f"probabilities must have shape (10,), not {self.probabilities.shape}")
        for array in (self.probabilities, self.ink, self.saliency):
            if array is not None:
                array.setflags(write=False)

    def to_dict(self, images: bool = False) -> dict[str, Json]:
        """Return it ready for JSON; with ``images`` the ink as a PNG data URL.

        With it comes the saliency, if there is one, as a picture to lay over the ink:
        see `overlay`.
        """
        x, y, width, height = self.box
        result: dict[str, Json] = {
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "box": [x, y, width, height],
        }
        if images:
            result["ink"] = _data_url(np.rint(self.ink * 255).astype(np.uint8))
            if self.saliency is not None:
                result["saliency"] = _data_url(overlay(self.saliency))
        return result


@dataclass(frozen=True, eq=False)
class Stage:
    """One picture of the way from the input to the network.

    Attributes:
        name: ``"original"``, ``"evened"``, ``"binary"``, ``"binary28"`` or ``"centred"``.
        image: uint8, (height, width) grey or (height, width, 3) RGB.
    """

    name: str
    image: NDArray[np.uint8]

    def to_dict(self) -> dict[str, Json]:
        """Return name and picture (PNG data URL), ready for JSON."""
        return {"name": self.name, "image": _data_url(self.image)}


@dataclass(frozen=True)
class Alternative:
    """Another text that a line may be.

    Attributes:
        text: digits only.
        raw: with separators and spaces.
        probability: that it is this one.
    """

    text: str
    raw: str
    probability: float

    def __post_init__(self) -> None:
        _check_share("probability", self.probability)

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for ``json.dumps``."""
        return {"text": self.text, "raw": self.raw, "probability": round(self.probability, 6)}


@dataclass(frozen=True, eq=False)
class Line:
    """One number of a picture.

    Attributes:
        text: its digits; ``"?"`` for each that Palote would not vouch for.
        raw: with separators: ``.`` for a point or a comma, ``-`` and ``/``, and a space for a
            gap far wider than those between its digits.
        status: ``"ok"``, ``"unsure"``, or ``"not_digit"`` for ink that is no number.
        confidence: calibrated probability that all of it is right.
        box: (x, y, width, height) in pixels of the upright input.
        digits: left to right.
        alternatives: the likeliest texts, the best first, without any ``"?"``.
        cell: row and column, counted from 0, of the cell that it stands in, if it does so in a
            table with lines, printed or drawn.
    """

    text: str
    raw: str
    status: Status
    confidence: float
    box: Box
    digits: tuple[Digit, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    cell: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        _check_status(self.status)
        _check_share("confidence", self.confidence)

    def to_dict(self, images: bool = False) -> dict[str, Json]:
        """Return it ready for ``json.dumps``.

        Args:
            images: add the ink as PNG data URLs.
        """
        return {
            "text": self.text,
            "raw": self.raw,
            "status": self.status,
            "confidence": round(self.confidence, 6),
            "box": list(self.box),
            "digits": [digit.to_dict(images) for digit in self.digits],
            "alternatives": [other.to_dict() for other in self.alternatives],
            "cell": None if self.cell is None else list(self.cell),
        }


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read from one picture.

    Attributes:
        text: the digit, or the digits of the number, several lines joined by a line
            break; ``"?"`` for one that Palote would not vouch for; ``""`` when there is
            nothing to read.
        status: ``"ok"``, ``"unsure"``, ``"not_digit"`` or ``"empty"``.
        confidence: calibrated, of the whole reading; 0 when there is nothing to read.
        digits: what was found, left to right, also when ``status`` is not ``"ok"``.
        stages: the pictures of the way, if they were asked for.
        model: name of the model that read.
        lines: the numbers, in reading order, if numbers were expected.
    """

    text: str
    status: Status
    confidence: float
    digits: tuple[Digit, ...] = ()
    stages: tuple[Stage, ...] = field(default=(), repr=False)
    model: str = "default"
    lines: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        _check_status(self.status)
        _check_share("confidence", self.confidence)

    @property
    def raw(self) -> str:
        """The text with its separators and spaces; that of a single digit has none."""
        return "\n".join(line.raw for line in self.lines) if self.lines else self.text

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """What stands in each cell of a table with lines, as ``raw``, row by row.

        Cells with several numbers have them apart by a space, empty ones ``""``; up to the last
        row and column with a number. Nothing if there is no table.
        """
        inside = [(line.cell, line.raw) for line in self.lines if line.cell is not None]
        if not inside:
            return ()
        rows, columns = (1 + max(cell[way] for cell, _ in inside) for way in (0, 1))
        cells: list[list[list[str]]] = [[[] for _ in range(columns)] for _ in range(rows)]
        for (row, column), raw in inside:
            cells[row][column].append(raw)
        return tuple(tuple(" ".join(texts) for texts in row) for row in cells)

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The likeliest texts of the one line, the best first; see each line for several."""
        return self.lines[0].alternatives if len(self.lines) == 1 else ()

    def to_dict(self, images: bool = False) -> dict[str, Json]:
        """Return it ready for ``json.dumps``.

        Args:
            images: add the ink and the stages as PNG data URLs.
        """
        result: dict[str, Json] = {
            "text": self.text,
            "status": self.status,
            "confidence": round(self.confidence, 6),
            "model": self.model,
            "raw": self.raw,
            "digits": [digit.to_dict(images) for digit in self.digits],
            "lines": [line.to_dict(images) for line in self.lines],
            "alternatives": [other.to_dict() for other in self.alternatives],
        }
        if images:
            result["stages"] = _encoded(self.stages)
        return result


def overlay(saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return saliency as a picture to lay over the ink.

    Args:
        saliency: float32 (h, w) in [-1, 1].

    Returns:
        uint8 (h, w, 4) RGBA: `FOR` where positive, `AGAINST` where negative, the more
        opaque the stronger.
    """
    picture = np.empty((*saliency.shape, 4), np.uint8)
    picture[..., :3] = np.where(saliency[..., None] > 0, FOR, AGAINST)
    picture[..., 3] = np.rint(np.abs(saliency) * 255)
    return picture


def _check_status(status: Status) -> None:
    if status not in STATUSES:
        raise ValueError(f"status must be one of {STATUSES}, not {status!r}")


def _check_share(name: str, share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1], not {share}")


def _encoded(stages: tuple[Stage, ...]) -> list[Json]:
    """Return stages ready for JSON; what looks the same, as on a clean sheet, is encoded once."""
    known: dict[tuple[tuple[int, ...], bytes], dict[str, Json]] = {}
    found: list[Json] = []
    for stage in stages:
        key = stage.image.shape, stage.image.tobytes()
        if key not in known:
            known[key] = stage.to_dict()
        found.append({**known[key], "name": stage.name})
    return found


def _data_url(image: NDArray[np.uint8]) -> str:
    # OpenCV wants blue first.
    pixels = image if image.ndim == 2 else image[..., [2, 1, 0, 3][: image.shape[2]]]
    _, png = cv2.imencode(".png", np.ascontiguousarray(pixels))
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")
