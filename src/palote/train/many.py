"""Several trainings: one after the other here, or handed to whoever can do them at once.

Each is done in a folder of its own and comes back as its files, so that the machine that did
it need not share a disk with this one. A training that is finished is never done again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory

from palote.errors import PaloteError, UsageError
from palote.result import Json
from palote.settings import Settings
from palote.train import lab
from palote.train.comparison import Comparison
from palote.train.contenders import trained
from palote.train.listener import Listener
from palote.train.measure import measure
from palote.train.runs import Run

__all__ = [
    "Away",
    "Files",
    "Task",
    "compared",
    "each_seed",
    "seeds",
    "spread",
    "tasks_of",
    "train_many",
    "trained_files",
    "write_run",
]

MOST = 1000
RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")

Files = dict[str, bytes]
"""The files of a run folder, by their path in it."""


@dataclass(frozen=True)
class Task:
    """A training.

    Attributes:
        plan: what is trained on what.
        settings: where the data sets are.
    """

    plan: lab.Plan
    settings: Settings


Away = Callable[
    [Callable[[Task], Files], Sequence[Task]], Iterator[tuple[int, Files | PaloteError]]
]
"""Does something for each task, elsewhere; gives the number of each that is done, and the files."""


def seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that a person names.

    Raises:
        UsageError: it is no list of them.

    >>> seeds("0-3,7")
    (0, 1, 2, 3, 7)
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        match = RANGE.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else -1
        if last < first or last - first >= MOST:
            raise UsageError(
                f"--seeds must be such as 0-9 or 1,5,7, at most {MOST:,} of them, not {text!r}."
            )
        found.update(dict.fromkeys(range(first, last + 1)))
    return tuple(found)


def each_seed(plan: lab.Plan, wanted: Sequence[int]) -> dict[str, lab.Plan]:
    """Return the plan with each seed, by the name of its run."""
    return {f"seed-{seed}": replace(plan, seed=seed) for seed in wanted}


def train_many(
    plans: Mapping[str, lab.Plan],
    out: Path,
    settings: Settings,
    listener: Listener,
    away: Away | None = None,
) -> tuple[dict[str, Run], dict[str, str]]:
    """Do the trainings that are not finished yet, each in a folder ``out/NAME``.

    Args:
        plans: name -> what is trained.
        out: folder of the run folders.
        settings: where the data sets are.
        listener: is told how it goes.
        away: does them elsewhere; here and one after the other if not given.

    Returns:
        Name -> training, in the order of ``plans``; and name -> why there is none.

    Raises:
        PaloteError: none of them came to its end; the error of the first.
    """
    problems: dict[str, PaloteError] = {}
    if away is not None:
        todo = {name: plan for name, plan in plans.items() if not Run.is_finished(out / name)}
        _fetched(todo, out, settings, listener, away, problems)
    runs: dict[str, Run] = {}
    for name, plan in plans.items():
        if name in problems:
            continue
        try:
            runs[name] = trained(plan, out / name, settings, listener, name)
        except PaloteError as error:
            problems[name] = error
            listener.say(f"{name}: {error}")
    if not runs:
        raise next(iter(problems.values()))
    return runs, {name: str(error) for name, error in problems.items()}


def compared(
    runs: Mapping[str, Run], problems: Mapping[str, str], settings: Settings
) -> Comparison:
    """Put trainings side by side by what each read of its test pictures at its end."""
    measured = tuple(
        measure(run.model, run.judged, settings, name, run) for name, run in runs.items()
    )
    sets = tuple(one.name for one in measured[0].judged)
    return Comparison(measured, sets, dict(problems))


def spread(found: Comparison) -> dict[str, Json]:
    """Return how far trainings that differ by their seed alone lie apart, set by set."""
    result: dict[str, Json] = {}
    for name in found.sets:
        shares = [network.of(name).accuracy for network in found.networks]
        result[name] = {
            "mean": mean(shares),
            "deviation": stdev(shares) if len(shares) > 1 else None,
            "lowest": min(shares),
            "highest": max(shares),
            "trainings": len(shares),
        }
    return result


def tasks_of(todo: Mapping[str, lab.Plan], out: Path, settings: Settings) -> list[Task]:
    """Return trainings as tasks for other machines.

    Raises:
        UsageError: one was begun here, and has not come to its end.
    """
    for name in todo:
        if (out / name).is_dir():
            raise UsageError(
                f"{str(out / name)!r} holds a training that has not come to its end. Go on with "
                "it on this machine, delete it, or give another folder with --out."
            )
    elsewhere = replace(settings, store="")  # it may hold a password, and is not needed
    return [Task(plan, elsewhere) for plan in todo.values()]


def _fetched(
    todo: Mapping[str, lab.Plan],
    out: Path,
    settings: Settings,
    listener: Listener,
    away: Away,
    problems: dict[str, PaloteError],
) -> None:
    """Have trainings done elsewhere, and write their run folders."""
    names, tasks = list(todo), tasks_of(todo, out, settings)
    for done, (number, files) in enumerate(away(trained_files, tasks) if tasks else (), 1):
        name = names[number]
        if isinstance(files, PaloteError):
            problems[name] = files
            listener.say(f"{name}: {files}")
        else:
            write_run(out / name, files)
            listener.say(f"{name}: trained, {done} of {len(tasks)}")
        listener.step(done, len(tasks), "trainings")


def trained_files(task: Task, listener: Listener | None = None) -> Files:
    """Train in a folder that is gone afterwards; return the files of the run folder."""
    with TemporaryDirectory(prefix="palote-") as temporary:
        folder = Path(temporary) / "run"
        lab.train(task.plan, folder, task.settings, listener)
        found = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def write_run(folder: Path, files: Files) -> None:
    """Write a run folder, whole or not at all."""
    unfinished = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, content in files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    unfinished.replace(folder)
