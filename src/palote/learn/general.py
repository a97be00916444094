"""What ships beside the network so that nobody's corrections make it forget: replay and gate.

Both are embeddings and logits of general data, made by `palote.train.replay` for one network.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palote.errors import LearnError
from palote.metrics import softmax
from palote.model import catalog
from palote.model.catalog import Entry
from palote.model.head import scaled

__all__ = ["General", "Seen", "load", "replay_file"]

MOST_BYTES = 8_000_000
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, RuntimeError)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network as shipped says of n pictures whose digit is known.

    Attributes:
        logits: float32 (n, classes).
        rows: float32 (n, d + 1), the embedding as `head.scaled` brings it.
        labels: int64 (n,), 0 to 9, or 10 for "no digit".
    """

    logits: NDArray[np.float32]
    rows: NDArray[np.float32]
    labels: NDArray[np.int64]

    @cached_property
    def shares(self) -> NDArray[np.float32]:
        """Probabilities (n, classes) as shipped."""
        return softmax(self.logits, 1.0)

    @cached_property
    def as_shipped(self) -> NDArray[np.bool_]:
        """Which are read right as shipped: bool (n,)."""
        return np.asarray(self.logits.argmax(axis=1) == self.labels)

    def right(self, change: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Tell which are read right with a head: bool (n,)."""
        return np.asarray((self.logits + self.rows @ change).argmax(axis=1) == self.labels)


@dataclass(frozen=True, eq=False)
class General:
    """Replay and gate of one network.

    Attributes:
        model: SHA-256 of the network file.
        replay: what the network was trained on.
        gate: what it was never trained on, and is not tested with; first MNIST's pictures
            that are held out, `data.HELD_OUT` of them.
        accuracy: share of the gate that the network reads right as shipped.
    """

    model: str
    replay: Seen
    gate: Seen
    accuracy: float


def replay_file() -> Path:
    """Return where the file lies."""
    return catalog.ASSETS / f"{catalog.SHIPPED}.replay.npz"


def load(entry: Entry) -> General:
    """Read replay and gate of the shipped network.

    Raises:
        LearnError: they are missing, damaged, or of another network.
    """
    path = replay_file()
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            scale = arrays["scale"]
            replay, gate = (
                Seen(
                    arrays[f"{name}_logits"].astype(np.float32),
                    scaled(arrays[f"{name}_embedding"] * scale),
                    arrays[f"{name}_labels"].astype(np.int64),
                )
                for name in ("replay", "gate")
            )
    except BROKEN as error:
        raise LearnError(
            f"Nothing can be learnt: {str(path)!r} is missing or damaged ({error}). "
            "Install Palote again; in a clone run scripts/replay."
        ) from error
    model = entry.card.sha256.get(entry.path.name) if entry.card else None
    if about.get("model") != model:
        raise LearnError(
            f"Nothing can be learnt: {str(path)!r} was made for another network than "
            f"{str(entry.path)!r}. Install Palote again; in a clone run scripts/replay."
        )
    return General(str(model), replay, gate, float(gate.as_shipped.mean()))
