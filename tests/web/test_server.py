"""`serve`: ports, the address it prints, the browser it opens, how it ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from palote.errors import InkSpecMismatch, ModelNotFound, ServerError
from palote.ink import InkSpec
from palote.surfaces.web import serve


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken(taken: int) -> None:
    with pytest.raises(ServerError, match=rf"Port {taken} .* in use .* --port"):
        serve(port=taken, open_browser=False)


def test_a_port_that_does_not_exist() -> None:
    with pytest.raises(ServerError, match="from 0 to 65535, not 70000"):
        serve(port=70000, open_browser=False)


def test_an_address_that_is_not_here() -> None:
    with pytest.raises(ServerError, match=r"192\.0\.2\.1"):
        serve("192.0.2.1", open_browser=False)


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelNotFound, match="no-such"):
        serve(model="no-such", open_browser=False)


def test_what_was_declared_reaches_the_model() -> None:
    with pytest.raises(InkSpecMismatch, match="patches of 64x64"):
        serve(model="default", open_browser=False, declared=InkSpec.sized(64))


@pytest.mark.skipif(
    sys.platform == "win32", reason="a Windows process takes no SIGINT from outside"
)
def test_takes_the_next_port_opens_the_browser_and_stops_quietly(taken: int) -> None:
    program = f"""
import webbrowser
import palote.surfaces.web.server as server
webbrowser.open = lambda address: print("browser", address, flush=True)
server.DEFAULT_PORT = {taken}
server.serve()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    opened = process.stdout.readline().split()
    lines = [process.stderr.readline() for _ in range(2)]
    assert lines[0].startswith(f"Port {taken} is taken, so this is port ")
    found = re.search(r"Palote is at (http://127\.0\.0\.1:\d+)", lines[1])
    assert found
    assert opened == ["browser", found[1]]
    assert httpx.get(f"{found[1]}/readyz").status_code == 200
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "")
