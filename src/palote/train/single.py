"""Most networks' training: one phase over the pictures, with the best weights kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from numpy.typing import NDArray

from palote import metrics
from palote.data import Dataset, Examples
from palote.model.card import Card
from palote.train import export, folders, networks
from palote.train.augment import Batches
from palote.train.listener import Listener
from palote.train.loop import Judge, Phase, fit

if TYPE_CHECKING:
    from palote.train.lab import Plan

__all__ = ["CLASSES", "concluded", "judge_of", "logits_of", "train"]

CLASSES = 10
DECAY = 1e-4
JUDGED_AT_ONCE = 256


def train(
    plan: Plan, card: Card, dataset: Dataset, out: Path, listener: Listener
) -> tuple[Card, bool]:
    """Train a network of `networks.NETWORKS` on pictures, and write its files.

    Args:
        plan: what to train.
        card: what is known of it so far.
        dataset: what it is trained on.
        out: the run folder.
        listener: is told how it goes.

    Returns:
        The finished card, and whether it was interrupted.
    """
    network = networks.network(plan.network)
    keras.utils.set_random_seed(plan.seed)
    model = network.build(CLASSES)
    epochs = plan.epochs or network.epochs
    batches = Batches(
        dataset.train.patches,
        dataset.train.labels,
        CLASSES,
        plan.batch,
        plan.seed,
        strength=network.strength,
        calm_from=round(0.9 * epochs),
        weights=dataset.weights,
        channels=network.spec.channels,
    )
    phase = Phase(
        "main",
        epochs,
        network.rate if plan.rate is None else plan.rate,
        DECAY if plan.decay is None else plan.decay,
        plan.smoothing or 0.0,
        plan.patience,
    )
    judge = judge_of(dataset.validation, network.spec.channels)
    whole = fit(model, phase, batches, judge, out, listener)
    return concluded(model, card, dataset.validation, out), not whole


def judge_of(examples: Examples, channels: int) -> Judge:
    """Return what validates an epoch: patches with channels, and one-hot labels."""
    ink = examples.patches[..., None].astype(np.float32) / 255
    return np.repeat(ink, channels, axis=3), np.eye(CLASSES, dtype=np.float32)[examples.labels]


def concluded(model: keras.Model, card: Card, validation: Examples, out: Path) -> Card:
    """Calibrate a trained network on validation pictures, and write its files."""
    logits = logits_of(model, validation.patches)
    labels = validation.labels.astype(np.int64)
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    card = replace(
        card,
        temperature=round(metrics.fit_temperature(logits, labels), 4),
        description=networks.network(card.name).description,
        recipe={**card.recipe, "keras": keras.__version__},
        scores={"validation": round(accuracy, 5)},
    )
    card = export.ship(model, card, out)
    folders.describe(out, folders.layers_of(model))
    return card


def logits_of(model: keras.Model, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run the network; wide patches take memory, so a few at a time."""
    channels = model.input_shape[-1]
    parts = []
    for first in range(0, len(patches), JUDGED_AT_ONCE):
        ink = patches[first : first + JUDGED_AT_ONCE, ..., None].astype(np.float32) / 255
        parts.append(np.asarray(model.predict_on_batch(np.repeat(ink, channels, axis=3))))
    return np.concatenate(parts)
