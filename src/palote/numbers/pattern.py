"""What is known of a number beforehand: ``####`` has four digits, ``##.#`` a point, too."""

from __future__ import annotations

from dataclasses import dataclass

from palote.errors import UsageError
from palote.numbers.decode import DIGITS, SEPARATORS

__all__ = ["Pattern"]

PLACE = "#"
LONGEST = 40
SAME = {",": "."}
"""Separators that are read as one."""


@dataclass(frozen=True)
class Pattern:
    """A format that a number has.

    A separator that the pattern names may be missing in the picture (a form prints it),
    but stands nowhere else. A pattern without separators allows them anywhere.

    Attributes:
        text: ``#`` for each digit; digits that are known; ``. , - /`` where they stand.

    Raises:
        UsageError: there is no digit in it, or something else is.
    """

    text: str

    def __post_init__(self) -> None:
        allowed = PLACE + DIGITS + SEPARATORS + ","
        if not set(self.text) <= set(allowed) or not self._places or len(self.text) > LONGEST:
            raise UsageError(
                f"pattern must have a # for each digit, such as '####' or '##.#', at most "
                f"{LONGEST} long; besides, known digits and the separators . , - / may stand "
                f"in it. It is {self.text[: 2 * LONGEST]!r}."
            )

    @property
    def _places(self) -> str:
        return "".join(mark for mark in self.text if mark == PLACE or mark in DIGITS)

    def follows(self, text: str) -> bool:
        """Tell whether a number of this format may begin so."""
        return self._matches(text, whole=False)

    def complete(self, text: str) -> bool:
        """Tell whether this is a number of this format."""
        return self._matches(text, whole=True)

    def _matches(self, text: str, whole: bool) -> bool:
        marks = [SAME.get(mark, mark) for mark in self.text]
        free = not any(mark in SEPARATORS for mark in marks)
        at = 0
        for symbol in text:
            if symbol in SEPARATORS:
                if free:
                    continue
                if at < len(marks) and marks[at] == symbol:
                    at += 1
                    continue
                return False
            while at < len(marks) and marks[at] in SEPARATORS:
                at += 1
            if at == len(marks) or marks[at] not in (PLACE, symbol):
                return False
            at += 1
        return not whole or all(mark in SEPARATORS for mark in marks[at:])
