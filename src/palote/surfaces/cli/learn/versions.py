"""``palote learn status``, ``history``, ``rollback``, ``on`` and ``off``: what came of it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from palote.surfaces.cli.learn.desk import JsonOption, SpokenOption, desk, line, say
from palote.surfaces.cli.options import ProfileOption, StoreOption

__all__ = ["history", "rollback", "status", "switch_off", "switch_on"]

REASON, VERDICT = 10, 13
"""Widths of columns; in Spanish each takes two letters more."""


def status(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Tell what a profile has learnt, and where it is kept; mends damaged files, too."""
    with desk(profile, store, lang) as at:
        found, words = at.teacher.status(at.profile), at.words
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
        return
    number = str(found.version)
    reads = (
        words("version {number}", number=number)
        if found.version
        else words("the network as it came")
    )
    learned = words(
        "{count}, learnt from {learned}",
        count=words.count(found.corrections),
        learned=words.count(found.learned),
    )
    labels = ", ".join(f"{label}: {words.count(count)}" for label, count in found.by_label.items())
    own = words.change(found.own_before, found.own_after)
    kept = words(
        "{store}, {bytes} bytes of pictures", store=found.store, bytes=words.count(found.bytes)
    )
    for said in words.table(
        ("profile", found.profile + ("" if found.on else words(", learning is off"))),
        ("reads with", reads),
        ("corrections", learned),
        *([("", labels)] if labels else []),
        *([("your set", own)] if found.own_after is not None else []),
        ("everyone's", words.change(found.general_before, found.general_after)),
        ("kept in", kept),
    ):
        typer.echo(said)


def history(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """List the versions, newest first; * reads now, - cannot be gone back to."""
    with desk(profile, store, lang) as at:
        versions, words = at.teacher.history(at.profile), at.words
    wider = 2 if words.spanish else 0
    yours, everyones = words("yours"), words("everyone's")
    for one in versions:
        if as_json:
            line(one.to_dict())
            continue
        mark = "*" if one.active else " " if one.kept else "-"
        typer.echo(
            f"{mark} {one.number:>4}  {one.time}  {words.known(one.reason):{REASON + wider}}  "
            f"{words.known(one.verdict):{VERDICT + wider}}  "
            f"{words.count(one.corrections):>5} {words('corrections')}  "
            f"{yours} {words.change(one.own_before, one.own_after)}, "
            f"{everyones} {words.change(one.general_before, one.general_after)}"
        )


def rollback(
    version: Annotated[
        int, typer.Argument(metavar="VERSION", min=0, help="Of palote learn history; 0 is none.")
    ],
    profile: ProfileOption = None,
    store: StoreOption = None,
    lang: SpokenOption = "en",
) -> None:
    """Go back to a version; what was taught since is set aside, not deleted."""
    with desk(profile, store, lang) as at:
        at.told(at.teacher.rollback(version, at.profile))


def switch_on(
    profile: ProfileOption = None, store: StoreOption = None, lang: SpokenOption = "en"
) -> None:
    """Learn, and read with what was learnt."""
    with desk(profile, store, lang) as at:
        name = at.teacher.switch(True, at.profile).profile
        say(at.words("Learning is on for {name}.", name=at.words.name(name)))


def switch_off(
    profile: ProfileOption = None, store: StoreOption = None, lang: SpokenOption = "en"
) -> None:
    """Learn nothing more, and read with the network as it came; nothing is deleted."""
    with desk(profile, store, lang) as at:
        name = at.teacher.switch(False, at.profile).profile
        say(at.words("Learning is off for {name}.", name=at.words.name(name)))
