"""A Keras model as files, one function a format.

All of them hold what reading needs and nothing of the training: no optimizer, no loss.
Where a format has names for inputs and outputs, they are ``ink``, and ``logits`` and
``embedding`` for our own networks; other people's give ``logits`` or ``probabilities``.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import onnx
import tensorflow as tf
from onnx import TensorProto, helper, numpy_helper

from palote.errors import ModelCorrupt
from palote.model.card import Card
from palote.model.engine import CARD_KEY
from palote.model.formats import packed
from palote.model.line import LineCard
from palote.model.quiet import quiet

__all__ = [
    "convolutions",
    "halve",
    "mix",
    "plain",
    "write_h5",
    "write_json",
    "write_keras",
    "write_onnx",
    "write_tflite",
]

BATCH_AXIS = "n"
"""Name of the axis that may have any length, in ONNX."""
LARGE = 4096
"""Numbers in an array that is worth storing in 16 bits."""


def plain(model: keras.Model) -> keras.Model:
    """Return a model that can be exported: called once, and in float32.

    Who trained with mixed precision has weights in float32 and layers that compute in 16
    bits, which ONNX Runtime refuses to run.
    """
    if any(layer.compute_dtype != "float32" for layer in model.layers):
        weights = model.get_weights()
        model = keras.models.clone_model(model, clone_function=_in_float32)
        model.set_weights(weights)
    return _called(model)


def _called(model: keras.Model) -> keras.Model:
    """Keras exports only what has been called; an axis of any length is some length then."""
    blank = np.zeros((1, *(side or 64 for side in model.inputs[0].shape[1:])), np.float32)
    model(packed(model, blank))
    return model


def _in_float32(layer: keras.Layer) -> keras.Layer:
    return type(layer).from_config({**layer.get_config(), "dtype": "float32"})


def write_keras(model: keras.Model, path: Path) -> None:
    """Write ``NAME.keras``."""
    model.save(path)


def write_h5(model: keras.Model, path: Path) -> None:
    """Write ``NAME.h5``, the format of Keras 2, which Keras 3 reads and writes too."""
    with quiet():
        model.save(path)


def write_json(model: keras.Model, path: Path) -> None:
    """Write the architecture, ``NAME.json``, and beside it the weights, ``NAME.weights.h5``."""
    path.write_text(model.to_json(indent=2) + "\n", encoding="utf-8")
    model.save_weights(path.with_suffix(".weights.h5"))


def write_onnx(model: keras.Model, path: Path, card: Card | LineCard, only: str) -> None:
    """Write ``NAME.onnx``: a batch axis of any length, and the card inside.

    Args:
        model: the network.
        path: of the file.
        card: goes into the metadata.
        only: name of the output, where a model has a single one without a name.
    """
    outputs = _outputs(model, only)
    ordered = _called(keras.Model(model.inputs[0], list(outputs.values())))
    with quiet():
        ordered.export(path, format="onnx", verbose=False)
    proto = onnx.load(path)
    graph = proto.graph
    wanted = {graph.input[0].name: "ink"}
    wanted |= {one.name: name for one, name in zip(graph.output, outputs, strict=True)}
    for node in graph.node:
        node.input[:] = [wanted.get(name, name) for name in node.input]
        node.output[:] = [wanted.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.output):
        value.name = wanted[value.name]
        value.type.tensor_type.shape.dim[0].dim_param = BATCH_AXIS
    del graph.value_info[:]
    proto.metadata_props.add(key=CARD_KEY, value=card.to_json())
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString())


def halve(path: Path) -> None:
    """Store the large arrays of an ONNX file in 16 bits: half the size, the same speed.

    The network counts in 32 bits as before: whoever opens the file turns them back, once. They
    lose what lies below a two-thousandth of each number.

    Args:
        path: of the file, which is written anew.
    """
    proto = onnx.load(path)
    graph = proto.graph
    for array in list(graph.initializer):
        values = numpy_helper.to_array(array)
        if values.dtype != np.float32 or values.size < LARGE:
            continue
        whole, stored = array.name, f"{array.name}_half"
        array.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
        graph.node.insert(0, helper.make_node("Cast", [stored], [whole], to=TensorProto.FLOAT))
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString())


def mix(path: Path, other: Path, share: float) -> None:
    """Average the convolutions of an ONNX file with those of another, as `halve` stores them.

    What goes on from a network's weights may forget a little of what it knew; the mean of before
    and after keeps more of it (Wortsman and others, 2022).

    Args:
        path: of the file, which is written anew.
        other: of a file of the same network, or of one with fewer convolutions, where what is
            missing adds nothing: a residual.
        share: of the first file's weights.

    Raises:
        ModelCorrupt: the other is of another network; nothing was written.
    """
    proto, before = onnx.load(path), convolutions(onnx.load(other))
    for arrays in convolutions(proto):
        values = [numpy_helper.to_array(array) for array in arrays]
        known = [np.zeros_like(value) for value in values]
        if before and tuple(before[0][0].dims) == values[0].shape:
            found = [numpy_helper.to_array(array) for array in before.pop(0)]
            known[: len(found)] = found
        for array, new, old in zip(arrays, values, known, strict=True):
            mean = share * new.astype(np.float32) + (1 - share) * old.astype(np.float32)
            array.CopyFrom(numpy_helper.from_array(mean.astype(new.dtype), array.name))
    if before:
        raise ModelCorrupt(f"{other.name} has convolutions that {path.name} lacks.")
    path.write_bytes(proto.SerializeToString())


def convolutions(proto: onnx.ModelProto) -> list[list[TensorProto]]:
    """Return the stored arrays of each convolution of a file, in order.

    Args:
        proto: of the file; arrays may be stored in 16 bits, as `halve` does it.

    Returns:
        Of each its kernel (out, in, height, width), and its bias if it has one.
    """
    arrays = {array.name: array for array in proto.graph.initializer}
    for node in proto.graph.node:
        if node.op_type == "Cast" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    nodes = [node for node in proto.graph.node if node.op_type == "Conv"]
    return [[arrays[name] for name in node.input[1:]] for node in nodes]


def write_saved(model: keras.Model, folder: Path, only: str) -> None:
    """Write what the .tflite files are made from: TensorFlow's SavedModel, a folder."""
    with quiet():
        named = _called(keras.Model(model.inputs[0], _outputs(model, only)))
        named.export(folder, format="tf_saved_model", verbose=False)


def write_tflite(saved: Path, path: Path) -> None:
    """Write ``NAME.tflite`` from a SavedModel."""
    with quiet():
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(str(saved)).convert())


def _outputs(model: keras.Model, only: str) -> dict[str, keras.KerasTensor]:
    if not isinstance(model, keras.Sequential) and isinstance(model.output, dict):
        return dict(model.output)
    if len(model.outputs) == 1:
        return {only: model.outputs[0]}
    return dict(zip(map(str, model.output_names), model.outputs, strict=True))
