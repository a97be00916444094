"""Opening a model file runs no code of it, reads no other file and takes no endless memory.

The files here are made as an attacker makes them. Where a payload would run, it writes a
file, and no test finds that file.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palote import Reader
from palote.errors import ModelCorrupt
from palote.model import catalog
from palote.model.engine import open_engine
from palote.model.keras_check import FUNCTIONS, KNOWN, LAYERS, OPERATIONS, PIECES

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Path]:
    """What a payload would write; at the end it must not be there."""
    path = tmp_path / "it-ran"
    yield path
    assert not path.exists(), "the payload ran"


@pytest.fixture(scope="module")
def good(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that is opened, in every format, for the attacker to change."""
    folder = tmp_path_factory.mktemp("good")
    keras.utils.set_random_seed(0)
    ink = keras.Input((28, 28, 1))
    x = keras.layers.Flatten()(keras.layers.ReLU()(ink))
    x = keras.layers.Dense(3, activation="relu")(x)
    model = keras.Model(ink, keras.layers.Dense(10)(x))
    model.save(folder / "own.keras")
    model.save(folder / "own.h5")
    (folder / "own.json").write_text(model.to_json())
    model.save_weights(folder / "own.weights.h5")
    model.export(folder / "own.tflite", format="litert", verbose=False)
    for ending in (".keras", ".h5", ".json", ".tflite"):
        open_engine(catalog.find(folder / f"own{ending}"))
    return folder


def refused(path: Path, why: str) -> None:
    """The file is refused with a sentence, before Keras builds anything of it."""
    with pytest.raises(ModelCorrupt, match=why) as told:
        Reader(path)
    assert "\n" not in str(told.value) and len(str(told.value)) < 500


Change = Callable[[dict[str, Any]], None]


def rewritten(good: Path, path: Path, change: Change) -> Path:
    """Change the description in a copy of the good model of the same format."""
    source = good / f"own{path.suffix}"
    if path.suffix == ".keras":
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "config.json":
                    content = json.dumps(changed(json.loads(content), change)).encode()
                new.writestr(name, content)
    elif path.suffix == ".h5":
        import h5py

        path.write_bytes(source.read_bytes())
        with h5py.File(path, "r+") as file:
            config = changed(json.loads(file.attrs["model_config"]), change)
            file.attrs["model_config"] = json.dumps(config)
    else:
        path.write_text(json.dumps(changed(json.loads(source.read_text()), change)))
        path.with_suffix(".weights.h5").write_bytes((good / "own.weights.h5").read_bytes())
    return path


def changed(config: dict[str, Any], change: Change) -> dict[str, Any]:
    change(config)
    return config


def layer(config: dict[str, Any], number: int) -> dict[str, Any]:
    return config["config"]["layers"][number]  # type: ignore[no-any-return]


def lambda_layer(trap: Path, style: str) -> Change:
    """Replace a layer by a Lambda whose Python code writes the trap, as each Keras has it."""
    place = str(trap)
    run = eval(f"lambda x: (open({place!r}, 'w').close(), x)[1]")
    code = base64.b64encode(marshal.dumps(run.__code__)).decode()

    def change(config: dict[str, Any]) -> None:
        inner: dict[str, Any] = {"name": "re_lu", "trainable": True, "dtype": "float32"}
        if style == "keras 2":
            inner |= {"function": [code, None, None], "function_type": "lambda", "module": "os"}
        else:
            value = {"code": code, "defaults": None, "closure": None}
            inner["function"] = {"class_name": "__lambda__", "config": value}
        layer(config, 1).update(class_name="Lambda", config=inner, module="keras.layers")

    return change


@pytest.mark.parametrize("style", ["keras 2", "keras 3"])
@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
def test_lambda_with_code(good: Path, tmp_path: Path, trap: Path, ending: str, style: str):
    path = rewritten(good, tmp_path / f"own{ending}", lambda_layer(trap, style))
    refused(path, "was not opened: it names 'Lambda', which is none of Keras's plain layers")


def test_lambda_really_is_dangerous(keras: Any, good: Path, tmp_path: Path):
    """The payload of these tests runs where nothing stops it; else they would show nothing."""
    trap = tmp_path / "ran"
    path = rewritten(good, tmp_path / "own.keras", lambda_layer(trap, "keras 3"))
    keras.saving.load_model(path, compile=False, safe_mode=False)
    assert trap.exists()


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "exec"),
        ("subprocess", "Popen"),
        ("keras.utils", "get_file"),
        ("keras.src.utils.file_utils", "get_file"),
        ("keras.config", "enable_unsafe_deserialization"),
        ("keras.layers", "TFSMLayer"),
        ("keras.layers", "TorchModuleWrapper"),
        ("keras.layers", "JaxLayer"),
        ("keras.layers", "StringLookup"),
        ("keras.layers", "TextVectorization"),
        ("my_package.layers", "Nice"),
        (None, "Custom>Nice"),
    ],
)
def test_classes_and_functions_that_are_no_plain_layers(
    good: Path, tmp_path: Path, trap: Path, ending: str, module: str | None, name: str
):
    def change(config: dict[str, Any]) -> None:
        layer(config, 1).update(module=module, class_name=name, config={"command": f">{trap}"})

    refused(rewritten(good, tmp_path / f"own{ending}", change), f"it names '{name}'")


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
@pytest.mark.parametrize(
    "change",
    [
        lambda config: layer(config, 1).update(module="evil.layers"),
        lambda config: layer(config, 1).update(module="keras_evil"),
        lambda config: layer(config, 1).update(module=["keras.layers"]),
        lambda config: layer(config, 1).update(registered_name="evil>Flatten"),
        lambda config: config.update(module="evil"),
    ],
)
def test_a_plain_name_from_somewhere_else(good: Path, tmp_path: Path, ending: str, change: Change):
    refused(
        rewritten(good, tmp_path / f"own{ending}", change),
        r"it takes .* from .*evil|it takes .* from .*\[",
    )


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
@pytest.mark.parametrize(
    "value",
    [
        {"module": "builtins", "class_name": "function", "config": "exec"},
        {"module": "os", "class_name": "function", "config": "system"},
        {"module": "keras.saving", "class_name": "function", "config": "load_model"},
        {"class_name": "__lambda__", "config": {"code": "", "defaults": None, "closure": None}},
        {"class_name": "__typespec__", "spec_name": "system", "module": "os", "config": []},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "U1000000000"}},
    ],
)
def test_functions_deep_inside(good: Path, tmp_path: Path, ending: str, value: dict[str, Any]):
    def change(config: dict[str, Any]) -> None:
        layer(config, 3)["config"]["kernel_initializer"] = [{"deeper": {"activation": value}}]

    refused(
        rewritten(good, tmp_path / f"own{ending}", change),
        "it names |it takes 'function' from 'os'",
    )


@pytest.mark.parametrize("ending", [".keras", ".json"])
def test_what_is_for_training_is_left_out(good: Path, tmp_path: Path, ending: str):
    """Loss and optimizer may be anybody's own: they are never built."""

    def change(config: dict[str, Any]) -> None:
        evil = {"module": "os", "class_name": "system", "config": {}}
        config["compile_config"] = {"optimizer": evil, "loss": evil}

    path = rewritten(good, tmp_path / f"own{ending}", change)
    assert open_engine(catalog.find(path))(np.zeros((1, 28, 28), np.float32)).logits.shape == (
        1,
        10,
    )


def test_every_plain_layer_is_one_of_keras(keras: Any):
    places = (keras.layers, keras.initializers, keras.regularizers, keras.constraints)
    here = {name for place in (*places, keras.random, keras) for name in dir(place)}
    assert PIECES - here == {"Policy"}  # as Keras 2 calls DTypePolicy
    assert {name for name in LAYERS if not hasattr(keras.layers, name)} == set()
    assert {name for name in FUNCTIONS if not hasattr(keras.activations, name)} == set()
    from keras.src.ops import nn, numpy
    from keras.src.ops.core import Cast

    assert Cast.__name__ in OPERATIONS
    assert {n for n in OPERATIONS - {"Cast"} if not (hasattr(nn, n) or hasattr(numpy, n))} == set()
    dangerous = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "Layer"}
    assert not KNOWN & (dangerous | {"StringLookup", "IntegerLookup", "TextVectorization"})


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
@pytest.mark.parametrize("units", [2_000_000, 10**9, 10**30])
def test_a_few_bytes_that_ask_for_all_memory(good: Path, tmp_path: Path, ending: str, units: int):
    def change(config: dict[str, Any]) -> None:
        layer(config, 3)["config"]["units"] = units
        for one in config["config"]["layers"]:
            one.pop("build_config", None)

    before = _peak()
    refused(
        rewritten(good, tmp_path / f"own{ending}", change), r"it asks for .*,000|Shape mismatch"
    )
    assert _peak() - before < 500_000_000


def test_a_layer_that_makes_too_much_of_a_picture(keras: Any, tmp_path: Path):
    ink = keras.Input((28, 28, 1))
    x = keras.layers.UpSampling2D(4000)(ink)
    x = keras.layers.GlobalAveragePooling2D()(x)
    keras.Model(ink, keras.layers.Dense(10)(x)).save(tmp_path / "own.keras")
    refused(tmp_path / "own.keras", "makes 12,544,000,000 values of one picture")


def _peak() -> int:
    """The most memory this process ever had, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(
    "name", ["../../escaped", "/tmp/escaped", "assets/x", "model.weights.npz", "config.json"]
)
def test_names_in_a_keras_file(good: Path, tmp_path: Path, name: str):
    path = tmp_path / "own.keras"
    path.write_bytes((good / "own.keras").read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)  # of a double name
            packed.writestr(name, "x")
    refused(path, "which no such file needs")
    assert not (tmp_path.parent.parent / "escaped").exists()


def test_a_zip_bomb(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("palote.model.keras_check.MOST_BYTES", 10_000_000)
    path = tmp_path / "own.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("metadata.json", "{}")
        packed.writestr("config.json", (good / "own.json").read_text())
        packed.writestr("model.weights.h5", bytes(40_000_000))
    assert path.stat().st_size < 100_000
    refused(path, "unpacks to more than 10 MB")


def test_a_zip_bomb_that_lies_about_its_size(good: Path, tmp_path: Path):
    """The header says 10 bytes; no more than these are unpacked."""
    content = zlib.compress(bytes(50_000_000), 9)[2:-4]
    name = b"config.json"
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(content), 10, 11, 0)
    central = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        *(0x02014B50, 20, 20, 0, 8, 0, 0, 0, len(content), 10, 11, 0, 0, 0, 0, 0, 0),
    )
    start = len(local) + len(name) + len(content)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central) + len(name), start, 0)
    path = tmp_path / "own.keras"
    path.write_bytes(local + name + content + central + name + end)
    before = _peak()
    refused(path, "no .keras file, or it is damaged")
    assert _peak() - before < 40_000_000


def hdf5(path: Path, kind: str, secret: Path) -> None:
    """Make the first weights of an HDF5 file lead to another file."""
    import h5py

    with h5py.File(path, "r+") as file:
        names: list[str] = []
        file.visititems(lambda n, one: names.append(n) if isinstance(one, h5py.Dataset) else None)
        name, shape = names[0], file[names[0]].shape
        del file[name]
        if kind == "external link":
            file[name] = h5py.ExternalLink(str(secret), "/weights")
        elif kind == "soft link":
            file[name] = h5py.SoftLink(f"/{names[1]}")
        elif kind == "external storage":
            size = int(np.prod(shape)) * 4
            file.create_dataset(name, shape, "f4", external=[(str(secret), 0, size)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout(shape, "f4")
            layout[...] = h5py.VirtualSource(str(secret), "weights", shape)
            file.create_virtual_dataset(name, layout)
        else:
            file.create_dataset(name, (60_000, 60_000), "f4", chunks=(1000, 1000))


WHY = {
    "external link": "leads elsewhere",
    "soft link": "leads elsewhere",
    "external storage": "in another file",
    "virtual": "in another file",
    "huge": "unpacks to more than 1,000 MB",
}


@pytest.mark.parametrize("kind", WHY)
@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
def test_weights_that_lead_elsewhere(good: Path, tmp_path: Path, ending: str, kind: str):
    secret = tmp_path / "secret"
    secret.write_bytes(np.ones(100_000, np.float32).tobytes())
    path = tmp_path / f"own{ending}"
    path.write_bytes((good / path.name).read_bytes())
    if ending == ".keras":
        with zipfile.ZipFile(good / "own.keras") as old:
            parts = {name: old.read(name) for name in old.namelist()}
        inner = tmp_path / "inner.h5"
        inner.write_bytes(parts["model.weights.h5"])
        hdf5(inner, kind, secret)
        parts["model.weights.h5"] = inner.read_bytes()
        with zipfile.ZipFile(path, "w") as new:
            for name, content in parts.items():
                new.writestr(name, content)
    elif ending == ".json":
        (tmp_path / "own.weights.h5").write_bytes((good / "own.weights.h5").read_bytes())
        hdf5(tmp_path / "own.weights.h5", kind, secret)
    else:
        hdf5(path, kind, secret)
    refused(path, WHY[kind])


def test_a_description_without_end(tmp_path: Path, good: Path):
    (tmp_path / "own.weights.h5").write_bytes((good / "own.weights.h5").read_bytes())
    for text in ("[" * 100_000, '{"class_name": "Sequential", "config": ' * 5000, "NaN", "[]"):
        (tmp_path / "own.json").write_text(text)
        refused(tmp_path / "own.json", "no description of a Keras model")


class Payload:
    """Writes the trap when it is unpickled."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.trap}",)


@pytest.mark.parametrize("ending", [".npz", ".keras", ".h5", ".json", ".tflite", ".onnx"])
def test_pickle_under_any_name(keras: Any, tmp_path: Path, trap: Path, ending: str):
    path = tmp_path / f"own{ending}"
    path.write_bytes(pickle.dumps(Payload(trap)))
    refused(path, "own")


def test_npz_with_a_pickled_object(tmp_path: Path, trap: Path):
    arrays = io.BytesIO()
    payload = np.array([Payload(trap)], object)
    np.savez(arrays, format=np.array(1), weights_0=payload, bias_0=payload, classes=payload)
    (tmp_path / "own.npz").write_bytes(arrays.getvalue())
    refused(tmp_path / "own.npz", "own.npz")


def litert(good: Path, change: Callable[[Any, Any], None]) -> bytes:
    """Change a LiteRT file with the library that reads the format."""
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf((good / "own.tflite").read_bytes(), 0)
    change(model, schema)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("name", ["FlexWriteFile", "FlexReadFile", "TFLite_Detection", "Evil"])
@pytest.mark.parametrize("hidden", [False, True])
def test_foreign_operators_in_litert(good: Path, tmp_path: Path, name: str, hidden: bool):
    def change(model: Any, schema: Any) -> None:
        code = schema.OperatorCodeT()
        code.customCode = name.encode()
        code.builtinCode = code.deprecatedBuiltinCode = 32
        if hidden:  # in the older of the two fields alone
            code.builtinCode = 0
        model.operatorCodes.append(code)

    (tmp_path / "own.tflite").write_bytes(litert(good, change))
    refused(tmp_path / "own.tflite", f"not LiteRT's own, and is not run: {name}")


def test_a_tensor_that_asks_for_all_memory(good: Path, tmp_path: Path):
    def change(model: Any, schema: Any) -> None:
        model.subgraphs[0].tensors[0].shape = [1, 100_000, 100_000, 1]

    (tmp_path / "own.tflite").write_bytes(litert(good, change))
    refused(tmp_path / "own.tflite", r"asks for a tensor of shape \[1, 100000, 100000, 1\]")


def test_any_change_of_a_litert_file_is_answered(good: Path, tmp_path: Path):
    """Whatever the bytes make FlatBuffers raise is known; the runtime never sees them."""
    from tensorflow.lite.python import schema_py_generated as schema

    from palote.model.litert import BROKEN, _check

    content = (good / "own.tflite").read_bytes()
    rng = np.random.default_rng(0)
    refusals = 0
    for _ in range(300):
        broken = bytearray(content)
        for place in rng.integers(8, 600, 4):
            broken[int(place)] = int(rng.integers(256))
        try:
            _check(bytes(broken), schema, "'own.tflite'")
        except (*BROKEN, ModelCorrupt):
            refusals += 1
    assert refusals > 10
