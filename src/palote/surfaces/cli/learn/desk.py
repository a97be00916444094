"""What the commands of ``palote learn`` share: options, the teacher, and how they speak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import LearningOff, NothingToLearn
from palote.result import Json
from palote.surfaces.cli.learn.words import Words
from palote.surfaces.cli.options import own_settings

if TYPE_CHECKING:
    from palote.learn import Outcome, Teacher

__all__ = ["Desk", "JsonOption", "SpokenOption", "desk", "line", "say"]

JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]

SpokenOption = Annotated[
    str,
    typer.Option(
        "--lang",
        metavar="en|es",
        autocompletion=lambda: ["en", "es"],
        help="Language of the answers; errors are mostly in English.",
    ),
]


@dataclass(frozen=True)
class Desk:
    """Where one command works.

    Attributes:
        teacher: open.
        profile: the name of the profile that is meant.
        words: the language that it speaks.
    """

    teacher: Teacher
    profile: str
    words: Words

    def told(self, outcome: Outcome) -> None:
        """Say what came of a wish."""
        for sentence in outcome.skipped:
            say(sentence)
        if outcome.added:
            say(self.words("New pictures: {count}.", count=self.words.count(outcome.added)))
        typer.echo(self.words.outcome(outcome))


@contextmanager
def desk(profile: str | None, store: str | None, lang: str) -> Iterator[Desk]:
    """Open the teacher; the usual profile is made if it is not there.

    Args:
        profile: whose corrections; the settings' if not given.
        store: where they are kept; the settings' if not given.
        lang: "en" or "es".

    Raises:
        UsageError: there is no such language, profile or store.
        LearnError: the store cannot be used.
    """
    words = Words(lang)
    from palote.learn import Teacher

    settings = own_settings(profile, store)
    with Teacher(settings) as teacher:
        if profile is None and not any(
            one.name.casefold() == settings.profile.casefold() for one in teacher.profiles()
        ):
            teacher.add_profile(settings.profile)
        try:
            yield Desk(teacher, settings.profile, words)
        except (LearningOff, NothingToLearn) as error:
            raise type(error)(words.error(error)) from error


def line(fields: dict[str, Json]) -> None:
    """Print one line of JSON."""
    typer.echo(json.dumps(fields, ensure_ascii=False))


def say(message: str) -> None:
    """Say something that is no data."""
    typer.echo(f"palote: {message}", err=True)
