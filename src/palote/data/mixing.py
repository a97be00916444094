"""Several sources into one data set: training, validation and test patches.

Validation is cut from the training part of each source, stratified and fixed by the
seed, unless the source itself keeps pictures for it (MNIST's last ones, a folder's
``validation/``). Test pictures stay apart throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from palote.data import splits
from palote.data.cache import patch_files
from palote.data.digits import Mnist
from palote.data.items import PARTS, Item, Part, Source
from palote.data.patches import patches_of
from palote.data.sources import source
from palote.errors import DataError, UsageError
from palote.ink import InkSpec
from palote.settings import Settings

__all__ = ["VALIDATION_SHARE", "Dataset", "Examples", "gather"]

VALIDATION_SHARE = 0.1
"""Share of each class of a training part that is kept for validation."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Patches with labels.

    Attributes:
        patches: uint8 (n, size, size), 255 is full ink; for a spec of several channels
            each is the same, so one is kept.
        labels: uint8 (n,), 0 to 9.
        origins: (n,) where each picture comes from.
    """

    patches: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    origins: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def only(self, wanted: NDArray[np.bool_]) -> Examples:
        """Return the examples for which ``wanted`` (n,) is True."""
        origins = tuple(np.array(self.origins, object)[wanted])
        return Examples(self.patches[wanted], self.labels[wanted], origins)


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a network is trained on and judged with.

    Attributes:
        train: examples to learn from.
        validation: examples to choose by, cut from the training parts.
        test: examples to score once, at the end.
        weights: float32 (len(train),); how often an example counts in an epoch, on average.
        skipped: a sentence for each picture that was left out, with the reason.
    """

    train: Examples
    validation: Examples
    test: Examples
    weights: NDArray[np.float32]
    skipped: tuple[str, ...]

    def leaks(self) -> tuple[tuple[str, str], ...]:
        """Return the origins of test pictures that are to be learnt from too, and of their twins.

        Twins have the same patch, so a copy in another size may be found as well.
        """
        known = {
            patch.tobytes(): origin
            for part in (self.train, self.validation)
            for patch, origin in zip(part.patches, part.origins, strict=True)
        }
        return tuple(
            (origin, known[patch.tobytes()])
            for patch, origin in zip(self.test.patches, self.test.origins, strict=True)
            if patch.tobytes() in known
        )


def gather(
    wanted: Sequence[str],
    settings: Settings | None = None,
    spec: InkSpec | None = None,
    seed: int = 2026,
    progress: Callable[[int, int], None] | None = None,
    *,
    handed: Mapping[str, Source] | None = None,
    most: int | None = None,
    workers: int = 1,
) -> Dataset:
    """Read several sources, and make patches of their pictures as reading does.

    Args:
        wanted: sources as in `source`, each with or without a weight: ``"my-digits=3"``.
        settings: where to look; the environment's if not given.
        spec: geometry of the patches.
        seed: of what is cut off for validation. The test part does not depend on it.
        progress: called with pictures done, and pictures in all.
        handed: further sources by name.
        most: no more pictures than this of each source's training and of its test part.
        workers: processes, see `patches_of`.

    Raises:
        UsageError: nothing is wanted, the same twice, or something that is not there.
        DataError: a source is damaged, or there are too few pictures or classes to train.
    """
    chosen = [source(text, settings, handed) for text in wanted]
    _check(wanted, [one for one, _ in chosen])
    skipped: list[str] = []
    total = sum(_count(one, split, most) for one, _ in chosen for split in PARTS)
    tally = _Tally(total, progress)
    train, validation, test, weights = [], [], [], []
    for one, weight in chosen:
        learn, kept = _cut(*_read(one, "train", spec, most, workers, skipped, tally), seed)
        train.append(learn)
        validation.append(kept)
        test.append(_read(one, "test", spec, most, workers, skipped, tally)[0])
        weights.append(np.full(len(learn), weight, np.float32))
    dataset = Dataset(
        _joined(train),
        _joined(validation),
        _joined(test),
        np.concatenate(weights),
        tuple(skipped),
    )
    _check_enough(dataset, wanted)
    return dataset


class _Tally:
    """Counts pictures for a progress callback."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def one_more(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)


def _check(wanted: Sequence[str], chosen: Sequence[Source]) -> None:
    if not chosen:
        raise UsageError("No data set is named. Name at least one: mnist, or a folder.")
    for index, one in enumerate(chosen):
        if one in chosen[:index]:
            raise UsageError(f"{wanted[index]!r} is named twice. Give it once, with a weight.")


def _count(one: Source, split: Part, most: int | None) -> int:
    count = one.count(split)
    return count if most is None else min(count, most)


def _read(
    one: Source,
    split: Part,
    spec: InkSpec | None,
    most: int | None,
    workers: int,
    skipped: list[str],
    tally: _Tally,
) -> tuple[Examples, NDArray[np.bool_]]:
    """Return the examples of one part of one source, and which of them it holds out."""
    size = (spec or InkSpec()).size
    patches = np.empty((_count(one, split, most), size, size), np.uint8)
    known: list[tuple[int, str, bool]] = []

    def skip(reason: str) -> None:
        skipped.append(reason)
        tally.one_more()

    def pictures() -> Iterator[NDArray[np.uint8]]:
        item: Item
        for item in islice(one.pictures(split, skip), most):
            known.append((item.label, item.origin, item.held_out))
            yield item.pixels

    labels: list[int] = []
    origins: list[str] = []
    held_out: list[bool] = []
    # What is public may be kept; a person's own pictures leave no copy behind.
    keep = patch_files(one.settings) if isinstance(one, Mnist) else None
    for index, patch in enumerate(patches_of(pictures(), spec, workers, keep, ask=True)):
        label, origin, held = known[index]
        if patch is None:
            skipped.append(f"{origin!r} is blank: no digit was found in it.")
        else:
            patches[len(labels)] = patch
            labels.append(label)
            origins.append(origin)
            held_out.append(held)
        tally.one_more()
    examples = Examples(patches[: len(labels)], np.array(labels, np.uint8), tuple(origins))
    return examples, np.array(held_out, np.bool_)


def _cut(examples: Examples, held_out: NDArray[np.bool_], seed: int) -> tuple[Examples, Examples]:
    """Divide a training part into what is learnt from and what validates."""
    if not held_out.any():
        names = [origin.rpartition("/")[2] for origin in examples.origins]
        labels = examples.labels.tolist()
        held_out = splits.apart(names, labels, VALIDATION_SHARE, f"validation {seed}")
    return examples.only(~held_out), examples.only(held_out)


def _joined(parts: list[Examples]) -> Examples:
    if len(parts) == 1:
        return parts[0]
    return Examples(
        np.concatenate([part.patches for part in parts]),
        np.concatenate([part.labels for part in parts]),
        tuple(origin for part in parts for origin in part.origins),
    )


def _check_enough(dataset: Dataset, wanted: Sequence[str]) -> None:
    where = ", ".join(wanted)
    first = f" The first that was left out: {dataset.skipped[0]}" if dataset.skipped else ""
    found = len(dataset.train) + len(dataset.validation) + len(dataset.test)
    if not found:
        raise DataError(f"There is no picture of a digit in {where}.{first}")
    classes = np.unique(dataset.train.labels)
    if len(classes) == 1:
        raise DataError(
            f"All training pictures in {where} show the same digit, {classes[0]}. "
            "A network learns to tell digits apart: add pictures of others."
        )
    if not (len(dataset.train) and len(dataset.validation) and len(dataset.test)):
        raise DataError(
            f"There are too few pictures in {where}: {found}. Training, validation and test need "
            f"at least one each, so three of each digit.{first}"
        )
