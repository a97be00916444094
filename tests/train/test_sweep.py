"""Sweeps: what is tried, here or elsewhere, and that validation alone chooses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from palote import Settings
from palote.errors import DataError, PaloteError, ServerError, UsageError
from palote.model.card import Card
from palote.model.scratch import ScratchClassifier
from palote.train import lab, sweep
from palote.train.lab import TUNED, Plan
from palote.train.listener import Listener
from palote.train.many import Files, Task
from palote.train.pages import swept
from palote.train.pages.words import Words
from palote.train.runs import Run
from palote.train.space import parsed, planned, trials
from tests.cli.conftest import Palote
from tests.cli.conftest import palote as palote

SPACE = "rate=1e-5..1e-2,batch=16|32"


@pytest.fixture
def plan(pictures: Path) -> Plan:
    return Plan("scratch", (str(pictures),), epochs=4, most=60)


def drawn(text: str, count: int, network: str = "small") -> list[dict[str, float]]:
    plan = Plan(network)
    return list(trials(parsed(text, plan), plan, count).values())


def test_lists_are_tried_in_every_combination() -> None:
    assert drawn("batch=64|128, smoothing=0|0.1", 10) == [
        {"batch": 64, "smoothing": 0.0},
        {"batch": 64, "smoothing": 0.1},
        {"batch": 128, "smoothing": 0.0},
        {"batch": 128, "smoothing": 0.1},
    ]
    three = drawn("batch=64|128,smoothing=0|0.1", 3)
    assert len(three) == 3 and all(three.count(one) == 1 for one in three)


def test_ranges_are_drawn_from() -> None:
    found = drawn("rate=1e-4..1e-2,smoothing=0..0.1,epochs=3..5", 60)
    assert found == drawn("rate=1e-4..1e-2,smoothing=0..0.1,epochs=3..5", 60)
    rates = [one["rate"] for one in found]
    assert 1e-4 <= min(rates) < 3e-4 and 4e-3 < max(rates) <= 1e-2
    # By powers of ten: half of them below the geometric middle.
    assert 20 <= sum(rate < 1e-3 for rate in rates) <= 40
    assert {one["epochs"] for one in found} == {3, 4, 5}
    assert all(0 <= one["smoothing"] <= 0.1 for one in found)
    # More of the same begin with the same.
    assert drawn("rate=1e-4..1e-2,smoothing=0..0.1,epochs=3..5", 70)[:60] == found


@pytest.mark.parametrize(
    ("network", "text", "said"),
    [
        ("small", "rate", "names no values to try"),
        ("small", "speed=1", "cannot try 'speed'. What it learns by: epochs, batch, patience"),
        ("scratch", "smoothing=0.1", "cannot try 'smoothing'"),
        ("mobilenet", "rate=1e-3", "cannot try 'rate'"),
        ("default", "batch=64", "cannot try 'batch'"),
        ("small", "seed=1|2", "cannot try 'seed'"),
        ("small", "batch=2.5", "batch must be a whole number from 1 to 65536, not '2.5'"),
        ("small", "rate=fast", "rate must be a number from 1e-08 to 10, not 'fast'"),
        ("small", "rate=1e-2..1e-3", "must grow"),
        ("small", "decay=0..1e-3", "must begin above 0"),
        ("small", "batch=8,batch=16", "names batch twice"),
    ],
)
def test_what_cannot_be_tried(network: str, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(text, Plan(network))
    assert said in str(caught.value)


def test_parameters_reach_the_training(
    keras: ModuleType, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palote.train import shipped, single

    found: list[tuple[float, ...]] = []

    def train(recipe: shipped.Recipe, *_: object) -> Card:
        found.append((recipe.rate, recipe.decay, recipe.smoothing))
        raise DataError(recipe.command)

    def fit(_: object, phase: single.Phase, *__: object) -> bool:
        found.append((phase.rate, phase.decay, phase.smoothing))
        raise DataError("enough")

    def learn(classifier: ScratchClassifier, *_: object, **__: object) -> None:
        found.append((classifier.learning_rate, classifier.l2))
        raise DataError("enough")

    monkeypatch.setattr(shipped, "train", train)
    monkeypatch.setattr(single, "fit", fit)
    monkeypatch.setattr(ScratchClassifier, "fit", learn)
    own = (shipped.Recipe.rate, shipped.Recipe.decay, shipped.Recipe.smoothing)
    for network, wanted, usual, said in (
        ("default", (0.02, 0.01, 0.07), own, "--rate 0.02 --decay 0.01 --smoothing 0.07"),
        ("small", (0.02, 0.01, 0.07), (1e-3, single.DECAY, 0.0), "enough"),
        ("scratch", (0.02, 0.01), (2e-3, 1e-5), "enough"),
    ):
        of = () if network == "default" else (str(pictures),)
        for number, values in enumerate((dict(zip(TUNED, wanted, strict=False)), {})):
            plan, out = planned(Plan(network, of, most=60), values), tmp_path / f"{network}{number}"
            with pytest.raises(DataError, match=said if values else None):
                lab.train(plan, out, Settings(), Listener(lambda line: None))
        assert found[-2:] == [wanted, usual]
    with pytest.raises(UsageError, match="mobilenet takes no --rate"):
        lab.train(Plan("mobilenet", rate=1e-3), tmp_path / "no")
    assert planned(Plan("small"), {"rate": 0.01}).command == "palote train small --rate 0.01"


def cluster(stopped: set[int], lost: set[int]) -> sweep.Elsewhere:
    """Other machines, one trial after the other: some are stopped after a round, some lost."""

    def elsewhere(
        work: Callable[[Task, Callable[[float], None]], Files],
        tasks: Sequence[Task],
        reached: Callable[[int, int, float], None],
        ended: Callable[[int, Files | PaloteError | None], None],
    ) -> None:
        for number, task in enumerate(tasks):
            told: list[float] = []
            files = work(task, told.append)
            assert len(told) == 3, "of four rounds the last is not told"
            reached(number, 1, told[0])
            if number in lost:
                ended(number, ServerError("its machine is gone"))
            else:
                ended(number, None if number in stopped else files)

    return elsewhere


def test_elsewhere_and_on_again(plan: Plan, tmp_path: Path) -> None:
    said: list[str] = []

    def run(out: str, elsewhere: sweep.Elsewhere | None, count: int = 4) -> sweep.Sweep:
        listener = Listener(said.append)
        return sweep.sweep(plan, SPACE, count, tmp_path / out, Settings(), listener, elsewhere)

    here = run("here", None)
    away = run("away", cluster(stopped={1}, lost={2}))
    assert [one.status for one in away.tried] == ["finished", "stopped", "failed", "finished"]
    assert [one.values for one in away.tried] == [one.values for one in here.tried]
    assert away.tried[1].rounds == 1 and away.tried[2].problem == "its machine is gone"
    assert [one.status for one in away.ranked] == ["finished", "finished", "stopped", "failed"]
    for number in (0, 3):
        mine, theirs = here.tried[number].run, away.tried[number].run
        assert mine and theirs and mine.model.read_bytes() == theirs.model.read_bytes()
        assert here.tried[number].validation == away.tried[number].validation
    # Validation decides, and of its equals the first.
    best = max(away.tried[number].validation or 0 for number in (0, 3))
    assert away.best and away.best.validation == best
    # The lost one is done again, the stopped one is not; a longer sweep begins with the same.
    said.clear()
    again = run("away", cluster(stopped=set(), lost=set()), 5)
    assert [one.status for one in again.tried] == [
        *("finished", "stopped", "finished", "finished", "finished")
    ]
    for before, after in zip(away.tried[:2], again.tried[:2], strict=True):
        assert (before.values, before.validation, before.rounds) == (
            *(after.values, after.validation, after.rounds),
        )
    assert "trial-01: stopped before, after round 1" in said
    assert sum(line.startswith("trial-00: trained already") for line in said) == 1
    assert not list((tmp_path / "away").glob(".*")), "nothing unfinished is left"
    with pytest.raises(UsageError, match="holds another sweep \\(sweep differs\\)"):
        sweep.sweep(plan, "batch=8|16", 4, tmp_path / "away", Settings(), Listener(said.append))
    with pytest.raises(ServerError, match="its machine is gone"):
        run("none", cluster(stopped=set(), lost={0, 1, 2, 3}))
    (tmp_path / "away" / "sweep.json").write_text("{}")
    with pytest.raises(DataError, match="damaged"):
        run("away", None)


def test_the_command(palote: Palote, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    command = ("train", "scratch", "--data", pictures, "--epochs", "1", "--most", "60")
    options = ("--sweep", "rate=1e-5|2e-3", "--out", out)
    result = palote(*command, *options)
    assert result.code == 0, result.err
    kept = json.loads((out / "sweep.json").read_text())
    assert kept["best"] == "trial-01" and list(kept["tests_of_the_best"]) == [pictures.name]
    head, first, second = result.out.splitlines()
    assert head.split() == ["Trial", "rate", "Validation", "Rounds", "Time", "State"]
    assert first.startswith("trial-01  0.002") and second.startswith("trial-00  1e-05")
    # Of the others nobody is told what they make of the test pictures.
    test = Run.read(out / "trial-01").judged[0]
    assert "its test pictures it reads" in result.err
    assert not any(line.startswith("test, ") for line in result.err.splitlines())
    assert f"{test.accuracy:.2%}".replace("%", "") in result.err
    assert "Train it again: palote train scratch" in result.err and "--rate 0.002" in result.err
    english = (out / "sweep.html").read_text(encoding="utf-8")
    assert "trial-01" in english and "<h3>rate</h3>" in english
    again = palote(*command, *options)
    assert again.code == 0 and again.out == result.out and "trained already" in again.err
    for arguments, said in (
        (("--sweep", "rate=0"), "rate must be a number"),
        (("--sweep", "rate=1", "--seeds", "0-1"), "choose one"),
        (("--on", "ray"), "or what to try, as in --sweep"),
    ):
        wrong = palote(*command, *arguments, "--out", tmp_path / "other")
        assert wrong.code == 2 and said in wrong.err


def test_the_page_in_spanish(plan: Plan, tmp_path: Path) -> None:
    found = sweep.sweep(
        plan, SPACE, 3, tmp_path, Settings(), Listener(lambda line: None), cluster({0}, {1})
    )
    page = swept.page(Words("es"), found)
    assert "Un barrido de scratch" in page and "detenido antes" in page and "fallido" in page
    assert swept.verdict(Words("es"), found)[0] in page
    assert "trial-01 falló: its machine is gone" in page
