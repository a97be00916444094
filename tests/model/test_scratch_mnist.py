"""The NumPy network on MNIST: a little of it quickly, all of it in the soak tests.

Each runs in a program of its own with one thread: on a busy machine, the threads of
NumPy's BLAS would mostly wait for each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys, time
from palote.data import mnist
from palote.model.scratch import classic, flat, modern

network = {"modern": modern, "classic": classic}[sys.argv[1]]()
examples, epochs = int(sys.argv[2]), int(sys.argv[3])
train, test = mnist("train"), mnist("test")
X, y = flat(train.pixels), train.labels
began = time.perf_counter()
network.set_params(epochs=epochs or network.epochs)
network.fit(X[:examples], y[:examples], validation=(X[54_000:], y[54_000:]))
seconds = time.perf_counter() - began
losses = [epoch.loss for epoch in network.history_]
print(json.dumps([seconds, network.score(flat(test.pixels), test.labels), losses]))
"""


def trained(
    datasets: Path, network: str, examples: int, epochs: int = 0
) -> tuple[float, float, list[float]]:
    """Train, and return the seconds, the accuracy on the test set and the losses."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PALOTE_DATA": str(datasets)}
    command = [sys.executable, "-c", PROGRAM, network, str(examples), str(epochs)]
    seconds, accuracy, losses = json.loads(
        subprocess.check_output(command, text=True, env=environment)
    )
    return seconds, accuracy, losses


@pytest.mark.parametrize(("network", "floor"), [("modern", 0.88), ("classic", 0.80)])
def test_a_few_seconds_are_enough_to_see_it_learn(network: str, floor: float, datasets: Path):
    _, accuracy, losses = trained(datasets, network, 3000, 4)
    assert accuracy >= floor
    assert len(losses) == 4 and losses == sorted(losses, reverse=True)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("network", "floor"), [("modern", 0.985), ("classic", 0.975)])
def test_all_of_mnist_in_less_than_two_minutes(network: str, floor: float, datasets: Path):
    seconds, accuracy, _ = trained(datasets, network, 54_000)
    assert seconds < 120
    assert accuracy >= floor
