"""Who may teach, and whose pictures they see: ``palote serve --learn``.

- This machine needs nothing, and may teach every profile: the store is its user's own.
- A device that ``--lan`` has let in needs nothing more: whoever sits at the terminal has shown
  it the link, and its session is as hard to guess as a token, travels over HTTPS only, and is
  out of reach of scripts and of other sites. But it teaches and sees only the profile that the
  server was started with; for another one it needs that one's token.
- Everyone else sends a profile's token (``Authorization: Bearer``), and teaches and sees that
  profile only. The store compares the token in a time that does not tell how much was right.

Reading follows the same rule, but that the profile of the server is for all who may read. An
address that presents too many wrong tokens, or changes too much in a minute, is held off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

from palote.surfaces.web.admission import TRIES, WINDOW_SECONDS, is_this_machine
from palote.surfaces.web.problems import (
    Forbidden,
    TokenNeeded,
    TokenWrong,
    TooManyRequests,
    TooManyTries,
)
from palote.surfaces.web.teaching import Teaching, same_profile

__all__ = [
    "CHANGES",
    "NOTHING_LEARNT",
    "Access",
    "Changing",
    "Gate",
    "ProfileQuery",
    "Seeing",
    "profile_to_read",
]

CHANGES = 120
"""Corrections and other changes that one address may make within `WINDOW_SECONDS`."""

NOTHING_LEARNT = "none"
"""The profile that nobody has: the shipped network alone."""

ADDRESSES_REMEMBERED = 1000


@dataclass(frozen=True)
class Access:
    """What whoever asks may do.

    Attributes:
        usual: profile that is meant if none is named.
        every: whether all profiles may be seen and changed, or the usual one only.
    """

    usual: str
    every: bool

    def profile(self, asked: str | None) -> str:
        """Return the profile that is meant.

        Raises:
            Forbidden: it is somebody else's.
        """
        if not asked or same_profile(asked, self.usual):
            return self.usual
        if not self.every:
            raise Forbidden(
                f"This is for the profile {self.usual!r} only. For {asked[:40]!r}, send its own "
                "token."
            )
        return asked


class Gate:
    """Tells who asks. It is asked in the event loop only.

    Args:
        teaching: knows the tokens.
        admitting: whether whoever comes in from beyond this machine was let in by a link.
        clock: seconds, of any origin.
    """

    def __init__(
        self, teaching: Teaching, admitting: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._teaching = teaching
        self._admitting = admitting
        self._wrong = _Recent(TRIES, clock)
        self._changes = _Recent(CHANGES, clock)

    async def see(self, request: Request) -> Access:
        """Return what whoever asks may see.

        Raises:
            Forbidden: another site asks.
            TokenNeeded: a token is missing, or nobody's.
            TooManyTries: this address has presented too many wrong ones.
        """
        # The guard of all routes lets a link of another site open a page; this is none.
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Forbidden("Requests from another site are refused.")
        usual = self._teaching.profile
        if is_this_machine(request):
            return Access(usual, every=True)
        token = _token(request)
        if token is not None:
            return Access(await self._owner(token, _address(request)), every=False)
        if self._admitting:
            return Access(usual, every=False)
        raise TokenNeeded(self._teaching.how_to_get_in)

    async def change(self, request: Request) -> Access:
        """Return what whoever asks may change; count it.

        Raises:
            TooManyRequests: this address has changed too much in the last minute.
        """
        access = await self.see(request)
        address = _address(request)
        if self._changes.full(address):
            raise TooManyRequests(
                f"At most {CHANGES} corrections a minute are taken. Wait a minute, or hand in "
                "many at once: POST /api/corrections/import."
            )
        self._changes.add(address)
        return access

    async def _owner(self, token: str, address: str) -> str:
        if self._wrong.full(address):
            raise TooManyTries("Too many wrong tokens. Wait a minute, then try again.")
        owner = await self._teaching.owner(token)
        if owner is None:
            self._wrong.add(address)
            raise TokenWrong("This token is nobody's. It may have been replaced by a new one.")
        return owner


async def _see(request: Request) -> Access:
    gate: Gate = request.app.state.gate
    return await gate.see(request)


async def _change(request: Request) -> Access:
    gate: Gate = request.app.state.gate
    return await gate.change(request)


Seeing: TypeAlias = Annotated[Access, Depends(_see)]
"""A route's parameter: what whoever asks may see."""

Changing: TypeAlias = Annotated[Access, Depends(_change)]
"""A route's parameter: what whoever asks may change; counted."""

ProfileQuery: TypeAlias = Annotated[
    str | None, Query(description="Whose; if left out, the server's usual one or the token's.")
]


async def profile_to_read(request: Request, asked: str | None, usual: str) -> str | None:
    """Return the profile that reads, None for the server's usual one.

    Raises:
        Forbidden: it is somebody else's.
        TokenNeeded: as for `Gate.see`.
    """
    if not asked or same_profile(asked, usual):
        return None
    if asked.casefold() == NOTHING_LEARNT:
        return NOTHING_LEARNT
    gate: Gate | None = request.app.state.gate
    if gate is not None:
        return (await gate.see(request)).profile(asked)
    return Access(usual, every=is_this_machine(request)).profile(asked)


def _token(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


class _Recent:
    """How often each address has done something of late.

    Args:
        most: times within `WINDOW_SECONDS`.
        clock: seconds, of any origin.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._moments: dict[str, list[float]] = {}

    def full(self, address: str) -> bool:
        since = self._clock() - WINDOW_SECONDS
        recent = [moment for moment in self._moments.pop(address, []) if moment > since]
        if recent:
            self._moments[address] = recent
        return len(recent) >= self._most

    def add(self, address: str) -> None:
        self._moments.setdefault(address, []).append(self._clock())
        if len(self._moments) > ADDRESSES_REMEMBERED:
            del self._moments[next(iter(self._moments))]
