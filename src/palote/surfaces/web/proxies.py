"""Who asks, where a proxy stands before the server: only configured proxies are believed.

Whatever a client writes into ``X-Forwarded-For`` would else be taken for its address, and get
around every limit that counts by address. uvicorn's own middleware does the reading (from the
right, past the proxies that are trusted); here is decided whom it trusts, and that nobody else
names a request. uvicorn and Gunicorn must not do the same before: they trust this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from palote.errors import UsageError

__all__ = ["REQUEST_ID", "UNIX", "TrustedProxies"]

UNIX = "unix"
"""What is trusted, where a proxy comes by a Unix socket; it stands for the address too."""

REQUEST_ID = "x-request-id"


class TrustedProxies:
    """ASGI middleware that puts the client's own address in the place of a proxy's.

    Args:
        app: the application behind it.
        trusted: addresses, networks (``"10.0.0.0/8"``) or `UNIX`.

    Raises:
        UsageError: one is neither.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str] = ()) -> None:
        for one in trusted:
            _check(one)
        self.app = app
        # uvicorn names the same interface by types of its own.
        self._inner = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with what is believed of what it says of itself."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if not scope.get("client"):
            scope["client"] = (UNIX, 0)
        if scope["client"][0] not in self._inner.trusted_hosts:
            unnamed = [pair for pair in scope["headers"] if pair[0] != REQUEST_ID.encode()]
            scope["headers"] = unnamed
        await self._inner(scope, receive, send)  # type: ignore[arg-type]


def _check(trusted: str) -> None:
    if trusted == UNIX:
        return
    try:
        ipaddress.ip_network(trusted)
    except ValueError:
        raise UsageError(
            f"PALOTE_TRUSTED_PROXIES has {trusted!r}. It takes addresses (10.0.0.2), networks "
            f"(10.0.0.0/8) and the word {UNIX}."
        ) from None
