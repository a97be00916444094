"""The fixtures of `tests.digits`, for every test of the data sets."""

from __future__ import annotations

from tests.digits import folder, mirror, own, tiny

__all__ = ["folder", "mirror", "own", "tiny"]
