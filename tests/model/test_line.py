"""Networks for lines: their cards, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from palote.errors import InkSpecMismatch, ModelCorrupt, ModelNotFound
from palote.ink import level
from palote.model import catalog
from palote.model.line import LineCard, LineSpec, OnnxLineEngine

CARD = LineCard("line", "0123456789.-/x", 2, scores={"validation": 0.5}, data=("MNIST",))


def test_the_geometry_is_that_of_the_crops():
    made = LineSpec(level.CROP_HEIGHT, level.CROP_DIGIT, level.CROP_MARGIN, level.WIDEST)
    assert LineSpec() == made


def test_a_card_comes_back_as_it_was():
    assert LineCard.from_json(CARD.to_json(), "here") == CARD


@pytest.mark.parametrize(
    "change", [{"kind": "digit"}, {"alphabet": ""}, {"stride": 0}, {"temperature": "warm"}]
)
def test_what_is_no_card_is_refused(change: dict[str, object]):
    fields = {**json.loads(CARD.to_json()), **change}
    with pytest.raises(ModelCorrupt, match=r"'here' has no card of a network that reads lines"):
        LineCard.from_json(json.dumps(fields), "'here'")
    with pytest.raises(ModelCorrupt):
        LineCard.from_json("[", "'here'")


def test_another_geometry_is_an_error():
    fields = json.loads(CARD.to_json())
    fields["spec"]["height"] = 48
    with pytest.raises(InkSpecMismatch, match="height=48"):
        LineCard.from_json(json.dumps(fields), "here")


def test_files_that_are_no_line_networks(tmp_path: Path):
    with pytest.raises(ModelNotFound, match="no model file"):
        OnnxLineEngine(tmp_path / "nowhere.onnx")
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"junk")
    with pytest.raises(ModelCorrupt, match="no ONNX model"):
        OnnxLineEngine(junk)
    with pytest.raises(ModelCorrupt, match="no card of a network that reads lines"):
        OnnxLineEngine(catalog.ASSETS / "default.onnx")
