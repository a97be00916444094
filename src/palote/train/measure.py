"""What there is to tell of a trained network: how large, how fast, how often right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from palote.evaluation import Judged, latency
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.engine import Engine, open_engine
from palote.result import Json
from palote.settings import Settings
from palote.train.runs import Run

__all__ = ["Measured", "measure"]


@dataclass(frozen=True, eq=False)
class Measured:
    """A network with its figures.

    Attributes:
        name: what people call it.
        model: its file.
        description: one sentence; empty if nobody wrote one.
        parameters: number of weights; 0 if it is not known.
        size: of the file, in bytes.
        latency_ms: for one picture, the network alone on one core.
        judged: what it read of each set.
        engine: the network itself, on one core.
        seconds: of its training; None if it is not known.
        trained_on: the data, as its card or run says it.
        command: that trained it; None if it is not known.
    """

    name: str
    model: Path
    description: str
    parameters: int
    size: int
    latency_ms: float
    judged: tuple[Judged, ...]
    engine: Engine = field(repr=False)
    seconds: float | None = None
    trained_on: tuple[str, ...] = ()
    command: str | None = None

    def of(self, name: str) -> Judged:
        """Return what it read of one set.

        Raises:
            KeyError: it has not read this set.
        """
        for one in self.judged:
            if one.name == name:
                return one
        raise KeyError(name)

    def to_dict(self) -> dict[str, Json]:
        """Return the figures, ready for JSON."""
        return {
            "name": self.name,
            "file": self.model.name,
            "description": self.description,
            "parameters": self.parameters or None,
            "bytes": self.size,
            "latency_ms": round(self.latency_ms, 4),
            "training_seconds": self.seconds,
            "trained_on": list(self.trained_on),
            "command": self.command,
            "sets": [one.to_dict() for one in self.judged],
        }


def measure(
    model: Path | str,
    judged: Sequence[Judged],
    settings: Settings,
    name: str | None = None,
    run: Run | None = None,
    declared: InkSpec | None = None,
) -> Measured:
    """Measure a network that has read some sets.

    Args:
        model: its file, or its name in the catalogue.
        judged: what it read.
        settings: where the person's own models are.
        name: what to call it; its own name if not given.
        run: the training that it comes from, if there is one.
        declared: what it takes, if its file does not say it.

    Raises:
        ModelError: the model cannot be used.
    """
    entry = catalog.find(model, settings)
    engine = open_engine(entry, declared=declared)
    card = engine.card
    command = run.command if run else card.recipe.get("command")
    return Measured(
        name=name or entry.name,
        model=entry.path,
        description=card.description,
        parameters=card.parameters,
        size=_size(entry.path),
        latency_ms=latency(engine),
        judged=tuple(judged),
        engine=engine,
        seconds=run.seconds if run else None,
        trained_on=card.data,
        command=command if isinstance(command, str) else None,
    )


def _size(path: Path) -> int:
    """Return the size of a model, the weights that lie beside an architecture included."""
    weights = path.with_suffix(".weights.h5")
    beside = weights.stat().st_size if path.suffix == ".json" and weights.is_file() else 0
    return path.stat().st_size + beside
