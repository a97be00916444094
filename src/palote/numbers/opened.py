"""A line of writing that the line network has been asked about, cut only if that is worth while."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from palote.ink import Row
from palote.ink.level import level
from palote.ink.segments import Parts, cut
from palote.model.line import LineEngine
from palote.numbers.lattice import Runs, runs_of
from palote.numbers.second import Steps

__all__ = ["HEIGHT", "OpenRow"]

HEIGHT = 40.0
"""Height of a digit in an upright line, in pixels."""


@dataclass(frozen=True, eq=False)
class OpenRow:
    """A line, and what the line network says of it; it is cut, once, when its parts are asked for.

    Attributes:
        row: as it was found.
        steps: what the line network says.
    """

    row: Row
    steps: Steps

    @classmethod
    def of(cls, row: Row, line: LineEngine) -> OpenRow:
        """Ask the line network about a row."""
        return cls(row, Steps.of(row, line))

    @cached_property
    def parts(self) -> Parts:
        """The parts of the line."""
        return cut(level(self.row, HEIGHT))

    @cached_property
    def runs(self) -> Runs:
        """Those of its runs that may be symbols."""
        return runs_of(self.parts)
