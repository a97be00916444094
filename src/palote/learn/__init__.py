"""Corrections: kept, learnt from at once, and never at the cost of others.

Where to find what::

    teacher.py    Teacher: the one door; what a correction sets off
      owners.py     its part that knows the profiles and their tokens
      learning.py   what is kept -> a head -> the gate -> what readers look at
      crop.py       a picture -> the crop that is kept -> what the network says of it
      update.py     lessons -> a candidate head, and the gate's verdict
        fit.py        the head: logistic regression, pulled toward the shipped one
        gate.py       when what was learnt may read, and when not
        general.py    what ships with the network for both: replay, and the gate's data
      store.py      profiles, corrections and versions
        profiles.py   readers with names, and their tokens
        rows.py       rows of the tables as what they mean
        database.py   SQLite or PostgreSQL
        schema.py     the tables, and the steps from older ones
      shelves.py    the files that readers look at, copies of what the store calls active
      archive.py    class folders, in a folder or a zip
      words.py      an outcome as a sentence
      kept.py       the corrections as pictures for palote train: the full way
      retrained.py  a network that was trained so, before the same gate
    records.py    what learning gives back
    scratch.py    ScratchTeacher: the NumPy network, taught by partial_fit

Reading knows nothing of this room: a head lies in a file (`palote.model.head`), and readers
look at its date.
"""

from __future__ import annotations

from typing import Literal

from palote.learn.records import (
    LABELS,
    Correction,
    Outcome,
    Profile,
    Status,
    Version,
    box_of,
    label_of,
)
from palote.learn.scratch import ScratchTeacher
from palote.learn.teacher import Teacher
from palote.learn.words import percent
from palote.model import catalog
from palote.model.taught import teachable
from palote.settings import Settings

__all__ = [
    "LABELS",
    "Correction",
    "Outcome",
    "Profile",
    "ScratchTeacher",
    "Status",
    "Teacher",
    "Version",
    "box_of",
    "can_teach",
    "label_of",
    "percent",
]


def can_teach(model: str | None, settings: Settings) -> Literal["head", "scratch"] | None:
    """Return how a model is taught: by `Teacher`, by `ScratchTeacher`, or not at all.

    Raises:
        ModelError: it is missing.
    """
    return teachable(catalog.find(model or catalog.chosen(settings), settings))
