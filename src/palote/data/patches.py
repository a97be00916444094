"""Many pictures through `palote.ink`: the same patches that reading would make of them.

One picture of 28x28 takes about half a millisecond, so for many there are processes.
They are started afresh, because a fork of a process in which TensorFlow has started its
threads may hang. What comes out can be kept on disk under a digest of what went in: the
pixels, and the code of `palote.ink` itself. So it is never taken for the work of another
version, and who trains ten networks on MNIST waits for its patches once.
"""

from __future__ import annotations

import signal
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import __version__, ink
from palote.data.saving import save
from palote.errors import DataError
from palote.ink import InkSpec, find_digit
from palote.model import catalog
from palote.model.catalog import Entry
from palote.settings import Settings

if TYPE_CHECKING:
    from palote.model.engine import Engine

__all__ = ["patches_of", "read_patches"]

CHUNK_PICTURES, CHUNK_BYTES = 250, 16_000_000
"""A process gets so many pictures at once, or fewer where they are large."""

SMALL = 8
"""So many chunks are not worth the start of processes, which takes a second."""

Patch = NDArray[np.uint8]


def patches_of(
    pictures: Iterable[NDArray[np.uint8]],
    spec: InkSpec | None = None,
    workers: int = 1,
    keep: Path | None = None,
    ask: bool = False,
) -> Iterator[Patch | None]:
    """Yield what reading would see of each picture, in order, holding few at a time.

    Args:
        pictures: uint8 (h, w) or (h, w, 3).
        spec: geometry of the patch; a patch of several channels has the same in each, so
            one is given.
        workers: processes. More than one needs a program that guards its start with
            ``if __name__ == "__main__"``.
        keep: folder in which patches are kept, and found again.
        ask: where a picture has several interpretations, let the network that came with
            Palote choose, as in reading; of a photo, the first one may be a mere shadow.
            If not, the first one is taken, which is the likelier without a network.

    Yields:
        uint8 (spec.size, spec.size), 255 is full ink; nothing for a blank picture.
    """
    plane = replace(spec or InkSpec(), channels=1)
    made = 0
    with ExitStack() as stack:
        pool: ProcessPoolExecutor | None = None
        waiting: deque[Future[list[Patch | None]]] = deque()
        for chunk in _chunks(pictures):
            place = _place(chunk, plane, keep, ask)
            job: Future[list[Patch | None]] = Future()
            known = _load(place)
            if known is not None:
                job.set_result(known)
            elif workers < 2 or made < SMALL:
                job.set_result(_make(chunk, plane, place, ask))
                made += 1
            else:
                if pool is None:
                    fresh = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start)
                    pool = stack.enter_context(fresh)
                job = pool.submit(_make, chunk, plane, place, ask)
            waiting.append(job)
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
        for job in waiting:
            yield from job.result()


def read_patches(
    pictures: NDArray[np.uint8], spec: InkSpec | None = None, workers: int = 1
) -> NDArray[np.uint8]:
    """Return what reading would see of pictures (n, h, w): uint8 (n, size, size).

    Of several interpretations the first is taken; a blank picture gives a blank patch.
    """
    size = (spec or InkSpec()).size
    patches = np.zeros((len(pictures), size, size), np.uint8)
    for index, patch in enumerate(patches_of(pictures, spec, workers)):
        if patch is not None:
            patches[index] = patch
    return patches


def _chunks(pictures: Iterable[NDArray[np.uint8]]) -> Iterator[list[NDArray[np.uint8]]]:
    chunk: list[NDArray[np.uint8]] = []
    weight = 0
    for picture in pictures:
        chunk.append(picture)
        weight += picture.nbytes
        if len(chunk) == CHUNK_PICTURES or weight > CHUNK_BYTES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _make(
    pictures: list[NDArray[np.uint8]], spec: InkSpec, place: Path | None, ask: bool
) -> list[Patch | None]:
    patches = [_patch(picture, spec, ask) for picture in pictures]
    if place is not None:
        content = BytesIO()
        found = np.array([patch is not None for patch in patches])
        kept = [patch for patch in patches if patch is not None]
        side = (len(kept), spec.size, spec.size)
        np.savez_compressed(content, found=found, patches=np.array(kept, np.uint8).reshape(side))
        with suppress(DataError):  # a full disk only means that they are made again
            save(place, content.getvalue())
    return patches


def _patch(picture: NDArray[np.uint8], spec: InkSpec, ask: bool) -> Patch | None:
    found = find_digit(picture, spec=spec)
    if not found:
        return None
    best = _asked(picture) if ask and len(found) > 1 else 0
    return np.rint(found[best].patch * 255).astype(np.uint8)


def _asked(picture: NDArray[np.uint8]) -> int:
    """Return the number of the interpretation that is read; it is the same in every geometry."""
    from palote.metrics import softmax
    from palote.reader import likeliest

    engine = _engine()
    found = find_digit(picture, spec=engine.card.ink)
    outputs = engine(np.stack([candidate.patch for candidate in found]))
    return likeliest(softmax(outputs.logits, engine.card.temperature), found)


@cache
def _engine() -> Engine:
    # Not at the top: most pictures need no network.
    from palote.model.engine import open_engine

    return open_engine(_shipped())


def _load(place: Path | None) -> list[Patch | None] | None:
    if place is None or not place.is_file():
        return None
    try:
        with np.load(BytesIO(place.read_bytes()), allow_pickle=False) as file:
            patches = iter(file["patches"])
            return [next(patches) if found else None for found in file["found"]]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error, StopIteration):
        return None


def _shipped() -> Entry:
    return catalog.find(catalog.SHIPPED, Settings())


def _place(
    pictures: list[NDArray[np.uint8]], spec: InkSpec, keep: Path | None, ask: bool
) -> Path | None:
    """Return the file that these patches have in the folder, named after what they depend on."""
    if keep is None:
        return None
    digest = blake2b(_road() + repr((spec, ask)).encode(), digest_size=16)
    for picture in pictures:
        digest.update(repr(picture.shape).encode())
        digest.update(np.ascontiguousarray(picture).data)
    return keep / f"{digest.hexdigest()}.npz"


@cache
def _road() -> bytes:
    """Return a digest of all code that a patch depends on, and of the network that is asked."""
    digest = blake2b(f"{__version__} {cv2.__version__} {np.__version__}".encode())
    code = (*sorted(Path(ink.__file__).parent.glob("*.py")), Path(__file__))
    for path in (*code, _shipped().path):
        digest.update(path.read_bytes())
    return digest.digest()


def _start() -> None:
    cv2.setNumThreads(1)
    # Ctrl+C reaches every process of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
