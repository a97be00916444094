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
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.catalog import Entry
from palote.model.shapes import card_for, check_classes, logits_of

__all__ = ["CARD_KEY", "DIGITS", "Engine", "OnnxEngine", "Outputs", "open_engine"]

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
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        ...


class OnnxEngine:
    """A network in an ONNX file.

    Args:
        entry: the model.
        threads: threads for one call; 0 lets ONNX Runtime choose.
        declared: what the network takes, if its file does not say it.

    Raises:
        ModelCorrupt: the file is no ONNX model, or not one that reads digits.
        InkSpecMismatch: it was trained with another normalisation.
    """

    def __init__(self, entry: Entry, threads: int = 1, declared: InkSpec | None = None) -> None:
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
        self._outputs = {output.name: output for output in self._session.get_outputs()}
        self._input = self._input_of(entry)
        self.card, self._layout = card_for(
            entry.name,
            entry.card or self._inner_card(entry),
            list(self._input.shape)[1:],
            repr(str(entry.path)),
            declared,
        )
        name = "logits" if "logits" in self._outputs else next(iter(self._outputs))
        check_classes(self._outputs[name].shape[-1], repr(str(entry.path)))
        self._names = [name, *(["embedding"] if "embedding" in self._outputs else [])]

    def _inner_card(self, entry: Entry) -> Card | None:
        text = self._session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
        return Card.from_json(text, str(entry.path)) if text else None

    def _input_of(self, entry: Entry) -> onnxruntime.NodeArg:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelCorrupt(
                f"The model {str(entry.path)!r} takes {len(inputs)} inputs; "
                "a reader of digits takes one, the picture."
            )
        return inputs[0]

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        batch = self._layout.arrange(inks)
        results = self._session.run(self._names, {self._input.name: batch})
        logits = logits_of(results[0])
        if len(results) > 1:
            return Outputs(logits, np.asarray(results[1], np.float32))
        return Outputs(logits, np.zeros((len(inks), 0), np.float32))


def open_engine(entry: Entry, threads: int = 1, declared: InkSpec | None = None) -> Engine:
    """Open a model file of any format.

    Args:
        entry: the model.
        threads: threads for one call; 0 lets the runtime choose.
        declared: what the network takes, if its file does not say it.

    Raises:
        ModelCorrupt: the file is no model that reads digits.
        InkSpecMismatch: it was trained with another normalisation.
        MissingExtra: its format needs packages that are not installed.
    """
    if entry.path.suffix == ".onnx":
        return OnnxEngine(entry, threads, declared)
    # Other formats bring heavy libraries, which reading with ours does without.
    from palote.model.formats import open_file

    return open_file(entry, threads, declared)
