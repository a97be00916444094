"""What is shown of many answers a second, and how fast they come: pure, on given times.

One frame in which a hand covers the digit must not make the answer jump. So another
verdict is shown only when it has held for a moment; until then the last answer of the
verdict on show stays, whole: its box, its bars and its ink.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from palote.result import Reading
from palote.surfaces.webcam.threads import Answer

__all__ = ["HOLD_SECONDS", "Figures", "Meter", "Steady", "Verdict", "verdict"]

HOLD_SECONDS = 0.2
WINDOW_SECONDS = 2.0
"""The frames a second on show are those of this time."""
KEPT = 100_000

Kind: TypeAlias = Literal["digit", "unsure", "none"]


class Verdict(NamedTuple):
    """What a person is told.

    Attributes:
        kind: "digit"; "unsure" for one that the reader would not vouch for; "none".
        value: the digit, if the kind is "digit".
    """

    kind: Kind
    value: str = ""


def verdict(reading: Reading) -> Verdict:
    """Return what a reading comes to: of a doubtful one, its best digit may change."""
    if reading.status == "ok":
        return Verdict("digit", reading.text)
    return Verdict("unsure" if reading.status == "unsure" else "none")


class Steady:
    """The answer on show."""

    def __init__(self) -> None:
        self.shown: Answer | None = None
        self._rival: Verdict | None = None
        self._since = 0.0

    def reset(self) -> None:
        """Show nothing, and the next answer at once."""
        self.shown = self._rival = None

    def update(self, answer: Answer, now: float) -> bool:
        """Take in the newest answer, which may be the same as before.

        Args:
            answer: the newest.
            now: in seconds.

        Returns:
            Whether another answer is on show now.
        """
        if answer is self.shown:
            return False
        found = verdict(answer.reading)
        if self.shown is not None and found != verdict(self.shown.reading):
            if found != self._rival:
                self._rival, self._since = found, now
            if now - self._since < HOLD_SECONDS:
                return False
        self.shown, self._rival = answer, None
        return True


@dataclass(frozen=True)
class Figures:
    """How fast a window was.

    Attributes:
        frames: pictures that were shown.
        fps: of them, a second.
        median_ms: from a picture's arrival until its answer was on the screen.
        p95_ms: 95 % of the answers came sooner than this.
    """

    frames: int
    fps: float
    median_ms: float
    p95_ms: float


class Meter:
    """Counts pictures and measures answers."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._delays: deque[float] = deque(maxlen=KEPT)
        self._frames = 0
        self._span = (0.0, 0.0)

    def frame(self, now: float) -> None:
        """A new picture is on the screen."""
        self._recent.append(now)
        while now - self._recent[0] > WINDOW_SECONDS:
            self._recent.popleft()
        self._span = (self._span[0] if self._frames else now, now)
        self._frames += 1

    def answer(self, delay: float) -> None:
        """An answer is on the screen, so many seconds after its picture came."""
        self._delays.append(delay)

    @property
    def fps(self) -> float:
        """Pictures a second, of late; 0 until two have come."""
        return _rate(len(self._recent), self._recent[0], self._recent[-1]) if self._recent else 0.0

    @property
    def delay_ms(self) -> float:
        """Of the last answer."""
        return self._delays[-1] * 1000 if self._delays else 0.0

    def figures(self) -> Figures:
        """Return what was measured from the first picture on."""
        delays = np.array(self._delays or [0.0]) * 1000
        median, late = np.percentile(delays, (50, 95))
        return Figures(self._frames, _rate(self._frames, *self._span), float(median), float(late))


def _rate(count: int, first: float, last: float) -> float:
    return (count - 1) / (last - first) if last > first else 0.0
