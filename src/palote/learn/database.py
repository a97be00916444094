"""Opening the store: SQLite in the person's data folder, or PostgreSQL by its address.

SQLite writes ahead (WAL) and waits for the disk at each commit, so that what was
acknowledged is there after a power cut, and two processes read and write side by side.
What is deleted is overwritten with zeros.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from palote.errors import LearnError, MissingExtra, UsageError
from palote.settings import Settings

__all__ = ["Database", "is_store"]

FILE = "store.sqlite3"
PATIENCE_SECONDS = 30
"""How long a process waits for another one that is writing."""

AGAIN_SECONDS = 0.02
"""How long between two tries to write ahead."""

WRITE_AHEAD = "journal_mode = WAL"
PRAGMAS = (
    f"busy_timeout = {PATIENCE_SECONDS * 1000}",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)
WRITES = "palote_writes"


class Database:
    """Connections to a store, each for one transaction.

    Args:
        settings: the store's address, and the data folder.

    Raises:
        UsageError: the address is no SQLite or PostgreSQL address.
        MissingExtra: it is PostgreSQL, and its driver is not installed.
        LearnError: the folder cannot be made.
    """

    def __init__(self, settings: Settings) -> None:
        url = _url(settings)
        self.shown = url.render_as_string(hide_password=True)
        self.is_file = url.get_backend_name() == "sqlite"
        if self.is_file:
            self.shown = str(url.database)
            self._engine = create_engine(url)
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)
        else:
            self._engine = create_engine(
                url,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10},
                isolation_level="READ COMMITTED",
            )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection for changes: all of them are kept, or none.

        Raises:
            LearnError: the store cannot be reached or written.
        """
        with self._named(), _writing(self._engine).begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store.

        Raises:
            LearnError: the store cannot be reached or read.
        """
        with self._named(), self._engine.begin() as connection:
            yield connection

    def forget(self) -> None:
        """Take what was deleted out of SQLite's log, too."""
        if self.is_file:
            with self._named(), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if isinstance(raw, sqlite3.Connection):
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise _told(error, self.shown) from error


def is_store(address: str) -> bool:
    """Tell whether a text is the address of a store that Palote can use."""
    try:
        return make_url(address).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        return False


def _url(settings: Settings) -> URL:
    if not settings.store:
        path = settings.data_dir / "learn" / FILE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LearnError(
                f"{str(path.parent)!r} cannot be made: {error.strerror}. Corrections are kept "
                "there; PALOTE_DATA_DIR names another folder."
            ) from error
        return URL.create("sqlite", database=str(path))
    if not is_store(settings.store):
        raise UsageError(
            "The address of the store is not understood. Give postgresql://NAME@HOST/DATABASE, "
            "or sqlite:////FOLDER/FILE."
        )
    url = make_url(settings.store)
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    if find_spec("psycopg") is None:
        raise MissingExtra("postgres", "Keeping corrections in PostgreSQL")
    return url.set(drivername="postgresql+psycopg")


def _writing(engine: Engine) -> Engine:
    return engine.execution_options(**{WRITES: True})


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Otherwise Python's driver begins transactions by itself, and too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Set it; where two processes open a new store at once, SQLite refuses one without waiting."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            cursor.execute(f"PRAGMA {WRITE_AHEAD}")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)


def _begin(connection: Connection) -> None:
    # Who will write says so at the start; else two that have read would wait for each other.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _told(error: SQLAlchemyError, shown: str) -> LearnError:
    """Return the error as a person is told it."""
    reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0][:200]
    low = reason.lower()
    if "full" in low or "no space" in low or "disk i/o" in low:
        advice = "The disk is full, or broken. Make room and try again; nothing was changed."
    elif "locked" in low:
        advice = "Another program keeps it locked. Close that and try again."
    elif "readonly" in low or "unable to open" in low or "permission" in low:
        advice = "It may not be written there. Change its permissions, or choose another place."
    elif "malformed" in low or "not a database" in low:
        advice = "It is damaged. Move it away, and import an export of it: palote learn import"
    else:
        advice = "Nothing was changed. Try again, and check that it is there."
    return LearnError(f"The store of corrections {shown!r} refuses: {reason}. {advice}")
