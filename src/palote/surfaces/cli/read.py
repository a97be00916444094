"""``palote read``: pictures in, answers out, one at a time.

However many pictures there are, only their paths are held: answers are written
as they come. A picture that cannot be read is reported in its place and does
not stop the others.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import PaloteError, UsageError
from palote.settings import Settings
from palote.surfaces.cli.options import (
    AddressOption,
    CleanOption,
    EngineOption,
    InputOption,
    ModelOption,
    ProfileOption,
    VerboseOption,
    declared_by,
    log,
)
from palote.surfaces.cli.paths import STDIN, pictures
from palote.surfaces.cli.progress import progress
from palote.surfaces.cli.read_into import TABLE, is_url, job_of, read_into, wanted_by

if TYPE_CHECKING:
    from palote.reader import Reader
    from palote.result import Reading
    from palote.surfaces.cli.show import Show

__all__ = ["read"]


def read(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Pictures, folders of them (with the folders inside), patterns such as "
            '"scans/*.png", or - for one picture on standard input. With --out also Parquet '
            "tables of pictures or paths, and URLs such as s3://bucket/scans.",
            show_default=False,
        ),
    ],
    json_lines: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
    csv_rows: Annotated[
        bool, typer.Option("--csv", help="Rows with a header, for spreadsheets.")
    ] = False,
    table: Annotated[
        bool,
        typer.Option("--table", help="The cells of a table with lines, as rows for spreadsheets."),
    ] = False,
    expect: Annotated[
        str,
        typer.Option(
            metavar="auto|digit|number",
            autocompletion=lambda: ["auto", "digit", "number"],
            help="What a picture holds: one digit, or numbers, in lines.",
        ),
    ] = "auto",
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar='"####"',
            help='The format of the numbers: # for each digit, as in "####" or "##.#".',
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    clean: CleanOption = "auto",
    stages: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            file_okay=False,
            help="Keep the pictures of the way from photo to 28x28 here, as PNG.",
        ),
    ] = None,
    declared: InputOption = None,
    profile: ProfileOption = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|URL",
            help="Write the answers as files into this folder, for pictures by the million. "
            "Its end says how: .parquet, .csv or .jsonl. Stopped, the same command goes on.",
        ),
    ] = None,
    written: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="parquet|csv|jsonl",
            autocompletion=lambda: ["parquet", "csv", "jsonl"],
            help="With --out: how the answers are written, whatever its end.",
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Column of a table with the pictures, or their paths or URLs."
        ),
    ] = None,
    size: Annotated[
        int,
        typer.Option("--part", metavar="N", min=1, help="With --out: pictures of each file."),
    ] = 1000,
    engine: EngineOption = "here",
    address: AddressOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="With --on ray: readers; if not given, one for each CPU."
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Read the handwritten digit, or the numbers, in each picture.

    What is in doubt is a ?; beside it stands the likeliest number. Several lines are
    apart by |. With --verbose, also the probabilities of all ten.

    The columns of --csv: path; text, the digits alone, each number on a line of its own;
    status and confidence; value, the likeliest digits; p0 to p9, the probabilities of a
    single digit; error; raw, the text as it is written, with points, dashes and spaces.

    With --table, each row of a table with lines is a row, what is in doubt a ?; what stands in
    no table is a row of its own. Of several pictures, each row begins with the path.
    """
    if out is not None or engine != "here":
        shown = json_lines or csv_rows or table or stages is not None
        if shown or out is None or STDIN in paths:
            raise UsageError(
                "--on ray writes files: say where with --out, and leave out --json, --csv, "
                "--table, --stages and -."
                if engine != "here"
                else "--out writes files; leave out --json, --csv, --table, --stages and -."
            )
        wanted = wanted_by(model, clean, declared, profile)
        job = job_of(paths, out, written, column, expect, pattern, size, wanted.settings)
        raise typer.Exit(read_into(job, wanted, engine, address, workers))
    for path in paths:
        if is_url(path) or (path.endswith(TABLE) and os.path.exists(path)):
            raise UsageError(f"{path!r} is read into files: say where with --out.")
    chosen = {"--json": json_lines, "--csv": csv_rows, "--table": table}
    show = _show(chosen, paths, verbose or log.isEnabledFor(logging.DEBUG), pattern)
    if table and expect == "auto":
        expect = "number"
    failures = 0

    def failed(path: str, error: PaloteError) -> None:
        nonlocal failures
        failures += 1
        show.failure(path, error)

    reader = _reader(model, clean, declared, profile)
    found = list(pictures(paths, failed))
    answers = _answers(reader, found, expect, pattern, stages)
    with progress(len(found)) as advance:
        for path, answer in zip(found, answers, strict=True):
            if isinstance(answer, PaloteError):
                failed(path, answer)
            else:
                show.reading(path, answer)
            advance()
    if failures and len(found) > 1:
        typer.echo(f"palote: {failures:,} could not be read.", err=True)
    raise typer.Exit(1 if failures else 0)


def _show(chosen: dict[str, bool], paths: list[str], verbose: bool, pattern: str | None) -> Show:
    from palote.surfaces.cli.show import Cells, Csv, JsonLines, Lines

    names = [name for name, given in chosen.items() if given]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} exclude each other. Give one of them.")
    if chosen["--json"]:
        return JsonLines()
    if chosen["--table"]:
        one = len(paths) == 1 and (paths[0] == STDIN or os.path.isfile(paths[0]))
        return Cells(named=not one)
    return Csv() if chosen["--csv"] else Lines(probabilities=verbose, pattern=pattern)


def _reader(model: str | None, clean: str, declared: str | None, profile: str | None) -> Reader:
    from palote.reader import Reader

    reader = Reader(model, clean, declared=declared_by(declared), profile=profile)
    log.info("the model is %r", reader.name)
    return reader


def _answers(
    reader: Reader, found: list[str], expect: str, pattern: str | None, stages: Path | None
) -> Iterator[Reading | PaloteError]:
    log.info("pictures: %d", len(found))
    images = (_standard_input(reader.settings) if path == STDIN else path for path in found)
    if stages is None:
        return reader.read_many(images, expect=expect, pattern=pattern, on_error="return")
    pairs = zip(found, images, strict=True)
    return _with_stages(reader, pairs, expect, pattern, stages)


def _with_stages(
    reader: Reader,
    images: Iterator[tuple[str, str | bytes]],
    expect: str,
    pattern: str | None,
    folder: Path,
) -> Iterator[Reading | PaloteError]:
    for number, (path, image) in enumerate(images, 1):
        try:
            reading = reader.read(image, expect=expect, pattern=pattern, stages=True)
        except UsageError:
            raise
        except PaloteError as error:
            yield error
            continue
        # The number keeps pictures of the same name in several folders apart.
        stem = "stdin" if path == STDIN else Path(path).stem
        _write_stages(reading, folder, f"{number:04d}-{stem}")
        yield reading


def _write_stages(reading: Reading, folder: Path, name: str) -> None:
    from PIL import Image

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for step, stage in enumerate(reading.stages, 1):
            Image.fromarray(stage.image).save(folder / f"{name}-{step}-{stage.name}.png")
    except OSError as error:
        raise UsageError(f"{str(folder)!r} cannot be written: {error.strerror}.") from error


def _standard_input(settings: Settings) -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "There is no picture on standard input. Send one: palote read - < photo.png"
        )
    return sys.stdin.buffer.read(settings.max_bytes + 1)
