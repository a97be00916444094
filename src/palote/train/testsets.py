"""The pictures that judge a network: every data set at hand. None of them is trained on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace

from palote import data
from palote.data import Source
from palote.errors import DataError, UsageError
from palote.settings import Settings
from palote.train.penned import PenStrokes

__all__ = ["EVERYTHING", "named"]

EVERYTHING = "all"
"""What stands for every data set at hand."""

PEN_FILES = ("pen/unipen-digits-train.npz", "pen/validation-writers.csv")
PAPER_AND_SCREEN = ("photo", "screen")
"""Kinds of pictures in ``wild/``: how the kinds of its table begin."""


def named(wanted: Sequence[str], settings: Settings) -> tuple[Source, ...]:
    """Return the sets of these names, each once.

    Args:
        wanted: "mnist", "pen", "photo", "screen", a folder, or "all".
        settings: where the data sets are.

    Raises:
        UsageError: there is no such set, or two folders have one name.
        DataError: a folder is none of pictures with labels, or nothing is at hand.
    """
    further = _further(settings)
    there = settings.datasets is None or (settings.datasets / "mnist").is_dir()
    everything = (*(("mnist",) if there else ()), *further)
    found: dict[str, tuple[str, Source]] = {}
    for name in wanted:
        for text in everything if name == EVERYTHING else (name,):
            source, _ = data.source(text, settings, further)
            before, _ = found.setdefault(source.name, (text, source))
            if before != text:
                raise UsageError(
                    f"{before!r} and {text!r} are both called {source.name!r}. Rename one, so "
                    "that a report can tell them apart."
                )
    if not found:
        raise DataError(
            f"There is no data set at hand: {str(settings.datasets)!r}, which PALOTE_DATA names, "
            "holds neither mnist/ nor pen/ nor wild/. Give a folder of pictures with --data."
        )
    return tuple(source for _, source in found.values())


def _further(settings: Settings) -> dict[str, Source]:
    """Return the sets besides MNIST that are there, by name."""
    folder = settings.datasets
    found: dict[str, Source] = {}
    if folder is None:
        return found
    if all((folder / name).is_file() for name in PEN_FILES):
        found[PenStrokes.name] = PenStrokes(settings)
    table = folder / "wild" / "labels.csv"
    if table.is_file():
        wild = data.labelled(table.parent, settings)
        with table.open(newline="", encoding="utf-8-sig") as file:
            kinds = {row["file"]: row.get("kind") or "" for row in csv.DictReader(file)}
        for name in PAPER_AND_SCREEN:
            rows = tuple(row for row in wild.rows if kinds[row[0]].startswith(name))
            if rows:
                found[name] = replace(wild, name=name, rows=rows)
    return found
