"""MNIST written out as class folders: ``train/7/00014.png``, to look at and to add to.

The pictures are written into a hidden folder inside, and come out of it when all are
there: who finds ``train/`` finds all of it. A stopped export goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.data.digits import mnist
from palote.data.items import PARTS, Part
from palote.data.saving import cannot_write, save
from palote.errors import DataError
from palote.settings import Settings

__all__ = ["export_mnist"]

NOTE = "palote-export.json"
"""Tells what an export holds, so that it is known again."""

UNFINISHED = ".unfinished"


def export_mnist(
    out: Path,
    settings: Settings | None = None,
    parts: Sequence[Part] = PARTS,
    most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write MNIST as PNG files in class folders.

    Args:
        out: a folder that is empty, not there yet, or holds a stopped export of the same.
        settings: where MNIST is; the environment's if not given.
        parts: ``"train"``, ``"test"`` or both.
        most: no more pictures than this of each digit and part.
        progress: called with pictures done, and pictures in all.

    Returns:
        The number of pictures in the folder.

    Raises:
        DataError: the folder holds something else, or cannot be written.
    """
    wish: dict[str, object] = {"data": "MNIST", "parts": list(parts), "most": most}
    wanted = {part: _first_of_each(mnist(part, settings).labels, most) for part in parts}
    total = sum(len(indices) for indices in wanted.values())
    work = out / UNFINISHED
    finished = _look_into(out, wish)
    if not finished:
        save(work / NOTE, json.dumps(wish, indent=2).encode())
    done = 0
    for part, indices in wanted.items():
        images = mnist(part, settings)
        for index in indices:
            path = Path(part, str(images.labels[index]), f"{index:05d}.png")
            if not (finished or (out / part).is_dir() or (work / path).is_file()):
                save(work / path, cv2.imencode(".png", images.pixels[index])[1].tobytes())
            done += 1
            if progress:
                progress(done, total)
    if not finished:
        _bring_out(work, [*parts, NOTE])
    return total


def _first_of_each(labels: NDArray[np.int64], most: int | None) -> list[int]:
    """Return the indices of the first pictures of each digit, in order."""
    if most is None:
        return list(range(len(labels)))
    return sorted(int(i) for digit in range(10) for i in np.flatnonzero(labels == digit)[:most])


def _look_into(out: Path, wish: dict[str, object]) -> bool:
    """Tell whether the same export is there and complete.

    Raises:
        DataError: something else is there.
    """
    try:
        there = {path.name for path in out.iterdir()} if out.exists() else set()
    except OSError as error:
        raise cannot_write(out, error) from error
    if _note(out / NOTE) == wish:
        return True
    begun = _note(out / UNFINISHED / NOTE) == wish
    # What came out of the hidden folder before the end was cut off is complete.
    expected = {UNFINISHED, *PARTS} if begun else set()
    if there - expected:
        raise DataError(
            f"{str(out)!r} is not empty: it holds {min(there - expected)!r}. Choose a folder that "
            "is empty or not there yet; only the same export, if it was stopped, is gone on with."
        )
    return False


def _note(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _bring_out(work: Path, names: list[str]) -> None:
    try:
        for name in names:
            if (work / name).exists():
                (work / name).rename(work.parent / name)
        work.rmdir()
    except OSError as error:
        raise cannot_write(work.parent, error) from error
