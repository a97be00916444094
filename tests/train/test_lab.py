"""Every network by its name: it builds, learns, is saved, loads, and its files agree."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import DataError, UsageError
from palote.model.scratch import ScratchClassifier
from palote.surfaces.cli.options import NETWORKS
from palote.train import folders, lab
from palote.train.listener import Listener
from palote.train.runs import Run
from tests.digits import drawn

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

QUIET = Listener(lambda line: None)


def trained(network: str, pictures: Path, out: Path, **options: object) -> Run:
    plan = lab.Plan(network, (str(pictures),), **{"epochs": 2, "batch": 16, **options})  # type: ignore[arg-type]
    return lab.train(plan, out, Settings(), QUIET)


def test_the_names_are_the_same_everywhere(keras):
    from palote.train.networks import NETWORKS as BUILT

    assert lab.NAMES == NETWORKS
    assert set(lab.NAMES) == {*BUILT, "scratch"}


KERAS = [name for name in lab.NAMES if name not in ("scratch", "mobilenet")]
WHOLE = pytest.param("mobilenet", marks=[pytest.mark.soak, pytest.mark.timeout(300)])
"""From nothing; its stages are below."""


@pytest.mark.parametrize("network", [*KERAS, WHOLE])
def test_every_network_builds_learns_saves_loads_and_agrees(
    keras, pictures: Path, tmp_path: Path, network: str
):
    weights = "none" if network == "mobilenet" else "imagenet"
    epochs = 1 if network == "mobilenet" else 4
    run = trained(network, pictures, tmp_path / "run", weights=weights, epochs=epochs)
    losses = [epoch.loss for epoch in run.epochs]
    assert len(losses) == epochs and losses[-1] <= losses[0]
    assert run.name == network and run.parameters == sum(one.parameters for one in run.layers)
    assert set(run.files) >= {f"{network}.keras", f"{network}.onnx"}

    reader = Reader(run.model)
    assert reader.card.name == network and reader.spec.shape in ((28, 28), (96, 96, 3))
    saved = keras.saving.load_model(tmp_path / "run" / f"{network}.keras", compile=False)
    inks = np.random.default_rng(0).random((20, *reader.spec.shape), np.float32)
    batch = inks if inks.ndim == 4 else inks[..., None]
    assert reader._engine(inks).logits == pytest.approx(
        saved.predict(batch, verbose=0)["logits"], abs=1e-3
    )

    found = json.loads((tmp_path / "run" / "result.json").read_text())
    judged = run.judged[0]
    assert found["test"] == {"drawn": {"right": judged.hits, "count": len(judged)}}
    assert "drawn_test" in reader.card.scores and "validation" in reader.card.scores
    assert "<h1" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert list((tmp_path / "run" / "tensorboard").rglob("events.out.*"))


@pytest.mark.parametrize("classic", [False, True])
def test_the_network_in_numpy_alone(pictures: Path, tmp_path: Path, classic: bool):
    """It is the same road, without Keras; it learns these pictures."""
    run = trained("scratch", pictures, tmp_path / "run", classic=classic, epochs=30)
    assert run.model.name == "scratch.npz" and len(run.epochs) <= 30
    assert run.judged[0].accuracy > 0.8
    reader = Reader(run.model)
    assert reader.read(drawn(4, 50)).digits[0].value == "4"
    assert ScratchClassifier.load(run.model).n_features_in_ == 784


def test_it_learns(keras, pictures: Path, tmp_path: Path):
    run = trained("small", pictures, tmp_path / "run", epochs=30)
    assert run.judged[0].accuracy > 0.9
    assert run.stages[0].val_accuracy is not None and run.stages[0].val_accuracy > 0.9
    assert len(run.epochs) < 30, "it stops when validation does not improve"


def test_the_same_seed_gives_the_same_network(keras, pictures: Path, tmp_path: Path):
    one, two = (trained("perceptron", pictures, tmp_path / name) for name in "ab")
    assert [e.loss for e in one.epochs] == pytest.approx([e.loss for e in two.epochs], rel=1e-4)


@pytest.fixture(scope="module")
def stages(keras, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Run]:
    """A base of MobileNetV2, and a short training that started from its weights."""
    folder = tmp_path_factory.mktemp("mobilenet")
    base = keras.applications.MobileNetV2(input_shape=(96, 96, 3), include_top=False, weights=None)
    file = folder / "base.weights.h5"
    base.save_weights(file)
    return base, trained("mobilenet", pictures, folder / "run", weights=str(file), epochs=1)


SET_UP = pytest.mark.timeout(180)
"""Whichever comes first of the two makes the training, which takes a minute."""


@SET_UP
def test_mobilenet_in_its_stages(stages):
    """Frozen, fine-tuned, and on all data."""
    _, run = stages
    assert [stage.name for stage in run.stages] == ["frozen", "fine-tuned", "all-data"]
    assert run.stages[-1].val_accuracy is None, "validation pictures are learnt from by then"


@SET_UP
def test_what_mobilenet_keeps_frozen(keras, stages):
    """The early layers and all statistics stay, the late layers move; the files agree."""
    base, run = stages
    after = keras.saving.load_model(run.model.with_suffix(".keras"), compile=False)
    early, late = "block_3_expand", "block_16_expand"
    same = np.array_equal(base.get_layer(early).kernel, after.get_layer(early).kernel)
    moved = not np.array_equal(base.get_layer(late).kernel, after.get_layer(late).kernel)
    assert same and moved
    inks = np.random.default_rng(0).random((5, 96, 96, 3), np.float32)
    logits = after(inks)["logits"].numpy()
    assert Reader(run.model)._engine(inks).logits == pytest.approx(logits, abs=1e-3)
    mean = after.get_layer("block_16_expand_BN").moving_mean
    assert np.array_equal(base.get_layer("block_16_expand_BN").moving_mean, mean)


@pytest.mark.parametrize("content", [None, b"no weights"])
def test_weights_that_cannot_be_had(keras, pictures: Path, tmp_path: Path, content: bytes | None):
    file = tmp_path / "weights.h5"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match="--weights none"):
        trained("mobilenet", pictures, tmp_path / "run", weights=str(file))


def test_imagenet_without_a_network_says_what_to_do(
    keras, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def offline(*_: object, **__: object) -> None:
        raise Exception("URL fetch failure: [Errno -2] Name or service not known")

    monkeypatch.setattr("keras.src.applications.mobilenet_v2.file_utils.get_file", offline)
    with pytest.raises(DataError, match=r"cannot be fetched.*--weights FILE.*--weights none"):
        trained("mobilenet", pictures, tmp_path / "run")


def test_unknown_network(tmp_path: Path):
    with pytest.raises(UsageError, match=r"no network 'huge'. Known names: perceptron, small"):
        lab.train(lab.Plan("huge"), tmp_path / "run", Settings(), QUIET)
    assert not (tmp_path / "run").exists()


def test_a_folder_is_not_written_over(pictures: Path, tmp_path: Path):
    out = tmp_path / "run"
    trained("scratch", pictures, out)
    with pytest.raises(UsageError, match="finished training"):
        trained("scratch", pictures, out)
    assert folders.free(out) == tmp_path / "run-2"
    (out / "result.json").unlink()
    with pytest.raises(UsageError, match="--resume"):
        trained("scratch", pictures, out)
    other = lab.Plan("scratch", (str(pictures),), epochs=7)
    with pytest.raises(UsageError, match=r"begun with other options: epochs was 2"):
        lab.train(other, out, Settings(), QUIET, resume=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("hello")
    with pytest.raises(UsageError, match="holds no training"):
        trained("scratch", pictures, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "hello"


def test_what_is_to_be_resumed_is_found(tmp_path: Path):
    out = tmp_path / "small"
    for numbered in (False, True):
        with pytest.raises(UsageError, match=r"no training in .*small' to go on with"):
            folders.to_resume(out, numbered)
    for number, name in enumerate(("small", "small-2", "small-3", "small-thesis")):
        folders.begin(tmp_path / name, {"epochs": 1}, False)
        os.utime(tmp_path / name / "config.json", (number, number))
    assert folders.to_resume(out, False) == out
    assert folders.to_resume(out, True) == tmp_path / "small-3"
    (tmp_path / "small-3" / "result.json").write_text("{}")
    assert folders.to_resume(out, True) == tmp_path / "small-2"


@pytest.mark.parametrize(
    ("option", "owner"),
    [("weights", "mobilenet"), ("classic", "scratch"), ("samples", "default")],
)
def test_what_a_network_has_no_use_for_is_not_passed_over(tmp_path: Path, option: str, owner: str):
    given = {"weights": "none", "classic": True, "samples": 300}[option]
    plan = replace(lab.Plan("small"), **{option: given})
    with pytest.raises(UsageError, match=f"--{option} is for {owner}; small has no use for it"):
        lab.train(plan, tmp_path / "run", Settings(), QUIET)
    assert not (tmp_path / "run").exists()


PROGRAM = """
import sys
from palote.surfaces.cli import main
main(["train", "small", "--data", sys.argv[1], "--epochs", sys.argv[2], "--patience", "500",
      "--batch", "16", "--out", sys.argv[3], *sys.argv[4:]])
"""


def started(pictures: Path, epochs: int, out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(pictures), str(epochs), str(out), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(out: Path) -> list[dict[str, str]]:
    path = out / "metrics.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def wait_for_rows(process: subprocess.Popen[str], out: Path, count: int) -> None:
    deadline = time.monotonic() + 50
    while len(rows(out)) < count and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    assert len(rows(out)) >= count


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_ctrl_c_keeps_the_best_so_far(keras, pictures: Path, tmp_path: Path):
    process = started(pictures, 400, tmp_path / "run")
    wait_for_rows(process, tmp_path / "run", 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=50)
    assert process.returncode == 0 and "the best so far is kept" in err
    assert "Traceback" not in err
    run = Run.read(tmp_path / "run")
    assert run.stopped and out.strip() == str(run.model)
    assert Reader(run.model).read(drawn(7, 3)).digits


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_a_killed_training_goes_on(keras, pictures: Path, tmp_path: Path):
    process = started(pictures, 12, tmp_path / "run")
    wait_for_rows(process, tmp_path / "run", 2)
    process.kill()
    process.communicate()
    done = rows(tmp_path / "run")
    again = started(pictures, 12, tmp_path / "run", "--resume")
    _, err = again.communicate(timeout=55)
    assert again.returncode == 0, err
    whole = rows(tmp_path / "run")
    assert [row["epoch"] for row in whole] == [str(number) for number in range(1, 13)]
    assert whole[: len(done) - 1] == done[:-1], "epochs that were done were not done again"
