"""``palote models``: which networks there are, and how well they read."""

from __future__ import annotations

import json
from typing import Annotated

import typer

__all__ = ["models"]

models = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The networks that read.")


@models.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="The cards, as JSON.")] = False,
) -> None:
    """List the networks by name, with size and measured accuracy."""
    from palote.model import catalog

    entries = [catalog.find(name) for name in catalog.names()]
    if as_json:
        cards = [entry.card.to_dict() for entry in entries if entry.card]
        print(json.dumps(cards, indent=2, ensure_ascii=False))
        return
    for entry in entries:
        kilobytes = entry.path.stat().st_size / 1000
        print(f"{entry.name}  {kilobytes:,.0f} kB  {entry.path}")
        if entry.card is None:
            continue
        print(f"    {entry.card.description} {entry.card.parameters:,} weights.")
        for data, score in entry.card.scores.items():
            print(f"    {score:7.2%}  {data}".replace("%", " %"))
