"""What is kept: profiles, corrections with their pictures, and versions of heads.

The store decides, and nothing else: the files that readers look at are copies of what it
calls active. Everything that changes it happens in one transaction, so that a process may be
killed at any moment. A profile's ``generation`` grows with each change of its corrections:
a head that was fitted to an older generation is not taken, so that of two processes that
correct at once neither loses anything, and what was deleted does not come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from palote.learn import schema as t
from palote.learn.database import Database
from palote.learn.profiles import Profiles
from palote.learn.records import Correction, Version
from palote.learn.rows import (
    Given,
    Measured,
    Shelf,
    activate,
    correction_of,
    correction_row,
    grow,
    mark,
    now,
    png_of,
    profile_row,
    sweep,
    version_of,
)
from palote.settings import Settings

__all__ = ["Store"]


class Store(Profiles):
    """The store of one address; safe to share between threads and between processes.

    Args:
        settings: the address and the data folder.

    Raises:
        LearnError: it cannot be reached, or is of a newer Palote.
        UsageError: the address is none.
        MissingExtra: the driver is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(Database(settings))
        self.shown = self.database.shown
        try:
            with self.database.write() as connection:
                t.migrate(connection)
        except BaseException:
            self.database.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    # Corrections

    def keep(self, name: str, given: Iterable[Given]) -> tuple[tuple[str, ...], int]:
        """Keep corrections; a picture that the profile has already gets the new label.

        Returns:
            Their ids, and how many pictures were new. When it returns, they are on the disk.
        """
        ids, added = [], 0
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            for one in given:
                image = hashlib.sha256(one.png).hexdigest()
                if not connection.execute(select(t.images.c.hash).filter_by(hash=image)).first():
                    # Another profile may get the same picture at the same time.
                    with suppress(IntegrityError), connection.begin_nested():
                        connection.execute(insert(t.images).values(hash=image, png=one.png))
                own = hashlib.sha256(f"{profile['id']} {image}".encode()).hexdigest()[:24]
                gone = connection.execute(delete(t.corrections).filter_by(id=own)).rowcount
                added += not gone
                connection.execute(
                    insert(t.corrections).values(
                        id=own,
                        profile_id=profile["id"],
                        image=image,
                        label=one.label,
                        source=one.source[:40],
                        read_as=one.read_as,
                        model=one.model[:12],
                        version=one.version,
                        time=now(),
                        state="waiting",
                    )
                )
                ids.append(own)
            grow(connection, profile["id"])
        return tuple(dict.fromkeys(ids)), added

    def corrections(
        self, name: str, limit: int = 100, before: str | None = None
    ) -> tuple[Correction, ...]:
        """Return corrections, newest first.

        Args:
            name: the profile.
            limit: no more than this.
            before: id of a correction; only older ones.
        """
        with self.database.read() as connection:
            profile = profile_row(connection, name)
            wanted = select(t.corrections).filter_by(profile_id=profile["id"])
            if before is not None:
                last = correction_row(connection, profile, before)["seq"]
                wanted = wanted.where(t.corrections.c.seq < last)
            rows = connection.execute(wanted.order_by(t.corrections.c.seq.desc()).limit(limit))
            return tuple(correction_of(row, profile["name"]) for row in rows.mappings())

    def correction(self, name: str, id: str) -> Correction:
        """Return one correction.

        Raises:
            UsageError: the profile has none of this id.
        """
        with self.database.read() as connection:
            profile = profile_row(connection, name)
            return correction_of(correction_row(connection, profile, id), profile["name"])

    def picture(self, name: str, id: str) -> bytes:
        """Return the PNG of a correction.

        Raises:
            UsageError: the profile has none of this id.
        """
        with self.database.read() as connection:
            row = correction_row(connection, profile_row(connection, name), id)
            return png_of(connection, row["image"])

    def pictures(self, images: Collection[str]) -> dict[str, bytes]:
        """Return the PNGs of content hashes; one that was deleted is left out."""
        wanted = select(t.images).where(t.images.c.hash.in_(images))
        with self.database.read() as connection:
            rows = connection.execute(wanted).all()
        return {str(row.hash): bytes(row.png) for row in rows}

    def size(self, name: str) -> int:
        """Return the bytes of a profile's pictures."""
        total = select(func.coalesce(func.sum(func.length(t.images.c.png)), 0)).join(
            t.corrections, t.corrections.c.image == t.images.c.hash
        )
        with self.database.read() as connection:
            profile = profile_row(connection, name)
            mine = total.where(t.corrections.c.profile_id == profile["id"])
            return int(connection.execute(mine).scalar_one())

    def remove(self, name: str, ids: Sequence[str] | None) -> None:
        """Delete corrections, all if ``ids`` is None, and the versions that learnt from them."""
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            mine = t.corrections.c.profile_id == profile["id"]
            derived = select(t.members.c.number).where(t.members.c.profile_id == profile["id"])
            if ids is not None:
                mine &= t.corrections.c.id.in_(ids)
                derived = derived.where(t.members.c.correction.in_(ids))
            numbers = set(connection.execute(derived).scalars())
            connection.execute(delete(t.corrections).where(mine))
            connection.execute(
                update(t.versions)
                .where(t.versions.c.profile_id == profile["id"], t.versions.c.number.in_(numbers))
                .values(head=None, checksum=None)
            )
            if profile["active"] in numbers:
                activate(connection, profile["id"], 0)
            sweep(connection)
            grow(connection, profile["id"])
        self.database.forget()

    # What the network sees

    def seen(self, images: Collection[str], model: str) -> dict[str, bytes]:
        """Return what is kept of what a network says of pictures, by content hash."""
        wanted = select(t.seen.c.image, t.seen.c.data).where(t.seen.c.model == model)
        with self.database.read() as connection:
            rows = connection.execute(wanted.where(t.seen.c.image.in_(images))).all()
        return {str(image): bytes(data) for image, data in rows}

    def keep_seen(self, found: dict[str, bytes], model: str) -> None:
        """Keep what a network says of pictures, as long as they are there.

        Another server may keep the same at the same time; then its own stays.
        """
        with self.database.write() as connection:
            there = select(t.images.c.hash).where(t.images.c.hash.in_(found))
            # Always in one order, so that no two servers wait for each other.
            for image in sorted(connection.execute(there).scalars()):
                with suppress(IntegrityError), connection.begin_nested():
                    connection.execute(delete(t.seen).filter_by(image=image))
                    connection.execute(
                        insert(t.seen).values(image=image, model=model, data=found[image])
                    )

    # Versions

    def history(self, name: str) -> tuple[Version, ...]:
        """Return the versions of a profile, newest first."""
        with self.database.read() as connection:
            profile = profile_row(connection, name)
            wanted = select(t.versions).filter_by(profile_id=profile["id"])
            rows = connection.execute(wanted.order_by(t.versions.c.number.desc())).mappings().all()
        return tuple(version_of(row, profile["active"]) for row in rows)

    def record(
        self, shelf: Shelf, measured: Measured, head: Callable[[int], bytes] | None
    ) -> int | None:
        """Write a version down; if it has a head, it reads from now on.

        Args:
            shelf: the profile as it was when the version was made.
            measured: what it is.
            head: its number -> its head; None for what the gate refused.

        Returns:
            Its number, or None if the corrections have changed since: then nothing is written.
        """
        with self.database.write() as connection:
            profile = profile_row(connection, shelf.name, lock=True)
            if profile["generation"] != shelf.generation:
                return None
            number = int(profile["last_version"]) + 1
            content = head(number) if head else None
            about = {field: value for field, value in vars(measured).items() if field != "examples"}
            connection.execute(
                insert(t.versions).values(
                    **about,
                    profile_id=shelf.id,
                    number=number,
                    time=now(),
                    corrections=len(measured.examples),
                    head=content,
                    checksum=None if content is None else hashlib.sha256(content).hexdigest(),
                )
            )
            rows = [
                {"profile_id": shelf.id, "number": number, "correction": id}
                for id in measured.examples
            ]
            if rows:
                connection.execute(insert(t.members), rows)
            connection.execute(
                update(t.profiles).where(t.profiles.c.id == shelf.id).values(last_version=number)
            )
            if content is not None:
                activate(connection, shelf.id, number)
                mark(connection, shelf.id, measured.examples, "waiting")
        return number

    def head(self, name: str, number: int) -> bytes | None:
        """Return a version's head; None if it was refused, destroyed, or is damaged."""
        with self.database.read() as connection:
            profile = profile_row(connection, name)
            wanted = select(t.versions.c.head, t.versions.c.checksum)
            row = connection.execute(
                wanted.filter_by(profile_id=profile["id"], number=number)
            ).first()
        if row is None or row.head is None:
            return None
        content = bytes(row.head)
        return content if hashlib.sha256(content).hexdigest() == row.checksum else None

    def activate(self, name: str, number: int, *, aside: bool) -> None:
        """Let a version read from now on; with ``aside``, set newer corrections aside."""
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            activate(connection, profile["id"], number)
            mine = select(t.members.c.correction).filter_by(profile_id=profile["id"], number=number)
            learnt = tuple(connection.execute(mine).scalars())
            mark(connection, profile["id"], learnt, "aside" if aside else "waiting")
            grow(connection, profile["id"])

    def forget_model(self, name: str) -> None:
        """Let the shipped network read, and all that was learnt wait to be learnt again."""
        with self.database.write() as connection:
            profile = profile_row(connection, name, lock=True)
            activate(connection, profile["id"], 0)
            connection.execute(
                update(t.corrections)
                .filter_by(profile_id=profile["id"], state="learned")
                .values(state="waiting")
            )
            grow(connection, profile["id"])
