"""What stands on a line of numbers: amounts, dates, counts, and words that are none.

A phrase is made of digits, separators, letters and spaces. `SYMBOLS` is what a line
network tells apart; `taught` is what it should give for a row of marks.
"""

from __future__ import annotations

import numpy as np

from palote.train.labels import label
from palote.train.letters import UNITS_AFTER, UNITS_AHEAD

__all__ = ["OTHER", "SYMBOLS", "anew", "phrase", "taught"]

OTHER = "x"
"""Symbol of a stretch, however long, of what is neither a digit nor a separator."""

SYMBOLS = "0123456789.-/" + OTHER
""""." stands for ",", "'" and ":", too; "-" for "=" and long dashes. A space has no symbol."""

LETTERS = "NRUEWAFMXTKHVCPadefkmnprtuvwxyh"
"""Nobody takes them for digits, not even in a word."""

MOST = 12
"""Digits on a line."""

SIGNED = (
    *("({})", "({})", "{})", "[{}]", "+{}", "-{}", "{}%", "{} %", "{}€", "{} €", "€{}", "{}°"),
    *("#{}", "{} ✓", "✓ {}", "{}✓", "✓{}", "{} ×", "× {}", "={}", "{}+{}", "{}×{}", "{}={}"),
    *("+{}%", "${}", "${}", "$ {}", "{}$", "{} $", "£{}", "{}£"),
)
"""Numbers with a sign, each as likely."""


def phrase(rng: np.random.Generator, labelled: bool = True) -> str:
    """Return what stands on a line, by chance.

    Args:
        rng: chance.
        labelled: whether a number may have a word beside it, at a distance.

    Returns:
        Digits, ``. , ' : - = ~ /``, letters, ``*``, signs of `marks.MARKS`, words of
        `labels.LABELS` and spaces.
    """
    share = {
        **{_plain: 30, _ones: 9, _amount: 17, _grouped: 8, _spaced: 4, _date: 10, _time: 3},
        **{_word: 4, _signed: 13, _labelled: 10 * labelled, _measured: 9},
    }
    shares = np.array(list(share.values()), float)
    return list(share)[rng.choice(len(share), p=shares / shares.sum())](rng)


def anew(rng: np.random.Generator) -> str:
    """Return a number that is wrong and the right one beside it, or the other way round."""
    gap = " " * int(rng.integers(1, 3))
    return gap.join(_digits(rng, int(rng.integers(2, 6))) for _ in range(2))


def taught(marks: str) -> str:
    """Return what a network should give for these marks: a stretch of no digits counts once.

    >>> taught("xx500/-")
    'x500/-'
    """
    kept = [mark for i, mark in enumerate(marks) if mark != OTHER or marks[i - 1 : i] != OTHER]
    return "".join(kept)


def _digits(rng: np.random.Generator, count: int) -> str:
    digits = rng.integers(0, 10, count)
    if rng.random() < 0.25:  # round sums
        digits[-int(rng.integers(1, count + 1)) :] = 0
    if rng.random() < 0.1:  # runs of one digit, which touch and are hard to count
        at = int(rng.integers(0, count))
        digits[at : at + int(rng.integers(2, 4))] = digits[at]
    return "".join(str(digit) for digit in digits)


def _count(rng: np.random.Generator) -> int:
    share = np.array([4, 7, 10, 14, 16, 12, 8, 7, 4, 5, 2, 2], float)
    return int(rng.choice(np.arange(1, MOST + 1), p=share / share.sum()))


def _plain(rng: np.random.Generator) -> str:
    return _digits(rng, _count(rng)) + (_flourish(rng) if rng.random() < 0.1 else "")


def _ones(rng: np.random.Generator) -> str:
    """Return a short number of which every second digit is a 1: 11, 17, 101, as people count."""
    count = int(rng.choice([2, 3, 4, 5], p=[0.5, 0.27, 0.15, 0.08]))
    digits = np.where(rng.random(count) < 0.5, 1, rng.integers(0, 10, count))
    digits[int(rng.integers(count))] = 1
    return "".join(str(digit) for digit in digits)


def _grouped(rng: np.random.Generator) -> str:
    """Return thousands and millions, set apart."""
    digits = _digits(rng, int(rng.integers(4, 8)))
    mark = str(rng.choice([".", ",", "'", " "], p=[0.65, 0.2, 0.05, 0.1]))
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[i : i + 3] for i in range(head, len(digits), 3)]
    return mark.join(groups)


def _amount(rng: np.random.Generator) -> str:
    """Return a sum of money as it stands on a cheque: opened and closed with some flourish."""
    kind = rng.random()
    sum_ = _grouped(rng) if kind < 0.6 else _digits(rng, int(rng.integers(1, 7)))
    if kind > 0.85:
        sum_ += str(rng.choice([".", ",", "-"])) + _digits(rng, 2)
    ahead = rng.random()
    if ahead < 0.12:
        sum_ = str(rng.choice(["$", "Rs ", "Rs.", "#", "**", "*", "= ", "- ", "//", "N"])) + sum_
    return sum_ + (_flourish(rng) if rng.random() < 0.55 else "")


def _flourish(rng: np.random.Generator) -> str:
    """Close an amount, so that nothing can be added."""
    ends = ["-", "=", ".-", ".=", ".", "/-", "/=", "~", " -", " =", "--", "#", "**", "*", ",-", "u"]
    share = np.array([16, 12, 14, 6, 12, 6, 2, 4, 8, 6, 2, 2, 2, 2, 3, 3], float)
    return str(rng.choice(ends, p=share / share.sum()))


def _spaced(rng: np.random.Generator) -> str:
    mark = str(rng.choice([" ", "-", "."], p=[0.6, 0.3, 0.1]))
    return mark.join(_digits(rng, int(rng.integers(2, 5))) for _ in range(int(rng.integers(2, 4))))


def _date(rng: np.random.Generator) -> str:
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = str(rng.integers(1950, 2040))
    if rng.random() < 0.4:
        year = year[2:]
    pad = "02d" if rng.random() < 0.7 else "d"
    parts = [format(day, pad), format(month, pad), year]
    if rng.random() < 0.2:
        parts = parts[::-1]
    if rng.random() < 0.12:  # a day and a month, or a fraction
        parts = parts[:2]
    return str(rng.choice(["/", ".", "-", " "], p=[0.55, 0.22, 0.18, 0.05])).join(parts)


def _time(rng: np.random.Generator) -> str:
    """Return a time of day, or how long something takes."""
    hour, minute, second = (int(rng.integers(0, most)) for most in (24, 60, 60))
    kind = rng.random()
    if kind < 0.3:
        return f"{hour}{rng.choice(list('hH'))}{minute:02d}" + ("m" if kind < 0.1 else "")
    return f"{hour}:{minute:02d}" + (f":{second:02d}" if kind > 0.75 else "")


def _measured(rng: np.random.Generator) -> str:
    """Return a number with its unit, or what it is called, by hand and close to it."""
    number = _digits(rng, int(rng.integers(1, 5)))
    if rng.random() < 0.25:
        number += str(rng.choice([".", ","])) + _digits(rng, int(rng.integers(1, 3)))
    gap = " " if rng.random() < 0.35 else ""
    after = rng.random() < 0.75
    words = UNITS_AFTER if after else UNITS_AHEAD
    share = np.array(list(words.values()), float)
    word = str(rng.choice(list(words), p=share / share.sum()))
    return number + gap + word if after else word + gap + number


def _signed(rng: np.random.Generator) -> str:
    """Return a number in brackets, with a sign, a unit or a tick, or a sum of two."""
    kind = str(rng.choice(SIGNED))
    numbers = []
    for _ in range(kind.count("{}")):
        number = _digits(rng, int(rng.integers(1, 6)))
        if rng.random() < 0.2:
            number += str(rng.choice([".", ","])) + _digits(rng, int(rng.integers(1, 3)))
        numbers.append(number)
    return kind.format(*numbers)


def _labelled(rng: np.random.Generator) -> str:
    """Return a number with what it counts, or its unit, in print or by hand."""
    number = _amount(rng) if rng.random() < 0.15 else _digits(rng, int(rng.integers(1, 7)))
    if rng.random() < 0.1:
        number += str(rng.choice([".", ","])) + _digits(rng, int(rng.integers(1, 3)))
    sides = rng.choice(["ahead", "after", "both"], p=[0.5, 0.3, 0.2])
    words = []
    for ahead in (True, False):
        by_hand = "".join(rng.choice(list(LETTERS), int(rng.integers(1, 6))))
        word = label(ahead, rng) if rng.random() < 0.65 else by_hand
        words.append(word if sides in ("both", "ahead" if ahead else "after") else "")
    gap = " " * int(rng.integers(1, 3))
    return gap.join(part for part in (words[0], number, words[1]) if part)


def _word(rng: np.random.Generator) -> str:
    words = [
        "".join(rng.choice(list(LETTERS), int(rng.integers(2, 8))))
        for _ in range(int(rng.integers(1, 3)))
    ]
    if rng.random() < 0.3:  # "Total 250"
        words.insert(int(rng.integers(0, 2)), _digits(rng, int(rng.integers(1, 5))))
    return " ".join(words)
