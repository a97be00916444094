"""``palote train``: train a network, on MNIST, the pen strokes or one's own pictures."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from palote.errors import MissingExtra, UsageError
from palote.settings import Settings
from palote.surfaces.cli.options import NETWORKS, AddressOption, CpusOption, EngineOption
from palote.surfaces.cli.progress import steps
from palote.surfaces.cli.read_into import checked_engine
from palote.surfaces.cli.retrain import WARNING, corrections_in, through_the_gate, weighed
from palote.surfaces.cli.train_many import train_seeds, train_sweep

__all__ = ["train"]


def train(
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK",
            autocompletion=lambda: list(NETWORKS),
            help=f"Name of the network: {', '.join(NETWORKS)}.",
        ),
    ],
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="SOURCE",
            help="mnist, pen, corrections (those of a profile: corrections:NAME), or a folder "
            "with the folders 0 to 9; several, by giving it again; my-digits=3 counts each "
            "picture three times. Default: mnist; for the network default its own recipe of "
            "drawn, cut and photographed digits, which corrections join.",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Most rounds; the network's own number."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="The same seed gives the same training.")
    ] = 2026,
    batch: Annotated[int, typer.Option(metavar="N", min=1, help="Pictures in a step.")] = 128,
    patience: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Stop after so many rounds without better validation."
        ),
    ] = 6,
    most: Annotated[
        int | None,
        typer.Option(metavar="N", min=30, help="Use no more pictures of each source and part."),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            metavar="FILE|imagenet|none",
            help="For mobilenet: the weights that it starts from.",
        ),
    ] = "imagenet",
    classic: Annotated[
        bool, typer.Option("--classic", help="For scratch: 20x20 black and white, 400-100-10.")
    ] = False,
    samples: Annotated[
        int, typer.Option(metavar="N", min=256, help="For default: number of samples.")
    ] = 300_000,
    finish: Annotated[
        int, typer.Option(metavar="N", min=0, help="For default: closing rounds.")
    ] = 6,
    rate: Annotated[
        float | None,
        typer.Option(metavar="X", min=1e-8, help="Highest learning rate; the network's own."),
    ] = None,
    decay: Annotated[
        float | None,
        typer.Option(
            metavar="X", min=0, help="Weight decay (scratch: its L2 penalty); the network's own."
        ),
    ] = None,
    smoothing: Annotated[
        float | None,
        typer.Option(metavar="X", min=0, max=0.9, help="Label smoothing; the network's own."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The run folder; runs/NETWORK if not given."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a training that was stopped.")
    ] = False,
    seeds: Annotated[
        str | None,
        typer.Option(
            metavar="0-9",
            help="Train once with each of these seeds, and say how far apart they lie. What is "
            "finished in the same folder is not done again.",
        ),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=VALUES,...",
            help="Train again and again with other parameters, and say which are best on the "
            "validation pictures. VALUES are some, as in batch=64|128, or a range to draw from, "
            "as in rate=1e-4..1e-2. Names: rate, decay, smoothing, batch, epochs, patience; for "
            "default also samples, finish. What is finished in the same folder is not done again.",
        ),
    ] = None,
    trials: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=1000, help="With --sweep: trainings at most."),
    ] = 10,
    engine: EngineOption = "here",
    address: AddressOption = None,
    cpus: CpusOption = 2,
) -> None:
    """Train a network and write a run folder: model, log, report.

    Validation is cut from the training pictures; the test pictures are scored once, at the
    end. Ctrl+C keeps the best so far. MNIST is fetched, or taken from the folder that
    PALOTE_DATA names. The network scratch needs no extra, the others the extra train.

    default with corrections is the full way to learn: all of the shipped network goes on being
    trained (with --epochs, from nothing), and the gate compares it with the shipped one, on
    general data and on corrections that were held out. Refused, the exit code is 1.
    """
    extra = ("keras", "tensorflow", "tf2onnx", "tensorboard")
    if network != "scratch" and any(find_spec(package) is None for package in extra):
        raise MissingExtra("train", f"Training {network}")
    if network == "scratch":
        # Its matrices are small: a second thread waits longer than it works.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from palote.train import lab
    from palote.train.folders import free, to_resume
    from palote.train.listener import Listener

    checked_engine(engine, address)
    if engine != "here" and seeds is None and sweep is None:
        raise UsageError(
            "--on ray is for several trainings: name their seeds, as in --seeds 0-9, or what to "
            "try, as in --sweep rate=1e-4..1e-2."
        )
    if seeds is not None and sweep is not None:
        raise UsageError("--seeds and --sweep are two ways of training several: choose one.")
    settings = Settings.from_environment()
    wanted = weighed(sources or ())
    taught = corrections_in(wanted, settings, with_none=network == "default")
    plan = lab.Plan(
        network=network,
        data=wanted,
        epochs=epochs,
        seed=seed,
        batch=batch,
        patience=patience,
        most=most,
        weights=weights,
        classic=classic,
        samples=samples,
        finish=finish,
        rate=rate,
        decay=decay,
        smoothing=smoothing,
    )
    if taught and (seeds is not None or sweep is not None):
        raise UsageError("--seeds and --sweep cannot be joined with corrections.")
    if seeds is not None:
        raise typer.Exit(train_seeds(plan, seeds, out, settings, engine, address, cpus))
    if sweep is not None:
        raise typer.Exit(train_sweep(plan, sweep, trials, out, settings, engine, address, cpus))
    usual = Path("runs") / network
    folder = to_resume(out or usual, numbered=out is None) if resume else out or free(usual)
    if taught:
        typer.echo(WARNING.format(folder=folder), err=True)
    with steps() as step:
        listener = Listener(lambda line: typer.echo(line, err=True), step)
        run = lab.train(plan, folder, settings, listener, resume, taught)
    typer.echo(run.model)
    in_its_place = network == "default" and bool(taught)
    if in_its_place and not through_the_gate(folder, run.model, taught, settings):
        raise typer.Exit(1)
    typer.echo(f"Read with it: palote read PICTURE --model {run.model}", err=True)
    named = f"{folder} --name mine" if network == "default" else folder
    typer.echo(f"Keep it under a name: palote models add {named}", err=True)
