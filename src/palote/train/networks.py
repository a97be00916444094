"""Every architecture, one short function each; Keras 3.

Each takes float32 patches (n, 28, 28, 1) in [0, 1] and gives logits (n, 11): ten
digits and "no digit". The layer below the last is named ``embedding``.
"""

from __future__ import annotations

import keras
from keras import layers

from palote.ink import InkSpec

__all__ = ["CLASSES", "NETWORKS", "build", "with_embedding"]

CLASSES = 11


def default() -> keras.Model:
    """Return the network that is shipped: four convolutions with early pooling.

    142,000 parameters, 4 million multiplications for a patch.
    """
    ink = _ink()
    x = _convolution(ink, 16)
    x = layers.MaxPooling2D()(x)  # (14, 14, 16)
    x = _convolution(x, 40)
    x = layers.MaxPooling2D()(x)  # (7, 7, 40)
    x = _convolution(x, 64)
    x = _convolution(x, 64)
    x = layers.MaxPooling2D()(x)  # (3, 3, 64)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(128, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    embedding = layers.ReLU(name="embedding")(x)
    x = layers.Dropout(0.2)(embedding)
    logits = layers.Dense(CLASSES, name="logits")(x)
    return keras.Model(ink, logits, name="default")


NETWORKS = {"default": default}


def build(name: str) -> keras.Model:
    """Build a network by its name, one of `NETWORKS`."""
    return NETWORKS[name]()


def with_embedding(model: keras.Model) -> keras.Model:
    """Return the same network with two outputs, ``logits`` and ``embedding``."""
    outputs = {"logits": model.output, "embedding": model.get_layer("embedding").output}
    return keras.Model(model.input, outputs, name=model.name)


def _ink() -> keras.KerasTensor:
    spec = InkSpec()
    return keras.Input((spec.size, spec.size, spec.channels), name="ink")


def _convolution(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)
