"""Where a server listens, and that it says so: what every `serve` has in common.

The socket is bound here and handed to uvicorn: only so can a free port be found
without a gap in which another program takes it, and the sentence about a port in
use be ours.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn

from palote.errors import ServerError
from palote.surfaces.web.announce import say

__all__ = ["GRACE_SECONDS", "Server", "listen"]

GRACE_SECONDS = 3
"""How long requests may take to end when the server does."""

PORTS_TRIED = 20
LOWEST_FREE_FOR_ALL = 1024
IN_USE = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))


class Server(uvicorn.Server):
    """Says where it is once it can be reached.

    Args:
        config: what uvicorn runs.
        started: called with the port.
    """

    def __init__(self, config: uvicorn.Config, started: Callable[[int], None]) -> None:
        super().__init__(config)
        self._when_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the person and their browser."""
        await super().startup(sockets)
        if self.started and sockets:
            self._when_started(sockets[0].getsockname()[1])


def listen(hosts: Sequence[str], port: int | None, usual: int) -> list[socket.socket]:
    """Listen at one port of each address.

    Args:
        hosts: names or addresses of this machine.
        port: the port; 0 takes any. If not given, the usual one or the next that is free.
        usual: the usual port.

    Raises:
        ServerError: an address or the port cannot be used.
    """
    if port is not None:
        return _bind_all(hosts, port)
    for candidate in range(usual, usual + PORTS_TRIED):
        with contextlib.suppress(_PortTaken):
            listeners = _bind_all(hosts, candidate)
            if candidate != usual:
                say(f"Port {usual} is taken, so this is port {candidate}.")
            return listeners
    return _bind_all(hosts, 0)


def _bind_all(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Listen at one port of several addresses, or at none of them."""
    listeners: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        for host in hosts:
            listeners.append(stack.enter_context(_bind(host, port)))
            port = listeners[0].getsockname()[1]
        stack.pop_all()
    return listeners


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
