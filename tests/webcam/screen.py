"""A screen without a monitor; needs nothing but Xvfb, so that benchmarks can use it too."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SIZE = "1280x800x24"


@contextmanager
def in_memory() -> Iterator[str]:
    """Start Xvfb; give the name of its display."""
    come, go = os.pipe()
    command = ["Xvfb", "-displayfd", str(go), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[go], stderr=subprocess.DEVNULL) as server:
        os.close(go)
        with os.fdopen(come) as said:
            number = said.readline().strip()
        try:
            assert number, "Xvfb did not start"
            yield f":{number}"
        finally:
            server.terminate()
