"""Digit, Stage and Reading: validated, frozen, ready for JSON."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Digit, Reading, Stage
from palote.result import AGAINST, FOR, STATUSES, Json, Line, Status


def digit(value: str = "7", confidence: float = 0.9, classes: int = 10) -> Digit:
    probabilities = np.full(classes, 0.01, np.float32)
    probabilities[7] = 1 - probabilities.sum() + probabilities[7]
    ink = np.zeros((28, 28), np.float32)
    ink[4:24, 14] = 0.5
    return Digit(value, confidence, probabilities, (1, 2, 30, 40), ink)


def decoded(url: Json) -> NDArray[np.uint8]:
    """The pixels of a PNG data URL."""
    assert isinstance(url, str)
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(body), np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)


def test_a_digit_as_a_dictionary() -> None:
    content = digit().to_dict()
    assert json.loads(json.dumps(content)) == content
    assert list(content) == ["value", "confidence", "probabilities", "box"]
    assert content["box"] == [1, 2, 30, 40] and content["value"] == "7"
    shares = content["probabilities"]
    assert isinstance(shares, list) and sum(map(float, map(str, shares))) == pytest.approx(1)


def test_a_reading_is_shown_without_its_pixels() -> None:
    one = digit()
    shown = repr(Reading("7", "ok", 0.9, (one,)))
    assert "value='7'" in shown and "confidence=0.9" in shown and "box=(1, 2, 30, 40)" in shown
    assert "array" not in shown and len(shown) < 300


def test_the_ink_as_a_picture() -> None:
    pixels = decoded(digit().to_dict(images=True)["ink"])
    assert pixels.shape == (28, 28)
    assert pixels.max() == 128 and pixels[0, 0] == 0 and pixels[10, 14] == 128


def test_the_saliency_is_a_picture_to_lay_over_the_ink() -> None:
    saliency = np.zeros((28, 28), np.float32)
    saliency[5, 6], saliency[7, 8] = 1, -0.5
    asked = dataclasses.replace(digit(), saliency=saliency)
    pixels = decoded(asked.to_dict(images=True)["saliency"])
    assert pixels.shape == (28, 28, 4)
    blue, green, red, alpha = pixels[5, 6].tolist()  # OpenCV: blue first
    assert (red, green, blue, alpha) == (*FOR, 255)
    blue, green, red, alpha = pixels[7, 8].tolist()
    assert (red, green, blue, alpha) == (*AGAINST, 128)
    assert np.count_nonzero(pixels[..., 3]) == 2
    assert "saliency" not in asked.to_dict()
    assert "saliency" not in digit().to_dict(images=True)
    with pytest.raises(ValueError, match="read-only"):
        saliency[0, 0] = 1


def test_a_stage_keeps_its_colours() -> None:
    image = np.zeros((5, 6, 3), np.uint8)
    image[..., 0] = 200
    content = Stage("original", image).to_dict()
    assert content["name"] == "original"
    assert decoded(content["image"])[0, 0].tolist() == [0, 0, 200]  # OpenCV: blue, green, red


def test_a_reading_as_a_dictionary() -> None:
    stages = (Stage("centred", np.zeros((28, 28), np.uint8)),)
    reading = Reading("7", "ok", 0.91234567, (digit(),), stages, "mine")
    content = reading.to_dict()
    assert json.loads(json.dumps(content)) == content
    assert list(content) == [
        *("text", "status", "confidence", "model", "raw", "digits", "lines", "alternatives")
    ]
    assert (content["confidence"], content["model"]) == (0.912346, "mine")
    with_images = reading.to_dict(images=True)
    assert isinstance(with_images["stages"], list) and len(with_images["stages"]) == 1
    assert json.loads(json.dumps(with_images)) == with_images


def test_a_table_has_rows_and_empty_cells() -> None:
    def line(raw: str, cell: tuple[int, int] | None) -> Line:
        return Line(raw.replace(".", ""), raw, "ok", 0.9, (0, 0, 9, 9), cell=cell)

    lines = (line("2026", None), line("1", (0, 1)), line("2.5", (1, 0)), line("7", (1, 0)))
    reading = Reading("", "ok", 0.9, lines=lines)
    assert reading.table == (("", "1"), ("2.5 7", ""))
    assert reading.lines[1].to_dict()["cell"] == [0, 1]
    assert reading.lines[0].to_dict()["cell"] is None
    assert Reading("", "ok", 0.9, lines=lines[:1]).table == ()


def test_stages_that_look_alike_keep_their_names_and_shapes() -> None:
    plain, wide = np.zeros((28, 28), np.uint8), np.zeros((14, 56), np.uint8)
    stages = (Stage("original", plain), Stage("evened", plain.copy()), Stage("binary", wide))
    found = Reading("7", "ok", 0.9, (digit(),), stages).to_dict(images=True)["stages"]
    assert found == [stage.to_dict() for stage in stages]
    shapes = [decoded(one["image"]).shape for one in found]  # type: ignore[call-overload, union-attr, index]
    assert shapes == [(28, 28), (28, 28), (14, 56)]


@pytest.mark.parametrize("status", STATUSES)
def test_every_status(status: Status) -> None:
    assert Reading("", status, 0.0).to_dict()["status"] == status


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: digit("x"), "one digit, not 'x'"),
        (lambda: digit("12"), "one digit, not '12'"),
        (lambda: digit(""), "one digit, not ''"),
        (lambda: digit(confidence=1.01), "not 1.01"),
        (lambda: digit(confidence=float("nan")), "not nan"),
        (lambda: digit(classes=11), r"not \(11,\)"),
        (lambda: Reading("7", "fine", 0.5), "not 'fine'"),  # type: ignore[arg-type]
        (lambda: Reading("7", "ok", -0.1), "not -0.1"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_nothing_can_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        digit().value = "1"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        digit().ink[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        digit().probabilities[0] = 1
