"""Bodies that are too large, too slow or too many; over real sockets."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from palote.surfaces.web import create_app
from palote.surfaces.web.security import Limits

from .conftest import Server, drawing, encoded, serving

SEVEN = encoded(drawing(7))
NARROW = Limits(body=200_000, held=300_000)
HASTY = Limits(body=200_000, held=300_000, pause=0.8, whole=2.0)


@pytest.fixture(scope="module")
def narrow() -> Iterator[Server]:
    with serving(create_app(limits=NARROW)) as running:
        yield running


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    with serving(create_app(limits=HASTY)) as running:
        yield running


def open_request(server: Server, *headers: str) -> socket.socket:
    """Send the head of a request to /api/read."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    lines = ["POST /api/read HTTP/1.1", "Host: localhost", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())
    return connection


def answer_of(connection: socket.socket) -> tuple[int, str]:
    """Status and problem code of the answer."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        if body.rstrip().endswith(b"}"):
            break
    connection.close()
    return int(head.split()[1]), json.loads(body)["code"]


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(narrow: Server) -> None:
    connection = open_request(narrow, "Content-Length: 99000000", "Expect: 100-continue")
    assert answer_of(connection) == (413, "too-many-bytes")


def test_a_client_that_sends_it_all_the_same_sees_the_answer(narrow: Server) -> None:
    response = httpx.post(f"{narrow.url}/api/read", content=b"x" * 5_000_000)
    assert (response.status_code, response.json()["code"]) == (413, "too-many-bytes")
    assert "5,000,000 bytes" in response.json()["detail"]


def test_a_body_that_does_not_say_is_refused_when_it_has_grown(narrow: Server) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    response = httpx.post(f"{narrow.url}/api/read", content=pieces())
    assert (response.status_code, response.json()["code"]) == (413, "too-many-bytes")


def test_a_body_in_pieces_is_read(narrow: Server) -> None:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(SEVEN), 100):
            yield SEVEN[start : start + 100]

    assert httpx.post(f"{narrow.url}/api/read", content=pieces()).json()["text"] == "7"


def test_a_half_sent_body_times_out(hasty: Server) -> None:
    connection = open_request(hasty, "Content-Length: 1000")
    connection.sendall(b"x" * 500)
    start = time.monotonic()
    assert answer_of(connection) == (408, "timeout")
    assert 0.5 < time.monotonic() - start < 10


def test_a_dripping_body_times_out_too(hasty: Server) -> None:
    connection = open_request(hasty, "Content-Length: 1000")
    start = time.monotonic()

    def drip() -> None:
        try:
            while time.monotonic() - start < 15:
                connection.sendall(b"x")
                time.sleep(0.1)
        except OSError:
            return

    thread = threading.Thread(target=drip)
    thread.start()
    assert answer_of(connection) == (408, "timeout")
    assert 1.5 < time.monotonic() - start < 10
    thread.join()


def test_all_bodies_together_are_bounded(narrow: Server) -> None:
    first = open_request(narrow, "Content-Length: 190000")
    first.sendall(b"x" * 180_000)
    time.sleep(0.5)
    second = httpx.post(f"{narrow.url}/api/read", content=b"x" * 150_000)
    assert (second.status_code, second.json()["code"]) == (503, "busy")
    assert second.headers["retry-after"] == "1"
    first.sendall(b"x" * 10_000)
    assert answer_of(first)[0] == 415
    again = httpx.post(f"{narrow.url}/api/read", content=b"x" * 150_000)
    assert again.status_code == 415


def test_a_client_that_goes_away_leaves_nothing_behind(
    narrow: Server, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        connection = open_request(narrow, "Content-Length: 190000")
        connection.sendall(b"x" * 100_000)
        connection.close()
    time.sleep(0.2)
    assert httpx.post(f"{narrow.url}/api/read", content=SEVEN).json()["text"] == "7"
    assert not caplog.records


def test_a_content_length_that_is_no_number(narrow: Server) -> None:
    connection = open_request(narrow, "Content-Length: many")
    assert b" 400 " in connection.recv(65536)
    connection.close()


def test_a_picture_of_the_largest_size_passes_in_every_way() -> None:
    limits = Limits.for_pictures(3_000_000)
    assert limits.body > 4_000_000
    assert limits.held >= 4 * limits.body


def test_a_head_that_does_not_end_is_not_waited_for(
    narrow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palote.surfaces.web.protocol.HEAD_SECONDS", 0.5)
    where = ("127.0.0.1", narrow.port)
    with (
        socket.create_connection(where, timeout=10) as silent,
        socket.create_connection(where, timeout=10) as slow,
        socket.create_connection(where, timeout=10) as kept,
    ):
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(12) == b"HTTP/1.1 200"
        assert silent.recv(100) == slow.recv(100) == b""
        # Between two requests, a connection is kept for longer than a head may take.
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while received.count(b"HTTP/1.1 200") < 1:
            received += kept.recv(65536)
        kept.sendall(b"GET /healthz HT")
        while piece := kept.recv(65536):
            received += piece
