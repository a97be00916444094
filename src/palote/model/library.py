"""The person's own models: added from a run folder or a file, chosen, removed.

A model is copied under a scratch name, opened, and only then renamed to its own, so
that a broken file or a full disk leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from palote.errors import ModelCorrupt, ModelNotFound, UsageError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import open_engine
from palote.settings import Settings

__all__ = ["add", "remove", "use"]

LATER_FILES = (".weights.h5",)
"""What goes along with a model file of the same name."""


def add(
    source: Path,
    settings: Settings,
    name: str | None = None,
    declared: InkSpec | None = None,
) -> catalog.Entry:
    """Copy a model to the person's own, after trying it.

    Args:
        source: a run folder, or a model file with its card beside it, if it has one.
        settings: where the person's own models are.
        name: what it shall be called; its own name if not given.
        declared: what it takes, if its file does not say it.

    Returns:
        The new entry.

    Raises:
        ModelNotFound: there is no model there.
        ModelCorrupt: it cannot be opened or does not read digits.
        UsageError: the name is taken or no good.
    """
    files = _files(source)
    name = name or files[0].name.removesuffix(files[0].suffix)
    _check_name(name, settings)
    home = catalog.home(settings)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".adding-") as scratch:
        folder = Path(scratch) / name
        folder.mkdir()
        stem = files[0].name.removesuffix(files[0].suffix)
        for file in files:
            shutil.copyfile(file, folder / (name + file.name.removeprefix(stem)))
        entry = catalog.Entry(name, folder / f"{name}{files[0].suffix}", _card(files[0]))
        engine = open_engine(
            replace(entry, card=entry.card and replace(entry.card, sha256={})), 1, declared
        )
        engine(np.zeros((1, *engine.card.ink.shape), np.float32))
        _write_card(replace(engine.card, name=name), entry.card, files[0], folder)
        os.replace(folder, home / name)
    return catalog.find(name, settings)


def use(name: str, settings: Settings) -> catalog.Entry:
    """Choose the model that every surface reads with unless another is asked for.

    Raises:
        ModelNotFound: there is none of that name; the message lists the names.
    """
    if name not in catalog.names(settings):
        raise ModelNotFound(
            f"There is no model {name!r}. Known names: {', '.join(catalog.names(settings))}. "
            "Add one first: palote models add FOLDER"
        )
    home = catalog.home(settings)
    home.mkdir(parents=True, exist_ok=True)
    unfinished = home / f"{catalog.CHOSEN}.part"
    unfinished.write_text(name + "\n", encoding="utf-8")
    unfinished.replace(home / catalog.CHOSEN)
    return catalog.find(name, settings)


def remove(name: str, settings: Settings) -> None:
    """Delete one of the person's own models; if it was the chosen one, the shipped one is.

    Raises:
        ModelNotFound: there is none of that name.
        UsageError: it came with Palote.
    """
    if (catalog.ASSETS / f"{name}.onnx").is_file():
        raise UsageError(f"The model {name!r} came with Palote and stays.")
    if name not in catalog.names(settings):
        raise ModelNotFound(
            f"There is no model {name!r} of your own. "
            f"Known names: {', '.join(catalog.names(settings))}."
        )
    home = catalog.home(settings)
    mark = home / catalog.CHOSEN
    if mark.is_file() and mark.read_text(encoding="utf-8").strip() == name:
        mark.unlink()
    shutil.rmtree(home / name)


def _files(source: Path) -> list[Path]:
    """Return the model file, and what belongs to it."""
    if source.is_dir():
        stems = [p.name.removesuffix(".card.json") for p in sorted(source.glob("*.card.json"))]
        if not stems:
            raise ModelNotFound(
                f"{str(source)!r} holds no finished run of palote train: it has no .card.json."
            )
        stem = stems[0]
    elif source.is_file() and source.suffix in catalog.FORMATS:
        stem = source.name.removesuffix(source.suffix)
    else:
        raise ModelNotFound(
            f"{str(source)!r} is neither a run folder nor a model file "
            f"({', '.join(catalog.FORMATS)})."
        )
    folder = source if source.is_dir() else source.parent
    suffixes = (*catalog.FORMATS, *LATER_FILES)
    found = [folder / f"{stem}{suffix}" for suffix in suffixes]
    found = [path for path in found if path.is_file() and path != source]
    if source.is_file():
        # Beside a file that was named, only what it needs: not a namesake in another format.
        found = [source, *(p for p in found if p.name.endswith(LATER_FILES))]
    if not found:
        raise ModelNotFound(f"{str(source)!r} holds a card, but no model file.")
    return found


def _check_name(name: str, settings: Settings) -> None:
    if not catalog.NAME.fullmatch(name) or name == catalog.CHOSEN:
        raise UsageError(
            f"{name!r} is no name for a model: letters, digits, '-', '_' and '.', at most 64."
        )
    if name in catalog.names(settings) or (catalog.home(settings) / name).exists():
        raise UsageError(
            f"There is a model {name!r} already. "
            "Give another name with --name, or remove it first: palote models remove NAME"
        )


def _card(path: Path) -> Card | None:
    beside = catalog.card_path(path)
    return Card.from_file(beside) if beside.is_file() else None


def _write_card(card: Card, original: Card | None, source: Path, folder: Path) -> None:
    """Write the card, with the digests of the files as they are now under their new names."""
    stem = source.name.removesuffix(source.suffix)
    digests = {}
    for path in sorted(folder.iterdir()):
        digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        before = stem + path.name.removeprefix(card.name)
        wanted = original.sha256.get(before) if original else None
        if wanted is not None and wanted != digests[path.name]:
            raise ModelCorrupt(
                f"The model file {before!r} is damaged: its SHA-256 is not the card's. "
                "Copy it again, or train it again."
            )
    card = replace(card, sha256=digests)
    (folder / f"{card.name}.card.json").write_text(card.to_json(), encoding="utf-8")
