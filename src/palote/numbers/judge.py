"""What an edge of the lattice may be: a digit, a separator, or nothing whole.

The digit network sees the shape alone. Whether it is a whole digit, half of one, or two,
and whether a small round is a nought or a full stop, shows in where it lies and how it was
cut. A small network of one hidden layer weighs both; it has been trained on lines composed
for training (`palote.train.judge`), never on the pictures for validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from palote.model.engine import DIGITS
from palote.numbers.decode import SYMBOLS

__all__ = ["FILE", "Judge", "inputs_of", "shipped_judge"]

FILE = "numbers.npz"

FAINTEST = -12.0
"""Logs of shares are cut off here."""

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Judge:
    """The network that weighs shape and place.

    Attributes:
        mean: float32 (i,), of the inputs.
        scale: float32 (i,), their standard deviations.
        hidden: float32 (i, h); hidden_bias: (h,).
        out: float32 (h, 14); out_bias: (14,).
        weights: float64 (3,), of the lattice's score, of the line network's, and of each
            digit of a text.
        trust: float64 (7,), how the number's confidence follows from its marks; see
            `palote.numbers.trust`.
        trust_quick: float64 (7,), the same where the quick way holds.
    """

    mean: Weights
    scale: Weights
    hidden: Weights
    hidden_bias: Weights
    out: Weights
    out_bias: Weights
    weights: NDArray[np.float64]
    trust: NDArray[np.float64]
    trust_quick: NDArray[np.float64]

    def __call__(
        self, shares: NDArray[np.float32], measures: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Judge edges.

        Args:
            shares: float32 (n, 10 or 11), what the digit network says, calibrated.
            measures: float32 (n, MEASURES), see `palote.numbers.lattice`.

        Returns:
            float64 (n, 14), log probabilities of each of `SYMBOLS`, and of nothing whole.
        """
        inputs = (inputs_of(shares, measures) - self.mean) / self.scale
        hidden = np.maximum(inputs @ self.hidden + self.hidden_bias, 0)
        raw = (hidden @ self.out + self.out_bias).astype(np.float64)
        raw -= raw.max(axis=1, keepdims=True)
        return np.asarray(raw - np.log(np.exp(raw).sum(axis=1, keepdims=True)), np.float64)

    @classmethod
    def from_bytes(cls, data: bytes) -> Judge:
        """Read one from an .npz file's bytes."""
        with np.load(BytesIO(data), allow_pickle=False) as file:
            judge = cls(*(file[name] for name in cls.__dataclass_fields__))
        if judge.out.shape[1] != len(SYMBOLS) + 1:
            raise ValueError(f"the judge knows {judge.out.shape[1]} classes, not 14")
        return judge


def inputs_of(shares: NDArray[np.float32], measures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the judge takes: float32 (n, i).

    Args:
        shares: float32 (n, 10 or 11), what the digit network says, calibrated.
        measures: float32 (n, MEASURES).
    """
    if shares.shape[1] == DIGITS:
        # A network that knows digits alone never doubts that it sees one.
        shares = np.column_stack([shares, np.full(len(shares), 1e-3, np.float32)])
    logs = np.maximum(np.log(np.maximum(shares, 1e-30)), FAINTEST)
    return np.asarray(np.column_stack([logs, measures]), np.float32)


@lru_cache(maxsize=1)
def shipped_judge() -> Judge:
    """Return the judge that comes with Palote."""
    return Judge.from_bytes(resources.files("palote").joinpath("assets", FILE).read_bytes())
