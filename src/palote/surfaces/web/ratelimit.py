"""How much one client may have computed: a limit by address, the same over all workers.

The generic cell rate algorithm (ATM Forum TM 4.0, a token bucket turned round) keeps a single
number for each client: the moment up to which what it asked for reaches. So a table of a fixed
size does, in memory; with several workers it is a file that all of them map, and a lock that
ends with its holder, however that one dies. That is right over all workers at once, costs some
microseconds, and needs no further server.

Only what computes or changes something counts; pages come from memory. This machine itself is
not limited, as far as it can be told (`is_this_machine`): whoever works at it runs the server.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import mmap
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import Struct

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from palote.errors import UsageError
from palote.surfaces.web.admission import is_this_machine
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import RateLimited, problem
from palote.surfaces.web.security import SAFE_METHODS

__all__ = ["Allowance", "Limiter", "RateLimit"]

BURST_SECONDS = 10
"""What a client may have at once: as much as else in this time."""

FILE = "palote-rate-limit"
CUSTOMER_BITS = 64
RECORD = Struct("=8sd")
WAYS, SETS = 4, 4096
SIZE = RECORD.size * WAYS * SETS
"""Room for 16,384 clients in 256 KiB. When four share a set, the one that has asked for least of
late gives way."""


class Allowance:
    """What each client still has.

    Args:
        per_minute: how much each gets.
        shared: folder that all workers share, if there are several.
        clock: seconds, the same for all processes of this machine.
    """

    def __init__(
        self,
        per_minute: int,
        shared: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.burst = max(1, per_minute * BURST_SECONDS // 60)
        self._interval = 60 / per_minute
        self._clock = clock
        self._file = _open(shared / FILE) if shared else None
        self._table = mmap.mmap(-1 if self._file is None else self._file, SIZE)
        if self._file is not None:
            weakref.finalize(self, os.close, self._file)

    def take(self, address: str, cost: int = 1) -> float:
        """Take from what a client has.

        Args:
            address: its address; of IPv6, the network that one customer gets counts.
            cost: how much.

        Returns:
            Zero if it has it; else the seconds after which it will, and nothing is taken.
        """
        key = hashlib.blake2b(_client(address).encode(), digest_size=8).digest()
        reach = self.burst * self._interval
        with _locked(self._file):
            now = self._clock()
            place, until = self._find(key)
            # A moment that cannot be was left behind by a machine that has started anew since.
            since = until if now <= until <= now + reach else now
            until = since + min(cost, self.burst) * self._interval
            if until > now + reach:
                return until - now - reach
            RECORD.pack_into(self._table, place, key, until)
        return 0.0

    def _find(self, key: bytes) -> tuple[int, float]:
        """Return the place of a client's record, or of the one that gives way, and its moment."""
        first = int.from_bytes(key[:4], "little") % SETS * WAYS
        oldest = (0, float("inf"))
        for way in range(WAYS):
            place = (first + way) * RECORD.size
            known, until = RECORD.unpack_from(self._table, place)
            if known == key:
                return place, until
            if until < oldest[1]:
                oldest = place, until
        return oldest[0], 0.0


class Limiter:
    """Sends away whoever asks for too much.

    Args:
        allowance: what each client has; no limit if not given.
        metrics: where it is counted.
    """

    def __init__(self, allowance: Allowance | None, metrics: Metrics) -> None:
        self._allowance = allowance
        self._metrics = metrics

    def charge(self, asking: HTTPConnection, cost: int = 1) -> None:
        """Count what somebody asks for.

        Raises:
            RateLimited: it is too much.
        """
        if self._allowance is None or cost < 1 or is_this_machine(asking):
            return
        wait = self._allowance.take(asking.client.host if asking.client else "", cost)
        if wait:
            self._metrics.limited.inc()
            raise RateLimited(wait)


class RateLimit:
    """ASGI middleware that counts each request that computes or changes something."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self.app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            try:
                self._limiter.charge(HTTPConnection(scope))
            except RateLimited as refusal:
                await problem(refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _client(address: str) -> str:
    """Return what one client is known by: its address, or its network of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, CUSTOMER_BITS), strict=False))


if sys.platform == "win32":

    def _open(path: Path) -> int:
        raise UsageError("Several workers need Linux or macOS.")

    @contextlib.contextmanager
    def _locked(file: int | None) -> Iterator[None]:
        yield

else:
    import fcntl

    def _open(path: Path) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(file, SIZE)
        return file

    @contextlib.contextmanager
    def _locked(file: int | None) -> Iterator[None]:
        """Keep the other processes out.

        Locks of POSIX belong to the process, so that this also holds after a fork.
        """
        if file is None:
            yield
            return
        fcntl.lockf(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN)
