"""What the pages say, in English and Spanish, and figures as each language writes them.

The English sentence is the key, so that the code that makes a page can be read.
A sentence without its Spanish is an error there, and so cannot slip through the tests.
"""

from __future__ import annotations

from palote.errors import UsageError
from palote.train.pages.spanish import SPANISH

__all__ = ["LANGUAGES", "Words"]

LANGUAGES = ("en", "es")

# A number and its unit stay on one line.
SPACE = "\u00a0"


SPANISH_MARKS = str.maketrans(",.", "\u202f,")
"""Spanish writes a thin space for the English comma, and a comma for the point."""


class Words:
    """Sentences and figures in one language.

    Args:
        lang: one of `LANGUAGES`.

    Raises:
        UsageError: there is no such language.

    >>> words = Words("en")
    >>> words("{right} of {count} read right", right=words.count(9951), count=words.count(10000))
    '9,951 of 10,000 read right'
    """

    def __init__(self, lang: str = "en") -> None:
        if lang not in LANGUAGES:
            raise UsageError(f"lang must be one of {', '.join(LANGUAGES)}; not {lang!r}.")
        self.lang = lang

    def __call__(self, sentence: str, **values: str) -> str:
        """Return a sentence in this language, with the values put in."""
        said = SPANISH[sentence] if self.lang == "es" else sentence
        return said.format(**values) if values else said

    def name(self, key: str) -> str:
        """Return what people call a set, or the key itself for one of their own."""
        names = {
            "mnist": self("MNIST test set"),
            "pen": self("pens on a canvas, unseen writers"),
            "photo": self("photos of paper"),
            "screen": self("screen drawings"),
            "handwriting": self("handwriting other than MNIST"),
        }
        return names.get(key, key)

    def pictures(self, key: str, count: int) -> str:
        """Return a set's name and its size."""
        return self.start(
            self("{set}: {count} pictures", set=self.name(key), count=self.count(count))
        )

    @staticmethod
    def start(text: str) -> str:
        """Return a text with a capital at its start."""
        return text[:1].upper() + text[1:]

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with this many decimals."""
        if self.lang == "es":
            # Four digits are not parted in Spanish.
            parted = "," if abs(value) >= 10_000 else ""
            return f"{value:{parted}.{digits}f}".translate(SPANISH_MARKS)
        return f"{value:,.{digits}f}"

    def count(self, value: int) -> str:
        """Return a whole number."""
        return self.number(value)

    def percent(self, share: float, digits: int = 2) -> str:
        """Return a share as a percentage."""
        return f"{self.number(100 * share, digits)}{SPACE}%"

    def times(self, count: int) -> str:
        """Return how often something happened."""
        return self("once") if count == 1 else self("{count} times", count=self.count(count))

    def short(self, share: float) -> str:
        """Return a share as a percentage, with no more decimals than it needs."""
        return self.percent(share, _needed(100 * share, 2))

    def interval(self, low: float, high: float, digits: int = 2) -> str:
        """Return the two ends of an interval of shares, as percentages."""
        ends = self.number(100 * low, digits), self.number(100 * high, digits)
        return self("{low} to {high}", low=ends[0], high=ends[1])

    def points(self, difference: float, digits: int = 2) -> str:
        """Return a difference of shares in percentage points, with its sign."""
        size = self.number(100 * abs(difference), digits)
        return f"{'−' if difference < 0 else '+'}{size}"

    def size(self, count: int) -> str:
        """Return a number of bytes."""
        if count < 1e6:
            return f"{self.number(count / 1e3, 0 if count >= 1e4 else 1)}{SPACE}kB"
        return f"{self.number(count / 1e6, 1)}{SPACE}MB"

    def short_count(self, value: float) -> str:
        """Return a large number in thousands or millions."""
        if value >= 1e6:
            return f"{self.number(value / 1e6, 0 if value % 1e6 == 0 else 1)}{SPACE}M"
        return (
            f"{self.number(value / 1e3, 0)}{SPACE}k" if value >= 1e3 else self.count(round(value))
        )

    def duration(self, seconds: float) -> str:
        """Return a time, in the units that fit."""
        if seconds < 1:
            milliseconds = 1000 * seconds
            most = 2 if milliseconds < 10 else 1
            return f"{self.number(milliseconds, _needed(milliseconds, most))}{SPACE}ms"
        if seconds < 90:
            return f"{self.number(seconds, 0 if seconds >= 10 else 1)}{SPACE}s"
        minutes = round(seconds / 60)
        if minutes < 60:
            return f"{minutes}{SPACE}min"
        return f"{minutes // 60}{SPACE}h {minutes % 60}{SPACE}min"

    def probability(self, value: float) -> str:
        """Return a p-value."""
        if value < 0.001:
            return f"<{SPACE}{self.number(0.001, 3)}"
        return self.number(value, 3 if value < 0.1 else 2)


def _needed(value: float, most: int) -> int:
    """Return how many decimals a value needs, at most so many."""
    return next(d for d in range(most + 1) if round(value, d) == round(value, most))
