"""``palote models``: which networks there are, and which one reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from palote.settings import Settings
from palote.surfaces.cli.options import InputOption, OwnName, declared_by

__all__ = ["models"]

models = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The networks that read.")


@models.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="The cards, as JSON.")] = False,
) -> None:
    """List the networks by name, with size and measured accuracy; * marks the one that reads."""
    from palote.model import catalog

    settings = Settings.from_environment()
    entries = [catalog.find(name, settings) for name in catalog.names(settings)]
    if as_json:
        cards = [entry.card.to_dict() for entry in entries if entry.card]
        print(json.dumps(cards, indent=2, ensure_ascii=False))
        return
    chosen = catalog.chosen(settings)
    for entry in entries:
        kilobytes = entry.path.stat().st_size / 1000
        mark = "*" if entry.name == chosen else " "
        print(f"{mark} {entry.name}  {kilobytes:,.0f} kB  {entry.path}")
        if entry.card is None:
            continue
        print(f"    {entry.card.description} {entry.card.parameters:,} weights.")
        for data, score in entry.card.scores.items():
            print(f"    {score:7.2%}  {data}".replace("%", " %"))


@models.command("add")
def add_model(
    source: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="A run folder of palote train, or a model file."),
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What it shall be called; its own name.")
    ] = None,
    declared: InputOption = None,
) -> None:
    """Keep a copy of a trained network, so that it can be used by name everywhere."""
    from palote.model import library

    entry = library.add(source, Settings.from_environment(), name, declared_by(declared))
    typer.echo(f"{entry.name}  {entry.path}")
    typer.echo(f"Read with it from now on: palote models use {entry.name}", err=True)


@models.command("use")
def use_model(name: OwnName) -> None:
    """Choose the network that page, terminal, camera and API read with."""
    from palote.model import library

    entry = library.use(name, Settings.from_environment())
    typer.echo(f"{entry.name}  {entry.path}")


@models.command("remove")
def remove_model(name: OwnName) -> None:
    """Delete a network of your own; those that came with Palote stay."""
    from palote.model import library

    library.remove(name, Settings.from_environment())
    typer.echo(f"{name} is removed.", err=True)
