"""``palote compare``: several networks side by side, and which one to take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from palote.surfaces.cli.options import (
    NETWORKS,
    AddressOption,
    CpusOption,
    EngineOption,
    JudgedOn,
    LangOption,
)
from palote.surfaces.cli.progress import steps
from palote.surfaces.cli.read_into import checked_engine
from palote.surfaces.cli.train_many import train_on_ray

__all__ = ["compare"]


def compare(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NETWORK|RUN|FILE]...",
            autocompletion=lambda: list(NETWORKS),
            help="Names of models or networks, run folders, model files. A name that palote "
            "models list knows is loaded, that of another network is trained. "
            f"Default: {', '.join(NETWORKS)}.",
        ),
    ] = None,
    data: JudgedOn = None,
    train_on: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="What networks are trained on. Default: mnist."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Most rounds of each training.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of each training.")] = 2026,
    most: Annotated[
        int | None,
        typer.Option(metavar="N", min=30, help="No more pictures of each set than this."),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(metavar="FILE|imagenet|none", help="What mobilenet starts from."),
    ] = "imagenet",
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="For the page, and for what is trained.")
    ] = Path("runs/compare"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    lang: LangOption = "en",
    engine: EngineOption = "here",
    address: AddressOption = None,
    cpus: CpusOption = 2,
) -> None:
    """Train or load several networks, judge them on every data set, and recommend one.

    Writes compare.html, compare.md and compare.json. What was trained already in the same
    folder is taken from there, so that a stopped comparison goes on where it was. With --on ray
    the networks are trained at once on a cluster, and judged here.
    """
    from palote.settings import Settings
    from palote.train import compare as comparing
    from palote.train import testsets
    from palote.train.lab import Plan
    from palote.train.listener import Listener
    from palote.train.pages.versus import lines
    from palote.train.pages.words import Words

    words = Words(lang)  # before any work: a language may be unknown
    checked_engine(engine, address)
    settings = Settings.from_environment()
    # The network is filled in for each that is trained.
    plan = Plan(
        network="",
        data=tuple(train_on or ()),
        epochs=epochs,
        seed=seed,
        most=most,
        weights=weights,
    )
    sets = testsets.named(tuple(data or (testsets.EVERYTHING,)), settings)
    with steps() as step:
        listener = Listener(lambda line: typer.echo(line, err=True), step)
        names = tuple(wanted or NETWORKS)
        if engine == "ray":
            train_on_ray(names, plan, out, settings, listener, address, cpus)
        found = comparing.compare(names, sets, plan, out, settings, listener)
    page = comparing.write(out, found, words.lang)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(words, found)))
    typer.echo(f"the page: {page}", err=True)
    if found.problems:
        raise typer.Exit(1)
