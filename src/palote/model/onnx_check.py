"""What an ONNX file may not hold, told before ONNX Runtime opens it.

A model can keep its weights in other files and name them, be it by ``../../`` or an
absolute path, and the runtime would read whatever lies there. So the file itself, which
is Protocol Buffers, is walked through here: just far enough to find tensors that point
elsewhere and operators that are not ONNX's or ONNX Runtime's own. The package ``onnx``
could do that too, but reading digits shall not need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from palote.errors import ModelCorrupt

__all__ = ["check_onnx"]

INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": dict[int, str](),
}
"""Message of onnx.proto -> number of a field -> message that it holds."""
EXTERNAL_DATA, DATA_LOCATION = 13, 14
"""Fields of a tensor."""
OPERATOR, NODE_DOMAIN, FUNCTION_DOMAIN = 4, 7, 10
DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}
FOREIGN = {"EPContext"}
"""Operator of ONNX Runtime's own that names another file."""
VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
"""How a field is written (Protocol Buffers, encoding)."""
DEEPEST = 40


def check_onnx(content: bytes, source: str) -> None:
    """Refuse a file that is no ONNX model, or leads out of itself.

    Args:
        content: of the file.
        source: where it came from, for messages.

    Raises:
        ModelCorrupt: it is refused; the message says why.
    """
    found = _Found()
    try:
        _walk(memoryview(content), "model", found)
    except (_Broken, IndexError, UnicodeDecodeError) as error:
        raise ModelCorrupt(f"{source} is no ONNX model that can be run.") from error
    if found.external:
        raise ModelCorrupt(
            f"The model {source} keeps its weights in other files, which Palote does not open. "
            "Save it again as one file (in onnx: save_as_external_data=False)."
        )
    known = DOMAINS | found.local
    foreign = [one for one in found.operators if one[0] not in known or one[1] in FOREIGN]
    if foreign:
        names = ", ".join(sorted(f"{domain}:{name}"[:60] for domain, name in foreign)[:5])
        raise ModelCorrupt(
            f"The model {source} uses operators that are not ONNX's own, and is not run: {names}."
        )


class _Broken(Exception):
    """The bytes are no Protocol Buffers, or nested too deeply."""


@dataclass
class _Found:
    external: bool = False
    operators: set[tuple[str, str]] = field(default_factory=set)
    local: set[str] = field(default_factory=set)


def _walk(content: memoryview, kind: str, found: _Found, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise _Broken
    operator, domain = "", ""
    for number, value in _fields(content):
        if isinstance(value, int):
            if kind == "tensor" and number == DATA_LOCATION and value:
                found.external = True
            continue
        inner = INSIDE[kind].get(number)
        if inner is not None:
            _walk(value, inner, found, depth + 1)
        elif kind == "tensor" and number == EXTERNAL_DATA:
            found.external = True
        elif kind == "node" and number == OPERATOR:
            operator = str(value, "utf-8")
        elif kind == "node" and number == NODE_DOMAIN:
            domain = str(value, "utf-8")
        elif kind == "function" and number == FUNCTION_DOMAIN:
            found.local.add(str(value, "utf-8"))
    if kind == "node":
        found.operators.add((domain, operator))


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield the number of each field with its value; numbers of fixed width are left out."""
    place, end = 0, len(content)
    while place < end:
        key, place = _varint(content, place)
        number, how = key >> 3, key & 7
        if how == VARINT:
            value, place = _varint(content, place)
            yield number, value
        elif how == BYTES:
            length, place = _varint(content, place)
            if length > end - place:
                raise _Broken
            yield number, content[place : place + length]
            place += length
        elif how in (EIGHT, FOUR):
            place += 8 if how == EIGHT else 4
        else:
            raise _Broken
    if place != end:
        raise _Broken


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise _Broken
