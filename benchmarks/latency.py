"""Where the time of one reading goes, stage by stage, on one core.

    python -m benchmarks.latency

Medians of many runs, in milliseconds. The machine's noise is in them: compare the
stages of one run with each other, not with those of another day.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.sets import png
from palote import Reader
from palote.ink import find_digit
from palote.pixels import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--model", default=None)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reader = Reader(options.model)
    print(f"{'picture':<26}{'decode':>9}{'ink':>9}{'network':>9}{'together':>10}   ms, medians")
    for name, data in pictures().items():
        picture = load(data, reader.settings)
        patches = np.stack([c.patch for c in find_digit(picture.pixels)])
        stages = [
            _median(lambda d=data: load(d, reader.settings), options.runs),  # type: ignore[misc]
            _median(lambda p=picture: find_digit(p.pixels), options.runs),  # type: ignore[misc]
            _median(lambda p=patches: reader._engine(p), options.runs),  # type: ignore[misc]
            _median(lambda d=data: reader.read(d), options.runs),  # type: ignore[misc]
        ]
        print(f"{name:<26}" + "".join(f"{t:>9.2f}" for t in stages))
    inks = np.random.default_rng(0).random((1024, 28, 28), np.float32)
    batch = _median(lambda: reader._engine(inks), 5)
    rate = 1024 / batch * 1000
    print(f"\nnetwork, batches of 1,024: {rate:,.0f} pictures a second on one thread")


def pictures() -> dict[str, bytes]:
    """A 7 as a 28x28 file, as the page sends it, on a canvas, and photographed."""
    canvas = np.full((280, 280), 255, np.uint8)
    corners = np.array([[80, 70], [190, 75], [120, 220]], np.int32)
    cv2.polylines(canvas, [corners], False, 0, 14, cv2.LINE_AA)
    crop = canvas[50:240, 60:210]
    return {
        "28x28 PNG": png(cv2.resize(canvas, (28, 28), interpolation=cv2.INTER_AREA)),
        "crop of the page, PNG": png(cv2.resize(crop, (88, 112), interpolation=cv2.INTER_AREA)),
        "280x280 PNG": png(canvas),
        "1-megapixel JPEG photo": _photo(canvas, 1000),
        "12-megapixel JPEG photo": _photo(canvas, 3464),
    }


def _photo(canvas: NDArray[np.uint8], side: int) -> bytes:
    rng = np.random.default_rng(0)
    large = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_CUBIC)
    light = np.linspace(0.9, 0.5, side)[None, :]
    photo = np.clip(large * light + rng.normal(0, 3, (side, side)), 0, 255).astype(np.uint8)
    colour = cv2.cvtColor(photo, cv2.COLOR_GRAY2BGR)
    return cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def _median(call: Callable[[], object], runs: int) -> float:
    call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
        if sum(times) > 10:
            break
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
