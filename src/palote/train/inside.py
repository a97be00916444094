"""What goes on inside a network: the feature maps of each convolution, for one patch.

A feature map is what one filter of a convolution makes of the picture: bright where the
filter found what it looks for. It is taken after the normalisation and the activation
that belong to the convolution, for that is what the next layer gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TypeAlias

import cv2
import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from palote.model import catalog
from palote.model.formats import open_keras
from palote.model.shapes import card_for

__all__ = ["FeatureMaps", "contact_sheet", "feature_maps"]

FeatureMaps: TypeAlias = Sequence[tuple[str, NDArray[np.float32]]]
"""Name of a convolution and its maps, float32 (h, w, filters), from the input on."""

CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
BELONGS = (
    *(layers.BatchNormalization, layers.Activation, layers.ReLU, layers.LeakyReLU),
    *(layers.PReLU, layers.ELU),
)
"""What follows a convolution and is shown as one with it."""

MOST_LAYERS, MOST_MAPS, ACROSS = 8, 64, 22
"""Convolutions in a sheet, maps of one convolution, maps in a row: more are not looked at."""
GAP, LINE, TEXT, LARGEST = 4, 30, 17, 72
"""Pixels: between maps, height of a caption and of its letters, side of a map at most."""
INK = (36, 42, 61)
BRIGHTEST = 0.995
"""Quantile of a convolution's values that is drawn at full brightness."""


def feature_maps(
    keras_path: Path, patch: NDArray[np.float32]
) -> list[tuple[str, NDArray[np.float32]]]:
    """Run a network on one patch and keep what each convolution makes of it.

    Args:
        keras_path: a Keras file (.keras, .h5 or .json), with its card beside it if it has one.
        patch: float32 of the InkSpec's shape, in [0, 1]; 0 is paper.

    Returns:
        Name and maps, float32 (h, w, filters), of each convolution, from the input on;
        nothing for a network without convolutions.

    Raises:
        ModelNotFound: there is no such file.
        ModelCorrupt: it is no Keras model, it is refused, or its digest is not the card's.
    """
    entry = catalog.find(keras_path)
    model = open_keras(entry)
    shape = model.inputs[0].shape[1:]
    _, layout = card_for(entry.name, entry.card, shape, repr(str(keras_path)), None)
    found = _Found()
    ink = keras.Input(shape, name=model.inputs[0].name)
    found.walk(model, ink)
    if not found.maps:
        return []
    inside = keras.Model(ink, [tensor for _, tensor in found.maps])
    outputs = keras.tree.flatten(inside(layout.arrange(patch[None]), training=False))
    return [
        (name, np.asarray(keras.ops.convert_to_numpy(output)[0], np.float32))
        for (name, _), output in zip(found.maps, outputs, strict=True)
    ]


class _Found:
    """The convolutions that are met on a walk through a network, in order."""

    def __init__(self) -> None:
        self.maps: list[tuple[str, keras.KerasTensor]] = []

    def walk(self, model: keras.Model, x: keras.KerasTensor) -> keras.KerasTensor:
        """Call the model's own layers one by one on another input.

        A network inside the network (as courses build on MobileNetV2) is walked through
        as well: its layers' own outputs hang on an input that is not the whole network's.
        """
        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                x = self._call(layer, x)
            return x
        copy = keras.models.clone_model(
            model,
            input_tensors=keras.tree.pack_sequence_as(model.input, keras.tree.flatten(x)),
            clone_function=lambda layer: layer,
            call_function=self._call,
        )
        return copy.output

    def _call(
        self, layer: keras.Layer, *inputs: keras.KerasTensor, **options: object
    ) -> keras.KerasTensor:
        if isinstance(layer, keras.Model):
            return self.walk(layer, *inputs)
        output = layer(*inputs, **options)
        if isinstance(layer, CONVOLUTIONS):
            self.maps.append((layer.name, output))
        elif isinstance(layer, BELONGS):
            self.maps = [
                (name, output if tensor is inputs[0] else tensor) for name, tensor in self.maps
            ]
        return output


def contact_sheet(
    maps: FeatureMaps, width: int = 1000, paper: tuple[int, int, int] = (255, 255, 255)
) -> NDArray[np.uint8]:
    """Draw feature maps: a block for each convolution, with its name and shape.

    Bright is a strong answer; the brightness of all maps of a convolution is comparable.
    Of many convolutions some are drawn, evenly chosen; of many maps the strongest.

    Args:
        maps: what `feature_maps` gave.
        width: of the picture, in pixels.
        paper: RGB of what is behind it.

    Returns:
        uint8 (height, width, 3) RGB.
    """
    kept = _evenly(list(maps))
    blocks = [_block(name, volume, width, paper) for name, volume in kept]
    if len(kept) < len(maps):
        blocks.append(_caption(f"{len(kept)} of {len(maps)} convolutions", width, paper))
    return np.concatenate(blocks) if blocks else np.full((1, width, 3), paper, np.uint8)


def _evenly(maps: list[tuple[str, NDArray[np.float32]]]) -> FeatureMaps:
    chosen = np.linspace(0, len(maps) - 1, min(len(maps), MOST_LAYERS)).round().astype(int)
    return [maps[number] for number in chosen]


def _block(
    name: str, volume: NDArray[np.float32], width: int, paper: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """Draw the maps of one convolution, (h, w, filters), below their caption."""
    height, across, filters = volume.shape
    text = f"{name}   {height}x{across}, {filters} filters"
    order = np.arange(filters)
    if filters > MOST_MAPS:
        order = np.sort(np.argsort(-np.abs(volume).max(axis=(0, 1)))[:MOST_MAPS])
        text += f", the {MOST_MAPS} strongest"
    rows = ceil(len(order) / ACROSS)
    columns = ceil(len(order) / rows)
    side = min((width + GAP) // columns - GAP, LARGEST)
    # The few strongest points may saturate, or they would leave all others in the dark.
    low, high = float(volume.min()), float(np.quantile(volume, BRIGHTEST))
    grey = (np.clip((volume - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    grid = np.full((rows * (side + GAP) + GAP, width, 3), paper, np.uint8)
    for place, number in enumerate(order):
        tile = cv2.resize(grey[..., number], (side, side), interpolation=cv2.INTER_NEAREST)
        y, x = place // columns * (side + GAP), place % columns * (side + GAP)
        grid[y : y + side, x : x + side] = cv2.applyColorMap(tile, cv2.COLORMAP_MAGMA)[..., ::-1]
    return np.concatenate([_caption(text, width, paper), grid])


def _caption(text: str, width: int, paper: tuple[int, int, int]) -> NDArray[np.uint8]:
    line = Image.new("RGB", (width, LINE), paper)
    font = ImageFont.load_default(TEXT)
    ImageDraw.Draw(line).text((0, LINE / 2), text, INK, font, anchor="lm")
    return np.asarray(line, np.uint8)
