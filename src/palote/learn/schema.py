"""The store's tables, and the numbered steps by which an older store becomes this one.

A step that was published is never changed: what comes later is appended. SQLite and
PostgreSQL differ in two words, which stand in braces.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from palote.errors import LearnError

__all__ = ["corrections", "images", "members", "migrate", "profiles", "seen", "versions"]

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE profiles (
            id {serial},
            key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            is_on BOOLEAN NOT NULL,
            generation INTEGER NOT NULL,
            last_version INTEGER NOT NULL,
            active INTEGER NOT NULL,
            token_hash {blob}
        )""",
        "CREATE TABLE images (hash TEXT PRIMARY KEY, png {blob} NOT NULL)",
        """CREATE TABLE corrections (
            seq {serial},
            id TEXT NOT NULL UNIQUE,
            profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
            image TEXT NOT NULL REFERENCES images (hash),
            label TEXT NOT NULL,
            source TEXT NOT NULL,
            read_as TEXT NOT NULL,
            model TEXT NOT NULL,
            version INTEGER NOT NULL,
            time TEXT NOT NULL,
            state TEXT NOT NULL
        )""",
        "CREATE INDEX corrections_of_profile ON corrections (profile_id, seq)",
        "CREATE INDEX corrections_of_image ON corrections (image)",
        """CREATE TABLE seen (
            image TEXT NOT NULL REFERENCES images (hash) ON DELETE CASCADE,
            model TEXT NOT NULL,
            data {blob} NOT NULL,
            PRIMARY KEY (image, model)
        )""",
        """CREATE TABLE versions (
            profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            time TEXT NOT NULL,
            model TEXT NOT NULL,
            reason TEXT NOT NULL,
            verdict TEXT NOT NULL,
            corrections INTEGER NOT NULL,
            own_before DOUBLE PRECISION,
            own_after DOUBLE PRECISION,
            general_before DOUBLE PRECISION NOT NULL,
            general_after DOUBLE PRECISION NOT NULL,
            head {blob},
            checksum TEXT,
            PRIMARY KEY (profile_id, number)
        )""",
        """CREATE TABLE members (
            profile_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            correction TEXT NOT NULL,
            PRIMARY KEY (profile_id, number, correction),
            FOREIGN KEY (profile_id, number) REFERENCES versions (profile_id, number)
                ON DELETE CASCADE
        )""",
    ),
)

WORDS = {
    "sqlite": {"serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "blob": "BLOB"},
    "postgresql": {"serial": "BIGSERIAL PRIMARY KEY", "blob": "BYTEA"},
}
LOCK = 7_256_837
"""Number of the lock under which PostgreSQL lets one process at a time make the tables."""

_tables = MetaData()

profiles = Table(
    "profiles",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("key", Text),
    Column("name", Text),
    Column("is_on", Boolean),
    Column("generation", Integer),
    Column("last_version", Integer),
    Column("active", Integer),
    Column("token_hash", LargeBinary),
)
images = Table(
    "images", _tables, Column("hash", Text, primary_key=True), Column("png", LargeBinary)
)
corrections = Table(
    "corrections",
    _tables,
    Column("seq", Integer, primary_key=True),
    Column("id", Text),
    Column("profile_id", Integer),
    Column("image", Text),
    Column("label", Text),
    Column("source", Text),
    Column("read_as", Text),
    Column("model", Text),
    Column("version", Integer),
    Column("time", Text),
    Column("state", Text),
)
seen = Table(
    "seen",
    _tables,
    Column("image", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("data", LargeBinary),
)
"""What the network says of a picture and its augmented copies: to be had again, but slowly."""
versions = Table(
    "versions",
    _tables,
    Column("profile_id", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("time", Text),
    Column("model", Text),
    Column("reason", Text),
    Column("verdict", Text),
    Column("corrections", Integer),
    Column("own_before", Float),
    Column("own_after", Float),
    Column("general_before", Float),
    Column("general_after", Float),
    Column("head", LargeBinary),
    Column("checksum", Text),
)
members = Table(
    "members",
    _tables,
    Column("profile_id", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("correction", Text, primary_key=True),
)


def migrate(connection: Connection) -> None:
    """Bring a store to the newest step, within one transaction.

    Raises:
        LearnError: a newer Palote has made it.
    """
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS steps (number INTEGER PRIMARY KEY)"))
    done = int(connection.execute(text("SELECT COALESCE(MAX(number), 0) FROM steps")).scalar_one())
    if done > len(STEPS):
        raise LearnError(
            f"The store of corrections was made by a newer Palote (step {done}; this one knows "
            f"{len(STEPS)}). Install the newer Palote again: pip install --upgrade palote"
        )
    for number, step in enumerate(STEPS[done:], done + 1):
        for statement in step:
            connection.execute(text(statement.format_map(WORDS[dialect])))
        connection.execute(text("INSERT INTO steps VALUES (:number)"), {"number": number})
