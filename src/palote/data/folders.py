"""A folder of class folders ``0/ ... 9/``, with pictures of any size and format.

It may hold ``train/`` and ``test/`` with such folders in them. Where there is no
``test/``, a share of each class is set apart for it: always the same pictures,
whatever seed a training has, since a network must never be tested with a picture that
another run of it was trained on. A ``validation/`` (or ``val/``) is used as such.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from palote import pixels
from palote.data import splits
from palote.data.items import Item, Part, Skip
from palote.errors import DataError, PaloteError
from palote.settings import Settings

__all__ = ["DIGITS", "TEST_SHARE", "ClassFolders", "is_hidden"]

DIGITS = tuple("0123456789")

TEST_SHARE = 0.15
"""Share of each class that is set apart for the test where the folder has no test part."""

SPLIT_SEED = "2026"

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""Name of a folder -> the part that it holds."""

LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class _File:
    path: Path
    label: int
    held_out: bool = False


@dataclass(frozen=True)
class ClassFolders:
    """A person's own pictures as a `Source`; made by `open`.

    Attributes:
        folder: where they are.
        name: the folder's own name.
        settings: the limits for pictures.
    """

    folder: Path
    name: str
    settings: Settings
    _files: dict[Part, tuple[_File, ...]]

    @classmethod
    def open(cls, folder: Path, settings: Settings | None = None) -> ClassFolders:
        """Look into the folder; no picture is read yet.

        Args:
            folder: holds ``0/ ... 9/``, or ``train/`` and ``test/`` with those in them.
            settings: the limits for pictures; the environment's if not given.

        Raises:
            DataError: it is no folder, may not be opened, holds folders of other names,
                or no file at all.
        """
        if not folder.is_dir():
            raise DataError(f"There is no folder {str(folder)!r}. Check the name.")
        inside = _folders(folder)
        parts = [name for name in inside if name.lower() in PARTS]
        wrong = [name for name in inside if name not in (parts or DIGITS)]
        if wrong or not inside:
            raise _wrong_names(folder, wrong)
        found: dict[str, list[_File]] = {"train": [], "validation": [], "test": []}
        for name in parts:
            found[PARTS[name.lower()]] += _class_files(folder / name)
        if not parts:
            found["train"] = _class_files(folder)
        if not found["test"]:
            found["train"], found["test"] = _cut(folder, found["train"])
        kept = [_File(file.path, file.label, held_out=True) for file in found["validation"]]
        files: dict[Part, tuple[_File, ...]] = {
            "train": (*_in_turns(found["train"]), *_in_turns(kept)),
            "test": _in_turns(found["test"]),
        }
        if not any(files.values()):
            raise DataError(
                f"There is no file in the class folders of {str(folder)!r}. "
                "Put the pictures of each digit into the folder with its name, 0 to 9."
            )
        return cls(folder, folder.resolve().name, settings or Settings.from_environment(), files)

    def count(self, split: Part) -> int:
        """Return how many files the part has, unreadable ones among them."""
        return len(self._files[split])

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the pictures of a part, the digits in turns; see `Source`."""
        for file in self._files[split]:
            try:
                picture = pixels.load(file.path, self.settings)
            except PaloteError as error:
                if skip is None:
                    raise
                skip(_about(file.path, str(error)))
                continue
            yield Item(picture.pixels, file.label, file.path.as_posix(), file.held_out)


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder is the system's own business, not a person's picture."""
    return name.startswith((".", "__", "@")) or name.lower() in LEFT_BY_SYSTEMS


def _folders(folder: Path) -> list[str]:
    try:
        inside = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    except OSError as error:
        raise _closed(folder, error) from error
    return [name for name in inside if not is_hidden(name)]


def _class_files(folder: Path) -> list[_File]:
    """List the files of the class folders in one folder, those in folders inside too."""
    names = _folders(folder)
    wrong = [name for name in names if name not in DIGITS]
    if wrong:
        raise _wrong_names(folder, wrong)
    return [_File(path, int(name)) for name in names for path in _walk(folder / name)]


def _walk(folder: Path) -> Iterator[Path]:
    def closed(error: OSError) -> None:
        raise _closed(Path(error.filename), error) from error

    for place, folders, files in os.walk(folder, onerror=closed):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in sorted(files):
            if not is_hidden(name):
                yield Path(place, name)


def _cut(folder: Path, files: list[_File]) -> tuple[list[_File], list[_File]]:
    """Divide files into those to train on and those to test with."""
    names = [file.path.relative_to(folder).as_posix() for file in files]
    chosen = splits.apart(names, [file.label for file in files], TEST_SHARE, SPLIT_SEED)
    pairs = list(zip(files, chosen, strict=True))
    return [file for file, test in pairs if not test], [file for file, test in pairs if test]


def _in_turns(files: list[_File]) -> tuple[_File, ...]:
    names = [file.path.name for file in files]
    return tuple(files[index] for index in splits.mixed(names, [file.label for file in files]))


def _about(path: Path, message: str) -> str:
    return message if repr(str(path)) in message else f"{str(path)!r}: {message}"


def _closed(folder: Path, error: OSError) -> DataError:
    return DataError(
        f"The folder {str(folder)!r} cannot be opened: {error.strerror}. Change its permissions."
    )


def _wrong_names(folder: Path, wrong: list[str]) -> DataError:
    if wrong:
        listed = ", ".join(repr(name) for name in wrong[:5]) + (", ..." if len(wrong) > 5 else "")
        what = f"{str(folder)!r} holds folders with other names than those of digits: {listed}."
    else:
        what = f"{str(folder)!r} holds no class folders."
    return DataError(
        f"{what} Its folders must be called 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9, after the digit that "
        "their pictures show; or train, test and validation, with such folders in them."
    )
