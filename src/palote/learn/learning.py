"""Learning, underneath: what is kept -> a head -> the gate -> what readers look at."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from contextlib import suppress

import numpy as np

from palote.errors import UsageError
from palote.learn import crop, words
from palote.learn.crop import Look
from palote.learn.general import General
from palote.learn.records import LABELS, Correction, Outcome, Reason, Status, Version
from palote.learn.rows import Example, Measured, Shelf
from palote.learn.shelves import Shelves
from palote.learn.store import Store
from palote.learn.update import Candidate, Lesson, learn
from palote.metrics import softmax
from palote.model.engine import Engine
from palote.model.head import Head
from palote.settings import Settings

__all__ = ["Learning"]

TRIES = 8
"""So often it starts again when somebody else corrected meanwhile."""

MOST_ROWS = 4_000
"""Of many corrections, fewer augmented copies each are learnt from."""

log = logging.getLogger("palote")


class Learning:
    """Fits heads to what a store keeps, and lets those that pass the gate read.

    Not safe to share between threads; `palote.learn.Teacher` sees to that.

    Args:
        store: what is kept.
        settings: where readers look.
        engine: the network as shipped.
        shipped: its replay and gate.
    """

    def __init__(self, store: Store, settings: Settings, engine: Engine, shipped: General) -> None:
        self.shelves = Shelves(store, settings, shipped.model)
        self._store = store
        self._engine = engine
        self._general = shipped
        self._model = shipped.model
        self._looks: dict[str, Look] = {}

    def learn(self, name: str, fresh: Collection[str], why: str) -> Reason:
        """Fit a head to what a profile has, and promote it if the gate lets it through."""
        for _ in range(TRIES):
            shelf = self._store.shelf(name)
            pool = [example for example in shelf.examples if example.state != "aside"]
            if not pool:
                self._store.activate(name, 0, aside=True)
                self.shelves.publish(name, forget=True)
                return "emptied"
            if not self._look_at({example.image for example in pool}):
                continue
            candidate = learn(self._general, self._lessons(pool, fresh))
            # One that was refused before must not keep the new one out.
            willing = [e for e in pool if e.state == "learned" or e.id in fresh]
            if candidate.verdict != "learned" and 0 < len(willing) < len(pool):
                second = learn(self._general, self._lessons(willing, fresh))
                if second.verdict == "learned":
                    candidate, pool = second, willing
            if self._record(shelf, candidate, pool, why):
                if candidate.verdict == "learned":
                    self.shelves.publish(name)
                return candidate.verdict
        return "unchanged"

    def _record(
        self, shelf: Shelf, candidate: Candidate, pool: Sequence[Example], why: str
    ) -> bool:
        def head(number: int) -> bytes:
            return Head(shelf.name, number, self._model, candidate.change).to_bytes()

        measured = Measured(
            self._model,
            why,
            candidate.verdict,
            candidate.own_before,
            candidate.own_after,
            self._general.accuracy,
            candidate.general_after,
            tuple(example.id for example in pool),
        )
        learned = candidate.verdict == "learned"
        return self._store.record(shelf, measured, head if learned else None) is not None

    def _lessons(self, pool: Sequence[Example], fresh: Collection[str]) -> list[Lesson]:
        rows = max(1, MOST_ROWS // len(pool))
        return [
            Lesson(self._looks[e.image].first(rows), LABELS.index(e.label), fresh=e.id in fresh)
            for e in pool
        ]

    def _look_at(self, images: set[str]) -> bool:
        """See to it that what the network says of these pictures is at hand.

        Returns:
            False if one of them was deleted meanwhile.
        """
        missing = images - self._looks.keys()
        kept = self._store.seen(missing, self._model) if missing else {}
        self._looks.update({image: Look.from_bytes(data) for image, data in kept.items()})
        new = self._store.pictures(missing - kept.keys()) if missing - kept.keys() else {}
        found = {image: crop.look(png, self._engine).to_bytes() for image, png in new.items()}
        if found:
            self._store.keep_seen(found, self._model)
            self._looks.update({image: Look.from_bytes(data) for image, data in found.items()})
        return images <= self._looks.keys()

    def head(self, shelf: Shelf) -> Head | None:
        """Return the head that reads for a profile; None as shipped."""
        content = self._store.head(shelf.name, shelf.active) if shelf.active else None
        return Head.from_bytes(content, "the store") if content else None

    def is_current(self, content: bytes) -> bool:
        """Tell whether a head belongs to the network that reads."""
        return Head.from_bytes(content, "the store").model == self._model

    def forget(self) -> None:
        """Let go of what the network said of pictures that may be deleted now."""
        self._looks.clear()

    def active(self, shelf: Shelf) -> Version | None:
        """Return the version that reads for a profile; None as shipped."""
        if not (shelf.on and shelf.active):
            return None
        return next((v for v in self._store.history(shelf.name) if v.active), None)

    def status(self, profile: str) -> Status:
        """Tell how a profile stands."""
        shelf = self._store.shelf(profile)
        labels = [example.label for example in shelf.examples]
        active = self.active(shelf)
        return Status(
            profile=shelf.name,
            on=shelf.on,
            corrections=len(labels),
            learned=sum(e.state == "learned" for e in shelf.examples) if active else 0,
            by_label={label: labels.count(label) for label in LABELS if label in labels},
            version=active.number if active else 0,
            own_before=active.own_before if active else None,
            own_after=active.own_after if active else None,
            general_before=self._general.accuracy,
            general_after=active.general_after if active else self._general.accuracy,
            bytes=self._store.size(profile),
            has_token=self._store.has_token(profile),
            store=self._store.shown,
        )

    def outcome(
        self,
        profile: str,
        reason: Reason,
        start: float,
        correction: Correction | None = None,
        *,
        seen: bool = False,
        done: bool = False,
        added: int = 0,
        skipped: tuple[str, ...] = (),
    ) -> Outcome:
        """Tell what came of a wish.

        Args:
            profile: whose.
            reason: what was done, or why not.
            start: when the wish came, by `time.perf_counter`.
            correction: the one that came or went.
            seen: it came, so say what it is read as now.
            done: what was wished for is done, whatever the reason.
            added: see `Outcome`.
            skipped: see `Outcome`.
        """
        shelf = self._store.shelf(profile)
        active = self.active(shelf)
        newest = self._store.history(profile)[:1]
        before = active.own_before if active else newest[0].own_before if newest else None
        if correction is not None and seen:
            with suppress(UsageError):  # somebody may have deleted it meanwhile
                correction = self._store.correction(profile, correction.id)
        outcome = Outcome(
            learned=done or reason in ("learned", "rolled_back", "emptied"),
            reason=reason,
            message="",
            correction=correction,
            corrections=len(shelf.examples),
            version=active.number if active else 0,
            own_before=before if shelf.examples else None,
            own_after=(active.own_after if active else before) if shelf.examples else None,
            general_before=self._general.accuracy,
            general_after=active.general_after if active else self._general.accuracy,
            read_as=self.read_now(shelf, correction.id) if correction and seen else "",
            added=added,
            skipped=skipped,
            seconds=time.perf_counter() - start,
        )
        return words.told(outcome)

    def mend(self) -> None:
        """Bring in order what an update of Palote, a kill or a bad disk has left behind."""
        for profile in self._store.profiles():
            shelf = self._store.shelf(profile.name)
            if shelf.active and shelf.model != self._model:
                self._store.forget_model(shelf.name)
                self.shelves.publish(shelf.name, forget=True)
                self.learn(shelf.name, (), "model")
            elif shelf.active and self.head(shelf) is None:
                self._step_back(shelf)
        self.shelves.sync(look=True)

    def _step_back(self, shelf: Shelf) -> None:
        """Let the last good version read, as the active one is damaged."""
        good = 0
        for version in self._store.history(shelf.name):
            content = self._store.head(shelf.name, version.number)
            if version.number < shelf.active and content and self.is_current(content):
                good = version.number
                break
        log.warning(
            "Version %d of the profile %r is damaged in the store. %s reads instead; the next "
            "correction learns all of it again.",
            shelf.active,
            shelf.name,
            f"Version {good}" if good else "The shipped network",
        )
        self._store.activate(shelf.name, good, aside=False)

    def read_now(self, shelf: Shelf, id: str) -> str:
        """Return what a kept picture is read as now; "" if it is gone."""
        image = next((e.image for e in shelf.examples if e.id == id), None)
        if image is None or not self._look_at({image}):
            return ""
        look, head = self._looks[image].first(1), self.head(shelf)
        logits = head.logits(look.logits, look.embedding) if head else look.logits
        share = softmax(logits[: look.views], self._engine.card.temperature).mean(axis=0)
        return crop.said(np.asarray(share, np.float32), self._engine.card)
