"""The reader: answers, statuses, streams, threads."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import palote
from palote import Reader, Reading, Settings
from palote.errors import FileNotReadable, PaloteError, UsageError
from palote.ink import CLEANINGS, find_digit
from palote.metrics import softmax
from palote.reader import EXPECTATIONS
from tests.drawing import ring, seven


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def test_reads_a_drawing():
    reading = palote.read(seven())
    assert (reading.text, reading.status) == ("7", "ok")
    digit = reading.digits[0]
    assert digit.value == "7" and digit.confidence == reading.confidence > 0.9
    assert digit.probabilities.shape == (10,) and digit.probabilities.dtype == np.float32
    assert float(digit.probabilities.sum()) == pytest.approx(1.0, abs=1e-5)
    assert int(digit.probabilities.argmax()) == 7
    assert digit.ink.shape == (28, 28) and digit.ink.dtype == np.float32
    x, y, width, height = digit.box
    assert 52 <= x <= 60 and 52 <= y <= 60 and 90 <= width <= 110 and 120 <= height <= 140


def test_blank_is_empty(reader: Reader):
    reading = reader.read(np.full((100, 100, 3), 240, np.uint8), stages=True)
    assert (reading.text, reading.status, reading.digits) == ("", "empty", ())
    assert reading.confidence == 0.0
    assert [stage.name for stage in reading.stages] == ["original"]


def test_a_glance_says_the_same_or_nothing(reader: Reader):
    for picture in (seven(), ring(), 255 - seven(), seven(28 * 9), seven()[40:200, 40:170]):
        for stages in (False, True):
            glanced, read = (
                reader.glance(picture, stages=stages),
                reader.read(picture, stages=stages),
            )
            assert glanced is not None
            assert glanced.to_dict(images=stages) == read.to_dict(images=stages)
    two = np.hstack([seven(), ring()])
    ruled = np.minimum(seven(), np.where(np.arange(240) % 24 < 2, 60, 255)[:, None])
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), np.uint8)
    dust = np.where(np.random.default_rng(1).random((240, 240)) < 0.01, 0, seven()).astype(np.uint8)
    for picture in (two, ruled, noise, dust, np.full((90, 90), 255, np.uint8)):
        assert reader.glance(picture) is None
    assert reader.glance(seven(), expect="number") is None
    assert Reader(clean="otsu").glance(seven()) is None
    with pytest.raises(UsageError):
        reader.glance(seven(), expect="letter")


def test_a_scribble_is_no_sure_digit(reader: Reader):
    rng = np.random.default_rng(5)
    withheld = 0
    for _ in range(20):
        picture = np.full((240, 240), 255, np.uint8)
        line = rng.integers(30, 210, (14, 2)).astype(np.int32)
        cv2.polylines(picture, [line], False, 0, 5, cv2.LINE_AA)
        withheld += reader.read(picture).status != "ok"
    assert withheld >= 18


def test_unsure_is_a_question_mark(reader: Reader):
    """Between a 7 and a scribble there is something Palote does not vouch for."""
    rng = np.random.default_rng(6)
    seen: dict[str, list[Reading]] = {}
    for _ in range(300):
        picture = seven()
        line = rng.integers(40, 200, (int(rng.integers(2, 4)), 2)).astype(np.int32)
        cv2.polylines(picture, [line], False, 0, 8, cv2.LINE_AA)
        reading = reader.read(picture, expect="digit")
        seen.setdefault(reading.status, []).append(reading)
    card = reader.card
    faint = [one for one in seen["unsure"] if one.confidence < card.unsure_below]
    doubted = [one for one in seen["unsure"] if one.confidence >= card.unsure_below]
    assert faint and doubted
    for one in seen["unsure"]:
        assert one.text == "?" and one.digits[0].value in "0123456789"
    for one in doubted:  # a digit's shape, but perhaps no digit
        assert card.doubt_above < no_digit(one) <= card.not_digit_above
    for one in seen["ok"]:
        assert one.confidence >= card.unsure_below and no_digit(one) <= card.doubt_above
    assert all(one.text == "" and one.digits for one in seen["not_digit"])


def no_digit(reading: Reading) -> float:
    """Return what the network gives to "no digit"."""
    (digit,) = reading.digits
    return 1 - digit.confidence / float(digit.probabilities.max())


def test_a_small_file_is_looked_at_twice(reader: Reader):
    """Its answer is the mean of what the network says of the patch and of the frame."""
    assert reader.card.frames
    struck = cv2.resize(255 - seven(), (28, 28), interpolation=cv2.INTER_AREA)
    struck[12:15] = 255 - struck[12:15]
    (digit,) = reader.read(struck, expect="digit").digits
    (candidate,) = [c for c in find_digit(struck) if np.array_equal(c.patch, digit.ink)]
    outputs = reader._engine(np.stack(candidate.views))
    both = softmax(outputs.logits, reader.card.temperature)[:, :10]
    assert len(both) == 2 and np.abs(both[0] - both[1]).max() > 1e-3
    mean = both.mean(axis=0)
    assert digit.probabilities == pytest.approx(mean / mean.sum(), abs=1e-4)
    assert digit.value == "7"


def test_stages(reader: Reader):
    reading = reader.read(seven(), stages=True)
    names = [stage.name for stage in reading.stages]
    assert names == ["original", "evened", "binary", "binary28", "centred"]
    shapes = [stage.image.shape for stage in reading.stages]
    assert shapes[0] == (240, 240) and shapes[3] == shapes[4] == (28, 28)
    assert all(stage.image.dtype == np.uint8 for stage in reading.stages)
    assert set(np.unique(reading.stages[2].image)) == {0, 255}
    centred = np.rint(reading.digits[0].ink * 255).astype(np.uint8)
    assert (reading.stages[-1].image == centred).all()


@pytest.mark.parametrize("how", CLEANINGS)
def test_every_cleaning_reads_a_clear_digit(reader: Reader, how: str):
    if how == "none":
        picture = cv2.resize(seven(), (28, 28), interpolation=cv2.INTER_AREA)
    else:
        picture = seven()
    assert reader.read(picture, clean=how).digits[0].value == "7"


def test_results_are_frozen(reader: Reader):
    digit = reader.read(seven()).digits[0]
    with pytest.raises(ValueError, match="read-only"):
        digit.ink[0, 0] = 1
    with pytest.raises(AttributeError):
        digit.value = "3"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"expect": "letter"}, "expect must be one of auto, digit, number; not 'letter'"),
        ({"pattern": "letters"}, "pattern must have a #"),
        ({"clean": "soap"}, "clean must be one of auto, otsu, adaptive, clahe, none; not 'soap'"),
    ],
)
def test_wrong_arguments(arguments: dict[str, str], sentence: str):
    with pytest.raises(UsageError, match=sentence):
        palote.read(seven(), **arguments)


def test_expectations_agree(reader: Reader):
    readings = [reader.read(seven(), expect=expect) for expect in EXPECTATIONS]
    assert [[digit.value for digit in reading.digits] for reading in readings] == [["7"]] * 3


def test_read_many_equals_read(reader: Reader, tmp_path: Path):
    path = tmp_path / "ring.png"
    cv2.imwrite(str(path), ring())
    images = [seven(), path, np.full((50, 50), 255, np.uint8), path.read_bytes(), 255 - seven()]
    many = list(reader.read_many(images, batch=2))
    for one, image in zip(many, images, strict=True):
        single = reader.read(image)
        assert (one.text, one.status) == (single.text, single.status)
        assert one.confidence == pytest.approx(single.confidence, abs=1e-5)


def test_read_many_returns_errors_in_their_place(reader: Reader):
    answers = list(reader.read_many([seven(), "missing.png", ring()], on_error="return"))
    assert isinstance(answers[0], Reading) and isinstance(answers[2], Reading)
    assert isinstance(answers[1], FileNotReadable)


def test_read_many_raises_after_what_came_before(reader: Reader):
    stream = reader.read_many([seven(), b"no picture", ring()])
    assert next(stream).digits[0].value == "7"
    with pytest.raises(PaloteError):
        next(stream)


@pytest.mark.parametrize("arguments", [{"on_error": "ignore"}, {"batch": 0}, {"expect": "x"}])
def test_read_many_checks_its_arguments_at_once(reader: Reader, arguments: dict[str, object]):
    with pytest.raises(UsageError):
        reader.read_many([], **arguments)  # type: ignore[call-overload]


@pytest.mark.parametrize("one", ["photo.png", b"bytes", Path("photo.png")])
def test_read_many_does_not_take_one_picture_for_many(reader: Reader, one: object):
    with pytest.raises(UsageError, match="several pictures"):
        reader.read_many(one)  # type: ignore[call-overload]


def test_read_many_takes_a_batch_at_a_time(reader: Reader):
    taken = 0

    def images() -> Iterator[np.ndarray]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield seven()

    stream = reader.read_many(images(), batch=8)
    next(stream)
    assert taken == 8


def test_read_many_needs_constant_memory(reader: Reader):
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in reader.read_many((seven() for _ in range(count)), batch=16):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(16)
    assert peak(320) < 1.5 * peak(32)


def test_threads_share_a_reader(reader: Reader):
    pictures = [seven(pen=p) for p in (4, 8, 12, 16)] + [ring(pen=p) for p in (4, 8, 12, 16)]
    alone = [reader.read(p).confidence for p in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda p: reader.read(p).confidence, pictures * 5))
    assert together == pytest.approx(alone * 5, abs=1e-5)


def test_box_is_in_pixels_of_the_whole_photo(reader: Reader):
    from PIL import Image

    large = Image.fromarray(seven()).resize((2400, 2400))
    small = reader.read(seven()).digits[0].box
    assert np.allclose(np.array(reader.read(large).digits[0].box) / 10, small, atol=3)


def test_limits_come_from_settings():
    with pytest.raises(PaloteError, match="pixels"):
        Reader(settings=Settings(max_pixels=100)).read(seven())


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=40)
    | st.integers(1, 60).flatmap(
        lambda side: st.binary(min_size=side * side, max_size=side * side).map(
            lambda raw: np.frombuffer(raw, np.uint8).reshape(side, side)
        )
    )
)
def test_anything_gives_a_reading_or_one_of_our_errors(image: bytes | str | np.ndarray):
    try:
        reading = palote.read(image)
    except PaloteError as error:
        assert str(error)
    else:
        assert reading.status in ("ok", "unsure", "not_digit", "empty")
