"""The page and the HTTP API: FastAPI on uvicorn, the only home of both.

Where to find what::

    app.py          create_app: puts the pieces together
    server.py       serve: address, certificate, browser, for `palote serve`
    listening.py    the port, found and taken
    announce.py     what the terminal shows while a server runs
    certificate.py  the certificate of `palote serve --https`
    lan.py          the way from a phone to this machine: addresses, QR code
    admission.py    who may come in from beyond this machine: one-time token, session
    refusals.py     the page that a stranger sees
    shell.py        the guards around an application of others, for `palote gradio`
    readers.py      the loaded readers and the two threads they work in
    intake.py       the picture out of a request's body, in memory only
    security.py     who may ask, how much they may send, what browsers may do
    problems.py     every error as application/problem+json
    schemas.py      the shapes of the answers, for /openapi.json
    routes/         one short function a path
    static/         the page: plain ES modules, no build step
"""

from __future__ import annotations

from palote.surfaces.web.app import create_app
from palote.surfaces.web.server import serve

__all__ = ["create_app", "serve"]
