"""What a Keras file may not hold, told before anything of it is built.

A Keras model describes its layers by name, and some names mean code: a ``Lambda`` carries
a Python function, other layers read files, and a class of somebody's own is looked up and
called. Keras has a safe mode, but not for every format, and it has had holes. So the
description is walked through here first, and only what is on these lists goes on to
Keras: its plain layers, which compute and do nothing else. Sizes are limited too, because
a few bytes can ask for all memory there is.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from io import BytesIO
from typing import TypeAlias

from palote.errors import ModelCorrupt
from palote.model.catalog import MOST_BYTES
from palote.result import Json

__all__ = ["check_hdf5", "check_keras_json", "keras_config", "stored_config"]

Description: TypeAlias = "dict[str, Json]"

MOST_PARTS = 100_000
"""Layers, their initialisers and whatever else has a name; MobileNetV2 has 1,400."""
LARGEST_NUMBER = 10_000_000
"""No size or length in a description is larger."""
FREE = {"seed", "shared_object_id"}
"""Numbers that are no sizes."""
PARTS = ("config.json", "model.weights.h5", "metadata.json")
"""What is in a .keras file."""
AT_ONCE = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError, ValueError)
"""What comes of a file that is no zip, or a damaged or encrypted one."""
MODULE = re.compile(r"(keras|builtins)(\.[a-z0-9_]+)*")

_PLANE = ("1D", "2D", "3D")
LAYERS = {
    *("Input", "InputLayer", "Activation", "ActivityRegularization", "Dense", "EinsumDense"),
    *("Embedding", "Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "Masking"),
    *("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"),
    *("BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"),
    *("SpectralNormalization", "UnitNormalization", "Normalization", "Rescaling", "Resizing"),
    *("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "CenterCrop"),
    *("ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "Attention", "AdditiveAttention"),
    *("MultiHeadAttention", "GroupQueryAttention", "Bidirectional", "TimeDistributed"),
    *("GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "SimpleRNN", "SimpleRNNCell"),
    *("StackedRNNCells", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomErasing"),
    *("RandomFlip", "RandomInvert", "RandomRotation", "RandomShear", "RandomTranslation"),
    *("RandomZoom", "RandomPerspective", "RandomElasticTransform", "RandomGaussianBlur"),
    *(f"{kind}{plane}" for kind in ("Conv", "Convolution") for plane in _PLANE),
    *(
        f"{kind}{plane}"
        for kind in ("SeparableConv", "SeparableConvolution")
        for plane in _PLANE[:2]
    ),
    *("DepthwiseConv1D", "DepthwiseConv2D"),
    *(f"{kind}{plane}Transpose" for kind in ("Conv", "Convolution") for plane in _PLANE),
    *(f"{kind}{plane}" for kind in ("MaxPooling", "MaxPool", "AveragePooling") for plane in _PLANE),
    *(
        f"{kind}{plane}"
        for kind in ("AvgPool", "GlobalAvgPool", "GlobalMaxPool")
        for plane in _PLANE
    ),
    *(f"Global{kind}Pooling{plane}" for kind in ("Average", "Max") for plane in _PLANE),
    *(f"Adaptive{kind}Pooling{plane}" for kind in ("Average", "Max") for plane in _PLANE),
    *(f"{kind}{plane}" for kind in ("Cropping", "UpSampling", "ZeroPadding") for plane in _PLANE),
    *(f"{kind}{plane}" for kind in ("SpatialDropout", "ConvLSTM") for plane in _PLANE),
}
OPERATIONS = {
    *("Absolute", "Divide", "TrueDivide", "Negative", "Power", "Sqrt", "Square", "Exp", "Log"),
    *("Max", "Min", "Mean", "Sum", "Clip", "Cast", "GetItem", "Transpose", "Squeeze"),
    *("ExpandDims", "Stack", "Matmul", "Relu", "Relu6", "Sigmoid", "Tanh", "LogSoftmax"),
}
PIECES = {
    *("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity"),
    *("IdentityInitializer", "LecunNormal", "LecunUniform", "Ones", "Orthogonal"),
    *("OrthogonalInitializer", "RandomNormal", "RandomUniform", "TruncatedNormal"),
    *("VarianceScaling", "Zeros", "L1", "L2", "L1L2", "OrthogonalRegularizer"),
    *("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "DTypePolicy", "Policy", "SeedGenerator"),
}
MODELS = {"Sequential", "Functional", "Model"}
MARKS = {"__keras_tensor__", "__tuple__", "__slice__", "__ellipsis__", "function"}
KNOWN = LAYERS | OPERATIONS | PIECES | MODELS | MARKS
FUNCTIONS = {
    *("celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu"),
    *("hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish"),
    *("relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus"),
    *("softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh"),
    *("tanh_shrink", "threshold"),
}


def keras_config(content: bytes, source: str) -> Description:
    """Return the checked description in a .keras file, without what is only for training.

    Args:
        content: of the file.
        source: where it came from, for messages.

    Raises:
        ModelCorrupt: it is no .keras file, or it is refused; the message says why.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            names = [part.filename for part in parts]
            for name in names:
                if name not in PARTS or names.count(name) > 1:
                    raise _refused(source, f"holds {name[:60]!r}, which no such file needs")
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise _refused(source, f"unpacks to more than {MOST_BYTES // 10**6:,} MB")
            text, weights = (_unpacked(packed, name) for name in PARTS[:2])
    except BROKEN as error:
        raise ModelCorrupt(f"{source} is no .keras file, or it is damaged.") from error
    check_hdf5(weights, source)
    return check_keras_json(text, source)


def _unpacked(packed: zipfile.ZipFile, name: str) -> bytes:
    """Read a part, and see that it is no larger than it says; Keras will believe it."""
    part = packed.getinfo(name)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("packed in another way")
    said, part.file_size = part.file_size, MOST_BYTES
    content = bytearray()
    with packed.open(part) as file:
        while len(content) <= said and (piece := file.read(AT_ONCE)):
            content += piece
    part.file_size = said
    if len(content) != said:
        raise zipfile.BadZipFile("larger or smaller than it says")
    return bytes(content)


def check_keras_json(text: bytes | str, source: str, trained: bool = False) -> Description:
    """Read the description of a model and check it; see `keras_config`.

    Args:
        text: JSON.
        source: where it came from, for messages.
        trained: check what is only for training too, instead of leaving it out.
    """
    try:
        config = json.loads(text)
        if not isinstance(config, dict) or config.get("class_name") not in MODELS:
            raise ModelCorrupt(f"{source} is no description of a Keras model.")
        if not trained:
            _drop_training(config)
        _check(config, source, _Count())
    except (ValueError, RecursionError) as error:
        raise ModelCorrupt(f"{source} is no description of a Keras model.") from error
    return config


def stored_config(content: bytes, source: str) -> Description | None:
    """Return the checked description in an .h5 file, nothing if it holds weights alone.

    Raises:
        ModelCorrupt: it is no HDF5 file, or it is refused; the message says why.
    """
    import h5py

    check_hdf5(content, source)
    with h5py.File(BytesIO(content), "r") as file:
        text = file.attrs.get("model_config")
    # Keras reads this text again itself, so that nothing can be left out of it.
    return None if text is None else check_keras_json(text, source, trained=True)


def check_hdf5(content: bytes, source: str) -> None:
    """Refuse a file that is no HDF5, leads out of itself or unpacks to too much.

    Raises:
        ModelCorrupt: it is refused; the message says why.
    """
    import h5py

    total = 0

    # What one of these returns ends the walk.
    def link(name: str, one: object) -> str | None:
        return None if isinstance(one, h5py.HardLink) else f"leads elsewhere, at {name[:60]!r}"

    def item(name: str, one: object) -> str | None:
        nonlocal total
        if not isinstance(one, h5py.Dataset):
            return None
        if one.external or one.is_virtual:
            return f"keeps {name[:60]!r} in another file"
        total += one.nbytes
        return f"unpacks to more than {MOST_BYTES // 10**6:,} MB" if total > MOST_BYTES else None

    try:
        with h5py.File(BytesIO(content), "r") as file:
            why = file.visititems_links(link) or file.visititems(item)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ModelCorrupt(f"{source} holds no HDF5 weights, or they are damaged.") from error
    if why:
        raise _refused(source, why)


class _Count:
    """How many parts of a description were seen."""

    def __init__(self) -> None:
        self.seen = 0


def _drop_training(value: Description | list[Json]) -> None:
    if isinstance(value, dict):
        value.pop("compile_config", None)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _drop_training(inner)


def _check(value: Json, source: str, count: _Count, key: str = "") -> None:
    if isinstance(value, dict):
        if "class_name" in value:
            count.seen += 1
            _check_class(value, source)
        for name, inner in value.items():
            _check(inner, source, count, name)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, source, count, key)
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER and key not in FREE:
        raise _refused(source, f"asks for {key[:40]} of {value:,}")
    if count.seen > MOST_PARTS:
        raise _refused(source, f"describes more than {MOST_PARTS:,} parts")


def _check_class(value: Description, source: str) -> None:
    name, module = value["class_name"], value.get("module")
    if name not in KNOWN:
        raise _refused(source, f"names {str(name)[:60]!r}, which is none of Keras's plain layers")
    if module is not None and not (isinstance(module, str) and MODULE.fullmatch(module)):
        raise _refused(source, f"takes {name!r} from {str(module)[:60]!r}, not from Keras")
    registered = value.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        raise _refused(source, f"takes {name!r} from {registered[:60]!r}, not from Keras")
    if name == "function" and value.get("config") not in FUNCTIONS:
        raise _refused(source, f"names the function {str(value.get('config'))[:60]!r}")


def _refused(source: str, why: str) -> ModelCorrupt:
    return ModelCorrupt(f"The model {source} was not opened: it {why}.")
