"""`serve`: the address, the port, the browser; what ``palote serve`` runs.

The socket is bound here and handed to uvicorn: only so can a free port be found
without a gap in which another program takes it, and the sentence about a port in
use be ours.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterable
from typing import TYPE_CHECKING

import uvicorn

from palote.errors import ServerError
from palote.settings import Settings
from palote.surfaces.web.app import create_app
from palote.surfaces.web.security import EVERY_ADDRESS

if TYPE_CHECKING:
    from palote.ink import InkSpec
    from palote.surfaces.web.readers import SupportsRead

__all__ = ["serve"]

DEFAULT_PORT = 8000
PORTS_TRIED = 20
GRACE_SECONDS = 3
LOWEST_FREE_FOR_ALL = 1024
IN_USE = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))


def serve(
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = True,
    model: str | None = None,
    settings: Settings | None = None,
    allow_hosts: Iterable[str] = (),
    declared: InkSpec | None = None,
) -> None:
    """Serve the page and the API until interrupted.

    Args:
        host: name or address to listen at; ``"0.0.0.0"`` is every one of this machine.
        port: port to listen at; 0 lets the system choose. If not given, 8000 or the
            next free one.
        open_browser: whether to open the page once the server is ready.
        model: name or path of the model; the settings' one if not given.
        settings: limits and folders; from the environment if not given.
        allow_hosts: further names that browsers may reach the server by (a proxy's).
        declared: what the model takes, if it is a file that does not say it.

    Raises:
        ServerError: the host or the port cannot be used.
        ModelError: the model cannot be loaded.
    """
    names = [host, *allow_hosts]
    if host in EVERY_ADDRESS:
        names += [socket.gethostname(), f"{socket.gethostname()}.local"]

    def load(name: str, settings: Settings) -> SupportsRead:
        from palote.reader import Reader

        spec = declared if model in (name, None) else None
        return Reader(name, declared=spec, settings=settings)

    app = create_app(settings, model=model, hosts=names, load=load if declared else None)
    app.state.readers.default()
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt), listener:
        _Server(config, open_browser).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says where it is once it can be reached."""

    def __init__(self, config: uvicorn.Config, open_browser: bool) -> None:
        super().__init__(config)
        self._open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the person and their browser."""
        await super().startup(sockets)
        if not self.started or not sockets:
            return
        host, port = sockets[0].getsockname()[:2]
        address = _address("127.0.0.1" if host in EVERY_ADDRESS else host, port)
        _say(f"Palote is at {address} (Ctrl+C stops it)")
        if host in EVERY_ADDRESS:
            _say("Everyone on your network can use it, at this machine's address.")
        if self._open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _listen(host: str, port: int | None) -> socket.socket:
    if port is not None:
        return _bind(host, port)
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        with contextlib.suppress(_PortTaken):
            listener = _bind(host, candidate)
            if candidate != DEFAULT_PORT:
                _say(f"Port {DEFAULT_PORT} is taken, so this is port {candidate}.")
            return listener
    return _bind(host, 0)


class _PortTaken(ServerError):
    """Another program listens there."""


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServerError(f"A port is a number from 0 to 65535, not {port}.")
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError:
        raise ServerError(f"There is no address {host!r} on this machine. Try 127.0.0.1.") from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        _keep_to_ourselves(listener)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError) and 0 < port < LOWEST_FREE_FOR_ALL:
            raise ServerError(
                f"This user may not listen at port {port} of {host}. Try one above 1023."
            ) from None
        if isinstance(error, PermissionError) or error.errno in IN_USE:
            raise _PortTaken(
                f"Port {port} of {host} is in use by another program (another Palote?). "
                "Stop it, or choose another with --port."
            ) from None
        raise ServerError(f"Cannot listen at {host}, port {port}: {error.strerror}.") from None
    return listener


def _keep_to_ourselves(listener: socket.socket) -> None:
    """Take the port at once after a restart, but never share it with another program.

    On Windows, SO_REUSEADDR would let two programs listen at one port.
    """
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
