"""``palote learn``: say what was read wrong, and see, undo, carry away what was learnt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import FileNotReadable, PaloteError, UsageError
from palote.surfaces.cli.options import CleanOption, ProfileOption, StoreOption, own_settings
from palote.surfaces.cli.paths import pictures

if TYPE_CHECKING:
    from palote.learn import Outcome, Teacher

__all__ = ["learn"]

PAGE = 500
"""Corrections that are asked for at once."""

learn = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Teach it your hand: what it read wrong, and what has come of it.",
)

JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@learn.command("add")
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
) -> None:
    """Learn from pictures whose digit you know; a crop of each digit is kept.

    The next reading uses it. What would make it worse for everyone is refused.
    """
    from palote.learn import label_of

    if label is None:
        folders = [path for path in paths if Path(path).is_dir()]
        if folders != paths:
            raise UsageError(
                "What do the pictures show? Say --label 7, or give a folder with the folders "
                "0 to 9 in it."
            )
        with _teacher(profile, store) as (teacher, name):
            for folder in folders:
                _told(teacher.import_folder(Path(folder), name, source="cli"))
        return
    label_of(label)
    failed = False

    def problem(path: str, error: FileNotReadable) -> None:
        nonlocal failed
        failed = True
        _say(f"{path}: {error}")

    with _teacher(profile, store) as (teacher, name):
        for path in pictures(paths, problem):
            try:
                outcome = teacher.correct(path, label, name, source="cli", clean=clean)
            except UsageError:
                raise
            except PaloteError as error:
                failed = True
                _say(f"{path}: {error}")
            else:
                _told(outcome)
    raise typer.Exit(1 if failed else 0)


@learn.command("list")
def list_corrections(
    as_json: JsonOption = False, profile: ProfileOption = None, store: StoreOption = None
) -> None:
    """List what was taught, newest first: id, time, label, what it was read as, state."""
    with _teacher(profile, store) as (teacher, name):
        before: str | None = None
        while page := teacher.corrections(name, limit=PAGE, before=before):
            for one in page:
                if as_json:
                    typer.echo(json.dumps(one.to_dict(), ensure_ascii=False))
                else:
                    read_as = one.read_as or "?"
                    typer.echo(
                        f"{one.id}  {one.time}  {one.label:>4}  read as {read_as:>4}  "
                        f"{one.state:7}  {one.source}"
                    )
            before = page[-1].id


@learn.command("delete")
def delete(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Of palote learn list.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was taught.")] = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
) -> None:
    """Delete pictures that were taught, and every version that learnt from them."""
    if bool(ids) == everything:
        raise UsageError("Name the corrections to delete by their ids, or give --all.")
    with _teacher(profile, store) as (teacher, name):
        if everything:
            _told(teacher.delete_all(name))
        for one in ids or ():
            _told(teacher.delete(one, name))


@learn.command("undo")
def undo(profile: ProfileOption = None, store: StoreOption = None) -> None:
    """Take the newest correction back."""
    with _teacher(profile, store) as (teacher, name):
        _told(teacher.undo(name))


@learn.command("export")
def export(
    out: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.zip", help="Where to.", show_default=False)
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
) -> None:
    """Write what was taught as class folders of PNG files, to look at or to move elsewhere."""
    from palote.data.saving import save

    with _teacher(profile, store) as (teacher, name):
        count = teacher.status(name).corrections
        if out.suffix.lower() == ".zip":
            save(out, teacher.export_zip(name))
        else:
            teacher.export_folder(out, name)
    _say(f"{count:,} pictures.")
    typer.echo(out)


@learn.command("import")
def import_corrections(
    source: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|FILE.zip", help="Class folders.", show_default=False),
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
) -> None:
    """Learn from class folders of pictures, also those that export wrote."""
    with _teacher(profile, store) as (teacher, name):
        if source.is_dir():
            _told(teacher.import_folder(source, name))
            return
        try:
            content = source.read_bytes()
        except OSError as error:
            raise FileNotReadable(
                f"{str(source)!r} cannot be read: {error.strerror}. Check the name."
            ) from error
        _told(teacher.import_zip(content, name))


@learn.command("status")
def status(
    as_json: JsonOption = False, profile: ProfileOption = None, store: StoreOption = None
) -> None:
    """Tell what a profile has learnt, and where it is kept; mends damaged files, too."""
    from palote.learn import percent

    with _teacher(profile, store) as (teacher, name):
        found = teacher.status(name)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
        return
    labels = ", ".join(f"{label}: {count}" for label, count in found.by_label.items())
    reads = f"version {found.version}" if found.version else "the network as it came"
    typer.echo(f"profile      {found.profile}{'' if found.on else ', learning is off'}")
    typer.echo(f"reads with   {reads}")
    typer.echo(f"corrections  {found.corrections:,}, learnt from {found.learned:,}")
    if labels:
        typer.echo(f"             {labels}")
    if found.own_after is not None:
        typer.echo(f"your set     {percent(found.own_before)} -> {percent(found.own_after)}")
    typer.echo(f"everyone's   {percent(found.general_before)} -> {percent(found.general_after)}")
    typer.echo(f"kept in      {found.store}, {found.bytes:,} bytes of pictures")


@learn.command("history")
def history(
    as_json: JsonOption = False, profile: ProfileOption = None, store: StoreOption = None
) -> None:
    """List the versions, newest first; * reads now, - cannot be gone back to."""
    from palote.learn import percent

    with _teacher(profile, store) as (teacher, name):
        versions = teacher.history(name)
    for one in versions:
        if as_json:
            typer.echo(json.dumps(one.to_dict(), ensure_ascii=False))
            continue
        mark = "*" if one.active else " " if one.kept else "-"
        typer.echo(
            f"{mark} {one.number:>4}  {one.time}  {one.reason:10}  {one.verdict:13}  "
            f"{one.corrections:>5} corrections  yours {percent(one.own_before)} -> "
            f"{percent(one.own_after)}, everyone's {percent(one.general_before)} -> "
            f"{percent(one.general_after)}"
        )


@learn.command("rollback")
def rollback(
    version: Annotated[
        int, typer.Argument(metavar="VERSION", min=0, help="Of palote learn history; 0 is none.")
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
) -> None:
    """Go back to a version; what was taught since is set aside, not deleted."""
    with _teacher(profile, store) as (teacher, name):
        _told(teacher.rollback(version, name))


@learn.command("on")
def switch_on(profile: ProfileOption = None, store: StoreOption = None) -> None:
    """Learn, and read with what was learnt."""
    with _teacher(profile, store) as (teacher, name):
        _say(f"Learning is on for {teacher.switch(True, name).profile!r}.")


@learn.command("off")
def switch_off(profile: ProfileOption = None, store: StoreOption = None) -> None:
    """Learn nothing more, and read with the network as it came; nothing is deleted."""
    with _teacher(profile, store) as (teacher, name):
        _say(f"Learning is off for {teacher.switch(False, name).profile!r}.")


@learn.command("profiles")
def profiles(
    new: Annotated[str | None, typer.Option("--add", metavar="NAME", help="Make one.")] = None,
    gone: Annotated[
        str | None,
        typer.Option("--remove", metavar="NAME", help="Delete one with all that it was taught."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """List the profiles: readers with names, each taught by itself."""
    with _teacher(None, store) as (teacher, _):
        if new is not None:
            teacher.add_profile(new)
        if gone is not None:
            teacher.remove_profile(gone)
        for one in teacher.profiles():
            marks = ("" if one.on else ", off") + (", has a token" if one.has_token else "")
            typer.echo(f"{one.name}  {one.corrections:,} corrections, version {one.version}{marks}")


@learn.command("token")
def token(
    profile: Annotated[
        str | None, typer.Argument(metavar="PROFILE", help="Of palote learn profiles.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Let it have none.")] = False,
    store: StoreOption = None,
) -> None:
    """Make the token with which others may teach a profile over the network; it is shown once."""
    with _teacher(profile, store) as (teacher, name):
        if drop:
            teacher.drop_token(name)
            _say(f"The profile {name!r} has no token now.")
        else:
            typer.echo(teacher.new_token(name))
            _say(f"Who has it teaches and sees the profile {name!r}. It is not shown again.")


@contextmanager
def _teacher(profile: str | None, store: str | None) -> Iterator[tuple[Teacher, str]]:
    """Give the teacher and the name of the profile; the usual one is made if it is not there."""
    from palote.learn import Teacher

    settings = own_settings(profile, store)
    with Teacher(settings) as teacher:
        if profile is None and not any(
            one.name.casefold() == settings.profile.casefold() for one in teacher.profiles()
        ):
            teacher.add_profile(settings.profile)
        yield teacher, settings.profile


def _told(outcome: Outcome) -> None:
    for sentence in outcome.skipped:
        _say(sentence)
    if outcome.added:
        _say(f"{outcome.added:,} new pictures.")
    typer.echo(outcome.message)


def _say(message: str) -> None:
    typer.echo(f"palote: {message}", err=True)
