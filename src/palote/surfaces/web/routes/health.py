"""GET /healthz and /readyz: for whoever starts or watches the server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from palote.surfaces.web import problems, schemas
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
    responses=problems.described({503: "Not yet, or the model cannot be loaded."}),
)
async def readyz(request: Request) -> JSONResponse:
    """Answer 200 once the default model is loaded, 503 before."""
    readers: Readers = request.app.state.readers
    if not readers.ready:
        raise problems.Busy("The model is still being loaded, or cannot be. Try again in a moment.")
    return JSONResponse({"status": "ok"})
