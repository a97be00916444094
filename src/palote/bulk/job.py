"""A job: many pictures, read into a folder of files, stopped and gone on with at will.

In the target lie ``part-000000.parquet`` and so on, each with the rows of so many pictures,
and ``_palote/`` with what was asked for and the list of pictures, cut in the same way. A part
that is there is never read again; one that is not there is read from its first picture on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from palote import __version__
from palote.bulk.current import Current
from palote.bulk.opening import Opening, Picture
from palote.bulk.place import Place, place, shown
from palote.bulk.rows import Format, Row, failed, format_of, row
from palote.bulk.sources import Entry
from palote.errors import DataError, FileNotReadable, PaloteError, UsageError
from palote.reader import Reader
from palote.result import Reading
from palote.settings import Settings

__all__ = ["Job", "begun", "check", "pending", "read_here", "read_part"]

ABOUT = "_palote/job.json"
LIST = "_palote/list/{:06d}.jsonl"
PART = re.compile(r"part-(\d{6,})\.\w+")
BATCH = 64
"""Pictures that go through the network together, and between which it may be another one."""
AT_ONCE = 16
"""Files that are counted at once."""

Answer = Reading | Exception

Read = Callable[[int], None]
"""Is told how many pictures more are done."""


@dataclass(frozen=True)
class Job:
    """What is read, and where the rows go.

    Attributes:
        sources: paths, patterns, tables and URLs, as they were typed.
        out: folder or URL of the results.
        format: "parquet", "csv" or "jsonl"; by the end of ``out`` if not given.
        column: of tables: see `palote.bulk.tables.Table`.
        expect: see `palote.Reader.read`.
        pattern: see `palote.Reader.read`.
        size: pictures of a part.
        settings: limits on pictures.
        inputs: pictures in all; known once it is begun.
    """

    sources: tuple[str, ...]
    out: str
    format: str | None
    column: str | None
    expect: str
    pattern: str | None
    size: int
    settings: Settings
    inputs: int = 0

    @property
    def parts(self) -> int:
        """Number of parts."""
        return -(-self.inputs // self.size)

    @property
    def target(self) -> Place:
        """Where the rows go."""
        return place(self.out)

    @property
    def writes(self) -> Format:
        """How they are written."""
        return format_of(self.format, self.out)

    def rows_of(self, part: int) -> int:
        """Return how many rows a part has."""
        return min(self.size, self.inputs - part * self.size)

    def file_of(self, part: int) -> str:
        """Return the name of a part."""
        return f"part-{part:06d}.{self.writes.suffix}"

    @property
    def asked(self) -> dict[str, str | int | list[str] | None]:
        """What must be the same to go on; without passwords, for it is written down."""
        return {
            "sources": [shown(one) for one in self.sources],
            "column": self.column,
            "format": self.writes.suffix,
            "expect": self.expect,
            "pattern": self.pattern,
            "size": self.size,
        }


def begun(job: Job, entries: Callable[[], Iterable[Entry]]) -> tuple[Job, bool]:
    """Write the list of pictures, or find the one of a job that was stopped.

    Args:
        job: what is wanted.
        entries: gives the pictures; called only where there is no whole list yet.

    Returns:
        The job with the number of its inputs, and whether it was begun before.

    Raises:
        UsageError: there are no pictures, another job lies in the target, or other files.
        DataError: the target cannot be written to.
    """
    target = job.target
    if target.is_file(""):
        raise UsageError(
            f"{target.url!r} is a file. The results are several files: name a folder for them."
        )
    if target.is_file(ABOUT):
        return _gone_on_with(job, target), True
    if any(not name.startswith("_palote/") for name in target.names()):
        raise UsageError(
            f"{target.url!r} is not empty and holds no results of Palote. Name another folder."
        )
    inputs, part = 0, 0
    listed = iter(entries())
    while some := list(islice(listed, job.size)):
        target.write(LIST.format(part), "".join(map(Entry.to_line, some)).encode("utf-8"))
        inputs, part = inputs + len(some), part + 1
    if not inputs:
        raise UsageError(
            f"There is no picture to read in {', '.join(shown(one) for one in job.sources)}."
        )
    made = datetime.now(UTC).isoformat(timespec="seconds")
    about = {"asked": job.asked, "inputs": inputs, "listed": made, "palote": __version__}
    # Last, so that a list that was not finished is begun anew.
    target.write(ABOUT, (json.dumps(about, indent=2) + "\n").encode("utf-8"))
    return replace(job, inputs=inputs), False


def _gone_on_with(job: Job, target: Place) -> Job:
    with target.open(ABOUT) as file:
        content = file.read()
    try:
        about = json.loads(content)
        before, inputs = dict(about["asked"]), int(about["inputs"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{target.url}/{ABOUT} is damaged. Name another folder.") from error
    changed = [key for key, value in job.asked.items() if before.get(key) != value]
    if changed:
        said = ", ".join(f"{key} was {before.get(key)!r}" for key in changed)
        raise UsageError(
            f"The results in {target.url!r} were begun with other options: {said}. "
            "Give the same ones, or name another folder."
        )
    return replace(job, inputs=inputs)


def pending(job: Job) -> list[int]:
    """Return the parts that are still to be read."""
    found = (PART.fullmatch(name) for name in job.target.names())
    there = {int(match[1]) for match in found if match}
    return [part for part in range(job.parts) if part not in there]


def read_here(job: Job, parts: Sequence[int], current: Current, read: Read) -> None:
    """Read parts in this process, one after the other.

    Args:
        job: a begun one.
        parts: their numbers.
        current: the network.
        read: is told how it goes.

    Raises:
        DataError: the results cannot be written.
    """
    for part in parts:
        read_part(job, part, current, read)


def read_part(job: Job, part: int, current: Current, read: Read) -> None:
    """Read the pictures of a part and write its file; memory does not grow with their size."""
    target = job.target
    with target.open(LIST.format(part)) as file:
        entries = [Entry.from_line(line) for line in file.read().decode("utf-8").splitlines()]
    rows: list[Row] = []
    pictures = Opening(job.sources, job.column, job.settings).pictures(entries)
    while some := list(islice(pictures, BATCH)):
        rows += _batch(job, some, current)
        read(len(some))
    target.write(job.file_of(part), job.writes.encode(rows))


def _batch(job: Job, some: Sequence[tuple[Entry, Picture]], current: Current) -> list[Row]:
    reader, version = current.now()
    while True:
        rows = _rows(job, some, reader, version)
        # What is taught takes effect at once; then the batch is read again, to be of one version.
        reader, after = current.now()
        if after == version:
            return rows
        version = after


def _rows(
    job: Job, some: Sequence[tuple[Entry, Picture]], reader: Reader, version: str
) -> list[Row]:
    fetched = [picture for _, picture in some if not isinstance(picture, PaloteError)]
    answers = _answers(job, fetched, reader)
    rows = []
    for entry, picture in some:
        answer = picture if isinstance(picture, PaloteError) else next(answers)
        if isinstance(answer, Exception):
            rows.append(failed(entry.id, answer, reader.name, version))
        else:
            rows.append(row(entry.id, answer, version))
    return rows


def _answers(job: Job, pictures: Sequence[str | bytes], reader: Reader) -> Iterator[Answer]:
    def read(some: Sequence[str | bytes]) -> list[Answer]:
        return list(
            reader.read_many(
                some, expect=job.expect, pattern=job.pattern, on_error="return", batch=BATCH
            )
        )

    try:
        yield from read(pictures)
        return
    except UsageError:
        raise
    except Exception:
        # One picture in ten million that nobody has foreseen must not stop the others.
        pass
    for picture in pictures:
        try:
            yield from read([picture])
        except Exception as error:
            yield error


def check(job: Job) -> Counter[str]:
    """Count the rows that were written, by status.

    Raises:
        DataError: a part is missing, damaged, or has more or fewer rows than pictures.
    """
    target = job.target

    def tally(part: int) -> Counter[str]:
        name = job.file_of(part)
        try:
            with target.open(name) as file:
                found = job.writes.tally(file)
        except FileNotReadable as error:
            raise DataError(f"{error} Start the same again: it is read anew.") from error
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"{target.url}/{name} is damaged ({error}). Delete it and start the same again."
            ) from error
        if found.total() != job.rows_of(part):
            raise DataError(
                f"{target.url}/{name} has {found.total():,} rows, but its list "
                f"{job.rows_of(part):,} pictures. Delete it and start the same again."
            )
        return found

    counted: Counter[str] = Counter()
    with ThreadPoolExecutor(AT_ONCE) as counters:
        for found in counters.map(tally, range(job.parts)):
            counted += found
    return counted
