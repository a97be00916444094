"""The application as the environment describes it: for Gunicorn, uvicorn and `--workers`.

::

    gunicorn -k uvicorn_worker.UvicornWorker 'palote.surfaces.web:app_from_environment()'
    uvicorn --factory palote.surfaces.web:app_from_environment --no-proxy-headers
"""

from __future__ import annotations

from fastapi import FastAPI

from palote.settings import Settings
from palote.surfaces.web.app import create_app

__all__ = ["app_from_environment"]


def app_from_environment() -> FastAPI:
    """Build the application from ``PALOTE_*`` variables (docs/settings.md).

    Raises:
        UsageError: a variable has a value that it cannot have.
    """
    settings = Settings.from_environment()
    return create_app(settings, learn=settings.learn)
