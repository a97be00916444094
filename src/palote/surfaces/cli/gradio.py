"""``palote gradio``: the Gradio app on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from palote.errors import MissingExtra
from palote.surfaces.cli.options import (
    HostOption,
    InputOption,
    LearnOption,
    ModelOption,
    NoOpenOption,
    ProfileOption,
    StoreOption,
    VerboseOption,
    declared_by,
    own_settings,
)

__all__ = ["gradio"]


def gradio(
    host: HostOption = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Port to listen at; 0 takes any. If not given, 7860 or the next that is free.",
        ),
    ] = None,
    no_open: NoOpenOption = False,
    model: ModelOption = None,
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="en|es",
            autocompletion=lambda: ["en", "es"],
            help="Language to start in; the browser's, if not given.",
        ),
    ] = None,
    learn: LearnOption = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    declared: InputOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Open the Gradio app: draw, open a picture, or point a camera at it.

    Programs can call it too, with gradio_client. It needs the extra gradio, and answers this
    machine only, unless --host says otherwise. Ctrl+C stops it.
    """
    if find_spec("gradio") is None:
        raise MissingExtra("gradio", "The Gradio app")
    from palote.surfaces.gradio_app.server import serve

    serve(
        host,
        port,
        not no_open,
        model,
        lang,
        own_settings(profile, store),
        declared_by(declared),
        learn,
    )
