"""A very short training, to the shipped files: needs the extra ``train``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import UsageError
from palote.model import catalog
from tests.drawing import seven

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def keras(missing):
    try:
        import keras
        import tensorflow  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError:
        missing("tools", "the extra train is not installed")
    return keras


def test_a_short_training_gives_a_model_that_is_read_with(keras, datasets: Path, tmp_path: Path):
    from palote.train.loop import Plan, train

    said: list[str] = []
    plan = Plan(epochs=1, count=2000, batch=64, finish=0, judged=200)
    card = train(plan, tmp_path, Settings(datasets=datasets), said.append)
    assert said and card.parameters > 100_000
    reader = Reader(tmp_path / "default.onnx")
    assert reader.card == card
    assert reader.read(seven()).digits[0].box
    assert json.loads((tmp_path / "plan.json").read_text())["count"] == 2000
    assert (tmp_path / "metrics-main.csv").read_text().startswith("epoch,")
    assert not list(tmp_path.glob("tmp*")), "nothing half-written is left"


def test_unknown_network(tmp_path: Path, keras):
    from palote.train.loop import Plan, train

    with pytest.raises(UsageError, match=r"no network 'huge'. Known names: default"):
        train(Plan(network="huge"), tmp_path)


def test_the_shipped_keras_file_is_the_shipped_onnx_file(keras):
    """Plain Keras loads it without our code, with no optimizer, and gives the same outputs."""
    model = keras.saving.load_model(catalog.ASSETS / "default.keras", compile=False)
    assert not getattr(model, "optimizer", None)
    inks = np.random.default_rng(0).random((50, 28, 28), np.float32)
    found = model.predict(inks[..., None], verbose=0)
    ours = Reader()._engine(inks)
    assert ours.logits == pytest.approx(found["logits"], abs=1e-3)
    assert ours.embedding == pytest.approx(found["embedding"], abs=1e-3)


def test_warp_at_zero_changes_nothing(keras):
    from palote.train.augment import warp

    patch = np.random.default_rng(0).integers(0, 255, (28, 28)).astype(np.uint8)
    assert (warp(patch, 0.0, np.random.default_rng(1)) == patch).all()
