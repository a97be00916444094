"""Files that are written whole or not at all: write beside, then rename."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from palote.errors import DataError

__all__ = ["cannot_write", "save"]


def save(path: Path, content: bytes) -> None:
    """Write a file; an older one stays as it is until the new one is complete.

    Raises:
        DataError: it cannot be written (no space, no permission); nothing is left behind.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> DataError:
    """Return the error that says so, and why."""
    return DataError(
        f"{str(path)!r} cannot be written: {error.strerror or error}. "
        "Make room, or choose another place."
    )
