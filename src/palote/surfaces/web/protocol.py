"""HTTP as uvicorn speaks it, on connections that do not wait forever and answer in one piece."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["HttpProtocol"]

HEAD_SECONDS = 20.0
"""How long the head of a request may take, from its first byte, or from the connection on."""
PIECE_BYTES = 65536
"""As much as this is sent at once: a file is not to be gathered here."""


class HttpProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """What every `serve` gives uvicorn as its ``http``."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Wait for a head from now on."""
        super().connection_made(_Corked(transport))
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in a piece; wait on if it does not complete the head."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._waiting is None:
            self._wait()

    def on_response_complete(self) -> None:
        """Send the answer now that it is whole."""
        self.transport.send()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class _Corked:
    """A transport that sends what is written within one round of the event loop in one piece.

    uvicorn writes the head of an answer and its body by themselves, and each would be a system
    call. Between the two a process that is killed would leave half an answer behind, which a
    proxy in front of it can neither give back nor ask another worker for.

    Args:
        transport: the connection; whatever else is asked of this one is asked of it.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Send it soon: by `send`, or with this round of the loop."""
        if not self._pieces:
            asyncio.get_running_loop().call_soon(self.send)
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= PIECE_BYTES:
            self.send()

    def close(self) -> None:
        """Send what was written, then close."""
        self.send()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes have yet to be sent."""
        return self._size + self._transport.get_write_buffer_size()

    def send(self) -> None:
        """Send what was written, now."""
        pieces, self._pieces, self._size = self._pieces, [], 0
        if pieces and not self._transport.is_closing():
            self._transport.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        """Ask the connection."""
        return getattr(self._transport, name)
