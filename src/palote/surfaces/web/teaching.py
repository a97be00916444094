"""The teacher behind the server, and the one thread it works in.

What a model learns by depends on the model: corrections that are kept, and a small head
fitted to them (`palote.learn.Teacher`), or, for a network of NumPy alone, training on at once
without keeping a picture (`palote.learn.ScratchTeacher`). One thread, for what is taught is
put into order by the store anyway, and two threads are for reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from starlette.requests import Request

from palote.errors import PaloteError, UsageError
from palote.result import Box
from palote.settings import Settings
from palote.surfaces.web.problems import Forbidden, NoLearning, log

if TYPE_CHECKING:
    from palote.learn import Outcome, ScratchTeacher, Status, Teacher

__all__ = [
    "MOST_CORRECTIONS",
    "Kind",
    "Teaching",
    "open_teacher",
    "same_profile",
    "teaching_of",
]

Kind: TypeAlias = Literal["head", "scratch"]

MOST_CORRECTIONS = 5000
"""That one profile may hold before no more are taken over HTTP."""

SYNC_SECONDS = 1.0
"""Time from look to look at what other servers have promoted."""

Result = TypeVar("Result")


class Teaching:
    """What the server teaches; opened once.

    Args:
        settings: limits, folders and the store; ``settings.profile`` is the usual profile.
        model: name or path of the model that is taught; the settings' one if not given.
    """

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        self._settings = settings
        self._asked = model
        self._lock = threading.Lock()
        self._head: Teacher | None = None
        self._scratch: ScratchTeacher | None = None
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="palote-learn")

    @property
    def profile(self) -> str:
        """The profile that is meant if none is named."""
        return self._settings.profile

    @property
    def kind(self) -> Kind:
        """How the model learns; known once it is open."""
        return "scratch" if self._scratch is not None else "head"

    @property
    def how_to_get_in(self) -> str:
        """What to do from beyond this machine without a token."""
        if self._scratch is not None:
            return (
                "This network has no profiles and so no tokens. Teach it on the machine where "
                "Palote runs, or start it with --lan."
            )
        return (
            "Teaching from another device needs a profile's token: Authorization: Bearer TOKEN. "
            "Whoever runs this Palote makes one: palote learn token NAME."
        )

    @property
    def notice(self) -> str:
        """What happens to what is taught, once it is open."""
        if self._head is None:
            return "It learns: what you teach it trains the network; no picture is kept."
        return f"It learns: what you teach it is kept in {self._head.status(self.profile).store}"

    def open(self) -> None:
        """Open the store, and make the usual profile if it is not there.

        Raises:
            UsageError: the model cannot be taught, or the profile has no name that can be.
            LearnError: the store cannot be used.
            ModelError: the model cannot be used.
        """
        from palote.learn import ScratchTeacher
        from palote.model import catalog

        with self._lock:
            if self._head is not None or self._scratch is not None:
                return
            model = self._asked or catalog.chosen(self._settings)
            teacher = open_teacher(model, self._settings)
            if isinstance(teacher, ScratchTeacher):
                self._scratch = teacher
            else:
                self._head = teacher

    async def correct(
        self,
        image: bytes | str,
        label: str,
        profile: str,
        source: str,
        clean: str,
        box: Box | None,
    ) -> Outcome:
        """Teach what a picture is, or the digit in a box of it."""

        def work() -> Outcome:
            self.open()
            if self._scratch is not None:
                return self._scratch.correct(image, label, clean=clean, box=box)
            teacher = self._teacher()
            _make_sure_of_room(teacher, profile)
            return teacher.correct(image, label, profile, source=source, clean=clean, box=box)

        return await self._in_thread(work)

    async def undo(self, profile: str) -> Outcome:
        """Take the newest correction back."""

        def work() -> Outcome:
            self.open()
            return self._scratch.undo() if self._scratch else self._teacher().undo(profile)

        return await self._in_thread(work)

    async def forget(self, profile: str) -> Outcome:
        """Take all corrections back."""

        def work() -> Outcome:
            self.open()
            return self._scratch.reset() if self._scratch else self._teacher().delete_all(profile)

        return await self._in_thread(work)

    async def status(self, profile: str) -> Status:
        """Tell what has been taught."""

        def work() -> Status:
            self.open()
            return self._scratch.status() if self._scratch else self._teacher().status(profile)

        return await self._in_thread(work)

    async def import_zip(self, content: bytes, profile: str) -> Outcome:
        """Take over class folders."""

        def work() -> Outcome:
            self.open()
            teacher = self._teacher()
            _make_sure_of_room(teacher, profile)
            return teacher.import_zip(content, profile)

        return await self._in_thread(work)

    async def with_teacher(self, work: Callable[[Teacher], Result]) -> Result:
        """Do what only the teacher that keeps corrections can.

        Raises:
            NoLearning: this model learns without keeping any.
        """

        def opened() -> Result:
            self.open()
            return work(self._teacher())

        return await self._in_thread(opened)

    async def owner(self, token: str) -> str | None:
        """Return whose token this is; None if it is nobody's."""

        def work() -> str | None:
            self.open()
            return self._head.profile_of(token) if self._head else None

        return await self._in_thread(work)

    async def keep_in_step(self) -> None:
        """Look again and again what other servers have promoted, until cancelled."""
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            if self._head is None:
                continue
            try:
                await self._in_thread(self._head.sync)
            except PaloteError as error:
                log.warning("%s", error)

    async def close(self) -> None:
        """Let the thread and the store go."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        if self._head is not None:
            self._head.close()

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _teacher(self) -> Teacher:
        if self._head is None:
            raise NoLearning(
                "A network of NumPy alone is trained on at once and keeps no pictures: there is "
                "nothing to list, to export or to go back to but the last correction."
            )
        return self._head


def teaching_of(request: Request) -> Teaching:
    """Return what the server teaches, for a route that is there only where it does."""
    found: Teaching = request.app.state.teaching
    return found


def open_teacher(model: str, settings: Settings) -> Teacher | ScratchTeacher:
    """Return what teaches a model; the profile of the settings is there then.

    Raises:
        UsageError: the model cannot be taught, or the profile has no name that can be.
        LearnError: the store cannot be used.
        ModelError: the model cannot be used.
    """
    from palote.learn import ScratchTeacher, Teacher, can_teach

    kind = can_teach(model, settings)
    if kind == "scratch":
        return ScratchTeacher(model, settings)
    if kind is None:
        raise UsageError(
            f"The model {model!r} cannot be taught: only the shipped network and those of NumPy "
            "alone can. Start without --learn, or with another --model."
        )
    with contextlib.ExitStack() as stack:
        teacher = stack.enter_context(Teacher(settings))
        if not any(same_profile(one.name, settings.profile) for one in teacher.profiles()):
            teacher.add_profile(settings.profile)
        stack.pop_all()
    return teacher


def same_profile(one: str, other: str) -> bool:
    """Tell whether two names are those of one profile."""
    return one.strip().casefold() == other.strip().casefold()


def _make_sure_of_room(teacher: Teacher, profile: str) -> None:
    known = {one.name.casefold(): one.corrections for one in teacher.profiles()}
    if known.get(profile.casefold(), 0) >= MOST_CORRECTIONS:
        raise Forbidden(
            f"The profile {profile!r} holds {MOST_CORRECTIONS:,} corrections, the most that are "
            "taken over HTTP. Delete some first."
        )
