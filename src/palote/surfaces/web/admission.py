"""Who may come in from beyond this machine: ``palote serve --lan``.

The terminal shows a link with a one-time token. The first browser that opens it gets a
session cookie, and the token is used up. Whoever has neither is refused, at every path:
the health checks say nothing to strangers either. This machine itself needs no token.

Tokens and sessions are in the memory of one process and end with it. That is why there
is no admission with several workers: ``palote serve`` has one, and ``create_app`` by itself
lets in all that its guard lets in. A program on this machine that passes requests on (a
proxy, a tunnel) hides who asks; what such a program admits to is not taken for this machine,
but one that keeps silent and changes the Host header cannot be told from it.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable
from functools import lru_cache

from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from palote.surfaces.web.problems import NotAdmitted, TooManyTries, problem
from palote.surfaces.web.refusals import ADMITTED, NO_TOKEN, TOO_MANY, WRONG_TOKEN, Sentence, page
from palote.surfaces.web.security import LOCAL_HOSTS, host_name

__all__ = [
    "COOKIE",
    "PARAMETER",
    "TRIES",
    "WINDOW_SECONDS",
    "Admission",
    "RequireAdmission",
    "is_this_machine",
]

COOKIE = "__Host-palote"
"""By its name a browser takes it over HTTPS only, for all paths and this host alone."""

PARAMETER = "token"
TOKEN_BYTES, SESSION_BYTES = 16, 32
TRIES = 5
"""Wrong tokens that one address may present within `WINDOW_SECONDS`."""

WINDOW_SECONDS = 60.0
ADDRESSES_REMEMBERED = 1000

PASSED_ON = frozenset(("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"))
"""Headers by which a proxy says that somebody else asks."""


class Admission:
    """The token that is valid now, the sessions, and who has guessed too often.

    Safe between threads: the terminal's makes tokens, the server's redeems them.

    Args:
        on_entry: called with the address of each device that is let in.
        clock: seconds, of any origin.
    """

    def __init__(
        self,
        on_entry: Callable[[str], None] = lambda address: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_entry = on_entry
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._sessions: list[str] = []
        self._wrong: dict[str, list[float]] = {}

    def new_token(self) -> str:
        """Return a new token; the one before, if nobody has used it, is valid no more."""
        with self._lock:
            self._token = secrets.token_urlsafe(TOKEN_BYTES)
            return self._token

    def redeem(self, token: str, address: str) -> str | None:
        """Return a new session for the valid token, which is used up; None for another one.

        Raises:
            TooManyTries: this address has presented too many wrong tokens. Not even the right
                one is taken from it now, so that guessing on is of no use.
        """
        with self._lock:
            recent = [
                moment
                for moment in self._wrong.pop(address, [])
                if self._clock() - moment < WINDOW_SECONDS
            ]
            if len(recent) >= TRIES:
                self._wrong[address] = recent
                raise TooManyTries(str(TOO_MANY))
            if self._token is None or not _same(token, self._token):
                self._wrong[address] = [*recent, self._clock()]
                if len(self._wrong) > ADDRESSES_REMEMBERED:
                    del self._wrong[next(iter(self._wrong))]
                return None
            self._token = None
            session = secrets.token_urlsafe(SESSION_BYTES)
            self._sessions.append(session)
        self._on_entry(address)
        return session

    def knows(self, session: str) -> bool:
        """Tell whether somebody was let in under this session."""
        with self._lock:
            return any([_same(session, known) for known in self._sessions])


class RequireAdmission:
    """ASGI middleware that lets in this machine, and from beyond it whoever was admitted."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self.app = app
        self.admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, redeem its token, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asking = HTTPConnection(scope)
        token = _token_of(scope)
        welcome = is_this_machine(asking) or self.admission.knows(asking.cookies.get(COOKIE, ""))
        if welcome and token is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            answer = _to_the_page() if welcome else self._answer(asking, token)
            await answer(scope, receive, send)

    def _answer(self, asking: HTTPConnection, token: str | None) -> Response:
        if token is None:
            return _refusal(asking, NO_TOKEN, NotAdmitted(str(NO_TOKEN)))
        try:
            session = self.admission.redeem(token, asking.client.host if asking.client else "")
        except TooManyTries as error:
            return _refusal(asking, TOO_MANY, error)
        if session is None:
            return _refusal(asking, WRONG_TOKEN, NotAdmitted(str(WRONG_TOKEN)))
        # Strict cookies stay away from a redirect that began on another site (a link in a
        # mail page), but not from a page of ours that goes on by itself.
        elsewhere = asking.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        answer = page(ADMITTED, 200, goes_on=True) if elsewhere else _to_the_page()
        answer.set_cookie(COOKIE, session, secure=True, httponly=True, samesite="strict")
        return answer


def _token_of(scope: Scope) -> str | None:
    """Return the token of a visit to the page.

    Looking ahead (HEAD, a browser's prefetch) must not use it up.
    """
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
        return None
    if any(name == b"sec-purpose" for name, _ in scope["headers"]):
        return None
    return QueryParams(scope["query_string"]).get(PARAMETER)


def _to_the_page() -> Response:
    """Lead to the address without the token, so that it stays in no history."""
    return RedirectResponse("/", 303)


def _refusal(
    asking: HTTPConnection, sentence: Sentence, error: NotAdmitted | TooManyTries
) -> Response:
    answer = problem(error)
    if "text/html" not in asking.headers.get("accept", ""):
        return answer
    shown = page(sentence, answer.status_code)
    if "retry-after" in answer.headers:
        shown.headers["retry-after"] = answer.headers["retry-after"]
    return shown


def is_this_machine(asking: HTTPConnection) -> bool:
    """Tell whether a request comes from a program on this machine, as far as can be told."""
    return (
        asking.client is not None
        and _is_loopback(asking.client.host)
        and host_name(asking.headers.get("host", "")) in LOCAL_HOSTS
        and PASSED_ON.isdisjoint(asking.headers.keys())
    )


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _same(given: str, known: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode(), known.encode())
