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
