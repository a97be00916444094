"""An answer as a line for people, a JSON line or a CSV row.

Each way takes one answer at a time and keeps none, so that any number of
pictures can pass.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Protocol

from palote.errors import PaloteError
from palote.result import Digit, Reading

__all__ = ["Cells", "Csv", "JsonLines", "Lines", "Show"]

DIGITS = "0123456789"
DOUBTED = DIGITS + "?"
BETWEEN = " | "
"""Stands between the numbers of several lines."""
COLUMNS = (
    *("path", "text", "status", "confidence", "value"),
    *(f"p{digit}" for digit in DIGITS),
    *("error", "raw"),
)


class Show(Protocol):
    """A way of writing answers to stdout."""

    def reading(self, path: str, reading: Reading) -> None:
        """Write what was read from the picture at ``path``."""
        ...

    def failure(self, path: str, error: PaloteError) -> None:
        """Write why the picture at ``path`` was not read."""
        ...


class Lines:
    """For people: ``7   99.8 %  photo.png``; what failed goes to stderr.

    Numbers are shown as they are written, with points, dashes, slashes and spaces.

    Args:
        probabilities: a second line for each picture, with all ten.
        pattern: that the numbers had to fit.
    """

    def __init__(self, probabilities: bool = False, pattern: str | None = None) -> None:
        self._probabilities = probabilities
        self._pattern = pattern

    def reading(self, path: str, reading: Reading) -> None:
        """Write one line."""
        text = reading.raw.replace("\n", BETWEEN) or "-"
        print(f"{text}  {_percent(reading.confidence):>7}  {path}{_note(reading, self._pattern)}")
        if self._probabilities:
            for digit in reading.digits:
                print("   ", _all_ten(digit))

    def failure(self, path: str, error: PaloteError) -> None:
        """Write one line to stderr."""
        message = str(error)
        # Most messages name the file; those about its kind alone do not.
        about = "" if path in message or repr(path) in message else f"{path}: "
        sys.stdout.flush()
        print(f"palote: {about}{message}", file=sys.stderr)


class JsonLines:
    """For programs: one JSON object a line, ``path`` first, then ``Reading.to_dict()``."""

    def reading(self, path: str, reading: Reading) -> None:
        """Write one object."""
        print(json.dumps({"path": path, **reading.to_dict()}))

    def failure(self, path: str, error: PaloteError) -> None:
        """Write one object with ``error``: its stable code and its message."""
        print(json.dumps({"path": path, "error": {"code": error.code, "message": str(error)}}))


class Csv:
    """For spreadsheets: a header, then a row for each picture.

    The header waits for the first row, so that a wrong call writes nothing to stdout.
    """

    def __init__(self) -> None:
        _in_utf8()
        self._rows = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
        self._begun = False

    def reading(self, path: str, reading: Reading) -> None:
        """Write one row: of one digit its probabilities; of numbers all digits as the value."""
        row: dict[str, str] = {
            "path": path,
            "text": reading.text,
            "status": reading.status,
            "confidence": f"{reading.confidence:.6f}",
            "raw": reading.raw,
        }
        row["value"] = _best(reading)
        if len(reading.digits) == 1:
            shares = reading.digits[0].probabilities
            row |= {f"p{i}": f"{p:.6f}" for i, p in enumerate(shares)}
        self._write(row)

    def failure(self, path: str, error: PaloteError) -> None:
        """Write one row with the status ``error``."""
        self._write({"path": path, "status": "error", "error": str(error)})

    def _write(self, row: dict[str, str]) -> None:
        if not self._begun:
            self._begun = True
            self._rows.writeheader()
        self._rows.writerow(row)


class Cells:
    """For spreadsheets: the cells of a table with lines, a row for each of its rows.

    Numbers that are in no table are rows of their own, before it or after it.

    Args:
        named: begin each row with the picture's path, where there are several.
    """

    def __init__(self, named: bool = False) -> None:
        _in_utf8()
        self._rows = csv.writer(sys.stdout, lineterminator="\n")
        self._named = named

    def reading(self, path: str, reading: Reading) -> None:
        """Write a row for each row of the table, and for each number outside of it."""
        lines = reading.lines
        start = next((n for n, line in enumerate(lines) if line.cell is not None), 0)
        ahead = [(line.raw,) for line in lines[:start]]
        after = [(line.raw,) for line in lines[start:] if line.cell is None]
        single = [(reading.raw,)] if reading.raw and not lines else []
        for row in (*ahead, *reading.table, *after, *single):
            self._rows.writerow((path, *row) if self._named else row)

    def failure(self, path: str, error: PaloteError) -> None:
        """Write one line to stderr."""
        Lines().failure(path, error)


def _in_utf8() -> None:
    """Write to a file, or to another program, in UTF-8."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def _note(reading: Reading, pattern: str | None) -> str:
    if reading.status == "empty":
        return "  (nothing to read)"
    if reading.status == "not_digit" and reading.digits:
        return "  (not a digit)"
    if reading.status == "not_digit":
        return f"  (no number that fits {pattern})" if pattern else "  (no number)"
    if reading.status == "unsure":
        return f"  (unsure; perhaps {_whole(reading)})"
    return ""


def _best(reading: Reading) -> str:
    """Return the likeliest digits, however unsure."""
    lines = reading.lines or (reading,)
    return BETWEEN.join("".join(digit.value for digit in line.digits) for line in lines)


def _whole(reading: Reading) -> str:
    """Return what was read with the likeliest digit in place of each that is in doubt."""
    digits = iter(digit.value for digit in reading.digits)
    marks = (next(digits) if mark in DOUBTED else mark for mark in reading.raw)
    return "".join(marks).replace("\n", BETWEEN)


def _all_ten(digit: Digit) -> str:
    pairs = zip(DIGITS, digit.probabilities, strict=True)
    return "  ".join(f"{name}: {_percent(probability)}" for name, probability in pairs)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
