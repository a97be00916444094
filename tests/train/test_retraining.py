"""`palote train --data corrections`: a person's corrections among the pictures, and the gate."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from palote import Reader, Settings, data
from palote.learn import Teacher
from palote.surfaces.cli import main
from palote.surfaces.cli.retrain import weighed
from palote.train import replay
from tests.digits import drawn

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture(autouse=True)
def _taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_DATA_DIR", str(tmp_path / "data"))
    with Teacher() as teacher:
        for digit in (2, 3, 4):
            for variant in range(2):
                teacher.correct(drawn(digit, variant), digit, "Ana B")
        teacher.correct(drawn(8, 0), "none", "Ana B")


def train(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["train", *map(str, arguments)])
    assert isinstance(ended.value.code, int | None)
    return ended.value.code or 0


def test_corrections_join_the_pictures_of_any_network(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    given = ("--data", pictures, "--data", "corrections:ana b", "--epochs", 2, "--out", out)
    assert train("scratch", *given) == 0
    said = capsys.readouterr().err
    # 170 and 6 pictures, of which three validate; what is no digit is none of ten.
    assert "153 pictures to learn from, 23 to validate, 30 to test" in said
    assert f"then delete {out}, too" in said
    config = json.loads((out / "config.json").read_text())
    assert config["data"] == [str(pictures), "corrections:ana b=20"]
    assert "--data 'corrections:ana b=20'" in config["command"]
    # No picture of theirs lies in the run folder.
    assert [path.name for path in out.glob("judged-*")] == ["judged-drawn.npz"]
    assert not (out / "gate.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scratch", "--data", "corrections:Luz"), "There is no profile 'Luz'"),
        (("scratch", "--data", "corrections"), "There is no profile 'default'"),
        (("scratch", "--data", "corrections:Ana B"), "Add another source, such as --data mnist"),
        (("scratch", "--data", "corrections:Ana B=no"), "must be a number above 0"),
    ],
)
def test_what_cannot_be_trained_with(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    assert train(*arguments, "--out", tmp_path / "run") == 2
    assert said in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_weights() -> None:
    assert weighed(["pen", "corrections", "corrections:Ana=3", "corrections-of-mine"]) == (
        *("pen", "corrections=20", "corrections:Ana=3"),
        "corrections-of-mine",
    )


@pytest.mark.timeout(300)
def test_the_shipped_network_goes_on_with_corrections_and_meets_the_gate(
    keras,
    datasets: Path,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PALOTE_DATA", str(datasets))
    kept = data.mnist("train", Settings(datasets=datasets))
    some = slice(-data.HELD_OUT, -data.HELD_OUT + 200)
    general = data.read_patches(kept.pixels[some]), kept.labels[some].astype(np.uint8)
    monkeypatch.setattr(replay, "gate_pictures", lambda _: general)
    out = tmp_path / "run"
    short = ("--samples", 512, "--finish", 1, "--most", 60, "--out", out)
    own = ("--data", "corrections:Ana B=3")
    assert train("default", "--data", pictures, *own, *short) == 2
    assert "cannot join the recipe of default" in capsys.readouterr().err
    code = train("default", "--data", "mnist", *own, *short)
    said = capsys.readouterr()
    verdict = json.loads((out / "gate.json").read_text())
    passed = verdict["verdict"] == "learned"
    assert code == (0 if passed else 1) and verdict["corrections"] == 7
    assert said.out.strip() == str(out / "default.onnx") and "The gate: " in said.err
    assert ("palote models add" in said.err) == passed
    assert ("Nothing has changed" in said.err) != passed
    with (out / "metrics.csv").open(newline="") as file:
        assert {row["phase"] for row in csv.DictReader(file)} == {"closing"}
    trained, shipped = Reader(out / "default.onnx"), Reader(profile="none")
    inks = general[0].astype(np.float32) / np.float32(255)
    found, before = (reader._engine(inks).logits for reader in (trained, shipped))
    # It began where the shipped network is, and has moved.
    assert found.shape == before.shape and not np.array_equal(found, before)
    assert (found.argmax(axis=1) == before.argmax(axis=1)).mean() > 0.9
    assert "a person's corrections" in trained.card.data
