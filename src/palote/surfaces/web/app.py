"""`create_app`: routes, guards and readers put together, with no global state.

Any ASGI server can run it: ``uvicorn --factory palote.surfaces.web:create_app``.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterable, Sequence

import cv2
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

import palote
from palote.errors import PaloteError
from palote.settings import Settings
from palote.surfaces.web import memory, schemas
from palote.surfaces.web.access import Gate
from palote.surfaces.web.admission import Admission, RequireAdmission
from palote.surfaces.web.draining import Draining
from palote.surfaces.web.glances import Glances
from palote.surfaces.web.journal import Journal
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Problems, log, refuse_http, refuse_validation
from palote.surfaces.web.proxies import TrustedProxies
from palote.surfaces.web.queueing import Queue
from palote.surfaces.web.ratelimit import Allowance, Limiter, RateLimit
from palote.surfaces.web.readers import LoadReader, Readers, SupportsRead
from palote.surfaces.web.routes import (
    corrections,
    health,
    inference,
    models,
    nothing_taught,
    page,
    profiles,
    read,
    versions,
)
from palote.surfaces.web.security import BodyLimit, Guard, Limits, SecurityHeaders
from palote.surfaces.web.teaching import Teaching
from palote.surfaces.web.tensors import InferenceRequest
from palote.surfaces.web.tracing import tracing

__all__ = ["create_app"]

STORES_NOTHING = "Nothing that is sent is stored."
LEARNS = "Only what is sent to /api/corrections is stored."


def create_app(
    settings: Settings | None = None,
    *,
    model: str | None = None,
    hosts: Iterable[str] = (),
    limits: Limits | None = None,
    load: LoadReader | None = None,
    admission: Admission | None = None,
    learn: bool = False,
) -> FastAPI:
    """Build the application.

    Args:
        settings: limits and folders; from the environment if not given.
        model: name or path of the default model; the settings' one if not given.
        hosts: names and addresses, without port, that the server answers to besides
            ``localhost``, ``127.0.0.1``, ``[::1]`` and the settings' own.
        limits: of a request's body; from ``settings.max_bytes`` if not given.
        load: makes the reader of a model; tests hand in their own.
        admission: who may come in from beyond this machine; if not given, whoever the
            server can be reached by. It works in one process, not in several workers.
        learn: whether it can be taught (`palote.surfaces.web.access` says by whom). What it is
            taught lies in ``settings.store``, which several workers and servers may share.
    """
    settings = settings or Settings.from_environment()
    metrics = Metrics(settings.shared_dir)
    queue = Queue(settings.running, settings.waiting, metrics)
    limiter = Limiter(_allowance(settings), metrics)
    draining = Draining(settings.drain)
    readers = Readers(settings, model, load, metrics)
    teaching = Teaching(settings, model) if learn else None
    admitting = [Middleware(RequireAdmission, admission=admission)] if admission else []

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Readings run beside each other, so that one cut up among threads only costs more.
        cv2.setNumThreads(1)
        memory.settle()
        warming = asyncio.create_task(_warm(readers, queue, teaching))
        warming.add_done_callback(_report)
        in_step = asyncio.create_task(teaching.keep_in_step()) if teaching else None
        with draining.watching():
            yield
        queue.close()
        if teaching and in_step:
            in_step.cancel()
            await teaching.close()

    app = FastAPI(
        title="Palote",
        version=palote.__version__,
        description=f"Reads handwritten digits. {LEARNS if learn else STORES_NOTHING}",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # FastAPI's own would tell of addresses and queries wherever the environment sets
        # OpenTelemetry up, and ask each request whether it does. What may be told, `tracing` tells.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(TrustedProxies, trusted=settings.trusted_proxies),
            *([tracing()] if settings.tracing else []),
            Middleware(
                Journal,
                metrics=metrics,
                draining=draining,
                log=sys.stderr if settings.access_log else None,
            ),
            Middleware(SecurityHeaders),
            *_sharing(settings.allow_origins),
            Middleware(BodyLimit, limits=limits or Limits.for_pictures(settings.max_bytes)),
            Middleware(Guard, hosts=(*hosts, *settings.hosts), origins=settings.allow_origins),
            *admitting,
            Middleware(RateLimit, limiter=limiter),
            Middleware(Problems),
            Middleware(read.Direct),
        ],
        exception_handlers={
            HTTPException: refuse_http,
            RequestValidationError: refuse_validation,
        },
    )
    app.state.readers = readers
    app.state.queue = queue
    app.state.glances = Glances(queue, readers.glances)
    app.state.metrics = metrics
    app.state.limiter = limiter
    app.state.draining = draining
    app.state.teaching = teaching
    app.state.gate = Gate(teaching, admission is not None) if teaching else None
    learning = (corrections, versions, profiles) if learn else (nothing_taught,)
    for routes in (page, read, models, health, inference, *learning):
        app.include_router(routes.router)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Add the shape of a problem to the schema, which the routes refer to by name."""
    schema = app.openapi()
    shapes = schema.setdefault("components", {}).setdefault("schemas", {})
    shapes["Problem"] = schemas.Problem.model_json_schema()
    asked = InferenceRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= {**asked.pop("$defs"), "InferenceRequest": asked}
    for unused in ("HTTPValidationError", "ValidationError"):
        shapes.pop(unused, None)
    for methods in schema["paths"].values():
        for operation in methods.values():
            # FastAPI adds it of itself, in a shape of its own, also where nothing can be wrong.
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]


def _allowance(settings: Settings) -> Allowance | None:
    if not settings.rate_limit:
        return None
    return Allowance(settings.rate_limit, settings.shared_dir)


def _sharing(origins: Sequence[str]) -> list[Middleware]:
    """Tell browsers which other pages may use the API; it has no cookies that could go along."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("*",),
            expose_headers=("X-Request-ID", "Retry-After", "Server-Timing"),
        )
    ]


async def _warm(readers: Readers, queue: Queue, teaching: Teaching | None) -> SupportsRead:
    """Load what will be needed; first the store, which makes the profile that reads."""
    if teaching is not None:
        await queue.in_thread(teaching.open)
    return await queue.in_thread(readers.default)


def _report(warming: asyncio.Task[SupportsRead]) -> None:
    """Say why a model cannot be loaded; each reading will say it again to its client."""
    if warming.cancelled():
        return
    error = warming.exception()
    if isinstance(error, PaloteError):
        log.error("%s", error)
    elif error is not None:
        log.error("The model cannot be loaded.", exc_info=error)
