"""A trained network as a file: .npz, a zip of plain arrays, and never pickle.

Unpickling a file can run whatever code its maker put into it. Here nothing in the file
is more than numbers and text, and even these are believed only after a look: names,
sizes, dtypes, shapes, finite values. Every size is checked before memory is taken for it.
"""

from __future__ import annotations

import io
import json
import math
import os
import tempfile
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palote.errors import ModelCorrupt
from palote.model.scratch.layers import Dense, Floats

__all__ = ["Stored", "read", "write"]

FORMAT = 1
"""Goes up when the file changes; another number is refused."""

MOST_BYTES = 64 * 1024 * 1024
MOST_LAYERS = 16
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(ValueError, RuntimeError, MemoryError, SyntaxError, tokenize.TokenError),
)
"""What zipfile, NumPy's header reader and json raise on damaged input."""

TEXTS = ("settings", "card_json")
FIXED = {"format", "classes", *TEXTS}


@dataclass(frozen=True, eq=False)
class Stored:
    """What is in a file.

    Attributes:
        dense: the dense layers, first to last.
        classes: (classes,), whole numbers or texts, in rising order.
        settings: parameters of the classifier, by name.
        card_json: the model's card, or ``""``.
    """

    dense: tuple[Dense, ...]
    classes: NDArray[np.generic]
    settings: dict[str, object]
    card_json: str


def write(path: Path, stored: Stored) -> None:
    """Write a file: beside its place first, then checked, then renamed.

    Raises:
        OSError: the disk is full, or it may not be written there; nothing is left behind.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "format": np.array(FORMAT, np.int64),
        "classes": stored.classes,
        "settings": _as_array(json.dumps(stored.settings, default=np.generic.item)),
        "card_json": _as_array(stored.card_json),
    }
    for number, layer in enumerate(stored.dense):
        arrays[f"weights_{number}"], arrays[f"bias_{number}"] = layer.weights, layer.bias
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    unfinished = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as file:
            unfinished = Path(file.name)
            file.write(packed.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        read(unfinished.read_bytes(), str(path))
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except BaseException:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
        raise


def read(content: bytes, source: str) -> Stored:
    """Read what `write` has written.

    Args:
        content: of the file.
        source: where it came from, for messages.

    Raises:
        ModelCorrupt: it is no such file, or it is damaged.
    """
    try:
        arrays = _unpack(content)
        stored = _assemble(arrays)
    except _Wrong as error:
        raise ModelCorrupt(
            f"{source!r} is no network made by palote train scratch: {error}."
        ) from error
    except BROKEN as error:
        raise ModelCorrupt(
            f"{source!r} is no .npz file, or it is damaged. Copy it again, or train it again."
        ) from error
    return stored


class _Wrong(Exception):
    """What is wrong with a file that could be read so far, as the end of a sentence."""


def _unpack(content: bytes) -> dict[str, NDArray[np.generic]]:
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
        if len(members) > len(FIXED) + 2 * MOST_LAYERS:
            raise _Wrong(f"it holds {len(members)} arrays")
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise _Wrong(f"it unpacks to more than {MOST_BYTES >> 20} MB")
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name in arrays:
                raise _Wrong(f"it holds {name[:40]!r} twice")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _Wrong("it is packed in an unknown way")
            arrays[name] = _array(packed.read(member), name)
    return arrays


def _array(content: bytes, name: str) -> NDArray[np.generic]:
    """Read one array, after its header was compared with what is really there."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise _Wrong(f"the array {name[:40]!r} is in an unknown format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in "biufU" or dtype.itemsize == 0:
        raise _Wrong(f"the array {name[:40]!r} holds {str(dtype)[:40]}, not numbers or text")
    left = len(content) - stream.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != left:
        raise _Wrong(f"the array {name[:40]!r} says that it has the shape {shape}, and has not")
    stream.seek(0)
    array = np.lib.format.read_array(stream, allow_pickle=False)
    return np.ascontiguousarray(array, dtype.newbyteorder("=")).reshape(shape)


def _assemble(arrays: dict[str, NDArray[np.generic]]) -> Stored:
    count = sum(name.startswith("weights_") for name in arrays)
    layers = [(f"weights_{number}", f"bias_{number}") for number in range(count)]
    wanted = FIXED.union(*layers)
    for name in wanted ^ set(arrays):
        raise _Wrong(f"{name[:40]!r} is {'missing' if name in wanted else 'not known'}")
    _version(arrays["format"])
    dense = []
    inputs: int | None = None
    for weights_name, bias_name in layers:
        weights, bias = _floats(arrays, weights_name, 2), _floats(arrays, bias_name, 1)
        fits = inputs in (None, weights.shape[0]) and weights.shape[1:] == bias.shape
        if not fits or 0 in weights.shape or weights.dtype != bias.dtype:
            raise _Wrong(
                f"{weights_name!r} {weights.shape} and {bias_name!r} {bias.shape} do not fit"
            )
        inputs = weights.shape[1]
        dense.append(Dense(weights, bias))
    if not dense or len({layer.weights.dtype for layer in dense}) > 1:
        raise _Wrong("its layers are missing or of several dtypes")
    classes = arrays["classes"]
    if classes.shape != (inputs,) or not _rising(classes):
        raise _Wrong(f"'classes' does not name its {inputs} outputs in rising order")
    settings_text, card_json = (_text(arrays, name) for name in TEXTS)
    settings = json.loads(settings_text)
    if not isinstance(settings, dict):
        raise _Wrong("'settings' is no JSON object")
    return Stored(tuple(dense), classes, settings, card_json)


def _version(array: NDArray[np.generic]) -> None:
    if array.shape != () or array.dtype.kind != "i":
        raise _Wrong("'format' is no whole number")
    if array.item() != FORMAT:
        raise _Wrong(
            f"its format is {array.item()}, this Palote reads {FORMAT}; use a newer Palote"
        )


def _floats(arrays: dict[str, NDArray[np.generic]], name: str, axes: int) -> Floats:
    array = arrays[name]
    if array.dtype not in (np.float32, np.float64) or array.ndim != axes:
        raise _Wrong(f"{name!r} is of dtype {array.dtype} and shape {array.shape}")
    floats = array.astype(array.dtype)
    if not np.isfinite(floats).all():
        raise _Wrong(f"{name!r} holds values that are not finite")
    return floats


def _as_array(text: str) -> NDArray[np.str_]:
    return np.array(text, f"<U{max(len(text), 1)}")


def _text(arrays: dict[str, NDArray[np.generic]], name: str) -> str:
    array = arrays[name]
    if array.shape != () or array.dtype.kind != "U":
        raise _Wrong(f"{name!r} is no text")
    return str(array.item())


def _rising(classes: NDArray[np.generic]) -> bool:
    return bool(np.array_equal(np.unique(classes), classes))
