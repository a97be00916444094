"""How a reader does on pictures whose digit is known: end to end, as people meet it.

Every picture walks the whole road, through `Reader.read_many`. The best digit counts
as the answer whatever the status, and a picture in which nothing is found counts as
wrong. What came out is kept for each picture in a `Judged`, so that any figure, page
or comparison can be made of it later without reading again.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import metrics
from palote.data import Part, Skip, Source
from palote.data.saving import save
from palote.errors import DataError
from palote.model.engine import DIGITS, Engine
from palote.reader import Reader
from palote.result import Json, Reading

__all__ = ["NOTHING", "Judged", "judge", "latency"]

NOTHING = DIGITS
"""The answer where no digit was found; last column of `Judged.confusion`."""

SIDE = 28
"""Side of the patches that are kept to be looked at, in pixels."""

NO_DIGIT = np.zeros(DIGITS, np.float32)
NO_PATCH = np.zeros((SIDE, SIDE), np.uint8)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a reader made of every picture of a set, in the set's order.

    Attributes:
        name: of the set.
        probabilities: float32 (n, 10), given that it is a digit; zeros where none was found.
        confidences: float32 (n,), calibrated, of the whole reading.
        statuses: (n,) of "ok", "unsure", "not_digit", "empty"; "error" for a picture that
            the reader refused.
        labels: int64 (n,), the digits that the pictures show.
        patches: uint8 (n, 28, 28), what the network saw, to be looked at; 255 is full ink.
        origins: (n,), where each picture came from, as a file name or a number.
    """

    name: str
    probabilities: NDArray[np.float32]
    confidences: NDArray[np.float32]
    statuses: NDArray[np.str_]
    labels: NDArray[np.int64]
    patches: NDArray[np.uint8]
    origins: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def answers(self) -> NDArray[np.int64]:
        """int64 (n,): the best digit, or `NOTHING`."""
        found = self.probabilities.sum(axis=1) > 0
        return np.where(found, self.probabilities.argmax(axis=1), NOTHING).astype(np.int64)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Bool (n,): whether the best digit is the right one."""
        return np.asarray(self.answers == self.labels)

    @property
    def hits(self) -> int:
        """Number of pictures read right."""
        return int(self.right.sum())

    @property
    def accuracy(self) -> float:
        """Share of pictures read right."""
        return self.hits / len(self)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of `accuracy`."""
        return metrics.wilson_interval(self.hits, len(self))

    @property
    def withheld(self) -> float:
        """Share of pictures whose status is not "ok": the reader would not vouch for them."""
        return float((self.statuses != "ok").mean())

    @property
    def calibration_error(self) -> float:
        """Mean gap of confidence and accuracy, see `metrics.expected_calibration_error`."""
        return metrics.expected_calibration_error(self.confidences, self.right)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 11): row the label, column the answer, the last one `NOTHING`."""
        return metrics.confusion_matrix(self.labels, self.answers, DIGITS + 1)[:DIGITS]

    @property
    def classes(self) -> metrics.ClassScores:
        """Precision, recall and F1 of each digit."""
        return metrics.class_scores(self.confusion)

    def common_confusions(self) -> list[tuple[int, int | None, int]]:
        """Return digit, what it was read as (None: nothing), and how often; most often first."""
        wrong = self.confusion
        np.fill_diagonal(wrong, 0)
        pairs = zip(*np.nonzero(wrong), strict=True)
        counted = [(int(label), int(answer), int(wrong[label, answer])) for label, answer in pairs]
        ranked = sorted(counted, key=lambda found: -found[2])
        return [(label, None if answer == NOTHING else answer, n) for label, answer, n in ranked]

    def mistakes(self) -> NDArray[np.int64]:
        """Return the indices of the wrong answers, the most confident first."""
        wrong = np.flatnonzero(~self.right)
        return wrong[np.argsort(-self.confidences[wrong], kind="stable")]

    def to_dict(self) -> dict[str, Json]:
        """Return the figures, ready for JSON."""
        scores = self.classes
        low, high = self.interval
        return {
            "name": self.name,
            "right": self.hits,
            "count": len(self),
            "accuracy": self.accuracy,
            "interval": [low, high],
            "withheld": self.withheld,
            "calibration_error": self.calibration_error,
            "classes": [
                {
                    "digit": str(digit),
                    "count": int(scores.support[digit]),
                    "precision": float(scores.precision[digit]),
                    "recall": float(scores.recall[digit]),
                    "f1": float(scores.f1[digit]),
                }
                for digit in range(DIGITS)
            ],
            "confusion": [[int(count) for count in row] for row in self.confusion],
        }

    def save(self, path: Path) -> None:
        """Write it as an ``.npz`` file.

        Raises:
            DataError: it cannot be written; an older file stays as it was.
        """
        content = BytesIO()
        arrays = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        np.savez_compressed(content, allow_pickle=False, **arrays)
        save(path, content.getvalue())

    @classmethod
    def load(cls, path: Path) -> Judged:
        """Read what `save` wrote.

        Raises:
            DataError: the file is missing, damaged or something else.
        """
        try:
            # From memory: NumPy leaves a file open that turns out not to be one of its own.
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
                arrays = {field.name: file[field.name] for field in fields(cls)}
            found = cls(**{**arrays, "name": str(arrays["name"])})
            whole = found.probabilities.shape == (len(found), DIGITS)
            if not whole or found.patches.shape != (len(found), SIDE, SIDE):
                raise ValueError("the arrays do not belong together")
        except (OSError, KeyError, ValueError, TypeError, EOFError, BadZipFile) as error:
            raise DataError(f"{str(path)!r} holds no judged pictures, or is damaged.") from error
        return found


def judge(
    reader: Reader,
    source: Source,
    split: Part = "test",
    most: int | None = None,
    progress: Callable[[], None] | None = None,
    skip: Skip | None = None,
) -> Judged:
    """Read every picture of a set and keep what came out.

    Args:
        reader: who reads.
        source: the pictures and what they show.
        split: "train" or "test".
        most: no more than this many pictures.
        progress: called for each picture that is read.
        skip: told of each picture that cannot be opened and is left out; if it is not
            given, the first such picture raises.

    Raises:
        DataError: the set is not there, or has no picture.
        InputError: a picture cannot be opened, and there is no ``skip``.
    """
    probabilities: list[NDArray[np.float32]] = []
    confidences: list[float] = []
    statuses: list[str] = []
    patches: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    origins: list[str] = []

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for item in islice(source.pictures(split, skip), most):
            labels.append(item.label)
            origins.append(item.origin)
            yield item.pixels

    for answer in reader.read_many(pictures(), expect="digit", on_error="return"):
        reading = answer if isinstance(answer, Reading) else None
        digit = reading.digits[0] if reading and reading.digits else None
        probabilities.append(digit.probabilities if digit else NO_DIGIT)
        patches.append(_to_look_at(digit.ink) if digit else NO_PATCH)
        confidences.append(reading.confidence if reading else 0.0)
        statuses.append(reading.status if reading else "error")
        if progress is not None:
            progress()
    if not labels:
        raise DataError(f"The set {source.name!r} has no {split} pictures: nothing to judge.")
    return Judged(
        name=source.name,
        probabilities=np.stack(probabilities),
        confidences=np.array(confidences, np.float32),
        statuses=np.array(statuses),
        labels=np.array(labels, np.int64),
        patches=np.stack(patches),
        origins=np.array(origins),
    )


def latency(engine: Engine, runs: int = 200) -> float:
    """Return how long a network takes for one patch: the median of many, in milliseconds.

    The network alone, one patch at a time. The engine decides on how many threads; give
    it one, to compare networks with each other.

    Args:
        engine: the network.
        runs: how many patches; fewer where they would take more than three seconds.
    """
    patch = np.random.default_rng(0).random((1, *engine.card.ink.shape), np.float32)
    for _ in range(3):  # the first ones fill caches
        engine(patch)
    times: list[float] = []
    while len(times) < runs and sum(times) < 3.0:
        started = time.perf_counter()
        engine(patch)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def _to_look_at(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = ink.mean(axis=2) if ink.ndim == 3 else ink
    if grey.shape != (SIDE, SIDE):
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(grey * 255), np.uint8)
