"""The network for whole lines: it builds, learns, is saved, loads, and its files agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from palote import Settings
from palote.errors import ModelCorrupt, UsageError
from palote.model.card import made_by
from palote.model.catalog import ASSETS
from palote.model.line import LineCard, OnnxLineEngine
from palote.numbers.ctc import ctc_greedy, ctc_log_probability
from palote.train.line_store import Lines
from palote.train.listener import Listener
from palote.train.phrases import SYMBOLS
from palote.train.runs import Run

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

QUIET = Listener(lambda line: None)


def bars(count: int, seed: int = 0) -> Lines:
    """Lines that are quickly learnt: a narrow bar is 1, a wide one 0."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        text = "".join(rng.choice(["0", "1"], int(rng.integers(1, 4))))
        line = np.zeros((32, 16 * len(text) + 8), np.uint8)
        for place, mark in enumerate(text):
            left = 8 + 16 * place + int(rng.integers(0, 3))
            line[5:27, left : left + (3 if mark == "1" else 10)] = 255
        pairs.append((line, text))
    return Lines.of(pairs)


def test_batches_hold_lines_of_like_width_and_all_of_them(keras):
    from palote.train.line_batches import LONGEST, STEP, LineBatches

    lines = bars(100)
    batches = LineBatches(lines, 10, 3)
    seen = np.sort(batches.batches.ravel())
    assert np.array_equal(seen, np.arange(100)) and len(batches) == 10
    spread = [np.ptp(lines.widths[chosen]) for chosen in batches.batches]
    assert np.mean(spread) < 0.5 * np.ptp(lines.widths)
    widths = [ink.shape[2] for ink, _ in (batches[i] for i in range(10))]
    assert widths[0] > max(widths[1:]), "Keras is shown that widths vary"
    ink, known = batches[1]
    assert ink.shape[:2] == (10, 32) and ink.shape[3] == 1 and ink.shape[2] % 16 == 0
    assert 0 <= ink.min() and ink.max() <= 1 and known.shape == (10, 2 + LONGEST)
    assert np.array_equal(batches[1][0], ink), "the same epoch changes a line in the same way"
    first = batches.batches.copy()
    batches.begin(1)
    assert not np.array_equal(batches.batches, first)
    calm, known = LineBatches(lines, 10, strength=0)[4]
    texts = {"".join(SYMBOLS[s] for s in row[2 : 2 + row[1]]) for row in known}
    assert texts <= set(lines.texts) and calm.shape[2] >= STEP * known[:, 0].max()


def test_lines_with_too_few_steps_are_left_out(keras):
    from palote.train.line_batches import LineBatches

    narrow = np.full((32, 16), 255, np.uint8)
    lines = Lines.of([(narrow, "1"), (narrow, "11111"), (narrow, "1" * 30), (narrow, "0")])
    assert set(LineBatches(lines, 2).batches.ravel()) == {0, 3}


def test_the_metric_counts_what_greedy_decoding_gives(keras):
    from palote.train.line_batches import BLANK, LONGEST, exact_match

    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (300, 6, BLANK + 1)).astype(np.float32)
    logits[:, :, 3:BLANK] = -9
    known = np.zeros((300, 2 + LONGEST), np.int32)
    known[:, 0] = rng.integers(3, 7, 300)
    known[:, 1] = rng.integers(0, 4, 300)
    known[:, 2:5] = rng.integers(0, 3, (300, 3))
    for steps, row in zip(logits[::3], known[::3], strict=True):  # so that a third is right
        text = ctc_greedy(steps[: row[0]])
        row[1], row[2 : 2 + len(text)] = len(text), text
    expected = [
        ctc_greedy(steps[: row[0]]) == tuple(row[2 : 2 + row[1]])
        for steps, row in zip(logits, known, strict=True)
    ]
    found = np.asarray(exact_match(known.astype(np.float32), logits))
    assert 100 <= found.sum() < 200 and np.array_equal(found, np.array(expected, np.float32))


def test_the_loss_is_that_of_the_decoder(keras):
    from palote.train.line_batches import BLANK, LONGEST, CtcLoss

    logits = np.random.default_rng(1).normal(0, 1, (4, 9, BLANK + 1)).astype(np.float32)
    known = np.zeros((4, 2 + LONGEST), np.int32)
    known[:, 0], known[:, 1], known[:, 2:5] = [9, 8, 7, 9], [3, 2, 0, 1], [4, 4, 1]
    scores = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    expected = [
        -ctc_log_probability(steps[: row[0]], tuple(int(s) for s in row[2 : 2 + row[1]]))
        for steps, row in zip(scores, known, strict=True)
    ]
    found = np.asarray(CtcLoss(reduction=None)(known, logits))
    assert found == pytest.approx(expected, rel=1e-3)


def test_it_learns(keras):
    """A hundred steps bring the loss down to a fifth; to read takes far more of them."""
    from palote.train.line_batches import BLANK, CtcLoss, LineBatches
    from palote.train.line_network import line_network

    keras.utils.set_random_seed(0)
    model = line_network(BLANK + 1)
    assert model.count_params() < 1_000_000
    model.compile(keras.optimizers.Adam(3e-3), CtcLoss(), jit_compile=False)
    batches = LineBatches(bars(256), 16, 1, strength=0.3)
    losses = model.fit(batches, epochs=7, verbose=0).history["loss"]
    assert losses[-1] < 0.2 * losses[0]


@pytest.mark.parametrize("stored", ["in 32 bits", "in 16 bits"])
def test_the_weights_of_two_files_are_averaged(keras, tmp_path: Path, stored: str):
    from palote.train.line_batches import BLANK
    from palote.train.line_network import for_export, line_network
    from palote.train.writers import halve, mix, write_onnx

    paths = [tmp_path / "new.onnx", tmp_path / "old.onnx"]
    for path in paths:
        write_onnx(
            for_export(line_network(BLANK + 1)), path, LineCard("line", SYMBOLS, 2), "logits"
        )
        if stored == "in 16 bits":
            halve(path)

    def kernels(path: Path) -> list[np.ndarray]:
        graph = onnx.load(path).graph
        stored = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
        widened = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
        names = [node.input[1] for node in graph.node if node.op_type == "Conv"]
        return [stored[widened.get(name, name)].astype(np.float32) for name in names]

    new, old = kernels(paths[0]), kernels(paths[1])
    assert len(new) == 15
    line = np.random.default_rng(3).random((32, 80), np.float32)
    (said,) = OnnxLineEngine(paths[0])([line])
    mix(paths[0], paths[1], 0.75)
    for mean, first, second in zip(kernels(paths[0]), new, old, strict=True):
        assert mean == pytest.approx(0.75 * first + 0.25 * second, abs=1e-3)
    (mixed,) = OnnxLineEngine(paths[0])([line])
    assert mixed.shape == said.shape and np.abs(mixed - said).max() > 1e-3
    mix(paths[1], paths[1], 0.5)
    for same, before in zip(kernels(paths[1]), old, strict=True):
        assert np.array_equal(same, before)
    with pytest.raises(ModelCorrupt, match=r"lacks"):
        mix(paths[0], ASSETS / "default.onnx", 0.5)


def test_the_weights_of_a_file_go_on_being_trained(keras, tmp_path: Path):
    """A network with the weights of a file answers as the file does, and learns from there."""
    from palote.train.line_batches import BLANK, CtcLoss, LineBatches
    from palote.train.line_network import for_export, line_network, put_weights
    from palote.train.writers import halve, write_onnx

    keras.utils.set_random_seed(0)  # how alike both are in training depends on the weights
    rng = np.random.default_rng(2)
    first = line_network(BLANK + 1)
    for layer in first.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1, w.shape) for w in layer.get_weights()])
    path = tmp_path / "line.onnx"
    write_onnx(for_export(first), path, LineCard("line", SYMBOLS, 2), "logits")
    whole = path.stat().st_size
    nodes = [node.op_type for node in onnx.load(path).graph.node]
    assert nodes.count("Conv") == 15 and len(nodes) < 50, "a dilated convolution is one node"
    line = rng.random((32, 80), np.float32)
    (said,) = OnnxLineEngine(path)([line])
    halve(path)
    assert path.stat().st_size < 0.52 * whole
    assert OnnxLineEngine(path)([line])[0] == pytest.approx(said, abs=2e-2)

    batches = LineBatches(bars(64), 16, 1, strength=0.3)
    ink, _ = batches[1]
    second = line_network(BLANK + 1)
    before = np.asarray(second(ink))
    shown = [batches[number][0] for number in range(4)]
    shown[0] = np.pad(shown[0], ((0, 0), (0, 0), (0, 900), (0, 0)))  # almost nothing but padding
    put_weights(second, path, shown)
    expected = np.asarray(first(ink))
    assert np.asarray(second(ink)) == pytest.approx(expected, abs=0.01 * float(np.ptp(expected)))
    assert np.abs(before - expected).max() > 0.1 * np.ptp(expected)
    # The normalisation is that of all of them, not of the one.
    ahead = keras.Model(second.input, second.layers[1].output)
    spread = [float(np.asarray(ahead(one)).var(axis=(0, 1, 2)).mean()) for one in shown]
    measured = float(np.mean(second.layers[2].moving_variance))
    assert measured == pytest.approx(np.mean(spread), rel=1e-3)
    assert measured > 2 * spread[0]
    in_training = np.asarray(second(ink, training=True))
    assert np.corrcoef(in_training.ravel(), expected.ravel())[0, 1] > 0.8
    second.compile(keras.optimizers.Adam(1e-3), CtcLoss(), jit_compile=False)
    losses = second.fit(batches, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    with pytest.raises(ModelCorrupt, match="no network for lines"):
        put_weights(line_network(BLANK + 1), ASSETS / "default.onnx", [ink])


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_short_training_gives_a_file_that_agrees(
    keras, datasets: Path, tmp_path: Path, precision: str
):
    """From the start or onward, whatever it counts in, files are float32 and Keras as before."""
    from palote.train import line

    onward = precision != "float32"
    settings, out = Settings(datasets=datasets), tmp_path / "run"
    few = {"epochs": 1, "samples": 48, "batch": 8, "judged": 12, "workers": 1}
    plan = line.Plan(**few, onward=onward, precision=precision)
    assert (f"--precision {precision}" in plan.command) == onward
    said: list[str] = []
    run = line.train(plan, out, settings, Listener(said.append))
    assert run.name == "line" and run.parameters < 1_000_000 and len(run.epochs) == 1
    assert run.files["line.onnx"] < 2_000_000 and "line.keras" in run.files
    assert run.latency_ms is not None and run.latency_ms > 0
    assert "<h1" in (out / "report.html").read_text(encoding="utf-8")
    assert Run.read(out).stages[0].name == "main" and "48 lines" in said[0]
    assert keras.config.dtype_policy().name == "float32"

    engine = OnnxLineEngine(run.model)
    assert engine.card.alphabet == SYMBOLS and engine.card.recipe["command"] == plan.command
    shipped = made_by(OnnxLineEngine(line.SHIPPED).card.recipe)
    assert str(engine.card.recipe.get("before", "")).endswith(shipped) == onward
    model = keras.saving.load_model(out / "line.keras", compile=False)
    for width in (16, 61, 200):
        ink = np.random.default_rng(width).random((32, width), np.float32)
        (steps,) = engine([ink])
        logits = np.asarray(model(ink[None, :, :, None]))[0] / engine.card.temperature
        expected = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        assert steps.shape == (-(-width // engine.card.stride), len(SYMBOLS) + 1)
        assert steps == pytest.approx(expected, abs=line.LARGEST_GAP_HALVED)
    with pytest.raises(UsageError, match="finished training"):
        line.train(plan, out, settings, QUIET, resume=True)
