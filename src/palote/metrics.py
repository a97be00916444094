"""How good a reading is, in numbers: accuracy with intervals, calibration, coverage.

NumPy alone. Probabilities are (n, classes) with rows that sum to 1; labels are
whole numbers (n,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "confusion_matrix",
    "expected_calibration_error",
    "fit_temperature",
    "negative_log_likelihood",
    "softmax",
    "wilson_interval",
]

Z95 = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Return probabilities for logits (n, classes) divided by a temperature."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson, 1927).

    >>> low, high = wilson_interval(99, 100)
    >>> round(low, 3), round(high, 3)
    (0.946, 0.998)
    """
    if count == 0:
        return 0.0, 1.0
    share = hits / count
    middle = share + Z95**2 / (2 * count)
    spread = Z95 * float(np.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2)))
    whole = 1 + Z95**2 / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def confusion_matrix(
    labels: NDArray[np.int64], answers: NDArray[np.int64], classes: int = 10
) -> NDArray[np.int64]:
    """Count (classes, classes): the row is the label, the column the answer."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def expected_calibration_error(
    confidences: NDArray[np.float32], correct: NDArray[np.bool_], bins: int = 15
) -> float:
    """Return the mean gap of confidence and accuracy over equal-width bins.

    Naeini, Cooper and Hauskrecht, 2015; Guo et al., 2017.

    Args:
        confidences: (n,), probability given to the answer.
        correct: (n,), whether the answer was right.
        bins: number of bins.
    """
    index = np.minimum((confidences * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = index == number
        if inside.any():
            gap = abs(float(confidences[inside].mean()) - float(correct[inside].mean()))
            error += gap * float(inside.mean())
    return error


def negative_log_likelihood(
    logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float = 1.0
) -> float:
    """Return the mean negative log probability of the labels, in nats."""
    scaled = (logits / temperature).astype(np.float64)
    top = scaled.max(axis=1)
    total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
    return float((total - scaled[np.arange(len(labels)), labels]).mean())


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the temperature of least negative log likelihood (Guo et al., 2017).

    Args:
        logits: (n, classes) on data that training has not seen.
        labels: (n,).
    """
    low, high = np.log(0.05), np.log(20.0)
    ratio = (np.sqrt(5.0) - 1) / 2
    for _ in range(40):  # golden-section search: the loss has one minimum in log T
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        loss_left = negative_log_likelihood(logits, labels, float(np.exp(left)))
        loss_right = negative_log_likelihood(logits, labels, float(np.exp(right)))
        if loss_left < loss_right:
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))
