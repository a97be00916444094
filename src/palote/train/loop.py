"""Training: samples, network, calibration, scores, files in a run folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from numpy.typing import NDArray

import palote
from palote import data, metrics
from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model.card import Card
from palote.settings import Settings
from palote.train import export, networks, samples
from palote.train.augment import Batches
from palote.train.kinds import NONE

__all__ = ["Plan", "train"]

CREDITS = (
    "MNIST (Yann LeCun, Corinna Cortes, Christopher J. C. Burges), training set",
    "Pen-Based Recognition of Handwritten Digits (E. Alpaydin, F. Alimoglu, UCI), CC BY 4.0",
    "UNIPEN train_r01_v07 (International Unipen Foundation), CC BY 4.0, without the "
    "validation writers",
)


@dataclass(frozen=True)
class Plan:
    """What is trained, and how long.

    Attributes:
        network: one of `networks.NETWORKS`.
        epochs: rounds over the samples.
        count: number of samples.
        seed: of samples, weights, order and changes.
        batch: patches in a step.
        rate: highest learning rate of AdamW; it follows a cosine after a short rise.
        decay: weight decay.
        smoothing: label smoothing.
        finish: closing rounds, with small changes and no smoothing, over MNIST's own
            pictures and as many samples and a half.
        finish_rate: highest learning rate of those.
        judged: most pictures of each set that validate and score; all if not given.
    """

    network: str = "default"
    epochs: int = 10
    count: int = 320_000
    seed: int = 2026
    batch: int = 256
    rate: float = 3e-3
    decay: float = 0.02
    smoothing: float = 0.03
    finish: int = 4
    finish_rate: float = 8e-4
    judged: int | None = None


def train(
    plan: Plan,
    out: Path,
    settings: Settings | None = None,
    say: Callable[[str], None] = print,
) -> Card:
    """Train a network and write a run folder.

    The folder gets ``NAME.onnx``, ``NAME.keras`` and ``NAME.json`` (the card),
    ``metrics.csv``, ``plan.json``, and the samples. A run that was stopped goes on from
    its last whole epoch when it is started again with the same plan and folder.

    Args:
        plan: what to train.
        out: the run folder.
        settings: where the data sets are.
        say: gets a line for each step of the work.

    Raises:
        UsageError: there is no such network.
        DataError: a data set is missing.
    """
    if plan.network not in networks.NETWORKS:
        known = ", ".join(sorted(networks.NETWORKS))
        raise UsageError(f"There is no network {plan.network!r}. Known names: {known}.")
    settings = settings or Settings.from_environment()
    out.mkdir(parents=True, exist_ok=True)
    (out / "plan.json").write_text(json.dumps(asdict(plan), indent=2) + "\n", encoding="utf-8")
    started = time.monotonic()
    recipe = samples.Recipe(count=plan.count)
    made = samples.make(
        recipe,
        plan.seed,
        out / "samples",
        settings,
        progress=lambda done, total: say(f"samples: {done} of {total} parts"),
    )
    judge = samples.validation(plan.seed, settings, plan.judged)
    say(f"{len(made.labels):,} samples, {len(judge.labels):,} for validation")
    keras.utils.set_random_seed(plan.seed)
    model = networks.build(plan.network)
    first = _Phase("main", plan.epochs, plan.rate, plan.smoothing, fade=0.9)
    _fit(model, plan, first, made, judge, out)
    if plan.finish:
        closing = samples.closing(made, plan.seed, settings)
        last = _Phase("finish", plan.finish, plan.finish_rate, 0.0, fade=0.0)
        _fit(model, plan, last, closing, judge, out)
    card = _judged(model, plan, judge, settings)
    say(f"{time.monotonic() - started:.0f} s in all; " + json.dumps(card.scores))
    return export.ship(model, card, out)


@dataclass(frozen=True)
class _Phase:
    """A part of the training: its rounds, rate and smoothing, and from where changes are small."""

    name: str
    epochs: int
    rate: float
    smoothing: float
    fade: float


def _fit(
    model: keras.Model,
    plan: Plan,
    phase: _Phase,
    made: samples.Samples,
    judge: samples.Samples,
    out: Path,
) -> None:
    """Train the network in place; a phase that was stopped goes on, a finished one is loaded."""
    finished = out / f"{phase.name}.weights.h5"
    if finished.exists():
        model.load_weights(finished)
        return
    calm_from = round(phase.fade * phase.epochs)
    batches = Batches(made, networks.CLASSES, plan.batch, calm_from, plan.seed)
    steps = len(batches) * phase.epochs
    schedule = keras.optimizers.schedules.CosineDecay(
        phase.rate / 20, steps, warmup_target=phase.rate, warmup_steps=steps // 20
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=plan.decay, use_ema=True, ema_momentum=0.999
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=phase.smoothing)
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    # The order of an epoch depends on its number, which a restored run must be told.
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.begin(epoch))
    model.fit(
        batches,
        epochs=phase.epochs,
        validation_data=(
            judge.patches[..., None].astype(np.float32) / 255,
            np.eye(networks.CLASSES, dtype=np.float32)[judge.labels],
        ),
        validation_batch_size=1024,
        callbacks=[
            keras.callbacks.BackupAndRestore(out / f"backup-{phase.name}"),
            follow,
            keras.callbacks.CSVLogger(out / f"metrics-{phase.name}.csv", append=True),
        ],
        verbose=2,
    )
    model.save_weights(finished)


def _judged(model: keras.Model, plan: Plan, judge: samples.Samples, settings: Settings) -> Card:
    """Fit the temperature on validation data and score; MNIST's test set is scored once."""
    logits = _logits(model, judge.patches)
    labels = judge.labels.astype(np.int64)
    temperature = metrics.fit_temperature(logits, labels)
    test = data.mnist("test", settings)
    test_logits = _logits(model, samples.read_patches(test.pixels[: plan.judged]))
    scores = {}
    for name, own_logits, own_labels in (
        ("validation", logits, labels),
        ("mnist_test", test_logits, test.labels[: plan.judged]),
    ):
        digits = own_labels < NONE
        shares = metrics.softmax(own_logits[digits], temperature)[:, :NONE]
        right = shares.argmax(axis=1) == own_labels[digits]
        scores[name] = round(float(right.mean()), 5)
        error = metrics.expected_calibration_error(shares.max(axis=1), right)
        scores[f"{name}_calibration_error"] = round(error, 5)
    command = (
        f"palote train {plan.network} --epochs {plan.epochs} "
        f"--samples {plan.count} --seed {plan.seed}"
    )
    return Card(
        name=plan.network,
        ink=InkSpec(),
        temperature=round(temperature, 4),
        description="A small convolutional network that reads one handwritten digit.",
        data=CREDITS,
        recipe={
            "command": command,
            "palote": palote.__version__,
            "keras": keras.__version__,
            **asdict(plan),
        },
        scores=scores,
    )


def _logits(model: keras.Model, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    ink = patches[..., None].astype(np.float32) / 255
    return np.asarray(model.predict(ink, batch_size=1024, verbose=0), np.float32)
