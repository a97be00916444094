"""Networks as files for others: what is in them, that they agree, and what ends an export."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import DataError, ExportFailed, ModelNotFound, UsageError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import CARD_KEY, open_engine
from palote.model.scratch import ScratchClassifier, flat
from palote.surfaces.cli.options import EXPORTS
from palote.train.specimens import pictures, specimens

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

NOWHERE = Settings(cache_dir=Path("no-such-folder"))
"""Without any data set: what is compared on is written by code."""
WHOLE = ["keras", "h5", "json", "tflite", "onnx", "tflite-int8", "onnx-int8"]


def taught(keras: Any, model: Any, spec: InkSpec | None = None, count: int = 600) -> Any:
    """Teach a network the digits written by code, so that it has something to say."""
    inks, labels = specimens(count, spec or InkSpec(), seed=9)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss)
    model.fit(inks.reshape(count, *model.input_shape[1:]), labels, epochs=4, verbose=0)
    return model


@pytest.fixture(scope="module")
def small(keras: Any) -> Any:
    from palote.train import networks

    keras.utils.set_random_seed(0)
    return networks.with_embedding(taught(keras, networks.build("small", 10)))


@pytest.fixture(scope="module")
def exported(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small network in every format."""
    from palote.train.export import export

    folder = tmp_path_factory.mktemp("exports") / "small"
    card = Card("small", temperature=1.3, description="One convolution.")
    written = export(small, card, reversed(WHOLE), folder, NOWHERE)
    (folder.parent / "written.json").write_text(
        json.dumps([[one.files, one.gap, one.agreement, one.how] for one in written])
    )
    return folder


def test_the_formats_are_the_same_everywhere(keras: Any):
    from palote.train.export import FORMATS

    assert FORMATS == EXPORTS == tuple(WHOLE)


def test_every_format_is_written_and_was_compared(exported: Path):
    written = json.loads((exported.parent / "written.json").read_text())
    names = [name for files, *_ in written for name in files]
    assert names == [
        *("small.keras", "small.h5", "small.json", "small.weights.h5", "small.tflite"),
        *("small.onnx", "small-int8.tflite", "small-int8.onnx"),
    ]
    assert {path.name for path in exported.iterdir()} == {*names, "small.card.json"}
    for files, gap, agreement, how in written:
        assert all((exported / name).stat().st_size == size for name, size in files.items())
        whole = any("int8" in name for name in files)
        assert agreement >= 0.995 if whole else gap <= 1e-4
        assert how == ("all in int8" if whole else "float32")
    sizes = {name: size for files, *_ in written for name, size in files.items()}
    assert sizes["small-int8.tflite"] < sizes["small.tflite"] / 3
    assert sizes["small-int8.onnx"] < sizes["small.onnx"] / 3


def test_the_card_lies_beside_and_knows_the_files(exported: Path):
    card = Card.from_file(exported / "small.card.json")
    assert card.temperature == 1.3 and len(card.sha256) == 8
    for name in ("small.keras", "small-int8.tflite", "small-int8.onnx", "small.json"):
        assert Reader(exported / name).card == card


@pytest.mark.parametrize("name", ["small.onnx", "small-int8.onnx"])
def test_onnx_has_names_a_free_batch_axis_and_the_card(exported: Path, name: str):
    import onnx

    model = onnx.load(exported / name)
    shapes = {
        one.name: [axis.dim_param or axis.dim_value for axis in one.type.tensor_type.shape.dim]
        for one in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {"ink": ["n", 28, 28, 1], "logits": ["n", 10], "embedding": ["n", 64]}
    inside = {one.key: one.value for one in model.metadata_props}[CARD_KEY]
    assert Card.from_json(inside, name).temperature == 1.3
    kinds = {node.op_type for node in model.graph.node}
    assert ("QuantizeLinear" in kinds) == ("int8" in name)


def test_litert_has_a_signature_and_takes_floats(exported: Path):
    from ai_edge_litert.interpreter import Interpreter

    for name in ("small.tflite", "small-int8.tflite"):
        runner = Interpreter(str(exported / name)).get_signature_runner("serving_default")
        assert set(runner.get_output_details()) == {"logits", "embedding"}
        inputs = runner.get_input_details()["ink"]
        assert inputs["shape_signature"].tolist() == [-1, 28, 28, 1]
        assert inputs["dtype"] is np.float32


def test_plain_keras_loads_what_we_wrote(keras: Any, small: Any, exported: Path):
    inks = specimens(20)[0][..., None]
    expected = small.predict(inks, verbose=0)
    described = keras.models.model_from_json((exported / "small.json").read_text())
    described.load_weights(exported / "small.weights.h5")
    for model in (
        keras.saving.load_model(exported / "small.keras", compile=False),
        keras.saving.load_model(exported / "small.h5", compile=False),
        described,
    ):
        found = model.predict(inks, verbose=0)
        for name in ("logits", "embedding"):
            assert found[name] == pytest.approx(expected[name], abs=1e-5)


def test_nothing_of_the_training_is_in_the_files(exported: Path):
    import h5py

    with h5py.File(exported / "small.h5") as file:
        assert "optimizer_weights" not in file and "training_config" not in file.attrs
    # Adam keeps two further numbers for each weight, of 4 bytes.
    weights = 28 * 28 // 4 * 16 * 64 * 4
    for name in ("small.keras", "small.h5", "small.weights.h5"):
        assert weights < (exported / name).stat().st_size < 1.3 * weights


def test_further_formats_are_added_to_the_card(few: None, small: Any, tmp_path: Path):
    from palote.train.export import export

    card = Card("small")
    export(small, card, ["keras"], tmp_path, NOWHERE)
    export(small, card, ["h5"], tmp_path, NOWHERE)
    assert set(Card.from_file(tmp_path / "small.card.json").sha256) == {"small.keras", "small.h5"}
    (tmp_path / "small.keras").write_bytes(b"changed")
    export(small, card, ["h5"], tmp_path, NOWHERE)
    assert set(Card.from_file(tmp_path / "small.card.json").sha256) == {"small.h5"}


def test_another_network_is_not_mixed_up_with_it(small: Any, tmp_path: Path):
    from palote.train.export import export

    other = Card("small", description="Another one.")
    (tmp_path / "small.card.json").write_text(other.to_json())
    with pytest.raises(UsageError, match=r"another network of the name 'small'.*--out"):
        export(small, Card("small"), ["keras"], tmp_path, NOWHERE)
    assert [path.name for path in tmp_path.iterdir()] == ["small.card.json"]


@pytest.mark.parametrize("formats", [["pt"], ["onnx", "savedmodel"], []])
def test_a_format_that_does_not_exist(small: Any, tmp_path: Path, formats: list[str]):
    from palote.train.export import export

    with pytest.raises(UsageError, match="Known: keras, h5, json, tflite, onnx, tflite-int8"):
        export(small, Card("small"), formats, tmp_path / "out", NOWHERE)
    assert not (tmp_path / "out").exists()


def test_a_name_that_leads_elsewhere(small: Any, tmp_path: Path):
    from palote.train.export import export

    with pytest.raises(UsageError, match="no name for files"):
        export(small, Card("../small"), ["keras"], tmp_path / "out", NOWHERE)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare on few pictures, where that is not what a test is about."""
    monkeypatch.setattr("palote.train.job.COMPARED", 60)
    monkeypatch.setattr("palote.train.job.CALIBRATED", 20)


def test_a_file_that_answers_otherwise_ends_the_export(
    keras: Any, few: None, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from palote.train import writers
    from palote.train.export import export

    true = writers.write_h5

    def careless(model: Any, path: Path) -> None:
        other = keras.models.clone_model(model)
        other.set_weights([weights * 1.01 for weights in model.get_weights()])
        true(other, path)

    monkeypatch.setattr(writers, "write_h5", careless)
    with pytest.raises(ExportFailed, match=r"small\.h5 .* up to 0\.\d+ apart .* Nothing was"):
        export(small, Card("small"), ["keras", "h5"], tmp_path / "out", NOWHERE)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["onnx-int8", "tflite-int8"])
def test_8_bits_that_lose_answers_end_the_export_after_every_recipe(
    few: None, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    from palote.train.export import export

    monkeypatch.setattr("palote.train.job.LEAST_AGREEMENT", 1.5)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportFailed, match=r"\(all in int8\), .*\(weights in int8, values in int1"):
        export(small, Card("small"), [kind], tmp_path, NOWHERE)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.ENOSPC, "Can't close file (file write failed:\n, buf = 0x55b7)"),
        RuntimeError("Unable to flush file"),
    ],
)
def test_a_full_disk_leaves_nothing_behind(
    few: None, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    import shutil

    from palote.train import writers
    from palote.train.export import export

    def full(model: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise error

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type(usage)(usage.total, usage.total, 0))
    monkeypatch.setattr(writers, "write_json", full)
    with pytest.raises(DataError, match=r"cannot be written: .*[Nn]o space.*Make room"):
        export(small, Card("small"), ["keras", "json"], tmp_path / "a" / "out", NOWHERE)
    assert not (tmp_path / "a" / "out").exists()


def test_a_mistake_of_ours_is_not_taken_for_a_full_disk(
    few: None, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from palote.train import writers
    from palote.train.export import export

    def wrong(model: Any, path: Path) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(writers, "write_json", wrong)
    with pytest.raises(RuntimeError, match="a mistake"):
        export(small, Card("small"), ["json"], tmp_path / "out", NOWHERE)


def test_a_folder_that_may_not_be_written(few: None, small: Any, tmp_path: Path):
    from palote.train.export import export

    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        export(small, Card("small"), ["keras"], tmp_path / "file" / "out", NOWHERE)


def course(keras: Any) -> Any:
    """A network made elsewhere: Sequential, ending in softmax."""
    layers = [
        keras.layers.Input((28, 28, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(30, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    inks, labels = specimens(600, seed=9)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(inks[..., None], labels, epochs=8, verbose=0)
    return model


def test_a_network_made_elsewhere(keras: Any, few: None, tmp_path: Path):
    import onnx

    from palote.train.export import export
    from palote.train.origin import opened

    course(keras).save(tmp_path / "my net (1).keras")
    model, card = opened(str(tmp_path / "my net (1).keras"))
    assert card == Card("my-net-1") and isinstance(model, keras.Sequential)
    export(model, card, WHOLE, tmp_path / "out", NOWHERE)
    names = [one.name for one in onnx.load(tmp_path / "out" / "my-net-1.onnx").graph.output]
    assert names == ["probabilities"]
    inks = specimens(50)[0]
    expected = model.predict(inks[..., None], verbose=0)
    for ending in (".keras", ".h5", ".json", ".tflite", ".onnx"):
        engine = open_engine(catalog.find(tmp_path / "out" / f"my-net-1{ending}"))
        assert np.exp(engine(inks).logits) == pytest.approx(expected, abs=1e-4)


def test_mixed_precision_becomes_float32(keras: Any, few: None, tmp_path: Path):
    from palote.train.export import export

    policy = keras.DTypePolicy("mixed_bfloat16")
    ink = keras.Input((28, 28, 1))
    x = keras.layers.Conv2D(4, 5, activation="relu", dtype=policy)(ink)
    x = keras.layers.BatchNormalization(dtype=policy)(x)
    x = keras.layers.Dense(10, dtype=policy)(keras.layers.Flatten()(x))
    written = export(keras.Model(ink, x), Card("own"), ["onnx", "tflite"], tmp_path, NOWHERE)
    assert [one.gap < 1e-5 for one in written] == [True, True]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    def make(**options: Any) -> Path:
        path = tmp_path_factory.mktemp("run") / "scratch.npz"
        inks, labels = specimens(400, seed=9)
        classifier = ScratchClassifier(
            **{"hidden": (40, 20), "random_state": 0, "epochs": 30, **options}
        )
        classifier.fit(flat(inks), labels)
        classifier.save(path, Card("scratch").to_json())
        path.with_name("scratch.card.json").write_text(Card("scratch").to_json())
        return path

    return make


@pytest.mark.parametrize(
    "options", [{}, {"activation": "sigmoid", "learning_rate": 1e-2}, {"hidden": ()}]
)
def test_the_network_in_numpy_alone(
    keras: Any, few: None, scratch: Callable[..., Path], tmp_path: Path, options: dict[str, Any]
):
    from palote.train.export import export
    from palote.train.origin import opened

    path = scratch(**options)
    model, card = opened(str(path.parent))
    export(model, card, WHOLE, tmp_path, NOWHERE)
    inks = specimens(50)[0]
    own, out = open_engine(catalog.find(path)), open_engine(catalog.find(tmp_path / "scratch.onnx"))
    assert out(inks).logits == pytest.approx(own(inks).logits, abs=1e-4)
    assert out(inks).embedding == pytest.approx(own(inks).embedding, abs=1e-4)


def test_the_classic_one_says_why_it_stays(keras: Any, scratch: Callable[..., Path]):
    from palote.train.origin import opened

    path = scratch(look="binary20", hidden=(10,), epochs=1)
    with pytest.raises(UsageError, match=r"20x20 patch .* no layer of Keras.*stays \.npz"):
        opened(str(path))


def test_the_shipped_network_by_its_name(keras: Any):
    from palote.train.origin import opened

    model, card = opened("default")
    assert card.name == "default" and card.parameters > 100_000
    inks = specimens(20)[0]
    ours = Reader()._engine(inks)
    assert model.predict(inks[..., None], verbose=0)["logits"] == pytest.approx(
        ours.logits, abs=1e-3
    )


def test_where_there_is_nothing_to_export_from(keras: Any, exported: Path, tmp_path: Path):
    from palote.train.origin import opened

    with pytest.raises(ModelNotFound, match="no model 'nope'"):
        opened("nope")
    with pytest.raises(ModelNotFound, match="holds no finished run"):
        opened(str(tmp_path))
    (tmp_path / "own.onnx").write_bytes((exported / "small.onnx").read_bytes())
    with pytest.raises(UsageError, match=r"own\.onnx.*leads to no other format.*\.keras, \.npz"):
        opened(str(tmp_path / "own.onnx"))
    assert opened(str(exported / "small.onnx"))[1].name == "small", "its .keras lies beside it"


def test_ship_writes_what_a_run_folder_holds(keras: Any, few: None, tmp_path: Path):
    from palote.train import networks
    from palote.train.export import ship

    model = taught(keras, networks.build("perceptron", 10), count=100)
    (tmp_path / "perceptron.card.json").write_text(Card("perceptron", temperature=9.0).to_json())
    card = ship(model, Card("perceptron", description="New."), tmp_path)
    assert card == Card.from_file(tmp_path / "perceptron.card.json")
    assert set(card.sha256) == {"perceptron.keras", "perceptron.onnx"}
    assert card.parameters == model.count_params() and card.temperature == 1.0
    assert Reader(tmp_path / "perceptron.onnx").card == card


@pytest.mark.parametrize("kind", ["dense", "convolution", "depthwise", "normalised", "sequential"])
def test_rounded_weights_fit_into_8_bits_and_the_mean_stays(keras: Any, kind: str):
    from palote.train.rounding import rounded

    keras.utils.set_random_seed(3)
    layers = keras.layers
    parts = {
        "dense": [layers.Flatten(), layers.Dense(10)],
        "convolution": [layers.Conv2D(6, 3), layers.GlobalAveragePooling2D()],
        "depthwise": [
            layers.DepthwiseConv2D(3, depth_multiplier=4),
            layers.GlobalAveragePooling2D(),
        ],
        "normalised": [
            layers.Conv2D(6, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
        ],
    }
    parts["sequential"] = parts["dense"]
    ink = x = keras.Input((28, 28, 1))
    for part in parts[kind]:
        x = part(x)
    model = keras.Model(ink, x)
    if kind == "sequential":
        model = keras.Sequential([layers.Input((28, 28, 1)), *parts[kind]])
    inks = specimens(200)[0][..., None]
    copy = rounded(model, inks)
    kernels = [layer.kernel for layer in copy.layers if hasattr(layer, "kernel")]
    kernel = np.asarray(kernels[0]).reshape(-1, kernels[0].shape[-1])
    steps = abs(kernel).max(axis=0) / 127
    assert abs(kernel / steps - np.rint(kernel / steps)).max() < 1e-2
    careless = keras.models.clone_model(model)
    careless.set_weights(model.get_weights())
    next(layer for layer in careless.layers if hasattr(layer, "kernel")).kernel.assign(kernels[0])
    before, after, shifted = (
        one.predict(inks, verbose=0).mean(axis=0) for one in (model, copy, careless)
    )
    assert abs(after - before).max() < abs(shifted - before).max() / 5


def test_layers_used_twice_are_left_alone(keras: Any):
    from palote.train.rounding import rounded

    ink = keras.Input((28, 28, 1))
    shared = keras.layers.Dense(784)
    x = shared(shared(keras.layers.Flatten()(ink)))
    model = keras.Model(ink, keras.layers.Dense(10)(x))
    copy = rounded(model, specimens(10)[0][..., None])
    for one, other, same in zip(model.get_weights(), copy.get_weights(), (1, 1, 0, 0), strict=True):
        assert (one == other).all() == bool(same)


@pytest.mark.parametrize("formats", [["keras", "h5"], ["json", "onnx"], ["tflite"]])
def test_mobilenet(keras: Any, few: None, tmp_path: Path, formats: list[str]):
    from palote.train import networks
    from palote.train.export import export

    keras.utils.set_random_seed(0)
    model = networks.with_embedding(networks.mobilenet(10))
    export(model, Card("mobilenet", networks.WIDE), formats, tmp_path, NOWHERE)
    name = f"mobilenet.{formats[-1]}"
    engine = open_engine(catalog.find(tmp_path / name))
    inks = specimens(3, networks.WIDE)[0]
    expected = model.predict(inks, verbose=0)
    assert engine.card.ink == networks.WIDE
    assert engine(inks).logits == pytest.approx(expected["logits"], abs=1e-3)
    assert engine(inks).embedding.shape == (3, 128)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "name",
    [
        *("perceptron", "small", "deep", "batchnorm", "dropout", "augmented", "lesson"),
        *("mobilenet", "default"),
    ],
)
def test_every_network_in_every_format(keras: Any, tmp_path: Path, name: str):
    from palote.train import networks
    from palote.train.export import export

    keras.utils.set_random_seed(0)
    network = networks.network(name)
    model = taught(keras, network.build(10), network.spec, 300 if name == "mobilenet" else 2000)
    both = networks.with_embedding(model)
    written = export(both, Card(name, network.spec), WHOLE, tmp_path, NOWHERE)
    assert len(written) == len(WHOLE)
    reader = Reader(tmp_path / f"{name}-int8.tflite")
    assert reader.spec == network.spec


def test_specimens_are_digits_and_the_same_again():
    inks, labels = specimens(300)
    assert inks.shape == (300, 28, 28) and inks.dtype == np.float32
    assert 0 <= inks.min() and inks.max() <= 1
    found = Reader()._engine(inks).logits[:, :10].argmax(axis=1)
    assert (found == labels).mean() > 0.98
    assert (specimens(300)[0] == inks).all() and (specimens(300, seed=1)[0] != inks).any()
    assert specimens(3, InkSpec.sized(96, channels=3))[0].shape == (3, 96, 96, 3)


def test_pictures_are_mnists_where_they_are_at_hand(datasets: Path):
    inks, origin = pictures(30, InkSpec(), Settings(datasets=datasets))
    assert "MNIST" in origin and inks.shape == (30, 28, 28) and inks.max() == 1
    wide, _ = pictures(3, InkSpec.sized(96, channels=3), Settings(datasets=datasets))
    assert wide.shape == (3, 96, 96, 3) and (wide[..., 0] == wide[..., 2]).all()


def test_pictures_are_written_by_code_where_there_are_none(tmp_path: Path):
    _, origin = pictures(2, InkSpec(), Settings(cache_dir=tmp_path))
    assert origin == "digits written by code"
    assert not list(tmp_path.iterdir()), "nothing was fetched"
