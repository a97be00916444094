"""Which key does what, by the character that it types: so any keyboard layout will do."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Command", "command_of", "digit_of"]

Command: TypeAlias = Literal[
    "quit", "freeze", "picture", "model", "expect", "undo", "whole", "help"
]

ESCAPE, BACKSPACE, DELETE = "\x1b", "\x08", "\x7f"
CONTROL_Q, CONTROL_W = "\x11", "\x17"

COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("q", ESCAPE, CONTROL_Q, CONTROL_W), "quit"),
    " ": "freeze",
    "s": "picture",
    "m": "model",
    "n": "expect",
    **dict.fromkeys((BACKSPACE, DELETE), "undo"),
    "w": "whole",
    **dict.fromkeys(("h", "?"), "help"),
}


def command_of(character: str) -> Command | None:
    """Return the command of a character that was typed, if it is one's.

    >>> command_of("Q")
    'quit'
    """
    return COMMANDS.get(character.lower())


def digit_of(character: str) -> int | None:
    """Return the digit that was typed, if one was."""
    return int(character) if character in tuple("0123456789") else None
