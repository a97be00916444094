"""Every request gets a name, is counted, and is written down if that is asked for.

A line of the log holds what it takes to find a fault or an abuse, and nothing of what was sent:
no picture, no file name, no query, and of the path only the template of its route. A name that
a client makes up is not taken (`TrustedProxies` has removed it), since it would let one client
pass for another in the log.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import UTC, datetime
from typing import TextIO

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palote.surfaces.web.draining import Draining
from palote.surfaces.web.metrics import METHODS, Metrics
from palote.surfaces.web.problems import CURRENT, Asking
from palote.surfaces.web.proxies import REQUEST_ID

__all__ = ["Journal"]

WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

NO_ROUTE = "-"
"""Refused before a route was looked for, or there is none."""

LEFT = 499
"""The client left before an answer began; nginx calls it so."""


class Journal:
    """ASGI middleware that names, counts and writes down.

    Args:
        app: the application behind it.
        metrics: where requests are counted.
        draining: if the server is about to stop, clients are told to connect anew.
        log: where to write a JSON line for each; nowhere if not given.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, draining: Draining, log: TextIO | None = None
    ) -> None:
        self.app = app
        self._metrics = metrics
        self._draining = draining
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; note what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        name = _name(Headers(scope=scope).get(REQUEST_ID, ""))
        status, size = LEFT, 0

        async def noting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = name
                if self._draining.begun:
                    headers["connection"] = "close"
            else:
                size += len(message.get("body", b""))
            await send(message)

        token = CURRENT.set(Asking(name, scope["path"]))
        try:
            await self.app(scope, receive, noting)
        finally:
            CURRENT.reset(token)
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            self._metrics.request(scope["method"], route, status, seconds)
            if self._log is not None:
                line = {
                    "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                    "id": name,
                    "client": scope["client"][0] if scope.get("client") else "",
                    "method": scope["method"] if scope["method"] in METHODS else "other",
                    "route": route,
                    "status": status,
                    "bytes": size,
                    "ms": round(seconds * 1000, 1),
                }
                # In one piece, so that the lines of several workers do not mix.
                self._log.write(json.dumps(line) + "\n")
                self._log.flush()


def _name(given: str) -> str:
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
