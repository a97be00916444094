"""Options that several commands share, each with its completion in the shell."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from palote.ink import InkSpec
    from palote.settings import Settings

__all__ = [
    "EXPORTS",
    "NETWORKS",
    "AddressOption",
    "CleanOption",
    "CpusOption",
    "EngineOption",
    "HostOption",
    "InputOption",
    "JudgedOn",
    "LangOption",
    "LearnOption",
    "ModelArgument",
    "ModelOption",
    "NoOpenOption",
    "OwnName",
    "ProfileOption",
    "StoreOption",
    "VerboseOption",
    "declared_by",
    "log",
    "own_settings",
]

NETWORKS = (
    *("perceptron", "small", "deep", "batchnorm", "dropout", "augmented", "lesson"),
    *("mobilenet", "default", "scratch"),
)
"""What can be trained, from the simplest on; `palote.train.lab.NAMES`, which a test compares."""

EXPORTS = ("keras", "h5", "json", "tflite", "onnx", "tflite-int8", "onnx-int8")
"""What networks are exported to; `palote.train.export.FORMATS`, which a test compares."""

log = logging.getLogger("palote")
"""Says what is being done, with ``--verbose``; never a picture, nor its name."""


def declared_by(text: str | None) -> InkSpec | None:
    """Return what `InputOption` says.

    Raises:
        UsageError: it cannot be understood.
    """
    from palote.model.shapes import declared_input

    return None if text is None else declared_input(text)


def own_settings(profile: str | None, store: str | None = None) -> Settings:
    """Return the environment's settings with what `ProfileOption` and `StoreOption` say."""
    from dataclasses import replace

    from palote.settings import Settings

    settings = Settings.from_environment()
    if profile is not None:
        settings = replace(settings, profile=profile)
    return settings if store is None else replace(settings, store=store)


def _models() -> list[str]:
    from palote.model import catalog

    return list(catalog.names())


def _cleanings() -> list[str]:
    from palote.ink import CLEANINGS

    return list(CLEANINGS)


def _verbose(wanted: bool) -> None:
    if wanted and not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.DEBUG)


def _say_choice(context: typer.Context, model: str | None) -> str | None:
    """Say which file of a folder of models reads, and why."""
    if model and os.path.isdir(model) and not context.resilient_parsing:
        from palote.model import catalog

        if why := catalog.find(model).why:
            typer.echo(f"palote: {why}", err=True)
    return model


ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        autocompletion=_models,
        callback=_say_choice,
        help="Which network reads: a name (see palote models list), a model file, or a "
        "folder with one.",
    ),
]

EngineOption = Annotated[
    str,
    typer.Option(
        "--on",
        metavar="here|ray",
        autocompletion=lambda: ["here", "ray"],
        help="Where it is done: on this machine, or on a Ray cluster (extra ray).",
    ),
]

AddressOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Of the Ray cluster: HOST:PORT, or auto for the one that this machine is in; "
        "if not given, RAY_ADDRESS, or this machine's cores.",
    ),
]

CpusOption = Annotated[
    int,
    typer.Option(metavar="N", min=1, help="With --on ray: CPUs that each training takes."),
]

InputOption = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="SIZE",
        help="For a model file made elsewhere: what it takes, such as 64x64 or 96x96x3, and "
        "after commas inverted (dark ink on light), 255 or -1..1 (its values).",
    ),
]

ModelArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        autocompletion=_models,
        callback=_say_choice,
        help="A name (see palote models list), a model file, or a folder with one.",
    ),
]

CleanOption = Annotated[
    str,
    typer.Option(
        metavar="auto|otsu|adaptive|clahe|none",
        autocompletion=_cleanings,
        help="How ink is told from paper.",
    ),
]

HostOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Where to listen; 0.0.0.0 lets everyone on your network in."
    ),
]

NoOpenOption = Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")]

JudgedOn = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="SET",
        help="mnist, pen, photo, screen, a folder of pictures (class folders 0 to 9, or with "
        "labels.csv), or all that is at hand; several, by giving it again.",
    ),
]

LangOption = Annotated[
    str,
    typer.Option("--lang", metavar="en|es", help="Language of the report."),
]

LearnOption = Annotated[
    bool,
    typer.Option(
        "--learn",
        help="Let it be taught: when an answer is wrong, say what the digit was. Only what is "
        "taught is kept.",
    ),
]

ProfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Whose corrections count; none for nobody's. If not given, PALOTE_PROFILE or default.",
    ),
]

StoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where what is taught is kept, such as postgresql://...; if not given, "
        "PALOTE_STORE or a file in your data folder.",
    ),
]

OwnName = Annotated[
    str,
    typer.Argument(metavar="NAME", autocompletion=_models, help="One of palote models list."),
]

VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", "-v", callback=_verbose, help="Say more of what is being done."),
]
