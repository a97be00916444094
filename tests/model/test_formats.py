"""Files of Keras and LiteRT, ours and other people's: opened, found out about, read with."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.errors import InkSpecMismatch, MissingExtra, ModelCorrupt, ModelNotFound
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import Engine, open_engine
from tests.drawing import seven

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

INKS = np.random.default_rng(0).random((6, 28, 28), np.float32)


@pytest.fixture(scope="module")
def course(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network as in many courses, Sequential with softmax, in every format, compiled."""
    folder = tmp_path_factory.mktemp("course")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3, strides=2, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(INKS[..., None], np.arange(6), verbose=0)
    model.save(folder / "own.keras")
    model.save(folder / "own.h5")
    (folder / "own.json").write_text(model.to_json())
    model.save_weights(folder / "own.weights.h5")
    model.export(folder / "own.tflite", format="litert", verbose=False)
    np.save(folder / "expected.npy", model.predict(INKS[..., None], verbose=0))
    return folder


def opened(path: Path, declared: InkSpec | None = None) -> Engine:
    return open_engine(catalog.find(path), declared=declared)


ENDINGS = (".keras", ".h5", ".json", ".weights.h5", ".tflite")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_model_made_elsewhere(course: Path, ending: str):
    engine = opened(course / f"own{ending}")
    outputs = engine(INKS)
    expected = np.load(course / "expected.npy")
    assert np.exp(outputs.logits) == pytest.approx(expected, abs=1e-5)
    assert outputs.embedding.shape == (6, 0)
    assert engine.card.ink == InkSpec()
    alone = np.concatenate([engine(ink[None]).logits for ink in INKS])
    assert alone == pytest.approx(outputs.logits, abs=1e-4)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json", ".tflite"])
def test_the_reader_reads_with_it(course: Path, ending: str):
    reading = Reader(course / f"own{ending}").read(seven())
    assert reading.digits[0].probabilities.sum() == pytest.approx(1, abs=1e-5)
    other = Reader(course / f"own{ending}", declared=InkSpec(low=1.0, high=0.0)).read(seven())
    assert abs(other.digits[0].probabilities - reading.digits[0].probabilities).max() > 1e-4


@pytest.mark.parametrize("ending", [".keras", ".tflite"])
def test_it_is_safe_between_threads(course: Path, ending: str):
    engine = opened(course / f"own{ending}")
    expected = engine(INKS).logits
    wrong: list[int] = []

    def work(index: int) -> None:
        for _ in range(20):
            found = engine(INKS[: index + 1]).logits
            if abs(found - expected[: index + 1]).max() > 1e-4:
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("name", ["default.keras", "default.h5", "default.json", "default.tflite"])
def test_ours_have_logits_and_embedding(keras: Any, tmp_path: Path, name: str):
    """Plain Keras loads our file without our code, and writes it in its formats."""
    model = keras.saving.load_model(catalog.ASSETS / "default.keras", compile=False)
    path = tmp_path / name
    if path.suffix == ".json":
        path.write_text(model.to_json())
        model.save_weights(tmp_path / "default.weights.h5")
    elif path.suffix == ".tflite":
        model.export(path, format="litert", verbose=False)
    elif path.suffix == ".h5":
        model.save(path)
    else:
        shutil.copy(catalog.ASSETS / name, path)
    shutil.copy(catalog.ASSETS / "default.card.json", tmp_path)
    engine = opened(path)
    ours = open_engine(catalog.find("default"))(INKS)
    assert engine(INKS).logits == pytest.approx(ours.logits, abs=1e-4)
    assert engine(INKS).embedding == pytest.approx(ours.embedding, abs=1e-4)
    # What lies beside the file says it all, as it does beside the shipped one.
    assert engine.card == catalog.find("default").card and engine.card.data
    with pytest.raises(InkSpecMismatch):
        opened(path, InkSpec.sized(64))


def functional(keras: Any, shape: tuple[int, ...], classes: int = 10, inputs: int = 1) -> Any:
    given = [keras.Input(shape) for _ in range(inputs)]
    x = keras.layers.Flatten()(given[0] if inputs == 1 else keras.layers.Add()(given))
    return keras.Model(given, keras.layers.Dense(classes)(x))


def test_96x96_in_colour_is_found(keras: Any, tmp_path: Path):
    functional(keras, (96, 96, 3), 11).save(tmp_path / "wide.keras")
    engine = opened(tmp_path / "wide.keras")
    assert engine.card.ink == InkSpec.sized(96, channels=3)
    assert engine(np.zeros((2, 96, 96, 3), np.float32)).logits.shape == (2, 11)


def test_any_other_size_is_declared(keras: Any, tmp_path: Path):
    functional(keras, (64, 64, 3)).save(tmp_path / "own.keras")
    with pytest.raises(ModelCorrupt, match=r"input of shape \[64, 64, 3\].*--input 64x64"):
        opened(tmp_path / "own.keras")
    engine = opened(tmp_path / "own.keras", InkSpec.sized(64, channels=3))
    assert engine(np.zeros((1, 64, 64, 3), np.float32)).logits.shape == (1, 10)


def nested(keras: Any) -> Any:
    """A network in a network, as with a pretrained base, behind layers for augmentation."""
    base = keras.Sequential([keras.layers.Input((28, 28, 1)), keras.layers.Conv2D(3, 5)])
    return keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Rescaling(2.0, -1.0),
            keras.layers.RandomRotation(0.1),
            base,
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(10),
        ]
    )


def recurrent(keras: Any) -> Any:
    """Rows as a sequence, operators between layers, one layer used twice."""
    ink = keras.Input((28, 28))
    shared = keras.layers.Dense(6, activation="tanh")
    x = shared(ink / 2.0 + 0.25) - shared(1 - ink)
    x = keras.layers.Bidirectional(keras.layers.LSTM(5))(x)
    return keras.Model(ink, keras.layers.Dense(10)(x)[:, ::-1])


def unnamed(keras: Any) -> Any:
    """Without an input layer: its shape was learnt when it was trained."""
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model(INKS[:4, ..., None])
    return model


@pytest.mark.parametrize(
    ("make", "ending"),
    [
        *((make, ending) for make in (nested, unnamed) for ending in (".keras", ".h5", ".json")),
        *((recurrent, ending) for ending in (".keras", ".json")),  # operators: not in Keras's .h5
    ],
)
def test_what_courses_build(keras: Any, tmp_path: Path, make: Any, ending: str):
    keras.utils.set_random_seed(2)
    model = make(keras)
    if ending == ".json":
        (tmp_path / "own.json").write_text(model.to_json())
        model.save_weights(tmp_path / "own.weights.h5")
    else:
        model.save(tmp_path / f"own{ending}")
    engine = opened(tmp_path / f"own{ending}")
    inks = INKS if make is recurrent else INKS[..., None]
    assert engine(INKS).logits == pytest.approx(np.asarray(model(inks, training=False)), abs=1e-4)


@pytest.mark.parametrize("classes", [1, 5, 26])
def test_another_number_of_outputs(keras: Any, tmp_path: Path, classes: int):
    functional(keras, (28, 28, 1), classes).save(tmp_path / "own.keras")
    with pytest.raises(ModelCorrupt, match=rf"gives {classes} values.*gives 10 values, or 11"):
        opened(tmp_path / "own.keras")


def test_two_inputs(keras: Any, tmp_path: Path):
    functional(keras, (28, 28, 1), inputs=2).save(tmp_path / "own.keras")
    with pytest.raises(ModelCorrupt, match="takes 2 inputs"):
        opened(tmp_path / "own.keras")


def test_a_description_needs_its_weights(course: Path, tmp_path: Path):
    shutil.copy(course / "own.json", tmp_path)
    with pytest.raises(ModelCorrupt, match=r"without its weights.*own\.weights\.h5"):
        opened(tmp_path / "own.json")
    shutil.copy(course / "own.weights.h5", tmp_path / "alone.weights.h5")
    with pytest.raises(ModelCorrupt, match=r"weights alone.*alone\.json"):
        opened(tmp_path / "alone.weights.h5")


def test_weights_of_another_network(keras: Any, course: Path, tmp_path: Path):
    shutil.copy(course / "own.json", tmp_path)
    functional(keras, (28, 28, 1)).save_weights(tmp_path / "own.weights.h5")
    with pytest.raises(ModelCorrupt, match="Keras cannot build the model"):
        opened(tmp_path / "own.json")


def old_style(model: Any) -> dict[str, Any]:
    """The description as Keras 2 wrote it: classes without their modules."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            left_out = ("module", "registered_name", "build_config", "compile_config")
            kept = {k: plain(v) for k, v in value.items() if k not in left_out}
            if "batch_shape" in kept:
                kept["batch_input_shape"] = kept.pop("batch_shape")
            return "float32" if kept.get("class_name") == "DTypePolicy" else kept
        return [plain(one) for one in value] if isinstance(value, list) else value

    return plain(json.loads(model.to_json()))  # type: ignore[no-any-return]


def test_a_description_of_keras_2_with_weights_of_keras_2(keras: Any, course: Path, tmp_path: Path):
    import h5py

    model = keras.saving.load_model(course / "own.keras", compile=False)
    text = json.dumps(old_style(model))
    assert '"module"' not in text and "batch_input_shape" in text
    (tmp_path / "own.json").write_text(text)
    with h5py.File(course / "own.h5") as whole, h5py.File(tmp_path / "own.h5", "w") as weights:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", weights)
        weights.attrs.update(whole["model_weights"].attrs)
    engine = opened(tmp_path / "own.json")
    expected = np.load(course / "expected.npy")
    assert np.exp(engine(INKS).logits) == pytest.approx(expected, abs=1e-5)


def test_a_file_that_was_changed_is_noticed(course: Path, tmp_path: Path):
    for name in ("own.json", "own.weights.h5"):
        shutil.copy(course / name, tmp_path)
    card = Card("own", sha256={"own.weights.h5": "0" * 64})
    (tmp_path / "own.card.json").write_text(card.to_json())
    with pytest.raises(ModelCorrupt, match=r"own\.weights\.h5' is damaged"):
        opened(tmp_path / "own.json")


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json", ".tflite", ".npz"])
@pytest.mark.parametrize("content", [b"", b"\0", b"no model at all" * 100])
def test_what_is_no_model(keras: Any, tmp_path: Path, ending: str, content: bytes):
    path = tmp_path / f"own{ending}"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"own\.") as told:
        opened(path)
    assert "Traceback" not in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".json", ".tflite"])
def test_what_was_cut_off(course: Path, tmp_path: Path, ending: str):
    content = (course / f"own{ending}").read_bytes()
    path = tmp_path / f"cut{ending}"
    shutil.copy(course / "own.weights.h5", tmp_path / "cut.weights.h5")
    for share in (0.01, 0.3, 0.6, 0.97):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ModelCorrupt, match="cut"):
            opened(path)


@pytest.mark.parametrize(
    ("is_a", "called"), [(".keras", ".h5"), (".h5", ".keras"), (".tflite", ".keras")]
)
def test_an_ending_that_lies(course: Path, tmp_path: Path, is_a: str, called: str):
    shutil.copy(course / f"own{is_a}", tmp_path / f"own{called}")
    with pytest.raises(ModelCorrupt, match="own"):
        opened(tmp_path / f"own{called}")


def test_a_folder_and_an_unknown_ending(tmp_path: Path):
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "own.pt").write_bytes(b"PK")
    for name in ("folder.keras", "own.pt", "missing.h5"):
        with pytest.raises(ModelNotFound, match=r"\.onnx.*\.keras"):
            opened(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "hidden"), [("own.keras", "keras"), ("own.h5", "h5py"), ("own.json", "keras")]
)
def test_without_the_extra(course: Path, monkeypatch: pytest.MonkeyPatch, name: str, hidden: str):
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(MissingExtra, match=rf"Opening '{name}'.*pip install"):
        opened(course / name)


def test_litert_is_tensorflows_where_there_is_no_other(
    course: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    found = np.exp(opened(course / "own.tflite")(INKS).logits)
    assert found == pytest.approx(np.load(course / "expected.npy"), abs=1e-5)
    monkeypatch.setitem(sys.modules, "tensorflow.lite.python", None)
    with pytest.raises(MissingExtra, match=r"own\.tflite"):
        opened(course / "own.tflite")


def quantised(keras: Any, kind: str, folder: Path) -> tuple[bytes, NDArray[np.float32]]:
    """A LiteRT file whose input and outputs are whole numbers, and what the network says."""
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    ink = keras.Input((28, 28, 1), batch_size=1 if kind == "uint8" else None)
    model = keras.Model(ink, keras.layers.Dense(10)(keras.layers.Flatten()(ink)))
    expected = np.concatenate([model.predict(one[None, ..., None], verbose=0) for one in INKS])
    model.export(folder, format="tf_saved_model", verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([one[None, ..., None]] for one in INKS)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = getattr(tf, kind)
    return converter.convert(), expected


@pytest.mark.parametrize("kind", ["int8", "uint8"])
def test_whole_numbers_in_and_out(keras: Any, tmp_path: Path, kind: str):
    content, expected = quantised(keras, kind, tmp_path / "saved")
    (tmp_path / "own.tflite").write_bytes(content)
    found = opened(tmp_path / "own.tflite")(INKS).logits
    assert found == pytest.approx(expected, abs=0.05 * float(abs(expected).max()))
    assert len({round(float(value), 4) for value in found.ravel()}) > 20
