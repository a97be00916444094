"""Weights on disk while a training runs: after a kill at any moment, each file is whole.

A file is written under another name and then takes its place, which is one step. The
number of the epoch is in the file's name, so that weights and number cannot disagree.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras

__all__ = ["Backup", "Best", "save"]

ENDING = ".weights.h5"
"""What Keras wants a file of weights to end with."""


def save(model: keras.Model, path: Path) -> None:
    """Write the weights, and the optimizer's state if there is one, in one step.

    Args:
        model: the network.
        path: ends with ``.weights.h5``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


class Backup(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the last whole epoch of a training that is not done.

    Args:
        folder: its own; the file in it is named after the number of epochs that are done.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def restore(self, model: keras.Model) -> int:
        """Go on from what is kept; return how many epochs are done, 0 if nothing is kept.

        Args:
            model: compiled.
        """
        kept = self._kept()
        if not kept:
            return 0
        done = max(kept)
        model.optimizer.build(model.trainable_variables)
        model.load_weights(kept[done])
        return done

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the weights and the optimizer's state."""
        save(self.model, self.folder / f"{epoch + 1:04d}{ENDING}")
        for done, path in self._kept().items():
            if done <= epoch:
                path.unlink()

    def clear(self) -> None:
        """Take away what is kept, when the training is done."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()

    def _kept(self) -> dict[int, Path]:
        found = self.folder.glob(f"*{ENDING}")
        return {int(p.name[:4]): p for p in found if re.fullmatch(rf"\d{{4}}{ENDING}", p.name)}


class Best(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the weights of the epoch with the best validation accuracy.

    Args:
        path: of the file.
        best: accuracy to beat, if one is on file.
    """

    def __init__(self, path: Path, best: float | None) -> None:
        super().__init__()
        self.path = path
        self.best = best if best is not None and path.exists() else -1.0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the weights if they are better."""
        accuracy = (logs or {}).get("val_accuracy", -1.0)
        if accuracy > self.best:
            save(self.model, self.path)
            self.best = accuracy
