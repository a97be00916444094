"""Weights that 8 bits can hold, with biases that make up for the change.

A converter rounds each weight for itself. The errors of a layer with many inputs do not
cancel out where all of these are positive, as they are after ReLU: its output shifts. How
far can be told from the mean of each input, and the bias takes it back (Nagel, van Baalen,
Blankevoort and Welling, 2019, "bias correction").
"""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["rounded"]

STEPS = 127
"""Whole numbers on either side of 0, for the largest weight of a channel."""
AT_ONCE = 50


def rounded(model: keras.Model, inks: NDArray[np.float32]) -> keras.Model:
    """Return a network whose convolutions and dense layers have rounded weights.

    Args:
        model: the network; layers of a network inside of it stay as they are.
        inks: pictures as it takes them, (n, ...), to learn the means from.

    Returns:
        A network of the same shape.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    layers = [layer for layer in copy.layers if _is_plain(layer)]
    means = _mean_inputs(copy, layers, inks)
    for layer, mean in zip(layers, means, strict=True):
        _round(layer, copy, mean)
    return copy


def _is_plain(layer: keras.Layer) -> bool:
    plain = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)
    last = getattr(layer, "data_format", "channels_last") == "channels_last"
    whole = getattr(layer, "groups", 1) == 1
    return isinstance(layer, plain) and last and whole and _is_used_once(layer)


def _is_used_once(layer: keras.Layer) -> bool:
    return len(layer._inbound_nodes) == 1


def _mean_inputs(
    model: keras.Model, layers: list[keras.Layer], inks: NDArray[np.float32]
) -> list[NDArray[np.float64]]:
    """Return the mean of each input channel of the layers."""
    places = [
        keras.ops.mean(layer.input, axis=tuple(range(1, layer.input.ndim - 1)))
        if layer.input.ndim > 2
        else layer.input
        for layer in layers
    ]
    taps = keras.Model(model.inputs[0], places)
    sums = [np.zeros(place.shape[-1], np.float64) for place in places]
    for first in range(0, len(inks), AT_ONCE):
        found = keras.tree.flatten(taps.predict_on_batch(inks[first : first + AT_ONCE]))
        for total, values in zip(sums, found, strict=True):
            total += np.asarray(values, np.float64).sum(axis=0)
    return [total / len(inks) for total in sums]


def _round(layer: keras.Layer, model: keras.Model, mean: NDArray[np.float64]) -> None:
    depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    kernel = np.asarray(layer.kernel, np.float64)
    own = kernel.ndim - 2 if depthwise else kernel.ndim - 1
    others = tuple(range(own))
    step = np.abs(kernel).max(axis=others, keepdims=True) / STEPS
    step[step == 0] = 1
    change = np.rint(kernel / step) * step - kernel
    along = change.sum(axis=(0, 1)) if kernel.ndim == 4 else change  # (inputs, outputs)
    shift = (along * mean[:, None]).ravel() if depthwise else mean @ along
    layer.kernel.assign(kernel + change)
    if layer.use_bias:
        layer.bias.assign(np.asarray(layer.bias) - shift)
    elif (after := _normalisation(layer, model)) is not None:
        after.moving_mean.assign(np.asarray(after.moving_mean) + shift)


def _normalisation(layer: keras.Layer, model: keras.Model) -> keras.Layer | None:
    """Return the batch normalisation behind a layer, if nothing else takes its output."""
    takers = [
        one
        for one in model.layers
        if _is_used_once(one) and any(x is layer.output for x in keras.tree.flatten(one.input))
    ]
    after = takers[0] if len(takers) == 1 else None
    return after if isinstance(after, keras.layers.BatchNormalization) else None
