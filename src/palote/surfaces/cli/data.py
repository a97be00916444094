"""``palote data``: the pictures to train on and to judge with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import UsageError
from palote.settings import Settings
from palote.surfaces.cli.progress import steps

if TYPE_CHECKING:
    from palote.data import Dataset, Part, Source

__all__ = ["data"]

LISTED = 10
"""So many pictures that were left out are named; the others are counted."""

WORKERS = 2

SOURCE_HELP = (
    "mnist, pen, or a folder of yours: with a folder for each digit, 0 to 9, or with labels.csv."
)

data = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The pictures to train on and to judge with.",
)


@data.command("fetch")
def fetch_mnist() -> None:
    """Fetch MNIST (12 MB) from a public mirror into the cache, if it is not there.

    Where PALOTE_DATA names a folder, MNIST is taken from there: it is checked.
    """
    from palote.data import fetch, mnist

    settings = Settings.from_environment()
    if settings.datasets is not None:
        where = settings.datasets / "mnist"
        for part in ("train", "test"):
            mnist(part, settings)
    else:
        with _bytes() as progress:
            where = fetch(settings, progress=progress)
    _say("MNIST is there, complete and right.")
    typer.echo(where)


@data.command("check")
def check(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help=SOURCE_HELP, show_default=False)
    ],
) -> None:
    """Count the pictures of each digit as training would take them, and find bad ones.

    Exit code 1 if a picture is left out, or is in the test and the training part alike.
    """
    from palote.data import gather

    settings = Settings.from_environment()
    with steps() as step:
        dataset = gather(
            sources,
            settings,
            progress=lambda done, total: step(done, total, "pictures"),
            handed=_drawn(settings),
            workers=WORKERS,
        )
    typer.echo("\n".join(_table(dataset)))
    _say_skipped(dataset.skipped)
    leaks = dataset.leaks()
    if leaks:
        test, train = leaks[0]
        _say(
            f"{len(leaks):,} test pictures are in the training part too, so that a score would "
            f"flatter. The first: {test!r} is the same as {train!r}. Remove one of each."
        )
    if dataset.skipped or leaks:
        raise typer.Exit(1)


@data.command("show")
def show(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE...]", help=SOURCE_HELP, show_default="mnist"),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.png", help="The picture to write.")] = Path(
        "sheet.png"
    ),
    split: Annotated[
        str | None, typer.Option(metavar="train|test", help="Which part; train if there is one.")
    ] = None,
    each: Annotated[int, typer.Option(metavar="N", min=1, max=50, help="Of each digit.")] = 6,
) -> None:
    """Draw a contact sheet: pictures of each digit, and beside each what the network sees."""
    from palote.data import contact_sheet, save_sheet, source

    part = None if split is None else _parts(split)[0]
    settings = Settings.from_environment()
    found = [source(text, settings, _drawn(settings))[0] for text in sources or ["mnist"]]
    sheet, skipped = contact_sheet(found, part, each)
    save_sheet(sheet, out)
    _say_skipped(skipped)
    typer.echo(out)


@data.command("export")
def export(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Empty, or not there yet.", show_default=False)
    ],
    split: Annotated[
        str, typer.Option(metavar="train|test|both", help="Which part of MNIST.")
    ] = "both",
    most: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="No more than N of each digit and part."),
    ] = None,
) -> None:
    """Write MNIST out as class folders of PNG files: train/7/00014.png.

    Stopped, it goes on where it was when it is called again in the same way.
    """
    from palote.data import PARTS, export_mnist

    parts = PARTS if split == "both" else _parts(split, "train, test, both")
    with steps() as step:
        count = export_mnist(
            out,
            parts=parts,
            most=most,
            progress=lambda done, total: step(done, total, "pictures"),
        )
    _say(f"{count:,} pictures.")
    typer.echo(out)


@data.command("purge")
def purge_cache() -> None:
    """Delete what can be fetched or made again: MNIST and its patches in the cache."""
    from palote.data import purge

    freed = purge()
    _say(f"{freed:,} bytes are free again." if freed else "There was nothing to delete.")


def _drawn(settings: Settings) -> dict[str, Source]:
    """Return the sources whose pictures are drawn, by the code that draws for training."""
    from palote.train.penned import PenStrokes

    return {PenStrokes.name: PenStrokes(settings)}


def _parts(split: str, valid: str = "train, test") -> tuple[Part, ...]:
    from palote.data import PARTS

    parts = tuple(part for part in PARTS if part == split)
    if not parts:
        raise UsageError(f"There is no part {split!r}. Valid ones: {valid}.")
    return parts


def _table(dataset: Dataset) -> Iterator[str]:
    columns = (dataset.train, dataset.validation, dataset.test)
    yield "digit    train  validation     test"
    for digit in range(10):
        counts = [int((part.labels == digit).sum()) for part in columns]
        yield "{:>5}  {:>7,}  {:>10,}  {:>7,}".format(digit, *counts)
    yield "{:>5}  {:>7,}  {:>10,}  {:>7,}".format("all", *(len(part) for part in columns))


def _say_skipped(skipped: Sequence[str]) -> None:
    for sentence in skipped[:LISTED]:
        _say(f"left out: {sentence}")
    if len(skipped) > LISTED:
        _say(f"left out: {len(skipped) - LISTED:,} more.")


def _say(message: str) -> None:
    typer.echo(f"palote: {message}", err=True)


@contextmanager
def _bytes() -> Iterator[Callable[[str, int, int], None] | None]:
    """Draw a bar for each file that is fetched, if there is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def update(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name)
            bars.update(tasks[name], completed=done, total=total or None)

        yield update
