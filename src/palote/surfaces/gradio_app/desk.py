"""What happens when a person draws, opens a picture, points a camera or presses Read.

The handlers take and give the raw values of Gradio's components, so that no picture goes
through its folder on the disk. All of them walk the one road: a picture, `palote.Reader`,
an answer. They keep nothing between two calls and are safe to call at the same time.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TypeAlias

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from palote.errors import ModelError, PaloteError
from palote.model import catalog
from palote.pixels import load
from palote.result import Json, Reading
from palote.surfaces.gradio_app import answer
from palote.surfaces.gradio_app.examples import examples
from palote.surfaces.gradio_app.intake import Intake, data_url
from palote.surfaces.gradio_app.parts import CAMERA, DRAW, PICTURE
from palote.surfaces.gradio_app.words import LANGUAGES
from palote.surfaces.web.readers import Readers

__all__ = ["SKIP", "Desk", "Shown", "Taken", "models_that_open"]

Shown: TypeAlias = tuple[Json, Json, Json]
"""Values of the label, the sentence and the gallery."""

Taken: TypeAlias = bytes | str | NDArray[np.uint8]
"""A picture: a file's bytes, a data URL or pixels."""

SKIP: dict[str, Json] = gr.skip()
"""Leaves all components as they are."""

NEEDS = {
    ".keras": ("keras", "tensorflow"),
    ".h5": ("keras", "tensorflow"),
    ".json": ("keras", "tensorflow"),
    ".tflite": ("ai_edge_litert",),
}
"""Formats whose libraries take seconds to load, and the packages that open them."""


def models_that_open(readers: Readers) -> list[str]:
    """Return the names of the models that can be chosen, the default one first.

    What opens at once is opened. For formats that load TensorFlow, their packages are
    looked for; such a model is opened when it is chosen.
    """
    default = readers.default().name
    found = [default]
    for name in catalog.names(readers.settings):
        if name == default:
            continue
        try:
            entry = catalog.find(name, readers.settings)
            needs = NEEDS.get(entry.path.suffix)
            if needs is None:
                readers.named(name)
        except ModelError:
            continue
        if needs is None or all(find_spec(package) for package in needs):
            found.append(name)
    return found


class Desk:
    """The handlers of an app.

    Args:
        readers: the models.
        intake: takes pictures out of what components send.
    """

    def __init__(self, readers: Readers, intake: Intake) -> None:
        self._readers = readers
        self._intake = intake

    def drawn(
        self, drawing: Json, live: bool, expect: str, model: str, clean: str, language: str
    ) -> Shown | dict[str, Json]:
        """Read what has just been drawn, if reading is live."""
        language = _known(language)
        image = data_url(drawing)
        if image is None:
            return _idle(language)
        return self.shown(image, expect, model, clean, language) if live else SKIP

    def opened(
        self, picture: Json, expect: str, model: str, clean: str, language: str
    ) -> tuple[Json, Json, Json, Json]:
        """Read a picture that has been opened; show it again, without its file."""
        language = _known(language)
        try:
            image = self._intake.picture(picture)
            if image is None:
                return *_idle(language), None
            reading = self._reading(image, expect, model, clean)
        except PaloteError as error:
            return *_refused(error, language), None
        return *_shown(reading, language), answer.picture(_original(reading))

    def filmed(
        self, frame: Json, live: bool, expect: str, model: str, clean: str, language: str
    ) -> Shown | dict[str, Json]:
        """Read a frame of the camera, if reading is live."""
        language = _known(language)
        try:
            image = self._intake.picture(frame)
        except PaloteError as error:
            return _refused(error, language)
        if not live or image is None:
            return SKIP
        return self.shown(image, expect, model, clean, language)

    def example(
        self, expect: str, model: str, clean: str, language: str, chosen: gr.SelectData
    ) -> tuple[Json, Json, Json, Json]:
        """Read the example that was chosen, and show it as the picture."""
        image = examples()[int(chosen.index)].image
        shown = self.shown(image, expect, model, clean, _known(language))
        return *shown, answer.picture(image)

    def asked(
        self,
        drawing: Json,
        picture: Json,
        frame: Json,
        tab: str,
        expect: str,
        model: str,
        clean: str,
        language: str,
    ) -> Shown:
        """Read what the open tab holds, because the person pressed Read."""
        language = _known(language)
        try:
            image = self.held(drawing, picture, frame, tab)
        except PaloteError as error:
            return _refused(error, language)
        return self.shown(image, expect, model, clean, language)

    def held(self, drawing: Json, picture: Json, frame: Json, tab: str) -> Taken | None:
        """Return what the open tab holds, if anything.

        Raises:
            PaloteError: it cannot be read.
        """
        # Both are taken, for the file of an upload is deleted on the way.
        opened, filmed = self._intake.picture(picture), self._intake.picture(frame)
        return {DRAW: data_url(drawing), PICTURE: opened, CAMERA: filmed}.get(tab)

    def changed(
        self,
        drawing: Json,
        picture: Json,
        frame: Json,
        tab: str,
        expect: str,
        model: str,
        clean: str,
        language: str,
        shown: Json,
    ) -> Shown:
        """Read once more with another model, cleaning or language, if there is an answer."""
        again = self.asked(drawing, picture, frame, tab, expect, model, clean, language)
        answered = isinstance(shown, dict) and shown.get("label")
        return again if answered else _idle(_known(language))

    def cleared(self, language: str) -> Shown:
        """Forget the answer."""
        return _idle(_known(language))

    def read(self, image: Json, model: str, clean: str, expect: str) -> dict[str, Json]:
        """Read the handwritten digit, or the numbers, in a picture.

        Returns:
            The text ("?" for a digit that Palote would not vouch for), the status ("ok",
            "unsure", "not_digit" or "empty"), the confidence, the digits with the ten
            probabilities and the box of each, and the lines with their alternatives.
        """
        try:
            taken = self._intake.picture(image)
            if taken is None:
                raise gr.Error("There is no picture. Send one.", print_exception=False)
            reader = self._readers.named(model)
            return reader.read(
                taken, expect=expect, stages=False, clean=clean, saliency=False
            ).to_dict()
        except PaloteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def models(self) -> list[dict[str, Json]]:
        """Return the models that read can be asked for, the default one first."""
        return self._readers.models()

    def shown(
        self,
        image: Taken | None,
        expect: str,
        model: str,
        clean: str,
        language: str,
    ) -> Shown:
        """Read a picture; return what is shown of it."""
        if image is None:
            return _idle(language)
        try:
            reading = self._reading(image, expect, model, clean)
        except PaloteError as error:
            return _refused(error, language)
        return _shown(reading, language)

    def several(self, image: Taken, expect: str, model: str, clean: str) -> bool:
        """Whether numbers are read in a picture, and not a single digit."""
        return bool(self._reading(image, expect, model, clean).lines)

    def _reading(self, image: Taken, expect: str, model: str, clean: str) -> Reading:
        reader = self._readers.named(model)
        reading = reader.read(image, expect=expect, stages=True, clean=clean, saliency=False)
        if not reading.lines:
            return reading
        boxed = answer.found(reading, load(image, self._readers.settings).size)
        return replace(reading, stages=(boxed, *reading.stages))


def _shown(reading: Reading, language: str) -> Shown:
    return (
        answer.label(reading, language),
        answer.sentence(reading, language),
        answer.way(reading, language),
    )


def _original(reading: Reading) -> NDArray[np.uint8]:
    return next(stage.image for stage in reading.stages if stage.name == "original")


def _idle(language: str) -> Shown:
    return answer.NO_LABEL, answer.idle(language), []


def _refused(error: PaloteError, language: str) -> Shown:
    return answer.NO_LABEL, answer.refusal(error, language), []


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"
