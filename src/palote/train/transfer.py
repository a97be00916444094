"""Transfer learning with MobileNetV2, in its stages; each is a phase of the report.

1. ``frozen``: ImageNet's layers stay as they are, new dense layers on top learn. What the
   frozen layers say of a picture never changes, so it is computed once and kept.
2. ``fine-tuned``: the last 20 layers of the base learn too, at a low rate. What enters
   them was kept as well. Batch normalisation stays in inference mode: its statistics are
   ImageNet's, and small batches of digits would spoil them.
3. ``all-data``: once more, with the validation pictures among the training ones.

Without ImageNet's weights there is nothing to transfer: then the whole network learns
from the beginning, in one slow phase.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from numpy.typing import NDArray

from palote.data import Dataset
from palote.errors import DataError
from palote.model.card import Card
from palote.train import networks
from palote.train.augment import Batches, repeated
from palote.train.listener import Listener
from palote.train.loop import Judge, Phase, fit
from palote.train.single import CLASSES, concluded, judge_of

if TYPE_CHECKING:
    from palote.train.lab import Plan

__all__ = ["checked_weights", "train"]

TUNED = 20
"""Layers at the end of the base that are fine-tuned."""
CUT = "block_14_add"
"""The layer before those."""
POOLED = "global_average_pooling2d"
FROZEN_RATE, TUNED_RATE, LAST_RATE, WHOLE_RATE = 1e-3, 2e-4, 5e-5, 1e-3
FROZEN_EPOCHS, LAST_EPOCHS = 12, 2
ADVICE = (
    "Give a local file with --weights FILE, or train the whole network from the beginning "
    "with --weights none."
)
AT_ONCE = 256


class Rows(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of what a layer said of each picture, with one-hot labels.

    Args:
        features: float32 (n, ...).
        labels: uint8 (n,).
        batch: pictures in a step.
        seed: of the order.
    """

    def __init__(
        self, features: NDArray[np.float32], labels: NDArray[np.uint8], batch: int, seed: int
    ) -> None:
        super().__init__()
        self.features, self.labels, self.batch, self.seed = features, labels, batch, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        self.epoch = epoch
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.labels))
        self.order = np.resize(order, len(self) * self.batch)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.begin(self.epoch + 1)

    def __len__(self) -> int:
        return max(1, len(self.labels) // self.batch)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        return self.features[chosen], np.eye(CLASSES, dtype=np.float32)[self.labels[chosen]]


def checked_weights(path: Path) -> str:
    """Return the path of a file of weights as a text.

    Raises:
        DataError: there is no such file.
    """
    if not path.is_file():
        raise DataError(f"There is no file of weights {str(path)!r}. {ADVICE}")
    return str(path)


def train(
    plan: Plan, card: Card, dataset: Dataset, out: Path, listener: Listener
) -> tuple[Card, bool]:
    """Train MobileNetV2 in its stages, and write its files.

    Returns:
        The finished card, and whether it was interrupted.

    Raises:
        DataError: ImageNet's weights cannot be had, or the file does not fit.
    """
    keras.utils.set_random_seed(plan.seed)
    if plan.weights == "none":
        whole = _from_nothing(plan, dataset, out, listener)
        return concluded(whole[0], card, dataset.validation, out), not whole[1]
    model = _with_weights(plan.weights, listener)
    done = _stages(model, plan, dataset, out, listener)
    for layer in model.layers:
        layer.trainable = True  # the count of parameters in the report is of all
    return concluded(model, card, dataset.validation, out), not done


def _with_weights(weights: str, listener: Listener) -> keras.Model:
    if weights != "imagenet":
        weights = checked_weights(Path(weights))
    listener.say(f"MobileNetV2's weights: {weights}")
    try:
        return networks.mobilenet(CLASSES, weights)
    # Keras raises a plain Exception when it cannot fetch, ValueError for a wrong file.
    except Exception as error:
        reason = (
            "ImageNet's weights cannot be fetched"
            if weights == "imagenet"
            else f"{weights!r} holds no weights of MobileNetV2 without its classifier"
        )
        raise DataError(f"{reason} ({type(error).__name__}). {ADVICE}") from error


def _from_nothing(
    plan: Plan, dataset: Dataset, out: Path, listener: Listener
) -> tuple[keras.Model, bool]:
    listener.say("whole: no weights to start from, so all layers learn; this is slow")
    model = networks.mobilenet(CLASSES, None)
    epochs = plan.epochs or networks.network("mobilenet").epochs
    batches = Batches(
        dataset.train.patches,
        dataset.train.labels,
        CLASSES,
        plan.batch,
        plan.seed,
        strength=0.0,
        weights=dataset.weights,
        channels=networks.WIDE.channels,
    )
    judge = judge_of(dataset.validation, networks.WIDE.channels)
    phase = Phase("whole", epochs, WHOLE_RATE, patience=plan.patience)
    return model, fit(model, phase, batches, judge, out, listener)


def _stages(
    model: keras.Model, plan: Plan, dataset: Dataset, out: Path, listener: Listener
) -> bool:
    """Train the top, the tail, and the tail on everything; tell whether it came to its end."""
    names = [layer.name for layer in model.layers]
    cut, pooled = names.index(CUT), next(i for i, n in enumerate(names) if n.startswith(POOLED))
    assert pooled - cut - 1 == TUNED
    for layer in model.layers:
        layer.trainable = names.index(layer.name) > pooled
    base = keras.Model(model.input, model.layers[cut].output)
    tail = keras.Model(model.layers[cut].output, model.output)
    neck = keras.Model(model.layers[cut].output, model.layers[pooled].output)
    top = keras.Model(model.layers[pooled].output, model.output)
    listener.say("frozen: what the frozen layers say of each picture is computed once")
    sets = (dataset.train, dataset.validation)
    count = sum(len(one) for one in sets)
    shown: list[NDArray[np.float32]] = []
    for first, one in zip((0, len(dataset.train)), sets, strict=True):
        shown.append(_features(base, one.patches, first, count, listener))
    labels = [one.labels for one in sets]
    validates = np.eye(CLASSES, dtype=np.float32)[labels[1]]
    often = repeated(dataset.weights, np.random.default_rng(plan.seed))
    epochs = plan.epochs or networks.network("mobilenet").epochs

    heads = [neck.predict(one, batch_size=AT_ONCE, verbose=0) for one in shown]
    rows = Rows(heads[0][often], labels[0][often], plan.batch, plan.seed)
    phase = Phase("frozen", FROZEN_EPOCHS, FROZEN_RATE, patience=plan.patience)
    if not fit(top, phase, rows, (heads[1], validates), out, listener):
        return False

    for layer in model.layers[cut + 1 :]:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    rows = Rows(shown[0][often], labels[0][often], plan.batch, plan.seed)
    phase = Phase("fine-tuned", epochs, TUNED_RATE, patience=plan.patience)
    if not fit(tail, phase, rows, (shown[1], validates), out, listener):
        return False

    everything = np.concatenate([shown[0][often], shown[1]])
    rows = Rows(everything, np.concatenate([labels[0][often], labels[1]]), plan.batch, plan.seed)
    judge: Judge | None = None
    return fit(tail, Phase("all-data", LAST_EPOCHS, LAST_RATE), rows, judge, out, listener)


def _features(
    base: keras.Model, patches: NDArray[np.uint8], first: int, count: int, listener: Listener
) -> NDArray[np.float32]:
    """Return what the base says of patches (n, 96, 96), as float32 (n, 3, 3, 160)."""
    features = np.empty((len(patches), *base.output_shape[1:]), np.float32)
    for at in range(0, len(patches), AT_ONCE):
        ink = patches[at : at + AT_ONCE, ..., None].astype(np.float32) / 255
        ink = np.repeat(ink, networks.WIDE.channels, axis=3)
        features[at : at + AT_ONCE] = base.predict_on_batch(ink)
        listener.step(first + min(at + AT_ONCE, len(patches)), count, "features")
    return features
