"""The network as it is now, and which version that is.

A run over millions of pictures takes hours, and in between a better network may be chosen
(``palote models use``), its file replaced, or a correction taught. Between two batches the
files are looked at, and from then on the new one reads: never within a batch, so that each
row can say who read it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from palote.errors import ModelError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.catalog import Entry
from palote.model.head import NOBODY, Head
from palote.model.taught import network_file, teachable
from palote.reader import Reader
from palote.settings import Settings

__all__ = ["Current", "Now", "Snapshot", "Wanted"]

log = logging.getLogger("palote")


class Current(Protocol):
    """Gives the reader that reads the next batch, and its version."""

    def now(self) -> tuple[Reader, str]:
        """Return them."""
        ...


@dataclass(frozen=True)
class Wanted:
    """Which network reads, and how.

    Attributes:
        model: a name or a path; the chosen one if not given.
        clean: how ink is told from paper.
        declared: what a file made elsewhere takes.
        profile: whose corrections count; the settings' if not given.
        settings: limits and folders.
    """

    model: str | None
    clean: str
    declared: InkSpec | None
    profile: str | None
    settings: Settings

    def entry(self) -> Entry:
        """Find the network as it is now."""
        chosen = catalog.chosen(self.settings) if self.model is None else self.model
        return catalog.find(chosen, self.settings)

    def reader(self, entry: Entry) -> Reader:
        """Open it."""
        return Reader(
            entry.path,
            self.clean,
            declared=self.declared,
            settings=self.settings,
            profile=self.profile,
        )

    def learnt(self, entry: Entry) -> Path | None:
        """Return where what it learns from corrections is kept, if it learns."""
        profile = self.settings.profile if self.profile is None else self.profile
        kind = teachable(entry)
        if profile.casefold() == NOBODY or kind is None:
            return None
        if kind == "head":
            return Head.path(self.settings, profile)
        return None if self.profile is not None else network_file(entry, self.settings)


@dataclass(frozen=True)
class Snapshot:
    """A network as files, for machines that share no disk with this one.

    Attributes:
        version: see `Now.version`.
        wanted: which of the files reads, and how.
        files: path in the data folder -> content; none for the shipped network as shipped.
    """

    version: str
    wanted: Wanted
    files: Mapping[str, bytes]

    def unpacked(self, folder: Path) -> Reader:
        """Write the files into a folder of this machine, and open the network."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        settings = replace(self.wanted.settings, data_dir=folder)
        model = self.wanted.model
        if model is not None and model in self.files:
            model = str(folder / model)
        here = replace(self.wanted, model=model, settings=settings)
        return here.reader(here.entry())


class Now:
    """The network of this machine as it is now.

    Args:
        wanted: which one, and how it reads.

    Raises:
        ModelError: it is missing or damaged.
        UsageError: there is no such profile or way of cleaning.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._entry = wanted.entry()
        self._seen = self._signature(self._entry)
        self._open()

    def now(self) -> tuple[Reader, str]:
        """Return the reader of the next batch, and its version."""
        self.renewed()
        return self._reader, self.version

    def renewed(self) -> bool:
        """Look at the files; return whether another network, or more learnt, reads from now on."""
        try:
            entry = self._wanted.entry()
            seen = self._signature(entry)
            if seen == self._seen:
                return False
            before = self._entry, self._seen
            self._entry, self._seen = entry, seen
            try:
                self._open()
            except ModelError:
                self._entry, self._seen = before
                raise
        except ModelError as error:
            # It may be half copied: the next batch looks again.
            log.warning("%s The network before it goes on reading.", error)
            return False
        return True

    def snapshot(self) -> Snapshot:
        """Return it as files."""
        files: dict[str, bytes] = {}
        model = self._entry.name
        if self._entry.path.parent != catalog.ASSETS:
            model = f"models/{self._entry.path.name}"
            files[model] = self._entry.checked_bytes()
            card = catalog.card_path(self._entry.path)
            if card.is_file():
                files[f"models/{card.name}"] = card.read_bytes()
        learnt = self._wanted.learnt(self._entry)
        if learnt is not None and learnt.is_file():
            # The heads of a database lie in a folder of its name; there is no database there.
            kept = "heads" if teachable(self._entry) == "head" else learnt.parent.name
            files[f"learn/{kept}/{learnt.name}"] = learnt.read_bytes()
        settings = replace(self._wanted.settings, store="")  # it may hold a password
        wanted = replace(self._wanted, model=model, settings=settings)
        return Snapshot(self.version, wanted, files)

    def _open(self) -> None:
        self._reader = self._wanted.reader(self._entry)
        digest = hashlib.sha256(self._entry.checked_bytes()).hexdigest()[:12]
        learnt = self._wanted.learnt(self._entry)
        if learnt is not None and learnt.is_file():
            taught = hashlib.sha256(learnt.read_bytes()).hexdigest()[:6]
            digest += f"+{self._reader.version or taught}"
        self.version = digest
        """Start of the SHA-256 of the model file; behind ``+`` what it has learnt since."""

    def _signature(self, entry: Entry) -> tuple[str, ...]:
        files = [entry.path, catalog.card_path(entry.path), self._wanted.learnt(entry)]
        return tuple(_stamp(path) for path in files if path is not None)


def _stamp(path: Path) -> str:
    try:
        found = os.stat(path)
    except OSError:
        return str(path)
    return f"{path} {found.st_mtime_ns} {found.st_size} {found.st_ino}"
