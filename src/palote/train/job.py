"""One network on its way into files: each is written, loaded back and compared.

What loads it back is what its users have: Keras, LiteRT or ONNX Runtime. It is asked
about the same pictures as the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from palote.errors import ExportFailed
from palote.metrics import softmax
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import open_engine
from palote.model.formats import keras_function
from palote.model.shapes import Heads, Layout, card_for, in_parts
from palote.train import quantise, writers
from palote.train.rounding import rounded

__all__ = ["CALIBRATED", "COMPARED", "INT8", "Job", "Written"]

INT8, ON_THE_WAY = "-int8", "on-the-way"
COMPARED, CALIBRATED = 1000, 300
"""Pictures that files are compared on, and further ones that 8 bits are fitted to."""
LARGEST_GAP = 1e-4
"""Largest difference in a probability between a file in float32 and the network."""
LEAST_AGREEMENT = 0.995
"""Least share of pictures on which a file in 8 bits gives the network's answer."""


@dataclass(frozen=True)
class Written:
    """A format that was written.

    Attributes:
        files: names and sizes in bytes.
        gap: largest difference in a probability from the network's.
        agreement: share of pictures with the network's answer.
        how: how the numbers are stored.
    """

    files: dict[str, int]
    gap: float
    agreement: float
    how: str = "float32"


@dataclass(frozen=True, eq=False)
class Job:
    """One network on its way into files.

    Attributes:
        model: the network.
        card: what it says of itself, without digests.
        only: name of its output, where it has a single one.
        inks: pictures to compare on and then to calibrate with, (n, *card.ink.shape).
        layout: how the network takes them.
        expected: its probabilities, (COMPARED, classes).
        bench: the folder for finished files, with one for what is only on the way.
    """

    model: keras.Model
    card: Card
    only: str
    inks: NDArray[np.float32]
    layout: Layout
    expected: NDArray[np.float32]
    bench: Path
    _kept: list[keras.Model] = field(default_factory=list)

    @classmethod
    def begun(cls, model: keras.Model, card: Card, inks: NDArray[np.float32], bench: Path) -> Job:
        """Ask the network about the pictures, and make the places for its files."""
        model = writers.plain(model)
        source = f"{card.name!r}"
        _, layout = card_for(card.name, card, model.inputs[0].shape[1:], source, None)

        run = keras_function(model)

        def ask(some: NDArray[np.float32]) -> Mapping[str, NDArray[np.float32]]:
            return in_parts(run, layout.arrange(some), None)

        heads = Heads.found(ask, card.ink, source)
        logits, _ = heads.read(ask(inks[:COMPARED]), len(inks[:COMPARED]))
        only = "probabilities" if heads.probabilities else "logits"
        (bench / ON_THE_WAY).mkdir()
        expected = softmax(logits, card.temperature)
        return cls(model, card, only, inks, layout, expected, bench)

    def write(self, name: str) -> Written:
        """Write one of `FORMATS`, and compare it with the network."""
        kind, whole, _ = name.partition(INT8)
        path = self.bench / f"{self.card.name}{whole}.{kind}"
        if whole:
            return self._in_8_bits(kind, path)
        self._in_float(kind, path)
        files = {path.name: path.stat().st_size}
        weights = path.with_suffix(".weights.h5")
        if kind == "json":
            files[weights.name] = weights.stat().st_size
        gap, agreement = self._compared(path)
        if not gap <= LARGEST_GAP:
            raise ExportFailed(
                f"{path.name} does not answer as the network does: probabilities are up to "
                f"{gap:.2g} apart on {COMPARED:,} pictures, {LARGEST_GAP:.0e} is allowed. "
                "Nothing was written."
            )
        return Written(files, gap, agreement)

    def _in_float(self, kind: str, path: Path) -> None:
        if kind == "onnx":
            writers.write_onnx(self.model, path, self.card, self.only)
        elif kind == "tflite":
            writers.write_tflite(self._saved(self.model, "saved"), path)
        else:
            {"keras": writers.write_keras, "h5": writers.write_h5, "json": writers.write_json}[
                kind
            ](self.model, path)

    def _in_8_bits(self, kind: str, path: Path) -> Written:
        inks = self.layout.arrange(self.inks[COMPARED:])
        found = []
        for recipe in quantise.RECIPES[kind]:
            # What is not good at once starts from weights that 8 bits can hold.
            model = self.model if recipe == quantise.WHOLE else self._rounded(inks)
            name = "saved" if recipe == quantise.WHOLE else "rounded"
            if kind == "onnx":
                exact = self.bench / ON_THE_WAY / f"{name}.onnx"
                writers.write_onnx(model, exact, self.card, self.only)
                quantise.onnx_in_8_bits(exact, recipe, inks, self.card, path)
            else:
                quantise.tflite_in_8_bits(self._saved(model, name), recipe, inks, path)
            gap, agreement = self._compared(path)
            if agreement >= LEAST_AGREEMENT:
                return Written({path.name: path.stat().st_size}, gap, agreement, recipe)
            found.append(f"{_percent(agreement)} ({recipe})")
        raise ExportFailed(
            f"{path.name} does not answer as the network does: of {COMPARED:,} pictures it reads "
            f"the same in {', '.join(found)}; {_percent(LEAST_AGREEMENT)} are needed. "
            "Nothing was written."
        )

    def _rounded(self, inks: NDArray[np.float32]) -> keras.Model:
        if not self._kept:
            self._kept.append(rounded(self.model, inks))
        return self._kept[0]

    def _saved(self, model: keras.Model, name: str) -> Path:
        folder = self.bench / ON_THE_WAY / name
        if not folder.exists():
            writers.write_saved(model, folder, self.only)
        return folder

    def _compared(self, path: Path) -> tuple[float, float]:
        """Return the largest difference in a probability, and the share of same answers."""
        engine = open_engine(catalog.Entry(path.stem, path, self.card))
        logits = engine(self.inks[:COMPARED]).logits
        found = softmax(logits, self.card.temperature)
        same = found.argmax(axis=1) == self.expected.argmax(axis=1)
        return float(np.abs(found - self.expected).max()), float(same.mean())


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
