"""Name -> files: the shipped models, and the person's own.

A model of one's own lies in ``data_dir/models/NAME/``, as ``NAME.onnx`` (or another
format) with ``NAME.card.json``. One of them can be chosen, and is then what every
surface reads with unless another is asked for.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from palote.errors import ModelCorrupt, ModelNotFound
from palote.model.card import Card
from palote.model.folder import choose
from palote.settings import Settings

__all__ = [
    "ASSETS",
    "CHOSEN",
    "FORMATS",
    "MOST_BYTES",
    "NAME",
    "SHIPPED",
    "Entry",
    "card_path",
    "chosen",
    "did_you_mean",
    "find",
    "home",
    "names",
]

ASSETS = Path(__file__).parent.parent / "assets"
SHIPPED = "default"
FORMATS = (".onnx", ".npz", ".tflite", ".keras", ".h5", ".json")
"""Endings of model files; of several with one name, the first is read with."""
CHOSEN = "chosen.txt"
MOST_BYTES = 1_000_000_000
"""Largest model; VGG16, the largest that anyone reads digits with, takes 550 MB."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """A model that can be loaded.

    Attributes:
        name: its name, or the stem of its file.
        path: the model file.
        card: what it says of itself; none for a file without a card.
        why: if it was chosen out of a folder of several, a sentence that says so.
    """

    name: str
    path: Path
    card: Card | None
    why: str = ""

    @property
    def shipped(self) -> bool:
        """Whether it is the network that comes with Palote."""
        return self.path == ASSETS / f"{SHIPPED}.onnx"

    def checked_bytes(self) -> bytes:
        """Read the file and check it against the card.

        Raises:
            ModelCorrupt: it cannot be read, or its digest is not the card's.
        """
        try:
            size = self.path.stat().st_size
            if size > MOST_BYTES:
                raise ModelCorrupt(
                    f"The model {str(self.path)!r} has {size // 10**6:,} MB; "
                    f"Palote opens up to {MOST_BYTES // 10**6:,} MB."
                )
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


def home(settings: Settings) -> Path:
    """Return the folder of the person's own models; it need not exist."""
    return settings.data_dir / "models"


def names(settings: Settings | None = None) -> tuple[str, ...]:
    """Return the names of the models that are there: shipped ones, then the person's own."""
    shipped = sorted(path.stem for path in ASSETS.glob("*.onnx"))
    folders = home(settings or Settings.from_environment())
    own = sorted(path.name for path in folders.glob("*") if _main_file(path) is not None)
    return (*shipped, *(name for name in own if name not in shipped))


def chosen(settings: Settings) -> str:
    """Return the name or path of the model that reads unless another is asked for.

    It is the settings' own, if they name one; else the one that the person chose with
    ``palote models use``; else the shipped one.
    """
    if settings.model != SHIPPED:
        return settings.model
    try:
        name = (home(settings) / CHOSEN).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return SHIPPED
    if name not in names(settings):
        raise ModelNotFound(
            f"The model {name[:100]!r}, chosen with palote models use, is gone. "
            f"Choose another one, for instance: palote models use {SHIPPED}"
        )
    return name


def card_path(path: Path) -> Path:
    """Return where the card of a model file lies; an int8 file shares its float32 file's."""
    stem = path.name.removesuffix(".weights.h5").removesuffix(path.suffix)
    return path.with_name(f"{stem.removesuffix('-int8')}.card.json")


def find(name: str | os.PathLike[str], settings: Settings | None = None) -> Entry:
    """Find a model by name or by path.

    Args:
        name: one of `names`, or the path of a model file (`FORMATS`), beside which a card
            may lie as ``NAME.card.json``, or of a folder with model files: see `choose`.
        settings: where the person's own models are; the environment's if not given.

    Raises:
        ModelNotFound: there is none; the message lists the names.
        ModelCorrupt: its card cannot be read.
    """
    text = os.fspath(name)
    settings = settings or Settings.from_environment()
    known = names(settings)
    if text in known:
        path = ASSETS / f"{text}.onnx"
        if not path.is_file():
            path = _main_file(home(settings) / text) or path
        return Entry(text, path, _card(path))
    path = Path(text).expanduser()
    why = ""
    if text and path.is_dir():
        choice = choose(path)
        path, why = choice.path, choice.why
    if path.suffix in FORMATS and path.is_file():
        return Entry(path.name.removesuffix(path.suffix), path, _card(path), why)
    raise ModelNotFound(
        f"There is no model {text!r}. Known names: {', '.join(known) or 'none'}; "
        f"or give the path of a model file ({', '.join(FORMATS)}) or of its folder."
        + did_you_mean(text, known)
    )


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a sentence, with a space before it, that names what was meant; "" if nothing is like.

    >>> did_you_mean("patern", ["expect", "pattern"])
    " Did you mean 'pattern'?"
    """
    close = difflib.get_close_matches(name, known, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _card(path: Path) -> Card | None:
    beside = card_path(path)
    return Card.from_file(beside) if beside.is_file() else None


def _main_file(folder: Path) -> Path | None:
    """Return the file that a model of the person's own is read with."""
    if not NAME.fullmatch(folder.name):
        return None
    paths = (folder / f"{folder.name}{suffix}" for suffix in FORMATS)
    return next((path for path in paths if path.is_file()), None)
