"""The bytes of a picture, from a path, memory, a ``data:`` URL or a file object.

The half of `pixels` that does the input: whatever goes wrong on the way says in a sentence what
to do, and no source gives more bytes than the limit.
"""

from __future__ import annotations

import binascii
import os
import stat
from base64 import b64decode
from typing import BinaryIO, cast
from urllib.parse import unquote_to_bytes

from palote.errors import (
    CorruptImage,
    FileNotReadable,
    TooManyBytes,
    UnsupportedFormat,
    UsageError,
)
from palote.settings import Settings

__all__ = ["content"]


def content(source: object, settings: Settings) -> tuple[str, bytes]:
    """Return what to call a source in a message, and its bytes.

    Args:
        source: path, bytes, ``data:`` URL or binary file object.
        settings: how many bytes may come.

    Raises:
        InputError: it cannot be read, or holds too much.
        UsageError: the source is an object of another type.
    """
    if isinstance(source, str):
        if source[:5].lower() == "data:":
            return "The data URL", _read_url(source, settings)
        return repr(source), _read_file(source, settings)
    if isinstance(source, bytes | bytearray | memoryview):
        try:
            view = memoryview(source)
        except ValueError as error:
            raise FileNotReadable(f"The memoryview cannot be read: {error}.") from error
        _check_bytes(view.nbytes, "The data", settings)
        return "The data", source if isinstance(source, bytes) else view.tobytes()
    if isinstance(source, os.PathLike):
        path = os.fsdecode(source)
        return repr(path), _read_file(path, settings)
    if callable(getattr(source, "read", None)):
        return "The file object", _read_object(cast(BinaryIO, source), settings)
    raise UsageError(
        "An image is a path, bytes, a binary file object, a data URL, a PIL image or a NumPy "
        f"array, not {type(source).__name__}. Lists and tensors: numpy.asarray(image)."
    )


def _read_file(path: str, settings: Settings) -> bytes:
    if path[:8].lower().startswith(("http://", "https://")):
        raise FileNotReadable(f"{path!r} is a web address. Download the picture first.")
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise FileNotReadable(f"{path!r} is a folder. Name a picture in it.")
        _check_bytes(status.st_size, repr(path), settings)
        with open(path, "rb") as file:
            return _read_object(file, settings, repr(path))
    except FileNotFoundError as error:
        raise FileNotReadable(f"There is no file {path!r}. Check the name.") from error
    except PermissionError as error:
        raise FileNotReadable(
            f"{path!r} may not be opened by this user. Change its permissions or copy it."
        ) from error
    except (OSError, ValueError) as error:
        raise FileNotReadable(f"{path!r} cannot be read: {error}. Check the name.") from error


def _read_object(file: BinaryIO, settings: Settings, name: str = "The file object") -> bytes:
    chunks: list[bytes] = []
    missing = settings.max_bytes + 1
    # What a foreign file object raises is unknown (zip, network); none of it is ours.
    try:
        while missing > 0 and (chunk := file.read(missing)):
            chunks.append(bytes(memoryview(chunk)))
            missing -= len(chunks[-1])
    except TypeError as error:
        raise FileNotReadable(f'{name} gives no bytes. Open it in binary mode, "rb".') from error
    except Exception as error:
        raise FileNotReadable(f"{name} cannot be read: {error}") from error
    data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    _check_bytes(len(data), name, settings)
    return data


def _read_url(url: str, settings: Settings) -> bytes:
    head, comma, body = url.partition(",")
    if not comma:
        raise UnsupportedFormat(
            f"The data URL {url[:40]!r} has no comma, so no data. "
            "It looks like this: data:image/png;base64,iVBORw0..."
        )
    # Neither notation takes more than three characters a byte (base64: one and a third).
    _check_bytes(len(body) // 3, "The data URL", settings)
    try:
        data = unquote_to_bytes(body)
        if head.lower().endswith(";base64"):
            data = b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CorruptImage(
            f"The data URL is cut off or not in base64 ({error}). Copy it again, whole."
        ) from error
    _check_bytes(len(data), "The data URL", settings)
    return data


def _check_bytes(size: int, name: str, settings: Settings) -> None:
    if size > settings.max_bytes:
        raise TooManyBytes(
            f"{name} has more than {settings.max_bytes:,} bytes, the limit. "
            "Make the picture smaller, or raise PALOTE_MAX_BYTES."
        )
