"""The training of ``scratch``, the network in NumPy alone: no Keras here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palote import metrics
from palote.data import Dataset, Examples
from palote.model.card import Card
from palote.model.scratch import Epoch, ScratchClassifier, classic, flat, modern
from palote.train import folders
from palote.train.listener import Listener
from palote.train.runs import METRICS, write_epochs

if TYPE_CHECKING:
    from palote.result import Json
    from palote.train.lab import Plan

__all__ = ["train"]


def train(
    plan: Plan, card: Card, dataset: Dataset, out: Path, listener: Listener
) -> tuple[Card, bool]:
    """Train the network in NumPy alone, and write ``scratch.npz`` with its card.

    It takes a minute or two, so that a training which was killed starts anew.

    Returns:
        The finished card, and whether it was interrupted.
    """
    classifier = (classic if plan.classic else modern)(plan.seed)
    chosen: dict[str, float] = {"batch_size": plan.batch, "patience": plan.patience}
    if plan.epochs:
        chosen["epochs"] = plan.epochs
    if plan.rate is not None:
        chosen["learning_rate"] = plan.rate
    if plan.decay is not None:
        chosen["l2"] = plan.decay
    classifier.set_params(**chosen)
    epochs: list[Epoch] = []
    stopped = False
    try:
        classifier.fit(
            flat(dataset.train.patches),
            dataset.train.labels.astype(np.int64),
            dataset.weights,
            validation=(
                flat(dataset.validation.patches),
                dataset.validation.labels.astype(np.int64),
            ),
            callback=_follow(epochs, classifier.epochs, out, listener),
        )
    except KeyboardInterrupt:
        if not epochs:
            raise
        stopped = True
        listener.say("stopped; the best so far is kept")
    return _written(classifier, card, dataset.validation, out), stopped


def _follow(
    epochs: list[Epoch], total: int, out: Path, listener: Listener
) -> Callable[[Epoch], None]:
    def follow(epoch: Epoch) -> None:
        epochs.append(epoch)
        rows = [
            {
                "phase": "main",
                "epoch": str(one.number),
                "loss": f"{one.loss:.6g}",
                "accuracy": f"{one.accuracy:.6g}",
                "val_loss": "" if one.val_loss is None else f"{one.val_loss:.6g}",
                "val_accuracy": "" if one.val_accuracy is None else f"{one.val_accuracy:.6g}",
                "learning_rate": f"{one.learning_rate:.6g}",
                "seconds": f"{one.seconds:.1f}",
            }
            for one in epochs
        ]
        write_epochs(out / METRICS, rows)
        listener.step(epoch.number, total, "epochs")
        listener.say(
            f"main: epoch {epoch.number} of {total}  loss {epoch.loss:.4f}  "
            f"accuracy {epoch.accuracy:.2%}  | validation loss {epoch.val_loss or 0:.4f}  "
            f"accuracy {epoch.val_accuracy or 0:.2%}  {epoch.seconds:.0f} s".replace("%", " %")
        )
        if epoch.val_accuracy is not None:
            listener.reached(epoch.number, total, epoch.val_accuracy)

    return follow


def _written(classifier: ScratchClassifier, card: Card, validation: Examples, out: Path) -> Card:
    logits, _ = classifier.forward(flat(validation.patches))
    labels = validation.labels.astype(np.int64)
    right = classifier.predict(flat(validation.patches)) == labels
    sizes = [layer.weights.shape for layer in classifier.network_.dense]
    kind = classifier.activation
    card = replace(
        card,
        temperature=round(metrics.fit_temperature(np.asarray(logits, np.float32), labels), 4),
        description=f"A perceptron in NumPy alone, {_chain(sizes)}, {kind}.",
        scores={"validation": round(float(right.mean()), 5)},
        parameters=sum(rows * columns + columns for rows, columns in sizes),
    )
    path = out / f"{card.name}.npz"
    classifier.save(path, card.to_json())
    card = replace(card, sha256={path.name: hashlib.sha256(path.read_bytes()).hexdigest()})
    (out / f"{card.name}.card.json").write_text(card.to_json(), encoding="utf-8")
    folders.describe(out, _layers(sizes, kind))
    return card


def _chain(sizes: list[tuple[int, int]]) -> str:
    assert all(before[1] == after[0] for before, after in pairwise(sizes))
    return "-".join(str(size) for size in (sizes[0][0], *(columns for _, columns in sizes)))


def _layers(sizes: list[tuple[int, int]], kind: str) -> list[Json]:
    layers: list[Json] = []
    for number, (rows, columns) in enumerate(sizes, 1):
        layers.append(
            {
                "name": f"dense_{number}",
                "kind": "Dense",
                "shape": [columns],
                "parameters": rows * columns + columns,
            }
        )
        if number < len(sizes):
            name = f"{kind}_{number}"
            layers.append({"name": name, "kind": kind, "shape": [columns], "parameters": 0})
    return layers
