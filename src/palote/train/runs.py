"""A finished training as a folder of files, read back: what the report and compare tell of it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from palote.errors import DataError, PaloteError
from palote.evaluation import Judged
from palote.model import catalog
from palote.result import Json

__all__ = [
    "COLUMNS",
    "CONFIG",
    "METRICS",
    "RESULT",
    "Epoch",
    "Layer",
    "Phase",
    "Run",
    "model_file",
    "read_epochs",
    "write_epochs",
]

RESULT, METRICS, CONFIG = "result.json", "metrics.csv", "config.json"
COLUMNS = (
    *("phase", "epoch", "loss", "accuracy", "val_loss", "val_accuracy"),
    *("learning_rate", "seconds"),
)
"""Of ``metrics.csv``: a row for each epoch."""


@dataclass(frozen=True)
class Epoch:
    """A round over the training data.

    Attributes:
        phase: stage of the training that it belongs to.
        loss: on training data.
        accuracy: on training data.
        val_loss: on validation data; None if there were none.
        val_accuracy: on validation data; None if there were none.
        seconds: how long it took; None if that was not recorded.
    """

    phase: str
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float | None


@dataclass(frozen=True)
class Phase:
    """A stage of the training: its name, its time and the best accuracy on validation data."""

    name: str
    seconds: float
    val_accuracy: float | None


@dataclass(frozen=True)
class Layer:
    """A layer: its name, kind, the shape of its output without the batch, its weights."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Run:
    """What a run folder tells.

    Attributes:
        folder: the run folder.
        name: of the network.
        description: of the network, one sentence.
        config: how the training was asked for.
        epochs: its rounds, in order.
        stages: its parts, in order.
        layers: from the input on.
        parameters: number of weights.
        environment: machine and versions, by name.
        seconds: of the whole training.
        latency_ms: of one picture, network alone, one core; None if it was not measured.
        files: model file -> size in bytes.
        judged: what it read of each test set.
        stopped: it was interrupted, and the best so far was kept.
    """

    folder: Path
    name: str
    description: str
    config: dict[str, Json]
    epochs: tuple[Epoch, ...]
    stages: tuple[Phase, ...]
    layers: tuple[Layer, ...]
    parameters: int
    environment: dict[str, str]
    seconds: float
    latency_ms: float | None
    files: dict[str, int]
    judged: tuple[Judged, ...]
    stopped: bool = False

    @property
    def model(self) -> Path:
        """The file that the network is read with.

        Raises:
            DataError: there is none in the folder.
        """
        return model_file(self.folder, self.name)

    @property
    def command(self) -> str | None:
        """The command that made it, if it was recorded."""
        command = self.config.get("command")
        return command if isinstance(command, str) else None

    @staticmethod
    def is_finished(folder: Path) -> bool:
        """Tell whether a folder holds a training that came to its end."""
        return (folder / RESULT).is_file()

    @classmethod
    def read(cls, folder: Path) -> Run:
        """Read a run folder.

        Raises:
            DataError: it is none, the training did not come to its end, or a file of it is
                damaged.
        """
        if not folder.is_dir():
            raise DataError(f"There is no run folder {str(folder)!r}.")
        if not cls.is_finished(folder):
            raise DataError(
                f"{str(folder)!r} holds no finished training: it has no {RESULT}. Start "
                "palote train again with the same --out, and it goes on where it was."
            )
        try:
            found = cls._read(folder)
        except PaloteError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"A file of the run {str(folder)!r} is damaged: {error!r}.") from error
        return found

    @classmethod
    def _read(cls, folder: Path) -> Run:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        config = folder / CONFIG
        latency = result.get("latency_ms")
        return cls(
            folder=folder,
            name=str(result["name"]),
            description=str(result.get("description", "")),
            config=json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {},
            epochs=tuple(read_epochs(folder / METRICS)),
            stages=tuple(
                Phase(str(part["name"]), float(part["seconds"]), _number(part.get("val_accuracy")))
                for part in result.get("stages", ())
            ),
            layers=tuple(_layer(layer) for layer in result.get("layers", ())),
            parameters=int(result["parameters"]),
            environment={str(k): str(v) for k, v in result.get("environment", {}).items()},
            seconds=float(result["seconds"]),
            latency_ms=None if latency is None else float(latency),
            files={str(name): int(size) for name, size in result.get("files", {}).items()},
            judged=_judged(folder),
            stopped=bool(result.get("stopped", False)),
        )

    def phases(self) -> list[tuple[int, int, str]]:
        """Return the stages along the epochs: first and last, counted from 1, and the name."""
        found = []
        first = 1
        for name, epochs in groupby(self.epochs, lambda epoch: epoch.phase):
            last = first + len(list(epochs)) - 1
            found.append((first, last, name))
            first = last + 1
        return found


def write_epochs(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write ``metrics.csv`` anew, whole or not at all."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    unfinished.replace(path)


def model_file(folder: Path, name: str) -> Path:
    """Return the file that the network of a run is read with.

    Raises:
        DataError: there is none in the folder.
    """
    paths = (folder / f"{name}{suffix}" for suffix in catalog.FORMATS)
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        raise DataError(f"The run {str(folder)!r} holds no model file {name}.*.")
    return found


def read_epochs(path: Path) -> list[Epoch]:
    """Read the rounds in ``metrics.csv``; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Epoch(
                phase=row.get("phase") or "",
                loss=float(row["loss"]),
                accuracy=float(row["accuracy"]),
                val_loss=_number(row.get("val_loss")),
                val_accuracy=_number(row.get("val_accuracy")),
                seconds=_number(row.get("seconds")),
            )
            for row in csv.DictReader(file)
        ]


def _number(value: str | float | None) -> float | None:
    return None if value is None or value == "" else float(value)


def _layer(layer: dict[str, Json]) -> Layer:
    # [14, 14, 16], "14 x 14 x 16" and "(None, 14, 14, 16)" mean the same.
    sizes = tuple(int(size) for size in re.findall(r"\d+", str(layer["shape"])))
    return Layer(str(layer["name"]), str(layer["kind"]), sizes, int(str(layer["parameters"])))


def _judged(folder: Path) -> tuple[Judged, ...]:
    found: Sequence[Judged] = [Judged.load(path) for path in sorted(folder.glob("judged-*.npz"))]
    return tuple(sorted(found, key=lambda judged: judged.name != "mnist"))
