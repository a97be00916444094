"""A network that reads whole lines: its card, its file, and how it is asked.

It takes a line as `palote.ink.level.line_crop` makes it and gives, for each step along it,
the log-probability of every symbol and of the blank; `palote.numbers.ctc` makes texts of
that.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from palote.errors import InkSpecMismatch, ModelCorrupt, ModelNotFound
from palote.model.catalog import ASSETS, Entry
from palote.model.engine import CARD_KEY, open_session
from palote.result import Json

__all__ = [
    "KIND",
    "SHIPPED",
    "LineCard",
    "LineEngine",
    "LineSpec",
    "OnnxLineEngine",
    "shipped_line",
]

SHIPPED = ASSETS / "lines" / "line.onnx"
"""The one that comes with Palote: not beside the networks for digits, which have names."""

KIND = "line"
"""What the card of such a network says of itself."""


@dataclass(frozen=True)
class LineSpec:
    """Geometry of a line as the network sees it; it travels with every model.

    Attributes:
        height: of the crop, in pixels.
        digit: height of a digit inside it, in pixels.
        margin: empty columns to the left and to the right.
        widest: columns, at most.
    """

    height: int = 32
    digit: int = 22
    margin: int = 4
    widest: int = 1024


@dataclass(frozen=True)
class LineCard:
    """The card of a network for lines.

    Attributes:
        name: what people call it.
        alphabet: the symbols in the order of its classes; the blank comes after them.
        stride: columns for one step.
        spec: what it was trained with.
        temperature: divides the logits, so that the probability of a text is calibrated.
        description: one sentence.
        data: what it was trained on, with credit.
        recipe: how, with the seed and the command that does it again.
        scores: data set -> share, as measured by the command named in ``recipe``.
        parameters: number of weights.
        sha256: file name -> digest of the files that this card speaks of.
    """

    name: str
    alphabet: str
    stride: int
    spec: LineSpec = field(default_factory=LineSpec)
    temperature: float = 1.0
    description: str = ""
    data: tuple[str, ...] = ()
    recipe: dict[str, Json] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    parameters: int = 0
    sha256: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as JSON text."""
        fields = {"name": self.name, "kind": KIND, **asdict(self)}
        return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, source: str) -> LineCard:
        """Read a card.

        Args:
            text: JSON.
            source: where it came from, for the message.

        Raises:
            ModelCorrupt: it is no card of a network for lines.
            InkSpecMismatch: the model needs another normalisation than this Palote's.
        """
        try:
            fields = json.loads(text)
            if fields["kind"] != KIND:
                raise ValueError(fields["kind"])
            spec = {name: int(fields["spec"][name]) for name in asdict(LineSpec())}
            card = cls(
                name=str(fields["name"]),
                alphabet=str(fields["alphabet"]),
                stride=int(fields["stride"]),
                spec=LineSpec(**spec),
                temperature=float(fields["temperature"]),
                description=str(fields.get("description", "")),
                data=tuple(str(line) for line in fields.get("data", ())),
                recipe=dict(fields.get("recipe", {})),
                scores={str(k): float(v) for k, v in fields.get("scores", {}).items()},
                parameters=int(fields.get("parameters", 0)),
                sha256={str(k): str(v) for k, v in fields.get("sha256", {}).items()},
            )
            if not (card.stride > 0 and card.temperature > 0 and card.alphabet):
                raise ValueError(text)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelCorrupt(f"{source} has no card of a network that reads lines.") from error
        if card.spec != LineSpec():
            raise InkSpecMismatch(
                f"The model in {source} was trained with {card.spec}, but this Palote "
                f"normalises to {LineSpec()}. Use the Palote it was made with, or train it again."
            )
        return card


class LineEngine(Protocol):
    """A network for lines that can be asked; safe to share between threads."""

    card: LineCard

    def __call__(self, lines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Run it on lines (32, w), ink 1; return log-probabilities (t, symbols + 1) of each."""
        ...


class OnnxLineEngine:
    """A network for lines in an ONNX file.

    Args:
        path: of the file; its card is inside.
        threads: threads for one call; 0 lets ONNX Runtime choose.

    Raises:
        ModelNotFound: there is no such file.
        ModelCorrupt: it is no network that reads lines, or does not run.
        InkSpecMismatch: it was trained with another normalisation.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        file = Path(path)
        if not file.is_file():
            raise ModelNotFound(f"There is no model file {str(file)!r}.")
        source = repr(str(file))
        self._session = open_session(Entry(file.stem, file, None).checked_bytes(), source, threads)
        text = self._session.get_modelmeta().custom_metadata_map.get(CARD_KEY, "")
        self.card = LineCard.from_json(text, source)
        self._input = self._session.get_inputs()[0].name
        blank = np.zeros((self.card.spec.height, 16 * self.card.stride), np.float32)
        try:
            (steps,) = self([blank])
        except Exception as error:  # ONNX Runtime has no common base of its own errors
            raise ModelCorrupt(f"The model {source} does not run.") from error
        if steps.shape != (16, len(self.card.alphabet) + 1):
            raise ModelCorrupt(f"The model {source} gives {steps.shape}, not what its card says.")

    def __call__(self, lines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Run it on lines; each by itself, since padding would change what it sees.

        Args:
            lines: float32 (32, w) in [0, 1], ink 1.

        Returns:
            For each line float32 (ceil(w / stride), symbols + 1): log-probabilities.
        """
        return [self._steps(line) for line in lines]

    def _steps(self, line: NDArray[np.float32]) -> NDArray[np.float32]:
        (logits,) = self._session.run(None, {self._input: line[None, :, :, None]})
        scaled = logits[0] / np.float32(self.card.temperature)
        scaled -= scaled.max(axis=-1, keepdims=True)
        return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True)), np.float32)


@lru_cache(maxsize=4)
def shipped_line(threads: int = 1) -> LineEngine:
    """Return the network for lines that comes with Palote, loaded once.

    Args:
        threads: see `OnnxLineEngine`.

    Raises:
        ModelError: its file is missing or damaged.
    """
    return OnnxLineEngine(SHIPPED, threads)
