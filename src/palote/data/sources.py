"""From what a person types to a source of pictures: ``mnist``, ``my-digits=3``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from palote.data.digits import Mnist
from palote.data.folders import DIGITS, ClassFolders
from palote.data.items import Source
from palote.data.labels import TABLE, labelled
from palote.errors import UsageError
from palote.settings import Settings

__all__ = ["source"]


def source(
    text: str,
    settings: Settings | None = None,
    handed: Mapping[str, Source] | None = None,
) -> tuple[Source, float]:
    """Open the source that a text names.

    Args:
        text: ``"mnist"``, the name of a source that is handed in, or a folder (also one in
            the folder that PALOTE_DATA names), each with or without ``=WEIGHT``.
        settings: where to look; the environment's if not given.
        handed: further sources by name.

    Returns:
        The source, and its weight: 1 if none is given.

    Raises:
        UsageError: there is nothing of that name, or the weight is no positive number.
        DataError: the folder is none of class folders, and has no table of labels.
    """
    settings = settings or Settings.from_environment()
    handed = handed or {}
    name, weight = text, 1.0
    if "=" in text and not Path(text).is_dir():
        name, _, number = text.rpartition("=")
        weight = _weight(number, text)
    if name in handed:
        return handed[name], weight
    if name == Mnist.name:
        return Mnist(settings), weight
    folder = _folder(name, settings)
    if folder is None:
        known = ", ".join(sorted({Mnist.name, *handed}))
        raise UsageError(
            f"There is no data set and no folder {name!r}. Known data sets: {known}. "
            "A folder of yours holds a folder for each digit, 0 to 9."
        )
    sorted_already = any((folder / digit).is_dir() for digit in DIGITS)
    if (folder / TABLE).is_file() and not sorted_already:
        return labelled(folder, settings), weight
    return ClassFolders.open(folder, settings), weight


def _folder(name: str, settings: Settings) -> Path | None:
    if not name:
        return None
    places = [Path(name)]
    if settings.datasets is not None:
        places.append(settings.datasets / name)
    return next((place for place in places if place.is_dir()), None)


def _weight(number: str, text: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not (0 < weight < math.inf):
        raise UsageError(
            f"The weight in {text!r} is {number!r}; it must be a number above 0, "
            "as in my-digits=3: each of its pictures counts three times."
        )
    return weight
