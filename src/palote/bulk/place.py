"""Folders and URLs as one: names of files below a place, and their content.

A folder of this machine needs no package. ``s3://`` and ``gs://`` are PyArrow's own, so that
an S3-compatible server is named in the URL (``s3://bucket/folder?endpoint_override=host:9000
&scheme=http``) or by ``AWS_ENDPOINT_URL``; all others are left to fsspec and its packages.
A URL may hold a password: only `Place.url`, which has none, may be written anywhere.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from urllib.parse import urlsplit, urlunsplit

from palote.data.saving import save
from palote.errors import DataError, FileNotReadable, MissingExtra, UsageError

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = ["Folder", "Place", "Remote", "is_url", "place", "shown"]

EXTRA = "ray"
NATIVE = ("s3", "gs", "gcs")


class Place(Protocol):
    """Somewhere files lie.

    Attributes:
        url: what to call it; without any password.
    """

    url: str

    def names(self, below: str = "") -> Iterator[str]:
        """Yield the files at and below a folder of it, sorted, relative to the place.

        Raises:
            FileNotReadable: it cannot be listed.
        """
        ...

    def is_file(self, name: str) -> bool:
        """Tell whether there is a file of this name; the place itself is ``""``."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading; one may seek in it.

        Raises:
            FileNotReadable: it is not there, or may not be read.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all.

        Raises:
            DataError: it cannot be written.
        """
        ...


class Folder:
    """A folder of this machine, or of a disk that machines share.

    Args:
        path: the folder, or a file; need not be there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # Workers on a cluster have another working folder.
        self.path = Path(path).expanduser().absolute()
        self.url = str(self.path)

    def names(self, below: str = "") -> Iterator[str]:
        """Yield the files at and below a folder, sorted, relative to the place."""

        def stop(error: OSError) -> None:
            raise FileNotReadable(f"{error.filename!r} cannot be opened: {error.strerror}.")

        top = self.path / below
        for here, folders, files in os.walk(top, onerror=stop if top.is_dir() else None):
            folders.sort()
            for file in sorted(files):
                yield Path(here, file).relative_to(self.path).as_posix()

    def is_file(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return (self.path / name).is_file()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        with _readable(str(self.path / name)):
            return (self.path / name).open("rb")

    def write(self, name: str, content: bytes) -> None:
        """Write a file beside its place, then rename it."""
        save(self.path / name, content)


class Remote:
    """A place behind a URL.

    Args:
        url: of a folder or a file, with whatever is needed to get in.

    Raises:
        UsageError: nothing that is installed opens such a URL.
        MissingExtra: PyArrow is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = shown(url)
        self._files, self._root = _opened(url)

    def names(self, below: str = "") -> Iterator[str]:
        """Yield the files at and below a folder, sorted, relative to the place."""
        from pyarrow.fs import FileSelector, FileType

        top = f"{self._root}/{below}".rstrip("/")
        with _readable(self.url):
            # A folder at a time, as a bucket may hold more names than memory does.
            found = self._files.get_file_info(FileSelector(top, allow_not_found=True))
        for one in sorted(found, key=lambda info: str(info.path)):
            name = str(one.path).removeprefix(self._root).strip("/")
            if one.type == FileType.Directory:
                yield from self.names(name)
            elif one.type == FileType.File:
                yield name

    def is_file(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        from pyarrow.fs import FileType

        with _readable(f"{self.url}/{name}".rstrip("/")):
            return bool(self._files.get_file_info(self._path(name)).type == FileType.File)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        with _readable(f"{self.url}/{name}".rstrip("/")):
            # PyArrow's own streams have no lines.
            return cast(BinaryIO, io.BufferedReader(self._files.open_input_file(self._path(name))))

    def write(self, name: str, content: bytes) -> None:
        """Write a file; an object store shows it when it is whole, elsewhere it is renamed."""
        path = self._path(name)
        stores_objects = self._files.type_name in ("s3", "gcs", "abfs")
        first = path if stores_objects else f"{path}.{os.getpid()}.unfinished"
        try:
            if not stores_objects:
                self._files.create_dir(path.rpartition("/")[0], recursive=True)
            with self._files.open_output_stream(first) as stream:
                stream.write(content)
            if first != path:
                self._files.move(first, path)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{self.url!r} cannot be written: {_first_line(error)}. "
                "Check the bucket, your credentials, or choose another place."
            ) from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def place(text: str) -> Place:
    """Return the place that a person names.

    Args:
        text: path of a folder or a file, or a URL.

    Raises:
        UsageError: nothing that is installed opens such a URL.
        MissingExtra: it is a URL, and PyArrow is not installed.
    """
    if text.startswith("file://"):
        return Folder(text.removeprefix("file://"))
    return Remote(text) if is_url(text) else Folder(text)


def is_url(text: str) -> bool:
    """Tell whether this is a URL; a drive of Windows, as in ``C:/scans``, makes none."""
    return "://" in text


def shown(url: str) -> str:
    """Return a URL without user, password and options.

    >>> shown("s3://key:secret@scans/2024?endpoint_override=127.0.0.1:9000")
    's3://scans/2024'
    """
    if not is_url(url):
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _opened(url: str) -> tuple[FileSystem, str]:
    try:
        from pyarrow import fs
    except ImportError as error:
        raise MissingExtra(EXTRA, f"Opening {shown(url)!r}") from error
    scheme = url.partition("://")[0]
    try:
        if scheme in NATIVE:
            files, root = fs.FileSystem.from_uri(url)
        else:
            import fsspec

            other, root = fsspec.url_to_fs(url)
            files = fs.PyFileSystem(fs.FSSpecHandler(other))
    except (ImportError, ValueError, OSError) as error:
        raise UsageError(f"{shown(url)!r} cannot be opened: {_first_line(error)}") from error
    return files, str(root).rstrip("/")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotReadable(f"There is no file {name!r}. Check the name.") from error
    except (OSError, ValueError) as error:
        raise FileNotReadable(f"{name!r} cannot be read: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    """Return what an error of a library says, short enough for a person."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300].rstrip(". ")
