"""The profiles of a store: readers with names, each taught by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import delete, func, insert, select, update

from palote.errors import LearnError, UsageError
from palote.learn import schema as t
from palote.learn.database import Database
from palote.learn.records import Profile
from palote.learn.rows import Shelf, profile_row, shelf_of, sweep
from palote.model.head import profile_name

__all__ = ["Profiles"]


class Profiles:
    """The profiles of a store.

    Args:
        database: the store.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def profiles(self) -> tuple[Profile, ...]:
        """Return all profiles, in order of name."""
        counts = (
            select(t.corrections.c.profile_id, func.count().label("n"))
            .group_by(t.corrections.c.profile_id)
            .subquery()
        )
        wanted = select(t.profiles, func.coalesce(counts.c.n, 0).label("n")).outerjoin(
            counts, counts.c.profile_id == t.profiles.c.id
        )
        with self.database.read() as connection:
            rows = connection.execute(wanted.order_by(t.profiles.c.key)).mappings().all()
        return tuple(
            Profile(
                row["name"],
                bool(row["is_on"]),
                int(row["n"]),
                int(row["active"]) if row["is_on"] else 0,
                row["token_hash"] is not None,
            )
            for row in rows
        )

    def shelf(self, name: str) -> Shelf:
        """Return a profile with its corrections.

        Raises:
            UsageError: there is none of this name.
        """
        with self.database.read() as connection:
            return shelf_of(connection, profile_row(connection, name))

    def ensure(self, name: str) -> Shelf:
        """Return a profile, made if need be."""
        with suppress(UsageError):
            return self.shelf(profile_name(name))
        with suppress(UsageError, LearnError):  # another process was faster
            self.add_profile(name)
        return self.shelf(name)

    def add_profile(self, name: str) -> None:
        """Make a profile.

        Raises:
            UsageError: it is there already, or the name is none.
        """
        tidy = profile_name(name)
        row = {"key": tidy.casefold(), "name": tidy, "is_on": True}
        with self.database.write() as connection:
            wanted = select(t.profiles.c.id).where(t.profiles.c.key == row["key"])
            if connection.execute(wanted).first():
                raise UsageError(f"There is a profile {tidy!r} already.")
            connection.execute(
                insert(t.profiles).values(**row, generation=0, last_version=0, active=0)
            )

    def remove_profile(self, name: str) -> None:
        """Delete a profile with all that it has.

        Raises:
            UsageError: there is none of this name.
        """
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            connection.execute(delete(t.profiles).where(t.profiles.c.id == profile["id"]))
            sweep(connection)
        self.database.forget()

    def switch(self, name: str, on: bool) -> None:
        """Switch learning on or off."""
        self._change(name, is_on=on)

    def set_token(self, name: str, hashed: bytes | None) -> None:
        """Keep the hash of a profile's token, or none."""
        self._change(name, token_hash=hashed)

    def token_hashes(self) -> tuple[tuple[str, bytes], ...]:
        """Return name and token hash of every profile that has a token."""
        wanted = select(t.profiles.c.name, t.profiles.c.token_hash).where(
            t.profiles.c.token_hash.is_not(None)
        )
        with self.database.read() as connection:
            return tuple((str(name), bytes(h)) for name, h in connection.execute(wanted).all())

    def has_token(self, name: str) -> bool:
        """Tell whether a profile has a token."""
        with self.database.read() as connection:
            return profile_row(connection, name)["token_hash"] is not None

    def _change(self, name: str, **values: bool | bytes | None) -> None:
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            wanted = update(t.profiles).where(t.profiles.c.id == profile["id"])
            connection.execute(wanted.values(**values))

    @contextmanager
    def locked(self, name: str) -> Iterator[tuple[str, int]]:
        """Give a profile's name and the number that reads, which stays as long as this holds."""
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            yield str(profile["name"]), int(profile["active"]) if profile["is_on"] else 0
