"""Who is told how a training goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Listener"]


def _ignore(done: int, total: int, text: str) -> None:
    pass


@dataclass(frozen=True)
class Listener:
    """Who is told how it goes.

    Attributes:
        say: gets a line for each step of the work.
        step: gets what is done, what there is in all, and what it is or its figures.
    """

    say: Callable[[str], None] = print
    step: Callable[[int, int, str], None] = _ignore
