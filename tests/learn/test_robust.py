"""Nothing that was acknowledged is lost: kills, two at once, a full disk, damaged files."""

from __future__ import annotations

import hashlib
import logging
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import LearnError
from palote.learn import Teacher, database, general
from palote.learn.rows import Given
from palote.learn.store import Store
from palote.model import catalog
from palote.model.head import LAST, Head
from tests.conftest import REPOSITORY
from tests.drawing import seven
from tests.learn.conftest import Odd

PROGRAM = [sys.executable, "-m", "tests.learn.program"]


def correcting(settings: Settings, seed: int, *more: str) -> subprocess.Popen[str]:
    """Start a process that corrects without end."""
    return subprocess.Popen(
        [*PROGRAM, str(settings.data_dir), settings.store, str(seed), *more],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(process: subprocess.Popen[str]) -> list[str]:
    """What it has said until it ended."""
    assert process.stdout
    with process.stdout:
        lines = process.stdout.read().split("\n")
    process.wait()
    # What comes after the last line end was cut off.
    return [line for line in lines[:-1] if line not in ("", "open")]


def survives_kills(settings: Settings, kills: int) -> None:
    rng = np.random.default_rng()
    known: set[str] = set()
    for seed in range(kills):
        process = correcting(settings, seed)
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        time.sleep(rng.uniform(0, 0.6))
        process.send_signal(signal.SIGKILL)
        known |= set(acknowledged(process))
    # The reader works before anything is mended, and so does the teacher.
    assert Reader(settings=settings).read(seven(), expect="digit").text == "7"
    with Teacher(settings) as teacher:
        kept = teacher.corrections(limit=100_000)
        assert known <= {one.id for one in kept}
        outcome = teacher.correct(seven(), 7)
        assert outcome.corrections == len(kept) + 1
        status = teacher.status()
        assert Reader(settings=settings).version == status.version
    if not settings.store:
        with closing(sqlite3.connect(settings.data_dir / "learn" / "store.sqlite3")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.timeout(240)
def test_killed_at_any_moment(own: Settings) -> None:
    survives_kills(own, 10)


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_killed_very_often(own: Settings) -> None:
    survives_kills(own, 200)


def test_two_servers_keep_what_the_network_says_of_the_same_pictures(either: Settings) -> None:
    stores = [Store(either) for _ in range(2)]
    given = [Given(b"png %d" % n, "7", "test", "1", "m", 0) for n in range(6)]
    stores[0].ensure("default")
    stores[0].keep("default", given)
    names = {hashlib.sha256(one.png).hexdigest() for one in given}
    together = Barrier(2)

    def keep(store: Store) -> None:
        for number in range(25):
            together.wait(20)
            store.keep_seen(dict.fromkeys(names, b"said"), f"model {number}")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(keep, stores))
    for store in stores:
        assert store.seen(names, "model 24") == dict.fromkeys(names, b"said")
        store.close()


class Busy:
    """A cursor of SQLite that another process keeps from writing ahead, for some time."""

    def __init__(self, times: int) -> None:
        self.left = times

    def execute(self, _: str) -> None:
        if self.left:
            self.left -= 1
            raise sqlite3.OperationalError("database is locked")


def test_a_new_store_that_another_process_is_opening_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy = Busy(3)
    database._write_ahead(busy)
    assert busy.left == 0
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database._write_ahead(Busy(1_000_000))


@pytest.mark.timeout(120)
def test_two_processes_at_once(either: Settings) -> None:
    both = [correcting(either, seed, "4") for seed in (1, 2)]
    said = [set(acknowledged(process)) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [len(ids) for ids in said] == [4, 4]
    with Teacher(either) as teacher:
        kept = teacher.corrections()
        assert {one.id for one in kept} == said[0] | said[1] and len(kept) == 8
        numbers = [version.number for version in teacher.history()]
        assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == len(numbers)
        # What reads was learnt from all of them, or is the last that the gate let through.
        assert teacher.status().version == Reader(settings=either).version


def test_another_machine_sees_a_promotion(
    own: Settings, postgres: str, tmp_path: Path, odd: tuple[Odd, ...]
) -> None:
    here = replace(own, store=postgres)
    there = replace(here, data_dir=tmp_path / "there")
    with Teacher(here) as one, Teacher(there) as other:
        one.add_profile("both")
        other.sync()
        reader = Reader(settings=there, profile="both")
        outcome = one.correct(odd[0].write(0), odd[0].label, "both")
        assert outcome.learned and reader.version == 0
        other.sync()
        assert reader.version == outcome.version
        one.remove_profile("both")
        other.sync()
        assert reader.version == 0


def test_a_full_disk(own: Settings, odd: tuple[Odd, ...]) -> None:
    """A limit on the size of files does what a full disk does."""
    with Teacher(own) as teacher:
        kept = teacher.correct(odd[0].write(0), odd[0].label)
        version = teacher.status().version
        store = own.data_dir / "learn" / "store.sqlite3-wal"
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (store.stat().st_size, hard))
        try:
            with pytest.raises(LearnError, match="Make room"):
                for number in range(1, 200):
                    teacher.correct(odd[0].write(number), odd[0].label)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert kept.correction in [
            replace(one, state="learned") for one in teacher.corrections(limit=1000)
        ]
        assert teacher.status().version >= version
        assert teacher.correct(odd[1].write(0), odd[1].label).corrections >= 2
    with closing(sqlite3.connect(own.data_dir / "learn" / "store.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_damaged_head_is_not_used(
    teacher: Teacher, odd: tuple[Odd, ...], caplog: pytest.LogCaptureFixture
) -> None:
    one, settings = odd[0], teacher.settings
    teacher.correct(one.write(0), one.label)
    teacher.correct(one.write(1), one.label)
    path = Head.path(settings, "default")
    good = path.read_bytes()
    running = Reader(settings=settings)
    assert running.version == 2
    for damaged in (good[: len(good) // 2], _flipped(good), b"", b"PK\3\4" + bytes(500)):
        caplog.clear()
        path.write_bytes(damaged)
        with caplog.at_level(logging.WARNING):
            # One that runs goes on with what it had; a new one takes the one before.
            assert running.version == 2
            assert Reader(settings=settings).version == 1
        assert "damaged" in caplog.text and "version 1" in caplog.text
    path.with_suffix(LAST).write_bytes(b"too")
    assert Reader(settings=settings).version == 0
    assert Reader(settings=settings).read(seven(), expect="digit").text == "7"
    with Teacher(settings):
        assert Reader(settings=settings).version == 2
        assert path.read_bytes() == good


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_damaged_version_in_the_store(
    own: Settings, odd: tuple[Odd, ...], caplog: pytest.LogCaptureFixture
) -> None:
    with Teacher(own) as teacher:
        for number in range(2):
            teacher.correct(odd[0].write(number), odd[0].label)
    with closing(sqlite3.connect(own.data_dir / "learn" / "store.sqlite3")) as connection:
        (head,) = connection.execute("SELECT head FROM versions WHERE number = 2").fetchone()
        connection.execute("UPDATE versions SET head = ? WHERE number = 2", (_flipped(head),))
        connection.commit()
    with caplog.at_level(logging.WARNING), Teacher(own) as teacher:
        assert "Version 2" in caplog.text and "Version 1 reads instead" in caplog.text
        assert teacher.status().version == Reader(settings=own).version == 1
        assert teacher.correct(odd[0].write(2), odd[0].label).version == 3
        assert teacher.status().learned == 3


def test_a_new_network_learns_again_from_what_was_kept(
    own: Settings, odd: tuple[Odd, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Teacher(own) as teacher:
        for number in range(2):
            teacher.correct(odd[0].write(number), odd[0].label)
        version = teacher.status().version
    entry = catalog.find(catalog.SHIPPED, own)
    shipped = general.load(entry)
    assert entry.card is not None
    newer = replace(entry.card, sha256={**entry.card.sha256, entry.path.name: "f" * 64})
    real = catalog.find

    def find(name: str | os.PathLike[str], settings: Settings | None = None) -> catalog.Entry:
        found = real(name, settings)
        return replace(found, card=newer) if found.name == catalog.SHIPPED else found

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "find", find)
        patch.setattr(catalog.Entry, "checked_bytes", lambda self: self.path.read_bytes())
        # A head of the old network is not used with the new one.
        assert Reader(settings=own).version == 0
        with pytest.raises(LearnError, match="another network"):
            Teacher(own)
        patch.setattr("palote.learn.general.load", lambda _: replace(shipped, model="f" * 64))
        with Teacher(own) as teacher:
            newest = teacher.history()[0]
            assert newest.reason == "model" and newest.active and newest.number == version + 1
            assert Reader(settings=own).version == newest.number
            assert teacher.status().learned == 2
    assert Reader(settings=own).version == 0


def test_the_replay_is_of_the_shipped_network() -> None:
    """If this fails, run scripts/replay: there is a new network."""
    found = general.load(catalog.find(catalog.SHIPPED))
    assert len(found.gate.labels) >= 5000
    assert set(found.gate.labels) == set(found.replay.labels) == set(range(11))
    assert found.accuracy > 0.9
    assert general.replay_file().stat().st_size <= 2_000_000


def test_a_newer_store(own: Settings) -> None:
    Teacher(own).close()
    with closing(sqlite3.connect(own.data_dir / "learn" / "store.sqlite3")) as connection:
        connection.execute("INSERT INTO steps VALUES (99)")
        connection.commit()
    with pytest.raises(LearnError, match="newer Palote"):
        Teacher(own)


def test_a_store_that_is_none(own: Settings) -> None:
    path = own.data_dir / "learn" / "store.sqlite3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database, but a letter to a friend" * 100)
    with pytest.raises(LearnError, match="damaged"):
        Teacher(own)


@pytest.mark.timeout(180)
def test_a_flood_of_wrong_labels(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    one = odd[0]
    good = teacher.correct(one.write(0), one.label).version
    for number in range(12):
        outcome = teacher.correct(seven(pen=8 + number, at=(number, 0)), "1")
        assert outcome.general_after >= outcome.general_before - 0.0005
    history = teacher.history()
    assert len(history) == 13 and not all(version.kept for version in history)
    teacher.rollback(good)
    reader = Reader(settings=teacher.settings)
    assert reader.version == good
    assert reader.read(seven(), expect="digit").text == "7"
    assert reader.read(one.write(0), expect="digit").digits[0].value == one.label
