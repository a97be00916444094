"""A very short training, to the shipped files: needs the extra ``train``."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from palote import Reader, Settings
from palote.model import catalog
from tests.drawing import seven

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def test_a_short_training_gives_a_model_that_is_read_with(keras, datasets: Path, tmp_path: Path):
    from palote.train.listener import Listener
    from palote.train.shipped import Recipe, train

    said: list[str] = []
    recipe = Recipe(epochs=1, count=2000, batch=64, finish=0, judged=200)
    settings = Settings(datasets=datasets)
    card = train(recipe, tmp_path, settings, Listener(said.append))
    assert said and card.parameters > 100_000
    reader = Reader(tmp_path / "default.onnx")
    assert reader.card == card
    assert reader.read(seven()).digits[0].box
    with (tmp_path / "metrics.csv").open(newline="") as file:
        assert [row["phase"] for row in csv.DictReader(file)] == ["main"]
    assert not list(tmp_path.glob("tmp*")), "nothing half-written is left"


def test_a_closing_training_goes_half_the_way(keras, datasets: Path, tmp_path: Path):
    """It ends with the mean of the weights that it began with and those it came to."""
    from palote.train.listener import Listener
    from palote.train.networks import shipped
    from palote.train.shipped import Recipe, train

    def weights(**other: bool) -> list[np.ndarray]:
        recipe = Recipe(count=128, batch=32, finish=1, judged=40, onward=True, **other)
        out = tmp_path / str(other)
        out.mkdir()
        card = train(recipe, out, Settings(datasets=datasets), Listener())
        before = Reader().card.recipe
        if other:
            assert card.recipe["command"] == "scripts/closing --finish 1 --seed 2026"
            assert str(card.recipe["before"]).endswith(f"`{before['command']}`")
        model = keras.saving.load_model(out / "default.keras", compile=False)
        return [np.asarray(one) for one in model.get_weights()]

    begin, end, half = shipped().get_weights(), weights(), weights(averaged=True)
    learnt = [float(np.abs(one - other).max()) for one, other in zip(begin, end, strict=True)]
    assert max(learnt) > 1e-3
    for first, last, mean in zip(begin, end, half, strict=True):
        assert mean == pytest.approx((first + last) / 2, abs=1e-5)


@pytest.mark.parametrize(("sharper", "temperature"), [(1.03, 1.0), (0.97, 1.0), (1.2, 1.2)])
def test_a_temperature_near_one_is_left_out(keras, sharper: float, temperature: float):
    from palote.train.shipped import fitted_temperature

    rng = np.random.default_rng(1)
    true = rng.normal(0, 2, (20_000, 5)).astype(np.float32)
    sums = np.exp(true - true.max(axis=1, keepdims=True)).cumsum(axis=1)
    labels = (sums < rng.random((len(sums), 1)) * sums[:, -1:]).sum(axis=1)
    fitted = fitted_temperature(sharper * true, labels)
    assert fitted == (1.0 if temperature == 1.0 else pytest.approx(temperature, rel=0.03))


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

    patches = np.random.default_rng(0).integers(0, 255, (5, 28, 28)).astype(np.uint8)
    assert (warp(patches, 0.0, np.random.default_rng(1)) == patches).all()
    assert (warp(patches, 1.0, np.random.default_rng(1)) != patches).any()
