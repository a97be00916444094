"""From entries of the list to pictures, in order: what is far away is fetched ahead.

A few are on their way at once, since a fetch from a bucket is mostly waiting; never more, so
that memory stays the same however long the list is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from urllib.parse import urlsplit

from palote.bulk.place import Place, is_url, place
from palote.bulk.sources import Entry, without_pattern
from palote.bulk.tables import Table
from palote.errors import FileNotReadable, PaloteError
from palote.settings import Settings

__all__ = ["Opening", "Picture"]

AHEAD = 16
"""Files that are fetched at once."""

Picture = str | bytes | PaloteError
"""A path, the content of a file, or why there is none."""


class Opening:
    """Opens the pictures of a list.

    Args:
        arguments: what the list was made from.
        column: of tables: see `Table`.
        settings: the largest file.
    """

    def __init__(self, arguments: Sequence[str], column: str | None, settings: Settings) -> None:
        self._arguments = arguments
        self._column = column
        self._most = settings.max_bytes
        self._places: dict[str, Place] = {}

    def pictures(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Picture]]:
        """Yield each entry with its picture, in order."""
        for in_table, group in groupby(entries, _table_of):
            if in_table is None:
                yield from self._files(group)
            else:
                yield from self._rows(list(group))

    def _files(self, entries: Iterator[Entry]) -> Iterator[tuple[Entry, Picture]]:
        waiting: deque[tuple[Entry, Future[Picture]]] = deque()
        with ThreadPoolExecutor(AHEAD) as fetchers:
            for entry in entries:
                waiting.append((entry, fetchers.submit(self._file, entry)))
                if len(waiting) >= AHEAD:
                    first, fetched = waiting.popleft()
                    yield first, fetched.result()
            for first, fetched in waiting:
                yield first, fetched.result()

    def _file(self, entry: Entry) -> Picture:
        try:
            where, name = self._where(entry)
            if where is None:
                return name
            with where.open(name) as stream:
                return stream.read(self._most + 1)
        except PaloteError as error:
            return error
        except (OSError, ValueError) as error:
            return FileNotReadable(f"{entry.id!r} cannot be read: {error}.")

    def _rows(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Picture]]:
        first = entries[0]
        where = self._place(self._arguments[first.source])
        rows = [entry.row for entry in entries if entry.row is not None]
        with Table(where, first.file, self._column) as table:
            yield from zip(entries, table.pictures(rows), strict=True)

    def _where(self, entry: Entry) -> tuple[Place | None, str]:
        """Return the place and the name there; no place for a path of this machine."""
        argument = self._arguments[entry.source]
        if not is_url(entry.file):
            remote = is_url(argument) and not argument.startswith("file://")
            if not remote or argument.split("?")[0].endswith(".parquet"):
                return None, entry.file
            return self._place(argument), entry.file
        parts = urlsplit(entry.file)
        options = argument.partition("?")[2] if argument.startswith(f"{parts.scheme}://") else ""
        top = f"{parts.scheme}://{parts.netloc}" + (f"?{options}" if options else "")
        return self._place(top), parts.path.lstrip("/")

    def _place(self, text: str) -> Place:
        base = without_pattern(text)[0]
        if base not in self._places:
            self._places[base] = place(base)
        return self._places[base]


def _table_of(entry: Entry) -> tuple[int, str] | None:
    return None if entry.row is None else (entry.source, entry.file)
