"""``--model FOLDER``: which of several files reads, and what the person is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from palote import Reader
from palote.errors import ModelNotFound
from palote.model import catalog
from palote.model.folder import PREFERENCE, choose
from palote.surfaces.cli import main
from tests.drawing import seven


def put(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        if name.endswith(".npz"):
            np.savez(folder / name, weights_0=np.zeros(1))
        else:
            (folder / name).write_bytes(b"")
    return folder


def test_the_preference_is_the_catalogues():
    assert tuple(PREFERENCE) == catalog.FORMATS


@pytest.mark.parametrize(
    ("files", "chosen", "because"),
    [
        (("a.keras", "a.onnx", "a.tflite"), "a.onnx", "ONNX reads fastest"),
        (("a.keras", "b.tflite"), "b.tflite", "LiteRT"),
        (("a.keras", "a.npz"), "a.npz", "NumPy alone"),
        (("a.h5", "a.json", "a.weights.h5"), "a.h5", "one file"),
        (("a-int8.onnx", "a.onnx"), "a.onnx", "8 bits"),
        (("b.onnx", "a.onnx"), "a.onnx", "name comes first"),
        (("a.onnx", "b.keras", "b.card.json"), "b.keras", "its card"),
    ],
)
def test_of_several_the_best_is_taken(
    tmp_path: Path, files: tuple[str, ...], chosen: str, because: str
):
    choice = choose(put(tmp_path / "run", *files))
    assert choice.path.name == chosen
    assert because in choice.why and f"{chosen} reads" in choice.why
    models = {name for name in files if not name.endswith((".weights.h5", ".card.json"))}
    assert {path.name for path in choice.others} == models - {chosen}
    assert all(name in choice.why for name in models)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (("result.json", "layers.json", "own.keras", "own.card.json"), "own.keras"),
        (("own.json", "own.weights.h5"), "own.json"),
        (("own.json", "own.h5"), "own.json"),
        ((".own.onnx", "notes.txt", "own.h5"), "own.h5"),
    ],
)
def test_what_is_no_model_does_not_count(tmp_path: Path, files: tuple[str, ...], chosen: str):
    choice = choose(put(tmp_path / "run", *files))
    assert choice.path.name == chosen and not choice.why and not choice.others


@pytest.mark.parametrize("broken", [b"", b"PK\3\4 cut off"])
def test_arrays_that_are_no_network_do_not_count(tmp_path: Path, broken: bytes):
    put(tmp_path, "own.tflite")
    np.savez(tmp_path / "judged-mnist.npz", answers=np.zeros(3))
    (tmp_path / "broken.npz").write_bytes(broken)
    assert choose(tmp_path).path.name == "own.tflite"


def test_a_folder_without_a_model(tmp_path: Path):
    put(tmp_path, "notes.txt", "weights.weights.h5", "alone.json")
    with pytest.raises(ModelNotFound, match=r"no model file \(\.onnx.*in the folder"):
        catalog.find(tmp_path)


def test_every_command_reads_with_it_and_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    import cv2

    for ending in (".onnx", ".keras", ".card.json"):
        shutil.copy(catalog.ASSETS / f"default{ending}", tmp_path)
    cv2.imwrite(str(tmp_path / "photo.png"), seven())
    assert catalog.find(tmp_path).why and Reader(tmp_path).read(seven()).text == "7"
    with pytest.raises(SystemExit) as ended:
        main(["read", str(tmp_path / "photo.png"), "--model", str(tmp_path)])
    said = capsys.readouterr()
    assert ended.value.code == 0 and said.out.startswith("7 ")
    assert said.err.count("default.onnx reads: ONNX reads fastest") == 1
