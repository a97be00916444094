"""GET /api/models: what can be chosen for a reading."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

import palote
from palote.ink import CLEANINGS
from palote.result import Json
from palote.surfaces.web import problems, schemas
from palote.surfaces.web.queueing import Queue
from palote.surfaces.web.readers import Readers
from palote.surfaces.web.teaching import Teaching

__all__ = ["router"]

router = APIRouter()


@router.get(
    "/api/models",
    summary="What can be chosen",
    response_model=schemas.Models,
    responses=problems.described({503: "Too much at once, or the model cannot be used."}),
)
async def models(request: Request) -> JSONResponse:
    """Models with their cards and scores, ways of cleaning, and limits."""
    readers: Readers = request.app.state.readers
    queue: Queue = request.app.state.queue
    teaching: Teaching | None = request.app.state.teaching
    if teaching is not None:
        # First, for it makes the profile that reads.
        await queue.in_thread(teaching.open)
    found = await queue.run(readers.models, request.receive)
    return JSONResponse(
        {
            "version": palote.__version__,
            "default": found[0]["name"],
            "models": found,
            "cleanings": list(CLEANINGS),
            "max_bytes": readers.settings.max_bytes,
            "learning": _learning(teaching, str(found[0]["name"])),
        }
    )


def _learning(teaching: Teaching | None, model: str) -> Json:
    if teaching is None:
        return None
    from palote.learn import LABELS

    labels = LABELS if teaching.kind == "head" else LABELS[:10]
    return {
        "kind": teaching.kind,
        "model": model,
        "profile": teaching.profile,
        "labels": list(labels),
    }
