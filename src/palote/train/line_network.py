"""The network for whole lines, and the shipped weights in it, to be trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import onnx
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray
from onnx import numpy_helper

from palote.errors import ModelCorrupt
from palote.train.networks import convolution
from palote.train.writers import convolutions

__all__ = ["counting_in", "for_export", "line_network", "put_weights"]

DILATIONS = (1, 2, 4)
"""How far apart the three columns are that each of the last convolutions takes together."""


def line_network(classes: int, height: int = 32) -> keras.Model:
    """Return a network for whole lines of any width, one step for two columns.

    Convolutions alone, so that a line may be as wide as it is; the height goes early. A step
    sees 65 columns, three digits: where digits touch, the neighbours tell which stroke is whose.
    Its steps are read with connectionist temporal classification (Graves and others, 2006).
    The logits are float32 whatever the layers count in.

    Args:
        classes: number of symbols, and the blank.
        height: of a line, in pixels; a multiple of 8.
    """
    ink = keras.Input((height, None, 1), name="ink")
    x = convolution(ink, 24, (5, 5), strides=2)  # (16, w / 2, 24)
    x = convolution(x, 32)
    x = layers.MaxPooling2D((2, 1))(x)  # (8, w / 2, 32)
    x = convolution(x, 48)
    x = convolution(x, 64)
    x = _residual(x, (3, 3))
    x = layers.MaxPooling2D((2, 1))(x)  # (4, w / 2, 64)
    x = convolution(x, 96)
    for _ in range(3):
        x = _residual(x, (3, 3))
    x = layers.Dropout(0.1)(x)
    x = convolution(x, 160, (height // 8, 1), padding="valid")  # (1, w / 2, 160)
    x = convolution(x, 160, (1, 5))
    for dilation in DILATIONS:
        x = _residual(x, (1, 3), dilation)
    x = layers.Dropout(0.2)(x)
    x = layers.Conv2D(classes, 1, name="scores")(x)
    logits = layers.Reshape((-1, classes), name="logits", dtype="float32")(x)  # (w / 2, classes)
    return keras.Model(ink, logits, name="line")


def put_weights(model: keras.Model, path: Path, batches: Sequence[NDArray[np.float32]]) -> None:
    """Put the weights of a line network's ONNX file into a network, to be trained on.

    The file's convolutions have their normalisation folded in; it is measured anew. Those of
    which the file knows nothing, an older one's residuals, stay as they are: they add nothing.

    Args:
        model: a `line_network`, untrained.
        path: of the file.
        batches: some of those that it will learn from, (n, 32, w, 1) each, for normalisation: a
            single one, if a line in it is long and the others are padded, is like no other.

    Raises:
        ModelCorrupt: the file is of another network.
    """
    ready = []
    for arrays in convolutions(onnx.load(path)):
        kernel, *biases = (numpy_helper.to_array(array).astype(np.float32) for array in arrays)
        bias = biases[0] if biases else np.zeros(len(kernel), np.float32)
        ready.append((kernel.transpose(2, 3, 1, 0), bias))  # (height, width, in, out)
    for layer in model.layers:
        if not (ready and isinstance(layer, layers.Conv2D)):
            continue
        kernel, bias = ready[0]
        if layer.kernel.shape != kernel.shape:
            continue
        del ready[0]
        if layer.use_bias:
            layer.set_weights([kernel, bias])
            continue
        layer.set_weights([kernel])
        ahead = keras.Model(model.input, layer.output)
        found = [np.asarray(ahead(batch)) for batch in batches]
        mean = np.mean([one.mean(axis=(0, 1, 2)) for one in found], axis=0)
        variance = np.mean([one.var(axis=(0, 1, 2)) for one in found], axis=0)
        after = model.layers[model.layers.index(layer) + 1]
        after.set_weights([np.sqrt(variance + after.epsilon), mean + bias, mean, variance])
    if ready:
        raise ModelCorrupt(f"{path.name} is no network for lines of this kind.")


@contextmanager
def counting_in(policy: str) -> Iterator[None]:
    """Let layers that are made within count in a precision, by the name Keras gives it.

    Weights are float32 always. On processors that multiply bfloat16 themselves (AVX512_BF16, AMX)
    ``mixed_bfloat16`` makes a step of training a third shorter; on others it is slower.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def for_export(model: keras.Model) -> keras.Model:
    """Return a copy for files: each dilated convolution is one node of an ONNX file, not fifty.

    Args:
        model: a `line_network`. The copy cannot be trained on every processor.
    """

    def copied(layer: keras.Layer) -> keras.Layer:
        dilated = isinstance(layer, layers.Conv2D) and max(layer.dilation_rate) > 1
        kind = _DilatedConv2D if dilated else type(layer)
        return kind.from_config(layer.get_config())

    bare = keras.Model(model.input, model.output, name=model.name)
    copy = keras.models.clone_model(bare, clone_function=copied)
    copy.set_weights(model.get_weights())
    return copy


class _DilatedConv2D(layers.Conv2D):  # type: ignore[misc]
    """A convolution over columns that lie apart, by TensorFlow's own operation.

    Keras moves columns together and apart around a plain convolution instead. The margin is laid
    on by itself, since ONNX Runtime does not find it where the kernel is dilated.
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Return the convolution, of the same size."""
        rows, columns = (
            step * (size // 2)
            for step, size in zip(self.dilation_rate, self.kernel_size, strict=True)
        )
        framed = tf.pad(inputs, [[0, 0], [rows, rows], [columns, columns], [0, 0]])
        return tf.nn.conv2d(framed, kernel, 1, "VALID", dilations=(1, *self.dilation_rate, 1))


def _residual(
    x: keras.KerasTensor, kernel: tuple[int, int], dilation: int = 1
) -> keras.KerasTensor:
    """Add what one more convolution says; at first that is nothing (Goyal and others, 2017)."""
    added = layers.Conv2D(
        x.shape[-1], kernel, padding="same", dilation_rate=(1, dilation), use_bias=False
    )(x)
    added = layers.BatchNormalization(gamma_initializer="zeros")(added)
    return layers.ReLU()(layers.Add()([x, added]))
