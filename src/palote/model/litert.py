"""Networks in LiteRT's files (.tflite, TensorFlow Lite), float or int8.

The runtime is Google's small one if it is installed, else the one inside TensorFlow. The
latter would run operators of all of TensorFlow, which can read and write files; so only
files with LiteRT's own operators are opened.
"""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from palote.errors import MissingExtra, ModelCorrupt
from palote.ink import InkSpec
from palote.model.catalog import Entry
from palote.model.engine import FileEngine
from palote.model.quiet import quiet

__all__ = ["LiteRtEngine"]

CUSTOM = 32
"""Number of the operator that stands for all that are not LiteRT's own."""
MOST_PARTS, MOST_VALUES = 20_000, 200_000_000
IDENTIFIER = b"TFL3"
SERVING = "serving_default"


class Details(TypedDict):
    """What the interpreter tells of a tensor."""

    name: str
    index: int
    shape: NDArray[np.int32]
    shape_signature: NDArray[np.int32]
    dtype: type[np.generic]
    quantization: tuple[float, int]


class Signature(Protocol):
    """A named way of calling a model."""

    def get_output_details(self) -> Mapping[str, Details]:
        """Return the outputs by name."""
        ...


class Interpreter(Protocol):
    """What is used of LiteRT's interpreter."""

    def allocate_tensors(self) -> None: ...
    def get_input_details(self) -> Sequence[Details]: ...
    def get_output_details(self) -> Sequence[Details]: ...
    def get_signature_list(self) -> Mapping[str, object]: ...
    def get_signature_runner(self, key: str) -> Signature: ...
    def resize_tensor_input(self, index: int, shape: list[int]) -> None: ...
    def set_tensor(self, index: int, value: NDArray[np.generic]) -> None: ...
    def get_tensor(self, index: int) -> NDArray[np.generic]: ...
    def invoke(self) -> None: ...


class LiteRtEngine(FileEngine):
    """A network in a .tflite file; safe to share between threads.

    Where input or outputs are whole numbers with a scale, they are quantised and
    dequantised here.

    Args:
        entry: the model.
        threads: threads for one call; 0 lets LiteRT choose.
        declared: what the network takes, if its file does not say it.

    Raises:
        ModelCorrupt: the file is no LiteRT model, not one that reads digits, or refused.
        InkSpecMismatch: it was trained with another normalisation.
        MissingExtra: neither LiteRT nor TensorFlow is installed.
    """

    def __init__(self, entry: Entry, threads: int = 1, declared: InkSpec | None = None) -> None:
        source = repr(str(entry.path))
        self._runtime = _opened(entry, threads, source)
        self._lock = threading.Lock()
        inputs = self._runtime.get_input_details()
        if len(inputs) != 1:
            raise ModelCorrupt(
                f"The model {source} takes {len(inputs)} inputs; "
                "a reader of digits takes one picture."
            )
        self._input = _Tensor.of(inputs[0])
        self._outputs = self._named()
        self._shape = inputs[0]["shape"].tolist()
        shape = inputs[0]["shape_signature"].tolist() or self._shape
        dtype = np.dtype(np.float32) if self._input.scale else self._input.dtype
        super().__init__(entry, entry.card, shape, declared, dtype)

    def _named(self) -> dict[str, _Tensor]:
        """Return the outputs by the names that the signature gives, if there is one."""
        signatures = self._runtime.get_signature_list()
        if signatures:
            key = SERVING if SERVING in signatures else next(iter(signatures))
            outputs = self._runtime.get_signature_runner(key).get_output_details()
            return {name: _Tensor.of(details) for name, details in outputs.items()}
        return {one["name"]: _Tensor.of(one) for one in self._runtime.get_output_details()}

    def _run(self, batch: NDArray[np.float32]) -> Mapping[str, NDArray[np.float32]]:
        with self._lock:
            if list(batch.shape) != self._shape:
                self._shape = list(batch.shape)
                self._runtime.resize_tensor_input(self._input.index, self._shape)
                self._runtime.allocate_tensors()
            self._runtime.set_tensor(self._input.index, self._input.quantised(batch))
            self._runtime.invoke()
            return {
                name: one.plain(self._runtime.get_tensor(one.index))
                for name, one in self._outputs.items()
            }


@dataclass(frozen=True)
class _Tensor:
    """Where a tensor is, and how its whole numbers stand for values; scale 0: they do not."""

    index: int
    dtype: np.dtype[np.generic]
    scale: float
    zero: int

    @classmethod
    def of(cls, details: Details) -> _Tensor:
        scale, zero = details["quantization"]
        return cls(details["index"], np.dtype(details["dtype"]), float(scale), int(zero))

    def quantised(self, batch: NDArray[np.float32]) -> NDArray[np.generic]:
        if not self.scale:
            return np.asarray(batch, self.dtype)
        limits = np.iinfo(str(self.dtype))
        whole = np.rint(batch / np.float32(self.scale)) + self.zero
        return np.asarray(np.clip(whole, limits.min, limits.max), self.dtype)

    def plain(self, values: NDArray[np.generic]) -> NDArray[np.float32]:
        floats = np.asarray(values, np.float32)
        return (floats - self.zero) * np.float32(self.scale) if self.scale else floats


def _opened(entry: Entry, threads: int, source: str) -> Interpreter:
    try:
        from ai_edge_litert import schema_py_generated as schema
        from ai_edge_litert.interpreter import Interpreter as Runtime
    except ImportError:
        try:
            from tensorflow.lite.python import schema_py_generated as schema
            from tensorflow.lite.python.interpreter import Interpreter as Runtime
        except ImportError as error:
            raise MissingExtra("train", f"Reading with {entry.path.name!r}") from error
    content = entry.checked_bytes()
    try:
        _check(content, schema, source)
        with quiet():
            runtime: Interpreter = Runtime(model_content=content, num_threads=threads or None)
            runtime.allocate_tensors()
    except BROKEN as error:
        raise ModelCorrupt(f"{source} is no LiteRT model that can be run.") from error
    return runtime


BROKEN = (ValueError, RuntimeError, TypeError, AttributeError, IndexError, struct.error)
"""What comes of bytes that are no model: from LiteRT, and from FlatBuffers in Python."""


def _check(content: bytes, schema: ModuleType, source: str) -> None:
    """Refuse a file with foreign operators, with data elsewhere, or with tensors too large."""
    if content[4:8] != IDENTIFIER:
        raise ValueError("no LiteRT model")
    model = schema.Model.GetRootAs(content, 0)
    foreign = []
    for number in range(_few(model.OperatorCodesLength())):
        code = model.OperatorCodes(number)
        if code.BuiltinCode() == CUSTOM or code.DeprecatedBuiltinCode() == CUSTOM:
            foreign.append((code.CustomCode() or b"?").decode("utf-8", "replace")[:60])
    if foreign:
        raise ModelCorrupt(
            f"The model {source} uses operators that are not LiteRT's own, and is not run: "
            f"{', '.join(sorted(foreign)[:5])}."
        )
    if getattr(model, "ExternalBufferGroupsLength", int)():
        raise ModelCorrupt(
            f"The model {source} keeps its weights in other files, which Palote does not open."
        )
    for number in range(_few(model.SubgraphsLength())):
        graph = model.Subgraphs(number)
        for index in range(_few(graph.TensorsLength())):
            tensor = graph.Tensors(index)
            shape = [tensor.Shape(axis) for axis in range(_few(tensor.ShapeLength()))]
            if math.prod(max(axis, 1) for axis in shape) > MOST_VALUES:
                raise ModelCorrupt(
                    f"The model {source} was not opened: it asks for a tensor of shape {shape}."
                )


def _few(count: int) -> int:
    if count > MOST_PARTS:
        raise ValueError(f"{count} parts")
    return count
