"""`palote serve` as a person runs it: in a process of its own, with what it prints."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE_SECONDS = 40
PROGRAM = [sys.executable, "-m", "palote", "serve", "--no-open", "--port", "0"]


class Program:
    """A running ``palote serve``.

    Args:
        options: further ones of the command line.
        state: the folder of its certificate.
        keyboard: file descriptor of its standard input; it has none if not given.
    """

    def __init__(
        self,
        *options: str,
        state: Path,
        keyboard: int = subprocess.DEVNULL,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, *options],
            stdin=keyboard,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={
                **os.environ,
                "PALOTE_STATE_DIR": str(state),
                "PYTHONIOENCODING": "utf-8",
                **(environment or {}),
            },
        )
        self.lines: list[str] = []
        self._arrived = threading.Condition()
        self._ended = False
        assert self.process.stderr
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,))
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._arrived:
                self.lines.append(line.rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def says(self, pattern: str, after: int = 0) -> re.Match[str]:
        """Wait for a line with the pattern, from the line ``after`` on."""

        def found() -> re.Match[str] | None:
            return next(filter(None, (re.search(pattern, one) for one in self.lines[after:])), None)

        with self._arrived:
            self._arrived.wait_for(lambda: found() or self._ended, PATIENCE_SECONDS)
            match = found()
        assert match, f"no {pattern!r} in:\n" + "\n".join(self.lines)
        return match

    def stop(self) -> str:
        """End it; return what it wrote on stdout."""
        self.process.terminate()
        assert self.process.stdout and self.process.stderr
        with self.process.stdout, self.process.stderr:
            out = self.process.stdout.read()
            self.process.wait(PATIENCE_SECONDS)
            self._reader.join()
        return out


@contextmanager
def running(
    *options: str,
    state: Path,
    keyboard: int = subprocess.DEVNULL,
    environment: dict[str, str] | None = None,
) -> Iterator[Program]:
    """A program that ends with the block, and has written nothing on stdout."""
    program = Program(*options, state=state, keyboard=keyboard, environment=environment)
    try:
        yield program
    finally:
        out = program.stop()
    assert out == ""


def trusting(state: Path) -> ssl.SSLContext:
    """What a program uses that knows the certificate; as strict as Python 3.13 is."""
    context = ssl.create_default_context(cafile=state / "https" / "certificate.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context
