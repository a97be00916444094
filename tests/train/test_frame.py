"""The network for small files: what it learns from, and a training from end to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from palote import Settings, data
from palote.model.catalog import Entry
from palote.model.engine import OnnxEngine
from palote.train import frame
from palote.train.frame import Frames, Plan, drawn

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

TINY = Plan(epochs=1, batch=32, most=96)


@pytest.fixture
def settings(datasets: Path) -> Settings:
    return Settings(datasets=datasets)


def frames_of(plan: Plan, settings: Settings) -> Frames:
    return Frames.of(plan, data.mnist("train", settings), data.pen("train", settings))


def test_files_are_as_reading_sees_them_and_anew_in_each_round(settings: Settings) -> None:
    frames = frames_of(TINY, settings)
    assert len(frames.labels) == 192 and len(frames) == 6
    ink, known = frames[0]
    assert ink.shape == (32, 28, 28, 1) and known.shape == (32, 10)
    assert (ink.min(axis=(1, 2, 3)) == 0).all() and (ink.max(axis=(1, 2, 3)) == 1).all()
    again, same = frames[0]
    assert np.array_equal(ink, again) and np.array_equal(known, same)
    frames.on_epoch_end()
    assert not np.array_equal(frames[0][0], ink)
    # Half of them are MNIST's own files, none of those that are held out.
    mnist = data.mnist("train", settings)
    assert np.array_equal(frames.pixels[:96], mnist.pixels[:96])
    whole = frames_of(replace(TINY, most=len(mnist.labels)), settings)
    assert len(whole.labels) == len(mnist.labels) - data.HELD_OUT + len(data.pen("train", settings))


def test_a_part_of_them_is_spoilt(settings: Settings) -> None:
    clean, spoilt = (frames_of(replace(TINY, spoilt=share), settings) for share in (0.0, 1.0))
    # What is turned and bent alone stays ink on bare ground.
    bare = [
        np.mean([(one[0] < 0.02).mean() for one in map(f.__getitem__, range(6))])
        for f in (clean, spoilt)
    ]
    assert bare[0] > 0.6 and bare[1] < bare[0] - 0.05


def test_drawings_become_files(settings: Settings) -> None:
    pens = data.pen("train", settings)
    some = pens.only(np.arange(len(pens)) < 40)
    found = drawn(some, 1)
    assert found.patches.shape == (40, 28, 28) and found.patches.dtype == np.uint8
    assert np.array_equal(found.labels, some.labels.astype(int))
    assert (found.patches.max(axis=(1, 2)) > 60).all()
    assert np.array_equal(drawn(some, 1).patches, found.patches)
    assert not np.array_equal(drawn(some, 2).patches, found.patches)


def test_a_training_gives_files_that_answer_alike(
    keras: ModuleType, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "frame"
    run = frame.train(TINY, out, settings)
    assert run.name == "frame" and run.parameters < 260_000 and len(run.epochs) == 1
    assert (out / "report.html").is_file()
    engine = OnnxEngine(Entry("frame", out / "frame.onnx", None))
    assert engine.card.recipe["command"] == "scripts/frame --epochs 1"
    assert (out / "frame.onnx").stat().st_size < 600_000, "weights are kept in 16 bits"
    whole = keras.saving.load_model(out / "frame.keras", compile=False)
    ink = np.random.default_rng(0).random((5, 28, 28)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(whole(ink[..., None], training=False)["logits"])
    assert engine(ink).logits == pytest.approx(expected, abs=0.02)
