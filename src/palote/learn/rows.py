"""Rows of the store's tables as what they mean, and the small changes that many wishes share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, delete, select, update

from palote.errors import UsageError
from palote.learn import schema as t
from palote.learn.records import Correction, State, Version
from palote.model.head import profile_name

__all__ = [
    "Example",
    "Given",
    "Measured",
    "Shelf",
    "activate",
    "correction_of",
    "correction_row",
    "grow",
    "mark",
    "now",
    "png_of",
    "profile_row",
    "shelf_of",
    "sweep",
    "version_of",
]

STATES: tuple[State, ...] = ("learned", "waiting", "aside")


@dataclass(frozen=True)
class Given:
    """A correction as it comes in.

    Attributes:
        png: the upright crop, as PNG.
        label: one of `records.LABELS`.
        source: where it comes from.
        read_as: what it was read as; "" where that is not known.
        model: SHA-256 of the network.
        version: of the head that read it.
    """

    png: bytes
    label: str
    source: str
    read_as: str
    model: str
    version: int


@dataclass(frozen=True)
class Example:
    """A correction as it is learnt from.

    Attributes:
        id: the correction's.
        image: the picture's content hash.
        label: one of `records.LABELS`.
        state: see `Correction`.
    """

    id: str
    image: str
    label: str
    state: State


@dataclass(frozen=True)
class Shelf:
    """A profile, at one moment.

    Attributes:
        id: number of the profile.
        name: as it was first written.
        on: whether it learns.
        generation: grows with each change of the corrections.
        active: number of the version that reads; 0 is the shipped network.
        model: SHA-256 of the network that this version belongs to, or "".
        examples: all corrections, oldest first.
    """

    id: int
    name: str
    on: bool
    generation: int
    active: int
    model: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Measured:
    """A version to be written down.

    Attributes:
        model: SHA-256 of the network.
        reason: what it was made for.
        verdict: what the gate said.
        own_before: see `Version`; so the others.
        own_after: with it.
        general_before: as shipped.
        general_after: with it.
        examples: ids of the corrections that it learnt from.
    """

    model: str
    reason: str
    verdict: str
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float
    examples: tuple[str, ...]


def profile_row(connection: Connection, name: str, lock: bool = False) -> RowMapping:
    """Return the row of a profile, locked until the transaction ends if asked for.

    Raises:
        UsageError: there is none of this name.
    """
    wanted = select(t.profiles).where(t.profiles.c.key == profile_name(name).casefold())
    row = connection.execute(wanted.with_for_update() if lock else wanted).mappings().first()
    if row is None:
        known = ", ".join(connection.execute(select(t.profiles.c.name)).scalars()) or "none yet"
        raise UsageError(f"There is no profile {name!r}. There are: {known}.")
    return row


def shelf_of(connection: Connection, profile: RowMapping) -> Shelf:
    """Return a profile with its corrections."""
    rows = connection.execute(
        select(t.corrections).filter_by(profile_id=profile["id"]).order_by(t.corrections.c.seq)
    ).mappings()
    examples = tuple(Example(r["id"], r["image"], r["label"], _state(r["state"])) for r in rows)
    wanted = select(t.versions.c.model).filter_by(
        profile_id=profile["id"], number=profile["active"]
    )
    return Shelf(
        int(profile["id"]),
        str(profile["name"]),
        bool(profile["is_on"]),
        int(profile["generation"]),
        int(profile["active"]),
        str(connection.execute(wanted).scalar() or ""),
        examples,
    )


def correction_row(connection: Connection, profile: RowMapping, id: str) -> RowMapping:
    """Return the row of a correction of a profile.

    Raises:
        UsageError: the profile has none of this id.
    """
    wanted = select(t.corrections).filter_by(profile_id=profile["id"], id=id)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        raise UsageError(f"There is no correction {id[:40]!r} in the profile {profile['name']!r}.")
    return row


def png_of(connection: Connection, image: str) -> bytes:
    """Return the PNG of a content hash."""
    return bytes(connection.execute(select(t.images.c.png).filter_by(hash=image)).scalar_one())


def sweep(connection: Connection) -> None:
    """Delete the pictures that no correction shows any more."""
    used = select(t.corrections.c.image)
    connection.execute(delete(t.images).where(t.images.c.hash.not_in(used)))


def grow(connection: Connection, profile: int) -> None:
    """Say that a profile's corrections have changed."""
    mine = update(t.profiles).where(t.profiles.c.id == profile)
    connection.execute(mine.values(generation=t.profiles.c.generation + 1))


def activate(connection: Connection, profile: int, number: int) -> None:
    """Let a version read from now on."""
    connection.execute(update(t.profiles).where(t.profiles.c.id == profile).values(active=number))


def mark(connection: Connection, profile: int, learnt: Collection[str], others: State) -> None:
    """Call some corrections learnt, and those that were learnt or waiting before, otherwise."""
    mine = t.corrections.c.profile_id == profile
    known = t.corrections.c.id.in_(learnt)
    late = t.corrections.c.state.in_(("learned", "waiting"))
    connection.execute(update(t.corrections).where(mine, ~known, late).values(state=others))
    connection.execute(update(t.corrections).where(mine, known).values(state="learned"))


def correction_of(row: RowMapping, profile: str) -> Correction:
    """Return a row as a correction."""
    return Correction(
        id=row["id"],
        label=row["label"],
        profile=profile,
        source=row["source"],
        read_as=row["read_as"],
        model=row["model"],
        version=int(row["version"]),
        time=row["time"],
        state=_state(row["state"]),
    )


def version_of(row: RowMapping, active: int) -> Version:
    """Return a row as a version."""
    return Version(
        int(row["number"]),
        row["time"],
        row["reason"],
        row["verdict"],
        row["head"] is not None,
        int(row["number"]) == active,
        int(row["corrections"]),
        row["own_before"],
        row["own_after"],
        float(row["general_before"]),
        float(row["general_after"]),
    )


def _state(text: str) -> State:
    return next(state for state in STATES if state == text)


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
