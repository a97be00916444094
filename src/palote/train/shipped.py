"""How the shipped network is made: samples of every kind, two phases, calibration, files."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

import palote
from palote import data, metrics
from palote.ink import InkSpec
from palote.model.card import Card
from palote.settings import Settings
from palote.train import export, folders, networks, samples
from palote.train.augment import Batches
from palote.train.kinds import NONE
from palote.train.listener import Listener
from palote.train.loop import Judge, Phase, fit
from palote.train.single import logits_of

__all__ = ["Recipe", "train"]

CREDITS = (
    "MNIST (Yann LeCun, Corinna Cortes, Christopher J. C. Burges), training set",
    "Pen-Based Recognition of Handwritten Digits (E. Alpaydin, F. Alimoglu, UCI), CC BY 4.0",
    "UNIPEN train_r01_v07 (International Unipen Foundation), CC BY 4.0, without the "
    "validation writers",
)
CLASSES = NONE + 1


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how long.

    Attributes:
        epochs: rounds over the samples.
        count: number of samples; MNIST's own pictures, at most as many, come besides.
        seed: of samples, weights, order and changes.
        batch: patches in a step.
        rate: highest learning rate.
        decay: weight decay.
        smoothing: label smoothing.
        finish: closing rounds, with small changes and no smoothing, over MNIST's own
            pictures and one and a half times as many samples.
        finish_rate: highest learning rate of those.
        judged: most pictures of each set that validate and score; all if not given.
    """

    epochs: int = 13
    count: int = 300_000
    seed: int = 2026
    batch: int = 256
    rate: float = 3e-3
    decay: float = 0.02
    smoothing: float = 0.03
    finish: int = 6
    finish_rate: float = 1e-3
    judged: int | None = None

    @property
    def command(self) -> str:
        """The command that does it again."""
        return (
            f"palote train default --epochs {self.epochs} --samples {self.count} "
            f"--finish {self.finish} --seed {self.seed}"
        )


def train(recipe: Recipe, out: Path, settings: Settings, listener: Listener) -> Card:
    """Make the shipped network, in a run folder that is there.

    A training that was killed goes on from its last whole epoch.

    Returns:
        The card; its files lie in the folder.

    Raises:
        DataError: a data set is missing.
    """
    started = time.monotonic()
    made = samples.make(
        samples.Recipe(count=recipe.count),
        recipe.seed,
        out / "samples",
        settings,
        progress=lambda done, total: listener.step(done, total, "samples"),
    )
    judge = samples.validation(recipe.seed, settings, recipe.judged)
    listener.say(f"{len(made.labels):,} samples, {len(judge.labels):,} for validation")
    keras.utils.set_random_seed(recipe.seed)
    model = networks.build("default", CLASSES)
    own = samples.own(settings, recipe.count)
    whole = _fit(model, recipe, "main", made + own, judge, out, listener)
    if whole and recipe.finish:
        closing = own + made.some(3 * len(own.labels) // 2, recipe.seed)
        _fit(model, recipe, "finish", closing, judge, out, listener)
    card = _judged(model, recipe, judge, settings)
    listener.say(f"{time.monotonic() - started:.0f} s in all; " + json.dumps(card.scores))
    card = export.ship(model, card, out)
    folders.describe(out, folders.layers_of(model))
    return card


def _fit(
    model: keras.Model,
    recipe: Recipe,
    name: str,
    made: samples.Samples,
    judge: samples.Samples,
    out: Path,
    listener: Listener,
) -> bool:
    if name == "main":
        phase = Phase(
            name, recipe.epochs, recipe.rate, recipe.decay, recipe.smoothing, None, ema=True
        )
        calm_from = round(0.9 * recipe.epochs)
    else:
        phase = Phase(name, recipe.finish, recipe.finish_rate, recipe.decay, 0.0, None, ema=True)
        calm_from = 0
    batches = Batches(
        made.patches, made.labels, CLASSES, recipe.batch, recipe.seed, calm_from=calm_from
    )
    return fit(model, phase, batches, _judge(judge), out, listener)


def _judge(judge: samples.Samples) -> Judge:
    ink = judge.patches[..., None].astype(np.float32) / 255
    return np.asarray(ink, np.float32), np.eye(CLASSES, dtype=np.float32)[judge.labels]


def _judged(model: keras.Model, recipe: Recipe, judge: samples.Samples, settings: Settings) -> Card:
    """Fit the temperature on validation data and score; MNIST's test set is scored once."""
    logits = logits_of(model, judge.patches)
    labels = judge.labels.astype(np.int64)
    temperature = metrics.fit_temperature(logits, labels)
    test = data.mnist("test", settings)
    test_logits = logits_of(model, data.read_patches(test.pixels[: recipe.judged]))
    scores = {}
    for name, own_logits, own_labels in (
        ("validation", logits, labels),
        ("mnist_test", test_logits, test.labels[: recipe.judged]),
    ):
        digits = own_labels < NONE
        shares = metrics.softmax(own_logits[digits], temperature)[:, :NONE]
        right = shares.argmax(axis=1) == own_labels[digits]
        scores[name] = round(float(right.mean()), 5)
        error = metrics.expected_calibration_error(shares.max(axis=1), right)
        scores[f"{name}_calibration_error"] = round(error, 5)
    return Card(
        name="default",
        ink=InkSpec(),
        temperature=round(temperature, 4),
        frames=True,
        description="A small convolutional network that reads one handwritten digit.",
        data=CREDITS,
        recipe={
            "command": recipe.command,
            "palote": palote.__version__,
            "keras": keras.__version__,
            **asdict(recipe),
        },
        scores=scores,
    )
