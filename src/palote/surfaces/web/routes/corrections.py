"""/api/corrections: teach what a picture is, see what was taught, take it back.

Every answer to a change is an Outcome: whether something was learned, why or why not, and
how much is read right before and after. Only where learning is switched on.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from palote.errors import UsageError
from palote.ink import CLEANINGS
from palote.result import Json
from palote.surfaces.web import intake, problems, schemas
from palote.surfaces.web.access import Changing, ProfileQuery, Seeing
from palote.surfaces.web.teaching import teaching_of

if TYPE_CHECKING:
    from palote.learn import Teacher

__all__ = ["REFUSALS", "router"]

router = APIRouter(prefix="/api/corrections")

MOST_LISTED = 200

WORDS = ("label", "profile", "clean", "box")
"""What may stand in fields beside the picture instead of in the query."""

REFUSALS: Final = problems.described(
    {
        401: "Beyond the server's own machine: no token, or nobody's.",
        403: "Another site's request, another's profile, or learning is switched off there.",
        404: "This server does not learn, or not in this way.",
        422: "A wrong label, profile, version or picture; the valid ones are named.",
        429: "Too much in a minute, or too many wrong tokens.",
        503: "The store cannot be used.",
    }
)


@router.post(
    "",
    status_code=201,
    summary="Teach what a picture is",
    response_model=schemas.Outcome,
    responses=REFUSALS,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The picture, as for /api/read; what the query may say can stand "
            "beside it, too.",
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            intake.FIELD: {"type": "string", "format": "binary"},
                            **{word: {"type": "string"} for word in WORDS},
                        },
                    }
                },
                "image/*": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def correct(
    request: Request,
    access: Changing,
    label: Annotated[
        str | None, Query(description="0 to 9, or none for what is not a digit.")
    ] = None,
    profile: ProfileQuery = None,
    clean: Annotated[
        str | None,
        Query(
            description="How it was cleaned: auto if left out.",
            json_schema_extra={"enum": list(CLEANINGS)},
        ),
    ] = None,
    box: Annotated[
        str | None,
        Query(
            description="Of a number, the box of the digit that is meant, as the reading gives "
            "it: x,y,width,height. Only that digit is kept.",
            examples=["12,30,40,56"],
        ),
    ] = None,
) -> JSONResponse:
    """Keep the digit of a picture with its right label, and learn from it at once."""
    from palote.learn import LABELS, box_of, label_of

    taken = await intake.taken(request, WORDS)
    said = label if label is not None else taken.words.get("label")
    if said is None:
        raise UsageError(f"The label is missing. It is one of {', '.join(LABELS)}.")
    whose = access.profile(profile or taken.words.get("profile"))
    source = "page" if "sec-fetch-site" in request.headers else "api"
    cleaned = clean or taken.words.get("clean", "auto")
    where = box if box is not None else taken.words.get("box")
    outcome = await teaching_of(request).correct(
        taken.image,
        label_of(said),
        whose,
        source,
        cleaned,
        None if where is None else box_of(where),
    )
    return JSONResponse(outcome.to_dict(), 201)


@router.post(
    "/undo",
    summary="Take the newest correction back",
    response_model=schemas.Outcome,
    responses=REFUSALS,
)
async def undo(request: Request, access: Changing, profile: ProfileQuery = None) -> JSONResponse:
    """Delete the newest correction, and fit the rest anew."""
    outcome = await teaching_of(request).undo(access.profile(profile))
    return JSONResponse(outcome.to_dict())


@router.get("", summary="What was taught", response_model=schemas.Corrections, responses=REFUSALS)
async def listed(
    request: Request,
    access: Seeing,
    profile: ProfileQuery = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="At most so many.")] = 60,
    before: Annotated[
        str | None, Query(description="Only older ones than this: `next` of the answer before.")
    ] = None,
    pictures: Annotated[bool, Query(description="Add the pictures as PNG data URLs.")] = False,
) -> JSONResponse:
    """List corrections, the newest first."""
    whose = access.profile(profile)

    def work(teacher: Teacher) -> tuple[list[dict[str, Json]], str | None]:
        found = teacher.corrections(whose, limit=limit + 1, before=before)
        shown = [one.to_dict() for one in found[:limit]]
        if pictures:
            for one in shown:
                one["picture"] = _data_url(teacher.picture(str(one["id"]), whose))
        return shown, found[limit - 1].id if len(found) > limit else None

    shown, after = await teaching_of(request).with_teacher(work)
    return JSONResponse({"profile": whose, "corrections": shown, "next": after})


@router.get("/{correction}/picture", summary="The kept picture", responses=REFUSALS)
async def picture(
    request: Request, access: Seeing, correction: str, profile: ProfileQuery = None
) -> Response:
    """Return what is kept of a correction's picture, as PNG."""
    whose = access.profile(profile)
    kept = await teaching_of(request).with_teacher(
        lambda teacher: teacher.picture(correction, whose)
    )
    return Response(kept, media_type="image/png")


@router.delete(
    "", summary="Take everything back", response_model=schemas.Outcome, responses=REFUSALS
)
async def forget(
    request: Request,
    access: Changing,
    profile: ProfileQuery = None,
    every: Annotated[
        bool, Query(alias="all", description="Must be true, so that no slip deletes all.")
    ] = False,
) -> JSONResponse:
    """Delete all corrections of a profile, with everything that was learned from them."""
    if not every:
        raise UsageError("To delete all corrections, say so: DELETE /api/corrections?all=true.")
    outcome = await teaching_of(request).forget(access.profile(profile))
    return JSONResponse(outcome.to_dict())


@router.delete(
    "/{correction}", summary="Take one back", response_model=schemas.Outcome, responses=REFUSALS
)
async def delete(
    request: Request, access: Changing, correction: str, profile: ProfileQuery = None
) -> JSONResponse:
    """Delete one correction, with everything that was learned from it, and fit the rest anew."""
    whose = access.profile(profile)
    outcome = await teaching_of(request).with_teacher(
        lambda teacher: teacher.delete(correction, whose)
    )
    return JSONResponse(outcome.to_dict())


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
