"""A process that corrects without end, and says each correction that was acknowledged.

python -m tests.learn.program FOLDER STORE SEED [COUNT]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from palote import Settings
from palote.learn import Teacher
from tests.learn.conftest import SHAPES, Odd


def main(folder: str, store: str, seed: str, count: str = "1000000") -> None:
    """Correct so often."""
    settings = replace(Settings.from_environment(), data_dir=Path(folder), store=store)
    ways = [Odd(label, way) for label, several in SHAPES.items() for way in several]
    with Teacher(settings) as teacher:
        print("open", flush=True)
        for number in range(int(count)):
            one = ways[number % len(ways)]
            outcome = teacher.correct(one.write(1000 * int(seed) + number), one.label)
            assert outcome.correction is not None
            print(outcome.correction.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
