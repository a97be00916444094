"""From the arguments of ``palote read`` to the pictures they stand for.

A shell on Windows leaves ``*.png`` to the program, and a quoted pattern comes
here on every system, so patterns are resolved here too. An argument that is
there under exactly this name is taken as it is, whatever its letters.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator

from palote.errors import FileNotReadable

__all__ = ["STDIN", "pictures"]

STDIN = "-"
"""The argument that stands for one picture on standard input."""

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif"),
)
"""What counts as a picture in a folder; a file that is named counts in any case."""

Problem = Callable[[str, FileNotReadable], None]


def pictures(arguments: list[str], problem: Problem) -> Iterator[str]:
    """Yield the paths that the arguments stand for, folders in order of name.

    Args:
        arguments: files, folders, patterns (``*``, ``?``, ``[...]``, ``**``) and `STDIN`.
        problem: called with an argument, or a folder below it, that leads to nothing.
    """
    for argument in arguments:
        if os.path.isdir(argument):
            yield from _folder(argument, problem)
        elif argument == STDIN or os.path.lexists(argument) or not glob.has_magic(argument):
            yield argument
        else:
            yield from _pattern(argument, problem)


def _folder(folder: str, problem: Problem) -> Iterator[str]:
    empty = True

    def unreadable(error: OSError) -> None:
        nonlocal empty
        empty = False
        name = os.fspath(error.filename)
        problem(name, FileNotReadable(f"The folder {name!r} cannot be opened: {error.strerror}."))

    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders.sort()
        for file in sorted(files):
            # macOS leaves a "._photo.jpg" without a picture beside every photo.jpg.
            if file.lower().endswith(SUFFIXES) and not file.startswith("."):
                empty = False
                yield os.path.join(place, file)
    if empty:
        problem(
            folder,
            FileNotReadable(
                f"There is no picture in the folder {folder!r}. "
                "Palote looks for PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and HEIC files."
            ),
        )


def _pattern(pattern: str, problem: Problem) -> Iterator[str]:
    matches = sorted(glob.iglob(pattern, recursive=True))
    for match in matches:
        if not os.path.isdir(match):
            yield match
        elif "**" not in pattern:
            yield from _folder(match, problem)
    if not matches:
        problem(pattern, FileNotReadable(f"No file matches {pattern!r}. Check the pattern."))
