"""``palote export``, and ``--input`` on the commands that take a model file made elsewhere."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.scratch import ScratchClassifier
from palote.surfaces import web
from tests.conftest import Missing
from tests.digits import drawn

from .conftest import Palote

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare on few pictures: what is shown is looked at here, not how well they agree."""
    monkeypatch.delenv("PALOTE_DATA", raising=False)
    monkeypatch.setattr("palote.train.job.COMPARED", 60)
    monkeypatch.setattr("palote.train.job.CALIBRATED", 20)


def test_the_shipped_network_in_a_fresh_clone(
    keras: Any, few: None, palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    result = palote("export", "default", "--to", "onnx,keras", "--to", "tflite-int8, json")
    assert result.code == 0, result.err
    folder = Path("exports/default")
    assert {path.name for path in folder.iterdir()} == {
        *("default.keras", "default.json", "default.weights.h5", "default.onnx"),
        *("default-int8.tflite", "default.card.json"),
    }
    head, *rows = result.lines
    assert head.split() == ["file", "bytes", "numbers", "largest", "gap", "same", "answers"]
    assert [row.split()[0] for row in rows] == [
        str(folder / name)
        for name in (
            *("default.keras", "default.json", "default.weights.h5", "default.onnx"),
            "default-int8.tflite",
        )
    ]
    assert "float32" in rows[0] and "all in int8" in rows[-1] and rows[-1].endswith(" %")
    size = (folder / "default.onnx").stat().st_size
    assert f" {size:,} " in rows[3]
    assert "palote: each file is compared with the network on 60 digits written by code" in (
        result.err
    )
    assert set(Card.from_file(folder / "default.card.json").sha256) >= {"default-int8.tflite"}


@pytest.mark.parametrize("formats", ["pt", "onnx,pt", ","])
def test_a_format_that_does_not_exist(
    keras: Any, palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formats: str
):
    monkeypatch.chdir(tmp_path)
    result = palote("export", "default", "--to", formats)
    assert result.code == 2 and "Known: keras, h5, json, tflite, onnx" in result.err
    assert not list(tmp_path.iterdir())


def test_without_a_format(palote: Palote):
    result = palote("export", "default")
    assert result.code == 2 and "--to" in result.err


def test_an_unknown_model(keras: Any, palote: Palote, tmp_path: Path):
    result = palote("export", "defualt", "--to", "onnx", "--out", tmp_path)
    assert result.code == 2 and "Did you mean 'default'?" in result.err


def test_an_export_that_fails(
    keras: Any, few: None, palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("palote.train.job.LARGEST_GAP", -1.0)
    result = palote("export", "default", "--to", "keras", "--out", tmp_path / "out")
    assert result.code == 1 and not result.out
    assert "default.keras does not answer as the network does" in result.err
    assert not (tmp_path / "out").exists()


def test_without_the_extra(palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    module = importlib.import_module("palote.surfaces.cli.export")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    result = palote("export", "default", "--to", "onnx", "--out", tmp_path / "out")
    assert result.code == 1 and "Exporting needs more packages" in result.err
    assert 'pip install "palote[train]"' in result.err and not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def elsewhere(missing: Missing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network made elsewhere: 32x32, dark ink on light paper, values from 0 to 255."""
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        missing("tools", "the extra train is not installed")
    spec = InkSpec.sized(32)
    from palote.ink import find_digit

    pictures = [(drawn(digit, variant), digit) for digit in range(10) for variant in range(12)]
    inks = np.stack([find_digit(picture, spec=spec)[0].patch for picture, _ in pictures])
    learner = ScratchClassifier(hidden=(), epochs=40, random_state=0)
    learner.fit(inks.reshape(len(inks), -1), [digit for _, digit in pictures])
    layer = learner.network_.dense[0]
    # Fed with 255 - 255 * ink instead of ink, the same answers come from these weights.
    weights, bias = layer.weights / -255, layer.bias + layer.weights.sum(axis=0)
    nodes = [
        helper.make_node("Flatten", ["x"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w", "b"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "own",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 32, 32, 1))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ("n", 10))],
        [
            numpy_helper.from_array(weights.astype(np.float32), "w"),
            numpy_helper.from_array(bias.astype(np.float32), "b"),
        ],
    )
    path = tmp_path_factory.mktemp("elsewhere") / "theirs.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


TAKES = "32x32,255,inverted"


def test_read_with_a_declared_input(
    palote: Palote, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    names = []
    for digit in range(10):
        cv2.imwrite(f"{digit}.png", drawn(digit, 3))
        names.append(f"{digit}.png")
    result = palote("read", *names, "--model", elsewhere, "--input", TAKES, "--json")
    best = [json.loads(line)["digits"][0]["value"] for line in result.lines]
    assert sum(value == str(digit) for digit, value in enumerate(best)) >= 9
    assert palote("read", *names, "--model", elsewhere, "--input", "32x32").lines != result.lines


def test_without_declaring_it_there_is_advice(palote: Palote, elsewhere: Path, photo: str):
    result = palote("read", photo, "--model", elsewhere)
    assert result.code == 1 and result.err.count("\n") == 1
    assert "[32, 32, 1]" in result.err and "--input 64x64" in result.err


@pytest.mark.parametrize("text", ["big", "28x30", "32x32,dark"])
def test_an_input_that_is_not_understood(palote: Palote, elsewhere: Path, photo: str, text: str):
    for command in ("read", "evaluate"):
        picture = [photo] if command == "read" else []
        model = ["--model", elsewhere] if command == "read" else [elsewhere]
        result = palote(command, *picture, *model, "--input", text)
        assert result.code == 2 and text in result.err


def test_evaluate_with_a_declared_input(palote: Palote, elsewhere: Path, tmp_path: Path):
    for digit in range(10):
        (tmp_path / "mine" / str(digit)).mkdir(parents=True)
        for variant in range(3):
            name = tmp_path / "mine" / str(digit) / f"{variant}.png"
            cv2.imwrite(str(name), drawn(digit, variant))
    result = palote("evaluate", elsewhere, "--data", tmp_path / "mine", "--input", TAKES, "--json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert found["name"] == "theirs" and found["sets"][0]["accuracy"] > 0.85


def test_models_add_remembers_the_declared_input(
    palote: Palote, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PALOTE_DATA_DIR", str(tmp_path))
    assert palote("models", "add", elsewhere, "--input", TAKES).code == 0
    card = catalog.find("theirs").card
    assert card is not None and card.ink == InkSpec.sized(32, low=255.0, high=0.0)


def test_serve_passes_the_declared_input_on(palote: Palote, monkeypatch: pytest.MonkeyPatch):
    specs: list[object] = []
    monkeypatch.setattr(web, "serve", lambda *_, **options: specs.append(options["declared"]))
    palote("serve", "--model", "theirs.onnx", "--input", TAKES)
    palote("serve")
    assert specs == [InkSpec.sized(32, low=255.0, high=0.0), None]
