"""POST /api/read: a picture in, a reading out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from palote.ink import CLEANINGS
from palote.surfaces.web import intake, problems, schemas
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
        Query(description="What is on it.", json_schema_extra={"enum": ["auto", "digit"]}),
    ] = "auto",
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
) -> JSONResponse:
    """Read one handwritten digit; nothing is stored."""
    image = await intake.picture(request)
    readers: Readers = request.app.state.readers
    reading, seconds = await readers.read(
        image, expect=expect, clean=clean, model=model, stages=stages, saliency=saliency
    )
    return JSONResponse(reading, headers={"Server-Timing": f"read;dur={seconds * 1000:.1f}"})
