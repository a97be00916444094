"""What the tests of learning share: asking from any address, and drawings that are read wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import anyio
import cv2
import httpx
import numpy as np
from fastapi import FastAPI
from httpx import Response

from palote import Reader

from .conftest import Picture, Strokes, drawing, encoded, strokes

ELSEWHERE = "192.168.1.77"
"""Address of another device."""

SEVEN, ONE, FOUR = (encoded(drawing(digit)) for digit in (7, 1, 4))
BLANK = encoded(np.full((90, 90), 255, np.uint8))


@dataclass(frozen=True)
class Body:
    """What a request carries.

    Attributes:
        content: the body as it is.
        image: a picture, as a field of a form.
        fields: further fields of the form.
        json: what is sent as JSON.
    """

    content: bytes | None = None
    image: bytes | None = None
    fields: Mapping[str, str] | None = None
    json: object = None


@dataclass(frozen=True)
class Asker:
    """Asks an application as a client at an address would.

    Attributes:
        app: what is asked.
        address: where the client is.
        host: what it calls the server.
        token: what it presents, if anything.
    """

    app: FastAPI
    address: str = "127.0.0.1"
    host: str = "127.0.0.1:8000"
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Body | None = None, /, **query: str) -> Response:
        """Send one request."""
        sent = body or Body()
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}

        async def send() -> Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 40000))
            async with httpx.AsyncClient(
                transport=transport, base_url=f"http://{self.host}", timeout=60
            ) as client:
                return await client.request(
                    method,
                    path,
                    params=query or None,
                    content=sent.content,
                    files={"image": ("x.png", sent.image)} if sent.image else None,
                    data=sent.fields,
                    json=sent.json,
                    headers={**self.headers, **own},
                )

        return anyio.run(send)

    def teach(self, picture: bytes, label: str, **query: str) -> Response:
        """Teach what a picture is."""
        return self.ask("POST", "/api/corrections", Body(picture), label=label, **query)


@dataclass(frozen=True)
class Hard:
    """A drawing that the shipped network takes for another digit.

    Attributes:
        digit: what it is meant to be.
        strokes: in shares of the sheet.
        share: what the network gives the right digit.
    """

    digit: int
    strokes: Strokes
    share: float

    @property
    def picture(self) -> bytes:
        """It as a PNG file, drawn with a pen."""
        return encoded(_drawn(self.strokes))


@dataclass(frozen=True)
class _Bend:
    """How a digit is bent.

    Attributes:
        slant: sideways for each unit of height.
        turn: in degrees.
        wide: width, as a share of the person's.
        cut: how much is left of the last stroke.
    """

    slant: float = 0.0
    turn: float = 0.0
    wide: float = 1.0
    cut: float = 1.0

    def part(self, share: float) -> _Bend:
        """A part of the way from the person's digit to this one."""
        return _Bend(
            share * self.slant,
            share * self.turn,
            1 - share * (1 - self.wide),
            1 - share * (1 - self.cut),
        )

    def of(self, digit: int) -> Strokes:
        """The digit bent, in the middle of a sheet of 1."""
        across, up = np.cos(np.deg2rad(self.turn)), np.sin(np.deg2rad(self.turn))
        slant = np.array([[self.wide, -self.slant], [0.0, 1.0]])
        bend = np.array([[across, -up], [up, across]]) @ slant
        lines = [np.array(stroke) @ bend.T for stroke in strokes(digit, 1.0)]
        lines[-1] = lines[-1][: max(2, int(len(lines[-1]) * self.cut))]
        points = np.concatenate(lines)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = 0.7 / max(high - low)
        return [[tuple((one - (low + high) / 2) * scale + 0.5) for one in line] for line in lines]


MOST = 20
"""Wrongly read drawings that are looked at closely."""

HALVINGS = 6
"""Of the way from a person's digit to one that is read wrongly."""


@lru_cache(maxsize=1)
def hard_drawings() -> tuple[Hard, ...]:
    """Bend people's digits until the shipped network reads another one; the nearest misses first.

    Whatever the network of the day is, some are beyond it. Each is bent no further than needed:
    what nobody would read as that digit, nothing should learn either.
    """
    reader = Reader(profile="none")
    ways = [
        (digit, _Bend(slant, turn, wide, cut))
        for digit in range(10)
        for slant in (-0.9, 0.9)
        for turn in (-30, 30)
        for wide in (0.45, 1.0)
        for cut in (1.0, 0.75)
    ]
    pictures = (_drawn(bend.of(digit)) for digit, bend in ways)
    furthest = reader.read_many(pictures, expect="digit")
    wrong = [
        (digit, bend)
        for (digit, bend), reading in zip(ways, furthest, strict=True)
        if reading.digits and reading.digits[0].value != str(digit)
    ]
    found = []
    for digit, bend in wrong[:: max(1, len(wrong) // MOST)]:
        right, share, near = 0.0, 1.0, (bend.of(digit), 0.0)
        for _ in range(HALVINGS):
            middle = (right + share) / 2
            lines = bend.part(middle).of(digit)
            read = reader.read(_drawn(lines), expect="digit").digits[0]
            if read.value == str(digit):
                right = middle
            else:
                share, near = middle, (lines, float(read.probabilities[digit]))
        found.append(Hard(digit, *near))
    return tuple(sorted(found, key=lambda one: -one.share))


def _drawn(lines: Strokes, side: int = 160) -> Picture:
    sheet: Picture = np.full((side, side), 255, np.uint8)
    for line in lines:
        points = np.rint(np.array(line) * side * 8).astype(np.int32)
        cv2.polylines(sheet, [points], False, 0, 8, cv2.LINE_AA, 3)
    return sheet
