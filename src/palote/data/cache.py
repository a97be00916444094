"""What the data sets leave in the cache folder, and how it is freed.

``mnist/`` holds the fetched files, ``patches/`` what `palote.ink` made of MNIST. A
person's own pictures leave nothing there.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from palote.data.idx import FILES
from palote.errors import DataError
from palote.settings import Settings

__all__ = ["mnist_files", "patch_files", "purge"]


def mnist_files(settings: Settings) -> Path:
    """Return the folder of the fetched MNIST files."""
    return settings.cache_dir / "mnist"


def patch_files(settings: Settings) -> Path:
    """Return the folder of the patches that were made of MNIST."""
    return settings.cache_dir / "patches"


def purge(settings: Settings | None = None) -> int:
    """Delete what the data sets have put into the cache, and nothing else.

    Returns:
        The bytes that are free now.

    Raises:
        DataError: a file cannot be deleted.
    """
    settings = settings or Settings.from_environment()
    names = [f"{file.name}.gz" for files in FILES.values() for file in files]
    fetched, made = mnist_files(settings), patch_files(settings)
    ours = [fetched / name for name in (*names, *(f"{name}.part" for name in names))]
    ours += [*made.glob("*.npz"), *made.glob(".*.part")]
    freed = 0
    for path in ours:
        if path.is_file():
            size = path.stat().st_size
            try:
                path.unlink()
            except OSError as error:
                raise DataError(f"{str(path)!r} cannot be deleted: {error.strerror}.") from error
            freed += size
    for folder in (fetched, made):
        with suppress(OSError):  # somebody else's files are in it, or it is not there
            folder.rmdir()
    return freed
