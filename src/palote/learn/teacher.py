"""The teacher: keeps corrections, learns from them, and lets the gate decide.

A correction is on the disk before anything is learnt from it, so none is lost if the process
is killed in the middle: what waits is learnt with the next one. What readers look at is
written last.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from palote.errors import LearningOff, NothingToLearn, PaloteError, UsageError
from palote.ink import Cleaning
from palote.learn import archive, crop, general
from palote.learn.kept import Kept
from palote.learn.learning import Learning
from palote.learn.owners import Owners
from palote.learn.records import Correction, Outcome, Status, Version, label_of
from palote.learn.rows import Given, Shelf
from palote.learn.store import Store
from palote.model import catalog
from palote.model.engine import open_engine
from palote.pixels import ImageSource
from palote.reader import cleaning_of
from palote.result import Box
from palote.settings import Settings

__all__ = ["Teacher"]


class Teacher(Owners):
    """Teaches the shipped network; safe to share between threads.

    Args:
        settings: folders, limits and the store; the environment's if not given.

    Raises:
        LearnError: the store cannot be used, or what ships for learning is of another network.

    >>> import tempfile, pathlib, numpy as np
    >>> from palote import Reader, Settings
    >>> paper = np.full((200, 200), 255, np.uint8)
    >>> paper[40:160, 95:107] = 0
    >>> settings = Settings(data_dir=pathlib.Path(tempfile.mkdtemp()))
    >>> with Teacher(settings) as teacher:
    ...     teacher.correct(paper, 1).corrections
    1
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.from_environment()
        entry = catalog.find(catalog.SHIPPED, self.settings)
        shipped = general.load(entry)
        self._model = shipped.model
        self._engine = open_engine(entry, self.settings.threads)
        store = Store(self.settings)
        super().__init__(store, Learning(store, self.settings, self._engine, shipped))
        try:
            self._learning.mend()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the store go."""
        self._store.close()

    def __enter__(self) -> Teacher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def sync(self) -> None:
        """Let this machine's readers see what was promoted elsewhere; cheap."""
        with self._lock:
            self._learning.shelves.sync()

    # Corrections

    def correct(
        self,
        image: ImageSource,
        label: str | int,
        profile: str = Settings.profile,
        *,
        source: str = "python",
        clean: str = "auto",
        box: Box | None = None,
    ) -> Outcome:
        """Say what a picture shows, and learn from it.

        Args:
            image: the picture that was read.
            label: 0 to 9, or "none".
            profile: whose correction; it is made if it is not there.
            source: where it comes from, in a word.
            clean: how the picture was cleaned for reading.
            box: (x, y, width, height) of the digit that is meant, where a number was read.

        Raises:
            InputError: the picture cannot be read.
            UsageError: label, profile or cleaning are none, or there is no digit in the box.
            NothingToLearn: the picture is blank.
            LearningOff: learning is switched off for this profile.
            LearnError: it could not be kept.
        """
        start, right, how = time.perf_counter(), label_of(label), cleaning_of(clean)
        with self._lock:
            shelf = self._on(profile)
            given = self._given(image, right, shelf, source, how, box)
            (own,), _ = self._store.keep(shelf.name, [given])
            correction = self._store.correction(shelf.name, own)
            reason = self._learning.learn(shelf.name, (own,), "correction")
            return self._learning.outcome(shelf.name, reason, start, correction, seen=True)

    def undo(self, profile: str = Settings.profile) -> Outcome:
        """Take the newest correction back.

        Raises:
            NothingToLearn: there is none.
        """
        newest = self._store.corrections(profile, 1)
        if not newest:
            raise NothingToLearn(f"The profile {profile!r} has no correction to take back.")
        return self._remove(profile, [newest[0].id], newest[0], "undo")

    def delete(self, id: str, profile: str = Settings.profile) -> Outcome:
        """Delete a correction, and the versions that learnt from it."""
        return self._remove(profile, [id], self._store.correction(profile, id), "delete")

    def delete_all(self, profile: str = Settings.profile) -> Outcome:
        """Delete all corrections of a profile, and all that was learnt from them."""
        return self._remove(profile, None, None, "delete")

    def corrections(
        self, profile: str = Settings.profile, *, limit: int = 100, before: str | None = None
    ) -> tuple[Correction, ...]:
        """Return corrections, newest first; ``before`` is the id of one that is newer."""
        return self._store.corrections(profile, limit, before)

    def picture(self, id: str, profile: str = Settings.profile) -> bytes:
        """Return the kept crop of a correction, as PNG."""
        return self._store.picture(profile, id)

    # What was learnt

    def status(self, profile: str = Settings.profile) -> Status:
        """Tell how a profile stands."""
        return self._learning.status(profile)

    def history(self, profile: str = Settings.profile) -> tuple[Version, ...]:
        """Return what was learnt, and what the gate refused, newest first."""
        return self._store.history(profile)

    def rollback(self, number: int, profile: str = Settings.profile) -> Outcome:
        """Go back to a version; later corrections are set aside. 0 is the shipped network.

        Raises:
            UsageError: there is no such version to go back to.
        """
        start = time.perf_counter()
        with self._lock:
            head = self._store.head(profile, number) if number else b""
            if head is None or (number and not self._learning.is_current(head)):
                known = [str(v.number) for v in self._store.history(profile) if v.kept]
                raise UsageError(
                    f"There is no version {number} to go back to. There are: "
                    f"{', '.join([*known, '0 (the shipped network)'])}."
                )
            self._store.activate(profile, number, aside=True)
            self._learning.shelves.publish(profile)
            return self._learning.outcome(profile, "rolled_back", start)

    def switch(self, on: bool, profile: str = Settings.profile) -> Status:
        """Switch learning on or off; off, readers use the shipped network."""
        with self._lock:
            self._store.switch(self._store.ensure(profile).name, on)
            self._learning.shelves.publish(profile)
            return self.status(profile)

    # In and out

    def export_zip(self, profile: str = Settings.profile) -> bytes:
        """Return all corrections as a zip of class folders."""
        return archive.to_zip(self._labelled(profile))

    def export_folder(self, folder: Path, profile: str = Settings.profile) -> int:
        """Write all corrections into class folders; return how many."""
        return archive.to_folder(self._labelled(profile), folder)

    def import_zip(
        self, content: bytes, profile: str = Settings.profile, *, source: str = "import"
    ) -> Outcome:
        """Learn from a zip of class folders; errors as in `correct`."""
        return self._import(archive.from_zip(content, self.settings), profile, source)

    def import_folder(
        self, folder: Path, profile: str = Settings.profile, *, source: str = "import"
    ) -> Outcome:
        """Learn from a folder of class folders; errors as in `correct`."""
        return self._import(archive.from_folder(folder, self.settings), profile, source)

    def kept(self, profile: str = Settings.profile, *, with_none: bool = False) -> Kept:
        """Return the corrections as a source of pictures, without those that were set aside.

        Args:
            profile: whose.
            with_none: what is no digit is among them, too.

        Raises:
            UsageError: there is no such profile, or it has none.
            LearningOff: learning is switched off for it.
        """
        shelf = self._on(self._store.shelf(profile).name)
        crops = tuple(self._labelled(shelf.name, aside=False))
        if not crops:
            raise UsageError(
                f"The profile {shelf.name!r} has no corrections to train with. Add some: "
                "palote learn add IMAGE --label 7"
            )
        return Kept(shelf.name, crops, with_none)

    # Underneath

    def _on(self, profile: str) -> Shelf:
        shelf = self._store.ensure(profile)
        if not shelf.on:
            raise LearningOff(
                f"Learning is switched off for the profile {shelf.name!r}. "
                "Switch it on: palote learn on"
            )
        return shelf

    def _given(
        self,
        image: ImageSource,
        label: str,
        shelf: Shelf,
        source: str,
        how: Cleaning,
        box: Box | None = None,
    ) -> Given:
        head = self._learning.head(shelf)
        png, read_as = crop.crop(image, how, self._engine, head, self.settings, box)
        return Given(png, label, source, read_as, self._model, head.version if head else 0)

    def _import(self, pictures: Iterable[archive.Found], profile: str, source: str) -> Outcome:
        start, given, skipped = time.perf_counter(), [], []
        with self._lock:
            shelf = self._on(profile)
            for found in pictures:
                try:
                    given.append(self._imported(found, shelf, source))
                except PaloteError as error:
                    skipped.append(f"{found.name!r} was left out: {error}")
            if not given:
                raise UsageError(f"There is nothing to learn from. {' '.join(skipped[:3])}")
            ids, added = self._store.keep(shelf.name, given)
            reason = self._learning.learn(shelf.name, ids, "import")
            return self._learning.outcome(
                shelf.name, reason, start, added=added, skipped=tuple(skipped)
            )

    def _imported(self, found: archive.Found, shelf: Shelf, source: str) -> Given:
        if not archive.is_crop(found):
            return self._given(found.content, found.label, shelf, source, "auto")
        crop.look(found.content, self._engine)
        return Given(found.content, found.label, source, "", self._model, shelf.active)

    def _remove(
        self,
        profile: str,
        ids: Sequence[str] | None,
        gone: Correction | None,
        reason: str,
    ) -> Outcome:
        start = time.perf_counter()
        with self._lock:
            self._store.remove(profile, ids)
            self._learning.forget()
            self._learning.shelves.publish(profile, forget=True)
            done = self._learning.learn(profile, (), reason)
            # What was wished for is done, whether or not the rest could be learnt anew.
            return self._learning.outcome(profile, done, start, gone, done=True)

    def _labelled(self, profile: str, aside: bool = True) -> Iterable[tuple[str, bytes]]:
        for example in self._store.shelf(profile).examples:
            if aside or example.state != "aside":
                yield example.label, self._store.picture(profile, example.id)
