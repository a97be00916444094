"""``palote serve``: the page and the HTTP API on this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

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

__all__ = ["serve"]


def serve(
    host: HostOption = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Port to listen at; 0 takes any. If not given, 8000 or the next that is free.",
        ),
    ] = None,
    no_open: NoOpenOption = False,
    model: ModelOption = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A further name that browsers may reach the server by, such as a proxy's. "
            "Can be given several times.",
        ),
    ] = None,
    https: Annotated[
        bool,
        typer.Option(
            "--https",
            help="Serve over HTTPS, with a certificate that this machine makes and keeps.",
        ),
    ] = False,
    lan: Annotated[
        bool,
        typer.Option(
            "--lan",
            help="Over HTTPS, let in your phone too: shows an address and a QR code that work "
            "once. With --host, only at that address.",
        ),
    ] = False,
    learn: LearnOption = False,
    workers: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Processes that serve; each is replaced if it dies."),
    ] = 1,
    access_log: Annotated[
        bool,
        typer.Option(
            "--access-log",
            help="Write a JSON line for each request to stderr: never a picture or a file name.",
        ),
    ] = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    declared: InputOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Open the page in the browser, and serve the HTTP API.

    It answers this machine only, unless --lan or --host say otherwise. Ctrl+C stops it.
    Limits are set by PALOTE_* variables: docs/settings.md.
    """
    from palote.surfaces import web

    spec = declared_by(declared)
    settings = own_settings(profile, store)
    if access_log:
        settings = replace(settings, access_log=True)
    web.serve(
        host,
        port,
        not no_open,
        model,
        settings,
        allow_hosts=allow_host or (),
        declared=spec,
        https=https,
        lan=lan,
        learn=learn,
        workers=workers,
    )
