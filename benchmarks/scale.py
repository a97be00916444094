"""What Ray costs and gives: pictures a second here, on Ray, and beside the floor, in one run.

    python -m benchmarks.scale --quick                  some minutes: does it work
    python -m benchmarks.scale                          on a quiet machine: the figures
    python -m benchmarks.scale --memory 200000          whether memory stays flat
    python -m benchmarks.scale --serving                workers of `palote serve`, or Ray Serve

The pictures are the thirty-odd of the tests, over and over by a table of their paths: files
that the system has in memory. So this measures computing, not a disk or a network; what those
must bring is in the model on paper, from the sizes of the files.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil

from benchmarks import scale_serving
from palote import Reader, Settings
from palote.bulk import job as jobs
from palote.bulk.current import Now, Wanted
from palote.bulk.job import Job
from palote.bulk.sources import Entry
from palote.distributed import read_on_ray
from palote.pixels import load

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
MILLIONS = 10_000_000
MACHINES = (4, 16, 64)
EVERY = 1.0
PART, PART_OF_MEMORY = 50, 1000
"""Pictures in a file: few, so that a short run has many parts; and as the command has it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="400 pictures, one worker")
    parser.add_argument("--workers", default="1,2", help="numbers of workers on Ray")
    parser.add_argument("--memory", type=int, metavar="N", help="read N pictures, watch memory")
    parser.add_argument("--serving", action="store_true", help="compare ways to serve")
    parser.add_argument("--seconds", type=float, default=8, help="of each load, with --serving")
    parser.add_argument("--cores", type=int, default=16, help="of a machine, for the model")
    parser.add_argument("--price", type=float, default=0.70, help="of its hour, for the model")
    options = parser.parse_args()
    if options.serving:
        scale_serving.compare(options.seconds)
        return
    files = sorted(GOLDEN.glob("*[!k].png"))
    if options.memory:
        _memory(files, options.memory)
        return
    count = 400 if options.quick else options.pictures
    several = [1] if options.quick else [int(one) for one in options.workers.split(",")]
    print(f"{count:,} pictures, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    floor = _floor(files, count)
    here = _row("palote read --out, here", count, lambda: _read(files, count))
    for workers in several:
        started, reading = _on_ray(files, count, workers)
        _print(f"on Ray, {workers} worker{'s' if workers > 1 else ''}", count, reading)
        more = (reading * workers - here) / count * 1000
        print(f"{'':<34}{started:.1f} s to start; {more:+.2f} ms a picture and worker beside here")
    size = statistics.mean(path.stat().st_size for path in files)
    _on_paper(count / here, size, options.cores, options.price)
    print(f"\nThe floor took {floor / here:.0%} of the time of the road here.")


def _floor(files: list[Path], count: int) -> float:
    """Decoding and the network alone, without finding the ink, and without rows."""
    settings = Settings()
    reader = Reader(settings=settings)
    contents = [path.read_bytes() for path in files]
    inks = np.random.default_rng(0).random((64, *reader.spec.shape), np.float32)

    def decode() -> None:
        for number in range(count):
            load(contents[number % len(contents)], settings)

    def network() -> None:
        for _ in range(0, count, 64):
            reader._engine(inks)

    decoding = _row("decoding alone", count, decode)
    seeing = _row("the network alone, 64 at once", count, network)
    _print("the floor: both", count, decoding + seeing)
    _row("Reader.read_many", count, lambda: _through(reader, contents, count))
    return decoding + seeing


def _through(reader: Reader, contents: list[bytes], count: int) -> None:
    for _ in reader.read_many(contents[number % len(contents)] for number in range(count)):
        pass


def _job(files: list[Path], count: int, out: str, part: int = PART) -> Job:
    settings = Settings()
    job = Job(("golden",), out, "jsonl", None, "auto", None, part, settings)

    def entries() -> Iterator[Entry]:
        for number in range(count):
            path = str(files[number % len(files)])
            yield Entry(f"{path}#{number}", 0, path)

    return jobs.begun(job, entries)[0]


def _now() -> Now:
    return Now(Wanted("default", "auto", None, "none", Settings()))


def _read(files: list[Path], count: int) -> None:
    with tempfile.TemporaryDirectory() as out:
        job = _job(files, count, out)
        jobs.read_here(job, jobs.pending(job), _now(), _nothing)
        assert jobs.check(job).total() == count


def _on_ray(files: list[Path], count: int, workers: int) -> tuple[float, float]:
    """Return the seconds until reading had begun, and those of the reading."""
    with tempfile.TemporaryDirectory() as out:
        job, began = _job(files, count, out), time.time()
        read_on_ray(job, jobs.pending(job), _now(), None, workers, _nothing)
        assert jobs.check(job).total() == count
        # When each part was written: what Ray tells comes in bursts.
        written = sorted(path.stat().st_mtime for path in Path(out).glob("part-*"))
    each = (written[-1] - written[0]) / (len(written) - workers)
    return written[0] - began - each * workers, each * len(written)


def _on_paper(speed: float, size: float, cores: int, price: float) -> None:
    """Say what ten million pictures would take, and what that rests on."""
    print(
        f"\n{MILLIONS:,} pictures on paper, from the {speed:,.0f}/s of one core here.\n"
        f"Assumed: machines of {cores} such cores at {price:.2f} an hour; a bucket that keeps up;\n"
        f"{size / 1000:.1f} kB a picture (those measured); a minute to start; nine tenths of all\n"
        "cores reading on average, the rest lost to the last parts and to Ray.\n"
    )
    print(f"{'machines':>8}{'cores':>7}{'hours':>8}{'MB/s in':>9}{'machine hours':>15}{'cost':>8}")
    for machines in MACHINES:
        rate = speed * machines * cores * 0.9
        hours = MILLIONS / rate / 3600 + 1 / 60
        used = hours * machines
        print(
            f"{machines:>8}{machines * cores:>7}{hours:>8.2f}{rate * size / 1e6:>9.1f}"
            f"{used:>15.1f}{used * price:>8.2f}"
        )


def _memory(files: list[Path], count: int) -> None:
    """Read many on Ray and show the memory of the driver and of all its processes."""
    ended, seen = threading.Event(), list[tuple[int, float, float]]()
    done, began = 0, time.monotonic()

    def look() -> None:
        own = psutil.Process()
        while not ended.wait(EVERY):
            seen.append((done, own.memory_info().rss / 1e6, _tree(own) / 1e6))

    def read(number: int) -> None:
        nonlocal done
        before, done = done, done + number
        if done * 10 // count > before * 10 // count and seen:
            _, driver, together = seen[-1]
            print(f"{done:>10,} pictures: driver {driver:,.0f} MB, all {together:,.0f} MB")
            sys.stdout.flush()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        with tempfile.TemporaryDirectory() as out:
            job = _job(files, count, out, min(PART_OF_MEMORY, max(1, count // 20)))
            read_on_ray(job, jobs.pending(job), _now(), None, None, read)
            print(f"{jobs.check(job).total():,} rows")
    finally:
        ended.set()
        watcher.join()
    # In the first tenth processes start and load the network, in the last they end.
    steady = np.array([row for row in seen if 1 <= row[0] * 10 // count < 9])
    print(f"{time.monotonic() - began:,.0f} s in all")
    for name, column in (("driver", 1), ("all processes", 2)):
        if len(np.unique(steady[:, 0])) > 1:
            slope = np.polyfit(steady[:, 0], steady[:, column], 1)[0] * 100_000
            growth = steady[:, column].max() - steady[0, column]
            print(
                f"but for the first and last tenth, {name}: {slope:+,.1f} MB in 100,000 pictures, "
                f"at most {growth:,.0f} MB more than at its beginning"
            )


def _tree(process: psutil.Process) -> float:
    """Sum what each process has for itself; memory that they share would count many times."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            memory = one.memory_info()
        except psutil.Error:
            continue
        total += memory.rss - getattr(memory, "shared", 0)
    return total


def _row(name: str, count: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    _print(name, count, seconds)
    return seconds


def _print(name: str, count: int, seconds: float) -> None:
    print(f"{name:<34}{count / seconds:>9,.0f} pictures/s{seconds / count * 1000:>9.2f} ms each")
    sys.stdout.flush()


def _nothing(count: int) -> None:
    pass


if __name__ == "__main__":
    main()
