"""Weights on disk are whole, whenever the training that writes them is stopped."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    import keras as k

pytestmark = [
    # Keras's own, with NumPy 2.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture
def model(keras: ModuleType) -> k.Model:
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    made.compile("adamw", "mse")
    return made


def halfway(path: Path, overwrite: bool = True) -> None:
    """What a kill or Ctrl+C leaves of a file that was being written."""
    Path(path).write_bytes(b"\x89HDF\r\n\x1a\n")
    raise KeyboardInterrupt


def set_to(model: k.Model, value: float) -> None:
    model.set_weights([np.full(w.shape, value, np.float32) for w in model.get_weights()])


def test_a_half_written_file_never_takes_the_place_of_a_whole_one(
    model: k.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palote.train.checkpoints import Backup, Best

    backup, best = Backup(tmp_path / "backup"), Best(tmp_path / "best.weights.h5", None)
    for callback in (backup, best):
        callback.set_model(model)
    set_to(model, 1)
    backup.on_epoch_end(0)
    best.on_epoch_end(0, {"val_accuracy": 0.5})
    set_to(model, 2)
    with monkeypatch.context() as patch:
        patch.setattr(model, "save_weights", halfway)
        for callback, logs in ((backup, {}), (best, {"val_accuracy": 0.6})):
            with pytest.raises(KeyboardInterrupt):
                callback.on_epoch_end(1, logs)
    assert Backup(tmp_path / "backup").restore(model) == 1
    assert all((w == 1).all() for w in model.get_weights())
    set_to(model, 3)
    model.load_weights(tmp_path / "best.weights.h5")
    assert all((w == 1).all() for w in model.get_weights())


def test_the_last_epoch_is_kept_with_the_optimizer(model: k.Model, tmp_path: Path) -> None:
    from palote.train.checkpoints import Backup

    backup = Backup(tmp_path / "backup")
    assert backup.restore(model) == 0
    ink, wanted = np.ones((8, 4), np.float32), np.ones((8, 2), np.float32)
    model.fit(ink, wanted, epochs=3, verbose=0, callbacks=[backup])
    assert [path.name for path in backup.folder.iterdir()] == ["0003.weights.h5"]
    steps = int(model.optimizer.iterations)
    model.optimizer.iterations.assign(0)
    assert backup.restore(model) == 3 and int(model.optimizer.iterations) == steps == 3
    backup.clear()
    assert not backup.folder.exists()


def test_the_best_is_kept(model: k.Model, tmp_path: Path) -> None:
    from palote.train.checkpoints import Best

    path = tmp_path / "best.weights.h5"
    best = Best(path, 0.9)  # on record, but its file was lost: the next one is better
    best.set_model(model)
    set_to(model, 1)
    best.on_epoch_end(4, {"val_accuracy": 0.8})
    set_to(model, 2)
    best.on_epoch_end(5, {"val_accuracy": 0.8})
    model.load_weights(path)
    assert all((w == 1).all() for w in model.get_weights())
    assert Best(path, 0.9).best == 0.9
