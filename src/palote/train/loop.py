"""The training loop: one phase of a training, with its bar, checkpoints and logs.

A phase may be stopped at any time. Killed, it goes on from its last whole epoch; at
Ctrl-C it keeps the best weights so far.
"""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from palote import _malloc
from palote.train.checkpoints import Backup, Best, save
from palote.train.listener import Listener
from palote.train.runs import COLUMNS, METRICS, write_epochs

__all__ = ["Batches", "Judge", "Phase", "fit"]


@dataclass(frozen=True)
class Phase:
    """A part of a training.

    Attributes:
        name: of its files and of its rows in ``metrics.csv``.
        epochs: most rounds.
        rate: highest learning rate of AdamW; it follows a cosine after a short rise.
        decay: weight decay.
        smoothing: label smoothing.
        patience: rounds without a better validation accuracy after which it stops; the
            best weights are restored. Without, the last ones stay.
        ema: keep an exponential moving average of the weights.
    """

    name: str
    epochs: int
    rate: float
    decay: float = 0.0
    smoothing: float = 0.0
    patience: int | None = None
    ema: bool = False


KEPT = 2**30
"""Freed memory that is kept, in bytes."""


class Batches(Protocol):
    """A `keras.utils.PyDataset` whose order depends on the number of the epoch."""

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""

    def __len__(self) -> int: ...


Judge: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Patches with channels, and one-hot labels, that validate."""


def fit(
    model: keras.Model,
    phase: Phase,
    batches: Batches,
    judge: Judge | Batches | None,
    out: Path,
    listener: Listener,
    *,
    loss: keras.losses.Loss | None = None,
    accuracy: keras.metrics.Metric | None = None,
) -> bool:
    """Train the network in place.

    Args:
        model: gives logits.
        phase: what to do.
        batches: what it learns from.
        judge: what validates each epoch, if anything does.
        out: the run folder; gets ``metrics.csv``, TensorBoard's logs and checkpoints.
        listener: is told how it goes.
        loss: what is made small; cross-entropy with one-hot labels if not given.
        accuracy: share of right answers, named ``accuracy``; that of single labels if
            not given.

    Returns:
        Whether it came to its end, and was not interrupted.
    """
    finished = out / f"{phase.name}.weights.h5"
    if finished.exists():
        model.load_weights(finished)
        listener.say(f"{phase.name}: done before")
        return True
    steps = len(batches) * phase.epochs
    schedule = keras.optimizers.schedules.CosineDecay(
        phase.rate / 20, steps, warmup_target=phase.rate, warmup_steps=steps // 20
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=phase.decay, use_ema=phase.ema, ema_momentum=0.999
    )
    loss = loss or keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=phase.smoothing
    )
    model.compile(optimizer, loss, metrics=[accuracy or "accuracy"], jit_compile=False)
    record = Record(out / METRICS, phase, batches, listener)
    best = out / f"best-{phase.name}.weights.h5"
    backup = Backup(out / f"backup-{phase.name}")
    done = backup.restore(model)
    interrupted = False
    try:
        model.fit(
            batches,
            epochs=phase.epochs,
            initial_epoch=done,
            validation_data=judge,
            validation_batch_size=1024,
            callbacks=[
                *_callbacks(phase, record, Best(best, record.best(done)), judge is not None, out),
                backup,
            ],
            verbose=0,
        )
    except KeyboardInterrupt:
        interrupted = True
        listener.say(f"{phase.name}: stopped; the best so far is kept")
    if best.exists() and (phase.patience is not None or interrupted):
        model.load_weights(best)
    if not interrupted:
        save(model, finished)
        backup.clear()
    return not interrupted


def _callbacks(
    phase: Phase, record: Record, best: Best, judged: bool, out: Path
) -> list[keras.callbacks.Callback]:
    callbacks = [
        record,
        keras.callbacks.TensorBoard(out / "tensorboard" / phase.name, write_graph=False),
    ]
    if judged:
        callbacks.append(best)
    if judged and phase.patience is not None:
        callbacks.append(
            keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=phase.patience)
        )
    return callbacks


@dataclass(eq=False)
class Record(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes ``metrics.csv``, tells the listener, and the batches which epoch it is.

    The order of an epoch depends on its number, which a restored run must be told.
    """

    path: Path
    phase: Phase
    batches: Batches
    listener: Listener
    rows: list[dict[str, str]] = field(default_factory=list)
    started: float = 0.0

    def __post_init__(self) -> None:
        super().__init__()
        if self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as file:
                self.rows = list(csv.DictReader(file))

    def best(self, done: int) -> float | None:
        """Return the best validation accuracy of the phase's first epochs, so many."""
        own = [row for row in self.rows if row["phase"] == self.phase.name]
        told = [row["val_accuracy"] for row in own if int(row["epoch"]) <= done]
        return max((float(text) for text in told if text), default=None)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self.batches.begin(epoch)
        self.started = time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Undo what TensorFlow does to the allocator when a fit begins."""
        if batch == 0:
            _keep_memory()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell how far it is."""
        logs = logs or {}
        text = f"loss {logs.get('loss', 0):.3f}  accuracy {logs.get('accuracy', 0):.2%}"
        self.listener.step(batch + 1, len(self.batches), text.replace("%", " %"))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write a row; rows of an epoch that is done again are replaced."""
        logs = logs or {}
        seconds = time.monotonic() - self.started
        figures = {key: f"{logs[key]:.6g}" for key in COLUMNS if key in logs}
        row = {
            **dict.fromkeys(COLUMNS, ""),
            **figures,
            "phase": self.phase.name,
            "epoch": str(epoch + 1),
            "learning_rate": f"{float(self.model.optimizer.learning_rate):.6g}",
            "seconds": f"{seconds:.1f}",
        }
        name = self.phase.name
        again = [r for r in self.rows if r["phase"] == name and int(r["epoch"]) > epoch]
        self.rows = [r for r in self.rows if r not in again] + [row]
        write_epochs(self.path, self.rows)
        said = f"{name}: epoch {epoch + 1} of {self.phase.epochs}  {_figures(logs, '')}"
        if "val_loss" in logs:
            said += f"  | validation {_figures(logs, 'val_')}"
        self.listener.say(f"{said}  {seconds:.0f} s")
        if "val_accuracy" in logs:
            self.listener.reached(epoch + 1, self.phase.epochs, float(logs["val_accuracy"]))


def _keep_memory() -> None:
    """Let glibc keep freed memory for the next step.

    TensorFlow 2.21 has it handed back at once, so that each step asks the system for the
    same pages again: 13.7 of 30.5 seconds of 60 steps, against 0.4 of 15.8 with this.
    """
    _malloc.keep(piece=KEPT, top=KEPT)


def _figures(logs: dict[str, float], prefix: str) -> str:
    accuracy = f"{logs[f'{prefix}accuracy']:.2%}".replace("%", " %")
    return f"loss {logs[f'{prefix}loss']:.4f}  accuracy {accuracy}"
