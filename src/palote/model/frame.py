"""The network that sees small files as they are, which is heard about digits in doubt."""

from __future__ import annotations

from functools import lru_cache

from palote.model import catalog
from palote.model.engine import Engine, OnnxEngine

__all__ = ["NAME", "SHIPPED", "shipped_frame"]

NAME = "frame"

SHIPPED = catalog.ASSETS / "frames" / f"{NAME}.onnx"
"""The one that comes with Palote: not beside the networks for digits, which have names."""


@lru_cache(maxsize=4)
def shipped_frame(threads: int = 1) -> Engine:
    """Return the network for small files that comes with Palote, loaded once.

    Args:
        threads: for one call; 0 lets ONNX Runtime choose.

    Raises:
        ModelError: its file is missing or damaged.
    """
    return OnnxEngine(catalog.Entry(NAME, SHIPPED, None), threads)
