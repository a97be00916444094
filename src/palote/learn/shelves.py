"""The heads that readers look at: copies of what the store calls active, one file a profile.

A file is written while the profile is locked in the store, so that of two processes that
promote at once the later one's head stays.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from palote.data.saving import save
from palote.errors import DataError, LearnError, ModelCorrupt
from palote.learn.store import Store
from palote.model.head import LAST, Head, folder
from palote.settings import Settings

__all__ = ["Shelves"]


class Shelves:
    """Brings the files up to the store.

    Args:
        store: what decides.
        settings: where the files lie.
        model: SHA-256 of the network that reads.
    """

    def __init__(self, store: Store, settings: Settings, model: str) -> None:
        self._store = store
        self._settings = settings
        self._model = model
        self._published: dict[str, int] = {}

    def sync(self, look: bool = False) -> None:
        """Bring every profile's file up to the store.

        Args:
            look: read the files, too, and mend those that are damaged.
        """
        profiles = self._store.profiles()
        for profile in profiles:
            if look or self._published.get(profile.name) != profile.version:
                if not (look and self._is_right(profile.name, profile.version)):
                    self.publish(profile.name)
                self._published[profile.name] = profile.version
        if look or len(self._published) > len(profiles):
            names = {profile.name for profile in profiles}
            self._published = {n: v for n, v in self._published.items() if n in names}
            wanted = {Head.path(self._settings, name) for name in names}
            wanted |= {path.with_suffix(LAST) for path in wanted}
            for path in folder(self._settings).glob("*"):
                if path not in wanted:
                    path.unlink(missing_ok=True)

    def publish(self, name: str, forget: bool = False) -> None:
        """Write what the store calls active into a profile's file.

        Args:
            name: the profile.
            forget: leave nothing of the head before it.

        Raises:
            LearnError: the file cannot be written.
        """
        path = Head.path(self._settings, name)
        with self._store.locked(name) as (proper, number):
            head = self._head(proper, number)
            content = head.to_bytes()
            try:
                before = content if forget else _good(path)
                if before is not None:
                    save(path.with_suffix(LAST), before)
                save(path, content)
            except DataError as error:
                raise LearnError(f"What was learnt is kept, but not read with: {error}") from error
        self._published[proper] = number

    def _head(self, name: str, number: int) -> Head:
        content = self._store.head(name, number) if number else None
        if content is not None:
            return Head.from_bytes(content, f"version {number}")
        return Head(name, 0, self._model, np.zeros((1, 1), np.float32))

    def _is_right(self, name: str, number: int) -> bool:
        try:
            head = Head.from_file(Head.path(self._settings, name))
        except ModelCorrupt:
            return False
        return (head.version, head.model, head.profile) == (number, self._model, name)


def _good(path: Path) -> bytes | None:
    """Return the content of a file, if it is a head that can be read."""
    try:
        return Head.from_file(path).to_bytes()
    except ModelCorrupt:
        return None
