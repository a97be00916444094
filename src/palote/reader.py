"""The reader: pixels, ink and model put together.

`read` is the one obvious call; `Reader` is the reusable object behind it, with a
model and a way of cleaning of its own. Neither stores anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from palote._answer import answers, cleaning_of, glanced, likeliest
from palote.errors import PaloteError, UsageError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.engine import open_engine
from palote.model.line import LineEngine, shipped_line
from palote.model.saliency import saliency_map
from palote.model.taught import TaughtEngine, taught
from palote.numbers.ask import EXPECTATIONS, Ask
from palote.pixels import ImageSource, Picture, load
from palote.result import Digit, Reading
from palote.settings import Settings

__all__ = ["EXPECTATIONS", "Reader", "cleaning_of", "likeliest", "read", "read_many"]

MOST_MAPS = 12
"""Digits of a reading that get their saliency, each in some 10 ms: a page may have hundreds."""


class Reader:
    """Reads handwritten digits with one model; safe to share between threads.

    Args:
        model: name of a model, or path of a model file; the chosen one if not given.
        clean: how ink is told from paper: "auto", "otsu", "adaptive", "clahe" or "none".
        declared: what a model file made elsewhere takes, if its input shape does not say it.
        settings: limits and threads; the environment's if not given.
        profile: whose corrections count; the settings' if not given, "none" for nobody's.
        alone: ask the model once and nobody else, as whoever compares models wants it. Otherwise
            a digit that the shipped network is not sure of is looked at again, and the network
            for lines is heard about it; see `palote.numbers.doubt`.

    Raises:
        UsageError: there is no such way of cleaning, or no such profile.
        ModelError: the model is missing, damaged or made for another normalisation.

    >>> import numpy as np
    >>> from palote import Reader
    >>> Reader().read(np.full((100, 100), 255, np.uint8)).status
    'empty'
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        clean: str = "auto",
        *,
        declared: InkSpec | None = None,
        settings: Settings | None = None,
        profile: str | None = None,
        alone: bool = False,
    ) -> None:
        self._alone = alone
        self.settings = settings or Settings.from_environment()
        self._clean = cleaning_of(clean)
        entry = catalog.find(
            catalog.chosen(self.settings) if model is None else model, self.settings
        )
        self._entry = entry
        self._trained = open_engine(entry, self.settings.threads, declared)
        self._engine = taught(self._trained, entry, self.settings, profile)
        self.name = entry.name

    def for_profile(self, profile: str) -> Reader:
        """Return a reader for which another profile's corrections count.

        It shares the network, so that many of them cost little. A model that has no profiles
        reads the same for all.

        Raises:
            UsageError: there is no such profile.

        >>> Reader().for_profile("none").version
        0
        """
        other = copy(self)
        other.settings = replace(self.settings, profile=profile)
        other._engine = taught(self._trained, self._entry, other.settings, None)
        return other

    @property
    def card(self) -> Card:
        """What the model says of itself."""
        return self._engine.card

    @property
    def spec(self) -> InkSpec:
        """Geometry of the patches that the model sees."""
        return self._engine.card.ink

    @property
    def version(self) -> int:
        """Number of what was learnt from corrections; 0 where the model reads as shipped."""
        return self._engine.version if isinstance(self._engine, TaughtEngine) else 0

    def _second(self) -> LineEngine | None:
        """Return what is asked where the network is in doubt, if it is the shipped one.

        What a person has taught, or trained, is not to be outvoted.
        """
        helped = self._entry.shipped and not self.version and not self._alone
        return shipped_line() if helped else None

    def read(
        self,
        image: ImageSource,
        *,
        expect: str = "auto",
        pattern: str | None = None,
        stages: bool = False,
        clean: str | None = None,
        saliency: bool = False,
    ) -> Reading:
        """Read one picture.

        Args:
            image: path, bytes, file object, PIL image, NumPy array or data URL.
            expect: "digit": exactly one; "number": any number of them, in lines; "auto"
                decides.
            pattern: the format of the numbers, if it is known, such as "####" or "##.#".
            stages: keep the pictures of the way in ``Reading.stages``.
            clean: another way of cleaning than the reader's, for this picture.
            saliency: add ``Digit.saliency`` to the first twelve: which ink spoke for it.

        Raises:
            InputError: the picture cannot be read.
            UsageError: ``expect``, ``pattern`` or ``clean`` has a value that does not exist.
        """
        ask = Ask.of(expect, pattern)
        how = self._clean if clean is None else cleaning_of(clean)
        picture = load(image, self.settings)
        reading = next(answers([picture], self._engine, ask, how, stages, self.name, self._second))
        if not saliency:
            return reading
        first, rest = reading.digits[:MOST_MAPS], reading.digits[MOST_MAPS:]
        digits = (replace(digit, saliency=self.saliency(digit)) for digit in first)
        return replace(reading, digits=(*digits, *rest))

    def glance(
        self, image: ImageSource, *, expect: str = "auto", stages: bool = False
    ) -> Reading | None:
        """Read one picture if one look at a plain digit does: the same as `read`, or None.

        Lines of numbers, ruled paper or an unclear ground take up to a hundred times as long as a
        digit on a plain sheet does. Whoever must not wait can ask for the latter only.

        Args:
            image: as for `read`.
            expect: as for `read`; for "number" the answer is None.
            stages: keep the pictures of the way in ``Reading.stages``.

        Raises:
            InputError: the picture cannot be read.
            UsageError: ``expect`` has a value that does not exist.
        """
        (reading,) = self.glances([image], expect=expect, stages=stages)
        return reading

    def glances(
        self, images: Iterable[ImageSource], *, expect: str = "auto", stages: bool = False
    ) -> list[Reading | None]:
        """Read several pictures as `glance` does, and ask the network once for all of them.

        That takes a sixth less time than one after the other.

        Args:
            images: each as for `read`; a few, as all are in memory at once.
            expect: see `glance`.
            stages: see `glance`.

        Raises:
            InputError: one of the pictures cannot be read.
            UsageError: ``expect`` has a value that does not exist.
        """
        ask = Ask.of(expect)
        pictures = [load(image, self.settings) for image in images]
        if self._clean != "auto":
            return [None] * len(pictures)
        return glanced(pictures, self._engine, ask.expect, stages, self.name, self._second)

    def saliency(self, digit: Digit, value: str | None = None) -> NDArray[np.float32]:
        """Tell which ink spoke for an answer, by wiping it away spot by spot.

        Args:
            digit: what this reader has read.
            value: "0" to "9", the answer to look at; the best one if not given.

        Returns:
            float32 (size, size) in [-1, 1]; see `palote.model.saliency`.

        Raises:
            UsageError: there is no such answer, or another model's patch is of another shape.
        """
        value = digit.value if value is None else value
        if value not in tuple("0123456789"):
            raise UsageError(f"value must be one digit, '0' to '9', not {value!r}.")
        if digit.ink.shape != self.spec.shape:
            raise UsageError(
                f"The model {self.name!r} sees patches of {self.spec.shape}, "
                f"not of {digit.ink.shape}. Read the picture with it first."
            )
        return saliency_map(self._engine, digit.ink, int(value))

    @overload
    def read_many(
        self,
        images: Iterable[ImageSource],
        *,
        expect: str = ...,
        pattern: str | None = ...,
        on_error: Literal["raise"] = ...,
        batch: int = ...,
    ) -> Iterator[Reading]: ...

    @overload
    def read_many(
        self,
        images: Iterable[ImageSource],
        *,
        expect: str = ...,
        pattern: str | None = ...,
        on_error: str,
        batch: int = ...,
    ) -> Iterator[Reading | PaloteError]: ...

    def read_many(
        self,
        images: Iterable[ImageSource],
        *,
        expect: str = "auto",
        pattern: str | None = None,
        on_error: str = "raise",
        batch: int = 64,
    ) -> Iterator[Reading | PaloteError]:
        """Read many pictures, in order, in constant memory.

        Args:
            images: any iterable; it is taken a batch at a time.
            expect: see `read`.
            pattern: see `read`.
            on_error: "raise" stops at the first picture that cannot be read; "return"
                yields its error in its place.
            batch: pictures that go through the network together.

        Yields:
            A Reading for each picture, or its error.

        Raises:
            UsageError: at the call, if an argument has a value that does not exist.
        """
        ask = Ask.of(expect, pattern)
        if isinstance(images, str | bytes | os.PathLike):
            raise UsageError("read_many takes several pictures, in a list, say. Use read for one.")
        if on_error not in ("raise", "return"):
            raise UsageError(f"on_error must be 'raise' or 'return', not {on_error!r}.")
        if batch < 1:
            raise UsageError(f"batch must be at least 1, not {batch}.")
        return self._many(iter(images), ask, on_error == "raise", batch)

    def _many(
        self, images: Iterator[ImageSource], ask: Ask, stop: bool, batch: int
    ) -> Iterator[Reading | PaloteError]:
        while chunk := list(islice(images, batch)):
            prepared: list[Picture | PaloteError] = []
            for image in chunk:
                try:
                    prepared.append(load(image, self.settings))
                except PaloteError as error:
                    prepared.append(error)
                    if stop:
                        break
            pictures = [item for item in prepared if not isinstance(item, PaloteError)]
            found = answers(
                pictures, self._engine, ask, self._clean, False, self.name, self._second
            )
            for item in prepared:
                if not isinstance(item, PaloteError):
                    yield next(found)
                elif stop:
                    raise item
                else:
                    yield item


def read(
    image: ImageSource,
    *,
    expect: str = "auto",
    pattern: str | None = None,
    stages: bool = False,
    model: str | os.PathLike[str] | None = None,
    clean: str = "auto",
    saliency: bool = False,
    profile: str | None = None,
) -> Reading:
    """Read the handwritten digit, or the numbers, in a picture.

    Args:
        image: path, bytes, file object, PIL image, NumPy array or data URL.
        expect: "digit": exactly one; "number": any number of them, in lines; "auto" decides.
        pattern: the format of the numbers, if it is known, such as "####" or "##.#".
        stages: keep the pictures of the way in ``Reading.stages``.
        model: name of a model, or path of a model file; the chosen one if not given.
        clean: "auto", "otsu", "adaptive", "clahe" or "none".
        saliency: add ``Digit.saliency`` to the first twelve: which ink spoke for it.
        profile: whose corrections count; "none" for nobody's.

    Raises:
        InputError: the picture cannot be read.
        ModelError: the model cannot be used.
        UsageError: an argument has a value that does not exist.

    >>> import numpy as np, palote
    >>> paper = np.full((200, 200), 255, np.uint8)
    >>> paper[40:160, 95:107] = 0
    >>> palote.read(paper).text
    '1'
    """
    settings = Settings.from_environment()
    name = catalog.chosen(settings) if model is None else os.fspath(model)
    return _reader(name, settings, profile).read(
        image, expect=expect, pattern=pattern, stages=stages, clean=clean, saliency=saliency
    )


def read_many(
    images: Iterable[ImageSource],
    *,
    expect: str = "auto",
    pattern: str | None = None,
    on_error: str = "raise",
    model: str | os.PathLike[str] | None = None,
    clean: str = "auto",
    profile: str | None = None,
) -> Iterator[Reading | PaloteError]:
    """Read many pictures, in order, in constant memory; see `Reader.read_many`."""
    reader = Reader(model, clean, profile=profile)
    return reader.read_many(images, expect=expect, pattern=pattern, on_error=on_error)


@lru_cache(maxsize=4)
def _reader(model: str, settings: Settings, profile: str | None) -> Reader:
    return Reader(model, settings=settings, profile=profile)
