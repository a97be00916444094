"""How the network for whole lines is made: lines, one phase, calibration, files.

The run folder gets ``line.keras``, ``line.onnx`` with its card inside, ``metrics.csv``,
TensorBoard's logs, and the lines it learnt from. A training that was stopped goes on.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

import palote
from palote.errors import ExportFailed
from palote.model.line import SHIPPED, LineCard, OnnxLineEngine
from palote.numbers.ctc import ctc_greedy, ctc_log_probability
from palote.result import Json
from palote.settings import Settings
from palote.train import folders, report, strings
from palote.train.cards import so_far
from palote.train.line_batches import BLANK, STEP, CtcLoss, LineBatches, exact_match
from palote.train.line_network import counting_in, for_export, line_network, put_weights
from palote.train.line_store import Lines
from palote.train.listener import Listener
from palote.train.loop import Phase, fit
from palote.train.phrases import SYMBOLS
from palote.train.runs import Run
from palote.train.shipped import CREDITS
from palote.train.writers import halve, mix, write_keras, write_onnx

__all__ = ["NAME", "Plan", "train"]

NAME = "line"
CLASSES = BLANK + 1
LARGEST_GAP = 1e-3
"""Largest difference of a log-probability between a file and the network."""
LARGEST_GAP_HALVED = 0.1
"""The same, once the file holds its weights in 16 bits."""
COMPARED = 50
"""Lines that the file is compared on."""
TEMPERATURES = np.exp(np.linspace(np.log(0.6), np.log(3.0), 17))
CALIBRATED = 400
"""Lines that the temperature is fitted on."""
MEASURED = 24
"""Batches that normalisation is measured on, where a training goes on."""
TYPICAL, ROUNDS = 128, 30
"""Columns of a line of six digits, and how often it is timed."""


@dataclass(frozen=True)
class Plan:
    """What is trained, and how long.

    Attributes:
        epochs: rounds over the lines.
        samples: number of lines.
        seed: of lines, weights, order and changes.
        batch: lines in a step.
        rate: highest learning rate.
        decay: weight decay.
        judged: lines that validate and score, of writers and pictures never trained on.
        workers: processes that make the lines.
        onward: begin with the weights of the shipped network.
        precision: what training counts in, by Keras's name; files are float32 always.
        share: of the new weights in the ONNX file; the rest are those of the shipped network.
    """

    epochs: int = 6
    samples: int = 100_000
    seed: int = 2026
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.02
    judged: int = 3000
    workers: int = 2
    onward: bool = False
    precision: str = "float32"
    share: float = 1.0

    @property
    def command(self) -> str:
        """The command that does it again."""
        words = ["scripts/line"]
        for option in ("epochs", "samples", "seed", "rate", "precision", "share"):
            if getattr(self, option) != getattr(Plan(), option):
                words.append(f"--{option} {getattr(self, option)}")
        if self.onward:
            words.append("--onward")
        return " ".join(words)


def train(
    plan: Plan,
    out: Path,
    settings: Settings | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Train the network for lines, and write a run folder with a report.

    Args:
        plan: what to do.
        out: the run folder.
        settings: where the data sets are.
        listener: is told how it goes.
        resume: go on with a training that was stopped.

    Returns:
        The finished run.

    Raises:
        UsageError: the folder is taken.
        DataError: a data set is missing.
        ExportFailed: the file does not answer as the network does.
    """
    settings = settings or Settings.from_environment()
    listener = listener or Listener()
    config: dict[str, Json] = {**asdict(plan), "network": NAME, "command": plan.command}
    folders.begin(out, {**config, "palote": palote.__version__}, resume)
    started = time.monotonic()
    lines, judge = _lines(plan, out, settings, listener)
    keras.utils.set_random_seed(plan.seed)
    with counting_in(plan.precision):
        learning = line_network(CLASSES)
    model = line_network(CLASSES)
    phase = Phase("main", plan.epochs, plan.rate, plan.decay, ema=True)
    calm_from = min(round(0.85 * plan.epochs), plan.epochs - 1)
    batches = LineBatches(lines, plan.batch, plan.seed, calm_from=calm_from)
    if plan.onward:
        first = range(min(MEASURED, len(batches)))
        put_weights(model, SHIPPED, [batches[number][0] for number in first])
        learning.set_weights(model.get_weights())
    whole = fit(
        learning,
        phase,
        batches,
        LineBatches(judge, plan.batch, strength=0),
        out,
        listener,
        loss=CtcLoss(),
        accuracy=keras.metrics.MeanMetricWrapper(exact_match, name="accuracy"),
    )
    model.set_weights(learning.get_weights())
    card = _judged(model, plan, judge)
    seconds = time.monotonic() - started
    listener.say(f"{seconds:.0f} s in all; {card.scores}")
    files = _shipped(model, card, judge, out, plan.share)
    folders.describe(out, folders.layers_of(model))
    latency = _latency(OnnxLineEngine(files[0]))
    run = folders.finish(out, card, files, latency, seconds, stopped=not whole)
    listener.say(f"the report: {report.write(out)}")
    return run


def _latency(engine: OnnxLineEngine) -> float:
    """Return the median time of a line of six digits, in milliseconds, on one core."""
    line = np.zeros((engine.card.spec.height, TYPICAL), np.float32)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        engine([line])
        times.append(time.perf_counter() - started)
    return 1000 * float(np.median(times))


def _lines(plan: Plan, out: Path, settings: Settings, listener: Listener) -> tuple[Lines, Lines]:
    recipe = strings.Recipe(count=plan.samples, chunk=min(1000, plan.samples))
    made = strings.make(
        recipe,
        plan.seed,
        out / "samples",
        settings,
        plan.workers,
        lambda done, total: listener.step(done, total, "lines"),
    )
    kept = out / "samples" / f"validation-{plan.seed}-{plan.judged}.npz"
    if not kept.exists():
        strings.validation(plan.judged, plan.seed, settings).save(kept)
    judge = Lines.load(kept)
    listener.say(f"{len(made):,} lines to learn from, {len(judge):,} to validate")
    return made, judge


def _judged(model: keras.Model, plan: Plan, judge: Lines) -> LineCard:
    """Fit the temperature on validation lines, and score on them."""
    logits = [_logits(model, judge[i]) for i in range(len(judge))]
    known = [tuple(SYMBOLS.index(symbol) for symbol in text) for text in judge.texts]
    costs = [_cost(logits[:CALIBRATED], known[:CALIBRATED], float(t)) for t in TEMPERATURES]
    read = [ctc_greedy(steps) for steps in logits]
    right = np.array([one == other for one, other in zip(read, known, strict=True)])
    digits = np.array(
        [_digits(one) == _digits(other) for one, other in zip(read, known, strict=True)]
    )
    return LineCard(
        name=NAME,
        alphabet=SYMBOLS,
        stride=STEP,
        temperature=round(float(TEMPERATURES[int(np.argmin(costs))]), 4),
        description="A small convolutional network that reads a line of handwritten digits.",
        data=CREDITS,
        recipe={
            "command": plan.command,
            "palote": palote.__version__,
            "keras": keras.__version__,
            **asdict(plan),
            **({"before": _before()} if plan.onward else {}),
        },
        scores={
            "validation": round(float(right.mean()), 5),
            "validation_digits": round(float(digits.mean()), 5),
        },
        parameters=int(model.count_params()),
    )


def _before() -> str:
    """Return how the shipped network came about, which a training goes on from."""
    return so_far(OnnxLineEngine(SHIPPED).card.recipe)


def _logits(model: keras.Model, line: NDArray[np.uint8]) -> NDArray[np.float32]:
    ink = line[None, :, :, None].astype(np.float32) / np.float32(255)
    return np.asarray(model(ink, training=False)[0], np.float32)


def _cost(
    logits: list[NDArray[np.float32]], known: list[tuple[int, ...]], temperature: float
) -> float:
    """Return the mean negative log-likelihood; a line that is hopeless counts as 20."""
    costs = []
    for steps, symbols in zip(logits, known, strict=True):
        scaled = steps / np.float32(temperature)
        scaled -= np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        costs.append(min(20.0, -ctc_log_probability(scaled, symbols)))
    return float(np.mean(costs))


def _digits(symbols: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(symbol for symbol in symbols if symbol < 10)


def _shipped(
    model: keras.Model, card: LineCard, judge: Lines, out: Path, share: float
) -> list[Path]:
    """Write the files once the ONNX file is seen to answer as the network does."""
    with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as folder:
        bench = Path(folder)
        path = bench / f"{NAME}.onnx"
        write_onnx(for_export(model), path, card, "logits")
        said = [
            (judge[i], _logits(model, judge[i]) / np.float32(card.temperature))
            for i in range(min(COMPARED, len(judge)))
        ]
        _check(path, said, LARGEST_GAP)
        halve(path)
        _check(path, said, LARGEST_GAP_HALVED)
        if share < 1:
            mix(path, SHIPPED, share)
        write_keras(model, bench / f"{NAME}.keras")
        names = [f"{NAME}.onnx", f"{NAME}.keras"]
        digests = {n: hashlib.sha256((bench / n).read_bytes()).hexdigest() for n in names}
        beside = f"{NAME}.card.json"
        (bench / beside).write_text(replace(card, sha256=digests).to_json(), encoding="utf-8")
        for name in (*names, beside):
            (bench / name).replace(out / name)
    return [out / name for name in names]


def _check(
    path: Path, said: list[tuple[NDArray[np.uint8], NDArray[np.float32]]], allowed: float
) -> None:
    """Refuse a file that does not answer as the network does.

    Args:
        path: of the file.
        said: lines, and the network's logits of each, calibrated.
        allowed: largest difference of a log-probability.
    """
    engine = OnnxLineEngine(path)
    for line, logits in said:
        expected = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        (found,) = engine([line.astype(np.float32) / np.float32(255)])
        gap = float(np.abs(found - expected).max()) if found.shape == expected.shape else np.inf
        if not gap <= allowed:
            raise ExportFailed(
                f"{path.name} does not answer as the network does: log-probabilities are "
                f"up to {gap:.2g} apart, {allowed:.0e} is allowed. Nothing was written."
            )
