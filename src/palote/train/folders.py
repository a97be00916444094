"""The run folder while it is written: begun, gone on with, described, judged.

`runs.Run` reads it back.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from palote import __version__
from palote.data import Source
from palote.errors import DataError, UsageError
from palote.evaluation import Judged, judge, latency
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import open_engine
from palote.model.line import LineCard
from palote.reader import Reader
from palote.result import Json
from palote.settings import Settings
from palote.train.runs import CONFIG, METRICS, RESULT, Run, model_file, read_epochs

if TYPE_CHECKING:
    import keras

__all__ = [
    "begin",
    "conclude",
    "describe",
    "finish",
    "free",
    "layers_of",
    "to_resume",
    "with_scores",
]

LAYERS = "layers.json"


def begin(folder: Path, config: Mapping[str, Json], resume: bool) -> None:
    """Make a run folder, or go on in one.

    Args:
        folder: where the run is kept.
        config: how the training was asked for.
        resume: go on in a folder where the same was begun.

    Raises:
        UsageError: the folder is taken by another run, or holds something else.
    """
    path = folder / CONFIG
    if Run.is_finished(folder):
        raise UsageError(
            f"{str(folder)!r} holds a finished training. Give another folder with --out."
        )
    if path.is_file():
        if not resume:
            raise UsageError(
                f"{str(folder)!r} holds a training that has not come to its end. "
                "Go on with it: --resume; or give another folder with --out."
            )
        before = _read(path)
        changed = [key for key in config if key != "command" and before.get(key) != config[key]]
        if changed:
            said = ", ".join(f"{key} was {before.get(key)!r}" for key in changed)
            raise UsageError(
                f"The training in {str(folder)!r} was begun with other options: {said}. "
                "Give the same ones, or another folder with --out."
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{str(folder)!r} is not empty and holds no training.")
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, dict(config))


def to_resume(folder: Path, numbered: bool) -> Path:
    """Return the folder of a training to go on with.

    Args:
        folder: where it is kept.
        numbered: it may also be in one that `free` has given; the latest that was stopped counts.

    Raises:
        UsageError: there is none.
    """
    several = sorted(folder.parent.glob(f"{folder.name}-[0-9]*")) if numbered else []
    begun = [path for path in (folder, *several) if (path / CONFIG).is_file()]
    stopped = [path for path in begun if not numbered or not Run.is_finished(path)]
    if not stopped:
        raise UsageError(
            f"There is no training in {str(folder)!r} to go on with. Leave --resume out to begin "
            "one, or name its folder with --out."
        )
    return max(stopped, key=lambda path: (path / CONFIG).stat().st_mtime)


def free(folder: Path) -> Path:
    """Return the folder, or with a number at its end if a finished training is in it."""
    number, candidate = 1, folder
    while Run.is_finished(candidate):
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def layers_of(model: keras.Model) -> list[Json]:
    """Return the layers of a network: name, kind, shape of the output, number of weights."""
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "shape": [size for size in layer.output.shape[1:] if size is not None],
            "parameters": int(layer.count_params()),
        }
        for layer in model.layers
    ]


def describe(folder: Path, layers: Sequence[Json]) -> None:
    """Keep the description of the layers until the run is concluded."""
    _write(folder / LAYERS, list(layers))


def conclude(
    folder: Path,
    card: Card,
    sources: Sequence[Source],
    seconds: float,
    settings: Settings,
    say: Callable[[str], None],
    *,
    most: int | None = None,
    stopped: bool = False,
) -> Run:
    """Score the test sets once, end to end, and write ``result.json``.

    Args:
        folder: the run folder; its model files and their card are there.
        card: of the model.
        sources: their test parts are scored.
        seconds: of the training.
        settings: of the reader.
        say: gets a line for each set.
        most: no more pictures than this of each.
        stopped: it was interrupted, and the best so far was kept.

    Raises:
        DataError: a source has no test pictures at all.
    """
    model = model_file(folder, card.name)
    reader = Reader(model, settings=settings)
    tests: list[Judged] = []
    for source in sources:
        judged = judge(reader, source, most=most)
        judged.save(folder / f"judged-{source.name}.npz")
        low, high = judged.interval
        tests.append(judged)
        said = (
            f"{judged.hits:,} of {len(judged):,} = {judged.accuracy:.2%} ({low:.2%} to {high:.2%})"
        )
        say(f"test, {source.name}: {said}".replace("%", " %"))
    own = {f"{test.name}_test": round(test.accuracy, 5) for test in tests}
    card = with_scores(folder, replace(card, scores={**card.scores, **own}))
    return finish(
        folder,
        card,
        [model.with_suffix(suffix) for suffix in catalog.FORMATS],
        latency(open_engine(catalog.find(model))),
        seconds,
        stopped=stopped,
        tests={test.name: (test.hits, len(test)) for test in tests},
    )


def finish(
    folder: Path,
    card: Card | LineCard,
    files: Sequence[Path],
    latency_ms: float,
    seconds: float,
    *,
    stopped: bool = False,
    tests: Mapping[str, tuple[int, int]] | None = None,
) -> Run:
    """Write ``result.json``, with which a run is done.

    Args:
        folder: the run folder.
        card: of the network.
        files: where it may lie, in any format.
        latency_ms: of one picture or line.
        seconds: of the training.
        stopped: it was interrupted, and the best so far was kept.
        tests: test set -> pictures read rightly, and in all.
    """
    result: dict[str, Json] = {
        "name": card.name,
        "description": card.description,
        "seconds": round(seconds, 1),
        "stopped": stopped,
        "stages": _stages(folder),
        "parameters": card.parameters,
        "layers": _read(folder / LAYERS).get("layers", []),
        "environment": dict(_environment()),
        "latency_ms": round(latency_ms, 4),
        "files": {path.name: path.stat().st_size for path in files if path.is_file()},
        "test": {name: {"right": hits, "count": n} for name, (hits, n) in (tests or {}).items()},
    }
    _write(folder / RESULT, result)
    return Run.read(folder)


def with_scores(folder: Path, card: Card) -> Card:
    """Write the card anew, into the ONNX file too, whose digest changes with it."""
    path = folder / f"{card.name}.onnx"
    if path.is_file():
        from palote.train.cards import put_card

        put_card(path, card)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        card = replace(card, sha256={**card.sha256, path.name: digest})
    unfinished = folder / f"{card.name}.card.part"
    unfinished.write_text(card.to_json(), encoding="utf-8")
    unfinished.replace(folder / f"{card.name}.card.json")
    return card


def _stages(folder: Path) -> list[Json]:
    """Sum up the rounds of each phase."""
    stages: dict[str, dict[str, float | None]] = {}
    for epoch in read_epochs(folder / METRICS):
        stage = stages.setdefault(epoch.phase, {"seconds": 0.0, "val_accuracy": None})
        stage["seconds"] = round((stage["seconds"] or 0.0) + (epoch.seconds or 0.0), 1)
        if epoch.val_accuracy is not None:
            stage["val_accuracy"] = max(stage["val_accuracy"] or 0.0, epoch.val_accuracy)
    return [{"name": name, **dict(figures)} for name, figures in stages.items()]


def _environment() -> dict[str, str]:
    versions = {"palote": __version__, "Python": platform.python_version()}
    for name in ("numpy", "keras", "tensorflow", "tensorflow-cpu", "onnxruntime"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }
    return {**versions, **machine}


def _read(path: Path) -> dict[str, Json]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r} is missing or damaged.") from error
    return found if isinstance(found, dict) else {"layers": found}


def _write(path: Path, content: dict[str, Json] | list[Json]) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)
