"""Errors as ``application/problem+json`` (RFC 9457), never as a stack trace.

Palote's errors already carry a sentence for a person and a ``code`` for programs;
this module adds the status that fits, and the errors that only a server knows.
The page has a Spanish sentence for each code.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palote import errors

__all__ = [
    "CURRENT",
    "Asking",
    "BadRequest",
    "BodyTimeout",
    "Busy",
    "Forbidden",
    "NoLearning",
    "NotAdmitted",
    "Problems",
    "RateLimited",
    "TokenNeeded",
    "TokenWrong",
    "TooManyRequests",
    "TooManyTries",
    "described",
    "problem",
    "refuse_http",
    "refuse_validation",
    "unknown_option",
    "wrong_parameter",
]

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = {429: "60", 503: "1"}

INFERENCE = "/v2/"
"""Below it, clients of the Open Inference Protocol look for the sentence in ``error``."""


@dataclass(frozen=True)
class Asking:
    """The request that is being answered.

    Attributes:
        id: its name, in logs and answers.
        path: its path.
    """

    id: str = ""
    path: str = ""


NOBODY = Asking()
CURRENT: ContextVar[Asking] = ContextVar("palote-request", default=NOBODY)

log = logging.getLogger("palote.web")


class BadRequest(errors.PaloteError):
    """The request's body has no picture, or is not what its content type says."""

    code = "bad-request"


class Forbidden(errors.PaloteError):
    """The request comes from another site, or is for another host."""

    code = "forbidden"


class NotAdmitted(Forbidden):
    """The device is not this machine, and has not been let in."""

    code = "not-admitted"


class TooManyTries(errors.PaloteError):
    """The device has presented too many wrong tokens."""

    code = "too-many-tries"


class TokenNeeded(errors.PaloteError):
    """Beyond this machine, teaching needs a profile's token."""

    code = "token-needed"


class TokenWrong(TokenNeeded):
    """The token is nobody's."""

    code = "token-wrong"


class NoLearning(errors.PaloteError):
    """This server does not learn, or what it teaches has no such thing."""

    code = "no-learning"


class TooManyRequests(errors.PaloteError):
    """More was taught in a minute than a person can."""

    code = "too-many-requests"


class RateLimited(errors.PaloteError):
    """One client asks for more than it may.

    Args:
        wait: seconds until it may again.
    """

    code = "rate-limited"
    wait: int = 60

    def __init__(self, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        super().__init__(f"Too many requests come from your address. Try again in {self.wait} s.")


class BodyTimeout(errors.PaloteError):
    """The body did not arrive in time."""

    code = "timeout"


class Busy(errors.PaloteError):
    """The server holds as much as it may; the same request will work later."""

    code = "busy"


STATUSES: dict[type[errors.PaloteError], int] = {
    BadRequest: 400,
    TokenNeeded: 401,
    Forbidden: 403,
    errors.LearningOff: 403,
    NoLearning: 404,
    BodyTimeout: 408,
    RateLimited: 429,
    TooManyRequests: 429,
    TooManyTries: 429,
    Busy: 503,
    errors.UsageError: 422,
    errors.InputError: 422,
    errors.NothingToLearn: 422,
    errors.UnsupportedFormat: 415,
    errors.MissingExtra: 415,
    errors.TooManyBytes: 413,
    errors.TooManyPixels: 413,
    errors.ModelError: 503,
    errors.ModelNotFound: 404,
    errors.LearnError: 503,
}

CODES = {404: "not-found", 405: "method-not-allowed", 500: "internal"}


def problem(error: errors.PaloteError) -> Response:
    """Return the answer for an error that was raised on purpose."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    answer = _answer(status, error.code, str(error))
    if isinstance(error, RateLimited):
        answer.headers["Retry-After"] = str(error.wait)
    return answer


def described(whens: Mapping[int, str]) -> dict[int | str, dict[str, object]]:
    """Return FastAPI's description of refusals, from statuses and when they come."""
    shape = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": when,
            "content": {MEDIA_TYPE: {"schema": shape, "example": _example(status, when)}},
        }
        for status, when in whens.items()
    }


async def refuse_http(request: Request, error: Exception) -> Response:
    """Answer the router's own errors: no such path, wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    what = {
        404: f"There is nothing at {request.url.path!r}. What there is: /docs.",
        405: f"{request.url.path} does not take {request.method}. What it takes: /docs.",
    }.get(error.status_code, str(error.detail))
    answer = _answer(error.status_code, CODES.get(error.status_code, "error"), what)
    answer.headers.update(error.headers or {})
    return answer


async def refuse_validation(_: Request, error: Exception) -> Response:
    """Answer a query parameter of the wrong kind."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return problem(wrong_parameter(str(first["loc"][-1]), first["msg"], first.get("input")))


def wrong_parameter(name: str, why: str, received: object) -> errors.UsageError:
    """Return the error of a query parameter of the wrong kind."""
    return errors.UsageError(f"The parameter {name} is wrong: {why} (received {received!r}).")


def unknown_option(name: str, known: Sequence[str]) -> errors.UsageError:
    """Return the error of an option, or a field of the body, that does not exist."""
    from palote.model.catalog import did_you_mean

    said = name[:100]
    return errors.UsageError(
        f"There is no option {said!r}. There are: {', '.join(known)}." + did_you_mean(said, known)
    )


class Problems:
    """ASGI middleware that turns whatever is raised inside into an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and catch what comes back."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await self._answer_for(error)(scope, receive, watched)

    def _answer_for(self, error: Exception) -> Response:
        if isinstance(error, errors.PaloteError):
            return problem(error)
        log.error("The request %s failed unexpectedly.", CURRENT.get().id, exc_info=error)
        detail = "Something went wrong inside Palote. The server's log says more."
        return _answer(500, "internal", detail)


def _example(status: int, when: str) -> dict[str, str | int]:
    code = next((kind.code for kind, of in STATUSES.items() if of == status), CODES.get(status))
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or "error",
        "detail": when,
    }


def _answer(status: int, code: str, detail: str) -> Response:
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    asking = CURRENT.get()
    if asking.id:
        content["request_id"] = asking.id
    if asking.path.startswith(INFERENCE):
        content["error"] = detail
    headers = {"Retry-After": RETRY_SECONDS[status]} if status in RETRY_SECONDS else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content, status, headers, MEDIA_TYPE)
