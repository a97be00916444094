"""The page and the HTTP API: FastAPI on uvicorn, the only home of both.

Where to find what::

    app.py        create_app: puts the pieces together
    server.py     serve: address, port, browser, for `palote serve`
    readers.py    the loaded readers and the two threads they work in
    intake.py     the picture out of a request's body, in memory only
    security.py   who may ask, how much they may send, what browsers may do
    problems.py   every error as application/problem+json
    schemas.py    the shapes of the answers, for /openapi.json
    routes/       one short function a path
    static/       the page: plain ES modules, no build step
"""

from __future__ import annotations

from palote.surfaces.web.app import create_app
from palote.surfaces.web.server import serve

__all__ = ["create_app", "serve"]
