"""How good a reading is, in numbers: accuracy with intervals, calibration, coverage.

Also whether one model is really better than another on the same pictures. NumPy
alone. Probabilities are (n, classes) with rows that sum to 1; labels are whole
numbers (n,).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ClassScores",
    "Reliability",
    "class_scores",
    "confusion_matrix",
    "coverage_and_risk",
    "expected_calibration_error",
    "fit_temperature",
    "mcnemar",
    "negative_log_likelihood",
    "paired_difference",
    "reliability",
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


@dataclass(frozen=True, eq=False)
class ClassScores:
    """How well each class is read; float64 and int64 (classes,).

    Attributes:
        precision: of the answers that name the class, the share that is right.
        recall: of the pictures of the class, the share that is read right.
        f1: harmonic mean of the two.
        support: number of pictures of the class.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]


def class_scores(matrix: NDArray[np.int64]) -> ClassScores:
    """Return precision, recall and F1 of each class; 0 where there is nothing to divide by.

    Args:
        matrix: (classes, classes) as from `confusion_matrix`, or (classes, classes + 1)
            with a last column that counts the pictures that got no answer.
    """
    classes = len(matrix)
    right = np.diagonal(matrix).astype(np.float64)
    support = matrix.sum(axis=1)
    answered = matrix[:, :classes].sum(axis=0)
    return ClassScores(
        precision=_share(right, answered),
        recall=_share(right, support),
        f1=_share(2 * right, answered + support),
        support=support,
    )


def _share(part: NDArray[np.float64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


@dataclass(frozen=True, eq=False)
class Reliability:
    """A reliability diagram (DeGroot and Fienberg, 1983): equal-width bins of confidence.

    Attributes:
        confidence: float64 (bins,), mean confidence in each bin; NaN in an empty one.
        accuracy: float64 (bins,), share of right answers in it; NaN in an empty one.
        count: int64 (bins,), answers in it.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]


def reliability(
    confidences: NDArray[np.float32], correct: NDArray[np.bool_], bins: int = 15
) -> Reliability:
    """Sort answers into bins of equal width by their confidence.

    Args:
        confidences: (n,), probability given to the answer.
        correct: (n,), whether the answer was right.
        bins: number of bins.
    """
    index = np.minimum((confidences * bins).astype(int), bins - 1)
    count = np.bincount(index, minlength=bins)
    empty = np.where(count > 0, 1.0, np.nan)
    divisor = np.maximum(count, 1)
    confidence = np.bincount(index, confidences.astype(np.float64), bins) / divisor
    accuracy = np.bincount(index, correct.astype(np.float64), bins) / divisor
    return Reliability(confidence * empty, accuracy * empty, count)


def expected_calibration_error(
    confidences: NDArray[np.float32], correct: NDArray[np.bool_], bins: int = 15
) -> float:
    """Return the mean gap of confidence and accuracy over equal-width bins.

    Naeini, Cooper and Hauskrecht, 2015; Guo et al., 2017. Arguments as for `reliability`.
    """
    found = reliability(confidences, correct, bins)
    gaps = np.nan_to_num(np.abs(found.confidence - found.accuracy))
    return float(gaps @ found.count) / max(len(confidences), 1)


def coverage_and_risk(
    confidences: NDArray[np.float32], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is gained by answering only when sure (El-Yaniv and Wiener, 2010).

    Args:
        confidences: (n,), probability given to the answer.
        correct: (n,), whether the answer was right.

    Returns:
        For each confidence that occurs, from the highest down: the coverage, the share of
        pictures that have at least this confidence; and the risk, the share of wrong
        answers among those.
    """
    order = np.argsort(-confidences, kind="stable")
    ranked = confidences[order]
    # Pictures of equal confidence are answered together or not at all.
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)])
    wrong = np.cumsum(~correct[order])[last]
    return (last + 1) / max(len(ranked), 1), wrong / (last + 1)


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Return how likely two models differ so much by chance (McNemar, 1947; exact, two-sided).

    Only the pictures that one of them reads right and the other wrong count; if the models
    were equally good, each such picture would be a toss of a coin.

    Args:
        first: (n,), which pictures the first model reads right.
        second: (n,), the same of the second, on the same pictures.

    >>> mcnemar(np.array([True] * 6), np.array([False] * 6))
    0.03125
    """
    gains, losses = int((second & ~first).sum()), int((first & ~second).sum())
    tosses = gains + losses
    tail = sum(comb(tosses, k) for k in range(min(gains, losses) + 1))
    return min(1.0, 2 * tail / (1 << tosses))


def paired_difference(
    first: NDArray[np.bool_], second: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return by how much the second model is more accurate, with its 95 % interval.

    The adjusted Wald interval for matched pairs (Agresti and Min, 2005). Arguments as for
    `mcnemar`.

    Returns:
        The difference of the shares, and the lower and upper end of its interval.
    """
    gains, losses, count = (second & ~first).sum(), (first & ~second).sum(), len(first)
    difference = float(gains - losses) / max(count, 1)
    # Half a picture is added to each of the four cells.
    middle = float(gains - losses) / (count + 2)
    variance = (float(gains + losses) + 1) / (count + 2) - middle**2
    spread = Z95 * float(np.sqrt(variance / (count + 2)))
    return difference, max(-1.0, middle - spread), min(1.0, middle + spread)


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
