"""How the network for small files as they are is made: one phase, files with their card.

It sees the whole frame of a 28x28 file, and nothing that cleaning made of it. It learns from
MNIST's own files and from drawings shrunk to such, a part of them spoilt, all of them changed
anew in every round; nothing else, so that it errs elsewhere than the shipped network does.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

import palote
from palote import data, metrics
from palote.evaluation import latency
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import OnnxEngine
from palote.model.frame import NAME
from palote.result import Json
from palote.settings import Settings
from palote.train import draw, export, folders, report
from palote.train.augment import warp
from palote.train.listener import Listener
from palote.train.loop import Phase, fit
from palote.train.networks import convolution
from palote.train.runs import Run
from palote.train.samples import Samples
from palote.train.shipped import CREDITS
from palote.train.single import CLASSES, logits_of
from palote.train.spoil import spoil
from palote.train.writers import halve

__all__ = ["Frames", "Plan", "drawn", "network", "train"]

SIDE = 28
"""Of a file, in pixels."""
PRESSURE = 0.25
"""Standard deviation of the exponent, as a logarithm, by which strokes get weaker or stronger."""
CALM, CALM_ROUNDS = 0.4, 3
"""Share of the changes, and how many of the last rounds have no more."""


@dataclass(frozen=True)
class Plan:
    """What is trained, and how long.

    Attributes:
        epochs: rounds over the files.
        seed: of drawings, weights, order and changes.
        batch: files in a step.
        rate: highest learning rate.
        decay: weight decay.
        smoothing: label smoothing.
        strength: of the changes, see `augment.warp`.
        spoilt: share of the files that are spoilt.
        most: no more pictures of each data set than so many; all if not given.
    """

    epochs: int = 20
    seed: int = 2026
    batch: int = 128
    rate: float = 3e-3
    decay: float = 0.02
    smoothing: float = 0.03
    strength: float = 1.5
    spoilt: float = 0.3
    most: int | None = None

    @property
    def command(self) -> str:
        """The command that does it again."""
        words = ["scripts/frame"]
        for option in ("epochs", "seed"):
            if getattr(self, option) != getattr(Plan(), option):
                words.append(f"--{option} {getattr(self, option)}")
        return " ".join(words)


def network() -> keras.Model:
    """Return seven convolutions, 250,000 weights, 27 million multiplications for a file."""
    ink = keras.Input((SIDE, SIDE, 1), name="ink")
    x = convolution(convolution(ink, 32), 32)
    x = layers.MaxPooling2D()(x)  # (14, 14, 32)
    x = layers.Dropout(0.15)(x)
    x = convolution(convolution(convolution(x, 64), 64), 64)
    x = layers.MaxPooling2D()(x)  # (7, 7, 64)
    x = layers.Dropout(0.25)(x)
    x = convolution(x, 96, padding="valid")
    x = convolution(x, 96, padding="valid")  # (3, 3, 96)
    x = layers.Flatten(name="embedding")(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(ink, layers.Dense(CLASSES, name="logits")(x), name=NAME)


def train(
    plan: Plan,
    out: Path,
    settings: Settings | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Train the network for frames, and write a run folder with a report.

    Args:
        plan: what to do.
        out: the run folder; gets ``frame.keras``, and ``frame.onnx`` with its card inside.
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
    pens = data.pen("train", settings)  # which cannot be fetched: told before MNIST is
    mnist = data.mnist("train", settings)
    frames = Frames.of(plan, mnist, pens)
    listener.say(f"{len(frames.labels):,} files to learn from")
    kept = slice(-data.HELD_OUT, None)
    labels = mnist.labels[kept][: plan.most].astype(np.uint8)
    judge = Samples(mnist.pixels[kept][: plan.most], labels)
    one_hot = np.eye(CLASSES, dtype=np.float32)[labels]
    keras.utils.set_random_seed(plan.seed)
    model = network()
    phase = Phase("main", plan.epochs, plan.rate, plan.decay, plan.smoothing, ema=True)
    whole = fit(
        model,
        phase,
        frames,
        (np.asarray(judge.patches[..., None] / np.float32(255)), one_hot),
        out,
        listener,
    )
    card = export.ship(model, _judged(model, plan, judge), out)
    halve(out / f"{NAME}.onnx")
    card = folders.with_scores(out, card)
    folders.describe(out, folders.layers_of(model))
    seconds = time.monotonic() - started
    listener.say(f"{seconds:.0f} s in all; {card.scores}")
    files = [out / f"{NAME}.onnx", out / f"{NAME}.keras"]
    took = latency(OnnxEngine(catalog.Entry(NAME, files[0], card)))
    run = folders.finish(out, card, files, took, seconds, stopped=not whole)
    listener.say(f"the report: {report.write(out)}")
    return run


class Frames(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of files as reading sees them, with one-hot labels.

    Args:
        pixels: uint8 (n, 28, 28), ink bright.
        labels: uint8 (n,).
        plan: how they are changed.
    """

    def __init__(self, pixels: NDArray[np.uint8], labels: NDArray[np.uint8], plan: Plan) -> None:
        super().__init__()
        self.pixels, self.labels, self.plan = pixels, labels, plan
        self.begin(0)

    @classmethod
    def of(cls, plan: Plan, mnist: data.Images, pens: data.Strokes) -> Frames:
        """Gather MNIST's files without those held out, and a drawing of each pen digit."""
        some = drawn(pens.only(np.arange(len(pens)) < (plan.most or len(pens))), plan.seed)
        labels = mnist.labels[: -data.HELD_OUT][: plan.most].astype(np.uint8)
        files = Samples(mnist.pixels[: -data.HELD_OUT][: plan.most], labels) + some
        return cls(files.patches, files.labels, plan)

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        self.epoch = epoch
        self.order = np.random.default_rng([self.plan.seed, epoch]).permutation(len(self.labels))

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.begin(self.epoch + 1)

    def __len__(self) -> int:
        return max(1, len(self.labels) // self.plan.batch)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        plan = self.plan
        rng = np.random.default_rng([plan.seed, self.epoch, index])
        chosen = self.order[index * plan.batch : (index + 1) * plan.batch]
        calm = self.epoch >= plan.epochs - CALM_ROUNDS
        warped = warp(self.pixels[chosen], plan.strength * (CALM if calm else 1.0), rng)
        ink = warped.astype(np.float32) / np.float32(255)
        ink **= np.exp(rng.normal(0, PRESSURE, (len(chosen), 1, 1))).astype(np.float32)
        for number in np.flatnonzero(rng.random(len(chosen)) < plan.spoilt):
            ink[number] = spoil(ink[number], rng)
        # From the faintest tone to the strongest, as `ink.Candidate.frame`.
        ink -= ink.min(axis=(1, 2), keepdims=True)
        ink /= np.maximum(ink.max(axis=(1, 2), keepdims=True), np.float32(1e-6))
        return ink[..., None], np.eye(CLASSES, dtype=np.float32)[self.labels[chosen]]


def drawn(pens: data.Strokes, seed: int) -> Samples:
    """Draw each digit once as a 28x28 file, anywhere in it, with some pen.

    Args:
        pens: the strokes.
        seed: of the changes, pens and places.
    """
    rng = np.random.default_rng([seed, 28])
    files = np.empty((len(pens), SIDE, SIDE), np.uint8)
    for number in range(len(pens)):
        file = draw.file(pens[number], rng)
        files[number] = np.rint(np.clip(file, 0, 1) * 255)
    return Samples(files, pens.labels.astype(np.uint8))


def _judged(model: keras.Model, plan: Plan, judge: Samples) -> Card:
    """Fit the temperature on MNIST's kept files, and score on them."""
    logits, labels = logits_of(model, judge.patches), judge.labels.astype(np.int64)
    return Card(
        name=NAME,
        ink=InkSpec(),
        temperature=round(metrics.fit_temperature(logits, labels), 4),
        description="A small convolutional network that reads 28x28 files as they are.",
        data=CREDITS,
        recipe={
            "command": plan.command,
            "palote": palote.__version__,
            "keras": keras.__version__,
            **asdict(plan),
        },
        scores={"validation": round(float((logits.argmax(axis=1) == labels).mean()), 5)},
    )
