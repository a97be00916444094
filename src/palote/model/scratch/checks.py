"""What comes in is looked at before anything is learnt from it.

The rules, and parts of the sentences, are those that scikit-learn's tools expect of
every estimator. scikit-learn itself is not needed: only where the caller has loaded it
are its own classes of errors and warnings used, so that its tools recognise them.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from palote.errors import UsageError
from palote.model.scratch.layers import Floats

__all__ = [
    "NotFitted",
    "checked_examples",
    "checked_features",
    "checked_labels",
    "checked_weights",
    "not_fitted",
    "numbered",
]


class NotFitted(UsageError, AttributeError):
    """The classifier was asked before it has learnt anything."""


def not_fitted(name: str) -> Exception:
    """Return the error to raise where nothing was learnt yet; scikit-learn's own if it is loaded.

    Args:
        name: of the class that was asked.
    """
    kind: type[Exception] = getattr(
        sys.modules.get("sklearn.exceptions"), "NotFittedError", NotFitted
    )
    return kind(f"This {name} has learnt nothing yet. Call fit, or load one that has.")


def checked_examples(
    X: ArrayLike,
    y: ArrayLike | None,
    sample_weight: ArrayLike | None,
    name: str,
    expected: int | None = None,
) -> tuple[Floats, NDArray[np.generic], NDArray[np.float64]]:
    """Return features (n, features), labels (n,) and weights (n,), each checked.

    What counts 0 is left out, as if it were not there.

    Args:
        X: features.
        y: labels.
        sample_weight: how much each example counts; none: the same.
        name: of the class that was asked, for messages.
        expected: number of features that it has learnt with, if any.

    Raises:
        UsageError: one of them is no good, or they are not of one length.
        TypeError: the features are no numbers.
    """
    rows = checked_features(X, name, expected)
    labels = checked_labels(y, name)
    if len(labels) != len(rows):
        raise UsageError(f"X has {len(rows)} examples, but y has {len(labels)} labels.")
    weights = checked_weights(sample_weight, len(rows))
    counted = weights > 0
    return (
        (rows, labels, weights)
        if counted.all()
        else (rows[counted], labels[counted], weights[counted])
    )


def checked_features(values: ArrayLike, name: str, expected: int | None = None) -> Floats:
    """Return features as numbers: float32 where the dtype fits into it, else float64.

    Args:
        values: (n, features).
        name: of the class that was asked, for the message.
        expected: number of features that it has learnt with, if any.

    Raises:
        UsageError: they are sparse, complex, not finite, no table, empty, or too few or many.
        TypeError: they are no numbers.
    """
    if hasattr(values, "toarray"):
        raise UsageError("X is a sparse matrix, which is not supported. Give X.toarray().")
    table = np.asarray(values)
    if table.dtype.kind == "c":
        raise UsageError(f"Complex data not supported: X is of dtype {table.dtype}.")
    if table.ndim != 2:
        raise UsageError(
            f"X should have two axes, (examples, features), but its shape is {table.shape}. "
            "Reshape your data: X.reshape(1, -1) for one example, X.reshape(-1, 1) for one feature."
        )
    for count, what in zip(table.shape, ("sample(s)", "feature(s)"), strict=True):
        if count == 0:
            raise UsageError(
                f"Found array with 0 {what} (shape={table.shape}) "
                f"while a minimum of 1 is required by {name}."
            )
    if expected is not None and table.shape[1] != expected:
        raise UsageError(
            f"X has {table.shape[1]} features, but {name} "
            f"is expecting {expected} features as input."
        )
    numeric = table.dtype.kind in "biuf"
    dtype = np.result_type(table.dtype, np.float32) if numeric else np.dtype(np.float64)
    try:
        rows = table.astype(dtype, copy=False)
    except ValueError as error:
        raise UsageError(f"X holds what is no number: {error}.") from error
    if not np.isfinite(rows).all():
        raise UsageError("X contains NaN or infinity (inf). Replace or leave out those values.")
    return rows


def checked_labels(values: ArrayLike | None, name: str) -> NDArray[np.generic]:
    """Return labels as an array of whole numbers, truth values or texts, (n,).

    Args:
        values: (n,).
        name: of the class that was asked, for the message.

    Raises:
        UsageError: there are none, or they are no class labels.
    """
    if values is None:
        raise UsageError(f"{name} requires y to be passed, but the target y is None.")
    labels = np.asarray(values)
    if labels.ndim == 2 and labels.shape[1] == 1:
        kind: type[Warning] = getattr(
            sys.modules.get("sklearn.exceptions"), "DataConversionWarning", UserWarning
        )
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. "
            f"Change the shape of y {labels.shape} to (n,), for example with y.ravel().",
            kind,
            stacklevel=4,
        )
        labels = labels.ravel()
    if labels.ndim != 1:
        raise UsageError(f"y should be a 1d array, got an array of shape {labels.shape} instead.")
    if labels.dtype.kind == "O" and len({isinstance(label, str) for label in labels}) == 1:
        labels = np.asarray(labels.tolist())
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            raise UsageError("y contains NaN or infinity (inf). Leave out those examples.")
        if (labels != np.floor(labels)).any():
            raise UsageError(
                "Unknown label type: continuous. y should name classes, "
                "such as 0 to 9, but holds numbers that are not whole."
            )
    elif labels.dtype.kind not in "biuU":
        raise UsageError(
            f"Unknown label type: {labels.dtype}. y should hold whole numbers or texts."
        )
    return labels


def checked_weights(values: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """Return how much each example counts, (count,), 1 on average.

    Raises:
        UsageError: they are not one finite number for each example, or negative, or all 0.
    """
    if values is None:
        return np.ones(count)
    weights = np.asarray(values, np.float64)
    if weights.shape != (count,):
        raise UsageError(
            f"sample_weight should be of shape ({count},), one for each example, "
            f"but is of shape {weights.shape}."
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise UsageError("sample_weight holds a value that is negative, NaN or infinite.")
    if not weights.any():
        raise UsageError("All of sample_weight is zero: there is nothing to learn from.")
    return np.asarray(weights / weights[weights > 0].mean(), np.float64)


def numbered(labels: NDArray[np.generic], classes: NDArray[np.generic]) -> NDArray[np.intp]:
    """Return the place of each label (n,) in the rising classes.

    Raises:
        UsageError: a label is none of them.
    """
    both_texts = {labels.dtype.kind == "U", classes.dtype.kind == "U"}
    strange = labels if len(both_texts) > 1 else labels[~np.isin(labels, classes)]
    if len(strange):
        raise UsageError(f"y holds {strange[0]!r}, which is none of the classes {classes}.")
    return np.asarray(np.searchsorted(classes, labels))
