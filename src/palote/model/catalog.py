"""Name -> files: the shipped models, and ONNX files of the person's own."""

from __future__ import annotations

import difflib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from palote.errors import ModelCorrupt, ModelNotFound
from palote.model.card import Card

__all__ = ["ASSETS", "Entry", "find", "names"]

ASSETS = Path(__file__).parent.parent / "assets"


@dataclass(frozen=True)
class Entry:
    """A model that can be loaded.

    Attributes:
        name: its name, or the stem of its file.
        path: the ONNX file.
        card: what it says of itself; none for a file without a card.
    """

    name: str
    path: Path
    card: Card | None

    def checked_bytes(self) -> bytes:
        """Read the file and check it against the card.

        Raises:
            ModelCorrupt: it cannot be read, or its digest is not the card's.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelCorrupt(f"The model {str(self.path)!r} cannot be read.") from error
        wanted = self.card.sha256.get(self.path.name) if self.card else None
        digest = hashlib.sha256(content).hexdigest()
        if wanted is not None and digest != wanted:
            raise ModelCorrupt(
                f"The model {str(self.path)!r} is damaged: its SHA-256 is {digest[:12]}..., "
                f"its card says {wanted[:12]}... Install Palote again, or copy the file again."
            )
        return content


def names() -> tuple[str, ...]:
    """Return the names of the models that are there."""
    return tuple(sorted(path.stem for path in ASSETS.glob("*.onnx")))


def find(name: str | os.PathLike[str]) -> Entry:
    """Find a model by name or by path.

    Args:
        name: one of `names`, or the path of an ``.onnx`` file; a card lies beside it as
            ``.json``.

    Raises:
        ModelNotFound: there is none; the message lists the names.
        ModelCorrupt: its card cannot be read.
    """
    text = os.fspath(name)
    if text in names():
        path = ASSETS / f"{text}.onnx"
        return Entry(text, path, Card.from_file(path.with_suffix(".json")))
    path = Path(text).expanduser()
    if path.suffix == ".onnx" and path.is_file():
        beside = path.with_suffix(".json")
        return Entry(path.stem, path, Card.from_file(beside) if beside.is_file() else None)
    known = ", ".join(names()) or "none"
    close = difflib.get_close_matches(text, names(), 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ModelNotFound(
        f"There is no model {text!r}. Known names: {known}; "
        f"or give the path of an .onnx file.{hint}"
    )
