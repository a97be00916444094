"""Every text is there in both languages, with the same blanks to fill in."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from palote.errors import UsageError
from palote.model.folder import REASONS
from palote.surfaces.webcam.keys import command_of, digit_of
from palote.surfaces.webcam.words import Words, words_in

EN, ES = words_in("en"), words_in("es")


def texts(words: Words, name: str) -> list[str]:
    value = getattr(words, name)
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [f"{key}={text}" for key, text in value.items()]
    return [text for pair in value for text in pair]


@pytest.mark.parametrize("name", [one.name for one in fields(Words)])
def test_both_languages_have_the_same_blanks(name: str) -> None:
    english, spanish = texts(EN, name), texts(ES, name)
    assert len(english) == len(spanish) and all(english) and all(spanish)
    for one, other in zip(english, spanish, strict=True):
        assert sorted(re.findall(r"{\w+}", one)) == sorted(re.findall(r"{\w+}", other))


def test_nothing_was_left_in_english() -> None:
    same = [
        name
        for name in (one.name for one in fields(Words))
        if isinstance(getattr(EN, name), str) and getattr(EN, name) == getattr(ES, name)
    ]
    assert same == []


def test_every_reason_for_a_choice_has_its_words() -> None:
    # A description without weights is never chosen before another file.
    assert set(EN.reasons) == set(ES.reasons) == set(REASONS) - {".json"}


def test_figures_are_written_as_the_language_does() -> None:
    assert EN.percent(0.9876) == "98.8 %" and ES.percent(0.9876) == "98,8 %"
    assert EN.number(25.04, 1) == "25.0" and ES.number(17.0) == "17"


def test_another_language() -> None:
    with pytest.raises(UsageError, match="one of en, es; not 'de'"):
        words_in("de")


@pytest.mark.parametrize(
    ("character", "command"),
    [
        *(("q", "quit"), ("Q", "quit"), ("\x1b", "quit"), (" ", "freeze"), ("s", "picture")),
        *(("m", "model"), ("\b", "undo"), ("\x7f", "undo"), ("w", "whole")),
        *(("h", "help"), ("?", "help"), ("", None), ("x", None), ("\x03", None), ("7", None)),
    ],
)
def test_keys(character: str, command: str | None) -> None:
    assert command_of(character) == command


def test_digits() -> None:
    assert [digit_of(one) for one in ("0", "9", "", "q", "12", "٣")] == [0, 9, *[None] * 4]
