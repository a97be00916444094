"""Engines that go on learning while they read: a network with a person's head, or the NumPy one.

Each looks at the date of one small file before it runs, so that every reader, in whatever
process, uses what was learnt last. Where there is no such file, they read as shipped.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from palote.errors import ModelCorrupt, UsageError
from palote.model import catalog
from palote.model.catalog import Entry
from palote.model.engine import Engine, Outputs
from palote.model.head import NOBODY, LiveHead, profile_name
from palote.settings import Settings

if TYPE_CHECKING:
    from palote.model.scratch.engine import ScratchEngine

__all__ = ["TaughtEngine", "TaughtNetwork", "network_file", "taught", "teachable"]

log = logging.getLogger("palote")


def teachable(entry: Entry) -> Literal["head", "scratch"] | None:
    """Return how a model is taught: by a head on it, as the NumPy network, or not at all."""
    if entry.shipped and entry.card is not None:
        return "head"
    return "scratch" if entry.path.suffix == ".npz" else None


def taught(engine: Engine, entry: Entry, settings: Settings, profile: str | None) -> Engine:
    """Return the engine that reads with what a profile has learnt.

    Args:
        engine: the network as it was trained.
        entry: where it came from.
        settings: where heads lie, and the profile if none is given.
        profile: a name, or "none" for the network as it was trained.

    Raises:
        UsageError: there is no such profile, or this model takes none.
    """
    wanted = settings.profile if profile is None else profile
    if wanted.casefold() == NOBODY:
        return engine
    kind = teachable(entry)
    if kind == "scratch" and profile is None:
        return TaughtNetwork(engine, entry, settings)
    if kind == "head" and entry.card is not None:
        model = entry.card.sha256.get(entry.path.name, "")
        return TaughtEngine(engine, LiveHead(settings, profile_name(wanted), model))
    if profile is not None:
        raise UsageError(
            f"The model {entry.name!r} has no profiles: they belong to {catalog.SHIPPED!r}, the "
            f"network that comes with Palote. Leave the profile out, or say {NOBODY!r}."
        )
    return engine


class TaughtEngine:
    """A frozen network with a head that may be replaced at any moment.

    Args:
        engine: the network; it gives an embedding.
        live: the head.
    """

    def __init__(self, engine: Engine, live: LiveHead) -> None:
        self.card = engine.card
        self._engine = engine
        self._live = live

    @property
    def version(self) -> int:
        """Number of the head that reads now; 0 if it reads as shipped."""
        head = self._live.now()
        return head.version if head else 0

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        outputs = self._engine(inks)
        head = self._live.now()
        if head is None:
            return outputs
        return Outputs(head.logits(outputs.logits, outputs.embedding), outputs.embedding)


def network_file(entry: Entry, settings: Settings) -> Path:
    """Return where what an NumPy network has learnt is saved; another training, another file."""
    digest = hashlib.sha256(entry.checked_bytes()).hexdigest()[:12]
    return settings.data_dir / "learn" / "networks" / f"{entry.name}-{digest}.npz"


class TaughtNetwork:
    """A NumPy network, or what it has become since by being taught.

    Args:
        engine: as it was trained.
        entry: where it came from.
        settings: where what it learnt is saved.
    """

    def __init__(self, engine: Engine, entry: Entry, settings: Settings) -> None:
        self.card = engine.card
        self._trained = self._engine = engine
        self._path = network_file(entry, settings)
        # Its digest in the card is that of the network as it was trained.
        card = replace(entry.card, sha256={}) if entry.card else None
        self._entry = Entry(entry.name, self._path, card)
        self._seen: tuple[int, int, int] | None = None
        self._lock = threading.Lock()

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        return self._now()(inks)

    def _now(self) -> Engine:
        try:
            found = os.stat(self._path)
        except OSError:
            return self._trained
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            with self._lock:
                if seen != self._seen:
                    self._engine, self._seen = self._load(), seen
        return self._engine

    def _load(self) -> Engine:
        try:
            return _scratch(self._entry)
        except ModelCorrupt as error:
            log.warning("%s Palote reads with what it knew before.", error)
            return self._engine


def _scratch(entry: Entry) -> ScratchEngine:
    from palote.model.scratch.engine import ScratchEngine

    return ScratchEngine(entry)
