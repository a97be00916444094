"""`palote explain`: one picture of how an answer came about."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from palote.model import catalog
from palote.result import AGAINST, FOR
from palote.surfaces.cli.poster import WIDTH
from tests.conftest import Missing

from .conftest import Palote

COMMAND = importlib.import_module("palote.surfaces.cli.explain")


@pytest.fixture
def without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(COMMAND, "find_spec", lambda name: None)


def pixels(path: str = "why.png") -> NDArray[np.uint8]:
    with Image.open(path) as image:
        assert image.format == "PNG" and image.mode == "RGB" and image.width == WIDTH
        return np.asarray(image, np.uint8)


def near(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    """How many pixels have nearly this colour."""
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 40).sum())


@pytest.mark.usefixtures("without_keras")
def test_without_keras_it_draws_the_rest_and_says_so(palote: Palote, photo: str) -> None:
    result = palote("explain", photo, "--out", "why.png")
    assert (result.code, result.out) == (0, "why.png\n")
    assert 'pip install "palote[train]"' in result.err and result.err.count("\n") == 1
    picture = pixels()
    assert min(near(picture, FOR), near(picture, AGAINST)) > 200, "both maps have colour"
    assert sorted(os.listdir()) == [photo, "why.png"], "nothing else is left behind"


def test_with_keras_there_are_feature_maps(
    palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch, missing: Missing
) -> None:
    if COMMAND.find_spec("tensorflow") is None:
        missing("tools", "the extra train is not installed")
    result = palote("explain", photo, "--out", "why.png")
    assert (result.code, result.out, result.err) == (0, "why.png\n", "")
    with_maps = pixels()
    monkeypatch.setattr(COMMAND, "find_spec", lambda name: None)
    assert palote("explain", photo, "--out", "why.png").code == 0
    assert len(with_maps) > len(pixels()) + 300


def test_a_model_without_its_keras_file(palote: Palote, photo: str) -> None:
    shutil.copy(catalog.ASSETS / "default.onnx", "mine.onnx")
    result = palote("explain", photo, "--model", "mine.onnx", "--out", "why.png")
    assert result.code == 0 and "mine.keras" in result.err
    assert len(pixels()) > 1000


@pytest.mark.usefixtures("without_keras")
def test_another_digit_can_be_compared(palote: Palote, photo: str) -> None:
    pictures = {}
    for digit in ("1", "4", "7"):
        assert palote("explain", photo, "--digit", digit, "--out", "why.png").code == 0
        pictures[digit] = pixels().tobytes()
    assert pictures["1"] != pictures["4"]
    assert palote("explain", photo, "--out", "why.png").code == 0
    # The answer itself is there in any case, beside the runner-up.
    assert pixels().tobytes() == pictures["7"]


@pytest.mark.usefixtures("without_keras")
def test_what_is_no_digit_is_drawn_too(palote: Palote, photo: str) -> None:
    lines = np.full((200, 200), 255, np.uint8)
    for y in range(30, 190, 30):
        cv2.line(lines, (20, y), (180, 200 - y), 0, 6)
    cv2.imwrite("scribble.png", lines)
    assert palote("read", "scribble.png").out.endswith("(not a digit)\n")
    result = palote("explain", "scribble.png", "--out", "why.png", "--clean", "otsu")
    assert result.code == 0 and len(pixels()) > 1000


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("nosuch.png", "--out", "why.png"), 1, "There is no file 'nosuch.png'"),
        (("blank.png", "--out", "why.png"), 1, "nothing to explain in 'blank.png'"),
        (("text.png", "--out", "why.png"), 1, "is text, not a picture"),
        (("photo.png", "--out", "why.jpg"), 2, "--out must end in .png, not 'why.jpg'"),
        (("photo.png", "--out", "no/why.png"), 2, "There is no folder 'no'"),
        (("photo.png", "--out", "folder"), 2, "folder"),
        (("photo.png",), 2, "--out"),
        (("photo.png", "--out", "why.png", "--digit", "12"), 2, "0 to 9, not '12'"),
        (("photo.png", "--out", "why.png", "--model", "nosuch"), 2, "no model 'nosuch'"),
        (("photo.png", "--out", "why.png", "--clean", "soap"), 2, "adaptive"),
    ],
)
def test_what_cannot_be_drawn(
    palote: Palote, photo: str, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    cv2.imwrite("blank.png", np.full((80, 80), 255, np.uint8))
    Path("text.png").write_text("not a picture")
    Path("folder").mkdir()
    before = sorted(os.listdir())
    result = palote("explain", *arguments)
    assert (result.code, result.out) == (code, "")
    assert sentence in result.err and "Traceback" not in result.err
    assert sorted(os.listdir()) == before


@pytest.mark.usefixtures("without_keras")
def test_a_full_disk_leaves_the_picture_that_was_there(
    palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("why.png").write_bytes(b"the one before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        result = palote("explain", photo, "--out", "why.png")
    assert result.code == 1
    assert "palote: 'why.png' cannot be written: No space left on device." in result.err
    assert Path("why.png").read_bytes() == b"the one before"
    assert sorted(os.listdir()) == [photo, "why.png"]
