"""POST /api/read: a picture in, a reading out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from palote.ink import CLEANINGS
from palote.reader import EXPECTATIONS
from palote.surfaces.web import intake, problems, schemas
from palote.surfaces.web.access import profile_to_read
from palote.surfaces.web.readers import Readers

__all__ = ["router"]

router = APIRouter()

PICTURE = {"type": "string", "format": "binary"}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The picture: PNG, JPEG, BMP, GIF, WebP or TIFF, in one of three ways.",
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {intake.FIELD: PICTURE}}
            },
            "image/*": {"schema": PICTURE},
            "application/json": {
                "schema": {"type": "object", "properties": {intake.FIELD: {"type": "string"}}},
                "example": {intake.FIELD: "data:image/png;base64,iVBORw0KGgo..."},
            },
        },
    }
}
REFUSALS: Final = problems.described(
    {
        400: "No picture in the body, or a malformed body.",
        401: "Another's profile, without its token, from beyond the server's own machine.",
        403: "Another site's request, for another host, or of a device that was not let in.",
        404: "No such model.",
        408: "The body did not arrive in time.",
        413: "Too many bytes or pixels.",
        415: "No picture, or of a kind that Palote does not read.",
        422: "A damaged or tiny picture, or an option that does not exist.",
        503: "Too much at once, or the model cannot be used.",
    }
)


@router.post(
    "/api/read",
    summary="Read one picture",
    response_model=schemas.Reading,
    responses=REFUSALS,
    openapi_extra=BODY,
)
async def read(
    request: Request,
    expect: Annotated[
        str,
        Query(description="What is on it.", json_schema_extra={"enum": list(EXPECTATIONS)}),
    ] = "auto",
    pattern: Annotated[
        str | None,
        Query(
            description="The format of the numbers, if it is known: # for each digit, such as "
            "#### or ##.#.",
            examples=["####"],
        ),
    ] = None,
    clean: Annotated[
        str,
        Query(description="How to clean it.", json_schema_extra={"enum": list(CLEANINGS)}),
    ] = "auto",
    model: Annotated[
        str | None, Query(description="A name from /api/models; the default one if left out.")
    ] = None,
    stages: Annotated[
        bool, Query(description="Add the pictures of the way, and what the network saw.")
    ] = False,
    saliency: Annotated[
        bool, Query(description="Add which ink spoke for the digit, and which against it.")
    ] = False,
    profile: Annotated[
        str | None,
        Query(
            description="Whose corrections count; none for nobody's. The server's usual profile "
            "if left out. Can be a field of the body too."
        ),
    ] = None,
) -> JSONResponse:
    """Read one handwritten digit, or numbers; nothing is stored."""
    taken = await intake.taken(request)
    readers: Readers = request.app.state.readers
    asked = profile or taken.words.get("profile")
    reading, seconds = await readers.read(
        taken.image,
        expect=expect,
        pattern=pattern,
        clean=clean,
        model=model,
        stages=stages,
        saliency=saliency,
        profile=await profile_to_read(request, asked, readers.settings.profile),
    )
    return JSONResponse(reading, headers={"Server-Timing": f"read;dur={seconds * 1000:.1f}"})
