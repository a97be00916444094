"""What corrections bring to a hand, and what they cost everyone else.

    python -m benchmarks.learning
    python -m benchmarks.learning --only unusual              # unusual 1 and 7, 3 examples each
    python -m benchmarks.learning --only noise                # 30 % wrong labels
    python -m benchmarks.learning --mistakes mistakes.png     # what is still read wrong

Hands are the validation pen writers who wrote every digit at least eleven times, and simulated
ones (`benchmarks/hands.py`). Of each digit the first 1, 3, 5 or 10 are taught, all at once; or,
as people do it, those among the first ten that are read wrong, one after another. Judged are
the hand's digits from the eleventh on, pooled over all hands, and MNIST's test set.

These writers neither trained the network nor are in the gate (`palote.train.replay` leaves
them out), and the simulated hands come from no data set. But the fit's few constants
(`palote.learn.update`) were chosen with the writers, the first twenty simulated hands and forty
more (seeds 5000 to 5039), so those figures say how well they were chosen. Twenty further simulated
hands played no part in it: they have columns of their own, "new hands", which say what others may
expect. The first half of MNIST's test set was in view when such constants were first chosen.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.hands import HANDS, NEW, TAUGHT, Hand, Pictures, hands, seeds, written
from palote import Settings, data
from palote.data import patches_of, read_patches
from palote.errors import NothingToLearn
from palote.learn import crop, general
from palote.learn.crop import Look
from palote.learn.update import Candidate, Lesson, learn
from palote.model import catalog
from palote.model.engine import Engine, open_engine
from palote.model.head import scaled

NOISE = 0.3
"""Share of wrong labels, chosen by chance."""

PARTS = ("plain", "noise", "one-by-one", "unusual")
NONE = 10
CELL = 84

Change = NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class Writer:
    """One hand.

    Attributes:
        name: of it.
        new: no constant of the fit was chosen with it.
        lessons: digit -> what may be taught, in order.
        patches: uint8 (n, 28, 28), what is judged.
        logits: float32 (n, 11), as shipped.
        rows: float32 (n, d + 1), scaled embeddings.
        labels: int64 (n,).
    """

    name: str
    new: bool
    lessons: dict[int, list[Look]]
    patches: NDArray[np.uint8]
    logits: NDArray[np.float32]
    rows: NDArray[np.float32]
    labels: NDArray[np.int64]

    def wrong(self, change: Change = None) -> NDArray[np.bool_]:
        """Tell which of the judged are read wrong, "no digit" counted as wrong."""
        logits = self.logits if change is None else self.logits + self.rows @ change
        return np.asarray(logits.argmax(axis=1) != self.labels)


def writer(name: str, new: bool, pictures: Pictures, engine: Engine, settings: Settings) -> Writer:
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
    return Writer(name, new, lessons, patches, outputs.logits, scaled(outputs.embedding), labels)


def taught(
    shipped: general.General, who: Writer, count: int, digits: Sequence[int], noise: float = 0
) -> Candidate:
    """Teach so many of some digits at once; a share of the labels is wrong."""
    rng = np.random.default_rng(zlib.crc32(who.name.encode()))
    lessons = []
    for digit in digits:
        for look in who.lessons[digit][:count]:
            wrong = rng.random() < noise
            label = (digit + 1 + int(rng.integers(9))) % 10 if wrong else digit
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


@dataclass(frozen=True, eq=False)
class Bench:
    """All hands, and what each way of teaching did to them.

    Attributes:
        shipped: replay and gate.
        writers: the hands.
        mnist: MNIST's test set as shipped.
    """

    shipped: general.General
    writers: list[Writer]
    mnist: general.Seen

    def head(self) -> None:
        """Print what there was before."""
        for new, which in ((False, "of the choice of constants"), (True, "new")):
            some = [who for who in self.writers if who.new == new]
            wrong, count = sum(int(w.wrong().sum()) for w in some), sum(len(w.labels) for w in some)
            print(f"{len(some)} hands {which}: {wrong} of {count:,} digits read wrong as shipped")
        print(f"MNIST {self.mnist.as_shipped.mean():.2%}; gate {self.shipped.accuracy:.2%}")
        columns = f"{'wrong':>6} {'gone':>5} | {'new hands: wrong':>17} {'gone':>5} | {'learnt':>7}"
        print(f"{'taught':28} {columns} | {'MNIST mean':>10} {'worst':>7}")

    def row(self, name: str, changes: Sequence[Change]) -> None:
        """Print what one way of teaching did."""
        told = []
        for new in (False, True):
            pairs = [
                (who, change)
                for who, change in zip(self.writers, changes, strict=True)
                if who.new == new
            ]
            before = sum(int(who.wrong().sum()) for who, _ in pairs)
            after = sum(int(who.wrong(change).sum()) for who, change in pairs)
            told.append((after, f"{1 - after / before:.0%}" if before else "-"))
        cost = [
            0.0
            if change is None
            else 100 * float(self.mnist.right(change).mean() - self.mnist.as_shipped.mean())
            for change in changes
        ]
        learnt = f"{sum(change is not None for change in changes)}/{len(changes)}"
        (wrong, gone), (new_wrong, new_gone) = told
        print(
            f"{name:28} {wrong:6} {gone:>5} | {new_wrong:17} {new_gone:>5} | {learnt:>7} | "
            f"{np.mean(cost):+10.3f} {min(cost):+7.2f}"
        )

    def at_once(self, noise: float, mistakes: Path | None) -> None:
        """Teach 1, 3, 5 and 10 of each digit."""
        for count in (1, 3, 5, 10):
            found = [taught(self.shipped, who, count, range(10), noise) for who in self.writers]
            changes = [one.change if one.verdict == "learned" else None for one in found]
            said = f", {noise:.0%} wrong labels".replace("%", " %") if noise else ""
            self.row(f"{count} a digit{said}", changes)
            if count == 5 and not noise and mistakes:
                _sheet(self.writers, changes, mistakes)

    def one_by_one(self) -> None:
        """Teach what is read wrong, as it comes."""
        steps = [one_by_one(self.shipped, who) for who in self.writers]
        self.row("what was wrong, one by one", [step[0] for step in steps])
        asked, learnt = sum(step[1] for step in steps), sum(step[2] for step in steps)
        longest = max(step[3] for step in steps)
        print(f"    {asked} corrections, {learnt} learnt; {longest:.2f} s at most")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="do only this; several")
    parser.add_argument("--hands", type=int, default=HANDS, help="of each kind at most so many")
    parser.add_argument("--mistakes", type=Path, help="write what 5 a digit leave wrong")
    options = parser.parse_args()
    wanted = options.only or PARTS
    started, settings = time.perf_counter(), Settings.from_environment()
    entry = catalog.find(catalog.SHIPPED, settings)
    engine, shipped = open_engine(entry), general.load(entry)
    if set(wanted) - {"unusual"}:
        writers = [writer(*one, engine, settings) for one in hands(settings, options.hands)]
        test = data.mnist("test", settings)
        outputs = engine(read_patches(test.pixels, workers=2).astype(np.float32) / np.float32(255))
        rows, labels = scaled(outputs.embedding), test.labels.astype(np.int64)
        bench = Bench(shipped, writers, general.Seen(outputs.logits, rows, labels))
        bench.head()
        if "plain" in wanted:
            bench.at_once(0.0, options.mistakes)
        if "noise" in wanted:
            bench.at_once(NOISE, None)
        if "one-by-one" in wanted:
            bench.one_by_one()
    if "unusual" in wanted:
        _unusual(shipped, engine, settings, options.hands)
    print(f"{time.perf_counter() - started:.0f} s")


def _unusual(shipped: general.General, engine: Engine, settings: Settings, most: int) -> None:
    """Teach hands whose 1 and 7 are unusual three of each."""
    for new in (False, True):
        wrong = {digit: [0, 0, 0] for digit in (1, 7)}
        chosen, learnt = [seed for seed in seeds(most) if (seed >= NEW) == new], 0
        for seed in chosen:
            pictures = written(Hand(seed, odd=(1, 7)))
            who = writer(f"odd {seed}", new, pictures, engine, settings)
            found = taught(shipped, who, 3, (1, 7))
            change = found.change if found.verdict == "learned" else None
            learnt += change is not None
            for digit, counts in wrong.items():
                own = who.labels == digit
                counts[0] += int(own.sum())
                counts[1] += int(who.wrong()[own].sum())
                counts[2] += int(who.wrong(change)[own].sum())
        which = "new hands" if new else "hands"
        for digit, (count, before, after) in wrong.items():
            print(f"{which}, unusual {digit}, 3 examples: {before} of {count} wrong -> {after}")
        print(f"    {learnt} of {len(chosen)} such {which} learnt")


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
