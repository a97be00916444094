"""Engines for the other files that people have: Keras's here, LiteRT's in `litert.py`.

Keras and TensorFlow are loaded only when such a file is opened. What a file holds is
checked before (`palote.model.keras_check`): opening one runs no code of it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palote import _tensorflow
from palote.errors import MissingExtra, ModelCorrupt
from palote.ink import InkSpec
from palote.model.catalog import Entry
from palote.model.engine import Engine, FileEngine
from palote.model.keras_check import check_hdf5, check_keras_json, keras_config, stored_config
from palote.model.shapes import Run
from palote.result import Json

if TYPE_CHECKING:
    import keras

__all__ = ["KerasEngine", "keras_function", "open_file", "open_keras", "packed"]

MOST_WEIGHTS = 200_000_000
MOST_VALUES = 50_000_000
"""Between two layers, for one picture."""
WEIGHTS = ".weights.h5"


def open_file(entry: Entry, threads: int = 1, declared: InkSpec | None = None) -> Engine:
    """Open a .keras, .h5, .json (with .weights.h5) or .tflite file.

    Args:
        entry: the model.
        threads: threads for one call of LiteRT; Keras has settings of its own.
        declared: what the network takes, if its file does not say it.

    Raises:
        ModelCorrupt: it is no such file, not one that reads digits, or it is refused.
        InkSpecMismatch: it was trained with another normalisation.
        MissingExtra: the packages for this format are not installed.
    """
    if entry.path.suffix == ".tflite":
        from palote.model.litert import LiteRtEngine

        return LiteRtEngine(entry, threads, declared)
    return KerasEngine(entry, declared)


class KerasEngine(FileEngine):
    """A network that Keras runs; safe to share between threads. Arguments: `open_file`.

    Attributes:
        model: the network.
    """

    def __init__(self, entry: Entry, declared: InkSpec | None = None) -> None:
        self.model = open_keras(entry)
        self._lock = threading.Lock()
        inputs = self.model.inputs or []
        if len(inputs) != 1:
            raise ModelCorrupt(
                f"The model {str(entry.path)!r} takes {len(inputs)} inputs; "
                "a reader of digits takes one picture."
            )
        self._function = keras_function(self.model)
        dtype = np.dtype(str(inputs[0].dtype))
        super().__init__(entry, entry.card, inputs[0].shape, declared, dtype)

    def _run(self, batch: NDArray[np.float32]) -> Mapping[str, NDArray[np.float32]]:
        with self._lock:
            return self._function(batch)


def keras_function(model: keras.Model) -> Run:
    """Return a Keras model as a function of a batch, which gives each output by its name."""
    import keras

    # A Sequential has one output, without a name.
    names = [str(name) for name in getattr(model, "output_names", ("output",))]

    def call(batch: NDArray[np.float32]) -> object:
        return model(packed(model, batch), training=False)

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Of one shape for all batches: else TensorFlow prepares itself for each size anew.
        takes = [tf.TensorSpec(one.shape, one.dtype) for one in model.inputs]
        call = tf.function(call, input_signature=takes)

    def run(batch: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        results = keras.tree.map_structure(keras.ops.convert_to_numpy, call(batch))
        if isinstance(results, dict):
            return results
        many = results if isinstance(results, list | tuple) else [results]
        return dict(zip(names, many, strict=True))

    return run


def packed(model: keras.Model, batch: object) -> object:
    """Return one input in the structure that a model wants its inputs in."""
    import keras

    if isinstance(model, keras.Sequential):
        return batch
    return keras.tree.pack_sequence_as(model.input, [batch])


def open_keras(entry: Entry) -> keras.Model:
    """Open a .keras, .h5 or .json file as a Keras model, without running code of it.

    A description (.json) has its weights beside it in a file of the same stem, ending in
    ``.weights.h5`` or ``.h5``; either of the two may be given.

    Raises:
        ModelCorrupt: it is no such file, or it is refused; the message says why.
        MissingExtra: Keras is not installed.
    """
    _tensorflow.prepare()
    try:
        import h5py  # noqa: F401
        import keras  # noqa: F401
    except ImportError as error:
        raise MissingExtra("train", f"Opening {entry.path.name!r}") from error
    entry = _described(entry)
    source = repr(str(entry.path))
    content = entry.checked_bytes()
    weights = entry.path
    if entry.path.suffix == ".keras":
        make = partial(_plain, keras_config(content, source))
    elif entry.path.suffix == ".json":
        config = check_keras_json(content, source)
        weights = _weights_of(entry)
        stored = replace(entry, path=weights).checked_bytes()
        check_hdf5(stored, repr(str(weights)))
        make = partial(_plain if "module" in config else partial(_apart, stored), config)
    elif stored_config(content, source) is not None:
        make = partial(_old, entry.path)
    else:
        raise ModelCorrupt(
            f"{source} holds weights alone. Put the model's description beside it, "
            f"as {_stem(entry.path)}.json, and give that."
        )
    # What is set while a model is built belongs to the thread, and ends with it.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_filled, make, weights, source).result()


def _plain(config: dict[str, Json]) -> keras.Model:
    import keras

    return keras.saving.deserialize_keras_object(config, safe_mode=True)


def _old(path: Path) -> keras.Model:
    """Build from an .h5 file: the format of Keras 2, which Keras 3 writes too."""
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)


def _apart(weights: bytes, config: dict[str, Json]) -> keras.Model:
    """Build from Keras 2's description; Keras 3 takes it only with its weights in one file."""
    import h5py

    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.h5"
        with h5py.File(whole, "w") as file, h5py.File(BytesIO(weights), "r") as apart:
            file.attrs["model_config"] = json.dumps(config)
            apart.copy(apart["/"], file, "model_weights")
        return _old(whole)


def _filled(make: Callable[[], keras.Model], weights: Path, source: str) -> keras.Model:
    """Build a model, at first without memory for its weights, to see how large it is."""
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            model = make()
        _check_size(model, source)
        with keras.StatelessScope():
            pass  # leaving it gives the weights their memory
        model.load_weights(weights)
    except ModelCorrupt:
        raise
    except Exception as error:  # a damaged description or file makes Keras raise anything
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelCorrupt(f"Keras cannot build the model {source}: {reason}") from error
    return model


def _check_size(model: keras.Model, source: str) -> None:
    count = sum(int(np.prod(weight.shape, dtype=np.float64)) for weight in model.weights)
    if count > MOST_WEIGHTS:
        raise ModelCorrupt(
            f"The model {source} was not opened: it asks for {count:,} weights; "
            f"Palote opens up to {MOST_WEIGHTS:,}."
        )
    for layer in model.layers:
        for tensor in _outputs(layer):
            values = float(np.prod([axis or 1 for axis in tensor.shape], dtype=np.float64))
            if values > MOST_VALUES:
                raise ModelCorrupt(
                    f"The model {source} was not opened: its layer {layer.name[:60]!r} makes "
                    f"{values:,.0f} values of one picture."
                )


def _outputs(layer: keras.Layer) -> list[keras.KerasTensor]:
    import keras

    try:
        return list(keras.tree.flatten(layer.output))
    except (AttributeError, ValueError):  # used several times, or never
        return []


def _stem(path: Path) -> str:
    return path.name.removesuffix(WEIGHTS).removesuffix(path.suffix)


def _described(entry: Entry) -> Entry:
    """Return the description, if the weights beside it were given."""
    beside = entry.path.with_name(f"{_stem(entry.path)}.json")
    if entry.path.name.endswith(WEIGHTS) and beside.is_file():
        return replace(entry, name=beside.stem, path=beside)
    return entry


def _weights_of(entry: Entry) -> Path:
    for ending in (WEIGHTS, ".h5"):
        path = entry.path.with_name(entry.path.stem + ending)
        if path.is_file():
            return path
    raise ModelCorrupt(
        f"{str(entry.path)!r} describes a model without its weights. "
        f"Put them beside it, as {entry.path.stem}{WEIGHTS}."
    )
