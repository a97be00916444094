"""Networks in whole numbers of 8 bits: a quarter of the size, and fast on small machines.

Each weight becomes a whole number with a scale for its channel; the range of every value
in between is learnt from pictures (static quantisation: Jacob and others, 2018). Most
networks stand that. One that does not, such as MobileNetV2 with its thin layers, gets
finer steps for the values in between, so that its answers stay. So there are several
recipes for each format, from the fastest to the most exact; the caller takes the first
that is good.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from palote.model import engine
from palote.model.card import Card
from palote.model.quiet import quiet
from palote.train.cards import put_card

__all__ = ["RECIPES", "WHOLE", "onnx_in_8_bits", "tflite_in_8_bits"]

WHOLE = "all in int8"
FLOATING = "weights in int8"
FINER = "weights in int8, values in int16"
RECIPES = {"onnx": (WHOLE, FINER), "tflite": (WHOLE, FLOATING, FINER)}
"""Format -> what it can be written in, from the fastest to the most exact."""
AT_ONCE = 10
"""Pictures that calibration looks at together."""


def onnx_in_8_bits(
    path: Path, recipe: str, inks: NDArray[np.float32], card: Card, out: Path
) -> None:
    """Write an ONNX file in 8 bits.

    Args:
        path: the file in float32, whose input is called ``ink``.
        recipe: one of `RECIPES`.
        inks: pictures to learn the ranges from, as the network takes them.
        card: goes into the metadata.
        out: the file to write.
    """
    assert engine.CARD_KEY, "it says how ONNX Runtime behaves, and so is loaded before it"
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    values, weights = {
        # Both unsigned: with signed weights the sums overflow on processors without VNNI,
        # and the file would read differently on different machines.
        WHOLE: (QuantType.QUInt8, QuantType.QUInt8),
        FINER: (QuantType.QInt16, QuantType.QInt8),
    }[recipe]
    prepared = path.with_name("prepared.onnx")
    with quiet():
        quant_pre_process(path, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            out,
            _Pictures(inks),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=values,
            weight_type=weights,
        )
    put_card(out, card)


class _Pictures:
    """What ONNX Runtime calls a CalibrationDataReader."""

    def __init__(self, inks: NDArray[np.float32]) -> None:
        self._batches = (inks[k : k + AT_ONCE] for k in range(0, len(inks), AT_ONCE))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"ink": batch}


def tflite_in_8_bits(saved: Path, recipe: str, inks: NDArray[np.float32], out: Path) -> None:
    """Write a LiteRT file in 8 bits.

    Input and outputs stay float32, so that such a file takes the place of a larger one.

    Args:
        saved: the network as a SavedModel.
        recipe: one of `RECIPES`.
        inks: pictures to learn the ranges from, as the network takes them.
        out: the file to write.
    """
    operators = tf.lite.OpsSet
    wanted = {
        WHOLE: operators.TFLITE_BUILTINS_INT8,
        FLOATING: None,
        FINER: operators.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
    }[recipe]
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if wanted is not None:
        converter.representative_dataset = lambda: ([ink[None]] for ink in inks)
        converter.target_spec.supported_ops = [wanted]
    with quiet():
        out.write_bytes(converter.convert())
