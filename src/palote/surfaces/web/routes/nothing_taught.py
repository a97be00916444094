"""What a server without ``--learn`` says at the paths of learning."""

from __future__ import annotations

from fastapi import APIRouter

from palote.surfaces.web.problems import NoLearning

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

METHODS = ["GET", "POST", "DELETE"]


@router.api_route("/api/corrections", methods=METHODS)
@router.api_route("/api/corrections/{rest:path}", methods=METHODS)
@router.api_route("/api/profiles", methods=METHODS)
@router.api_route("/api/profiles/{rest:path}", methods=METHODS)
async def refuse() -> None:
    """Say how learning is switched on."""
    raise NoLearning(
        "This server does not learn, and keeps no picture. Whoever runs it switches learning on "
        "by starting it with --learn: palote serve --learn."
    )
