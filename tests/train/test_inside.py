"""The feature maps of a network's convolutions, and the sheet that shows them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.errors import ModelCorrupt, ModelNotFound
from palote.model import catalog
from tests.conftest import Missing
from tests.drawing import seven

try:
    import keras
    from keras import layers

    from palote.train.inside import contact_sheet, feature_maps
except ImportError:
    keras = None

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

Ink = NDArray[np.float32]


@pytest.fixture(scope="module", autouse=True)
def _with_keras(missing: Missing) -> None:
    if keras is None:
        missing("tools", "the extra train is not installed")


@pytest.fixture(scope="module")
def ink() -> Ink:
    return Reader().read(seven()).digits[0].ink


def saved(model: keras.Model, folder: Path) -> Path:
    path = folder / "mine.keras"
    model.save(path)
    return path


def edges() -> keras.Sequential:
    """One filter that finds the left side of a stroke, and one that gives nothing."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(2, 3, padding="same", use_bias=False, name="edges"),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    kernel = np.zeros((3, 3, 1, 2), np.float32)
    kernel[1, 1, 0, 0], kernel[1, 0, 0, 0] = 1, -1
    model.get_layer("edges").set_weights([kernel])
    return model


def test_the_shipped_network_has_five_convolutions(ink: Ink) -> None:
    maps = feature_maps(catalog.ASSETS / "default.keras", ink)
    assert [volume.shape for _, volume in maps] == [
        (28, 28, 16),
        (14, 14, 32),
        (7, 7, 48),
        (7, 7, 64),
        (3, 3, 96),
    ]
    assert len({name for name, _ in maps}) == 5
    for _, volume in maps:
        assert volume.dtype == np.float32 and volume.min() == 0 and volume.max() > 0.5


def test_a_map_is_what_the_filter_found(ink: Ink, tmp_path: Path) -> None:
    [(name, volume)] = feature_maps(saved(edges(), tmp_path), ink)
    assert name == "edges"
    before = np.pad(ink, ((0, 0), (1, 0)))[:, :-1]
    assert volume[..., 0] == pytest.approx(np.maximum(ink - before, 0), abs=1e-5)
    assert not volume[..., 1].any()


def test_a_network_inside_the_network_is_seen(ink: Ink, tmp_path: Path) -> None:
    inner = edges()
    block = keras.Input((28, 28, 1))
    x = layers.Conv2D(3, 3)(block)
    inner_functional = keras.Model(block, layers.Activation("relu")(layers.BatchNormalization()(x)))
    picture = keras.Input((28, 28, 1))
    x = layers.GlobalAveragePooling2D()(inner_functional(picture))
    both = layers.Concatenate()([x, inner(picture)])
    maps = feature_maps(saved(keras.Model(picture, layers.Dense(10)(both)), tmp_path), ink)
    assert sorted(volume.shape for _, volume in maps) == [(26, 26, 3), (28, 28, 2)]
    assert all(volume.min() >= 0 for _, volume in maps), "after the activation"


def test_named_inputs_and_layers_used_twice(ink: Ink, tmp_path: Path) -> None:
    named = {"ink": keras.Input((28, 28, 1), name="ink")}
    twice = layers.Conv2D(1, 3, padding="same")
    x = layers.Dense(10)(layers.Flatten()(twice(twice(named["ink"]))))
    maps = feature_maps(saved(keras.Model(named, x), tmp_path), ink)
    assert [volume.shape for _, volume in maps] == [(28, 28, 1), (28, 28, 1)]


def test_a_colour_patch(tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((96, 96, 3)),
            layers.Conv2D(4, 3, strides=8),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ]
    )
    [(_, volume)] = feature_maps(saved(model, tmp_path), np.ones((96, 96, 3), np.float32))
    assert volume.shape == (12, 12, 4)


def test_without_convolutions_there_are_no_maps(ink: Ink, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
    assert feature_maps(saved(model, tmp_path), ink) == []


def test_files_that_cannot_be_opened(ink: Ink, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        feature_maps(tmp_path / "none.keras", ink)
    junk = tmp_path / "junk.keras"
    junk.write_bytes(b"no model")
    with pytest.raises(ModelCorrupt, match=r"junk\.keras"):
        feature_maps(junk, ink)
    for name in ("default.keras", "default.card.json"):
        shutil.copy(catalog.ASSETS / name, tmp_path / name)
    damaged = tmp_path / "default.keras"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(ModelCorrupt, match="damaged"):
        feature_maps(damaged, ink)


def test_the_sheet_shows_every_map_brighter_where_it_is_stronger() -> None:
    weak, strong = np.zeros((2, 5, 5, 1), np.float32)
    weak[2, 2], strong[1:4, 1:4] = 0.3, 1.0
    sheet = contact_sheet([("one", np.concatenate([weak, strong], axis=2))], 300)
    assert sheet.dtype == np.uint8 and sheet.shape[1:] == (300, 3)
    light = sheet[30:102].astype(int).sum(axis=2)
    tiles = light[:72, :72], light[:72, 76:148]
    assert tiles[0][36, 36] > tiles[0][5, 5], "the weak one is seen"
    assert tiles[1][36, 36] > 2 * tiles[0][36, 36], "and is weaker"
    assert (sheet[30:102, 160:] == 255).all(), "paper beside them"


def test_the_sheet_stays_within_bounds() -> None:
    many = [(f"layer{number}", np.ones((7, 7, 200), np.float32)) for number in range(50)]
    sheet = contact_sheet(many, 800, (1, 2, 3))
    assert sheet.shape[1] == 800 and sheet.shape[0] < 2000
    assert sheet[-1, -1].tolist() == [1, 2, 3]
    assert contact_sheet([], 500).shape == (1, 500, 3)
