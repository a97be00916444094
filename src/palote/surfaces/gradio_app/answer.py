"""What the app shows of a reading: the label, a sentence, the pictures of the way.

Pure functions from a `Reading` to what Gradio's components take as their raw value.
Pictures go as data URLs: Gradio would otherwise write each of them to the disk.
"""

from __future__ import annotations

import html

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.errors import PaloteError
from palote.result import Json, Reading, Stage
from palote.surfaces.gradio_app.words import explain, percent, say

__all__ = ["NO_LABEL", "idle", "label", "paragraph", "picture", "refusal", "sentence", "way"]

NO_LABEL: dict[str, Json] = {}

SURE = ((0.98, "Almost certainly"), (0.9, "Very likely"), (0.0, "Probably"))
"""From which confidence on which words hold."""

NEVER_ALL = 0.994
"""Gradio rounds to whole per cent; nothing is shown as 100 % certain."""

STAGES = {
    "original": "Original",
    "evened": "Even light",
    "binary": "Ink or paper",
    "binary28": "Shrunk",
    "centred": "What the network sees",
}

SMALL, LARGE = 280, 400
"""Sides between which a picture of the way is sent, in pixels."""
PREVIEW = 1000
"""Longest side of a picture that is shown again, in pixels."""


def label(reading: Reading, language: str) -> dict[str, Json]:
    """Return the value of a Label: the honest answer above the ten probabilities."""
    heading = {"not_digit": "not a digit", "empty": "empty"}.get(reading.status)
    value: dict[str, Json] = {"label": say(heading, language) if heading else reading.text}
    if reading.digits:
        shares = reading.digits[0].probabilities
        ranked = sorted(range(len(shares)), key=lambda digit: -shares[digit])
        value["confidences"] = [
            {"label": str(digit), "confidence": min(float(shares[digit]), NEVER_ALL)}
            for digit in ranked
        ]
    return value


def sentence(reading: Reading, language: str) -> str:
    """Return how sure the reader is, in words, as HTML."""
    if reading.status == "empty" or not reading.digits:
        nothing = "There is nothing to read here: no ink stands out from the paper."
        return paragraph(say(nothing, language), "empty")
    digit = reading.digits[0]
    if reading.status == "ok":
        words = say(next(word for least, word in SURE if digit.confidence >= least), language)
    elif reading.status == "unsure":
        words = say("Not sure. Perhaps a {digit}", language, digit=digit.value)
    else:
        nearest = "That does not look like a digit. The nearest would be a {digit}"
        words = say(nearest, language, digit=digit.value)
    return paragraph(f"{words}: {percent(digit.confidence, language)}", reading.status)


def idle(language: str) -> str:
    """Return what to do while there is nothing to read, as HTML."""
    todo = "Nothing yet. Write a digit, open a picture or start the camera."
    return paragraph(say(todo, language), "idle")


def refusal(error: PaloteError, language: str) -> str:
    """Return why a picture was not read, as HTML."""
    return paragraph(explain(error, language), "refused")


def way(reading: Reading, language: str) -> list[Json]:
    """Return the value of a Gallery: the pictures of the way, with their captions."""
    return [
        gallery_item(_fitted(stage.image), say(STAGES[stage.name], language))
        for stage in reading.stages
    ]


def gallery_item(image: NDArray[np.uint8], caption: str) -> dict[str, Json]:
    """Return one picture of a Gallery."""
    return {"image": picture(image), "caption": caption}


def picture(image: NDArray[np.uint8]) -> dict[str, Json]:
    """Return the value of an Image, which the browser keeps and no disk does."""
    return {"path": None, "url": Stage("", _at_most(image, PREVIEW)).to_dict()["image"]}


def paragraph(text: str, kind: str) -> str:
    """Return a sentence that is read aloud too, as HTML.

    Args:
        text: any text; it is escaped.
        kind: how it looks: a status, "idle" or "refused".
    """
    return f'<p role="status" class="palote-said palote-{kind}">{html.escape(text)}</p>'


def _fitted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge the few pixels of a patch as they are; shrink a photo."""
    times = SMALL // max(image.shape[:2])
    if times > 1:
        return np.repeat(np.repeat(image, times, axis=0), times, axis=1)
    return _at_most(image, LARGE)


def _at_most(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
