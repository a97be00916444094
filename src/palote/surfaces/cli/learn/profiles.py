"""``palote learn profiles`` and ``token``: readers with names, and who may teach them."""

from __future__ import annotations

from typing import Annotated

import typer

from palote.surfaces.cli.learn.desk import SpokenOption, desk, say
from palote.surfaces.cli.options import StoreOption

__all__ = ["profiles", "token"]


def profiles(
    new: Annotated[str | None, typer.Option("--add", metavar="NAME", help="Make one.")] = None,
    gone: Annotated[
        str | None,
        typer.Option("--remove", metavar="NAME", help="Delete one with all that it was taught."),
    ] = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """List the profiles: readers with names, each taught by itself."""
    with desk(None, store, lang) as at:
        if new is not None:
            at.teacher.add_profile(new)
        if gone is not None:
            at.teacher.remove_profile(gone)
        for one in at.teacher.profiles():
            said = at.words(
                "{corrections}, version {number}",
                corrections=at.words.corrections(one.corrections),
                number=str(one.version),
            )
            said += "" if one.on else at.words(", off")
            said += at.words(", has a token") if one.has_token else ""
            typer.echo(f"{one.name}  {said}")


def token(
    profile: Annotated[
        str | None, typer.Argument(metavar="PROFILE", help="Of palote learn profiles.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Let it have none.")] = False,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Make the token with which others may teach a profile over the network; it is shown once."""
    with desk(profile, store, lang) as at:
        name = at.words.name(at.profile)
        if drop:
            at.teacher.drop_token(at.profile)
            say(at.words("The profile {name} has no token now.", name=name))
        else:
            typer.echo(at.teacher.new_token(at.profile))
            said = "Who has it teaches and sees the profile {name}. It is not shown again."
            say(at.words(said, name=name))
