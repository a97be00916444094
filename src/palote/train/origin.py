"""Where an export starts from: a name, a run folder or a file, as a Keras model and a card."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from palote.errors import ModelNotFound, UsageError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.catalog import Entry
from palote.model.formats import KerasEngine
from palote.model.scratch.engine import ScratchEngine
from palote.settings import Settings

__all__ = ["STARTS", "opened"]

STARTS = (".keras", ".npz", ".h5", ".json")
"""Files that can be exported; of several with one name, the first is."""


def opened(
    model: str, settings: Settings | None = None, declared: InkSpec | None = None
) -> tuple[keras.Model, Card]:
    """Open what is to be exported.

    Args:
        model: a name, a run folder, or a file of one of `STARTS`.
        settings: where the person's own models are.
        declared: what the network takes, if its file does not say it.

    Returns:
        The network and what it says of itself.

    Raises:
        ModelNotFound: there is none.
        ModelCorrupt: it cannot be opened, or does not read digits.
        UsageError: it is in a format that leads no further.
    """
    entry = _entry(model, settings or Settings.from_environment())
    if entry.path.suffix == ".npz":
        return _from_scratch(ScratchEngine(entry, declared), entry)
    engine = KerasEngine(entry, declared)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", engine.card.name).strip("-.") or "model"
    return engine.model, replace(engine.card, name=name)


def _entry(model: str, settings: Settings) -> Entry:
    path = Path(model).expanduser()
    if path.is_dir() and model not in catalog.names(settings):
        stems = [one.name.removesuffix(".card.json") for one in sorted(path.glob("*.card.json"))]
        found = [path / f"{stem}{ending}" for stem in stems for ending in STARTS]
    elif path.is_file() and path.suffix in STARTS:
        return catalog.find(path, settings)
    else:
        there = catalog.find(model, settings).path
        found = [there.with_suffix(ending) for ending in STARTS]
    for one in found:
        if one.is_file():
            return catalog.find(one, settings)
    if path.is_dir():
        raise ModelNotFound(f"{model!r} holds no finished run of palote train.")
    raise UsageError(
        f"{model!r} is a file that networks are exported to; it leads to no other format. "
        f"Give the network that it was made from: {', '.join(STARTS)}."
    )


def _from_scratch(engine: ScratchEngine, entry: Entry) -> tuple[keras.Model, Card]:
    """Build Keras's layers with the weights of the network in NumPy alone."""
    network, card = engine.classifier.network_, engine.card
    if engine.classifier.look_ != "pixels":
        raise UsageError(
            f"{entry.path.name!r} looks at a 20x20 patch that it cuts out itself, which no layer "
            "of Keras does. So it stays .npz; a network of palote train scratch without "
            "--classic can be exported."
        )
    ink = keras.Input((card.ink.size, card.ink.size, card.ink.channels), name="ink")
    x = keras.layers.Flatten()(ink)
    outputs = {}
    for number, layer in enumerate(network.dense, 1):
        last = layer is network.dense[-1]
        dense = keras.layers.Dense(
            len(layer.bias),
            activation=None if last else network.activation,
            name="logits" if last else f"dense_{number}",
        )
        outputs = {"logits": dense(x), "embedding": x}
        x = outputs["logits"]
        dense.set_weights([layer.weights.astype(np.float32), layer.bias.astype(np.float32)])
    return keras.Model(ink, outputs), card
