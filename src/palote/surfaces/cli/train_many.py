"""``palote train --seeds`` and ``--sweep``, ``palote compare --on ray``: many trainings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from palote.surfaces.cli.progress import steps

if TYPE_CHECKING:
    from palote.settings import Settings
    from palote.train.lab import Plan
    from palote.train.listener import Listener
    from palote.train.many import Away
    from palote.train.sweep import Elsewhere

__all__ = ["train_on_ray", "train_seeds", "train_sweep"]

SPREAD = "seeds.json"


def train_seeds(
    plan: Plan,
    wanted: str,
    out: Path | None,
    settings: Settings,
    engine: str,
    address: str | None,
    cpus: int,
) -> int:
    """Train once with each seed, and say how far apart they lie.

    Args:
        plan: what is trained, whatever its seed.
        wanted: the seeds, as they were typed.
        out: folder of the run folders.
        settings: where the data sets are.
        engine: "here" or "ray".
        address: of the cluster.
        cpus: of each training there.

    Returns:
        The exit code: 1 if a training failed.
    """
    from palote.data.saving import save
    from palote.train import compare as comparing
    from palote.train import many
    from palote.train.listener import Listener

    plans = many.each_seed(plan, many.seeds(wanted))
    folder = out or Path("runs") / f"{plan.network}-seeds"
    with steps() as step:
        listener = Listener(lambda line: typer.echo(line, err=True), step)
        away = _on_ray(address, cpus) if engine == "ray" else None
        runs, problems = many.train_many(plans, folder, settings, listener, away)
    found = many.compared(runs, problems, settings)
    apart = many.spread(found)
    page = comparing.write(folder, found)
    save(folder / SPREAD, (json.dumps(apart, indent=2) + "\n").encode("utf-8"))
    for name in found.sets:
        shares = sorted(network.of(name).accuracy for network in found.networks)
        typer.echo(
            f"{name}: {sum(shares) / len(shares):.2%} on average, "
            f"{shares[0]:.2%} to {shares[-1]:.2%} ({len(shares)} seeds)"
        )
    typer.echo(
        "What differs is chance: a seed chosen by its test score promises too much.", err=True
    )
    typer.echo(f"the page: {page}", err=True)
    return 1 if problems else 0


def train_sweep(
    plan: Plan,
    space: str,
    trials: int,
    out: Path | None,
    settings: Settings,
    engine: str,
    address: str | None,
    cpus: int,
) -> int:
    """Train with many parameters, and say which are best on validation pictures.

    Args:
        plan: what is trained otherwise.
        space: what is tried, as it was typed.
        trials: how many at most.
        out: folder of the run folders.
        settings: where the data sets are.
        engine: "here" or "ray".
        address: of the cluster.
        cpus: of each trial there.

    Returns:
        The exit code: 1 if a trial failed.
    """
    from palote.train.listener import Listener
    from palote.train.pages import swept
    from palote.train.pages.words import Words
    from palote.train.sweep import sweep

    folder, words = out or Path("runs") / f"{plan.network}-sweep", Words()
    with steps() as step:
        listener = Listener(lambda line: typer.echo(line, err=True), step)
        away = _tuned(address, cpus) if engine == "ray" else None
        found = sweep(plan, space, trials, folder, settings, listener, away)
    print("\n".join(swept.lines(words, found)))
    for line in swept.verdict(words, found):
        typer.echo(line, err=True)
    typer.echo(f"the page: {swept.write(folder, words, found)}", err=True)
    return 1 if any(one.status == "failed" for one in found.tried) else 0


def train_on_ray(
    names: Sequence[str],
    plan: Plan,
    out: Path,
    settings: Settings,
    listener: Listener,
    address: str | None,
    cpus: int,
) -> None:
    """Train on a cluster what a comparison wants and has not got yet.

    A training that fails there is left to the comparison, which says so.
    """
    from palote.model import catalog
    from palote.train import contenders, lab, many

    loaded = catalog.names(settings)
    wanted = contenders.named(names, settings).values()
    plans = {
        text: replace(plan, network=text)
        for text in wanted
        if text in lab.NAMES and text not in loaded
    }
    if plans:
        many.train_many(plans, out, settings, listener, _on_ray(address, cpus))


def _on_ray(address: str | None, cpus: int) -> Away:
    from palote.distributed import each_on_ray

    return lambda work, tasks: each_on_ray(work, tasks, cpus, address)


def _tuned(address: str | None, cpus: int) -> Elsewhere:
    from palote.distributed import tune_on_ray

    return lambda work, tasks, reached, ended: tune_on_ray(
        work, tasks, cpus, address, reached, ended
    )
