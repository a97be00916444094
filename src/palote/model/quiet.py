"""Keeping what libraries tell their makers off the person's terminal.

LiteRT and TensorFlow's converters write notes to standard error from C++, past anything
that Python could switch off.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]

_ONE = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what is written to standard output and error, and warnings, while the body runs.

    This is for the whole process, so only short work belongs in the body.
    """
    with _ONE:
        kept: dict[int, int] = {}
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            for stream in (1, 2):
                try:
                    kept[stream] = os.dup(stream)
                except OSError:  # closed, as in a Windows program without a console
                    continue
                os.dup2(nothing, stream)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            for stream, copy in kept.items():
                os.dup2(copy, stream)
                os.close(copy)
            os.close(nothing)
