"""A trained network as files for others, each compared with the network before it counts.

All files are made in a folder of their own, and go to their place at the end: all of
them or none.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import keras

from palote.data.saving import cannot_write
from palote.errors import PaloteError, UsageError
from palote.model import catalog
from palote.model.card import Card
from palote.settings import Settings
from palote.train import job as jobs
from palote.train.job import Job, Written
from palote.train.networks import with_embedding
from palote.train.specimens import pictures

__all__ = ["FORMATS", "Written", "checked", "export", "ship"]

FORMATS = ("keras", "h5", "json", "tflite", "onnx", "tflite-int8", "onnx-int8")
"""What `export` writes; ``-int8`` is in whole numbers of 8 bits."""
FULL = 20_000_000
"""With fewer bytes left, a disk counts as full."""

Say = Callable[[str], None]


def export(
    model: keras.Model,
    card: Card,
    formats: Iterable[str],
    folder: Path,
    settings: Settings | None = None,
    say: Say | None = None,
) -> list[Written]:
    """Write a network in other formats, with its card beside them.

    Args:
        model: the network; one output, or two called ``logits`` and ``embedding``.
        card: what it says of itself; its digests are filled in.
        formats: some of `FORMATS`.
        folder: where the files go; files of the same name are replaced.
        settings: where MNIST may be, whose pictures are better than drawn ones.
        say: is told what comes next.

    Returns:
        What was written, in the order of `FORMATS`.

    Raises:
        UsageError: there is no such format, or another network's card is in the way.
        ExportFailed: a file does not answer as the network does; nothing was written.
        DataError: the files cannot be written; nothing was.
    """
    wanted = checked(formats)
    if not catalog.NAME.fullmatch(card.name):
        raise UsageError(f"{card.name!r} is no name for files: letters, digits, '-', '_', '.'.")
    card = replace(card, sha256=_known(folder, card))
    settings = settings or Settings.from_environment()
    return _written(model, card, wanted, folder, settings, say or (lambda line: None))


def ship(model: keras.Model, card: Card, folder: Path) -> Card:
    """Write ``NAME.keras`` and ``NAME.onnx`` with their card, as a training does at its end.

    Args:
        model: the trained network with one output, logits, above a layer ``embedding``.
        card: what it says of itself; its digests and parameters are filled in.
        folder: where the files go; files of the same name, and their card, are replaced.

    Returns:
        The card with digests.

    Raises:
        ExportFailed: the files give other answers than the network; nothing was written.
        DataError: the files cannot be written; nothing was.
    """
    card = replace(card, parameters=int(model.count_params()), sha256={})
    settings = Settings.from_environment()
    _written(with_embedding(model), card, ["keras", "onnx"], folder, settings, lambda line: None)
    return Card.from_file(folder / f"{card.name}.card.json")


def checked(formats: Iterable[str]) -> list[str]:
    """Return the formats in the order of `FORMATS`.

    Raises:
        UsageError: there is no such format; the message lists them.
    """
    given = list(formats)
    for name in given:
        if name not in FORMATS:
            raise UsageError(f"There is no format {name!r}. Known: {', '.join(FORMATS)}.")
    if not given:
        raise UsageError(f"No format is named. Known: {', '.join(FORMATS)}.")
    return [name for name in FORMATS if name in given]


def _written(
    model: keras.Model,
    card: Card,
    wanted: list[str],
    folder: Path,
    settings: Settings,
    say: Say,
) -> list[Written]:
    in_8_bits = any(name.endswith(jobs.INT8) for name in wanted)
    count = jobs.COMPARED + (jobs.CALIBRATED if in_8_bits else 0)
    inks, origin = pictures(count, card.ink, settings)
    say(f"each file is compared with the network on {jobs.COMPARED:,} {origin}")
    with _workplace(folder) as bench:
        job = Job.begun(model, replace(card, sha256={}), inks, bench)
        written = []
        for name in wanted:
            say(f"writing {name}")
            written.append(job.write(name))
        names = [name for one in written for name in one.files]
        fresh = {name: _digest(bench / name) for name in names}
        beside = f"{card.name}.card.json"
        finished = replace(card, sha256={**card.sha256, **fresh})
        (bench / beside).write_text(finished.to_json(), encoding="utf-8")
        for name in (*names, beside):
            (bench / name).replace(folder / name)
    return written


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Give a folder to work in, inside of that of the files; what is left in it goes."""
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as bench:
            try:
                yield Path(bench)
            except PaloteError:
                raise
            except Exception as error:
                # Each library tells a full disk in its own way, and many lines.
                said = isinstance(error, OSError) and "\n" not in (error.strerror or "\n")
                if said or shutil.disk_usage(folder).free > FULL:
                    raise
                raise OSError(errno.ENOSPC, "no space is left") from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    finally:
        if new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _known(folder: Path, card: Card) -> dict[str, str]:
    """Return the digests of the network's files that are in the folder already."""
    path = folder / f"{card.name}.card.json"
    if not path.is_file():
        return {}
    there = Card.from_file(path)
    if replace(there, sha256={}) != replace(card, sha256={}):
        raise UsageError(
            f"{str(folder)!r} holds another network of the name {card.name!r}. "
            "Give another folder with --out."
        )
    return {
        name: digest
        for name, digest in there.sha256.items()
        if (folder / name).is_file() and _digest(folder / name) == digest
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
