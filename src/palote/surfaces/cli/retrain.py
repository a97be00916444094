"""``palote train --data corrections``: the corrections to train with, and the gate at the end.

Training knows nothing of learning, and learning nothing of training: here the one hands its
pictures to the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from palote.learn.kept import Kept
    from palote.settings import Settings

__all__ = ["VERDICT", "WARNING", "corrections_in", "through_the_gate", "weighed"]

NAME = "corrections"
TIMES = 20
"""A correction counts as so many pictures, unless ``=WEIGHT`` says otherwise."""

WARNING = (
    "What a network has learnt from a correction stays in it when the correction is deleted: "
    "then delete {folder}, too."
)

VERDICT = "gate.json"
"""In the run folder: what the gate said."""


def weighed(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the sources as they were typed, corrections with their weight.

    >>> weighed(["mnist", "corrections:Ana", "corrections=5"])
    ('mnist', 'corrections:Ana=20', 'corrections=5')
    """
    return tuple(
        f"{text}={TIMES}" if _is_corrections(text) and "=" not in text else text for text in wanted
    )


def corrections_in(wanted: Sequence[str], settings: Settings, with_none: bool) -> dict[str, Kept]:
    """Open the corrections among the sources, by the name that they have there.

    Args:
        wanted: sources as they were typed, such as "corrections:Ana=20".
        settings: where corrections are kept, and the profile if none is named.
        with_none: what is no digit is among them, too.

    Raises:
        UsageError: there is no such profile, or it has no corrections.
        LearningOff: learning is switched off for it.
        LearnError: the store cannot be used.
    """
    names = [text.partition("=")[0] for text in wanted if _is_corrections(text)]
    if not names:
        return {}
    from palote.learn import Teacher

    with Teacher(settings) as teacher:
        return {
            name: teacher.kept(name.partition(":")[2] or settings.profile, with_none=with_none)
            for name in names
        }


def through_the_gate(
    folder: Path, model: Path, taught: Mapping[str, Kept], settings: Settings
) -> bool:
    """Let the gate judge a network of the recipe of ``default``, say and write down what it says.

    Args:
        folder: the run folder.
        model: the network's file.
        taught: the corrections that it was trained with.
        settings: where the data sets are.

    Returns:
        Whether it may read.

    Raises:
        DataError: a data set is missing, or the folder cannot be written to.
    """
    from palote.data.saving import save
    from palote.learn.kept import Kept
    from palote.learn.retrained import judged
    from palote.model import catalog
    from palote.model.engine import open_engine
    from palote.train.replay import gate_pictures

    crops = tuple(chain.from_iterable(one.crops for one in taught.values()))
    names = ", ".join(one.profile for one in taught.values())
    shipped, trained = (
        open_engine(catalog.find(one, settings), settings.threads)
        for one in (catalog.SHIPPED, model)
    )
    judgement = judged(shipped, trained, Kept(names, crops, True), *gate_pictures(settings))
    save(folder / VERDICT, json.dumps(asdict(judgement), indent=2).encode() + b"\n")
    typer.echo(judgement.message, err=True)
    if not judgement.passed:
        typer.echo("Nothing has changed: Palote reads as before.", err=True)
    return judgement.passed


def _is_corrections(text: str) -> bool:
    name = text.partition("=")[0]
    return name == NAME or name.startswith(f"{NAME}:")
