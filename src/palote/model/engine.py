"""Running a network: the Engine protocol, and the only home of ONNX Runtime.

As soon as it is imported, ONNX Runtime (seen in 1.31) writes a device id and a
database into the person's cache folder and starts to report to its maker's servers.
Palote stores and sends nothing, so this is switched off before the import; who wants
it can set the variable to ``0``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

from palote.errors import ModelCorrupt
from palote.model.card import Card
from palote.model.catalog import Entry

__all__ = ["Engine", "OnnxEngine", "Outputs"]

DIGITS = 10
CARD_KEY = "palote.card"
"""Key of the card in the ONNX file's metadata."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """What a network says of n patches.

    Attributes:
        logits: float32 (n, 10), or (n, 11) if the last class is "no digit".
        embedding: float32 (n, d), the features below the last layer; d may be 0.
    """

    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]


class Engine(Protocol):
    """A network that can be asked; safe to share between threads."""

    card: Card

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, 28, 28) in [0, 1]."""
        ...


class OnnxEngine:
    """A network in an ONNX file.

    Args:
        entry: the model.
        threads: threads for one call; 0 lets ONNX Runtime choose.

    Raises:
        ModelCorrupt: the file is no ONNX model, or not one that reads digits.
        InkSpecMismatch: it was trained with another normalisation.
    """

    def __init__(self, entry: Entry, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                entry.checked_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except ModelCorrupt:
            raise
        except Exception as error:  # ONNX Runtime has no common base of its own errors
            raise ModelCorrupt(f"{str(entry.path)!r} is no ONNX model that can be run.") from error
        self.card = entry.card or self._inner_card(entry)
        self._input = self._session.get_inputs()[0]
        self._outputs = {output.name: output for output in self._session.get_outputs()}
        self._check(entry)

    def _inner_card(self, entry: Entry) -> Card:
        text = self._session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
        return Card.from_json(text, str(entry.path)) if text else Card(name=entry.name)

    def _check(self, entry: Entry) -> None:
        shape = list(self._input.shape)
        size = self.card.ink.size
        if len(self._session.get_inputs()) != 1 or shape[1:] not in (
            [size, size],
            [size, size, 1],
            [1, size, size],
        ):
            raise ModelCorrupt(
                f"The model {str(entry.path)!r} takes input of shape {shape}; "
                f"Palote gives one grey picture of {size}x{size}."
            )
        self._shape = tuple(shape[1:])
        name = "logits" if "logits" in self._outputs else next(iter(self._outputs))
        classes = self._outputs[name].shape[-1]
        if classes not in (DIGITS, DIGITS + 1):
            raise ModelCorrupt(
                f"The model {str(entry.path)!r} gives {classes} values; "
                f"a reader of digits gives {DIGITS}, or {DIGITS + 1} with 'no digit'."
            )
        self._names = [name, *(["embedding"] if "embedding" in self._outputs else [])]

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, 28, 28) in [0, 1]."""
        batch = np.ascontiguousarray(inks, np.float32).reshape(len(inks), *self._shape)
        results = self._session.run(self._names, {self._input.name: batch})
        logits = np.asarray(results[0], np.float32)
        if len(results) > 1:
            return Outputs(logits, np.asarray(results[1], np.float32))
        return Outputs(logits, np.zeros((len(inks), 0), np.float32))
