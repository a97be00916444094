"""``palote read --out``: any number of pictures into a folder of files, here or on Ray."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from palote.errors import FileNotReadable, UsageError
from palote.surfaces.cli.options import declared_by
from palote.surfaces.cli.paths import SUFFIXES, pictures
from palote.surfaces.cli.progress import progress

if TYPE_CHECKING:
    from palote.bulk.current import Wanted
    from palote.bulk.job import Job
    from palote.bulk.sources import Entry
    from palote.settings import Settings

__all__ = ["TABLE", "checked_engine", "is_url", "job_of", "read_into", "wanted_by"]

TABLE = ".parquet"
ENGINES = ("here", "ray")
EVERY = 30
"""Seconds between two lines where there is no terminal for a bar."""


def is_url(path: str) -> bool:
    """Tell whether an argument is a URL."""
    return "://" in path


def checked_engine(engine: str, address: str | None) -> str:
    """Return where it is done.

    Raises:
        UsageError: there is no such engine, or it has no address.
    """
    if engine not in ENGINES:
        raise UsageError(f"--on must be one of {', '.join(ENGINES)}, not {engine!r}.")
    if address is not None and engine != "ray":
        raise UsageError("--address belongs to --on ray.")
    return engine


def wanted_by(model: str | None, clean: str, declared: str | None, profile: str | None) -> Wanted:
    """Return which network reads, as the options say."""
    from palote.bulk.current import Wanted
    from palote.settings import Settings

    return Wanted(model, clean, declared_by(declared), profile, Settings.from_environment())


def job_of(
    paths: Sequence[str],
    out: str,
    written: str | None,
    column: str | None,
    expect: str,
    pattern: str | None,
    size: int,
    settings: Settings,
) -> Job:
    """Return what is read, as the options say."""
    from palote.bulk.job import Job

    # Workers need its limits; what may hold a password stays here.
    limits = replace(settings, store="")
    return Job(tuple(paths), out, written, column, expect, pattern, size, limits)


def read_into(
    job: Job, wanted: Wanted, engine: str, address: str | None, workers: int | None
) -> int:
    """Do a job, or what is left of it, and say what came out.

    Args:
        job: what is read, and where the rows go.
        wanted: the network.
        engine: "here" or "ray".
        address: of the cluster.
        workers: readers on the cluster.

    Returns:
        The exit code: 1 if a picture could not be read.

    Raises:
        PaloteError: it cannot be begun, or not be finished.
    """
    from palote.bulk import job as jobs
    from palote.bulk.current import Now
    from palote.bulk.sources import entries

    checked_engine(engine, address)
    if workers is not None and engine != "ray":
        raise UsageError("--workers belongs to --on ray.")
    _ = job.writes  # a format may be unknown
    current = Now(wanted)
    current.now()[0].read_many((), expect=job.expect, pattern=job.pattern)  # before any work
    missing = 0

    def problem(path: str, error: FileNotReadable) -> None:
        nonlocal missing
        missing += 1
        typer.echo(f"palote: {error}", err=True)

    def listed() -> Iterator[Entry]:
        return entries(job.sources, lambda one: pictures([one], problem), SUFFIXES, job.column)

    job, before = jobs.begun(job, listed)
    parts = jobs.pending(job)
    left = sum(map(job.rows_of, parts))
    if before:
        done = job.inputs - left
        typer.echo(
            f"palote: {done:,} of {job.inputs:,} pictures were read before; the list is the one "
            "that was made then.",
            err=True,
        )
    if parts:
        try:
            with _told(left) as read:
                if engine == "ray":
                    from palote.distributed import read_on_ray

                    read_on_ray(job, parts, current, address, workers, read)
                else:
                    jobs.read_here(job, parts, current, read)
        except KeyboardInterrupt:
            typer.echo("palote: stopped. The same command goes on where it was.", err=True)
            raise
    counted = jobs.check(job)
    typer.echo(job.target.url)
    typer.echo(f"palote: {_summary(job, counted)}", err=True)
    return 1 if missing or counted["error"] else 0


def _summary(job: Job, counted: Counter[str]) -> str:
    kinds = ", ".join(f"{count:,} {status}" for status, count in counted.most_common())
    rows, pictures, files = (
        f"{count:,} {what}{'s' if count != 1 else ''}"
        for what, count in (("row", counted.total()), ("picture", job.inputs), ("file", job.parts))
    )
    return f"{rows} for {pictures} in {files}, counted again: {kinds}."


@contextmanager
def _told(total: int) -> Iterator[Callable[[int], None]]:
    """Draw a bar on a terminal; elsewhere say every half minute how it goes."""
    started = said = time.monotonic()
    done = 0
    with progress(total) as advance:

        def read(count: int) -> None:
            nonlocal done, said
            done += count
            for _ in range(count):
                advance()
            now = time.monotonic()
            if now - said >= EVERY and not sys.stderr.isatty():
                said = now
                speed = done / (now - started)
                typer.echo(f"palote: {done:,} of {total:,} pictures, {speed:,.1f}/s", err=True)

        yield read
