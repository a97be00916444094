"""``palote learn add``, ``list``, ``delete``, ``undo``, ``export`` and ``import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palote.errors import FileNotReadable, PaloteError, UsageError
from palote.surfaces.cli.learn.desk import JsonOption, SpokenOption, desk, line, say
from palote.surfaces.cli.learn.words import Words
from palote.surfaces.cli.options import CleanOption, ProfileOption, StoreOption
from palote.surfaces.cli.paths import pictures

__all__ = ["add", "delete", "export", "import_corrections", "list_corrections", "undo"]

PAGE = 500
"""Corrections that are asked for at once."""


def add(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...|FOLDER",
            help="Pictures of one digit; or, without --label, a folder with the folders "
            "0 to 9 and none in it.",
            show_default=False,
        ),
    ],
    label: Annotated[
        str | None,
        typer.Option(metavar="0-9|none", help="What they show; none for what is not a digit."),
    ] = None,
    clean: CleanOption = "auto",
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Learn from pictures whose digit you know; a crop of each digit is kept.

    The next reading uses it. What would make it worse for everyone is refused.
    """
    from palote.learn import label_of

    words = Words(lang)
    if label is None:
        folders = [path for path in paths if Path(path).is_dir()]
        if folders != paths:
            raise UsageError(
                words(
                    "What do the pictures show? Say --label 7, or give a folder with the folders "
                    "0 to 9 in it."
                )
            )
        with desk(profile, store, lang) as at:
            for folder in folders:
                at.told(at.teacher.import_folder(Path(folder), at.profile, source="cli"))
        return
    label_of(label)
    failed = False

    def problem(path: str, error: PaloteError) -> None:
        nonlocal failed
        failed = True
        say(f"{path}: {words.error(error)}")

    with desk(profile, store, lang) as at:
        for path in pictures(paths, problem):
            try:
                outcome = at.teacher.correct(path, label, at.profile, source="cli", clean=clean)
            except UsageError:
                raise
            except PaloteError as error:
                problem(path, error)
            else:
                at.told(outcome)
                number = "" if label == "none" else _number_on(path)
                if number:
                    say(
                        words(
                            "{path}: there seem to be several digits on it, {number}, and one was "
                            "learnt. To take it back: palote learn undo. On the page, each digit "
                            "of a number can be corrected.",
                            path=path,
                            number=number,
                        )
                    )
    raise typer.Exit(1 if failed else 0)


def _number_on(path: str) -> str:
    """Return what a picture clearly shows if that is several digits, not one; else nothing."""
    from palote.reader import read

    lines = read(path, expect="number").lines
    sure = [line.raw for line in lines if line.status == "ok" and len(line.digits) > 1]
    return ", ".join(sure)


def list_corrections(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """List what was taught, newest first: id, time, label, what it was read as, state."""
    with desk(profile, store, lang) as at:
        before: str | None = None
        while page := at.teacher.corrections(at.profile, limit=PAGE, before=before):
            for one in page:
                if as_json:
                    line(one.to_dict())
                    continue
                read_as = one.read_as or "?"
                typer.echo(
                    f"{one.id}  {one.time}  {one.label:>4}  {at.words('read as')} {read_as:>4}  "
                    f"{at.words(one.state):{len(at.words('waiting'))}}  "
                    f"{at.words.known(one.source)}"
                )
            before = page[-1].id


def delete(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Of palote learn list.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was taught.")] = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Delete pictures that were taught, and every version that learnt from them."""
    if bool(ids) == everything:
        raise UsageError(Words(lang)("Name the corrections to delete by their ids, or give --all."))
    with desk(profile, store, lang) as at:
        if everything:
            at.told(at.teacher.delete_all(at.profile))
        for one in ids or ():
            at.told(at.teacher.delete(one, at.profile))


def undo(
    profile: ProfileOption = None, store: StoreOption = None, lang: SpokenOption = "en"
) -> None:
    """Take the newest correction back."""
    with desk(profile, store, lang) as at:
        at.told(at.teacher.undo(at.profile))


def export(
    out: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.zip", help="Where to.", show_default=False)
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Write what was taught as class folders of PNG files, to look at or to move elsewhere."""
    from palote.data.saving import save

    with desk(profile, store, lang) as at:
        count = at.words.count(at.teacher.status(at.profile).corrections)
        if out.suffix.lower() == ".zip":
            save(out, at.teacher.export_zip(at.profile))
        else:
            at.teacher.export_folder(out, at.profile)
        say(at.words("Pictures: {count}.", count=count))
    typer.echo(out)


def import_corrections(
    source: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|FILE.zip", help="Class folders.", show_default=False),
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Learn from class folders of pictures, also those that export wrote."""
    with desk(profile, store, lang) as at:
        if source.is_dir():
            at.told(at.teacher.import_folder(source, at.profile))
            return
        try:
            content = source.read_bytes()
        except OSError as error:
            raise FileNotReadable(
                f"{str(source)!r} cannot be read: {error.strerror}. Check the name."
            ) from error
        at.told(at.teacher.import_zip(content, at.profile))
