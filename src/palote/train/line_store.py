"""Lines as a network sees them, with what stands on each, in memory and on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lines"]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines as the network sees them, end to end in one long strip.

    Attributes:
        strip: uint8 (32, sum of widths), 255 is full ink.
        widths: int32 (n,), in pixels.
        texts: what stands on each, in `phrases.SYMBOLS`.
    """

    strip: NDArray[np.uint8]
    widths: NDArray[np.int32]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        """Return one line, uint8 (32, width)."""
        return self.strip[:, self._ends[index] - self.widths[index] : self._ends[index]]

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.widths, dtype=np.int64)

    def some(self, count: int) -> Lines:
        """Return the first lines, at most so many."""
        widths = self.widths[:count]
        return Lines(self.strip[:, : int(widths.sum())], widths, self.texts[:count])

    @classmethod
    def joined(cls, parts: list[Lines]) -> Lines:
        """Return the lines of all parts."""
        return cls(
            np.concatenate([part.strip for part in parts], axis=1),
            np.concatenate([part.widths for part in parts]),
            tuple(text for part in parts for text in part.texts),
        )

    @classmethod
    def of(cls, pairs: list[tuple[NDArray[np.uint8], str]]) -> Lines:
        """Lay lines end to end."""
        widths = np.array([line.shape[1] for line, _ in pairs], np.int32)
        strip = np.concatenate([line for line, _ in pairs], axis=1)
        return cls(strip, widths, tuple(text for _, text in pairs))

    def save(self, path: Path) -> None:
        """Write them, in one step."""
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez_compressed(
                file, strip=self.strip, widths=self.widths, texts=np.array(self.texts)
            )
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Lines:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["strip"], file["widths"], tuple(str(text) for text in file["texts"]))
