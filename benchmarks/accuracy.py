"""How many digits are read right, end to end, by data set, with 95 % intervals.

    python -m benchmarks.accuracy                 # everything but the MNIST test set
    python -m benchmarks.accuracy --mnist-test    # that too: once for each candidate
    python -m benchmarks.accuracy --mistakes mistakes.png --only wild_odd
    python -m benchmarks.accuracy --alone         # nobody else is asked about what is in doubt
    python -m benchmarks.accuracy --beside runs/lesson/lesson.onnx
    python -m benchmarks.accuracy --mnist-test --json docs/training/accuracy.json

``--beside`` reads the same pictures with a lesson's network too: on the shrunken frame,
and behind a plain normaliser. Last comes how many answers would be wrong if so many were
withheld, the least sure first.

The best digit counts; a picture in which no digit is found counts as wrong. Sets
without digits count what is withheld (status not "ok"). The sheet leaves out the even
half of ``wild``: only its totals are looked at, so that a gain can be believed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import sets
from benchmarks.corruptions import NEVER_TAUGHT
from benchmarks.light import light
from benchmarks.plain import WAYS, Plain
from benchmarks.prints import prints
from benchmarks.scans import scans
from benchmarks.scenes import scenes
from benchmarks.styles import styles
from palote import Reader, Reading, Settings
from palote.metrics import coverage_and_risk, expected_calibration_error, wilson_interval
from palote.model import frame, line

SETS = {
    "pen_canvas": sets.pen_canvas,
    "forms": sets.forms,
    "styles": styles,
    "scans": scans,
    "scenes": scenes,
    "light": light,
    "prints": prints,
    "wild": sets.wild,
    "wild_odd": partial(sets.wild_half, odd=True),
    "wild_even": partial(sets.wild_half, odd=False),
    "tight": sets.tight_crops,
    "lined": sets.lined_paper,
    "corrupted": sets.corrupted,
    "not_digits": sets.not_digits,
}
WITHOUT_DIGITS = "not_digits"
WITHHELD = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1)
NOT_LOOKED_INTO = ("wild", "wild_even", "mnist_test")
CELL = 96
UNTAUGHT = [f"corrupted, {name}" for name in NEVER_TAUGHT]


@dataclass
class Tally:
    """Answers of one set, counted."""

    right: list[bool] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    withheld: int = 0

    def add(self, item: sets.Item, reading: Reading) -> bool:
        """Count one answer; return whether it was right."""
        self.withheld += reading.status != "ok"
        if item.label:
            right = bool(reading.digits) and reading.digits[0].value == item.label
        else:
            right = reading.status != "ok"
        self.right.append(right)
        self.confidence.append(reading.confidence)
        return right

    def wrong_at(self, withheld: float) -> float:
        """Return the share of wrong answers when the least sure ones are withheld."""
        coverage, risk = coverage_and_risk(
            np.array(self.confidence, np.float32), np.array(self.right)
        )
        return float(risk[np.searchsorted(coverage, 1 - withheld - 1e-9)])

    def calibration_error(self) -> float:
        """Return the expected calibration error, as a share."""
        confidences = np.array(self.confidence, np.float32)
        return expected_calibration_error(confidences, np.array(self.right))

    def to_dict(self) -> dict[str, float]:
        """Return the figures, ready for JSON."""
        count, hits = len(self.right), sum(self.right)
        low, high = wilson_interval(hits, count)
        return {
            "right": hits,
            "of": count,
            "low": round(low, 5),
            "high": round(high, 5),
            "withheld": round(self.withheld / count, 5),
            "calibration_error": round(self.calibration_error(), 5),
        }

    def row(self, name: str) -> str:
        """Return the set as a line of the table."""
        count, hits = len(self.right), sum(self.right)
        low, high = wilson_interval(hits, count)
        error = self.calibration_error()
        return (
            f"{name:<32}{hits:>6} of {count:<6}{100 * hits / count:>7.2f} %"
            f"   {100 * low:6.2f} to {100 * high:6.2f}"
            f"{100 * self.withheld / count:>9.2f} %{100 * error:>8.2f} %"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=None)
    parser.add_argument("--clean", default="auto")
    parser.add_argument("--alone", action="store_true", help="the network by itself, at one look")
    parser.add_argument("--only", nargs="*", choices=SETS, default=None)
    parser.add_argument("--mnist-test", action="store_true")
    parser.add_argument("--mistakes", type=Path, help="write a contact sheet of the mistakes (PNG)")
    parser.add_argument("--beside", help="a lesson's network, read on the same pictures")
    parser.add_argument("--json", type=Path, help="write the figures, for scripts/model-card")
    options = parser.parse_args()
    settings = Settings.from_environment()
    reader = Reader(options.model, options.clean, settings=settings, alone=options.alone)
    chosen = {name: SETS[name] for name in (options.only or SETS)}
    if options.mnist_test:
        chosen["mnist_test"] = sets.mnist_test
        chosen["corrupted"] = partial(sets.corrupted, test=True)
    print(f"model {reader.name}, clean {options.clean}\n")
    plain = Plain(options.beside) if options.beside else None
    beside = "".join(f"{way:>26}" for way in WAYS) if plain else ""
    print(f"{'set':<32}{'right':>15}{'share':>9}   95 % interval      withheld  calib.{beside}")
    wrong: list[tuple[sets.Item, Reading]] = []
    digits: dict[str, Tally] = {}
    figures: dict[str, dict[str, float]] = {}
    for name, make in chosen.items():
        of_digits = name != WITHOUT_DIGITS
        tallies, mistakes = _score(reader, make(settings), plain if of_digits else None)
        total = _together(tallies)
        figures |= {group: tally.to_dict() for group, tally in sorted(tallies.items())}
        figures[name] = total.to_dict()
        if name == "corrupted":
            untaught = _together({group: tallies[group] for group in UNTAUGHT})
            print(untaught.row("  of these, never taught"))
            figures["corrupted_untaught"] = untaught.to_dict()
        if of_digits:
            digits[name] = total
        if name not in NOT_LOOKED_INTO:
            wrong += mistakes
    if digits:
        print("\nwrong among the answers, if so many were withheld")
        print(f"{'':<24}" + "".join(f"{100 * share:>9.1f} %" for share in WITHHELD))
        for name, tally in digits.items():
            shares = "".join(f"{100 * tally.wrong_at(share):>9.2f} %" for share in WITHHELD)
            print(f"{name:<24}{shares}")
    if options.json:
        heard = {
            path.name: sha256(path.read_bytes()).hexdigest()
            for path in (line.SHIPPED, frame.SHIPPED)
        }
        digests = {**reader.card.sha256, **heard}
        told = {"model": reader.name, "sha256": digests, "sets": figures}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.mistakes and wrong:
        cv2.imwrite(str(options.mistakes), _sheet(wrong, reader))
        print(f"\n{len(wrong)} mistakes, the first of them in {options.mistakes}")


def _score(
    reader: Reader, items: Iterator[sets.Item], plain: Plain | None
) -> tuple[dict[str, Tally], list[tuple[sets.Item, Reading]]]:
    tallies: dict[str, Tally] = {}
    wrong = []
    pending: list[sets.Item] = []

    def images() -> Iterator[bytes | Path]:
        for item in items:
            pending.append(item)
            yield item.image

    for reading in reader.read_many(images(), expect="digit"):
        item = pending.pop(0)
        assert isinstance(reading, Reading)
        if not tallies.setdefault(item.group, Tally()).add(item, reading):
            wrong.append((item, reading))
        if plain:
            plain.add(item.image, item.label, item.group)
    for name, tally in sorted(tallies.items()):
        print(tally.row(name) + _beside(plain, [name], len(tally.right)))
    if len(tallies) > 1:
        total = _together(tallies)
        print(total.row("  together") + _beside(plain, list(tallies), len(total.right)))
    return tallies, wrong


def _together(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for tally in tallies.values():
        total.right += tally.right
        total.confidence += tally.confidence
        total.withheld += tally.withheld
    return total


def _beside(plain: Plain | None, groups: list[str], count: int) -> str:
    """Return the other ways' shares of the same pictures."""
    if plain is None:
        return ""
    shares = (sum(right[group] for group in groups) / count for right in plain.right.values())
    return "".join(f"{100 * share:>24.2f} %" for share in shares)


def _sheet(
    wrong: list[tuple[sets.Item, Reading]], reader: Reader, columns: int = 8, most: int = 96
) -> NDArray[np.uint8]:
    """Draw each mistake: the picture, the network's input, label and answer."""
    rows = -(-min(len(wrong), most) // columns)
    sheet = np.full((rows * (CELL + 16), columns * 2 * CELL, 3), 60, np.uint8)
    for index, (item, _) in enumerate(wrong[:most]):
        reading = reader.read(item.image, stages=True)
        top, left = index // columns * (CELL + 16), index % columns * 2 * CELL
        original = reading.stages[0].image
        _put(sheet, original, top, left)
        answer = "nothing"
        if reading.digits:
            _put(sheet, reading.stages[-1].image, top, left + CELL)
            answer = f"{reading.digits[0].value} {100 * reading.confidence:.0f}%"
        text = f"{item.label or '-'} > {answer} {item.group[-14:]}"
        cv2.putText(sheet, text, (left + 2, top + CELL + 11), 0, 0.36, (0, 230, 255), 1)
    return sheet


def _put(sheet: NDArray[np.uint8], image: NDArray[np.uint8], top: int, left: int) -> None:
    height, width = image.shape[:2]
    scale = (CELL - 4) / max(height, width)
    how = cv2.INTER_NEAREST if scale > 1 else cv2.INTER_AREA
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=how)
    colour = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR) if small.ndim == 2 else small[..., ::-1]
    sheet[top : top + size[1], left : left + size[0]] = colour


if __name__ == "__main__":
    main()
