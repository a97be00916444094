"""Where values lie along the side of a chart, and which round ones are marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal, TypeAlias

__all__ = ["Axis", "Scale", "accuracy_axis", "log_axis", "log_ticks"]

Scale: TypeAlias = Literal["linear", "log", "accuracy"]

ACCURACIES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995)
LEAST_ERROR = 2e-4
"""Where the stretched scale of accuracy ends; 100 % would be infinitely far away."""


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        label: what it shows, with its unit.
        low: value at its beginning.
        high: value at its end.
        ticks: values that are marked.
        text: how a value is written.
        scale: "accuracy" is stretched towards 1, by the logarithm of what is wrong.
    """

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    text: Callable[[float], str]
    scale: Scale = "linear"

    def place(self, value: float) -> float:
        """Return where a value lies: 0 at the beginning, 1 at the end."""
        start, end = self._stretched(self.low), self._stretched(self.high)
        inside = min(max(value, self.low), self.high)
        return (self._stretched(inside) - start) / ((end - start) or 1.0)

    def _stretched(self, value: float) -> float:
        if self.scale == "log":
            return log10(value)
        if self.scale == "accuracy":
            return -log10(max(1 - value, LEAST_ERROR))
        return value


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values, at most so many, that lie between two others."""
    span = (high - low) or 1.0
    size = 10 ** floor(log10(span / most))
    step = next(size * m for m in (1, 2, 5, 10, 20) if span / (size * m) <= most)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return powers of ten between two values, with 2 and 5 times them where there is room."""
    exponents = range(floor(log10(low)), floor(log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [m * 10.0**e for e in exponents for m in steps]
        found = [value for value in found if low <= value <= high * (1 + 1e-9)]
        if len(found) <= most:
            return found
    return found[:: -(-len(found) // most)]


def accuracy_axis(label: str, values: Sequence[float], text: Callable[[float], str]) -> Axis:
    """Return an axis for accuracies, stretched towards 100 %, on which all values lie."""
    greatest = min(max(values), 1 - LEAST_ERROR)
    least = min(*values, greatest)
    ends = (*ACCURACIES, 1 - LEAST_ERROR)
    first = max(number for number, end in enumerate(ends) if end <= least)
    last = next(number for number, end in enumerate(ends) if end >= greatest)
    if first == last:
        first, last = max(first - 1, 0), max(last, 1)
    low, high = ends[first], ends[last]
    ticks = [a for a in ACCURACIES if low <= a <= high]
    return Axis(label, low, high, ticks, text, "accuracy")


def log_axis(label: str, values: Sequence[float], text: Callable[[float], str]) -> Axis:
    """Return an axis by powers of ten, with a margin around positive values."""
    low, high = min(values) / 1.6, max(values) * 1.6
    return Axis(label, low, high, log_ticks(low, high), text, "log")
