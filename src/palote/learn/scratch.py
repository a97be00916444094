"""The NumPy network, taught picture by picture: no head and no gate, its own weights move.

Each correction goes through it a few times by `partial_fit`, with augmented copies, and the
network is saved at once; readers notice the new file, and the next start loads it. No picture
is kept. What it was before the last correction is kept beside it, for undoing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np

from palote.data.saving import save
from palote.errors import DataError, LearnError, ModelCorrupt, NothingToLearn, UsageError
from palote.learn import crop
from palote.learn.records import NONE, Outcome, Reason, Status, label_of
from palote.metrics import softmax
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import DIGITS, open_engine
from palote.model.head import NOBODY
from palote.model.scratch import ScratchClassifier
from palote.model.taught import network_file, teachable
from palote.pixels import ImageSource
from palote.reader import cleaning_of
from palote.result import Box
from palote.settings import Settings

__all__ = ["ScratchTeacher"]

RATE = 5e-4
"""Learning rate of a correction; a training begins with four times as much."""

ROUNDS = 3
BEFORE = ".before"
COUNT = "taught"
"""Key in the saved card's recipe: how many corrections it was taught."""


class ScratchTeacher:
    """Teaches a NumPy network; safe to share between threads.

    Args:
        model: its name, or the path of its .npz file.
        settings: where what it learns is saved; the environment's if not given.

    Raises:
        UsageError: the model is no NumPy network.
        ModelError: it is missing or damaged.
    """

    def __init__(self, model: str | os.PathLike[str], settings: Settings | None = None) -> None:
        self.settings = settings or Settings.from_environment()
        entry = catalog.find(model, self.settings)
        if teachable(entry) != "scratch":
            raise UsageError(
                f"The model {entry.name!r} is not taught in this way: only a NumPy network is, "
                "an .npz file as palote train scratch makes it."
            )
        self._entry = entry
        self._path = network_file(entry, self.settings)
        self._card = open_engine(entry).card
        self._lock = threading.Lock()

    def correct(
        self,
        image: ImageSource,
        label: str | int,
        *,
        clean: str = "auto",
        box: Box | None = None,
    ) -> Outcome:
        """Teach it what a picture, or the digit in a box of it, shows.

        Raises:
            InputError: the picture cannot be read.
            UsageError: the label is no digit, the cleaning is none, or the box is empty.
            NothingToLearn: the picture is blank.
            LearnError: it cannot be saved.
        """
        start, right = time.perf_counter(), label_of(label)
        if right == NONE:
            raise UsageError(
                f"The model {self._entry.name!r} knows the digits 0 to 9 and nothing else, so "
                "it cannot be taught what is none."
            )
        how = cleaning_of(clean)
        with self._lock:
            network = self._now()
            patch = crop.patch(image, how, open_engine(self._entry), self.settings, box)
            copies = np.stack(crop.with_copies(patch)).reshape(-1, patch.size)
            usual, network.learning_rate = network.learning_rate, RATE
            for _ in range(ROUNDS):
                network.partial_fit(copies, np.full(len(copies), int(right)))
            network.learning_rate = usual
            self._save(network, self._taught() + 1)
            shares = softmax(np.asarray(network.forward(copies[:1])[0], np.float32), 1.0)[0]
            read_as = str(int(np.argmax(shares[:DIGITS])))
        return self._outcome("learned", start, read_as)

    def undo(self) -> Outcome:
        """Go back to before the last correction, once.

        Raises:
            NothingToLearn: nothing was taught since the last undo.
        """
        start = time.perf_counter()
        with self._lock:
            before = self._path.with_suffix(BEFORE)
            if not before.is_file():
                raise NothingToLearn(f"The model {self._entry.name!r} has nothing to take back.")
            with _told():
                before.replace(self._path)
        return self._outcome("rolled_back", start)

    def reset(self) -> Outcome:
        """Forget all that it was taught."""
        start = time.perf_counter()
        with self._lock, _told():
            for path in (self._path, self._path.with_suffix(BEFORE)):
                path.unlink(missing_ok=True)
        return self._outcome("emptied", start)

    def status(self) -> Status:
        """Tell how it stands; it has no profiles, and keeps no pictures."""
        count = self._taught()
        return Status(
            profile=NOBODY,
            on=True,
            corrections=count,
            learned=count,
            by_label={},
            version=count,
            own_before=None,
            own_after=None,
            general_before=0.0,
            general_after=0.0,
            bytes=0,
            has_token=False,
            store=str(self._path),
        )

    def _now(self) -> ScratchClassifier:
        if self._path.is_file():
            with suppress(ModelCorrupt):  # a damaged one is begun anew
                return ScratchClassifier.load(self._path)
        return ScratchClassifier.from_bytes(self._entry.checked_bytes(), str(self._entry.path))

    def _taught(self) -> int:
        if not self._path.is_file():
            return 0
        with suppress(ModelCorrupt):
            card = ScratchClassifier.load(self._path).card_json_
            count = Card.from_json(card, str(self._path)).recipe.get(COUNT, 0) if card else 0
            return count if isinstance(count, int) else 0
        return 0

    def _save(self, network: ScratchClassifier, count: int) -> None:
        card = replace(self._card, recipe={**self._card.recipe, COUNT: count}, sha256={})
        with _told():
            before = self._path if self._path.is_file() else self._entry.path
            save(self._path.with_suffix(BEFORE), before.read_bytes())
            network.save(self._path, card.to_json())

    def _outcome(self, reason: Reason, start: float, read_as: str = "") -> Outcome:
        count = self._taught()
        many = "1 correction" if count == 1 else f"{count:,} corrections"
        return Outcome(
            learned=True,
            reason=reason,
            message=f"the network was taught by {many}." if count else "it reads as trained.",
            correction=None,
            corrections=count,
            version=count,
            own_before=None,
            own_after=None,
            general_before=0.0,
            general_after=0.0,
            read_as=read_as,
            seconds=time.perf_counter() - start,
        )


@contextmanager
def _told() -> Iterator[None]:
    """Tell a person what a full disk or a closed folder means here."""
    try:
        yield
    except (OSError, DataError) as error:
        raise LearnError(f"What the network was taught cannot be saved: {error}") from error
