"""``palote train``: make a network anew, with the data sets of the person's own folder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from palote.errors import MissingExtra

__all__ = ["train"]


def train(
    network: Annotated[
        str, typer.Argument(metavar="NETWORK", help="Name of the network; now: default.")
    ],
    epochs: Annotated[int, typer.Option(metavar="N", min=1, help="Rounds over the samples.")] = 10,
    samples: Annotated[
        int, typer.Option(metavar="N", min=256, help="Number of training samples.")
    ] = 320_000,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="The same seed gives the same samples.")
    ] = 2026,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The run folder; a stopped run goes on there."),
    ] = None,
) -> None:
    """Train a network on MNIST and the pen strokes (folder: PALOTE_DATA).

    Writes NAME.onnx, NAME.keras, their card and the training log into the run folder.
    """
    if any(find_spec(package) is None for package in ("keras", "tensorflow", "tf2onnx")):
        raise MissingExtra("train", "Training")
    from palote.train.loop import Plan
    from palote.train.loop import train as run

    folder = out or Path("runs") / network
    plan = Plan(network=network, epochs=epochs, count=samples, seed=seed)
    card = run(plan, folder, say=lambda line: typer.echo(line, err=True))
    typer.echo(f"{folder / card.name}.onnx")
