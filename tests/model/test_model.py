"""Cards, catalog, engine: what is refused, and with which sentence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palote import Reader
from palote.errors import InkSpecMismatch, ModelCorrupt, ModelNotFound
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import OnnxEngine
from tests.drawing import seven


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The shipped model, copied somewhere else with its card."""
    for suffix in (".onnx", ".card.json"):
        shutil.copy(catalog.ASSETS / f"default{suffix}", tmp_path / f"default{suffix}")
    return tmp_path / "default.onnx"


def test_the_shipped_model_is_small_and_says_what_it_is():
    entry = catalog.find("default")
    assert entry.path.stat().st_size <= 1_000_000
    card = entry.card
    assert card is not None and card.ink == InkSpec()
    assert card.recipe["command"] and isinstance(card.recipe["seed"], int)
    assert any("MNIST" in line for line in card.data) and any("CC BY" in line for line in card.data)
    assert card.scores["mnist_test"] >= 0.995
    assert set(card.sha256) == {"default.onnx", "default.keras"}


def test_outputs_are_logits_and_embedding():
    engine = OnnxEngine(catalog.find("default"))
    outputs = engine(np.zeros((3, 28, 28), np.float32))
    assert outputs.logits.shape == (3, 11) and outputs.embedding.shape == (3, 128)
    assert outputs.logits.dtype == outputs.embedding.dtype == np.float32


def test_a_batch_answers_as_single_patches_do():
    engine = OnnxEngine(catalog.find("default"))
    inks = np.random.default_rng(0).random((5, 28, 28), np.float32)
    together = engine(inks).logits
    alone = np.concatenate([engine(ink[None]).logits for ink in inks])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_path_works_with_and_without_a_card_beside_it(copied: Path):
    assert Reader(copied).read(seven()).text == "7"
    copied.with_suffix(".card.json").unlink()
    reader = Reader(copied)
    assert reader.card.name == "default", "the card inside the file is used"
    assert reader.card.temperature == Reader().card.temperature
    assert reader.read(seven()).text == "7"


def test_another_ink_spec_is_an_error(copied: Path):
    card = Card.from_file(copied.with_suffix(".card.json"))
    other = replace(card, ink=replace(InkSpec(), box=24))
    copied.with_suffix(".card.json").write_text(other.to_json(), encoding="utf-8")
    with pytest.raises(InkSpecMismatch, match=r"28x28, with 24 pixels of ink .* from 0 to 1, but"):
        Reader(copied)


def test_a_damaged_file_is_noticed(copied: Path):
    content = bytearray(copied.read_bytes())
    content[len(content) // 2] ^= 1
    copied.write_bytes(content)
    with pytest.raises(ModelCorrupt, match="damaged"):
        Reader(copied)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07"])
def test_what_is_no_model(tmp_path: Path, content: bytes):
    path = tmp_path / "own.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match="no ONNX model"):
        Reader(path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"name": "x", "ink": {"size": "a", "b": 1}}'])
def test_what_is_no_card(copied: Path, text: str):
    copied.with_suffix(".card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelCorrupt, match="card"):
        Reader(copied)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ModelNotFound, match=r"Known names: default.*Did you mean 'default'"):
        Reader("defualt")


def test_card_keeps_everything_as_json():
    card = Card(
        "x", temperature=1.5, data=("a",), recipe={"seed": 1}, scores={"s": 0.5}, sha256={"f": "0"}
    )
    assert Card.from_json(card.to_json(), "test") == card
    assert json.loads(card.to_json())["ink"]["size"] == 28
