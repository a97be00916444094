"""Reading into a folder of files: what comes out, stopped and gone on with, and counted."""

from __future__ import annotations

import csv
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from palote import Reader, Settings
from palote.bulk import job as jobs
from palote.bulk.current import Now, Wanted
from palote.bulk.job import Job
from palote.bulk.place import shown
from palote.bulk.rows import FORMATS, Row
from palote.bulk.sources import Entry
from palote.errors import DataError, UsageError
from tests.networks import another, own_network

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*[!k].png"))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Some thirty pictures, one of them damaged, one with a name that is no text."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for path in GOLDEN[:16]:
        shutil.copy(path, folder)
    (folder / "zz-bad.png").write_bytes(GOLDEN[0].read_bytes()[:70])
    return folder


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """The shipped network as a file of one's own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    return own_network(folder)


def job(scans: Path, out: Path, size: int = 5) -> Job:
    return Job((str(scans),), str(out), None, None, "auto", None, size, Settings())


def listed(one: Job) -> Callable[[], Iterator[Entry]]:
    files = sorted(Path(one.sources[0]).iterdir())
    return lambda: (Entry(str(path), 0, str(path)) for path in files)


def current(model: Path | None = None) -> Now:
    return Now(Wanted(str(model) if model else None, "auto", None, None, Settings()))


def rows(out: Path) -> list[Row]:
    """What was written, in order."""
    return [
        json.loads(line)
        for path in sorted(out.glob("part-*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def nothing(count: int) -> None:
    pass


def test_rows_say_what_the_reader_says(scans: Path, tmp_path: Path) -> None:
    wanted = job(scans, tmp_path / "out.jsonl")
    begun, before = jobs.begun(wanted, listed(wanted))
    told: list[int] = []
    jobs.read_here(begun, jobs.pending(begun), current(), told.append)
    found = rows(tmp_path / "out.jsonl")
    assert not before and sum(told) == len(found) == begun.inputs == 17
    answers = Reader().read_many([one["path"] for one in found], on_error="return")
    for one, answer in zip(found[:-1], answers, strict=False):
        assert (one["text"], one["status"]) == (answer.text, answer.status)
        assert one["confidence"] == pytest.approx(answer.confidence, abs=1e-5)
        assert sum(one["probabilities"][0]) == pytest.approx(1, abs=1e-4)
        assert len(one["model_version"]) == 12 and one["model"] == "default"
    bad = found[-1]
    assert bad["status"] == "error" and bad["code"] == "corrupt-image" and bad["error"]
    assert jobs.check(begun)["error"] == 1 and jobs.check(begun).total() == 17


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_same(scans: Path, tmp_path: Path, name: str) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / f"out.{name}"
    wanted = job(scans, out, size=9)
    begun, _ = jobs.begun(wanted, listed(wanted))
    jobs.read_here(begun, jobs.pending(begun), current(), nothing)
    assert [path.name for path in sorted(out.glob("part*"))] == [
        f"part-000000.{name}",
        f"part-000001.{name}",
    ]
    assert jobs.check(begun)["error"] == 1
    if name == "csv":
        with (out / "part-000000.csv").open(newline="") as file:
            first = next(csv.DictReader(file))
        assert first["text"] == "0" and float(first["p0"]) > 0.9
    if name == "parquet":
        from pyarrow import parquet

        # As anyone reads it: the whole folder is one table.
        table = parquet.read_table(out)
        assert table.num_rows == 17 and len(table["probabilities"][0].as_py()[0]) == 10


def test_the_end_of_a_target_that_is_no_format_is_refused(scans: Path, tmp_path: Path) -> None:
    for end in ("xls", "XLSX", "json"):
        with pytest.raises(UsageError, match=r"End the target in .parquet, .csv or .jsonl"):
            _ = job(scans, tmp_path / f"out.{end}").writes
    said = replace(job(scans, tmp_path / "out.json"), format="csv")
    assert said.writes.suffix == "csv"


def test_a_job_that_was_stopped_goes_on(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    wanted = job(scans, out)
    begun, _ = jobs.begun(wanted, listed(wanted))
    read = 0

    def stop(count: int) -> None:
        nonlocal read
        read += count
        if read > 5:  # in the second part, before it is written
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.read_here(begun, jobs.pending(begun), current(), stop)
    first = (out / "part-000000.jsonl").stat().st_mtime_ns
    (scans / "a-new.png").write_bytes(GOLDEN[0].read_bytes())
    again, before = jobs.begun(wanted, listed(wanted))
    assert before and again == begun and jobs.pending(again) == [1, 2, 3]
    jobs.read_here(again, jobs.pending(again), current(), nothing)
    assert (out / "part-000000.jsonl").stat().st_mtime_ns == first
    paths = [one["path"] for one in rows(out)]
    assert len(paths) == len(set(paths)) == 17 == jobs.check(again).total()
    assert not list(out.rglob("*.part"))


def test_a_list_that_was_not_finished_is_made_anew(scans: Path, tmp_path: Path) -> None:
    wanted = job(scans, tmp_path / "out.jsonl")

    def broken() -> Iterator[Entry]:
        yield from list(listed(wanted)())[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.begun(wanted, broken)
    begun, before = jobs.begun(wanted, listed(wanted))
    assert not before and begun.inputs == 17


def test_what_does_not_add_up_is_told(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    wanted = job(scans, out)
    begun, _ = jobs.begun(wanted, listed(wanted))
    jobs.read_here(begun, jobs.pending(begun), current(), nothing)
    part = out / "part-000001.jsonl"
    part.write_text("".join(part.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match=r"part-000001\.jsonl has 4 rows, but its list 5"):
        jobs.check(begun)
    part.write_text("{cut")
    with pytest.raises(DataError, match=r"part-000001\.jsonl is damaged"):
        jobs.check(begun)
    part.unlink()
    with pytest.raises(DataError, match=r"There is no file .*part-000001\.jsonl"):
        jobs.check(begun)


def test_another_job_does_not_mix_with_it(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    wanted = job(scans, out)
    jobs.begun(wanted, listed(wanted))
    with pytest.raises(UsageError, match="size was 5"):
        jobs.begun(job(scans, out, size=6), listed(wanted))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        jobs.begun(job(scans, tmp_path / "full"), listed(wanted))
    with pytest.raises(UsageError, match="is a file"):
        jobs.begun(job(scans, tmp_path / "full" / "mine.txt"), listed(wanted))


def test_another_network_reads_from_the_next_batch_on(
    scans: Path, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 4)
    out = tmp_path / "out.jsonl"
    wanted = job(scans, out, size=16)
    begun, _ = jobs.begun(wanted, listed(wanted))
    now = current(network)
    before = now.version

    def change(count: int) -> None:
        if now.version == before:
            another(network)

    jobs.read_here(begun, jobs.pending(begun), now, change)
    versions = [one["model_version"] for one in rows(out)]
    assert before != now.version and versions == [before] * 4 + [now.version] * 13
    # A file that is no network, half copied perhaps: the one before it goes on.
    network.write_bytes(b"half")
    assert now.now()[1] == versions[-1]


def test_a_network_travels_as_files(tmp_path: Path, network: Path) -> None:
    packed = current(network).snapshot()
    shutil.rmtree(network.parent)
    reader = packed.unpacked(tmp_path / "elsewhere")
    assert reader.name == "mine" and reader.read(str(GOLDEN[0])).text == "0"
    shipped = current().snapshot()
    assert not shipped.files and shipped.unpacked(tmp_path / "again").name == "default"


def test_a_crash_is_a_row_of_its_picture_alone(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palote import reader as reading

    load = reading.load

    def crash(source: str, settings: Settings) -> object:
        if "1-photo.png" in source:
            raise RuntimeError("unforeseen")
        return load(source, settings)

    monkeypatch.setattr(reading, "load", crash)
    wanted = job(scans, tmp_path / "out.jsonl")
    begun, _ = jobs.begun(wanted, listed(wanted))
    jobs.read_here(begun, jobs.pending(begun), current(), nothing)
    found = {Path(one["path"]).name: one for one in rows(tmp_path / "out.jsonl")}
    assert found["1-photo.png"]["status"] == "error"
    assert "unforeseen" in found["1-photo.png"]["error"]
    assert jobs.check(begun)["error"] == 2


def test_threads_do_not_pile_up(scans: Path, tmp_path: Path) -> None:
    wanted = job(scans, tmp_path / "out.jsonl", size=2)
    begun, _ = jobs.begun(wanted, listed(wanted))
    now = current()
    threads = threading.active_count()
    jobs.read_here(begun, jobs.pending(begun), now, nothing)
    assert threading.active_count() == threads


def test_no_password_is_written_down() -> None:
    url = "s3://key:secret@scans/2024?endpoint_override=127.0.0.1:9000&scheme=http"
    asked = Job((url,), "out.csv", None, None, "auto", None, 5, Settings()).asked
    assert "secret" not in json.dumps(asked) and shown(url) == "s3://scans/2024"
