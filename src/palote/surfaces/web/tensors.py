"""Tensors of the Open Inference Protocol, version 2: pictures in, readings out.

What goes in is pictures as files, and not patches of 28x28: the way from the one to the other
is what Palote is about, and there is no second one. A tensor of BYTES comes as JSON strings
(base64, or data URLs) or, by the binary extension, behind the JSON: each element with its
length before it. What comes out leaves as JSON or binary too, as each client asks.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, JsonValue, ValidationError

from palote.result import Reading
from palote.surfaces.web.problems import BadRequest

__all__ = [
    "EXTENSIONS",
    "INPUTS",
    "MOST_PICTURES",
    "OUTPUTS",
    "InferenceRequest",
    "InferenceResponse",
    "Tensor",
    "encoded",
    "pictures",
    "requested",
]

MOST_PICTURES = 32
"""In one request: a batch keeps one thread busy."""

LENGTH = Struct("<I")


class Tensor(BaseModel):
    """A tensor, as a request or an answer has it."""

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, JsonValue] = {}
    data: list[JsonValue] | None = None


class Wanted(BaseModel):
    """An output that a request asks for."""

    name: str
    parameters: dict[str, JsonValue] = {}


class InferenceRequest(BaseModel):
    """What is asked."""

    id: str | None = Field(None, max_length=200)
    parameters: dict[str, JsonValue] = {}
    inputs: list[Tensor]
    outputs: list[Wanted] = []


class InferenceResponse(BaseModel):
    """What is answered."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[Tensor]


@dataclass(frozen=True)
class Described:
    """A tensor of the model.

    Attributes:
        name: of the tensor.
        datatype: of the protocol.
        shape: -1 for the number of pictures.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]


EXTENSIONS = ("binary_tensor_data",)
INPUTS = (Described("image", "BYTES", (-1,)),)
OUTPUTS = (
    Described("text", "BYTES", (-1,)),
    Described("status", "BYTES", (-1,)),
    Described("confidence", "FP32", (-1,)),
    Described("probabilities", "FP32", (-1, 10)),
)
"""text, status and confidence as everywhere; probabilities of 0 to 9 where there is one digit,
and zeros where there is none or several."""


def requested(body: bytes, json_size: str | None) -> tuple[InferenceRequest, bytes]:
    """Return the request, and the binary data behind it.

    Args:
        body: of the HTTP request.
        json_size: the header ``Inference-Header-Content-Length``, if it came.

    Raises:
        BadRequest: it is not as the protocol has it.
    """
    if json_size is not None and not (json_size.isdecimal() and int(json_size) <= len(body)):
        raise BadRequest(
            "Inference-Header-Content-Length must be the size of the JSON at the start of the "
            f"body ({len(body):,} bytes), not {json_size[:20]!r}."
        )
    size = len(body) if json_size is None else int(json_size)
    try:
        asked = InferenceRequest.model_validate_json(body[:size])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadRequest(f"The request is wrong at {where}: {first['msg']}.") from None
    known = [output.name for output in OUTPUTS]
    for output in asked.outputs:
        if output.name not in known:
            raise BadRequest(f"There is no output {output.name[:40]!r}. There are: {known}.")
    return asked, body[size:]


def pictures(asked: InferenceRequest, binary: bytes) -> list[bytes | str]:
    """Return the pictures of a request: files, or data URLs.

    Raises:
        BadRequest: the input is not what the model takes.
    """
    if [tensor.name for tensor in asked.inputs] != ["image"]:
        raise BadRequest("There is one input, 'image': BYTES of shape [n], pictures as files.")
    tensor = asked.inputs[0]
    if tensor.datatype != "BYTES" or len(tensor.shape) != 1:
        raise BadRequest(
            f"The input 'image' is BYTES of shape [n], not {tensor.datatype[:20]} of "
            f"{tensor.shape[:9]}."
        )
    if not 1 <= tensor.shape[0] <= MOST_PICTURES:
        raise BadRequest(
            f"A request holds 1 to {MOST_PICTURES} pictures, not {tensor.shape[0]}. Send several."
        )
    size = tensor.parameters.get("binary_data_size")
    if size is None:
        found = [_from_text(one) for one in tensor.data or ()]
    elif size == len(binary):
        found = _elements(binary)
    else:
        raise BadRequest(f"binary_data_size is {size}, but {len(binary)} bytes follow the JSON.")
    if len(found) != tensor.shape[0]:
        raise BadRequest(f"The shape says {tensor.shape[0]} pictures, but {len(found)} came.")
    return found


def encoded(
    readings: Sequence[Reading], asked: InferenceRequest, model: str, version: str
) -> tuple[bytes, int | None]:
    """Return the answer's body, and the size of its JSON if binary data follow it."""
    columns: dict[str, list[str] | NDArray[np.float32]] = {
        "text": [reading.text for reading in readings],
        "status": [reading.status for reading in readings],
        "confidence": np.array([reading.confidence for reading in readings], np.float32),
        "probabilities": np.stack([_probabilities(reading) for reading in readings]),
    }
    wanted = asked.outputs or [Wanted(name=output.name) for output in OUTPUTS]
    usual = asked.parameters.get("binary_data_output", False)
    described = {output.name: output for output in OUTPUTS}
    outputs: list[dict[str, JsonValue]] = []
    behind = b""
    for one in wanted:
        kind, values = described[one.name], columns[one.name]
        shape: list[JsonValue] = [len(readings), *kind.shape[1:]]
        output: dict[str, JsonValue] = {
            "name": one.name,
            "datatype": kind.datatype,
            "shape": shape,
        }
        if one.parameters.get("binary_data", usual):
            data = _binary(values)
            output["parameters"] = {"binary_data_size": len(data)}
            behind += data
        else:
            output["data"] = _plain(values)
        outputs.append(output)
    content: dict[str, JsonValue] = {"model_name": model, "model_version": version}
    if asked.id is not None:
        content["id"] = asked.id
    head = json.dumps({**content, "outputs": outputs}).encode()
    return head + behind, len(head) if behind else None


def _from_text(one: JsonValue) -> bytes | str:
    if not isinstance(one, str):
        raise BadRequest("Pictures in JSON are strings: base64, or data URLs.")
    if one[:5].lower() == "data:":
        return one
    try:
        return b64decode(one, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(
            "A picture in JSON is neither base64 nor a data URL. As bytes it needs the binary "
            "extension (tritonclient: binary_data=True)."
        ) from None


def _elements(binary: bytes) -> list[bytes | str]:
    """Take apart a tensor of BYTES: each element has its length before it."""
    found: list[bytes | str] = []
    place = 0
    while place < len(binary):
        start = place + LENGTH.size
        if start <= len(binary):
            place = start + LENGTH.unpack_from(binary, start - LENGTH.size)[0]
        if start > len(binary) or place > len(binary) or len(found) == MOST_PICTURES:
            raise BadRequest("The binary data are not elements with four bytes of length before.")
        found.append(binary[start:place])
    return found


def _plain(values: list[str] | NDArray[np.float32]) -> list[JsonValue]:
    return [*values] if isinstance(values, list) else [float(one) for one in values.ravel()]


def _binary(values: list[str] | NDArray[np.float32]) -> bytes:
    if isinstance(values, list):
        return b"".join(LENGTH.pack(len(text.encode())) + text.encode() for text in values)
    return values.astype("<f4").tobytes()


def _probabilities(reading: Reading) -> NDArray[np.float32]:
    """Return those of the one digit, (10,)."""
    if len(reading.digits) == 1:
        return reading.digits[0].probabilities
    return np.zeros(10, np.float32)
