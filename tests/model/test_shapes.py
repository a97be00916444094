"""Between patches and model files: what is found, what is declared, what comes out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from palote.errors import InkSpecMismatch, ModelCorrupt, UsageError
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.shapes import Heads, Layout, card_for, declared_input, in_parts
from palote.surfaces.cli.options import declared_by

WIDE = InkSpec.sized(96, channels=3)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("28x28", InkSpec()),
        ("28X28X1", InkSpec()),
        ("96x96x3", WIDE),
        ("64x64", InkSpec(64, 46)),
        ("32x32,inverted", InkSpec(32, 23, low=1.0, high=0.0)),
        ("28x28, 255", InkSpec(high=255.0)),
        ("28x28,255,inverted", InkSpec(low=255.0, high=0.0)),
        ("28x28,inverted,-1..1", InkSpec(low=1.0, high=-1.0)),
        ("28x28,0..1", InkSpec()),
    ],
)
def test_what_a_person_declares(text: str, spec: InkSpec):
    assert declared_input(text) == declared_by(text) == spec
    assert declared_by(None) is None


@pytest.mark.parametrize(
    "text", ["", "28", "28x28x2", "28x28,dark", "28x28,255,-1..1", "28x28,", "x", "28x28x3,9"]
)
def test_what_is_not_understood_lists_the_forms(text: str):
    with pytest.raises(UsageError, match=r"28x28, 64x64x1 or 96x96x3.*inverted.*255"):
        declared_input(text)


@pytest.mark.parametrize("text", ["28x30", "4x4", "1000x1000"])
def test_patches_are_square_and_of_sane_size(text: str):
    with pytest.raises(UsageError, match="square patches of 8 to 512 pixels"):
        declared_input(text)


@pytest.mark.parametrize(
    ("shape", "spec", "arranged"),
    [
        ((28, 28, 1), InkSpec(), (28, 28, 1)),
        ((1, 28, 28), InkSpec(), (1, 28, 28)),
        ((28, 28), InkSpec(), (28, 28)),
        ((784,), InkSpec(), (784,)),
        ((None, None, 1), InkSpec(), (28, 28, 1)),
        ((96, 96, 3), WIDE, (96, 96, 3)),
        ((3, 96, 96), WIDE, (3, 96, 96)),
    ],
)
def test_the_input_is_found_from_its_shape(
    shape: tuple[int | None, ...], spec: InkSpec, arranged: tuple[int, ...]
):
    card, layout = card_for("own", None, shape, "'own.onnx'", None)
    assert card == Card("own", spec) and layout.shape == arranged
    assert layout.arrange(np.zeros((2, *spec.shape), np.float32)).shape == (2, *arranged)


def test_the_channels_stay_what_they_were_when_they_come_first():
    patch = np.arange(96 * 96 * 3, dtype=np.float32).reshape(1, 96, 96, 3) / 3e4
    assert (Layout(WIDE, (3, 96, 96), True).arrange(patch)[0, 2] == patch[0, :, :, 2]).all()


def test_values_are_brought_to_what_was_declared():
    spec = declared_input("28x28,255,inverted")
    patch = np.array([[0.0, 0.5, 1.0]], np.float32)
    assert Layout(spec, (3,), False).arrange(patch).tolist() == [[255.0, 127.5, 0.0]]


def test_whole_numbers_mean_0_to_255():
    card, _ = card_for("own", None, (28, 28, 1), "'own.tflite'", None, np.uint8)
    assert card.ink == InkSpec(high=255.0)


def test_an_unknown_shape_says_how_to_declare_it():
    with pytest.raises(ModelCorrupt, match=r"\[64, 64, 3\].*28x28 or 96x96x3.*--input 64x64"):
        card_for("own", None, (64, 64, 3), "'own.onnx'", None)
    card, _ = card_for("own", None, (64, 64, 3), "'own.onnx'", declared_input("64x64x3"))
    assert card.ink.shape == (64, 64, 3)


def test_a_model_of_ours_is_not_read_with_something_else():
    with pytest.raises(InkSpecMismatch, match=r"from 0 to 1[.] It cannot be given .* 0 to 255"):
        card_for("own", Card("own"), (28, 28, 1), "'own.onnx'", InkSpec(high=255.0))


def heads(**outputs: object) -> Heads:
    """What is found of a network whose outputs are given as functions of the patches."""

    def ask(inks: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        return {name: make(inks) for name, make in outputs.items()}  # type: ignore[operator]

    return Heads.found(ask, InkSpec(), "'own.onnx'")


def mixed(inks: NDArray[np.float32], classes: int) -> NDArray[np.float32]:
    weights = np.random.default_rng(1).normal(0, 1, (28 * 28, classes))
    return np.asarray(inks.reshape(len(inks), -1) @ weights, np.float32)


def softmax(inks: NDArray[np.float32], classes: int = 10) -> NDArray[np.float32]:
    power = np.exp(mixed(inks, classes) / 10)
    return np.asarray(power / power.sum(axis=1, keepdims=True), np.float32)


def test_logits_and_embedding_are_known_by_their_names():
    found = heads(
        embedding=lambda inks: mixed(inks, 10), logits=lambda inks: mixed(inks, 11), more=np.copy
    )
    assert found == Heads("logits", "embedding", False)


def test_probabilities_become_logits():
    found = heads(Identity=softmax)
    assert found == Heads("Identity", None, True)
    inks = np.random.default_rng(2).random((4, 28, 28), np.float32)
    logits, embedding = found.read({"Identity": softmax(inks)}, 4)
    assert np.exp(logits) == pytest.approx(softmax(inks)) and embedding.shape == (4, 0)
    sure, _ = found.read({"Identity": np.eye(10, dtype=np.float32)}, 10)
    assert np.isfinite(sure).all() and (sure.argmax(axis=1) == np.arange(10)).all()


def test_one_sigmoid_for_each_digit_counts_as_probabilities_too():
    assert heads(out=lambda inks: 1 / (1 + np.exp(-mixed(inks, 10)))).probabilities


@pytest.mark.parametrize("classes", [2, 5, 12, 1000])
def test_another_number_of_outputs(classes: int):
    with pytest.raises(ModelCorrupt, match=rf"gives {classes} values.*gives 10 values, or 11"):
        heads(out=lambda inks: mixed(inks, classes))


def test_two_outputs_that_might_be_meant():
    with pytest.raises(ModelCorrupt, match="gives 2 outputs of this kind"):
        heads(a=softmax, b=softmax)


def test_a_model_that_takes_one_picture_at_a_time_is_asked_one_by_one():
    sizes: list[int] = []

    def run(batch: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        sizes.append(len(batch))
        return {"out": batch.sum(axis=1, keepdims=True)}

    batch = np.arange(10, dtype=np.float32).reshape(5, 2)
    assert in_parts(run, batch, 1)["out"].ravel().tolist() == [1, 5, 9, 13, 17]
    assert in_parts(run, batch, 2)["out"].ravel().tolist() == [1, 5, 9, 13, 17]
    assert sizes == [1] * 5 + [2] * 3
    assert in_parts(run, batch[:0], None)["out"].shape == (0, 1)
