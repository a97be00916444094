"""``palote export``: a network in the format that somebody else needs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import MissingExtra
from palote.surfaces.cli.options import EXPORTS, InputOption, declared_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from palote.train.export import Written

__all__ = ["export"]

LEFT = (0, 2)
"""Columns of words."""


def export(
    model: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FOLDER|FILE",
            help="A name (see palote models list), a run folder of palote train, or a file "
            "(.keras, .h5, .json or .npz).",
        ),
    ],
    to: Annotated[
        list[str],
        typer.Option(
            metavar="FORMAT,...",
            autocompletion=lambda: list(EXPORTS),
            help=f"What to write, with commas between: {', '.join(EXPORTS)}.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the files go; exports/NAME if not given."),
    ] = None,
    declared: InputOption = None,
) -> None:
    """Write a network in other formats, each checked against the network itself.

    Every file is loaded back and compared on 1,000 pictures: in float32 no probability may
    be more than 0.0001 away, in int8 at least 99.5 % of the answers must be the same.
    Otherwise nothing is written.
    """
    extra = ("keras", "tensorflow", "tf2onnx")
    if any(find_spec(package) is None for package in extra):
        raise MissingExtra("train", "Exporting")
    from palote.train.export import checked
    from palote.train.export import export as write
    from palote.train.origin import opened

    wanted = checked(word.strip() for text in to for word in text.split(",") if word.strip())
    network, card = opened(model, declared=declared_by(declared))
    folder = out or Path("exports") / card.name
    written = write(
        network, card, wanted, folder, say=lambda line: typer.echo(f"palote: {line}", err=True)
    )
    typer.echo("\n".join(_lines(folder, written)))


def _lines(folder: Path, written: list[Written]) -> Iterator[str]:
    rows = [("file", "bytes", "numbers", "largest gap", "same answers")]
    for one in written:
        for number, (name, size) in enumerate(one.files.items()):
            figures = (one.how, f"{one.gap:.1e}", f"{100 * one.agreement:.1f} %")
            rows.append((str(folder / name), f"{size:,}", *(("", "", "") if number else figures)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            text.ljust(widths[n]) if n in LEFT else text.rjust(widths[n])
            for n, text in enumerate(row)
        ]
        yield "  ".join(cells).rstrip()
