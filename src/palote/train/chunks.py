"""Files of samples that several processes make, each file by itself.

What takes minutes to make is kept in chunks: a run that was stopped goes on where it was,
and a chunk depends on the seed and its number alone.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from palote.settings import Settings

__all__ = ["made"]


def made(
    folder: Path,
    seed: int,
    total: int,
    chunk: Callable[[int, Path], None],
    check: Callable[[Settings], object],
    start: Callable[[Settings], None],
    settings: Settings,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> list[Path]:
    """Return the files of all chunks, in order; those that are missing are made.

    Args:
        folder: where they are kept.
        seed: the same seed makes the same chunks.
        total: how many.
        chunk: makes a chunk, by its number, into a file; it goes to another process.
        check: raises here, rather than in every process, if a data set is missing.
        start: prepares a process.
        settings: where the data sets are.
        workers: processes.
        progress: called with chunks done and chunks in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{seed}-{number:04d}.npz" for number in range(total)]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if missing:
        check(settings)
        # A fork of a process in which TensorFlow has started its threads may hang.
        fresh = get_context("spawn")
        with ProcessPoolExecutor(workers, fresh, initializer=start, initargs=(settings,)) as pool:
            jobs = [pool.submit(chunk, number, paths[number]) for number in missing]
            for done, job in enumerate(jobs, total - len(missing) + 1):
                job.result()
                if progress:
                    progress(done, total)
    return paths
