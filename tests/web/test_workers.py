"""Several workers as one server: replaced when they die, counted together, stopped with grace."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from palote.errors import LearnError, MissingExtra, ServerError, UsageError
from palote.ink import InkSpec
from palote.surfaces.web import forking, serve
from palote.surfaces.web.forking import FORKS, in_a_copy

from .learning import SEVEN
from .program import PATIENCE_SECONDS, Program, running
from .test_metrics import samples

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers need Linux or macOS")

UPLOADS = 4


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        # While a worker starts or ends, there may be nobody to answer.
        with contextlib.suppress(httpx.TransportError):
            if true():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def serving_processes(program: Program) -> set[int]:
    children = psutil.Process(program.process.pid).children()
    found = set()
    for child in children:
        # One that has just been killed has no command line any more.
        with contextlib.suppress(psutil.NoSuchProcess):
            if FORKS or "spawn_main" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


@contextlib.contextmanager
def half_sent(port: int) -> Iterator[socket.socket]:
    """An upload whose first half has been sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as upload:
        lines = ("POST /api/read HTTP/1.1", "Host: localhost", f"Content-Length: {len(SEVEN)}")
        upload.sendall("\r\n".join((*lines, "", "")).encode() + SEVEN[: len(SEVEN) // 2])
        yield upload


def answer(upload: socket.socket) -> tuple[bytes, str]:
    """First line of the answer, and what was read; after the second half."""
    upload.sendall(SEVEN[len(SEVEN) // 2 :])
    data = b""
    while piece := upload.recv(65536):
        data += piece
    return data.split(b"\r\n")[0], json.loads(data.partition(b"\r\n\r\n")[2])["text"]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_told_to_stop_ends_what_it_has_begun(workers: int, tmp_path: Path) -> None:
    options = ("--workers", str(workers))
    slow_end = {"PALOTE_DRAIN_SECONDS": "3"}
    with running(*options, state=tmp_path, environment=slow_end) as program:
        url = program.says(r"Palote is at (http://127\.0\.0\.1:\d+)")[1]
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        if workers > 1:
            _is_replaced(program, url)
        port = int(url.rpartition(":")[2])
        with contextlib.ExitStack() as stack:
            uploads = [stack.enter_context(half_sent(port)) for _ in range(UPLOADS)]
            # Each is held by a worker that has taken in a part of it.
            until(lambda: httpx.get(f"{url}/healthz").status_code == 200)
            program.process.send_signal(signal.SIGTERM)

            def going() -> bool:
                # A worker that has just taken another's place says 503, too, and stays.
                told = httpx.get(f"{url}/readyz")
                return told.status_code == 503 and told.headers.get("connection") == "close"

            until(going)
            assert [answer(upload) for upload in uploads] == [(b"HTTP/1.1 200 OK", "7")] * UPLOADS
        program.process.wait(PATIENCE_SECONDS)
    assert not [line for line in program.lines if "Traceback" in line]


def _is_replaced(program: Program, url: str) -> None:
    def figures() -> dict[tuple[str, ...], float]:
        return samples(httpx.get(f"{url}/metrics").text)

    until(lambda: figures()["palote_workers",] == 2)
    before = serving_processes(program)
    for _ in range(6):
        assert httpx.post(f"{url}/api/read", content=SEVEN).json()["text"] == "7"
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(serving_processes(program) - before) == 1)
    until(lambda: figures()["palote_workers",] == 2)
    assert httpx.post(f"{url}/api/read", content=SEVEN).json()["text"] == "7"
    counted = [value for key, value in figures().items() if key[0] == "palote_readings_total"]
    assert sum(counted) == 7


@pytest.mark.timeout(120)
def test_a_worker_that_dies_while_it_is_asked_for_a_sign_of_life_is_replaced(
    tmp_path: Path,
) -> None:
    with running("--workers", "2", state=tmp_path) as program:
        url = program.says(r"Palote is at (http://127\.0\.0\.1:\d+)")[1]
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        until(lambda: len(serving_processes(program)) == 2)
        before = serving_processes(program)
        held = min(before)
        os.kill(held, signal.SIGSTOP)
        # Longer than the supervisor waits from one round to the next: now it waits for this one.
        time.sleep(1.5)
        os.kill(held, signal.SIGKILL)
        until(lambda: len(serving_processes(program) - before) == 1)
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200)


def test_what_several_workers_cannot_do_is_said() -> None:
    with pytest.raises(UsageError, match="Leave out --workers"):
        serve(lan=True, workers=2)
    with pytest.raises(UsageError, match="palote models add"):
        serve(workers=2, declared=InkSpec())


@pytest.mark.skipif(not FORKS, reason="copies of a process need Linux")
def test_what_is_done_in_a_copy_is_done_elsewhere() -> None:
    assert in_a_copy(os.getppid) == os.getpid()
    handler = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        # What its parent does about signals is not what it does.
        assert in_a_copy(lambda: signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
        assert in_a_copy(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ())) == set()
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


@pytest.mark.parametrize("copies", [FORKS, False])
def test_what_goes_wrong_in_a_copy_is_said(copies: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "FORKS", copies)

    def fail(error: Exception) -> None:
        raise error

    with pytest.raises(LearnError, match=r"^The store is full"):
        in_a_copy(lambda: fail(LearnError("The store is full.")))
    with pytest.raises(MissingExtra, match=r"^Tracing needs more packages"):
        in_a_copy(lambda: fail(MissingExtra("otel", "Tracing")))


@pytest.mark.skipif(not FORKS, reason="copies of a process need Linux")
def test_a_copy_that_dies_is_noticed() -> None:
    with pytest.raises(ServerError, match="could not be prepared"):
        in_a_copy(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_a_server_of_several_workers_says_what_cannot_work(tmp_path: Path) -> None:
    options = ("--workers", "2", "--model", str(tmp_path / "none.onnx"))
    with running(*options, state=tmp_path) as program:
        assert program.process.wait(PATIENCE_SECONDS) == 2
        program.says("none.onnx")
    assert not [line for line in program.lines if "Traceback" in line]
