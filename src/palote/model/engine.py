"""Running a network: the Engine protocol, and the only home of ONNX Runtime.

As soon as it is imported, ONNX Runtime (seen in 1.31) writes a device id and a
database into the person's cache folder and starts to report to its maker's servers.
Palote stores and sends nothing, so this is switched off before the import; who wants
it can set the variable to ``0``.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

from palote.errors import ModelCorrupt
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.catalog import Entry
from palote.model.onnx_check import check_onnx
from palote.model.shapes import Heads, card_for, in_parts

__all__ = [
    "CARD_KEY",
    "DIGITS",
    "Engine",
    "FileEngine",
    "OnnxEngine",
    "Outputs",
    "open_engine",
    "open_session",
]

DIGITS = 10
CARD_KEY = "palote.card"
"""Key of the card in the ONNX file's metadata."""
DTYPES: dict[str, DTypeLike] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(double)": np.dtype(np.float64),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int64)": np.dtype(np.int64),
}
"""What an ONNX file may take."""


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


class FileEngine(ABC):
    """What the engines of all files share: patches in, the right outputs out.

    Args:
        entry: the model.
        card: what it says of itself, if it does.
        shape: of its input, with the batch axis; what is no positive number is open.
        declared: what the network takes, if its file does not say it.
        dtype: of its input; whole numbers mean values from 0 to 255.

    Raises:
        ModelCorrupt: it cannot be run, or is not one that reads digits.
        InkSpecMismatch: it was trained with another normalisation.
    """

    def __init__(
        self,
        entry: Entry,
        card: Card | None,
        shape: Sequence[object],
        declared: InkSpec | None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        source = repr(str(entry.path))
        axes = [axis if isinstance(axis, int) and axis > 0 else None for axis in shape]
        self._dtype = np.dtype(dtype)
        self._fixed = axes[0] if axes else None
        self.card, self._layout = card_for(
            entry.name, card, axes[1:], source, declared, self._dtype
        )
        try:
            self._heads = Heads.found(self._ask, self.card.ink, source)
        except ModelCorrupt:
            raise
        except Exception as error:  # each runtime has errors of its own
            reason = str(error).strip().split("\n")[0][:200]
            raise ModelCorrupt(f"The model {source} does not run: {reason}") from error

    @abstractmethod
    def _run(self, batch: NDArray[np.float32]) -> Mapping[str, NDArray[np.float32]]:
        """Run the network on what it takes, and return its outputs by name."""

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        return Outputs(*self._heads.read(self._ask(inks), len(inks)))

    def _ask(self, inks: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        batch = self._layout.arrange(inks)
        if self._dtype.kind in "iu":
            batch = np.rint(batch)
        return in_parts(self._run, np.asarray(batch, self._dtype), self._fixed)


class OnnxEngine(FileEngine):
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
        source = repr(str(entry.path))
        self._session = open_session(entry.checked_bytes(), source, threads)
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in DTYPES:
            kinds = ", ".join(one.type for one in inputs) or "nothing"
            raise ModelCorrupt(
                f"The model {source} takes {kinds}; a reader of digits takes one picture."
            )
        self._input = inputs[0].name
        self._names = [output.name for output in self._session.get_outputs()]
        super().__init__(
            entry,
            entry.card or self._inner_card(entry),
            inputs[0].shape,
            declared,
            DTYPES[inputs[0].type],
        )
        # From now on only what is looked at is computed.
        wanted = (self._heads.logits, self._heads.embedding)
        self._names = [name for name in wanted if name is not None]

    def _inner_card(self, entry: Entry) -> Card | None:
        text = self._session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
        return Card.from_json(text, str(entry.path)) if text else None

    def _run(self, batch: NDArray[np.float32]) -> Mapping[str, NDArray[np.float32]]:
        results = self._session.run(self._names, {self._input: batch})
        return dict(zip(self._names, results, strict=True))


def open_session(content: bytes, source: str, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open an ONNX model that may come from anywhere.

    Args:
        content: of the file.
        source: where it came from, for messages.
        threads: threads for one call; 0 lets ONNX Runtime choose.

    Raises:
        ModelCorrupt: it is none, cannot be run, or leads out of itself.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    check_onnx(content, source)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no common base of its own errors
        raise ModelCorrupt(f"{source} is no ONNX model that can be run.") from error


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
    if entry.path.suffix == ".npz":
        from palote.model.scratch.engine import ScratchEngine

        return ScratchEngine(entry, declared)
    # Other formats bring heavy libraries, which reading with ours does without.
    from palote.model.formats import open_file

    return open_file(entry, threads, declared)
