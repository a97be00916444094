"""What a person's corrections add to the shipped network: a small head on its embedding.

The network itself stays frozen. A head is a change of its last layer, a matrix that is
added to that layer's weights: no change (zeros) reads exactly as shipped. It lies in one
small file for each profile, which `palote.learn` replaces in one piece; a running reader
looks at the file's date before each reading, so it notices a new head at once. The store
that `palote.learn` keeps is the truth, and such a file only a copy of it: one that is
damaged is told by its checksum, and what was read before it goes on.

The files hold plain arrays, without pickle: nothing in them can be run.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import threading
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from palote.errors import ModelCorrupt, UsageError
from palote.settings import Settings

__all__ = ["LAST", "NOBODY", "Head", "LiveHead", "folder", "profile_name", "scaled"]

NOBODY = "none"
"""The profile of who wants the shipped network alone."""

NAME = re.compile(r"[^\W_][\w .-]{0,39}")
LAST = ".last"
"""Ending of the good file before this one, which stands in where this one is damaged."""

SCALE = 8.0
BIAS = 2.4
"""A change of the last layer is measured with embeddings of length 8, and a bias of 2.4."""

FORMAT = 1
MOST_BYTES = 1_000_000
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(ValueError, KeyError, RuntimeError, MemoryError, SyntaxError),
)

log = logging.getLogger("palote")


def profile_name(name: str) -> str:
    """Return a profile's name as it is kept: without outer spaces, its letters composed.

    Raises:
        UsageError: it is none; the message says what a name is.
    """
    tidy = unicodedata.normalize("NFC", name).strip()
    if not NAME.fullmatch(tidy) or tidy.casefold() == NOBODY:
        raise UsageError(
            f"{name[:60]!r} cannot be the name of a profile. A name has 1 to 40 letters, digits, "
            f"spaces or _ . - and begins with a letter or digit; {NOBODY!r} is taken."
        )
    return tidy


def folder(settings: Settings) -> Path:
    """Return where the heads of a store's profiles lie; it need not be there."""
    digest = hashlib.sha256(settings.store.encode()).hexdigest()[:12]
    return settings.data_dir / "learn" / (f"heads-{digest}" if settings.store else "heads")


def scaled(embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring embeddings (n, d) to one length, and add a constant: float32 (n, d + 1)."""
    length = np.linalg.norm(embedding, axis=1, keepdims=True)
    rows = np.empty((len(embedding), embedding.shape[1] + 1), np.float32)
    rows[:, :-1] = embedding * (SCALE / np.maximum(length, 1e-6))
    rows[:, -1] = BIAS
    return rows


@dataclass(frozen=True, eq=False)
class Head:
    """A change of the last layer.

    Attributes:
        profile: whose it is.
        version: its number; 0 changes nothing.
        model: SHA-256 of the network file that it belongs to.
        change: float32 (d + 1, classes), for `scaled` embeddings.
    """

    profile: str
    version: int
    model: str
    change: NDArray[np.float32]

    def logits(
        self, logits: NDArray[np.float32], embedding: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return what the network says with this head: (n, classes).

        Args:
            logits: float32 (n, classes), what it says as shipped.
            embedding: float32 (n, d).
        """
        if self.version == 0 or not len(logits):
            return logits
        return np.asarray(logits + scaled(embedding) @ self.change, np.float32)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it says."""
        said = json.dumps([FORMAT, self.profile, self.version, self.model, self.change.shape])
        return hashlib.sha256(said.encode() + self.change.tobytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return it as the content of a file."""
        text = {"profile": self.profile, "version": self.version, "model": self.model}
        about = json.dumps({"format": FORMAT, **text, "digest": self.digest}).encode()
        packed = io.BytesIO()
        np.savez(packed, about=np.frombuffer(about, np.uint8), change=self.change)
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> Head:
        """Read the content of a file.

        Raises:
            ModelCorrupt: it is damaged, or no such file.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                about = json.loads(file["about"].tobytes())
                change = np.asarray(file["change"])
            head = cls(str(about["profile"]), int(about["version"]), str(about["model"]), change)
            right = change.dtype == np.float32 and change.ndim == 2 and np.isfinite(change).all()
            right = right and about["format"] == FORMAT and about["digest"] == head.digest
        except BROKEN as error:
            raise ModelCorrupt(f"{source!r} is damaged, or no head of Palote.") from error
        if not right:
            raise ModelCorrupt(f"{source!r} is damaged: its checksum does not match.")
        return head

    @classmethod
    def from_file(cls, path: Path) -> Head:
        """Read a file.

        Raises:
            ModelCorrupt: it is damaged, or cannot be read.
        """
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise ModelCorrupt(f"{str(path)!r} cannot be read: {error.strerror}.") from error
        return cls.from_bytes(content, str(path))

    @staticmethod
    def path(settings: Settings, profile: str) -> Path:
        """Return where the head of a profile lies."""
        key = profile_name(profile).casefold()
        return folder(settings) / f"{quote(key, safe='')}.npz"


class LiveHead:
    """The head of a profile as it is now; safe to share between threads.

    Args:
        settings: where heads lie.
        profile: whose head.
        model: SHA-256 of the network that reads; a head of another one is not used.

    Raises:
        UsageError: the profile is asked for by a name that nobody has.
    """

    def __init__(self, settings: Settings, profile: str, model: str) -> None:
        self._path = Head.path(settings, profile)
        self._model = model
        self._seen: tuple[int, int, int] | None = None
        self._head: Head | None = None
        self._lock = threading.Lock()
        if not self._path.is_file() and profile != Settings.profile:
            known = ", ".join(_known(self._path.parent)) or "none yet"
            raise UsageError(
                f"There is no profile {profile!r}. There are: {known}. "
                f"It is made by teaching it: palote learn add IMAGE --label 7 --profile {profile!r}"
            )

    def now(self) -> Head | None:
        """Return the head; None where nothing was learnt for this network."""
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            with self._lock:
                if seen != self._seen:
                    self._head, self._seen = self._load(), seen
        head = self._head
        return head if head is not None and head.model == self._model else None

    def _load(self) -> Head | None:
        try:
            return Head.from_file(self._path)
        except ModelCorrupt as error:
            damaged = error
        good = self._head
        if good is None:
            try:
                good = Head.from_file(self._path.with_suffix(LAST))
            except ModelCorrupt:
                pass
        instead = f"version {good.version}" if good and good.version else "the shipped network"
        log.warning("%s Palote reads with %s. Mend it: palote learn status", damaged, instead)
        return good


def _known(heads: Path) -> list[str]:
    return sorted(unquote(path.stem) for path in heads.glob("*.npz"))
