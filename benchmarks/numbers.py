"""How many whole numbers are read right, with 95 % intervals, beside general text recognition.

    python -m benchmarks.numbers                       # all sets
    python -m benchmarks.numbers --only cheques numbers --mistakes mistakes.png
    python -m benchmarks.numbers --tesseract --rapidocr /path/to/its/python
    python -m benchmarks.numbers --json docs/training/numbers.json    # for scripts/model-card

A number counts as right if all its digits are, and no more; a line of a page counts as a
number. "vouched" are those reported "ok", "wrong" the mistakes among them. Time is the
median of one picture, decoding included, on one core.

Tesseract is the program of that name (Debian: tesseract-ocr), asked for digits alone.
RapidOCR (PyPI: rapidocr-onnxruntime, its models lie in the wheel) brings another OpenCV, so
it is asked in an environment of its own, whose Python is named. Both get the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import fields, formats, grids, light, number_sets, prints, sums, tables, words
from benchmarks.number_sets import Item
from palote import Reader, Settings
from palote.metrics import wilson_interval
from palote.model import catalog
from palote.model.line import SHIPPED
from palote.numbers.judge import FILE
from palote.result import Line

FILES = (catalog.ASSETS / "default.onnx", SHIPPED, catalog.ASSETS / FILE)
"""What whole numbers are read with."""

SETS = {
    **number_sets.SETS,
    "fields": fields.fields,
    "pages": fields.pages,
    "ruled": fields.ruled_pages,
    "light": light.lit_numbers,
    "prints": prints.stamped_numbers,
    "words": words.labelled_numbers,
    "formats": formats.formats,
    "tables": tables.tables,
    "sums": sums.sums,
    "grids": grids.grids,
}

CELL, CAPTION = (300, 100), 18
COLUMNS = 4
TESSERACT = ("tesseract", "-", "-", "-c", "tessedit_char_whitelist=0123456789", "--psm")
RAPIDOCR = """
import json, sys
from rapidocr_onnxruntime import RapidOCR
read = RapidOCR()
for path in map(str.strip, sys.stdin):
    found, _ = read(path)
    print(json.dumps([text for _, text, _ in found or []]), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What a contender said of one picture."""

    lines: tuple[str, ...]
    vouched: tuple[bool, ...]
    seconds: float


@dataclass
class Tally:
    """Numbers of one group, counted."""

    right: int = 0
    count: int = 0
    vouched: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, item: Item, answer: Answer) -> bool:
        """Count a picture; return whether all of it was read right."""
        hits = matched(item.lines, answer.lines)
        self.right += sum(hits)
        self.count += len(hits)
        for line, vouched in zip(answer.lines, answer.vouched, strict=True):
            self.vouched += vouched
            self.wrong += vouched and line not in item.lines
        self.seconds.append(answer.seconds)
        return all(hits) and len(answer.lines) == len(item.lines)

    def to_dict(self) -> dict[str, float]:
        """Return the counts, ready for JSON; not the times, which are a machine's."""
        low, high = wilson_interval(self.right, self.count)
        return {
            "right": self.right,
            "of": self.count,
            "low": round(low, 5),
            "high": round(high, 5),
            "vouched": self.vouched,
            "wrong": self.wrong,
        }

    def row(self, name: str) -> str:
        """Return the group as a line of the table."""
        low, high = wilson_interval(self.right, self.count)
        share = 100 * self.right / self.count
        vouched = 100 * self.vouched / self.count
        wrong = f"{self.wrong} of {self.vouched} ({100 * self.wrong / max(1, self.vouched):.1f} %)"
        return (
            f"{name:<40}{self.right:>5} of {self.count:<5}{share:6.1f} %"
            f"  {100 * low:5.1f} to {100 * high:5.1f}{vouched:8.1f} %  {wrong:>18}"
            f"{1000 * statistics.median(self.seconds):9.1f}"
        )


def matched(lines: tuple[str, ...], answers: tuple[str, ...]) -> list[bool]:
    """Tell which lines are among the answers, each answer counted once.

    A picture with one number on it is read right only if nothing else was read from it.
    """
    if len(lines) == 1:
        return [answers == lines]
    left = list(answers)
    hits = []
    for line in lines:
        hits.append(line in left)
        if line in left:
            left.remove(line)
    return hits


def by_palote(reader: Reader, items: list[Item]) -> Iterator[Answer]:
    """Read with Palote."""
    for item in items:
        start = time.perf_counter()
        reading = reader.read(item.image, expect="number")
        seconds = time.perf_counter() - start
        yield Answer(
            tuple(best(line) for line in reading.lines),
            tuple(line.status == "ok" for line in reading.lines),
            seconds,
        )


def best(line: Line) -> str:
    """Return the digits of a line, however unsure."""
    return "".join(digit.value for digit in line.digits)


def by_tesseract(items: list[Item]) -> Iterator[Answer]:
    """Read with Tesseract, one line or a page."""
    for item in items:
        mode = "7" if len(item.lines) == 1 else "6"
        start = time.perf_counter()
        said = subprocess.run([*TESSERACT, mode], input=item.image, capture_output=True, check=True)
        seconds = time.perf_counter() - start
        yield _lines_of(said.stdout.decode().splitlines(), seconds)


def by_rapidocr(python: str, items: list[Item]) -> Iterator[Answer]:
    """Read with RapidOCR, in the environment of that Python."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [python, "-c", RAPIDOCR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker,
    ):
        assert worker.stdin is not None and worker.stdout is not None
        for number, item in enumerate(items):
            path = Path(folder) / f"{number}.png"
            path.write_bytes(item.image)
            start = time.perf_counter()
            print(path, file=worker.stdin, flush=True)
            said = json.loads(worker.stdout.readline())
            yield _lines_of(said, time.perf_counter() - start)
        worker.stdin.close()


def _lines_of(texts: list[str], seconds: float) -> Answer:
    digits = [re.sub(r"\D", "", text) for text in texts]
    lines = tuple(text for text in digits if text)
    return Answer(lines, (True,) * len(lines), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=None)
    parser.add_argument("--only", nargs="*", choices=SETS, default=None)
    parser.add_argument("--half", type=int, choices=(0, 1), help="every other picture alone")
    parser.add_argument("--tesseract", action="store_true")
    parser.add_argument("--rapidocr", metavar="PYTHON")
    parser.add_argument("--mistakes", type=Path, help="write a contact sheet of the mistakes (PNG)")
    parser.add_argument("--json", type=Path, help="write Palote's figures, for scripts/model-card")
    options = parser.parse_args()
    if options.json and (options.model or options.half is not None):
        parser.error("--json is for the shipped files and whole sets.")
    cv2.setNumThreads(1)
    settings = Settings.from_environment()
    reader = Reader(options.model, settings=settings)
    items = [
        item
        for name in (options.only or SETS)
        for item in islice(
            SETS[name](settings), options.half or 0, None, 1 if options.half is None else 2
        )
    ]
    contenders: dict[str, Callable[[], Iterator[Answer]]] = {
        f"Palote, {reader.name}": lambda: by_palote(reader, items)
    }
    if options.tesseract:
        contenders["Tesseract, digits only"] = lambda: by_tesseract(items)
    if options.rapidocr:
        contenders["RapidOCR"] = lambda: by_rapidocr(options.rapidocr, items)
    for name, answers in contenders.items():
        print(
            f"\n{name:<40}{'right':>14}{'share':>8}  95 % interval   vouched"
            f"{'wrong of them':>20}{'ms':>9}"
        )
        wrong, tallies = _score(items, answers())
        if options.json and name.startswith("Palote"):
            told = {
                "sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FILES},
                "sets": {group: tally.to_dict() for group, tally in tallies.items()},
            }
            options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        if options.mistakes and name.startswith("Palote"):
            cv2.imwrite(str(options.mistakes), _sheet(wrong))
            print(f"{len(wrong)} mistakes, in {options.mistakes}")


def _score(
    items: list[Item], answers: Iterator[Answer]
) -> tuple[list[tuple[Item, Answer]], dict[str, Tally]]:
    groups: dict[str, Tally] = {}
    kinds: dict[str, Tally] = {}
    wrong = []
    for item, answer in zip(items, answers, strict=True):
        if not groups.setdefault(item.group, Tally()).add(item, answer):
            wrong.append((item, answer))
        kinds.setdefault(item.kind, Tally()).add(item, answer)
    for name, tally in groups.items():
        print(tally.row(name))
        for kind, part in sorted(kinds.items()):
            if kind != name and kind.startswith(f"{name},"):
                print(part.row(f"  {kind[len(name) + 2 :]}"))
    return wrong, kinds | groups


def _sheet(wrong: list[tuple[Item, Answer]]) -> NDArray[np.uint8]:
    """Draw each mistake: the picture, what stands there, what was read; kind by kind."""
    wrong = sorted(wrong, key=lambda pair: (pair[0].kind, _mistake(*pair)))
    rows = max(1, -(-len(wrong) // COLUMNS))
    width, height = CELL
    sheet = np.full((rows * (height + CAPTION), COLUMNS * width, 3), 60, np.uint8)
    for index, (item, answer) in enumerate(wrong):
        top, left = index // COLUMNS * (height + CAPTION), index % COLUMNS * width
        pixels = cv2.imdecode(np.frombuffer(item.image, np.uint8), cv2.IMREAD_COLOR)
        scale = min((width - 4) / pixels.shape[1], (height - 2) / pixels.shape[0])
        size = max(1, int(pixels.shape[1] * scale)), max(1, int(pixels.shape[0] * scale))
        sheet[top : top + size[1], left : left + size[0]] = cv2.resize(
            pixels, size, interpolation=cv2.INTER_AREA
        )
        sure = "ok" if answer.vouched and all(answer.vouched) else "?"
        label, said = "|".join(item.lines), "|".join(answer.lines) or "-"
        text = f"{label} > {said} {sure} {_mistake(item, answer)}"
        cv2.putText(sheet, text, (left + 2, top + height + 13), 0, 0.4, (0, 230, 255), 1)
    return sheet


def _mistake(item: Item, answer: Answer) -> str:
    """Name the kind of a mistake."""
    if not answer.lines:
        return "nothing"
    if len(answer.lines) != len(item.lines):
        return "lines"
    lengths = [len(a) - len(b) for a, b in zip(answer.lines, item.lines, strict=True)]
    if any(length < 0 for length in lengths):
        return "too few"
    return "too many" if any(lengths) else "misread"


if __name__ == "__main__":
    main()
