"""Make the golden pictures anew: ``python -m tests.golden.make`` (needs PALOTE_DATA).

Drawn from pen trajectories of UNIPEN train_r01_v07 (International Unipen Foundation,
CC BY 4.0), by writers that training never saw. Beside each picture lies the patch that
`palote.ink` made of it, so that a change of the road is seen, not only a change of answers.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.ink import find_digit
from palote.train import draw

HERE = Path(__file__).parent
KINDS = tuple("canvas thin thick chalk photo ruled corner pixels28 tight pale".split())


def picture(points: NDArray[np.float32], kind: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one item in one of the `KINDS`."""
    side, longer, width = 200, 120.0, 9.0
    if kind == "thin":
        width = 1.5
    elif kind == "thick":
        width = 24.0
    elif kind == "corner":
        longer = 60.0
    ink = draw.paint(points, longer, width)
    if kind == "tight":
        return draw.canvas(ink, dark=True)
    frame = np.zeros((side, side), np.float32)
    if kind == "corner":
        frame[4 : 4 + ink.shape[0], 4 : 4 + ink.shape[1]] = ink
    else:
        frame = draw.place(ink, side, side, rng)
    if kind in ("photo", "ruled"):
        return draw.paper(frame, rng, ruled=kind == "ruled")
    if kind == "pixels28":
        frame = cv2.resize(frame, (28, 28), interpolation=cv2.INTER_AREA)
    return draw.canvas(frame, dark=kind != "chalk", contrast=0.35 if kind == "pale" else 1.0)


def main() -> None:
    """Write two pictures of each digit, and of each kind, with their patches."""
    strokes = data.pen("validation")
    rng = np.random.default_rng(17)
    for number in range(20):
        digit, kind = number % 10, KINDS[(number * 3 + number // 10) % 10]
        index = int(rng.choice(np.flatnonzero(strokes.labels == str(digit))))
        drawn = picture(strokes[index], kind, rng)
        name = f"{digit}-{kind}"
        cv2.imwrite(str(HERE / f"{name}.png"), drawn)
        patch = find_digit(drawn)[0].patch
        cv2.imwrite(str(HERE / f"{name}.ink.png"), np.rint(patch * 255).astype(np.uint8))


if __name__ == "__main__":
    main()
