"""``palote webcam``: a window that reads what a camera sees."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from palote.errors import PaloteError
from palote.settings import system_language
from palote.surfaces.cli.options import (
    CleanOption,
    InputOption,
    ModelOption,
    VerboseOption,
    declared_by,
    log,
)
from palote.surfaces.cli.paths import SUFFIXES, pictures

__all__ = ["webcam"]


def webcam(
    camera: Annotated[
        int, typer.Option(metavar="N", min=0, help="Number of the camera; 0 is the first.")
    ] = 0,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|FOLDER",
            help="A video or a folder of pictures in place of a camera; they begin again at "
            "their end.",
        ),
    ] = None,
    model: ModelOption = None,
    clean: CleanOption = "auto",
    expect: Annotated[
        str,
        typer.Option(
            metavar="digit|number|auto", help="What to look for at first; the key n changes it."
        ),
    ] = "digit",
    save_to: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Where the keys 0 to 9 save digits, in class folders: FOLDER/7/...png; "
            "train on them with palote train small --data FOLDER.",
        ),
    ] = Path("my-digits"),
    to: Annotated[
        Path,
        typer.Option("--pictures", metavar="FOLDER", help="Where the key s saves pictures; here."),
    ] = Path(),
    lang: Annotated[
        str | None,
        typer.Option("--lang", metavar="en|es", help="Language of the window; the system's."),
    ] = None,
    declared: InputOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Open a window that reads what the camera sees.

    Keys: q quits, space freezes the picture, s saves it, m goes to the next model, n reads
    whole numbers, 0 to 9 save the digit in the box as this digit, Backspace deletes it again, h
    shows all keys. Dragging with the mouse chooses the part of the picture that is read. It needs
    the extra webcam.
    """
    from palote.surfaces.webcam import open_window

    figures = open_window(
        camera if source is None else _source(source),
        model,
        clean=clean,
        expect=expect,
        declared=declared_by(declared),
        save_to=save_to,
        pictures=to,
        language=lang or system_language(),
        say=_say,
    )
    log.info(
        "%d frames, %.1f a second; from frame to answer %.0f ms (median), %.0f ms (95 %%)",
        *(figures.frames, figures.fps, figures.median_ms, figures.p95_ms),
    )


def _source(source: str) -> str | list[str]:
    """Return the paths of a folder's pictures, or of a single one; or else a video's path."""
    if not os.path.isdir(source) and not source.lower().endswith(SUFFIXES):
        return source

    def failed(path: str, error: PaloteError) -> None:
        raise error

    return list(pictures([source], failed))


def _say(line: str) -> None:
    typer.echo(f"palote: {line}", err=True)
