"""What leaves a connection, and in how many pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from palote.surfaces.web.protocol import PIECE_BYTES, HttpProtocol

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Wire(asyncio.Transport):
    """A connection that keeps what is sent, piece by piece."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed, "written after the end"
        self.pieces.append(data)

    def get_write_buffer_size(self) -> int:
        return 7

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def answering(*bodies: bytes, pause: bool = False) -> Callable[..., Awaitable[None]]:
    async def app(scope: dict[str, Any], receive: Any, send: Send) -> None:
        length = str(sum(map(len, bodies))).encode()
        headers = [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number, body in enumerate(bodies, start=1):
            if pause:
                await asyncio.sleep(0.01)
            more = number < len(bodies)
            await send({"type": "http.response.body", "body": body, "more_body": more})

    return app


async def sent_for(request: bytes, app: Callable[..., Awaitable[None]]) -> Wire:
    config = uvicorn.Config(app, http=HttpProtocol, lifespan="off")
    config.load()
    wire = Wire()
    protocol = HttpProtocol(config, ServerState(), {})
    protocol.connection_made(wire)
    protocol.data_received(request)
    await asyncio.sleep(0.1)
    if not wire.closed:
        protocol.transport.close()
    protocol.connection_lost(None)
    return wire


@pytest.mark.parametrize("request_", [REQUEST, LAST], ids=["kept", "closed"])
def test_an_answer_leaves_in_one_piece(request_: bytes) -> None:
    """A worker killed between two would leave half an answer with the proxy."""
    wire = asyncio.run(sent_for(request_, answering(b"seven")))
    (answer,) = wire.pieces
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nseven")
    assert wire.closed


def test_what_comes_later_is_not_waited_for() -> None:
    wire = asyncio.run(sent_for(REQUEST, answering(b"se", b"ven", pause=True)))
    head, *rest = wire.pieces
    assert head.endswith(b"\r\n\r\n")
    assert rest == [b"se", b"ven"]


def test_a_long_answer_is_not_gathered() -> None:
    first, second = b"a" * PIECE_BYTES, b"b" * 10
    wire = asyncio.run(sent_for(REQUEST, answering(first, second)))
    assert wire.pieces[0].endswith(first)
    assert wire.pieces[1:] == [second]


def test_nothing_is_sent_to_a_connection_that_is_gone() -> None:
    async def talk() -> Wire:
        config = uvicorn.Config(answering(b"seven"), http=HttpProtocol, lifespan="off")
        config.load()
        wire = Wire()
        protocol = HttpProtocol(config, ServerState(), {})
        protocol.connection_made(wire)
        protocol.transport.write(b"half")
        assert protocol.transport.get_write_buffer_size() == 4 + 7
        wire.close()
        await asyncio.sleep(0)
        assert protocol.transport.get_write_buffer_size() == 7
        protocol.connection_lost(None)
        return wire

    assert asyncio.run(talk()).pieces == []
