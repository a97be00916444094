"""What learning gives back: frozen, and ready for JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from palote.errors import UsageError
from palote.result import Box, Json

__all__ = [
    "LABELS",
    "NONE",
    "Correction",
    "Outcome",
    "Profile",
    "Reason",
    "State",
    "Status",
    "Version",
    "box_of",
    "label_of",
]

NONE = "none"
LABELS = (*"0123456789", NONE)
"""What a picture may be said to show; the last one stands for "not a digit"."""

BOX = re.compile(r"\s*,\s*".join([r"([0-9]{1,6})"] * 4))

State: TypeAlias = Literal["learned", "waiting", "aside"]
Reason: TypeAlias = Literal[
    "learned",
    "already_right",
    "forgets",
    "no_better",
    "worse",
    "emptied",
    "rolled_back",
    "unchanged",
]


def box_of(said: str) -> Box:
    """Return a box by its four numbers, with or without the brackets of JSON.

    Raises:
        UsageError: these are no four numbers of pixels, or there is nothing in the box.

    >>> box_of("[12, 30, 40, 56]")
    (12, 30, 40, 56)
    """
    found = BOX.fullmatch(said.strip("[] "))
    if found is not None:
        x, y, width, height = (int(number) for number in found.groups())
        if width and height:
            return x, y, width, height
    raise UsageError(
        f"A box is x,y,width,height in whole pixels, such as 12,30,40,56; not {said!r:.60}."
    )


def label_of(value: str | int) -> str:
    """Return a label as it is kept.

    Raises:
        UsageError: it is none; the message lists them.

    >>> label_of(7)
    '7'
    """
    text = str(value) if isinstance(value, str) or type(value) is int else ""
    if text not in LABELS:
        raise UsageError(
            f"{value!r:.60} is no label. A label is 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9, "
            f"or {NONE!r} for what is not a digit."
        )
    return text


@dataclass(frozen=True)
class Correction:
    """A picture that somebody said the digit of.

    Attributes:
        id: stable; of the profile and the content of the picture.
        label: one of `LABELS`.
        profile: whose it is.
        source: where it came from: "page", "cli", "import", ...
        read_as: what it was read as before: a label, or "" where that is not known.
        model: beginning of the SHA-256 of the network that read it.
        version: number of the head that read it.
        time: in UTC, ISO 8601.
        state: "learned"; "waiting": it is kept, but the gate let nothing through that had
            learnt it; "aside": a rollback went back behind it.
    """

    id: str
    label: str
    profile: str
    source: str
    read_as: str
    model: str
    version: int
    time: str
    state: State

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Version:
    """What was learnt at one time, or would have been.

    Attributes:
        number: 1, 2, ...; never given twice.
        time: in UTC, ISO 8601.
        reason: what it was made for: "correction", "undo", "delete", "import", "model".
        verdict: what the gate said, a `Reason`.
        kept: whether it can be gone back to: the gate let it through, and nothing that it
            learnt from was deleted since.
        active: whether it reads now.
        corrections: how many it was made from.
        own_before: share of the profile's pictures that the shipped network reads right.
        own_after: the same with this version.
        general_before: share of general data that the shipped network reads right.
        general_after: the same with this version.
    """

    number: int
    time: str
    reason: str
    verdict: str
    kept: bool
    active: bool
    corrections: int
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What came of a wish.

    Attributes:
        learned: whether what was wished for is so now.
        reason: why, a `Reason`.
        message: the same as an English sentence.
        correction: the one that came or went.
        corrections: how many the profile has now.
        version: number of the head that reads now; 0 is the shipped network.
        own_before: see `Version`; the shipped network.
        own_after: what reads now.
        general_before: see `Version`; the shipped network.
        general_after: what reads now.
        read_as: what the corrected picture is read as now; "" where there is none.
        added: of an import: how many pictures were new.
        skipped: of an import: a sentence for each that was left out.
        seconds: from the wish to its end.
    """

    learned: bool
    reason: Reason
    message: str
    correction: Correction | None
    corrections: int
    version: int
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float
    read_as: str = ""
    added: int = 0
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        fields: dict[str, Json] = asdict(self)
        fields["correction"] = self.correction.to_dict() if self.correction else None
        fields["skipped"] = list(self.skipped)
        return fields


@dataclass(frozen=True)
class Status:
    """How a profile stands.

    Attributes:
        profile: its name.
        on: whether it learns, and reads with what it learnt.
        corrections: how many it has.
        learned: how many of them the active version was made from.
        by_label: label -> how many; labels without any are left out.
        version: number of the head that reads now.
        own_before: see `Version`.
        own_after: see `Version`.
        general_before: see `Version`.
        general_after: see `Version`.
        bytes: size of the pictures that are kept.
        has_token: whether it has a token.
        store: where it is kept, without a password.
    """

    profile: str
    on: bool
    corrections: int
    learned: int
    by_label: dict[str, int]
    version: int
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float
    bytes: int
    has_token: bool
    store: str

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        fields: dict[str, Json] = asdict(self)
        fields["by_label"] = dict(self.by_label)
        return fields


@dataclass(frozen=True)
class Profile:
    """A reader with a name: a person, a class, a family.

    Attributes:
        name: as it was first written.
        on: whether it learns.
        corrections: how many it has.
        version: number of the head that reads now.
        has_token: whether it has a token.
    """

    name: str
    on: bool
    corrections: int
    version: int
    has_token: bool

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        return asdict(self)
