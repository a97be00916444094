"""Where the data sets lie: the person's own folder of them."""

from __future__ import annotations

from pathlib import Path

from palote.errors import DataError
from palote.settings import Settings

__all__ = ["folder"]


def folder(settings: Settings | None = None) -> Path:
    """Return the folder of data sets.

    Raises:
        DataError: none is set, or it is not there.
    """
    settings = settings or Settings.from_environment()
    if settings.datasets is None:
        raise DataError(
            "No folder of data sets is set. Put the path of the folder that holds "
            "mnist/ and pen/ into the environment variable PALOTE_DATA."
        )
    if not settings.datasets.is_dir():
        raise DataError(f"PALOTE_DATA names {str(settings.datasets)!r}, which is not a folder.")
    return settings.datasets
