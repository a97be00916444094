"""Every architecture, one short function each; Keras 3.

Each takes float32 patches (n, 28, 28, 1) in [0, 1] (MobileNetV2: (n, 96, 96, 3)) and
gives logits (n, classes): ten digits, and "no digit" where it was taught. The layer
below the last is named ``embedding``. The network for whole lines is in `line_network`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers

from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model import catalog

__all__ = [
    "NARROW",
    "NETWORKS",
    "WIDE",
    "Network",
    "build",
    "convolution",
    "network",
    "shipped",
    "with_embedding",
]

NARROW = InkSpec()
WIDE = InkSpec.sized(96, channels=3)
"""What MobileNetV2 sees."""


def perceptron(classes: int = 10) -> keras.Model:
    """Return a multi-layer perceptron with L2: no notion of neighbourhood, 235,000 weights."""
    penalty = keras.regularizers.L2(1e-5)
    ink = _ink()
    x = layers.Flatten()(ink)  # (784,)
    x = layers.Dense(256, activation="relu", kernel_regularizer=penalty)(x)
    x = layers.Dense(128, activation="relu", kernel_regularizer=penalty, name="embedding")(x)
    return _model("perceptron", ink, x, classes)


def small(classes: int = 10) -> keras.Model:
    """Return one convolution with pooling."""
    ink = _ink()
    x = layers.Conv2D(16, 5, padding="same", activation="relu")(ink)
    x = layers.MaxPooling2D()(x)  # (14, 14, 16)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu", name="embedding")(x)
    return _model("small", ink, x, classes)


def deep(classes: int = 10) -> keras.Model:
    """Return more layers with more filters, and nothing else."""
    ink = _ink()
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(ink)
    x = layers.MaxPooling2D()(x)  # (14, 14, 16)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)  # (7, 7, 32)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu", name="embedding")(x)
    return _model("deep", ink, x, classes)


def batchnorm(classes: int = 10) -> keras.Model:
    """Return the layers of `deep`, each with batch normalisation (Ioffe and Szegedy, 2015)."""
    ink = _ink()
    x = layers.MaxPooling2D()(convolution(ink, 16))
    x = layers.MaxPooling2D()(convolution(convolution(x, 32), 32))
    x = layers.Flatten()(convolution(x, 64))
    x = layers.Dense(128, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(name="embedding")(x)
    return _model("batchnorm", ink, x, classes)


def dropout(classes: int = 10) -> keras.Model:
    """Return the layers of `deep` with dropout (Srivastava and others, 2014)."""
    ink = _ink()
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(ink)
    x = layers.MaxPooling2D()(x)  # (14, 14, 16)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)  # (7, 7, 32)
    x = layers.Dropout(0.25)(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.25)(x)
    x = layers.Dense(128, activation="relu", name="embedding")(x)
    return _model("dropout", ink, layers.Dropout(0.4)(x), classes)


def augmented(classes: int = 10) -> keras.Model:
    """Return `batchnorm` with pooling at the end and dropout, for strongly changed pictures."""
    ink = _ink()
    x = layers.MaxPooling2D()(convolution(ink, 16))
    x = layers.MaxPooling2D()(convolution(convolution(x, 32), 32))
    x = layers.MaxPooling2D()(convolution(convolution(x, 64), 64))  # (3, 3, 64)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.Dense(128, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(name="embedding")(x)
    return _model("augmented", ink, layers.Dropout(0.2)(x), classes)


def lesson(classes: int = 10) -> keras.Model:
    """Return the classic of many courses: 32, 64 and 64 filters, then 64 units."""
    ink = _ink()
    x = layers.Conv2D(32, 3, activation="relu")(ink)
    x = layers.MaxPooling2D()(x)  # (13, 13, 32)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)  # (5, 5, 64)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu", name="embedding")(x)
    return _model("lesson", ink, x, classes)


def mobilenet(classes: int = 10, weights: str | None = None) -> keras.Model:
    """Return MobileNetV2 (Sandler and others, 2018) with new dense layers on top.

    Args:
        classes: number of outputs.
        weights: "imagenet", the path of a file of the base's weights, or None.
    """
    ink = keras.Input(WIDE.shape, name="ink")
    x = layers.Rescaling(2.0, offset=-1.0)(ink)  # ImageNet's weights want -1 to 1
    base = keras.applications.MobileNetV2(
        input_shape=WIDE.shape, include_top=False, weights=weights, input_tensor=x
    )
    x = layers.GlobalAveragePooling2D()(base.output)  # (1280,)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(128, activation="relu", name="embedding")(x)
    return _model("mobilenet", ink, x, classes)


def default(classes: int = 11) -> keras.Model:
    """Return the network that is shipped: five convolutions, most of them on few pixels.

    215,000 parameters, 4 million multiplications for a patch.
    """
    ink = _ink()
    x = convolution(ink, 16)
    x = layers.MaxPooling2D()(x)  # (14, 14, 16)
    x = convolution(x, 32)
    x = layers.MaxPooling2D()(x)  # (7, 7, 32)
    x = convolution(x, 48)
    x = convolution(x, 64)
    x = layers.MaxPooling2D()(x)  # (3, 3, 64)
    x = convolution(x, 96)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(128, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    embedding = layers.ReLU(name="embedding")(x)
    x = layers.Dropout(0.2)(embedding)
    return _model("default", ink, x, classes)


@dataclass(frozen=True)
class Network:
    """An architecture, and how the lab trains it.

    Attributes:
        build: number of classes -> untrained model.
        description: one sentence for its card.
        epochs: most rounds; it stops earlier when validation does not improve.
        rate: highest learning rate.
        strength: of the changes to patches, see `augment.warp`; 0 is none.
        spec: what it sees.
    """

    build: Callable[[int], keras.Model]
    description: str
    epochs: int = 12
    rate: float = 1e-3
    strength: float = 0.0
    spec: InkSpec = NARROW


NETWORKS = {
    "perceptron": Network(perceptron, "A multi-layer perceptron, 256 and 128 units, with L2.", 20),
    "small": Network(small, "One convolution with pooling."),
    "deep": Network(deep, "Four convolutions and 128 units, nothing else."),
    "batchnorm": Network(batchnorm, "Four convolutions with batch normalisation.", rate=2e-3),
    "dropout": Network(dropout, "Four convolutions with dropout.", 14),
    "augmented": Network(
        augmented, "Five convolutions taught with strong augmentation.", 16, 3e-3, 1.0
    ),
    "lesson": Network(lesson, "The classic of many courses: 32-64-64 filters, 64 units.", 8),
    "mobilenet": Network(
        mobilenet, "MobileNetV2 from ImageNet with new dense layers, 96x96.", 4, spec=WIDE
    ),
    "default": Network(default, "The shipped network: small and quick.", 12, 3e-3, 1.0),
}


def network(name: str) -> Network:
    """Return a network by its name.

    Raises:
        UsageError: there is none; the message lists the names.
    """
    if name not in NETWORKS:
        known = ", ".join(sorted([*NETWORKS, "scratch"]))
        raise UsageError(f"There is no network {name!r}. Known names: {known}.")
    return NETWORKS[name]


def build(name: str, classes: int) -> keras.Model:
    """Build a network by its name, one of `NETWORKS`."""
    return network(name).build(classes)


def shipped() -> keras.Model:
    """Return the network that is shipped, with its weights and one output, logits."""
    whole = keras.saving.load_model(catalog.ASSETS / f"{catalog.SHIPPED}.keras", compile=False)
    return keras.Model(whole.input, whole.output["logits"], name=catalog.SHIPPED)


def convolution(
    x: keras.KerasTensor,
    filters: int,
    kernel: tuple[int, int] = (3, 3),
    strides: int = 1,
    padding: str = "same",
) -> keras.KerasTensor:
    """Add a convolution, normalised by batch, and what of it is positive."""
    x = layers.Conv2D(filters, kernel, strides, padding=padding, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def with_embedding(model: keras.Model) -> keras.Model:
    """Return the same network with two outputs, ``logits`` and ``embedding``."""
    outputs = {"logits": model.output, "embedding": model.get_layer("embedding").output}
    return keras.Model(model.input, outputs, name=model.name)


def _ink() -> keras.KerasTensor:
    return keras.Input((NARROW.size, NARROW.size, NARROW.channels), name="ink")


def _model(name: str, ink: keras.KerasTensor, x: keras.KerasTensor, classes: int) -> keras.Model:
    return keras.Model(ink, layers.Dense(classes, name="logits")(x), name=name)
