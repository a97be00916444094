"""The page and the HTTP API: FastAPI on uvicorn, the only home of both.

Where to find what::

    app.py          create_app: puts the pieces together
    environment.py  the application as PALOTE_* variables describe it, for Gunicorn
    server.py       serve: address, certificate, browser, for `palote serve`
    workers.py      several processes at one address
    forking.py      processes that begin as a copy of this one
    listening.py    the port, found and taken
    protocol.py     HTTP on each connection
    announce.py     what the terminal shows while a server runs
    certificate.py  the certificate of `palote serve --https`
    lan.py          the way from a phone to this machine: addresses, QR code
    admission.py    who may come in from beyond this machine: one-time token, session
    refusals.py     the page that a stranger sees
    shell.py        the guards around an application of others, for `palote gradio`
    proxies.py      which proxies are believed about who asks
    journal.py      a name for each request, the access log, what is counted
    metrics.py      what /metrics says, over all workers
    ratelimit.py    how much one client may have computed, over all workers
    queueing.py     how many readings run, and how many may wait
    light.py        which pictures take so little that they need no thread
    memory.py       what a large photo took is given back
    draining.py     the server says that it stops before it does
    readers.py      the loaded readers
    intake.py       the picture out of a request's body, in memory only
    options.py      what may be said of a picture, in the query or in the body
    tensors.py      pictures and readings as tensors, for the Open Inference Protocol
    security.py     who may ask, how much they may send, what browsers may do
    problems.py     every error as application/problem+json
    examples.py     the examples of /openapi.json
    schemas.py      the shapes of the answers, for /openapi.json
    routes/         one short function a path
    static/         the page: plain ES modules, no build step
"""

from __future__ import annotations

from palote.surfaces.web.app import create_app
from palote.surfaces.web.environment import app_from_environment
from palote.surfaces.web.server import serve

__all__ = ["app_from_environment", "create_app", "serve"]
