"""/v2/...: the Open Inference Protocol, for clients of KServe, Triton and their kin.

https://github.com/kserve/open-inference-protocol; errors are problems as everywhere, with the
sentence in ``error`` too, where such clients look for it.
"""

from __future__ import annotations

import time
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

import palote
from palote.errors import InputError, ModelNotFound, UsageError
from palote.reader import EXPECTATIONS
from palote.result import Json, Reading
from palote.surfaces.web import problems, tensors
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.queueing import Queue
from palote.surfaces.web.ratelimit import Limiter
from palote.surfaces.web.readers import Readers
from palote.surfaces.web.routes.health import healthz, readyz

__all__ = ["router"]

router = APIRouter(prefix="/v2", tags=["Open Inference Protocol"])

VERSION = "1"
JSON_SIZE = "Inference-Header-Content-Length"
UNKNOWN: Final = problems.described(
    {404: "No such model, or no such version.", 503: "Too much at once, or not ready."}
)
REFUSALS: Final = problems.described(
    {
        400: "Not as the protocol has it, or too many pictures.",
        403: "Another site's request, for another host, or of a device that was not let in.",
        404: "No such model, or no such version.",
        408: "The body did not arrive in time.",
        413: "Too many bytes or pixels.",
        415: "No picture, or of a kind that Palote does not read.",
        422: "A damaged or tiny picture, or an option that does not exist.",
        429: "More than one client may have computed; each picture counts.",
        503: "Too much at once, or the model cannot be used.",
    }
)
BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "The tensor 'image': pictures as files. In JSON as base64 or data URLs; "
        f"with the header {JSON_SIZE}, as binary data behind the JSON. The parameter 'expect' "
        "says what is on them.",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/InferenceRequest"},
                "example": {
                    "inputs": [
                        {
                            "name": "image",
                            "datatype": "BYTES",
                            "shape": [1],
                            "data": ["data:image/png;base64,iVBORw0KGgo..."],
                        }
                    ],
                    "parameters": {"expect": "digit"},
                },
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


async def _model(
    request: Request, name: Annotated[str, Path(description="A name from /api/models.")]
) -> str:
    """Return the name of a model that there is.

    Raises:
        ModelNotFound: there is none of that name.
    """
    readers: Readers = request.app.state.readers
    queue: Queue = request.app.state.queue
    await queue.run(lambda: readers.check(name), request.receive)
    return name


async def _version(version: Annotated[str, Path(description=f"{VERSION}, the only one.")]) -> None:
    if version != VERSION:
        raise ModelNotFound(f"There is no version {version[:20]!r}. There is: {VERSION}.")


Model = Annotated[str, Depends(_model)]
OF_VERSION: Final = [Depends(_version)]


@router.get("", summary="Who is there?")
async def server() -> JSONResponse:
    """Name the server and what it can do beyond the protocol."""
    return JSONResponse(
        {
            "name": "palote",
            "version": palote.__version__,
            "extensions": list(tensors.EXTENSIONS),
        }
    )


router.get("/health/live", summary="Is it there?")(healthz)
router.get("/health/ready", summary="Can it read?", responses=UNKNOWN)(readyz)


@router.get(
    "/models/{name}/versions/{version}",
    summary="One model",
    responses=UNKNOWN,
    dependencies=OF_VERSION,
)
@router.get("/models/{name}", summary="One model", responses=UNKNOWN)
async def model(known: Model) -> JSONResponse:
    """Describe a model's tensors."""

    def listed(described: tuple[tensors.Described, ...]) -> list[Json]:
        return [
            {"name": one.name, "datatype": one.datatype, "shape": list(one.shape)}
            for one in described
        ]

    return JSONResponse(
        {
            "name": known,
            "versions": [VERSION],
            "platform": "palote",
            "inputs": listed(tensors.INPUTS),
            "outputs": listed(tensors.OUTPUTS),
        }
    )


@router.get(
    "/models/{name}/versions/{version}/ready",
    summary="Is it ready?",
    responses=UNKNOWN,
    dependencies=OF_VERSION,
)
@router.get("/models/{name}/ready", summary="Is it ready?", responses=UNKNOWN)
async def model_ready(request: Request, known: Model) -> JSONResponse:
    """Tell whether a model can be asked: each that there is, once the server is ready."""
    await readyz(request)
    return JSONResponse({"name": known, "ready": True})


@router.post(
    "/models/{name}/versions/{version}/infer",
    summary="Read pictures",
    response_model=tensors.InferenceResponse,
    responses=REFUSALS,
    openapi_extra=BODY,
    dependencies=OF_VERSION,
)
@router.post(
    "/models/{name}/infer",
    summary="Read pictures",
    response_model=tensors.InferenceResponse,
    responses=REFUSALS,
    openapi_extra=BODY,
)
async def infer(request: Request, known: Model) -> Response:
    """Read several pictures; nothing is stored."""
    start = time.perf_counter()
    state = request.app.state
    readers: Readers = state.readers
    queue: Queue = state.queue
    limiter: Limiter = state.limiter
    metrics: Metrics = state.metrics
    asked, binary = tensors.requested(await request.body(), request.headers.get(JSON_SIZE))
    pictures = tensors.pictures(asked, binary)
    expect = asked.parameters.get("expect", "auto")
    if expect not in EXPECTATIONS:
        raise UsageError(f"The parameter expect is one of {EXPECTATIONS}, not {expect!r}.")
    # The request itself has been counted already.
    limiter.charge(request, len(pictures) - 1)
    metrics.stage("receive", time.perf_counter() - start)

    def work() -> Response:
        readings: list[Reading] = []
        for number, picture in enumerate(pictures, 1):
            try:
                reading = readers.read(
                    picture,
                    expect=str(expect),
                    clean=None,
                    model=known,
                    stages=False,
                    saliency=False,
                )
            except InputError as error:
                where = f"Picture {number} of {len(pictures)}: " if len(pictures) > 1 else ""
                raise type(error)(f"{where}{error}") from error
            readings.append(reading)
        start = time.perf_counter()
        content, size = tensors.encoded(readings, asked, known, VERSION)
        headers = {} if size is None else {JSON_SIZE: str(size)}
        kind = "application/json" if size is None else "application/octet-stream"
        metrics.stage("answer", time.perf_counter() - start)
        return Response(content, headers=headers, media_type=kind)

    return await queue.run(work, request.receive)
