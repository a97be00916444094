"""Palote reads handwritten digits: yours, not only MNIST's.

The public names are imported lazily, so that ``import palote`` stays cheap and
pulls in no heavy library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palote.errors import PaloteError
    from palote.reader import Reader, read, read_many
    from palote.result import Digit, Reading, Stage
    from palote.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Digit",
    "PaloteError",
    "Reader",
    "Reading",
    "Settings",
    "Stage",
    "__version__",
    "read",
    "read_many",
]

_HOME = {
    "Digit": "palote.result",
    "PaloteError": "palote.errors",
    "Reader": "palote.reader",
    "Reading": "palote.result",
    "Settings": "palote.settings",
    "Stage": "palote.result",
    "read": "palote.reader",
    "read_many": "palote.reader",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'palote' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
