"""The picture out of a request's body, and nowhere else than in memory.

Starlette's own form parser writes an upload above one megabyte into a temporary
file, which would break the promise that reading stores nothing. So the multipart
body is taken apart here, with the parser that Starlette uses too.

A data URL is handed on as text, for `palote.pixels` knows those; no other text is,
for `palote.pixels` would take it for the path of a file on this machine.
"""

from __future__ import annotations

import json

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from palote.surfaces.web.problems import BadRequest

__all__ = ["FIELD", "picture"]

FIELD = "image"
HOW = (
    "Send the picture as the multipart field 'image', as the body itself, or as JSON "
    '{"image": "data:image/png;base64,..."}.'
)


async def picture(request: Request) -> bytes | str:
    """Return the picture's bytes, or its data URL.

    Raises:
        BadRequest: there is no picture in the body, or the body is malformed.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        image: bytes | str = await _from_multipart(request, options.get(b"boundary", b""))
    elif kind == b"application/json":
        image = _from_json(await request.body())
    else:
        image = await request.body()
    if not image:
        raise BadRequest(f"There is no picture in the request. {HOW}")
    return image


def _from_json(body: bytes) -> str:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(f"The body is not the JSON that it says it is. {HOW}") from None
    image = content.get(FIELD) if isinstance(content, dict) else None
    if not isinstance(image, str) or not image.startswith("data:"):
        raise BadRequest(f"The JSON has no data URL in its field 'image'. {HOW}")
    return image


async def _from_multipart(request: Request, boundary: bytes) -> bytes:
    form = _Form()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": form.on_part_begin,
                "on_header_field": form.on_header_field,
                "on_header_value": form.on_header_value,
                "on_header_end": form.on_header_end,
                "on_part_data": form.on_part_data,
                "on_end": form.on_end,
            },
        )
        async for chunk in request.stream():
            parser.write(chunk)
    except FormParserError:
        form.complete = False
    if not form.complete:
        raise BadRequest(f"The multipart body is malformed or cut off. {HOW}")
    return bytes(form.image)


class _Form:
    """Keeps the first part that is called `FIELD`, and nothing else."""

    def __init__(self) -> None:
        self.image = bytearray()
        self.complete = False
        self._found = False
        self._wanted = False
        self._header = b""
        self._value = b""

    def on_part_begin(self) -> None:
        self._wanted = False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition" and not self._found:
            _, options = parse_options_header(self._value)
            self._wanted = self._found = options.get(b"name") == FIELD.encode()
        self._header = self._value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self.image += data[start:end]

    def on_end(self) -> None:
        self.complete = True
