"""A digit in doubt: who is asked about it, when, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.ink import find_digit
from palote.ink.level import line_crop
from palote.ink.row import digit_row
from palote.model import catalog
from palote.model.engine import Engine, Outputs
from palote.model.frame import shipped_frame
from palote.model.line import LineCard, LineEngine, shipped_line
from palote.numbers.doubt import FRAME, heard, in_doubt
from tests.drawing import ring, seven

ALPHABET = "0123456789.-/x"


class Says:
    """A network for lines that says the same of every line."""

    def __init__(self, text: str, sure: float) -> None:
        self.card = LineCard("line", ALPHABET, 2)
        self.seen: list[NDArray[np.float32]] = []
        self._logs = np.full((6, len(ALPHABET) + 1), 1e-6)
        self._logs[:, -1] = 1.0
        for place, symbol in enumerate(text):
            self._logs[2 * place] = (1 - sure) / (len(ALPHABET) - 1)
            self._logs[2 * place, ALPHABET.index(symbol)] = sure
        self._logs = np.log(self._logs / self._logs.sum(axis=1, keepdims=True))

    def __call__(self, lines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        self.seen += lines
        return [self._logs.astype(np.float32) for _ in lines]


class Shows:
    """A network for digits that answers as it is told, whatever it sees."""

    def __init__(self, share: NDArray[np.float32], frames: bool = False) -> None:
        self.card = replace(CARD, temperature=1.0, frames=frames)
        self.seen: list[NDArray[np.float32]] = []
        self._logits = np.log(share)

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        self.seen += list(inks)
        return Outputs(np.tile(self._logits, (len(inks), 1)), np.zeros((len(inks), 1), np.float32))


def shares(none: float = 0.01, **digits: float) -> NDArray[np.float32]:
    """What the digit network says: ``shares(d4=0.5, d9=0.4)``; the rest is the others'."""
    found = np.full(11, (1 - none - sum(digits.values())) / (10 - len(digits)), np.float32)
    for name, share in digits.items():
        found[int(name[1])] = share
    found[10] = none
    return found


DRAWN = (seven(), ring())
CANDIDATE = find_digit(seven())[0]
CARD = Reader().card


def test_who_is_sure_asks_nobody() -> None:
    assert not in_doubt(shares(d4=0.95))
    assert in_doubt(shares(d4=0.85))
    assert in_doubt(shares(none=0.6, d4=0.35))
    assert not in_doubt(shares(none=0.95, d4=0.03)), "no opinion makes a digit of that"


@pytest.mark.parametrize("said", ["4", "9", "7", "x", "44", ""])
def test_both_are_heard(said: str) -> None:
    before = shares(d4=0.5, d9=0.4)
    after = heard(CANDIDATE, Shows(before), Says(said, 0.9))
    assert after.dtype == np.float32 and after.shape == (11,)
    assert float(after.sum()) == pytest.approx(1, abs=1e-5) and (after >= 0).all()
    if said in ("4", "9"):
        assert int(after.argmax()) == int(said) and after.max() > 0.7
        assert after[10] < before[10]
    elif said == "7":  # of what the digit network thinks unlikely, it must be surer
        assert int(after.argmax()) == 4 and after[7] > before[7]
    else:
        assert int(after.argmax()) == 4 and after[10] > before[10]
        given = after[:10] / after[:10].sum()
        assert given[[4, 9]] == pytest.approx([0.5 / 0.99, 0.4 / 0.99], abs=0.03)


def test_the_digit_is_looked_at_from_all_sides() -> None:
    network = Shows(shares(d7=0.5))
    heard(CANDIDATE, network, Says("7", 0.9))
    patch, *others = network.seen
    assert np.array_equal(patch, CANDIDATE.patch) and len(others) == 10
    ink = np.array([other.sum() for other in others]) / patch.sum()
    assert ink == pytest.approx(1, abs=0.18), "the digit stays what it is"
    near = np.array([np.abs(other - patch).mean() for other in others])
    assert (near > 0.01).all() and len({round(float(n), 6) for n in near}) > 6
    assert all(0 <= other.min() and other.max() <= 1 for other in others)
    assert np.abs(np.mean(others, axis=0) - patch).mean() < near.mean(), "either way"


def test_a_whole_frame_counts_as_much_as_all_patches() -> None:
    small = np.zeros((28, 28), np.uint8)
    small[4:24, 13:15] = 255
    candidate = find_digit(small)[0]
    assert candidate.frame is not None

    class Differs(Shows):
        def __call__(self, inks: NDArray[np.float32]) -> Outputs:
            found = super().__call__(inks)
            found.logits[-1] = np.log(shares(d1=0.9))
            return found

    silent, even = Says("", 0.9), Shows(shares())
    for frames, one in ((False, 0.5 * 10 / 11 + 0.9 / 11), (True, (0.5 + 0.9) / 2)):
        after = heard(candidate, Differs(shares(d1=0.5), frames), silent, lambda: even)
        assert after[1] / after[:10].sum() == pytest.approx(one / 0.99, abs=0.01)


def test_of_a_small_file_who_sees_it_as_it_is_is_heard_as_well() -> None:
    small = np.zeros((28, 28), np.uint8)
    small[4:24, 13:15] = 255
    candidate, before, silent = find_digit(small)[0], shares(d1=0.5, d7=0.4), Says("", 0.9)
    assert candidate.small and not CANDIDATE.small

    def given(sure: float) -> tuple[float, NDArray[np.float32], list[NDArray[np.float32]]]:
        frame = Shows(shares(none=1e-6, d7=sure))
        after = heard(candidate, Shows(before), silent, lambda: frame)
        return float(after[10]), after[:10] / after[:10].sum(), frame.seen

    none, mild, seen = given(0.5)
    assert len(seen) == 1 and np.array_equal(seen[0], candidate.views[-1])
    same, strong, _ = given(0.95)
    assert none == same, "it knows digits alone"
    assert 0.4 < mild[7] < strong[7] and int(strong.argmax()) == 7
    odds = 0.4 / 0.5 * (0.5 / (0.5 / 9)) ** FRAME
    assert mild[7] / mild[1] == pytest.approx(odds, rel=0.05)

    def never() -> Engine:
        raise AssertionError("a large picture is no file to be seen as it is")

    heard(CANDIDATE, Shows(before), silent, never)


@pytest.mark.parametrize("picture", ["28x28", "40x40", "enlarged"])
def test_small_files_are_known_as_such(picture: str) -> None:
    side = 40 if picture == "40x40" else 28
    small = np.zeros((side, side), np.uint8)
    cv2.putText(small, "7", (5, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    if picture == "enlarged":
        small = np.kron(small, np.ones((8, 8), np.uint8))
    assert all(one.small for one in find_digit(small))


def test_the_one_for_small_files_reads_them() -> None:
    frame = shipped_frame()
    assert frame.card.ink.size == 28 and not frame.card.frames
    small = [cv2.resize(255 - one, (28, 28), interpolation=cv2.INTER_AREA) for one in DRAWN]
    found = frame(np.stack(small).astype(np.float32) / np.max(small)).logits
    assert found.shape == (2, 10) and found.argmax(axis=1).tolist() == [7, 0]


def test_what_it_sees_is_the_digit_alone() -> None:
    network = Says("7", 0.9)
    picture = seven()
    speck = picture.copy()
    cv2.circle(speck, (20, 20), 4, 0, -1)
    for drawn in (picture, speck):
        heard(find_digit(drawn)[0], Shows(shares(d7=0.5)), network)
    first, second = network.seen
    assert first.shape[0] == 32 and first.max() > 0.9
    assert first == pytest.approx(second, abs=0.05)
    rows = np.flatnonzero((first > 0.5).any(axis=1))
    assert 20 <= np.ptp(rows) + 1 <= 24, "as high as the digits of a line"


def test_the_shipped_one_reads_digits_alone() -> None:
    """It is heard about single digits because it can read them."""
    line = shipped_line()
    for picture, digit in ((seven(), 7), (ring(), 0)):
        (candidate,) = find_digit(picture)[:1]
        crop = line_crop(digit_row(candidate.cleaned.strength, candidate.mask))
        logs = line([crop])[0]
        assert int(logs[:, :10].max(axis=0).argmax()) == digit


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was asked."""
    names: list[str] = []

    def spied() -> LineEngine:
        names.append("line")
        return shipped_line()

    monkeypatch.setattr("palote.reader.shipped_line", spied)
    return names


def four_or_nine() -> NDArray[np.uint8]:
    """A 4 whose upper end is closed so far that the network by itself is not sure."""
    reader = Reader(alone=True)
    for end in range(84, 132, 2):
        picture = np.full((200, 200), 255, np.uint8)
        points = np.array([[end, 52], [70, 62], [62, 100], [90, 112], [128, 106]], np.int32)
        cv2.polylines(picture, [points], False, 0, 9, cv2.LINE_AA)
        cv2.line(picture, (132, 48), (124, 160), 0, 9, cv2.LINE_AA)
        (digit,) = reader.read(picture, expect="digit").digits
        if digit.confidence < 0.85 and digit.probabilities[[4, 9]].sum() > 0.8:
            return picture
    raise AssertionError("somewhere between a 4 and a 9 it is not sure")


def test_only_the_shipped_network_is_helped(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader()
    assert reader.read(seven(), expect="digit").text == "7" and not asked
    doubtful = reader.read(four_or_nine(), expect="digit")
    assert asked == ["line"]
    copied = tmp_path / "mine.onnx"
    copied.write_bytes((catalog.ASSETS / "default.onnx").read_bytes())
    alone = Reader(copied).read(four_or_nine(), expect="digit")
    assert asked == ["line"], "who compares networks asks for the answer of each"
    assert alone.digits[0].confidence < 0.9
    assert alone.digits[0].probabilities.tolist() != doubtful.digits[0].probabilities.tolist()
    by_itself = Reader(alone=True).read(four_or_nine(), expect="digit")
    assert asked == ["line"]
    assert by_itself.digits[0].probabilities.tolist() == alone.digits[0].probabilities.tolist()
    with monkeypatch.context() as patch:
        patch.setattr(Reader, "version", 1)
        taught = reader.read(four_or_nine(), expect="digit")
    assert asked == ["line"], "what a person has taught is not outvoted"
    assert taught.digits[0].probabilities.tolist() == alone.digits[0].probabilities.tolist()


def test_all_ways_to_read_hear_the_same(asked: list[str]) -> None:
    reader, picture = Reader(), four_or_nine()
    one = reader.read(picture, expect="digit").to_dict()
    (many,) = reader.read_many([picture], expect="digit")
    assert many.to_dict() == one
    glance = reader.glance(picture, expect="digit")
    assert glance is None or glance.to_dict() == one
    assert len(asked) >= 2
