"""Several trainings: with seeds, here or handed away, gathered and told apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from palote import Settings
from palote.errors import ServerError, UsageError
from palote.train import many
from palote.train.lab import Plan
from palote.train.listener import Listener
from palote.train.many import Files, Task
from palote.train.runs import Run
from tests.cli.conftest import Palote
from tests.cli.conftest import palote as palote


@pytest.fixture
def plan(pictures: Path) -> Plan:
    return Plan("scratch", (str(pictures),), epochs=2, most=60)


def in_turn(
    work: Callable[[Task], Files], tasks: Sequence[Task]
) -> Iterator[tuple[int, Files | ServerError]]:
    """Another machine: backwards, and the first of the tasks is lost on it."""
    for number in reversed(range(len(tasks))):
        yield number, work(tasks[number]) if number else ServerError("its machine is gone")


@pytest.mark.parametrize(
    ("text", "found"), [("3", (3,)), ("0-2", (0, 1, 2)), ("7, 1-2,7", (7, 1, 2))]
)
def test_seeds(text: str, found: tuple[int, ...]) -> None:
    assert many.seeds(text) == found


@pytest.mark.parametrize("text", ["", "a", "3-1", "0-9999", "-1", "1;2"])
def test_no_seeds(text: str) -> None:
    with pytest.raises(UsageError, match="--seeds must be such as 0-9"):
        many.seeds(text)


def test_elsewhere_comes_the_same_as_here(plan: Plan, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    plans = many.each_seed(plan, (4, 5))
    said: list[str] = []
    here, _ = many.train_many(plans, tmp_path / "here", settings, Listener())
    away, problems = many.train_many(
        plans, tmp_path / "away", settings, Listener(said.append), in_turn
    )
    assert problems == {"seed-4": "its machine is gone"}
    assert list(here) == ["seed-4", "seed-5"] and list(away) == ["seed-5"]
    assert away["seed-5"].model.read_bytes() == here["seed-5"].model.read_bytes()
    assert here["seed-4"].model.read_bytes() != here["seed-5"].model.read_bytes()
    assert away["seed-5"].config["seed"] == 5 and (tmp_path / "away/seed-5/report.html").is_file()
    assert not list((tmp_path / "away").glob(".*")), "nothing unfinished is left"
    # The same again does only what is missing.
    again, problems = many.train_many(
        plans,
        tmp_path / "away",
        settings,
        Listener(said.append),
        lambda work, tasks: iter([(0, work(tasks[0]))] if len(tasks) == 1 else []),
    )
    assert not problems and list(again) == ["seed-4", "seed-5"]
    found = many.compared(again, problems, settings)
    (apart,) = many.spread(found).values()
    assert isinstance(apart, dict) and apart["trainings"] == 2
    shares = [network.of(found.sets[0]).accuracy for network in found.networks]
    assert apart["lowest"] == min(shares) and apart["highest"] == max(shares)


def test_what_was_begun_here_is_not_overwritten(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "seed-1").mkdir()
    with pytest.raises(UsageError, match="has not come to its end"):
        many.train_many(many.each_seed(plan, (1,)), tmp_path, Settings(), Listener(), in_turn)


def test_the_command(palote: Palote, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    command = ("train", "scratch", "--data", pictures, "--epochs", "1", "--most", "60")
    result = palote(*command, "--seeds", "0-1", "--out", out)
    assert result.code == 0, result.err
    assert "(2 seeds)" in result.out and "promises too much" in result.err
    assert Run.is_finished(out / "seed-0") and Run.is_finished(out / "seed-1")
    (name,) = json.loads((out / "seeds.json").read_text())
    assert result.out.startswith(f"{name}: ")
    assert "seed-1" in (out / "compare.html").read_text(encoding="utf-8")
    again = palote(*command, "--seeds", "0-1", "--out", out)
    assert again.code == 0 and again.out == result.out and "trained already" in again.err
    for arguments, said in (
        (("--on", "ray"), "name their seeds"),
        (("--seeds", "0-1", "--on", "spark"), "--on must be one of here, ray"),
        (("--seeds", "x"), "--seeds must be such as"),
    ):
        wrong = palote(*command, *arguments, "--out", tmp_path / "other")
        assert wrong.code == 2 and said in wrong.err


def test_a_comparison_has_its_networks_trained_elsewhere(
    palote: Palote, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str | None, int]] = []

    def on_ray(address: str | None, cpus: int) -> many.Away:
        asked.append((address, cpus))
        return lambda work, tasks: ((number, work(task)) for number, task in enumerate(tasks))

    monkeypatch.setattr("palote.surfaces.cli.train_many._on_ray", on_ray)
    command = ("compare", "scratch", "default", "--train-on", pictures, "--data", pictures)
    options = ("--epochs", "1", "--most", "60", "--out", tmp_path / "out", "--on", "ray")
    result = palote(*command, *options, "--address", "auto", "--cpus", "3")
    assert result.code == 0, result.err
    assert asked == [("auto", 3)] and "scratch: trained, 1 of 1" in result.err
    assert "scratch: trained already" in result.err
    names = {
        one["name"] for one in json.loads((tmp_path / "out/compare.json").read_text())["networks"]
    }
    assert names == {"scratch", "default"}
