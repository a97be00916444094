"""The picture and its few words out of a request's body, and nowhere else than in memory.

Starlette's own form parser writes an upload above one megabyte into a temporary
file, which would break the promise that reading stores nothing. So the multipart
body is taken apart here, with the parser that Starlette uses too.

A data URL is handed on as text, for `palote.pixels` knows those; no other text is,
for `palote.pixels` would take it for the path of a file on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from palote.surfaces.web.problems import BadRequest, unknown_option

__all__ = ["FIELD", "Taken", "taken"]

FIELD = "image"

LONGEST_WORD = 200
"""In bytes."""

MOST_PARTS = 100
"""Fields of a form. Each costs time in the event loop, even an empty one."""

MOST_VALUES = 1000
"""Values in JSON. A picture is one of them; millions of empty lists would be a gigabyte."""

HOW = (
    "Send the picture as the multipart field 'image', as the body itself, or as JSON "
    '{"image": "data:image/png;base64,..."}.'
)


@dataclass(frozen=True)
class Taken:
    """What was in a request's body.

    Attributes:
        image: the picture's bytes, or its data URL.
        words: what was said beside it, by name.
    """

    image: bytes | str
    words: dict[str, str] = field(default_factory=dict)


async def taken(request: Request, words: Collection[str]) -> Taken:
    """Return the picture, and what was said beside it.

    Args:
        request: whose body it is.
        words: what may be said, in fields of their own.

    Raises:
        BadRequest: there is no picture in the body, or the body is malformed.
        UsageError: there is a field that is neither the picture nor one of those.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        found = await _from_multipart(request, options.get(b"boundary", b""), words)
    elif kind == b"application/json":
        found = _from_json(await request.body(), words)
    else:
        found = Taken(await request.body())
    if not found.image:
        raise BadRequest(f"There is no picture in the request. {HOW}")
    return found


def _from_json(body: bytes, known: Collection[str]) -> Taken:
    if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MOST_VALUES:
        raise BadRequest(f"The JSON has more than {MOST_VALUES:,} values. {HOW}")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(f"The body is not the JSON that it says it is. {HOW}") from None
    image = content.get(FIELD) if isinstance(content, dict) else None
    if not isinstance(image, str) or not image.startswith("data:"):
        raise BadRequest(f"The JSON has no data URL in its field 'image'. {HOW}")
    for name in content:
        if name != FIELD and name not in known:
            raise unknown_option(name, [FIELD, *known])
    # A label may be written as a number; whoever uses the words checks them.
    words = {name: str(said) for name, said in content.items() if said is not None}
    del words[FIELD]
    return Taken(image, words)


async def _from_multipart(request: Request, boundary: bytes, known: Collection[str]) -> Taken:
    form = _Form(known)
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
    return form.taken()


class _Form:
    """Keeps the first part of each name that is known, and what else there is to be refused."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self.complete = False
        self._begun = 0
        self._unknown = ""
        self._several = False
        self._parts: dict[str, bytearray] = {}
        self._part: bytearray | None = None
        self._header = b""
        self._value = b""

    def taken(self) -> Taken:
        image = bytes(self._parts.pop(FIELD, b""))
        if image and self._unknown:
            raise unknown_option(self._unknown, [FIELD, *self._known])
        if self._several:
            raise BadRequest(
                "The form has several pictures. Send each in a request of its own; many at once "
                "are read by palote read and by palote.read_many."
            )
        for name, said in self._parts.items():
            if len(said) > LONGEST_WORD:
                raise BadRequest(f"The field {name!r} has more than {LONGEST_WORD} bytes.")
        words = {name: said.decode(errors="replace") for name, said in self._parts.items()}
        return Taken(image, words)

    def on_part_begin(self) -> None:
        self._part = None
        self._begun += 1
        if self._begun > MOST_PARTS:
            raise BadRequest(f"The form has more than {MOST_PARTS} fields. {HOW}")

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            name = options.get(b"name", b"").decode(errors="replace")
            if name != FIELD and name not in self._known:
                self._unknown = self._unknown or name
            elif name not in self._parts:
                self._part = self._parts[name] = bytearray()
            elif name == FIELD:
                self._several = True
        self._header = self._value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is not None:
            self._part += data[start:end]

    def on_end(self) -> None:
        self.complete = True
