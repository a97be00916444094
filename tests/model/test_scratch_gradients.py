"""Every slope of the NumPy network against finite differences, in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from palote.model.scratch import (
    Adam,
    Dense,
    Momentum,
    Network,
    ReLU,
    Sigmoid,
    softmax,
    softmax_cross_entropy,
)

RNG = np.random.default_rng(7)
NUDGE = 1e-6


def slope_of(loss: Callable[[], float], array: np.ndarray) -> np.ndarray:
    """Nudge every number both ways, and see how the loss follows."""
    slope = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + NUDGE
        above = loss()
        array[place] = kept - NUDGE
        slope[place] = (above - loss()) / (2 * NUDGE)
        array[place] = kept
    return slope


def dense() -> Dense:
    return Dense(RNG.normal(size=(4, 3)), RNG.normal(size=3))


@pytest.mark.parametrize("layer", [dense(), ReLU(), Sigmoid()], ids=["dense", "relu", "sigmoid"])
def test_backward_is_the_slope_of_forward(layer: Dense | ReLU | Sigmoid):
    x = RNG.normal(size=(5, 4))
    y = layer.forward(x)
    pull = RNG.normal(size=y.shape)
    dx = layer.backward(x, y, pull)
    assert dx == pytest.approx(
        slope_of(lambda: float((layer.forward(x) * pull).sum()), x), abs=1e-8
    )


def test_gradients_of_a_dense_layer():
    layer, x = dense(), RNG.normal(size=(5, 4))
    pull = RNG.normal(size=(5, 3))

    def loss() -> float:
        return float((layer.forward(x) * pull).sum())

    by_weights, by_bias = layer.gradients(x, pull)
    assert by_weights == pytest.approx(slope_of(loss, layer.weights), abs=1e-8)
    assert by_bias == pytest.approx(slope_of(loss, layer.bias), abs=1e-8)


def test_softmax_cross_entropy_with_weights():
    logits, targets = RNG.normal(size=(6, 10)), RNG.integers(0, 10, 6)
    weights = np.array([0.0, 1.0, 2.0, 0.5, 1.0, 1.5])
    loss, slope = softmax_cross_entropy(logits, targets, weights)
    by_hand = -(weights * np.log(softmax(logits)[np.arange(6), targets])).mean()
    assert loss == pytest.approx(by_hand)
    numeric = slope_of(lambda: softmax_cross_entropy(logits, targets, weights)[0], logits)
    assert slope == pytest.approx(numeric, abs=1e-8)


def test_softmax_and_its_loss_survive_large_logits():
    logits = np.array([[1e4, 0.0], [-1e4, 0.0]])
    assert softmax(logits) == pytest.approx(np.array([[1.0, 0.0], [0.0, 1.0]]))
    loss, slope = softmax_cross_entropy(logits, np.array([1, 0]), np.ones(2))
    assert loss == pytest.approx(1e4) and np.isfinite(slope).all()
    assert Sigmoid().forward(np.array([[-1e4, 0.0, 1e4]])).tolist() == [[0.0, 0.5, 1.0]]


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 5)])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_gradients_of_the_whole_network(activation: str, hidden: tuple[int, ...], l2: float):
    network = Network.random((7, *hidden, 4), activation, RNG, np.float64)
    x, targets, weights = RNG.normal(size=(8, 7)), RNG.integers(0, 4, 8), RNG.random(8)
    gradients = network.step(x, targets, weights, l2).gradients
    assert len(gradients) == len(network.parameters) == 2 * (len(hidden) + 1)
    for gradient, array in zip(gradients, network.parameters, strict=True):
        numeric = slope_of(lambda: network.step(x, targets, weights, l2).loss, array)
        assert gradient == pytest.approx(numeric, abs=1e-7)


def test_float32_stays_float32():
    network = Network.random((7, 6, 4), "relu", RNG)
    step = network.step(np.ones((2, 7), np.float32), np.array([0, 1]), np.ones(2, np.float32), 0.1)
    Adam().step(network.parameters, step.gradients, 0.1)
    assert {array.dtype for array in [*network.parameters, *step.gradients]} == {np.dtype("f4")}


def test_momentum_by_hand():
    weights, slope = np.array([1.0]), np.array([2.0])
    optimizer = Momentum(0.5)
    optimizer.step([weights], [slope], 0.1)
    assert weights[0] == pytest.approx(1 - 0.2)
    optimizer.step([weights], [slope], 0.1)
    assert weights[0] == pytest.approx(1 - 0.2 - (0.1 + 0.2))


def test_adam_as_in_the_paper():
    weights, by_hand = np.array([1.0, -2.0]), np.array([1.0, -2.0])
    optimizer, mean, square = Adam(), np.zeros(2), np.zeros(2)
    for step in range(1, 6):
        slope = RNG.normal(size=2)
        optimizer.step([weights], [slope], 0.01)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        by_hand -= 0.01 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        assert weights == pytest.approx(by_hand, rel=1e-12)
