"""/api/corrections/...: what became of what was taught; go back, take along, switch off."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from palote.surfaces.web import schemas
from palote.surfaces.web.access import Access, Changing, ProfileQuery, Seeing
from palote.surfaces.web.problems import BadRequest
from palote.surfaces.web.routes.corrections import REFUSALS
from palote.surfaces.web.teaching import teaching_of

__all__ = ["router"]

router = APIRouter(prefix="/api/corrections")

ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/status", summary="How things stand", response_model=schemas.Status, responses=REFUSALS
)
async def status(request: Request, access: Seeing, profile: ProfileQuery = None) -> JSONResponse:
    """Tell what has been taught, what it changed, and where it is kept."""
    return await _status(request, access, access.profile(profile))


@router.post(
    "/switch", summary="Switch on or off", response_model=schemas.Status, responses=REFUSALS
)
async def switch(
    request: Request,
    access: Changing,
    on: Annotated[bool, Query(description="Whether what was learned counts.")],
    profile: ProfileQuery = None,
) -> JSONResponse:
    """Let what was learned count, or not; nothing is deleted."""
    whose = access.profile(profile)
    await teaching_of(request).with_teacher(lambda teacher: teacher.switch(on, whose))
    return await _status(request, access, whose)


@router.get("/history", summary="All versions", response_model=schemas.History, responses=REFUSALS)
async def history(request: Request, access: Seeing, profile: ProfileQuery = None) -> JSONResponse:
    """List what has been learned, and what was refused, the newest first."""
    whose = access.profile(profile)
    found = await teaching_of(request).with_teacher(lambda teacher: teacher.history(whose))
    return JSONResponse({"profile": whose, "versions": [one.to_dict() for one in found]})


@router.post("/rollback", summary="Go back", response_model=schemas.Outcome, responses=REFUSALS)
async def rollback(
    request: Request,
    access: Changing,
    version: Annotated[int, Query(ge=0, description="Its number; 0 is the shipped network.")],
    profile: ProfileQuery = None,
) -> JSONResponse:
    """Read with an earlier version again; the corrections stay."""
    whose = access.profile(profile)
    outcome = await teaching_of(request).with_teacher(
        lambda teacher: teacher.rollback(version, whose)
    )
    return JSONResponse(outcome.to_dict())


@router.get(
    "/export",
    summary="Take it along",
    response_class=Response,
    responses={**REFUSALS, 200: {"description": "Class folders as ZIP.", "content": ZIP}},
)
async def export(request: Request, access: Changing, profile: ProfileQuery = None) -> Response:
    """Return all corrections as a ZIP file of class folders: 0/ to 9/ and none/, PNG."""
    whose = access.profile(profile)
    content = await teaching_of(request).with_teacher(lambda teacher: teacher.export_zip(whose))
    name = quote(f"palote-{whose}.zip")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, headers=headers, media_type="application/zip")


@router.post(
    "/import",
    summary="Take it over",
    response_model=schemas.Outcome,
    responses=REFUSALS,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A ZIP file of class folders, as export gives it.",
            "content": ZIP,
        }
    },
)
async def import_zip(
    request: Request, access: Changing, profile: ProfileQuery = None
) -> JSONResponse:
    """Keep and learn pictures from class folders; what is there already is left out."""
    content = await request.body()
    if not content:
        raise BadRequest("There is no ZIP file in the request. Send it as the body itself.")
    outcome = await teaching_of(request).import_zip(content, access.profile(profile))
    return JSONResponse(outcome.to_dict())


async def _status(request: Request, access: Access, whose: str) -> JSONResponse:
    found = await teaching_of(request).status(whose)
    content = {**found.to_dict(), "every": access.every}
    if not access.every:
        # Where the store lies is nobody's business beyond the server's machine.
        content["store"] = ""
    return JSONResponse(content)
