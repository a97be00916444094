"""GET /, /docs and /static: the files of the page, from memory.

They are read once, at start, and sent with types of our own: on Windows a program
may have told the registry that ``.js`` is plain text, which a browser then refuses
to run. Each is checked with the server on every visit (ETag), so that an update of
Palote shows at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

__all__ = ["router"]

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
METHODS = ["GET", "HEAD"]


@dataclass(frozen=True)
class StaticFile:
    """A file of the page."""

    content: bytes
    media_type: str
    etag: str


def _collect(folder: Traversable, prefix: str = "") -> dict[str, StaticFile]:
    files: dict[str, StaticFile] = {}
    for entry in folder.iterdir():
        name = prefix + entry.name
        ending = entry.name.rpartition(".")[2]
        if entry.is_dir():
            files |= _collect(entry, name + "/")
        elif ending in TYPES:
            content = entry.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
            files[name] = StaticFile(content, TYPES[ending], etag)
    return files


FILES = _collect(resources.files("palote.surfaces.web") / "static")

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=METHODS)
async def index(request: Request) -> Response:
    """Send the page."""
    return _send("index.html", request)


@router.api_route("/docs", methods=METHODS)
async def docs(request: Request) -> Response:
    """Send the page that shows /openapi.json."""
    return _send("docs.html", request)


@router.api_route("/static/{name:path}", methods=METHODS)
async def static(name: str, request: Request) -> Response:
    """Send a file of the page."""
    return _send(name, request)


def _send(name: str, request: Request) -> Response:
    file = FILES.get(name)
    if file is None:
        raise HTTPException(404)
    headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
