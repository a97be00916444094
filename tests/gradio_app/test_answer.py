"""What is shown of a reading: words in both languages, figures, pictures."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import palote
from palote import errors
from palote.errors import CorruptImage, InputError, LearnError, ModelError, TooSmall
from palote.result import Alternative, Json, Reading
from palote.surfaces.gradio_app import answer
from palote.surfaces.gradio_app.examples import examples
from palote.surfaces.gradio_app.words import REFUSED, SPANISH, explain, percent
from tests.drawing import seven
from tests.numbers.ruled import ROWS, table
from tests.numbers.writing import written

NEVER_SEEN = {"unsupported-array", "export-failed", "no-camera"}
"""Codes of what the app never does."""


@pytest.fixture(scope="module")
def reading() -> Reading:
    return palote.read(seven(), stages=True)


def as_(reading: Reading, status: str, text: str, confidence: float) -> Reading:
    """The same reading with another outcome."""
    digit = replace(reading.digits[0], confidence=confidence)
    return replace(reading, status=status, text=text, confidence=confidence, digits=(digit,))


def pixels(shown: Json) -> NDArray[np.uint8]:
    """What a data URL shows."""
    assert isinstance(shown, dict) and isinstance(shown["url"], str)
    assert shown["path"] is None
    data = base64.b64decode(shown["url"].removeprefix("data:image/png;base64,"))
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def test_a_table_is_shown_as_one() -> None:
    shown = answer.sentence(palote.read(table(), expect="number"), "es")
    rows = re.findall("<tr>(.*?)</tr>", shown)
    cells = [re.findall("<td>(.*?)</td>", row) for row in rows]
    assert [[cell == "" for cell in row] for row in cells] == [[not t for t in row] for row in ROWS]
    assert "<table" not in answer.sentence(palote.read(written("2047"), expect="number"), "es")


def test_the_label_of_a_digit(reading: Reading) -> None:
    shown = answer.label(reading, "en")
    assert shown["label"] == "7"
    ranked = shown["confidences"]
    assert isinstance(ranked, list)
    pairs = [(one["label"], one["confidence"]) for one in ranked if isinstance(one, dict)]
    assert {label for label, _ in pairs} == set("0123456789")
    shares = [float(str(share)) for _, share in pairs]
    assert shares == sorted(shares, reverse=True)
    assert max(shares) == 0.994, "Gradio would round a higher one to 100 %"


@pytest.mark.parametrize(
    ("status", "text", "english", "spanish"),
    [
        ("unsure", "?", "?", "?"),
        ("not_digit", "", "not a digit", "no es una cifra"),
        ("empty", "", "empty", "vacío"),
    ],
)
def test_honest_labels(
    reading: Reading, status: str, text: str, english: str, spanish: str
) -> None:
    doubtful = as_(reading, status, text, 0.4)
    assert answer.label(doubtful, "en")["label"] == english
    assert answer.label(doubtful, "es")["label"] == spanish


def test_a_blank_sheet_has_no_probabilities() -> None:
    blank = palote.read(np.full((50, 50), 255, np.uint8), stages=True)
    assert answer.label(blank, "en") == {"label": "empty"}
    assert "no hay tinta" in answer.sentence(blank, "es")
    assert len(answer.way(blank, "es")) == 1


@pytest.mark.parametrize(
    ("status", "confidence", "english", "spanish"),
    [
        ("ok", 0.99, "Almost certainly: 99.0%", "Casi con toda seguridad: 99,0\N{NBSP}%"),
        ("ok", 0.95, "Very likely: 95.0%", "Muy probablemente: 95,0\N{NBSP}%"),
        ("ok", 0.7, "Probably: 70.0%", "Probablemente: 70,0\N{NBSP}%"),
        ("unsure", 0.4, "Not sure. Perhaps a 7: 40.0%", "No está claro. Quizá un 7: 40,0\N{NBSP}%"),
        (
            "not_digit",
            0.1,
            "That does not look like a digit. The nearest would be a 7: 10.0%",
            "Esto no parece una cifra. Lo más parecido sería un 7: 10,0\N{NBSP}%",
        ),
    ],
)
def test_the_sentence(
    reading: Reading, status: str, confidence: float, english: str, spanish: str
) -> None:
    shown = as_(reading, status, "7" if status == "ok" else "", confidence)
    for language, words in (("en", english), ("es", spanish)):
        said = answer.sentence(shown, language)
        assert re.sub("<[^>]+>", "", said) == words
        assert f"palote-{status}" in said and 'role="status"' in said


@pytest.fixture(scope="module")
def number() -> Reading:
    return palote.read(written("2047"), expect="number", stages=True)


def test_a_number_and_what_else_it_may_be(number: Reading) -> None:
    (line,) = number.lines
    others = (Alternative("2047", "2047", 0.81), Alternative("2017", "2017", 0.12))
    sure = replace(number, text="2047", status="ok", confidence=0.95)
    sure = replace(sure, lines=(replace(line, raw="2047", status="ok", alternatives=others),))
    assert answer.label(sure, "en") == {
        "label": "2047",
        "confidences": [
            {"label": "2047", "confidence": 0.81},
            {"label": "2017", "confidence": 0.12},
        ],
    }
    assert "Very likely: 95.0%" in answer.sentence(sure, "en")
    doubtful = replace(line, raw="20?7", status="unsure", alternatives=others)
    unsure = replace(sure, text="20?7", status="unsure", confidence=0.4, lines=(doubtful,))
    assert answer.label(unsure, "es")["label"] == "20?7"
    assert "No está claro. Quizá 2047: 40,0" in answer.sentence(unsure, "es")
    two = replace(unsure, lines=(sure.lines[0], doubtful))
    assert answer.label(two, "es")["label"] == "2047 · 20?7"
    assert "1 de 2 números" in answer.sentence(two, "es")
    nothing = replace(sure, text="", status="not_digit", confidence=0.0, lines=(), digits=())
    assert answer.label(nothing, "es") == {"label": "no es un número"}
    assert "Esto no parece un número." in answer.sentence(nothing, "es")


def test_the_digits_of_a_number_are_in_boxes(number: Reading) -> None:
    height, width = written("2047").shape
    boxed = answer.found(number, (width, height)).image
    plain = cv2.resize(written("2047"), (boxed.shape[1], boxed.shape[0]))
    scale = boxed.shape[1] / width
    coloured = np.ptp(boxed.astype(int), axis=2) > 60
    assert 0.01 < coloured.mean() < 0.2
    for digit in number.digits:
        x, y, wide, high = (round(side * scale) for side in digit.box)
        assert coloured[y : y + high, x].mean() > 0.9, "the left side of its box"
        inner = np.s_[y + 8 : y + high - 8, x + wide // 2]
        assert np.abs(boxed[inner][..., 0].astype(int) - plain[inner]).mean() < 30


def test_no_certainty() -> None:
    assert percent(1.0, "en") == "99.9%"
    assert percent(0.7, "en") == "70.0%"
    assert percent(0.0, "es") == "0,0\N{NBSP}%"


def test_the_pictures_of_the_way_are_large_enough_to_see(reading: Reading) -> None:
    way = answer.way(reading, "es")
    captions = [one["caption"] for one in way if isinstance(one, dict)]
    assert captions == ["Original", "Luz pareja", "Tinta o papel", "Reducida", "Lo que ve la red"]
    last = way[-1]
    assert isinstance(last, dict)
    shown = pixels(last["image"])
    assert shown.shape == (280, 280)
    seen = np.rint(reading.digits[0].ink * 255).astype(np.uint8)
    assert np.array_equal(shown[5::10, 5::10], seen), "each pixel of the patch is a square"


def test_a_photo_is_shown_smaller() -> None:
    photo = np.zeros((3000, 1500, 3), np.uint8)
    photo[..., 0] = 200
    shown = pixels(answer.picture(photo))
    assert shown.shape == (1000, 500, 3)
    assert tuple(shown[0, 0]) == (0, 0, 200), "red is still red, in OpenCV's order"


def test_a_refusal_in_both_languages() -> None:
    error = TooSmall("The <data> has 2 x 2 pixels.")
    assert explain(error, "en") == str(error)
    assert explain(error, "es").startswith("La imagen es demasiado pequeña")
    assert "The &lt;data&gt; has" in answer.refusal(error, "en")
    assert "palote-refused" in answer.refusal(CorruptImage("x"), "es")


def test_every_refusal_has_its_spanish_sentence() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    met = {kind.code for kind in kinds if issubclass(kind, InputError | ModelError | LearnError)}
    assert met - NEVER_SEEN | {"missing-extra"} == set(REFUSED)


def test_both_languages_have_the_same_blanks() -> None:
    for english, spanish in SPANISH.items():
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", spanish)


def test_the_examples_show_what_they_promise() -> None:
    outcomes = [(one.status, one.text) for one in map(palote.read, (e.image for e in examples()))]
    expected = [("ok", "3"), ("ok", "7"), ("ok", "4"), ("ok", "5"), ("not_digit", "")]
    assert outcomes == expected
    assert all(example.title in SPANISH for example in examples())
