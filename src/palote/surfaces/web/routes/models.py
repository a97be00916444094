"""GET /api/models: what can be chosen for a reading."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

import palote
from palote.ink import CLEANINGS
from palote.surfaces.web import schemas
from palote.surfaces.web.readers import Readers

__all__ = ["router"]

router = APIRouter()


@router.get("/api/models", summary="What can be chosen", response_model=schemas.Models)
async def models(request: Request) -> JSONResponse:
    """Models with their cards and scores, ways of cleaning, and limits."""
    readers: Readers = request.app.state.readers
    found = await readers.in_thread(readers.models)
    return JSONResponse(
        {
            "version": palote.__version__,
            "default": found[0]["name"],
            "models": found,
            "cleanings": list(CLEANINGS),
            "max_bytes": readers.settings.max_bytes,
        }
    )
