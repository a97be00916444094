"""Who is told how a training goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Listener", "printing"]


def _ignore(done: int, total: int, text: str) -> None:
    pass


def _no_round(done: int, total: int, validation: float) -> None:
    pass


@dataclass(frozen=True)
class Listener:
    """Who is told how it goes.

    Attributes:
        say: gets a line for each step of the work.
        step: gets what is done, what there is in all, and what it is or its figures.
        reached: gets the number of a round, how many there are at most in this phase, and the
            share of validation pictures read right after it.
    """

    say: Callable[[str], None] = print
    step: Callable[[int, int, str], None] = _ignore
    reached: Callable[[int, int, float], None] = _no_round


def printing() -> Listener:
    """Return one that prints, for scripts: steps on one line, over what stood there."""

    def step(done: int, total: int, text: str) -> None:
        print(f"\r{done:>7} of {total:<7} {text}", end="", flush=True)

    return Listener(lambda text: print(f"\r{text}", flush=True), step)
