"""Reading on a cluster of two nodes: the same rows as here, whatever is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from palote.bulk.place import place
from palote.train.runs import Run
from tests.bucket import KEYS
from tests.bucket import bucket as bucket
from tests.cli.conftest import Palote
from tests.cli.conftest import palote as palote
from tests.conftest import REPOSITORY, Missing
from tests.digits import Folder
from tests.digits import folder as folder
from tests.networks import another, own_network

GOLDEN = sorted((REPOSITORY / "tests" / "golden").glob("*.png"))
PART = 20


@dataclass
class Nodes:
    """The cluster."""

    address: str
    program: subprocess.Popen[str]

    def tell(self, word: str) -> None:
        assert self.program.stdin and self.program.stdout
        self.program.stdin.write(word + "\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline() == "done\n"


@pytest.fixture(scope="module")
def nodes(missing: Missing) -> Iterator[Nodes]:
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        missing("tools", "the extra ray is not installed")
    if sys.platform == "win32":
        pytest.skip("Ray has no cluster of several nodes on one Windows machine")
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster"],
        cwd=REPOSITORY,
        env={**os.environ, **KEYS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin and program.stdout
    try:
        address = program.stdout.readline().strip()
        assert address, "the cluster does not start"
        yield Nodes(address, program)
    finally:
        program.stdin.close()
        try:
            program.wait(60)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        program.stdout.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped network as a file of one's own, whose version can change."""
    return own_network(tmp_path_factory.mktemp("network"))


def pictures(folder: Path, count: int) -> Path:
    """A folder of so many, a damaged one in every fifty."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:05d}.png"
        if number % 50 == 7:
            path.write_bytes(GOLDEN[0].read_bytes()[:60])
        else:
            os.link(*_same(GOLDEN[number % len(GOLDEN)], folder, path))
    return folder


def _same(original: Path, folder: Path, path: Path) -> tuple[Path, Path]:
    """A copy on the same disk, to link to."""
    kept = folder.with_name(f"originals-{folder.name}") / original.name
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        shutil.copy(original, kept)
    return kept, path


def rows(out: Path) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in sorted(out.glob("part-*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def without_version(found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{key: value for key, value in row.items() if key != "model_version"} for row in found]


@pytest.fixture
def driver() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``palote`` in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        program = [sys.executable, "-m", "palote", *map(str, arguments)]
        one = subprocess.Popen(
            program, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.wait()
        if one.stderr:
            one.stderr.close()


def until(parts: int, out: Path, program: subprocess.Popen[str]) -> None:
    """Wait until so many parts are written."""
    while len(list(out.glob("part-*"))) < parts:
        assert program.poll() is None, program.communicate()[1]
        time.sleep(0.02)


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled(
    nodes: Nodes,
    driver: Callable[..., subprocess.Popen[str]],
    network: Path,
    tmp_path: Path,
    palote: Palote,
) -> None:
    count = 800
    scans, out, here = pictures(tmp_path / "scans", count), tmp_path / "out", tmp_path / "here"
    command = ("read", scans, "--format", "jsonl", "--part", str(PART), "--model", network)
    cluster = (*command, "--out", out, "--on", "ray", "--address", nodes.address)

    killed = driver(*cluster)
    until(3, out, killed)
    killed.kill()
    killed.wait()
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("part-*")}
    assert 3 <= len(before) < count / PART
    first = {row["model_version"] for row in rows(out)}

    another(network)
    resumed = driver(*cluster)
    until(len(before) + 3, out, resumed)
    left = count // PART - len(list(out.glob("part-*")))
    nodes.tell("lose")
    assert left > 0
    said = resumed.communicate()[1]
    assert resumed.returncode == 1, said  # for the damaged pictures
    assert f"{count:,} rows for {count:,} pictures in {count // PART} files" in said
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("part-*")}
    assert before.items() <= after.items(), "what was written has been read again"
    assert palote(*command, "--out", here).code == 1
    found = rows(out)
    assert [row["path"] for row in found] == [str(path) for path in sorted(scans.iterdir())]
    assert without_version(found) == without_version(rows(here))
    # Another network was chosen in between, and each row says which one read it.
    versions = {row["model_version"] for row in found}
    assert len(first) == 1 and len(versions) == 2 and first < versions


@pytest.mark.timeout(300)
def test_workers_read_from_a_bucket_and_write_into_it(
    nodes: Nodes,
    bucket: str,
    driver: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
    palote: Palote,
) -> None:
    count, scans = 60, pictures(tmp_path / "scans", 60)
    source, target = f"s3://scans/boxes?{bucket}", f"s3://scans/read.jsonl?{bucket}"
    for path in scans.iterdir():
        place(source).write(path.name, path.read_bytes())
    command = ("--format", "jsonl", "--part", "20")
    cluster = ("--on", "ray", "--address", nodes.address)
    program = driver("read", source, "--out", target, *command, *cluster)
    said = program.communicate()[1]
    assert program.returncode == 1, said  # for the damaged pictures
    assert f"{count} rows for {count} pictures in 3 files" in said
    found, written = [], place(target)
    for part in range(3):
        with written.open(f"part-{part:06d}.jsonl") as file:
            found += [json.loads(line) for line in file]
    assert palote("read", scans, "--out", tmp_path / "here", *command).code == 1
    here = rows(tmp_path / "here")
    assert [row.pop("path") for row in found] == [
        f"s3://scans/boxes/{Path(str(row.pop('path'))).name}" for row in here
    ]
    # A picture is named in what is wrong with it.
    assert [row.pop("error") is None for row in found] == [row.pop("error") is None for row in here]
    assert found == here


@pytest.mark.timeout(400)
def test_a_sweep(
    nodes: Nodes,
    driver: Callable[..., subprocess.Popen[str]],
    datasets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The machines are told where the data sets are by the command.
    monkeypatch.setenv("PALOTE_DATA", str(datasets))
    # Ray gives a task of one CPU one thread; with two, sums come out another way.
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    command = ("train", "scratch", "--most", "300", "--epochs", "10", "--trials", "4")
    space = ("--sweep", "rate=1e-5..1e-2,batch=32|64")
    cluster = ("--on", "ray", "--address", nodes.address, "--cpus", "1")
    out, here = tmp_path / "out", tmp_path / "here"
    nodes.tell("gain")
    program = driver(*command, *space, "--out", out, *cluster)
    assert program.stderr
    said = ""
    while "round" not in said:
        said = program.stderr.readline()
        assert said, "it ended before a round of a trial"
    nodes.tell("lose")
    said = program.communicate()[1]
    assert program.returncode == 0, said
    assert "is best on validation" in said
    found = json.loads((out / "sweep.json").read_text())
    # As a program of its own, with matrices on one thread as there.
    local = driver(*command, *space, "--out", here)
    assert local.communicate()[1] and local.returncode == 0
    alone = json.loads((here / "sweep.json").read_text())
    # The trials are the same ones; here all of them were trained to their end.
    drawn, there = ({trial["name"]: trial for trial in one["trials"]} for one in (alone, found))
    assert {name: trial["values"] for name, trial in drawn.items()} == {
        name: trial["values"] for name, trial in there.items()
    }
    whole = {name for name, trial in there.items() if trial["status"] == "finished"}
    assert found["best"] in whole and {trial["status"] for trial in there.values()} <= {
        *("finished", "stopped"),
    }
    for name in whole:
        model, same = (Run.read(folder / name).model for folder in (out, here))
        assert model.read_bytes() == same.read_bytes()
        assert there[name]["validation"] == drawn[name]["validation"]


@pytest.mark.timeout(300)
def test_trainings_at_once(
    nodes: Nodes, driver: Callable[..., subprocess.Popen[str]], folder: Folder, tmp_path: Path
) -> None:
    mine, out = folder("mine", dict.fromkeys(range(10), 20)), tmp_path / "runs"
    command = ("train", "scratch", "--data", mine, "--epochs", "2", "--seeds", "0-1", "--out", out)
    cluster = ("--on", "ray", "--address", nodes.address, "--cpus")
    large = driver(*command, *cluster, "64")
    said = large.communicate()[1]
    assert large.returncode == 1 and "No machine of the cluster has 64 CPUs" in said
    program = driver(*command, *cluster, "1")
    said = program.communicate()[1]
    assert program.returncode == 0, said
    assert "trained, 2 of 2" in said
    runs = [Run.read(out / f"seed-{seed}") for seed in (0, 1)]
    assert [run.config["seed"] for run in runs] == [0, 1]
    assert (out / "compare.html").is_file() and "mine" in (out / "seeds.json").read_text()


@pytest.mark.timeout(120)
def test_what_a_person_gets_wrong(
    tmp_path: Path, driver: Callable[..., subprocess.Popen[str]]
) -> None:
    if find_spec("ray") is None:
        pytest.skip("the extra ray is not installed")
    scans = pictures(tmp_path / "scans", 3)
    program = driver(
        *("read", scans, "--out", tmp_path / "out.csv", "--on", "ray", "--address", "127.0.0.1:9")
    )
    said = program.communicate()[1]
    assert program.returncode == 1 and "Traceback" not in said
    assert "The Ray cluster at '127.0.0.1:9' cannot be reached" in said


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_five_thousand_pictures(
    nodes: Nodes,
    driver: Callable[..., subprocess.Popen[str]],
    network: Path,
    tmp_path: Path,
    palote: Palote,
) -> None:
    nodes.tell("gain")
    count = 5000
    scans, out, here = pictures(tmp_path / "scans", count), tmp_path / "out", tmp_path / "here"
    command = ("read", scans, "--format", "jsonl", "--part", "50", "--model", network)
    running = driver(*command, "--out", out, "--on", "ray", "--address", nodes.address)
    until(5, out, running)
    another(network)
    said = running.communicate()[1]
    assert running.returncode == 1 and f"{count:,} rows for {count:,} pictures" in said
    assert palote(*command, "--out", here).code == 1
    assert without_version(rows(out)) == without_version(rows(here))
    # It reached actors that were reading.
    assert len({row["model_version"] for row in rows(out)}) == 2
