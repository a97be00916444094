"""The readers, one for each model and profile.

They work in threads (`palote.surfaces.web.queueing`): decoding and inference release the
interpreter's lock, so that two threads keep two cores busy while the event loop stays free to
take in pictures and to answer. Only a plain digit in a small file is read in the event loop
(`palote.surfaces.web.glances`): to hand it over would cost more than the network does.
A model is asked for by its name in the catalogue: a path would let a web page make
the server open any file.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import numpy as np

from palote.errors import ModelError, ModelNotFound, PaloteError
from palote.pixels import ImageSource, Picture, load
from palote.result import Json, Reading
from palote.settings import Settings
from palote.surfaces.web.memory import LARGE, give_back_soon
from palote.surfaces.web.metrics import Metrics

if TYPE_CHECKING:
    from palote.model.card import Card

__all__ = ["LoadReader", "Readers", "SupportsRead"]

MOST_PROFILES = 256
"""Readers of other profiles than the usual one that are kept; they share the network."""


class SupportsRead(Protocol):
    """What the server needs of a `palote.Reader`."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def card(self) -> Card:
        """What the model was made from, and its scores."""

    def read(
        self,
        image: ImageSource,
        *,
        expect: str,
        pattern: str | None = None,
        stages: bool,
        clean: str | None,
        saliency: bool,
    ) -> Reading:
        """Read one picture."""

    def for_profile(self, profile: str) -> SupportsRead:
        """Return a reader of the same network, for which another profile's corrections count."""


@runtime_checkable
class SupportsGlance(Protocol):
    """What a reader has that can read what takes no time."""

    def glances(
        self, images: Sequence[ImageSource], *, expect: str, stages: bool
    ) -> list[Reading | None]:
        """Read the pictures for which a single look does."""


LoadReader: TypeAlias = Callable[[str, Settings], SupportsRead]


class Readers:
    """Loads each model once; safe between threads.

    Args:
        settings: limits and folders, and the profile that reads unless another is asked for.
        model: name or path of the model that reads unless another is asked for.
        load: makes the reader of a model; tests hand in their own.
        metrics: where readings are counted; in figures of its own if not given.
    """

    def __init__(
        self,
        settings: Settings,
        model: str | None = None,
        load: LoadReader | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.settings = settings
        self._metrics = metrics or Metrics()
        self._asked = model
        self._load = load or _load
        self._loaded: dict[str, SupportsRead] = {}
        self._own: OrderedDict[tuple[str, str], SupportsRead] = OrderedDict()
        self._lock = threading.Lock()
        self._default: SupportsRead | None = None
        self._quick: SupportsGlance | None = None

    @property
    def ready(self) -> bool:
        """Whether the default model is loaded."""
        return self._default is not None

    def default(self) -> SupportsRead:
        """Return the default reader, loaded and warm.

        Raises:
            ModelError: it cannot be loaded.
        """
        with self._lock:
            if self._default is None:
                from palote.model import catalog

                asked = self._asked or catalog.chosen(self.settings)
                reader = self._load(asked, self.settings)
                reader.read(_a_stroke(), expect="auto", stages=False, clean=None, saliency=False)
                self._loaded[reader.name] = self._default = reader
                self._quick = reader if isinstance(reader, SupportsGlance) else None
                self._metrics.loaded(reader.name, reader.card)
            return self._default

    def named(self, name: str | None) -> SupportsRead:
        """Return the reader of a model of the catalogue, loaded; the default one for none.

        Raises:
            ModelError: it is not in the catalogue, or cannot be loaded.
        """
        default = self.default()
        if not name or name == default.name:
            return default
        with self._lock:
            if name not in self._loaded:
                self._check(name, default.name)
                reader = self._loaded[name] = self._load(name, self.settings)
                self._metrics.loaded(name, reader.card)
            return self._loaded[name]

    def check(self, name: str) -> None:
        """Make sure that there is a model of this name; it need not be loaded.

        Raises:
            ModelNotFound: there is none in the catalogue.
        """
        self._check(name, self.default().name)

    def _check(self, name: str, default: str) -> None:
        from palote.model import catalog

        known = {default, *catalog.names(self.settings)}
        if name not in known:
            raise ModelNotFound(
                f"There is no model {name[:100]!r}. There are: {', '.join(sorted(known))}."
            )

    def of_profile(self, name: str | None, profile: str) -> SupportsRead:
        """Return the reader of a model with what a profile has learnt.

        Raises:
            UsageError: there is no such profile.
            ModelError: the model is not in the catalogue, or cannot be loaded.
        """
        reader = self.named(name)
        key = reader.name, profile.casefold()
        with self._lock:
            if key not in self._own:
                self._own[key] = reader.for_profile(profile)
            self._own.move_to_end(key)
            if len(self._own) > MOST_PROFILES:
                self._own.popitem(last=False)
            return self._own[key]

    def forget_profile(self, profile: str) -> None:
        """Let go of the readers of a profile that is no longer there."""
        with self._lock:
            for key in [key for key in self._own if key[1] == profile.casefold()]:
                del self._own[key]

    def read(
        self,
        image: bytes | str,
        *,
        expect: str,
        pattern: str | None = None,
        clean: str | None,
        model: str | None,
        stages: bool,
        saliency: bool,
        profile: str | None = None,
    ) -> Reading:
        """Read one picture, and note how long each stage took.

        Raises:
            PaloteError: the picture, the model or an option is wrong.
        """
        reader = self.of_profile(model, profile) if profile else self.named(model)
        start = time.perf_counter()
        try:
            picture = load(image, self.settings)
        except PaloteError:
            give_back_soon()  # nobody knows how large it was
            raise
        decoded = time.perf_counter()
        self._metrics.stage("decode", decoded - start)
        reading = reader.read(
            picture,
            expect=expect,
            pattern=pattern,
            stages=stages,
            clean=clean,
            saliency=saliency,
        )
        self._metrics.stage("read", time.perf_counter() - decoded)
        self._metrics.reading(reading)
        height, width = picture.pixels.shape[:2]
        if height * width >= LARGE:
            del picture
            give_back_soon()
        return reading

    def glances_for(self, model: str | None) -> bool:
        """Tell whether `glances` reads for whoever asks for this model; it never loads one."""
        if self._quick is None or self._default is None:
            return False
        return model in (None, "", self._default.name)

    def glances(
        self, images: Sequence[bytes], expect: str, stages: bool
    ) -> list[Reading | PaloteError | None]:
        """Read pictures with the default reader if a single look does.

        Returns:
            For each its reading, its error, or None where it takes more than a look.

        Raises:
            UsageError: what is expected of them does not exist.
        """
        assert self._quick is not None
        told: list[Reading | PaloteError | None] = [None] * len(images)
        places, pictures, decoding = list[int](), list[Picture](), list[float]()
        for place, image in enumerate(images):
            start = time.perf_counter()
            try:
                pictures.append(load(image, self.settings))
            except PaloteError as error:
                told[place] = error
                continue
            places.append(place)
            decoding.append(time.perf_counter() - start)
        start = time.perf_counter()
        found = self._quick.glances(pictures, expect=expect, stages=stages)
        each = (time.perf_counter() - start) / max(1, len(found))
        for place, reading, seconds in zip(places, found, decoding, strict=True):
            told[place] = reading
            if reading is not None:
                self._metrics.stage("decode", seconds)
                self._metrics.stage("read", each)
                self._metrics.reading(reading)
        return told

    def models(self) -> list[dict[str, Json]]:
        """Return every model that can be asked for, the default first."""
        from palote.model import catalog

        default = self.default()
        found: list[dict[str, Json]] = [_describe(default.name, default.card, True)]
        for name in catalog.names(self.settings):
            if name == default.name:
                continue
            with contextlib.suppress(ModelError):
                card = catalog.find(name, self.settings).card
                if card is not None:
                    found.append(_describe(name, card, name in self._loaded))
        return found


def _load(model: str, settings: Settings) -> SupportsRead:
    from palote.reader import Reader

    return Reader(model, settings=settings)


def _describe(name: str, card: Card, loaded: bool) -> dict[str, Json]:
    return {"name": name, "loaded": loaded, "card": card.to_dict()}


def _a_stroke() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a picture with ink on it: a blank one would not wake the network."""
    sheet = np.full((64, 64), 255, np.uint8)
    sheet[12:52, 29:35] = 0
    return sheet
