"""POST /api/read: a picture in, a reading out."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from palote.result import Reading
from palote.surfaces.web import examples, intake, problems, schemas
from palote.surfaces.web.access import profile_to_read
from palote.surfaces.web.glances import Glances
from palote.surfaces.web.light import is_light
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.options import Options
from palote.surfaces.web.queueing import Queue
from palote.surfaces.web.readers import Readers

__all__ = ["Direct", "router"]

router = APIRouter()

PATH = "/api/read"
OPTIONS: Final = tuple(Options.model_fields)


PICTURE = {"type": "string", "format": "binary"}


def _with_options(picture: dict[str, str]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {intake.FIELD: picture, **Options.shapes()},
        "required": [intake.FIELD],
        "additionalProperties": False,
    }


BODY = {
    "requestBody": {
        "required": True,
        "description": "The picture, in one of three ways: PNG, JPEG, BMP, GIF, WebP or TIFF, and "
        "AVIF or HEIC where the server has what reads them. What the query may say can stand "
        "beside it, too; the query counts more.",
        "content": {
            "multipart/form-data": {"schema": _with_options(PICTURE)},
            "image/*": {"schema": PICTURE},
            "application/json": {
                "schema": _with_options({"type": "string"}),
                "example": {intake.FIELD: examples.PICTURE_URL},
            },
        },
    }
}
ANSWER: Final = {"content": {"application/json": {"example": examples.READING}}}
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
        429: "More than one client may have computed.",
        503: "Too much at once, or the model cannot be used.",
    }
)


@router.post(
    PATH,
    summary="Read one picture",
    response_model=schemas.Reading,
    responses={**REFUSALS, 200: ANSWER},
    openapi_extra={**BODY, "parameters": Options.described()},
)
async def read(request: Request) -> Response:
    """Read one handwritten digit, or numbers; nothing is stored."""
    start = time.perf_counter()
    options = Options.of(request)
    taken = await intake.taken(request, OPTIONS)
    if taken.words:
        options = Options.of(request, taken.words)
    state = request.app.state
    readers: Readers = state.readers
    queue: Queue = state.queue
    glances: Glances = state.glances
    metrics: Metrics = state.metrics
    metrics.stage("receive", time.perf_counter() - start)
    asked = options.profile or taken.words.get("profile")
    whose = await profile_to_read(request, asked, readers.settings.profile)

    def answered(reading: Reading, start: float) -> Response:
        done = time.perf_counter()
        answer = JSONResponse(
            reading.to_dict(images=options.stages or options.saliency),
            headers={"Server-Timing": f"read;dur={(done - start) * 1000:.1f}"},
        )
        metrics.stage("answer", time.perf_counter() - done)
        return answer

    image = taken.image
    if whose is None and options.usual and readers.glances_for(options.model) and is_light(image):
        came = time.perf_counter()
        glanced = await glances.read(image, options.expect, options.stages, request.receive)
        if glanced is not None:
            waited, reading = glanced
            metrics.stage("wait", waited)
            return answered(reading, came + waited)

    def work() -> Response:
        start = time.perf_counter()
        reading = readers.read(
            image,
            expect=options.expect,
            pattern=options.pattern,
            clean=options.clean,
            model=options.model,
            stages=options.stages,
            saliency=options.saliency,
            profile=whose,
        )
        return answered(reading, start)

    return await queue.run(work, request.receive)


class Direct:
    """ASGI middleware that answers this route without looking for it.

    FastAPI's way to a route takes about half as long as all that is done there beside the reading
    itself. Whatever is not exactly this route goes that way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        (self._route,) = (one for one in router.routes if isinstance(one, APIRoute))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", PATH):
            await self.app(scope, receive, send)
            return
        scope["route"] = self._route
        answer = await read(Request(scope, receive, send))
        await answer(scope, receive, send)
