"""Who may ask, how much they may send, and what a browser may do with the page.

Palote runs on a person's own machine, where every web site that they visit can
send requests to it. So a request is answered only if it names this server (a
site that points its own name at 127.0.0.1 does not: DNS rebinding) and, where it
changes or computes anything, if it comes from this server's own page.

All three guards are plain ASGI middleware: Starlette's ``BaseHTTPMiddleware``
would copy the body through a queue.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palote.errors import PaloteError, TooManyBytes
from palote.surfaces.web.problems import BadRequest, BodyTimeout, Busy, Forbidden, problem

__all__ = ["LOCAL_HOSTS", "BodyLimit", "Guard", "Limits", "SecurityHeaders", "host_name"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::", "")
SAFE_METHODS = ("GET", "HEAD")

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Adds the headers that every answer carries, errors too, unless it brings its own.

    Args:
        app: the application behind it.
        headers: name -> value; those of Palote's page if not given.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self.app = app
        all_of_them = {**headers, "Cache-Control": "no-store"}
        self.headers = [
            (name.lower().encode(), value.encode()) for name, value in all_of_them.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; complete the head of the answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                added = (pair for pair in self.headers if pair[0] not in own)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, complete)


class Guard:
    """Refuses requests for another host and requests that another site sends.

    Args:
        app: the application behind it.
        hosts: names and addresses, without port, that this server answers to, besides
            the local ones. One that means every address (``"0.0.0.0"``) lets any IP
            address in: a rebinding site always comes by a name.
        origins: other sites that may send requests nevertheless.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] = (), origins: Iterable[str] = ()
    ) -> None:
        self.app = app
        self.origins = frozenset(origins)
        given = [host.strip("[]").lower() for host in hosts]
        self.any_address = any(host in EVERY_ADDRESS for host in given)
        self.hosts = frozenset((*LOCAL_HOSTS, *given)) - frozenset(EVERY_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http":
            refusal = self.refusal(scope["method"], Headers(scope=scope))
            if refusal:
                await problem(Forbidden(refusal))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def refusal(self, method: str, headers: Headers) -> str | None:
        """Return why a request is refused, or None."""
        host = headers.get("host", "")
        if len(headers.getlist("host")) > 1:
            return "A request names one host; this one names several."
        if not self._is_ours(host):
            return (
                f"This Palote does not answer for the host {host[:100]!r}. Open it by the "
                "address that it printed when it started."
            )
        origin = headers.get("origin")
        if origin in self.origins:
            return None
        if method not in SAFE_METHODS and origin is not None and not _same_site(origin, host):
            return f"Requests from another site are refused (Origin: {origin[:100]!r})."
        site = headers.get("sec-fetch-site", "none")
        visit = method in SAFE_METHODS and headers.get("sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not visit:
            return f"Requests from another site are refused (Sec-Fetch-Site: {site[:20]!r})."
        return None

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        return name in self.hosts or (self.any_address and _is_address(name))


@dataclass(frozen=True)
class Limits:
    """How much a request's body may take.

    Attributes:
        body: bytes of one body.
        held: bytes of all bodies that are in memory at once; more are sent away with 503.
        pause: seconds in which at least some of the body has to arrive.
        whole: seconds in which all of it has to arrive.
    """

    body: int
    held: int
    pause: float = 10.0
    whole: float = 120.0

    @classmethod
    def for_pictures(cls, max_bytes: int) -> Limits:
        """Return the limits under which a picture of ``max_bytes`` passes, also as base64."""
        body = max_bytes * 4 // 3 + OVERHEAD
        return cls(body=body, held=4 * body)


OVERHEAD = 64 * 1024
"""Room for multipart headers and the JSON around a data URL, in bytes."""

LINGER_SECONDS = 2.0
"""How long a refused body is still taken in (and dropped), so that the answer is seen."""


class BodyLimit:
    """Stops a body that is too large, too slow, or too much beside the others.

    A body that announces its size is refused before anything is read; one that does
    not, as soon as it has grown too large.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that counts itself."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(self, scope, receive, send)
        refusal = body.refusal()
        app = problem(refusal) if refusal else self.app
        try:
            await app(scope, body.receive, body.send)
        finally:
            self.held -= body.size


class _Body:
    """One request's body on its way in."""

    def __init__(self, gate: BodyLimit, scope: Scope, receive: Receive, send: Send) -> None:
        self.gate = gate
        self.headers = Headers(scope=scope)
        self.complete = not {"content-length", "transfer-encoding"} & set(self.headers.keys())
        self.size = 0
        self._receive = receive
        self._send = send
        self._deadline = asyncio.get_running_loop().time() + gate.limits.whole

    def refusal(self) -> PaloteError | None:
        """Return why the body is refused by what it says of itself, or None."""
        announced = self.headers.get("content-length", "0")
        if not announced.isdecimal():
            return BadRequest(f"Content-Length must be a whole number, not {announced[:20]!r}.")
        if int(announced) > self.gate.limits.body:
            return self._too_large(f"{int(announced):,} bytes")
        if self.gate.held + int(announced) > self.gate.limits.held:
            return _busy()
        return None

    async def receive(self) -> Message:
        """Take in the next piece; raise once there is too much of it, or none in time."""
        if self.complete:
            return await self._receive()
        limits = self.gate.limits
        remaining = self._deadline - asyncio.get_running_loop().time()
        try:
            # wait_for would make a task of it, for each piece.
            async with asyncio.timeout(min(limits.pause, remaining)):
                message = await self._receive()
        except TimeoutError:
            self.complete = True
            raise BodyTimeout(
                f"The picture stopped arriving after {self.size:,} bytes. Send it again."
            ) from None
        self.complete = not message.get("more_body", False)
        arrived = len(message.get("body", b""))
        self.size += arrived
        self.gate.held += arrived
        if self.size > limits.body:
            raise self._too_large(f"more than {limits.body:,} bytes")
        if self.gate.held > limits.held:
            raise _busy()
        return message

    async def send(self, message: Message) -> None:
        """Send; before the last piece, let a refused body run out.

        Closing a connection on which bytes are still arriving makes many clients miss
        the answer.
        """
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and not self.complete:
            await self._send({**message, "more_body": True})
            await self._run_out()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _run_out(self) -> None:
        self.complete = True
        if "expect" in self.headers:
            return
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while (await self._receive()).get("more_body", False):
                    pass
        except TimeoutError:
            pass

    def _too_large(self, what: str) -> TooManyBytes:
        limit = self.gate.limits.body
        return TooManyBytes(f"The request has {what}; at most {limit:,} are taken.")


def _busy() -> Busy:
    return Busy("Palote is reading as many pictures as it can hold. Try again in a moment.")


LONGEST_HOST = 253 + len(":65535")
"""In characters (RFC 1035), with a port."""


def _same_site(origin: str, host: str) -> bool:
    scheme, _, rest = origin.partition("://")
    standard = {"http": 80, "https": 443}.get(scheme)
    name, port = _split_host(rest)
    own_name, own_port = _split_host(host)
    return bool(standard) and (name, port or standard) == (own_name, own_port or standard)


def host_name(host: str) -> str:
    """Return the name or address in a Host header, without its port; "" if it is malformed."""
    return _split_host(host)[0]


@lru_cache(maxsize=1024)
def _split_host(host: str) -> tuple[str, int | None]:
    if len(host) > LONGEST_HOST:
        return "", None
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
