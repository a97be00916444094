"""The network as a classifier with scikit-learn's manners, and a file that it is kept in.

It has the methods, attributes and error messages that scikit-learn's tools rely on
(`sklearn.utils.estimator_checks.check_estimator`), so it goes into pipelines, grid
searches and cross-validation. scikit-learn itself is not needed.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from palote.errors import ModelCorrupt, UsageError
from palote.model.scratch import storage
from palote.model.scratch.checks import (
    checked_examples,
    checked_features,
    checked_labels,
    not_fitted,
    numbered,
)
from palote.model.scratch.estimator import Estimator
from palote.model.scratch.layers import Floats, softmax
from palote.model.scratch.network import Activation, Network
from palote.model.scratch.optimizers import OPTIMIZERS
from palote.model.scratch.parameters import Look, OptimizerName, Seed, check_parameters, generator
from palote.model.scratch.patches import BINARY_SIDE, PATCH_SIDE, binary_patches
from palote.model.scratch.training import (
    Callback,
    Epoch,
    Examples,
    Recipe,
    forward_in_parts,
    one_epoch,
    train,
)

__all__ = ["ScratchClassifier"]


class ScratchClassifier(Estimator):
    """A multi-layer perceptron in NumPy alone.

    Args:
        hidden: sizes of the hidden layers, first to last; ``()`` is logistic regression.
        activation: ``"relu"`` or ``"sigmoid"``, after every hidden layer.
        optimizer: ``"adam"`` or ``"momentum"``.
        learning_rate: at the start; over `fit` it falls to 0 along half a cosine.
        momentum: share of the last step that is kept (Adam's beta 1).
        batch_size: examples in a mini-batch.
        epochs: how many times `fit` goes through all examples.
        l2: penalty of large weights: ``l2 / 2`` times the sum of their squares.
        shift: pixels by which square pictures are moved at random while learning.
        look: ``"pixels"`` takes any features as they are; ``"binary20"`` takes 28x28
            pixels and makes the classic network's 20x20 black-and-white patch of them.
        patience: epochs without a better validation after which `fit` stops; None: never.
        random_state: seed, or a generator of random numbers; None: another one each time.

    Attributes:
        classes_: (classes,), the labels in rising order.
        n_features_in_: number of features of the data that it has learnt from.
        network_: the `Network`.
        look_: the ``look`` that it has learnt with.
        history_: how each epoch of the last `fit` went.
        card_json_: the model's card, if it was loaded with one; else ``""``.

    >>> X, y = np.array([[0.0, 0.0], [0.1, 0.0], [0.9, 1.0], [1.0, 1.0]]), ["a", "a", "b", "b"]
    >>> ScratchClassifier(hidden=(8,), epochs=100, random_state=0).fit(X, y).predict([[0.9, 0.9]])
    array(['b'], dtype='<U1')
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (256, 128),
        activation: Activation = "relu",
        optimizer: OptimizerName = "adam",
        learning_rate: float = 2e-3,
        momentum: float = 0.9,
        batch_size: int = 128,
        epochs: int = 20,
        l2: float = 1e-5,
        shift: int = 0,
        look: Look = "pixels",
        patience: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.epochs = epochs
        self.l2 = l2
        self.shift = shift
        self.look = look
        self.patience = patience
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        callback: Callback | None = None,
    ) -> ScratchClassifier:
        """Learn from the beginning.

        However it ends, by Ctrl-C too, the weights of the best finished epoch are kept.

        Args:
            X: (n, features), finite numbers.
            y: (n,), a label for each: whole numbers or texts, of two classes at least.
            sample_weight: (n,), how much each counts; 2 is as if it were there twice.
            validation: features and labels that say which epoch was best.
            callback: is told of every epoch (`Epoch`), and stops by returning True.

        Raises:
            UsageError: data or parameters are no good; it is a ValueError.
        """
        check_parameters(self.get_params())
        rows, labels, weights = checked_examples(X, y, sample_weight, self._name)
        self._begin(rows, np.unique(labels))
        examples = self._examples(rows, labels, weights)
        held_back = None
        if validation is not None:
            held_back = self._examples(
                *checked_examples(*validation, None, self._name, self.n_features_in_)
            )
        train(
            self.network_,
            self.optimizer_,
            examples,
            held_back,
            self._recipe(),
            self.rng_,
            self.history_,
            callback,
        )
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> ScratchClassifier:
        """Go once through some examples, with the full learning rate, and keep what was learnt.

        Args:
            X: (n, features), finite numbers.
            y: (n,), a label for each.
            classes: all labels that will ever come; needed in the first call.
            sample_weight: (n,), how much each counts.

        Raises:
            UsageError: data or parameters are no good; it is a ValueError.
        """
        check_parameters(self.get_params())
        fitted = hasattr(self, "network_")
        expected = self.n_features_in_ if fitted else None
        rows, labels, weights = checked_examples(X, y, sample_weight, self._name, expected)
        all_labels = None if classes is None else np.unique(checked_labels(classes, self._name))
        if not fitted:
            if all_labels is None:
                raise UsageError("The first call of partial_fit needs all classes: classes=[...].")
            self._begin(rows, all_labels)
        elif all_labels is not None and not np.array_equal(all_labels, self.classes_):
            raise UsageError(
                f"classes={all_labels} is not the same as in the first call, {self.classes_}."
            )
        one_epoch(
            self.network_,
            self.optimizer_,
            self._examples(rows, labels, weights),
            self._recipe(),
            self.rng_,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the likeliest label of each row of X (n, features), as (n,)."""
        best = self._logits(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return probabilities (n, classes) for X (n, features), in the order of `classes_`."""
        return softmax(self._logits(X))

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the share of rows of X (n, features) whose label y (n,) is predicted."""
        self._check_fitted()
        rows, labels, weights = checked_examples(
            X, y, sample_weight, self._name, self.n_features_in_
        )
        return float(np.average(self.predict(rows) == labels, weights=weights))

    def forward(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return logits (n, classes) and the last hidden layer's output (n, d).

        Args:
            rows: (n, features); they are not checked.
        """
        return forward_in_parts(self.network_, self._seen(rows))

    def save(self, path: str | os.PathLike[str], card_json: str | None = None) -> None:
        """Keep what was learnt in an .npz file, without pickle; all of it or nothing.

        Args:
            path: of the file; one that is there is replaced.
            card_json: the model's card, to travel with it; its own if not given.

        Raises:
            OSError: the disk is full, or it may not be written there.
        """
        self._check_fitted()
        check_parameters(self.get_params())
        settings = self.get_params() | {
            "hidden": [layer.weights.shape[0] for layer in self.network_.dense[1:]],
            "activation": self.network_.activation,
            "look": self.look_,
            "random_state": self.random_state
            if isinstance(self.random_state, int | np.integer)
            else None,
        }
        card = self.card_json_ if card_json is None else card_json
        stored = storage.Stored(self.network_.dense, self.classes_, settings, card)
        storage.write(Path(path), stored)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ScratchClassifier:
        """Load what `save` has written; nothing in the file is run.

        Raises:
            ModelCorrupt: it is no such file, or it is damaged.
        """
        try:
            with open(path, "rb") as file:
                content = file.read(storage.MOST_BYTES + 1)
        except OSError as error:
            raise ModelCorrupt(f"The model {os.fspath(path)!r} cannot be read.") from error
        return cls.from_bytes(content, os.fspath(path))

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> ScratchClassifier:
        """Load the content of a file; ``source`` is named in messages. Errors: see `load`."""
        stored = storage.read(content, source)
        sizes = [layer.weights.shape[0] for layer in stored.dense]
        binary = stored.settings.get("look") == "binary20"
        try:
            self = cls().set_params(**stored.settings)
            self.hidden = tuple(self.hidden)
            check_parameters(self.get_params())
            if self.hidden != tuple(sizes[1:]) or (binary and sizes[0] != BINARY_SIDE**2):
                raise UsageError(f"hidden={self.hidden} for layers of {sizes} inputs")
        except (UsageError, TypeError) as error:
            raise ModelCorrupt(
                f"{source!r} is no network made by palote train scratch: its settings "
                f"are not those of its layers ({error})."
            ) from error
        self.classes_, self.card_json_, self.look_ = stored.classes, stored.card_json, self.look
        self.n_features_in_ = PATCH_SIDE**2 if binary else sizes[0]
        self._take(Network(stored.dense, self.activation))
        return self

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _check_fitted(self) -> None:
        if not hasattr(self, "network_"):
            raise not_fitted(self._name)

    def _logits(self, X: ArrayLike) -> Floats:
        self._check_fitted()
        rows = checked_features(X, self._name, self.n_features_in_)
        return self.forward(rows.astype(self.network_.parameters[0].dtype, copy=False))[0]

    def _seen(self, rows: Floats) -> Floats:
        return binary_patches(rows) if self.look_ == "binary20" else rows

    def _examples(
        self, rows: Floats, labels: NDArray[np.generic], weights: NDArray[np.float64]
    ) -> Examples:
        dtype = self.network_.parameters[0].dtype
        return Examples(
            self._seen(rows).astype(dtype, copy=False),
            numbered(labels, self.classes_),
            weights.astype(dtype),
        )

    def _recipe(self) -> Recipe:
        return Recipe(
            self.epochs, self.batch_size, self.learning_rate, self.l2, self.shift, self.patience
        )

    def _begin(self, rows: Floats, classes: NDArray[np.generic]) -> None:
        """Start with a network that has learnt nothing."""
        if len(classes) < 2:
            raise UsageError(
                f"{self._name} needs examples of 2 classes at least, "
                f"but y has only one class: {classes}."
            )
        self.look_ = self.look
        inputs = self._seen(rows[:1]).shape[1]
        if self.shift and math.isqrt(inputs) ** 2 != inputs:
            raise UsageError(
                f"shift={self.shift} moves square pictures, but {inputs} features are no "
                "square. Choose shift=0 for other data."
            )
        self.classes_, self.n_features_in_, self.card_json_ = classes, rows.shape[1], ""
        sizes = (inputs, *self.hidden, len(classes))
        rng = generator(self.random_state)
        self._take(Network.random(sizes, self.activation, rng, rows.dtype), rng)

    def _take(self, network: Network, rng: np.random.Generator | None = None) -> None:
        """Go on with a network; the optimizer starts anew."""
        self.network_ = network
        self.optimizer_ = OPTIMIZERS[self.optimizer](self.momentum)
        self.rng_ = rng or generator(self.random_state)
        self.history_: list[Epoch] = []
