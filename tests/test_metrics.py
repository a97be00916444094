"""Metrics against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from palote import metrics


def test_softmax_with_temperature():
    logits = np.array([[0.0, np.log(3.0)]], np.float32)
    assert metrics.softmax(logits) == pytest.approx(np.array([[0.25, 0.75]]))
    assert metrics.softmax(logits, 1e6) == pytest.approx(np.array([[0.5, 0.5]]), abs=1e-3)


def test_softmax_of_large_logits_stays_finite():
    assert np.isfinite(metrics.softmax(np.array([[1e4, -1e4]], np.float32))).all()


def test_wilson_interval():
    low, high = metrics.wilson_interval(0, 20)
    assert (low, high) == (0.0, pytest.approx(0.1611, abs=1e-3))
    assert metrics.wilson_interval(0, 0) == (0.0, 1.0)


def test_confusion_matrix():
    matrix = metrics.confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 2]), 3)
    assert matrix.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]


def test_expected_calibration_error():
    confidences = np.array([0.9, 0.9, 0.9, 0.9], np.float32)
    correct = np.array([True, True, True, False])
    assert metrics.expected_calibration_error(confidences, correct) == pytest.approx(0.15, abs=1e-6)


def test_fitted_temperature_calibrates():
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, (4000, 5)).astype(np.float32)
    labels = np.array([rng.choice(5, p=p / p.sum()) for p in np.exp(true.astype(np.float64))])
    assert metrics.fit_temperature(3 * true, labels) == pytest.approx(3.0, rel=0.1)


def test_calibration_error_of_nothing():
    assert metrics.expected_calibration_error(np.zeros(0, np.float32), np.zeros(0, bool)) == 0.0


def answers_and_labels(classes: int = 4, count: int = 500):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, classes, count)
    answers = np.where(rng.random(count) < 0.7, labels, rng.integers(0, classes, count))
    return labels, answers


def test_class_scores_are_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    labels, answers = answers_and_labels()
    found = metrics.class_scores(metrics.confusion_matrix(labels, answers, 4))
    precision, recall, f1, support = sklearn.precision_recall_fscore_support(labels, answers)
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    assert found.f1 == pytest.approx(f1)
    assert found.support.tolist() == support.tolist()


def test_no_answer_costs_recall_but_not_precision():
    matrix = np.array([[3, 0, 1], [1, 4, 0]])
    found = metrics.class_scores(matrix)
    assert found.precision == pytest.approx([3 / 4, 1.0])
    assert found.recall == pytest.approx([3 / 4, 4 / 5])
    assert found.f1 == pytest.approx([3 / 4, 8 / 9])
    assert found.support.tolist() == [4, 5]


def test_class_scores_of_a_class_that_never_occurs():
    found = metrics.class_scores(np.array([[2, 0], [0, 0]]))
    assert (found.precision[1], found.recall[1], found.f1[1]) == (0.0, 0.0, 0.0)


def test_reliability():
    confidences = np.array([0.1, 0.2, 0.7, 1.0, 1.0], np.float32)
    correct = np.array([False, True, True, True, False])
    found = metrics.reliability(confidences, correct, 4)
    assert found.count.tolist() == [2, 0, 1, 2]
    assert found.confidence == pytest.approx([0.15, np.nan, 0.7, 1.0], nan_ok=True)
    assert found.accuracy == pytest.approx([0.5, np.nan, 1.0, 0.5], nan_ok=True)


def test_reliability_is_scikit_learns_curve():
    calibration = pytest.importorskip("sklearn.calibration")
    rng = np.random.default_rng(2)
    confidences = rng.random(300).astype(np.float32)
    correct = rng.random(300) < confidences
    found = metrics.reliability(confidences, correct, 10)
    accuracy, confidence = calibration.calibration_curve(correct, confidences, n_bins=10)
    assert found.accuracy == pytest.approx(accuracy)
    assert found.confidence == pytest.approx(confidence)


def test_coverage_and_risk():
    confidences = np.array([0.5, 0.9, 0.9, 0.99], np.float32)
    correct = np.array([False, True, False, True])
    coverage, risk = metrics.coverage_and_risk(confidences, correct)
    # The two of 0.9 come together; the best is answered alone without a mistake.
    assert coverage.tolist() == [0.25, 0.75, 1.0]
    assert risk == pytest.approx([0.0, 1 / 3, 0.5])
    nothing = metrics.coverage_and_risk(np.zeros(0, np.float32), np.zeros(0, bool))
    assert [len(values) for values in nothing] == [0, 0]


def test_mcnemar():
    first = np.array([True] * 90 + [False] * 10)
    second = first.copy()
    assert metrics.mcnemar(first, second) == 1.0
    second[:8] = False
    second[90:92] = True
    # 2 of 10 tosses: 2 * (1 + 10 + 45) / 1024
    assert metrics.mcnemar(first, second) == pytest.approx(112 / 1024)
    assert metrics.mcnemar(second, first) == pytest.approx(112 / 1024)


def test_mcnemar_is_the_binomial_test_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    first, second = rng.random(5000) < 0.9, rng.random(5000) < 0.88
    gains, losses = int((second & ~first).sum()), int((first & ~second).sum())
    expected = stats.binomtest(gains, gains + losses).pvalue
    assert metrics.mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_paired_difference():
    first = np.array([True] * 80 + [False] * 20)
    second = np.array([True] * 78 + [False] * 2 + [True] * 10 + [False] * 10)
    difference, low, high = metrics.paired_difference(first, second)
    assert difference == pytest.approx(0.08)
    middle = 8 / 102
    spread = metrics.Z95 * np.sqrt((13 / 102 - middle**2) / 102)
    assert (low, high) == (pytest.approx(middle - spread), pytest.approx(middle + spread))
    assert metrics.paired_difference(second, first)[0] == pytest.approx(-0.08)


def test_the_paired_interval_holds_the_truth_19_times_of_20():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        easy = rng.random(800)
        first, second = easy < 0.95, (easy + 0.02 * rng.normal(size=800)) < 0.96
        _, low, high = metrics.paired_difference(first, second)
        held += low <= 0.01 <= high
    assert 0.92 <= held / 400 <= 0.98
