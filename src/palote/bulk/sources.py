"""From what a person names to a list of pictures, one after another.

Nothing is opened but tables, and no list is held: a bucket may hold ten million pictures.
"""

from __future__ import annotations

import fnmatch
import json
import os
import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import PurePosixPath

from palote.bulk.place import Folder, Place, Remote, is_url, place, shown
from palote.bulk.tables import SUFFIX, Table
from palote.errors import FileNotReadable

__all__ = ["Entry", "Local", "entries", "without_pattern"]

MAGIC = "*["
"""In a URL ``?`` begins its options, so it is no pattern there."""

Local = Callable[[str], Iterator[str]]
"""From a path or pattern of this machine to its pictures; it says itself what leads nowhere."""


@dataclass(frozen=True)
class Entry:
    """One picture of the list.

    Attributes:
        id: what it is called in the results.
        source: number of the argument that it came from.
        file: its path or URL, or its name in that place; of a row, the table's.
        row: number of the row from 0 on, if the picture is inside a table.
    """

    id: str
    source: int
    file: str
    row: int | None = None

    def to_line(self) -> str:
        """Return it as a line of JSON."""
        return json.dumps(astuple(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Read a line that `to_line` wrote."""
        name, source, file, row = json.loads(line)
        return cls(str(name), int(source), str(file), None if row is None else int(row))


def entries(
    arguments: Sequence[str], local: Local, suffixes: tuple[str, ...], column: str | None
) -> Iterator[Entry]:
    """Yield the pictures that the arguments stand for, in a fixed order.

    Args:
        arguments: paths, patterns, Parquet tables, and URLs of all of these.
        local: for what lies on this machine.
        suffixes: what counts as a picture in a folder behind a URL.
        column: of tables: see `Table`.

    Raises:
        FileNotReadable: a URL leads to nothing.
        DataError: a table cannot be read.
        UsageError: a table has no such column, or nothing opens such a URL.
    """
    for number, argument in enumerate(arguments):
        if is_url(argument) and not argument.startswith("file://"):
            yield from _remote(argument, number, suffixes, column)
            continue
        path = argument.removeprefix("file://")
        if path.endswith(SUFFIX) and os.path.exists(path):
            yield from _tables(Folder(path), number, column)
        else:
            for one in local(path):
                yield Entry(one, number, os.path.abspath(one))


def without_pattern(url: str) -> tuple[str, str]:
    """Return a URL up to the first folder with a pattern, and the pattern.

    >>> without_pattern("s3://scans/2024/*.png?scheme=http")
    ('s3://scans/2024?scheme=http', '*.png')
    """
    whole, mark, options = url.partition("?")
    steps = whole.split("/")
    fixed = next((i for i, step in enumerate(steps) if set(step) & set(MAGIC)), len(steps))
    return "/".join(steps[:fixed]) + mark + options, "/".join(steps[fixed:])


def _remote(
    url: str, number: int, suffixes: tuple[str, ...], column: str | None
) -> Iterator[Entry]:
    before, pattern = without_pattern(url)
    base = place(before)
    if not pattern and base.url.rstrip("/").endswith(SUFFIX):
        yield from _tables(base, number, column)
        return
    if not pattern and base.is_file(""):
        yield Entry(shown(url), number, "")
        return
    found = False
    for name in base.names():
        if pattern:
            wanted = _matches(name, pattern)
        else:
            wanted = name.lower().endswith(suffixes) and not PurePosixPath(name).name.startswith(
                "."
            )
        if wanted:
            found = True
            yield Entry(f"{base.url.rstrip('/')}/{name}", number, name)
    if not found:
        raise FileNotReadable(f"There is no picture at {shown(url)!r}. Check the name.")


def _matches(name: str, pattern: str) -> bool:
    """Match as a shell does: ``*`` stays within a folder, ``**`` does not."""
    if "**" in pattern:
        loose = pattern.replace("**/", "*").replace("**", "*")
        return fnmatch.fnmatchcase(name, loose)
    return name.count("/") == pattern.count("/") and all(
        fnmatch.fnmatchcase(*both) for both in zip(name.split("/"), pattern.split("/"), strict=True)
    )


def _tables(base: Place, number: int, column: str | None) -> Iterator[Entry]:
    """Yield the rows of a table, or of the tables of a folder."""
    names = [""] if base.is_file("") else [one for one in base.names() if one.endswith(SUFFIX)]
    if not names:
        raise FileNotReadable(f"There is no Parquet table at {base.url!r}. Check the name.")
    for name in names:
        with Table(base, name, column) as table:
            yield from _of_table(table, base, number, name)


def _of_table(table: Table, base: Place, number: int, name: str) -> Iterator[Entry]:
    for row, (what, path) in enumerate(table.listed()):
        if path is None:
            yield Entry(what, number, name, row)
            continue
        # A path in a table is meant from the folder that the table lies in.
        folder = posixpath.dirname(table.url)
        if is_url(path):
            yield Entry(what, number, path)
        elif isinstance(base, Remote):
            yield Entry(what, number, f"{folder}/{path}")
        else:
            yield Entry(what, number, os.path.normpath(os.path.join(folder, path)))
