"""The connected components of a mask, found once and handed on.

Measuring them costs more than anything else that `palote.ink` does, so they are looked
for within the ink's bounding rectangle only, with OpenCV's fastest algorithm for it
(Grana, Borghesani and Cucchiara, 2010), and measured only if there are several.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Components", "at_border", "sides"]


@dataclass(frozen=True, eq=False)
class Components:
    """A mask, and the pieces of ink in it that hang together (8 neighbours).

    Attributes:
        mask: bool (h, w), True where there is ink.
    """

    mask: NDArray[np.bool_]

    @cached_property
    def window(self) -> tuple[int, int, int, int]:
        """(x, y, width, height) of all the ink."""
        x, y, width, height = cv2.boundingRect(self.mask.view(np.uint8))
        return x, y, width, height

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """int32 (height, width) of the window: 0 is paper, i + 1 is component i."""
        return self._counted[1] if self._counted[0] < 2 else self._measured[0]

    @cached_property
    def stats(self) -> NDArray[np.int32]:
        """int32 (n, 5): x, y, width, height and area of each component."""
        count, labels = self._counted
        if count < 2:
            area = int(np.count_nonzero(labels))
            return np.array([(*self.window, area)][:count], np.int32).reshape(count, 5)
        return self._measured[1]

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """float64 (n, 2): centre of mass of each component."""
        return self._measured[2]

    @property
    def _inside(self) -> NDArray[np.uint8]:
        x, y, width, height = self.window
        return self.mask.view(np.uint8)[y : y + height, x : x + width]

    @cached_property
    def _counted(self) -> tuple[int, NDArray[np.int32]]:
        """Number and labels: an eighth of the time that measuring takes."""
        if self.window[2] == 0:
            return 0, np.zeros((0, 0), np.int32)
        count, labels = cv2.connectedComponentsWithAlgorithm(
            self._inside, 8, cv2.CV_32S, cv2.CCL_BBDT
        )
        return count - 1, np.asarray(labels, np.int32)

    @cached_property
    def _measured(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
        x, y, width, _ = self.window
        if width == 0:
            return np.zeros((0, 0), np.int32), np.zeros((0, 5), np.int32), np.zeros((0, 2))
        _, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
            self._inside, 8, cv2.CV_32S, cv2.CCL_BBDT
        )
        stats, centres = stats[1:], centres[1:]
        stats[:, :2] += np.array([x, y])
        return (
            np.asarray(labels, np.int32),
            np.asarray(stats, np.int32),
            np.asarray(centres + np.array([x, y]), np.float64),
        )

    def in_box(self, index: int, chosen: NDArray[np.intp] | None = None) -> NDArray[np.bool_]:
        """Return what lies in the box of a component, bool (h, w) of the box.

        Args:
            index: number of the component.
            chosen: of those that count; it alone if not given.
        """
        x, y, width, height = (int(v) for v in self.stats[index, :4])
        if len(self.stats) == 1:
            return self.mask[y : y + height, x : x + width]
        left, top = x - self.window[0], y - self.window[1]
        labels = self.labels[top : top + height, left : left + width]
        return np.asarray(labels == index + 1 if chosen is None else np.isin(labels, chosen + 1))

    def only(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return the mask of some components, bool (h, w)."""
        if len(chosen) == len(self.stats):
            return self.mask
        x, y, width, height = self.window
        mask = np.zeros(self.mask.shape, np.bool_)
        if len(chosen) == 1:
            inside = self.labels == int(chosen[0]) + 1
        else:
            wanted = np.zeros(len(self.stats) + 1, np.bool_)
            wanted[chosen + 1] = True
            inside = wanted[self.labels]
        mask[y : y + height, x : x + width] = inside
        return mask


def sides(stats: NDArray[np.integer]) -> tuple[NDArray[np.integer], ...]:
    """Return the left, top, right and bottom of boxes (..., 4 or more)."""
    x, y, width, height = np.moveaxis(stats[..., :4], -1, 0)
    return x, y, x + width, y + height


def at_border(
    stats: NDArray[np.integer], shape: tuple[int, ...], margin: int = 0
) -> NDArray[np.bool_]:
    """Tell which sides of the picture cut components off, bool (4, n): left, top, right, bottom.

    Args:
        stats: int (n, 4 or more), x, y, width and height of each.
        shape: (height, width) of the picture.
        margin: what is so near to a side, in pixels, is cut off by it, too.
    """
    left, top, right, bottom = sides(stats)
    height, width = shape
    return np.stack(
        [left <= margin, top <= margin, right >= width - margin, bottom >= height - margin]
    )
