"""The parameters of the classifier: which values there are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np

from palote.errors import UsageError
from palote.model.scratch.network import Activation

__all__ = ["Look", "OptimizerName", "Seed", "check_parameters", "generator"]

Look: TypeAlias = Literal["pixels", "binary20"]
OptimizerName: TypeAlias = Literal["adam", "momentum"]
Seed: TypeAlias = int | np.random.RandomState | np.random.Generator | None

CHOICES = {"activation": Activation, "optimizer": OptimizerName, "look": Look}
LEAST = {"batch_size": 1, "epochs": 1, "shift": 0, "patience": 1}
"""Whole numbers, and the least that they may be."""
MOST_SHIFT = 16
GENERATORS = (np.random.RandomState, np.random.Generator)


def check_parameters(parameters: Mapping[str, object]) -> None:
    """Refuse values that do not exist.

    Args:
        parameters: of a `ScratchClassifier`, by name.

    Raises:
        UsageError: one is wrong; the message says which, and what would be right.
    """
    for name, kinds in CHOICES.items():
        if parameters[name] not in get_args(kinds):
            raise UsageError(
                f"{name} must be one of {', '.join(map(repr, get_args(kinds)))}, "
                f"not {parameters[name]!r}."
            )
    for name, least in LEAST.items():
        value = parameters[name]
        if not (_is_whole(value, least) or (name == "patience" and value is None)):
            raise UsageError(f"{name} must be a whole number from {least} on, not {value!r}.")
    if not _is_number(parameters["shift"], 0, MOST_SHIFT):
        raise UsageError(f"shift must be at most {MOST_SHIFT}, not {parameters['shift']!r}.")
    hidden = parameters["hidden"]
    if not isinstance(hidden, tuple | list) or not all(_is_whole(size, 1) for size in hidden):
        raise UsageError(f"hidden must hold the sizes of the layers, (256, 128), not {hidden!r}.")
    rate, momentum, l2 = (parameters[name] for name in ("learning_rate", "momentum", "l2"))
    if not _is_number(rate, 0, math.inf) or rate == 0:
        raise UsageError(f"learning_rate must be a number above 0, not {rate!r}.")
    if not _is_number(momentum, 0, 1) or momentum == 1:
        raise UsageError(f"momentum must be a number from 0 to below 1, not {momentum!r}.")
    if not _is_number(l2, 0, math.inf):
        raise UsageError(f"l2 must be a number from 0 on, not {l2!r}.")
    seed = parameters["random_state"]
    if not (seed is None or _is_whole(seed, 0) or isinstance(seed, GENERATORS)):
        raise UsageError(f"random_state must be a whole number from 0 on, not {seed!r}.")


def generator(seed: Seed) -> np.random.Generator:
    """Return the source of chance that a ``random_state`` stands for."""
    if isinstance(seed, np.random.RandomState):
        seed = int(seed.randint(2**31))
    return np.random.default_rng(seed)


def _is_whole(value: object, least: int) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and int(value) >= least  # type: ignore[call-overload]


def _is_number(value: object, low: float, high: float) -> bool:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return number and math.isfinite(value) and low <= value <= high  # type: ignore[arg-type, operator]
