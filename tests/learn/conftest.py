"""Teachers with a store of their own, a private PostgreSQL, and pictures that are read wrong."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader, Settings
from palote.learn import Teacher

Picture = NDArray[np.uint8]

SHAPES = {
    "1": (
        "44 0 44 88 56 100 72 84",
        "30 0 50 90 80 60",
        "20 20 80 20 80 80 20 80 20 20",
    ),
    "7": (
        "14 14 30 2 74 6 62 44 52 92 66 100 80 88",
        "20 10 60 10 50 60 40 95 70 95",
        "20 20 50 80 80 20 / 20 80 80 80",
        "20 50 80 50 / 50 20 50 80 / 25 25 75 75",
    ),
    "4": ("40 20 80 90 10 90 40 20", "20 0 20 60 70 60 70 0", "30 0 30 60 70 60 / 70 30 70 100"),
    "9": ("70 16 48 2 30 18 34 40 54 38 70 14 52 58 44 100", "30 10 70 10 70 50 30 50 30 10"),
    "0": ("10 50 50 30 90 50 50 70 10 50 / 70 20 30 80", "20 20 80 20 80 60 20 60 20 20"),
    "2": ("20 20 80 80 / 80 20 20 80", "15 80 30 20 50 80 70 20 85 80"),
}
"""Odd ways to write a digit, as strokes in a box of 100: a triangle for a 4, and so on."""


@dataclass(frozen=True)
class Odd:
    """One odd way of writing, of which there are as many pictures as one likes.

    Attributes:
        label: the digit that is meant.
        way: the strokes.
    """

    label: str
    way: str

    def write(self, number: int) -> Picture:
        """Write it for the so manieth time: uint8 (160, 160), dark on light."""
        rng = np.random.default_rng(number)
        sheet = np.full((160, 160), 255, np.uint8)
        turn = np.eye(2) + rng.normal(0, 0.05, (2, 2))
        for stroke in self.way.split("/"):
            points = (np.array(stroke.split(), float).reshape(-1, 2) - 50) @ turn.T + 80
            points += rng.normal(0, 1.5, points.shape)
            cv2.polylines(sheet, [np.rint(points).astype(np.int32)], False, 0, 7, cv2.LINE_AA)
        return sheet


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Odd, ...]:
    """Ways of writing that the shipped network reads wrong, and may learn."""
    reader = Reader(profile="none")
    settings = replace(Settings.from_environment(), data_dir=tmp_path_factory.mktemp("odd"))
    found: list[Odd] = []
    with Teacher(settings) as teacher:
        for one in (Odd(label, way) for label, several in SHAPES.items() for way in several):
            if len(found) == 2 and one.label == found[0].label == found[1].label:
                continue
            pictures = [one.write(number) for number in range(4)]
            if any(reader.read(p, expect="digit").text == one.label for p in pictures):
                continue
            name = f"way {len(found)}"
            teacher.add_profile(name) if name not in {
                p.name for p in teacher.profiles()
            } else teacher.delete_all(name)
            outcomes = [teacher.correct(picture, one.label, name) for picture in pictures[:3]]
            # What the second look alone withholds, the network itself may have read right.
            if all(outcome.learned for outcome in outcomes) and outcomes[0].own_before == 0:
                found.append(one)
    labels = {one.label for one in found}
    assert len(labels) > 1, "no odd way of writing is learnt any more: add others to SHAPES"
    first = found[0]
    return (first, *(one for one in found if one.label != first.label))


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings with folders of their own."""
    return replace(Settings.from_environment(), data_dir=tmp_path / "data")


@pytest.fixture
def teacher(own: Settings) -> Iterator[Teacher]:
    with Teacher(own) as made:
        yield made


def _as(user: str | None) -> dict[str, str | list[str]]:
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres(missing: Callable[[str, str], None]) -> Iterator[str]:
    """The address of a PostgreSQL server that is this test run's own, reached by a socket."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    places = [shutil.which("initdb"), *map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    initdb = next((Path(place) for place in places if place), None)
    if initdb is None:
        missing("tools", "there is no PostgreSQL here (the Debian package postgresql)")
    assert initdb is not None
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="palote-pg-"))
    try:
        if user:
            known = pwd.getpwnam(user)
            os.chown(folder, known.pw_uid, known.pw_gid)
        subprocess.run(
            [initdb, "-D", folder / "data", "-A", "trust", "-U", "palote", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **_as(user),  # type: ignore[call-overload]
        )
        control = [initdb.with_name("pg_ctl"), "-D", folder / "data", "-w", "-t", "50"]
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        subprocess.run(
            [*control, "-l", folder / "log", "-o", options, "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **_as(user),  # type: ignore[call-overload]
        )
        try:
            yield f"postgresql://palote@/postgres?host={folder}"
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=folder,
                **_as(user),  # type: ignore[call-overload]
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, own: Settings) -> Settings:
    """Settings with an empty store: first SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return own
    address = request.getfixturevalue("postgres")
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return replace(own, store=address)
