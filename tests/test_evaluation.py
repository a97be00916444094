"""Judging a reader: what counts as right, what is kept, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Digit, Reader, Reading, Settings
from palote.data import source
from palote.errors import DataError
from palote.evaluation import NOTHING, Judged, judge, latency
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.engine import Outputs

from .drawing import ring, seven
from .readings import Pictures, judged

BLANK = np.full((60, 60), 255, np.uint8)
TINY = np.zeros((2, 2), np.uint8)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def test_every_picture_is_judged_in_its_order(reader: Reader) -> None:
    pictures = Pictures("mine", [(seven(), 7), (BLANK, 4), (ring(), 6), (TINY, 1), (seven(), 7)])
    done: list[None] = []
    found = judge(reader, pictures, progress=lambda: done.append(None))
    assert found.name == "mine" and len(found) == len(done) == 5
    assert found.labels.tolist() == [7, 4, 6, 1, 7]
    assert found.answers.tolist() == [7, NOTHING, 0, NOTHING, 7]
    assert found.right.tolist() == [True, False, False, False, True]
    assert found.statuses[1] == "empty" and found.statuses[3] == "error"
    assert found.origins.tolist() == [f"made/up/{number}" for number in range(5)]
    assert found.confidences[1] == found.confidences[3] == 0
    reading = reader.read(seven())
    assert found.confidences[0] == pytest.approx(reading.confidence)
    assert found.probabilities[0] == pytest.approx(reading.digits[0].probabilities)
    assert np.abs(found.patches[0] / 255 - reading.digits[0].ink).max() < 0.002
    assert not found.patches[1].any() and not found.patches[3].any()


def test_an_unsure_answer_counts_by_its_best_digit(reader: Reader) -> None:
    class Doubting:
        def read_many(self, images: Iterator[object], **_: object) -> Iterator[Reading]:
            for _image in images:
                shares = np.full(10, 0.05, np.float32)
                shares[3] = 0.55
                ink = np.ones((96, 96, 3), np.float32)
                yield Reading("?", "unsure", 0.4, (Digit("3", 0.4, shares, (0, 0, 9, 9), ink),))

    doubting: Reader = Doubting()  # type: ignore[assignment]
    found = judge(doubting, Pictures("x", [(seven(), 3)]))
    assert found.right.all() and found.withheld == 1.0
    # A patch of another size and with colours is kept in the size that is looked at.
    assert found.patches.shape == (1, 28, 28) and (found.patches == 255).all()


def test_most(reader: Reader) -> None:
    pictures = Pictures("mine", [(seven(), 7)] * 3)
    assert len(judge(reader, pictures, most=2)) == 2


def test_nothing_to_judge(reader: Reader) -> None:
    with pytest.raises(DataError, match=r"'mine' has no train pictures"):
        judge(reader, Pictures("mine", [(seven(), 7)]), "train")


def test_a_picture_that_cannot_be_opened_is_left_out(reader: Reader, tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "a.png"), seven())
    (tmp_path / "b.png").write_bytes(b"no picture")
    (tmp_path / "labels.csv").write_text("file,label\na.png,7\nb.png,3\n")
    opened, _ = source(str(tmp_path), Settings())
    said: list[str] = []
    found = judge(reader, opened, skip=said.append)
    assert found.origins.tolist() == ["a.png"]
    assert len(said) == 1 and "b.png" in said[0]


def test_figures() -> None:
    found = judged(count=100, wrong={4: 9, 14: 9, 24: NOTHING, 5: 6}, unsure=[0, 10])
    assert (found.hits, found.accuracy) == (96, 0.96)
    assert found.interval == (pytest.approx(0.9016, abs=1e-4), pytest.approx(0.9843, abs=1e-4))
    assert found.withheld == pytest.approx(0.03)
    assert found.confusion.shape == (10, 11)
    assert found.confusion.sum() == 100 and np.trace(found.confusion) == 96
    assert (found.confusion[4, 9], found.confusion[4, NOTHING]) == (2, 1)
    assert found.classes.recall[4] == pytest.approx(0.7)
    assert found.classes.precision[9] == pytest.approx(10 / 12)
    assert found.common_confusions() == [(4, 9, 2), (4, None, 1), (5, 6, 1)]
    sure = found.confidences[found.mistakes()]
    assert set(found.mistakes()) == {4, 5, 14, 24}
    assert (np.diff(sure) <= 0).all() and found.mistakes()[-1] == 24


def test_as_json() -> None:
    found = judged(count=30, wrong={0: 6})
    told = json.loads(json.dumps(found.to_dict()))
    assert (told["right"], told["count"]) == (29, 30)
    assert told["interval"] == list(found.interval)
    assert told["classes"][0] == {
        "digit": "0",
        "count": 3,
        "precision": 1.0,
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(0.8),
    }
    assert np.array(told["confusion"]).sum() == 30


def test_saved_and_loaded(tmp_path: Path) -> None:
    found = judged(wrong={3: NOTHING})
    path = tmp_path / "new" / "judged-mnist.npz"
    found.save(path)
    again = Judged.load(path)
    assert again.name == "mnist"
    for name in ("probabilities", "confidences", "statuses", "labels", "patches", "origins"):
        assert np.array_equal(getattr(again, name), getattr(found, name)), name
        assert getattr(again, name).dtype == getattr(found, name).dtype, name
    judged("other", count=10).save(path)
    assert Judged.load(path).name == "other"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_is_no_judged_set(tmp_path: Path) -> None:
    path = tmp_path / "judged.npz"
    with pytest.raises(DataError, match=r"judged\.npz"):
        Judged.load(path)
    path.write_bytes(b"PK\3\4 nonsense")
    with pytest.raises(DataError):
        Judged.load(path)
    np.savez(path, labels=np.zeros(3))
    with pytest.raises(DataError):
        Judged.load(path)
    # What would run code when it is unpickled is never unpickled.
    np.savez(path, allow_pickle=True, name=np.array([print], dtype=object))
    with pytest.raises(DataError):
        Judged.load(path)
    found = judged(count=20)
    found.save(path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, "patches": arrays["patches"][:5]})
    with pytest.raises(DataError):
        Judged.load(path)


def test_latency() -> None:
    asked: list[tuple[int, ...]] = []

    class Counted:
        card = Card("counted", ink=InkSpec.sized(96, channels=3))

        def __call__(self, inks: NDArray[np.float32]) -> Outputs:
            asked.append(inks.shape)
            return Outputs(np.zeros((1, 10), np.float32), np.zeros((1, 0), np.float32))

    assert 0 < latency(Counted(), runs=50) < 1000
    assert 50 <= len(asked) <= 60 and set(asked) == {(1, 96, 96, 3)}


def test_mnist(reader: Reader, datasets: Path) -> None:
    mnist, _ = source("mnist", Settings(datasets=datasets))
    found = judge(reader, mnist, most=500)
    assert found.name == "mnist" and len(found) == 500
    assert found.hits >= 494
    assert found.calibration_error < 0.05
