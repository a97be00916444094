"""Options that several commands share, each with its completion in the shell."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

__all__ = ["ModelOption", "OwnName", "VerboseOption", "log"]

log = logging.getLogger("palote")
"""Says what is being done, with ``--verbose``; never a picture, nor its name."""


def _models() -> list[str]:
    from palote.model import catalog

    return list(catalog.names())


def _verbose(wanted: bool) -> None:
    if wanted and not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.DEBUG)


ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        autocompletion=_models,
        help="Which network reads: a name (see palote models list) or a model file.",
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
