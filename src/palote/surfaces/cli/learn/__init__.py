"""``palote learn``: say what was read wrong, and see, undo, carry away what was learnt.

corrections.py   add, list, delete, undo, export, import
versions.py      status, history, rollback, on, off
profiles.py      profiles, token
desk.py          what they share: options, the teacher, and how they speak
words.py         what they say, in English and Spanish
"""

from __future__ import annotations

import typer

from palote.surfaces.cli.learn import corrections, profiles, versions

__all__ = ["learn"]

learn = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Teach it your hand: what it read wrong, and what has come of it.",
)
learn.command("add")(corrections.add)
learn.command("list")(corrections.list_corrections)
learn.command("delete")(corrections.delete)
learn.command("undo")(corrections.undo)
learn.command("export")(corrections.export)
learn.command("import")(corrections.import_corrections)
learn.command("status")(versions.status)
learn.command("history")(versions.history)
learn.command("rollback")(versions.rollback)
learn.command("on")(versions.switch_on)
learn.command("off")(versions.switch_off)
learn.command("profiles")(profiles.profiles)
learn.command("token")(profiles.token)
