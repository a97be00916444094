"""GET /healthz, /readyz and /metrics: for whoever starts or watches the server."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from palote.surfaces.web import problems, schemas
from palote.surfaces.web.draining import Draining
from palote.surfaces.web.metrics import METRICS_TYPE, Metrics
from palote.surfaces.web.readers import Readers

__all__ = ["router"]

router = APIRouter()


@router.get("/healthz", summary="Is it there?", response_model=schemas.Health)
async def healthz() -> JSONResponse:
    """Answer as soon as the server runs."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    summary="Can it read?",
    response_model=schemas.Health,
    responses=problems.described(
        {503: "Not yet; or the model cannot be loaded; or the server is about to stop."}
    ),
)
async def readyz(request: Request) -> JSONResponse:
    """Answer 200 once the default model is loaded, 503 before and while the server stops."""
    readers: Readers = request.app.state.readers
    draining: Draining = request.app.state.draining
    if draining.begun:
        raise problems.Busy("This server is about to stop. Ask another one, or try again soon.")
    if not readers.ready:
        raise problems.Busy("The model is still being loaded, or cannot be. Try again in a moment.")
    return JSONResponse({"status": "ok"})


@router.get(
    "/metrics",
    summary="How is it doing?",
    response_class=Response,
    responses={
        200: {
            "description": "Figures of all workers, in Prometheus' text format.",
            "content": {METRICS_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
async def metrics(request: Request) -> Response:
    """Count requests, readings and what waits, and say how long it all takes."""
    figures: Metrics = request.app.state.metrics
    return Response(await asyncio.to_thread(figures.exposition), media_type=METRICS_TYPE)
