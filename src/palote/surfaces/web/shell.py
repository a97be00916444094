"""An application that others have made, behind Palote's guards: what ``palote gradio`` runs.

The guards are those of the page: who may ask, how much they may send. What a browser may
do with the page is the application's own to say.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from palote.surfaces.web.announce import say, url
from palote.surfaces.web.listening import GRACE_SECONDS, Server, listen
from palote.surfaces.web.problems import Problems
from palote.surfaces.web.protocol import HttpProtocol
from palote.surfaces.web.security import (
    EVERY_ADDRESS,
    HEADERS,
    BodyLimit,
    Guard,
    Limits,
    SecurityHeaders,
)

__all__ = ["run", "shell"]


def shell(host: str, max_bytes: int, policy: str) -> FastAPI:
    """Return an empty application behind the guards, in which another can be mounted.

    Args:
        host: name or address that it will listen at.
        max_bytes: largest picture that may be sent.
        policy: the content security policy of its pages.
    """
    own = socket.gethostname()
    hosts = (host, own, f"{own}.local") if host in EVERY_ADDRESS else (host,)
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(SecurityHeaders, headers=headers),
            Middleware(BodyLimit, limits=Limits.for_pictures(max_bytes)),
            Middleware(Guard, hosts=hosts),
            Middleware(Problems),
        ],
    )


def run(
    make: Callable[[], FastAPI], host: str, port: int | None, usual: int, open_browser: bool
) -> None:
    """Run an application until interrupted; say where it is, once it is there.

    Args:
        make: makes the application, once the port is ours: that may take its time.
        host: name or address to listen at.
        port: port to listen at; 0 takes any. If not given, the usual one or the next.
        usual: the usual port.
        open_browser: whether to open the page.

    Raises:
        ServerError: the host or the port cannot be used.
    """

    def started(port: int) -> None:
        address = url("http", "127.0.0.1" if host in EVERY_ADDRESS else host, port)
        say(f"Palote is at {address} (Ctrl+C stops it)")
        if host in EVERY_ADDRESS:
            say("Everyone on your network can use it, at this machine's address.")
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        listeners = listen([host], port, usual)
        for listener in listeners:
            stack.enter_context(listener)
        config = uvicorn.Config(
            make(),
            http=HttpProtocol,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        Server(config, started).run(sockets=listeners)
