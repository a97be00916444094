"""A folder with ``labels.csv``: pictures whose digits a table tells, for judging alone.

The table has the columns ``file`` (below the folder) and ``label`` (one digit); further
columns may stand beside them. Such a set is never trained on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from palote import pixels
from palote.data.folders import DIGITS
from palote.data.items import Item, Part, Skip
from palote.errors import DataError, PaloteError
from palote.settings import Settings

__all__ = ["TABLE", "Labelled", "labelled"]

TABLE = "labels.csv"


@dataclass(frozen=True)
class Labelled:
    """Pictures with a table of labels as a `Source`; made by `labelled`.

    Attributes:
        folder: where they are.
        name: the folder's own name.
        settings: the limits for pictures.
        rows: file name and digit.
    """

    folder: Path
    name: str
    settings: Settings
    rows: tuple[tuple[str, int], ...]

    def count(self, split: Part) -> int:
        """Return how many pictures the part has; there are none to train on."""
        return len(self.rows) if split == "test" else 0

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the pictures in the table's order; see `Source`."""
        if split == "train":
            raise DataError(
                f"{str(self.folder)!r} has a {TABLE}, so it is for judging, not for training. "
                "To train on pictures of your own, sort them into folders called 0 to 9."
            )
        for file, label in self.rows:
            path = self.folder / file
            try:
                picture = pixels.load(path, self.settings)
            except PaloteError as error:
                if skip is None:
                    raise
                skip(str(error))
                continue
            yield Item(picture.pixels, label, file)


def labelled(folder: Path, settings: Settings | None = None) -> Labelled:
    """Open a folder with a table of labels; no picture is read yet.

    Args:
        folder: holds the pictures and ``labels.csv``.
        settings: the limits for pictures; the environment's if not given.

    Raises:
        DataError: there is no table, it cannot be read, or a label is no single digit.
    """
    table = folder / TABLE
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            found = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{str(table)!r} is missing or cannot be read ({error}). It is a table in UTF-8 with "
            'the columns "file" and "label".'
        ) from error
    rows = []
    for line, row in enumerate(found, 2):
        file_name, label = row.get("file"), row.get("label")
        if not file_name or label is None:
            raise DataError(
                f'Line {line} of {str(table)!r} has no "file" or no "label". '
                "Its first line must name these two columns."
            )
        if label.strip() not in DIGITS:
            raise DataError(
                f"Line {line} of {str(table)!r} has the label {label!r}, not a single digit 0 to 9."
            )
        rows.append((file_name, int(label)))
    if not rows:
        raise DataError(f"{str(table)!r} names no pictures.")
    settings = settings or Settings.from_environment()
    return Labelled(folder, folder.resolve().name, settings, tuple(rows))
