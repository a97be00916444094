"""/api/profiles: whose corrections there are; each has its own pictures, versions and token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from palote.surfaces.web import schemas
from palote.surfaces.web.access import Access, Changing, Seeing
from palote.surfaces.web.problems import Forbidden
from palote.surfaces.web.readers import Readers
from palote.surfaces.web.routes.corrections import REFUSALS
from palote.surfaces.web.teaching import same_profile, teaching_of

__all__ = ["router"]

router = APIRouter(prefix="/api/profiles")


@router.get("", summary="Whose there are", response_model=schemas.Profiles, responses=REFUSALS)
async def profiles(request: Request, access: Seeing) -> JSONResponse:
    """List the profiles that whoever asks may see."""
    found = await teaching_of(request).with_teacher(lambda teacher: teacher.profiles())
    seen = [one for one in found if access.every or same_profile(one.name, access.usual)]
    return JSONResponse({"usual": access.usual, "profiles": [one.to_dict() for one in seen]})


@router.post(
    "", status_code=201, summary="Add one", response_model=schemas.Profile, responses=REFUSALS
)
async def add(
    request: Request,
    access: Changing,
    name: Annotated[str, Query(description="1 to 40 letters, digits, spaces and _ . -")],
) -> JSONResponse:
    """Add a profile, by its name; only from the server's own machine."""
    _only_the_owner(access)
    added = await teaching_of(request).with_teacher(lambda teacher: teacher.add_profile(name))
    return JSONResponse(added.to_dict(), 201)


@router.delete("/{name}", summary="Delete one", response_model=schemas.Profiles, responses=REFUSALS)
async def remove(request: Request, access: Changing, name: str) -> JSONResponse:
    """Delete a profile with all its pictures, versions and its token."""
    _only_the_owner(access)
    if same_profile(name, access.usual):
        raise Forbidden(
            f"{name!r} is the profile that this server reads with. Delete its corrections "
            "instead, or start the server with another --profile."
        )
    await teaching_of(request).with_teacher(lambda teacher: teacher.remove_profile(name))
    readers: Readers = request.app.state.readers
    readers.forget_profile(name)
    return await profiles(request, access)


@router.post(
    "/{name}/token", summary="Make a token", response_model=schemas.Token, responses=REFUSALS
)
async def new_token(request: Request, access: Changing, name: str) -> JSONResponse:
    """Make a token by which other devices teach this profile; an older one ends."""
    _only_the_owner(access)
    token = await teaching_of(request).with_teacher(lambda teacher: teacher.new_token(name))
    return JSONResponse({"profile": name, "token": token})


@router.delete(
    "/{name}/token", summary="End a token", response_model=schemas.Profiles, responses=REFUSALS
)
async def drop_token(request: Request, access: Changing, name: str) -> JSONResponse:
    """End a profile's token: whoever has it can teach no more."""
    _only_the_owner(access)
    await teaching_of(request).with_teacher(lambda teacher: teacher.drop_token(name))
    return await profiles(request, access)


def _only_the_owner(access: Access) -> None:
    if not access.every:
        raise Forbidden("Profiles and tokens are made and ended on the server's own machine only.")
