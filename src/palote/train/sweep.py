"""A sweep: one network trained with other parameters again and again, and the best of them.

Which is best the validation pictures alone decide. So the test pictures, which each training
scores once at its end, are looked at for the winner only: chosen by its test score, a network
promises too much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from palote.data.saving import save
from palote.errors import DataError, PaloteError, UsageError
from palote.model.card import Card
from palote.result import Json
from palote.settings import Settings
from palote.train.contenders import trained
from palote.train.lab import Plan
from palote.train.listener import Listener
from palote.train.many import Files, Task, tasks_of, trained_files, write_run
from palote.train.runs import Run
from palote.train.space import Value, parsed, planned, trials

__all__ = ["Elsewhere", "Sweep", "Tried", "sweep"]

KEPT = "sweep.json"
STATES = ("finished", "stopped", "failed", "open")
"""Of a trial: stopped early, for others were better; open as long as it is not done."""

Elsewhere = Callable[
    [
        Callable[[Task, Callable[[float], None]], Files],
        Sequence[Task],
        Callable[[int, int, float], None],
        Callable[[int, Files | PaloteError | None], None],
    ],
    None,
]
"""Does something for each task, elsewhere; tells how good each is on its way, and what came out:
the files, what went wrong, or None if it was stopped for others were better."""


@dataclass(frozen=True)
class Tried:
    """One trial.

    Attributes:
        name: of its run folder.
        values: of its parameters.
        command: that trains it again.
        validation: share of the validation pictures that it reads right in the end; of one that
            was stopped, when it was; None if it failed.
        rounds: over the training pictures, if they were counted.
        run: the training; None if it was stopped or failed.
        problem: why it failed.
    """

    name: str
    values: Mapping[str, Value]
    command: str
    validation: float | None = None
    rounds: int = 0
    run: Run | None = field(default=None, repr=False)
    problem: str = ""

    @property
    def status(self) -> str:
        """One of `STATES`."""
        if self.run:
            return "finished"
        return "stopped" if self.validation is not None else "failed" if self.problem else "open"

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        return {
            "name": self.name,
            "status": self.status,
            "values": dict(self.values),
            "validation": self.validation,
            "rounds": self.rounds,
            "seconds": self.run.seconds if self.run else None,
            "problem": self.problem or None,
            "command": self.command,
        }


@dataclass(frozen=True)
class Sweep:
    """What came out.

    Attributes:
        plan: what was trained otherwise.
        space: what was tried, as it was written.
        tried: the trials, in the order in which they were drawn.
    """

    plan: Plan
    space: str
    tried: tuple[Tried, ...]

    @property
    def ranked(self) -> list[Tried]:
        """The best first; those that were stopped or failed last."""
        return sorted(self.tried, key=lambda one: (STATES.index(one.status), -_share(one)))

    @property
    def best(self) -> Tried | None:
        """The finished one that reads most validation pictures right; of equal ones the first."""
        first = self.ranked[0]
        return first if first.run else None

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        best = self.best
        tests: dict[str, Json] = {}
        if best and best.run:
            tests = {judged.name: judged.to_dict() for judged in best.run.judged}
        return {
            "asked": _asked(self.plan, self.space),
            "best": best.name if best else None,
            "tests_of_the_best": tests,
            "trials": [one.to_dict() for one in self.ranked],
        }

    def write(self, out: Path) -> Path:
        """Write ``sweep.json``, with which the same sweep goes on; return its path."""
        path = out / KEPT
        save(path, (json.dumps(self.to_dict(), indent=2) + "\n").encode("utf-8"))
        return path


def sweep(
    plan: Plan,
    space: str,
    count: int,
    out: Path,
    settings: Settings,
    listener: Listener,
    elsewhere: Elsewhere | None = None,
) -> Sweep:
    """Train with many parameters; what is finished in the same folder is not done again.

    Args:
        plan: what is trained otherwise.
        space: what is tried, see `space.parsed`.
        count: trials at most.
        out: folder of the run folders.
        settings: where the data sets are.
        listener: is told how it goes.
        elsewhere: does them at once on other machines, and may stop poor ones early; here and
            one after the other if not given.

    Raises:
        UsageError: the space cannot be understood, or another sweep lies in the folder.
        PaloteError: no trial came to its end; the error of the first.
    """
    values = trials(parsed(space, plan), plan, count)
    plans = {name: planned(plan, one) for name, one in values.items()}
    found = {name: Tried(name, values[name], one.command) for name, one in plans.items()}
    found.update(_stopped(out, plan, space, found))
    listener.say(f"{len(found)} trials of {plan.network}, in {out}")
    silent = replace(listener, say=lambda line: _without_tests(line, listener))
    problems: dict[str, PaloteError] = {}

    def keep(tried: Tried) -> None:
        found[tried.name] = tried
        Sweep(plan, space, tuple(found.values())).write(out)

    todo: dict[str, Plan] = {}
    for name, one in plans.items():
        if found[name].status == "stopped":
            listener.say(f"{name}: stopped before, after round {found[name].rounds}")
        elif elsewhere is not None and not Run.is_finished(out / name):
            todo[name] = one
        else:
            try:
                run = trained(one, out / name, settings, silent, name)
                keep(_finished(found[name], run))
            except PaloteError as error:
                problems[name] = error
                keep(replace(found[name], problem=str(error)))
                listener.say(f"{name}: {error}")
    if elsewhere is not None and todo:
        away = _Away(list(todo), found, out, listener, keep, problems)
        elsewhere(_tried, tasks_of(todo, out, settings), away.reached, away.ended)
    result = Sweep(plan, space, tuple(found.values()))
    if result.best is None:
        raise next(iter(problems.values()), DataError("No trial came to its end."))
    return result


@dataclass
class _Away:
    """Hears of trials on other machines, by their numbers, and keeps what comes back."""

    names: Sequence[str]
    found: Mapping[str, Tried]
    out: Path
    listener: Listener
    keep: Callable[[Tried], None]
    problems: dict[str, PaloteError]
    told: dict[int, tuple[float, int]] = field(default_factory=dict)
    over: int = 0

    def reached(self, number: int, rounds: int, validation: float) -> None:
        """Note how good a trial is after so many rounds."""
        name, share = self.names[number], f"{100 * validation:.2f} %"
        self.listener.say(f"{name}: round {rounds}, {share} of validation")
        self.told[number] = validation, rounds

    def ended(self, number: int, outcome: Files | PaloteError | None) -> None:
        """Keep what came out of a trial."""
        name, self.over = self.names[number], self.over + 1
        tried, so_many = self.found[name], f"{self.over} of {len(self.names)}"
        if isinstance(outcome, PaloteError):
            self.problems[name] = outcome
            self.keep(replace(tried, problem=str(outcome)))
            self.listener.say(f"{name}: {outcome}")
        elif outcome is None:
            validation, rounds = self.told[number]
            self.keep(replace(tried, validation=validation, rounds=rounds))
            self.listener.say(f"{name}: stopped after round {rounds}, {so_many}")
        else:
            write_run(self.out / name, outcome)
            self.keep(_finished(tried, Run.read(self.out / name)))
            self.listener.say(f"{name}: trained, {so_many}")
        self.listener.step(self.over, len(self.names), "trials")


def _tried(task: Task, tell: Callable[[float], None]) -> Files:
    """Train, and tell after each round but the last, when there is nothing left to stop."""

    def reached(done: int, total: int, validation: float) -> None:
        if done < total:
            tell(validation)

    return trained_files(task, Listener(reached=reached))


def _finished(tried: Tried, run: Run) -> Tried:
    card = run.folder / f"{run.name}.card.json"
    scores = Card.from_json(card.read_text(encoding="utf-8"), str(card)).scores
    return replace(tried, validation=scores["validation"], rounds=len(run.epochs), run=run)


def _stopped(out: Path, plan: Plan, space: str, wanted: Mapping[str, Tried]) -> dict[str, Tried]:
    """Return the trials of the same sweep that were stopped early.

    Raises:
        UsageError: another sweep lies in the folder.
        DataError: what it wrote there is damaged.
    """
    path = out / KEPT
    if not path.is_file():
        return {}
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        asked = dict(before["asked"])
        stopped = {
            str(one["name"]): (float(one["validation"]), int(one["rounds"]))
            for one in before["trials"]
            if one["status"] == "stopped"
            and one["name"] in wanted
            and one["values"] == dict(wanted[one["name"]].values)
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{str(path)!r} is damaged. Delete it, or give another --out.") from error
    changed = [key for key, value in _asked(plan, space).items() if asked.get(key) != value]
    if changed:
        raise UsageError(
            f"{str(out)!r} holds another sweep ({', '.join(changed)} differs). Give the same "
            "options, or another folder with --out."
        )
    return {
        name: replace(wanted[name], validation=validation, rounds=rounds)
        for name, (validation, rounds) in stopped.items()
    }


def _asked(plan: Plan, space: str) -> dict[str, Json]:
    told = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(plan).items()}
    return {"sweep": space, **told}


def _without_tests(line: str, listener: Listener) -> None:
    """Hand on what a training says, but for how it read its test pictures."""
    if not line.startswith("test, "):
        listener.say(line)


def _share(tried: Tried) -> float:
    return tried.validation or 0.0
