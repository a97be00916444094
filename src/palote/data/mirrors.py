"""MNIST from public mirrors into the cache.

A file counts only when its unpacked bytes have MNIST's digest; until then it is called
``NAME.gz.part``, and a later try goes on where it ends (HTTP Range). A mirror that is
down, or gives something else, is left for the next one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPMessage, HTTPResponse
from io import FileIO
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from palote.data.cache import mnist_files
from palote.data.idx import FILES, IdxFile, read_file
from palote.data.saving import cannot_write
from palote.errors import DataError
from palote.settings import Settings

__all__ = ["MIRRORS", "Progress", "fetch"]

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
"""Folders that hold the four files, as ``NAME.gz``; tried in this order."""

TIMEOUT = 20.0
"""Seconds without an answer after which a mirror is given up."""

LARGEST = 32 * 1024 * 1024
"""No packed file has more bytes than this; the largest of MNIST's has 10 million."""

PIECE = 64 * 1024

Progress = Callable[[str, int, int], None]
"""Called with the name of a file, its bytes so far, and in all (0 if the mirror is silent)."""


def fetch(
    settings: Settings | None = None,
    mirrors: Sequence[str] | None = None,
    progress: Progress | None = None,
    timeout: float = TIMEOUT,
) -> Path:
    """Bring MNIST's four files into the cache, those that are not there already.

    Args:
        settings: where the cache is; the environment's if not given.
        mirrors: addresses of folders, tried in turn; `MIRRORS` if not given.
        progress: told of every piece that arrives.
        timeout: seconds without an answer after which a mirror is given up.

    Returns:
        The folder with the files.

    Raises:
        DataError: no mirror gave a file, or the cache cannot be written.
    """
    where = mnist_files(settings or Settings.from_environment())
    mirrors = MIRRORS if mirrors is None else mirrors
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(where, error) from error
    for file in (file for files in FILES.values() for file in files):
        packed = where / f"{file.name}.gz"
        if _problem(packed, file):
            _from_any(mirrors, packed, file, progress, timeout)
    return where


class _Refused(Exception):
    """What a mirror gave is of no use; the message says why."""


class _NoDowngrade(HTTPRedirectHandler):
    """Follows a mirror to another address, but from https to nothing less."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if req.type == "https" and not newurl.lower().startswith("https:"):
            raise URLError("it redirects to an address without encryption")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_opener = build_opener(_NoDowngrade)


def _from_any(
    mirrors: Sequence[str],
    packed: Path,
    file: IdxFile,
    progress: Progress | None,
    timeout: float,
) -> None:
    part = packed.with_name(f"{packed.name}.part")
    problems = []
    for mirror in mirrors:
        for _ in range(2):
            began_at = _size(part)
            try:
                _download(mirror.rstrip("/") + f"/{packed.name}", part, progress, timeout)
            except (_Refused, OSError, HTTPException) as error:
                problem = _reason(error)
                if _size(part) > began_at:
                    continue  # the line broke on the way; go on from there
                break
            problem = _problem(part, file)
            if not problem:
                _rename(part, packed)
                return
            part.unlink(missing_ok=True)
            if not began_at:
                break  # it was all this mirror's own; else the first piece may be to blame
        problems.append(f"{mirror}: {problem}")
    if not _problem(packed, file):
        return  # another process has fetched it meanwhile
    tried = "; ".join(problems)
    raise DataError(
        f"MNIST could not be fetched: no mirror gave {packed.name} ({tried}). What has arrived "
        "is kept: go online and try again. Or put MNIST's four files into a folder called mnist, "
        "and the path of the folder that holds it into the environment variable PALOTE_DATA."
    )


def _download(url: str, part: Path, progress: Progress | None, timeout: float) -> None:
    """Bring one file, from where ``part`` ends if the mirror can.

    Raises:
        _Refused, OSError, HTTPException: the mirror did not give it to the end.
        DataError: it cannot be written here.
    """
    there = _size(part)
    # The bytes of the file itself are wanted, not packed once more on the way.
    headers = {"User-Agent": "palote", "Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    try:
        answer: HTTPResponse = _opener.open(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code == 416:  # nothing lies beyond what is there: it is complete, or wrong
            return
        raise _Refused(f"it answers {error.code} {error.reason}") from error
    with answer:
        if answer.status == 206 and not _goes_on(answer, there):
            raise _Refused("it sends another piece than was asked for")
        done = there if answer.status == 206 else 0
        rest = answer.headers.get("Content-Length", "")
        total = done + int(rest) if rest.isdecimal() else 0
        with _open(part, done) as output:
            while piece := answer.read(PIECE):
                done += len(piece)
                if done > LARGEST:
                    raise _Refused("it sends something much larger")
                _write(output, piece, part)
                if progress:
                    progress(part.name.removesuffix(".part"), done, total)
    if done < total:
        raise _Refused(f"it stopped after {done:,} of {total:,} bytes")


def _goes_on(answer: HTTPResponse, there: int) -> bool:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == there


def _problem(path: Path, file: IdxFile) -> str:
    """Say what is wrong with a packed file; nothing if it holds what it should."""
    try:
        problem = file.problem(read_file(path, file, packed=True))
        return problem and f"what it sends {problem}"
    except (OSError, EOFError, zlib.error):
        return "what it sends is no gzip file, or is cut off"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _open(part: Path, at: int) -> FileIO:
    try:
        return part.open("ab" if at else "wb", buffering=0)
    except OSError as error:
        raise cannot_write(part, error) from error


def _write(output: FileIO, piece: bytes, part: Path) -> None:
    # Only here can a full disk be told from a broken line: both are an OSError.
    try:
        while piece:
            piece = piece[output.write(piece) :]
    except OSError as error:
        raise cannot_write(part, error) from error


def _rename(part: Path, packed: Path) -> None:
    try:
        part.replace(packed)
    except OSError as error:
        raise cannot_write(packed, error) from error


def _reason(error: Exception) -> str:
    if isinstance(error, URLError):
        inner = error.reason
        return str(getattr(inner, "strerror", None) or inner)
    return str(error) or type(error).__name__
