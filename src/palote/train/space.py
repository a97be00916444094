"""What a sweep tries: from what a person writes to plans, each with parameters of its own.

The trials are drawn here and not by the engine that does them, so that a sweep with the same
seed is the same on one machine and on a cluster. All trials are trained with one seed: they
validate with the same pictures, and what differs comes from the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from palote.errors import UsageError
from palote.train.lab import Plan

__all__ = ["Parameter", "Space", "Value", "parsed", "trials"]

Value = int | float
EXAMPLE = 'such as --sweep "rate=1e-4..1e-2,batch=64|128"'
DIGITS = 3
"""Of a number that is drawn, so that a person can type it."""
ENOUGH = 20
"""So many draws for each trial that is wanted, before repetitions end the search."""


@dataclass(frozen=True)
class Parameter:
    """What values a parameter can have.

    Attributes:
        least: the smallest.
        most: the largest.
        whole: it is a whole number.
        powers: a range is drawn from by its powers of ten: 0.001 is in the middle of 1e-4..1e-2.
    """

    least: float
    most: float
    whole: bool = False
    powers: bool = False


PARAMETERS = {
    "rate": Parameter(1e-8, 10, powers=True),
    "decay": Parameter(0, 10, powers=True),
    "smoothing": Parameter(0, 0.9),
    "batch": Parameter(1, 65_536, whole=True),
    "epochs": Parameter(1, 10_000, whole=True),
    "patience": Parameter(1, 10_000, whole=True),
    "samples": Parameter(256, 10_000_000, whole=True),
    "finish": Parameter(0, 10_000, whole=True),
}
"""Of a `Plan`: what a sweep can try."""


@dataclass(frozen=True)
class Choice:
    """Some values."""

    values: tuple[Value, ...]

    def draw(self, rng: np.random.Generator) -> Value:
        """Return one of them."""
        return self.values[int(rng.integers(len(self.values)))]


@dataclass(frozen=True)
class Range:
    """All values between two."""

    low: Value
    high: Value
    parameter: Parameter

    def draw(self, rng: np.random.Generator) -> Value:
        """Return one of them."""
        if self.parameter.whole:
            return int(rng.integers(int(self.low), int(self.high) + 1))
        if self.parameter.powers:
            value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = float(rng.uniform(self.low, self.high))
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


Space = Mapping[str, Choice | Range]


def parsed(text: str, plan: Plan) -> Space:
    """Return what a person wants to be tried.

    Args:
        text: parameters with their values, "rate=1e-4..1e-2,batch=64|128".
        plan: what is trained otherwise.

    Raises:
        UsageError: it cannot be understood, or the network takes no such parameter.

    >>> parsed("batch=64|128", Plan("small"))
    {'batch': Choice(values=(64, 128))}
    """
    found: dict[str, Choice | Range] = {}
    for part in text.split(","):
        name, mark, values = (one.strip() for one in part.partition("="))
        if not mark or not values:
            raise UsageError(f"{part.strip()!r} names no values to try, {EXAMPLE}.")
        if name not in plan.adjustable:
            raise UsageError(
                f"A sweep over {plan.network} cannot try {name!r}. What it learns by: "
                f"{', '.join(plan.adjustable)}."
            )
        if name in found:
            raise UsageError(f"The sweep names {name} twice. Name its values once, {EXAMPLE}.")
        parameter = PARAMETERS[name]
        low, between, high = values.partition("..")
        if between:
            found[name] = _range(name, _value(name, low), _value(name, high), parameter)
        else:
            some = dict.fromkeys(_value(name, one) for one in values.split("|"))
            found[name] = Choice(tuple(some))
    return found


def trials(space: Space, plan: Plan, count: int) -> dict[str, dict[str, Value]]:
    """Draw what is tried; every combination once if there are no more than wanted.

    Args:
        space: the parameters with their values.
        plan: what is trained otherwise; its seed draws.
        count: trials at most.

    Returns:
        Name of each trial -> the values of its parameters.
    """
    lists = [one.values for one in space.values() if isinstance(one, Choice)]
    finite = len(lists) == len(space)
    if finite and math.prod(map(len, lists)) <= count:
        drawn = [dict(zip(space, values, strict=True)) for values in product(*lists)]
    else:
        rng = np.random.default_rng(plan.seed)
        different: dict[tuple[Value, ...], None] = {}
        for _ in range(ENOUGH * count):
            different[tuple(one.draw(rng) for one in space.values())] = None
            if len(different) == count:
                break
        drawn = [dict(zip(space, values, strict=True)) for values in different]
    width = max(2, len(str(len(drawn) - 1)))
    return {f"trial-{number:0{width}d}": values for number, values in enumerate(drawn)}


def planned(plan: Plan, values: Mapping[str, Value]) -> Plan:
    """Return the plan with a trial's parameters."""
    return replace(plan, **values)  # type: ignore[arg-type]  # `parsed` has seen to their kinds


def _range(name: str, low: Value, high: Value, parameter: Parameter) -> Range:
    if low >= high:
        raise UsageError(f"The range {low:g}..{high:g} of {name} must grow, {EXAMPLE}.")
    if parameter.powers and low <= 0:
        raise UsageError(
            f"The range of {name} is drawn from by powers of ten, so it must begin above 0, not "
            f"at {low:g}. List what is wanted besides: {name}=0|1e-4|1e-3."
        )
    return Range(low, high, parameter)


def _value(name: str, text: str) -> Value:
    parameter = PARAMETERS[name]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not parameter.least <= value <= parameter.most or (parameter.whole and value % 1):
        kind = "a whole number" if parameter.whole else "a number"
        raise UsageError(
            f"{name} must be {kind} from {parameter.least:g} to {parameter.most:g}, not "
            f"{text.strip()!r}."
        )
    return int(value) if parameter.whole else value
