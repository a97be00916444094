"""What corrections bring to a hand, and what they cost everyone else.

    python -m benchmarks.learning
    python -m benchmarks.learning --mistakes mistakes.png     # what is still read wrong

Hands are the validation pen writers who wrote every digit at least eleven times, and twenty
simulated ones (`benchmarks/hands.py`). Of each digit the first 1, 3, 5 or 10 are taught, all
at once; or, as people do it, those among the first ten that are read wrong, one after another.
Judged are the hand's digits from the eleventh on, pooled over all hands, and MNIST's test set.

Nothing here has been seen before: these writers neither trained the network nor are in the
gate (`palote.train.replay` leaves them out), and the simulated hands come from no data set.
But the fit's few constants (`palote.learn.update`) were chosen with these same hands, so the
figures say how well they were chosen, and another person's gain may be smaller.
One of them, the weight of the replay (0.1 or 0.3), was chosen with half of MNIST's test set
in view as well.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.hands import Hand
from palote import Settings, data
from palote.data import patches_of, read_patches
from palote.errors import NothingToLearn
from palote.learn import crop, general
from palote.learn.crop import Look
from palote.learn.update import Candidate, Lesson, learn
from palote.model import catalog
from palote.model.engine import Engine, open_engine
from palote.model.head import scaled
from palote.train import draw
from palote.train.replay import prolific

TAUGHT = 10
"""Of each digit, so many may be taught."""

JUDGED = 12
"""Of each digit, so many of a simulated hand are judged."""

HANDS = 20
NONE = 10
CELL = 84

Change = NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class Writer:
    """One hand.

    Attributes:
        name: of it.
        lessons: digit -> what may be taught, in order.
        patches: uint8 (n, 28, 28), what is judged.
        logits: float32 (n, 11), as shipped.
        rows: float32 (n, d + 1), scaled embeddings.
        labels: int64 (n,).
    """

    name: str
    lessons: dict[int, list[Look]]
    patches: NDArray[np.uint8]
    logits: NDArray[np.float32]
    rows: NDArray[np.float32]
    labels: NDArray[np.int64]

    def wrong(self, change: Change = None) -> NDArray[np.bool_]:
        """Tell which of the judged are read wrong, "no digit" counted as wrong."""
        logits = self.logits if change is None else self.logits + self.rows @ change
        return np.asarray(logits.argmax(axis=1) != self.labels)


def hands(settings: Settings) -> Iterator[tuple[str, dict[int, list[NDArray[np.uint8]]]]]:
    """Yield each hand's name and pictures, by digit."""
    strokes = data.pen("validation", settings)
    for writer in prolific(strokes):
        own = strokes.only(strokes.writers == writer)
        rng = np.random.default_rng(2026)
        pictures: dict[int, list[NDArray[np.uint8]]] = {digit: [] for digit in range(10)}
        for points, label in zip(own, own.labels, strict=True):
            pictures[int(label)].append(draw.anywhere(points, rng))
        yield writer, pictures
    for seed in range(HANDS):
        yield f"hand {seed}", written(Hand(seed))


def written(hand: Hand) -> dict[int, list[NDArray[np.uint8]]]:
    """Return what a simulated hand writes, by digit."""
    count = range(TAUGHT + JUDGED)
    return {digit: [hand.write(digit, number) for number in count] for digit in range(10)}


def writer(
    name: str, pictures: dict[int, list[NDArray[np.uint8]]], engine: Engine, settings: Settings
) -> Writer:
    """Look at all that a hand wrote."""
    lessons: dict[int, list[Look]] = {}
    for digit, several in pictures.items():
        lessons[digit] = []
        for picture in several[:TAUGHT]:
            try:
                png, _ = crop.crop(picture, "auto", engine, None, settings)
                lessons[digit].append(crop.look(png, engine))
            except NothingToLearn:
                continue
    rest = [(p, digit) for digit, several in pictures.items() for p in several[TAUGHT:]]
    found = list(patches_of((picture for picture, _ in rest), ask=True))
    patches = np.stack([np.zeros((28, 28), np.uint8) if p is None else p for p in found])
    outputs = engine(patches.astype(np.float32) / np.float32(255))
    labels = np.array([digit for _, digit in rest], np.int64)
    return Writer(name, lessons, patches, outputs.logits, scaled(outputs.embedding), labels)


def taught(
    shipped: general.General, who: Writer, count: int, digits: Sequence[int], noise: float = 0
) -> Candidate:
    """Teach so many of some digits at once; a share of the labels is wrong."""
    rng = np.random.default_rng(len(who.name))
    lessons = []
    for digit in digits:
        for look in who.lessons[digit][:count]:
            label = int(rng.integers(10)) if rng.random() < noise else digit
            lessons.append(Lesson(look, label, fresh=True))
    return learn(shipped, lessons)


def one_by_one(shipped: general.General, who: Writer) -> tuple[Change, int, int, float]:
    """Teach only what is read wrong, as it comes: head, taught, learnt, longest seconds."""
    lessons: list[Lesson] = []
    change: Change = None
    learnt, longest = 0, 0.0
    for number in range(TAUGHT):
        for digit in range(10):
            looks = who.lessons[digit][number : number + 1]
            for look in looks:
                logits, rows = look.logits[:1], scaled(look.embedding[:1])
                logits = logits if change is None else logits + rows @ change
                if int(logits.argmax()) == digit:
                    continue
                start = time.perf_counter()
                found = learn(shipped, [*lessons, Lesson(look, digit, fresh=True)])
                longest = max(longest, time.perf_counter() - start)
                lessons.append(Lesson(look, digit, fresh=False))
                if found.verdict == "learned":
                    change, learnt = found.change, learnt + 1
    return change, len(lessons), learnt, longest


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mistakes", type=Path, help="write what 5 a digit leave wrong")
    options = parser.parse_args()
    started, settings = time.perf_counter(), Settings.from_environment()
    entry = catalog.find(catalog.SHIPPED, settings)
    engine, shipped = open_engine(entry), general.load(entry)
    writers = [writer(name, pictures, engine, settings) for name, pictures in hands(settings)]
    test = data.mnist("test", settings)
    outputs = engine(read_patches(test.pixels, workers=2).astype(np.float32) / np.float32(255))
    rows = scaled(outputs.embedding)

    def mnist(change: Change) -> float:
        logits = outputs.logits if change is None else outputs.logits + rows @ change
        return float((logits.argmax(axis=1) == test.labels).mean())

    base = mnist(None)
    total = sum(len(who.labels) for who in writers)
    before = sum(int(who.wrong().sum()) for who in writers)
    print(f"{len(writers)} hands, {total:,} digits judged, {before} read wrong as shipped")
    print(f"MNIST test {base:.2%}; gate {shipped.accuracy:.2%} of {len(shipped.gate.labels):,}")
    print(f"{'taught':28} {'wrong':>6} {'gone':>6} {'hands':>7} {'MNIST mean':>11} {'worst':>7}")

    def row(name: str, changes: list[Change]) -> None:
        after = sum(int(who.wrong(c).sum()) for who, c in zip(writers, changes, strict=True))
        cost = [100 * (mnist(change) - base) if change is not None else 0.0 for change in changes]
        kept = sum(change is not None for change in changes)
        print(
            f"{name:28} {after:6} {1 - after / max(before, 1):6.0%} {kept:>3}/{len(writers)} "
            f"{np.mean(cost):+11.3f} {min(cost):+7.2f}"
        )

    for noise in (0.0, 0.3):
        for count in (1, 3, 5, 10):
            found = [taught(shipped, who, count, range(10), noise) for who in writers]
            changes = [one.change if one.verdict == "learned" else None for one in found]
            row(f"{count} a digit" + (", 30 % wrong labels" if noise else ""), changes)
            if count == 5 and not noise and options.mistakes:
                _sheet(writers, changes, options.mistakes)
    steps = [one_by_one(shipped, who) for who in writers]
    row("what was wrong, one by one", [step[0] for step in steps])
    asked, learnt = sum(step[1] for step in steps), sum(step[2] for step in steps)
    print(f"    {asked} corrections, {learnt} learnt; {max(s[3] for s in steps):.2f} s at most")
    _odd(shipped, engine, settings)
    print(f"{time.perf_counter() - started:.0f} s")


def _odd(shipped: general.General, engine: Engine, settings: Settings) -> None:
    """Teach hands whose 1 and 7 are unusual three of each."""
    wrong = {digit: [0, 0, 0] for digit in (1, 7)}
    learnt = 0
    for seed in range(HANDS):
        who = writer(f"odd {seed}", written(Hand(seed, odd=(1, 7))), engine, settings)
        found = taught(shipped, who, 3, (1, 7))
        change = found.change if found.verdict == "learned" else None
        learnt += change is not None
        for digit, counts in wrong.items():
            own = who.labels == digit
            counts[0] += int(own.sum())
            counts[1] += int(who.wrong()[own].sum())
            counts[2] += int(who.wrong(change)[own].sum())
    for digit, (count, before, after) in wrong.items():
        print(f"unusual {digit}, 3 examples: {before} of {count} wrong -> {after}")
    print(f"    {learnt} of {HANDS} such hands learnt")


def _sheet(writers: Sequence[Writer], changes: Sequence[Change], path: Path) -> None:
    cells = []
    for who, change in zip(writers, changes, strict=True):
        logits = who.logits if change is None else who.logits + who.rows @ change
        for index in np.flatnonzero(who.wrong(change)):
            cell = cv2.resize(who.patches[index], (CELL, CELL))
            cell = np.asarray(cv2.copyMakeBorder(cell, 32, 2, 2, 2, cv2.BORDER_CONSTANT))
            read = int(logits[index].argmax())
            said = f"{who.labels[index]} as {'none' if read == NONE else read}"
            new = "" if who.wrong()[index] else " new"
            font = cv2.FONT_HERSHEY_PLAIN
            cv2.putText(cell, said + new, (2, 12), font, 0.8, 255)
            cv2.putText(cell, who.name[-11:], (2, 26), font, 0.8, 255)
            cells.append(cell)
    cells += [np.zeros_like(cells[0])] * (-len(cells) % 10) if cells else []
    if cells:
        rows = [np.hstack(cells[first : first + 10]) for first in range(0, len(cells), 10)]
        cv2.imwrite(str(path), np.vstack(rows))


if __name__ == "__main__":
    main()
