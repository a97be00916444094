"""A trained network as files: ``.keras`` without optimizer, and ONNX with its card inside."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnx

from palote.errors import ModelCorrupt
from palote.model.card import Card
from palote.model.catalog import Entry
from palote.model.engine import CARD_KEY, OnnxEngine
from palote.train.networks import with_embedding

__all__ = ["ship"]

TOLERANCE = 1e-4
"""Largest difference of the files' outputs, relative to the largest output."""


def ship(model: keras.Model, card: Card, folder: Path) -> Card:
    """Write ``NAME.keras``, ``NAME.onnx`` and ``NAME.json``, and check that they agree.

    Args:
        model: the trained network with one output, logits.
        card: what it says of itself; its digests are filled in.
        folder: where the files go; files of the same name are replaced.

    Returns:
        The card with digests.

    Raises:
        ModelCorrupt: the ONNX file gives other outputs than the network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    both = with_embedding(model)
    both(np.zeros((1, *model.input_shape[1:]), np.float32))  # what was never called is not exported
    keras_path, onnx_path = folder / f"{card.name}.keras", folder / f"{card.name}.onnx"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        unfinished = Path(scratch) / keras_path.name
        both.save(unfinished)
        exported = Path(scratch) / "raw.onnx"
        both.export(exported, format="onnx", verbose=False)
        finished = Path(scratch) / onnx_path.name
        finished.write_bytes(_named(onnx.load(exported), both, card))
        _agree(both, finished)
        unfinished.replace(keras_path)
        finished.replace(onnx_path)
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (keras_path, onnx_path)}
    card = replace(card, sha256=digests, parameters=int(model.count_params()))
    (folder / f"{card.name}.card.json").write_text(card.to_json(), encoding="utf-8")
    return card


def _named(proto: onnx.ModelProto, model: keras.Model, card: Card) -> bytes:
    """Give inputs, outputs and the batch axis plain names; put the card inside."""
    graph = proto.graph
    wanted = {graph.input[0].name: "ink"}
    for output in graph.output:
        width = output.type.tensor_type.shape.dim[-1].dim_value
        same = [name for name, o in model.output.items() if o.shape[-1] == width]
        wanted[output.name] = same[0]
    for node in graph.node:
        node.input[:] = [wanted.get(name, name) for name in node.input]
        node.output[:] = [wanted.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.output):
        value.name = wanted[value.name]
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    del graph.value_info[:]
    inner = proto.metadata_props.add()
    inner.key, inner.value = CARD_KEY, card.to_json()
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString())


def _agree(model: keras.Model, path: Path) -> None:
    inks = np.random.default_rng(0).random((256, 28, 28), np.float32)
    found = OnnxEngine(Entry(path.stem, path, Card(name=path.stem)))(inks)
    expected = model.predict(inks[..., None], verbose=0)
    for name, values in (("logits", found.logits), ("embedding", found.embedding)):
        gap = float(np.abs(values - expected[name]).max())
        if gap > TOLERANCE * max(1.0, float(np.abs(expected[name]).max())):
            raise ModelCorrupt(f"The ONNX file gives {name} that differ by {gap:.2g}.")
