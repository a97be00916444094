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

__all__ = [
    "NO_LABEL",
    "found",
    "idle",
    "label",
    "paragraph",
    "picture",
    "refusal",
    "sentence",
    "way",
]

NO_LABEL: dict[str, Json] = {}

BETWEEN = " · "
"""Between several numbers; no separator that a number may have."""

SURE = ((0.98, "Almost certainly"), (0.9, "Very likely"), (0.0, "Probably"))
"""From which confidence on which words hold."""

NEVER_ALL = 0.994
"""Gradio rounds to whole per cent; nothing is shown as 100 % certain."""

LEAST = 0.005
"""Less likely numbers would be shown with 0 %."""

STAGES = {
    "found": "Found",
    "original": "Original",
    "evened": "Even light",
    "binary": "Ink or paper",
    "binary28": "Shrunk",
    "centred": "What the network sees",
}

SMALL, LARGE = 280, 400
"""Sides between which a picture of the way is sent, in pixels."""
BOXED = 800
"""Longer side of the picture with the boxes, in pixels."""

SURE_OF, IN_DOUBT = (29, 79, 190), (196, 84, 10)
"""RGB of a box, whether Palote vouches for the digit or not."""

DOUBT = "?"
FONT = cv2.FONT_HERSHEY_SIMPLEX

PREVIEW = 1000
"""Longest side of a picture that is shown again, in pixels."""


def label(reading: Reading, language: str) -> dict[str, Json]:
    """Return the value of a Label: the honest answer above the ten probabilities."""
    none = "not a digit" if reading.digits else "not a number"
    heading = {"not_digit": none, "empty": "empty"}.get(reading.status)
    text = BETWEEN.join(reading.raw.split("\n"))
    value: dict[str, Json] = {"label": say(heading, language) if heading else text}
    if reading.lines:
        value["confidences"] = _texts(reading)
    elif reading.digits:
        shares = reading.digits[0].probabilities
        ranked = sorted(range(len(shares)), key=lambda digit: -shares[digit])
        value["confidences"] = [
            {"label": str(digit), "confidence": min(float(shares[digit]), NEVER_ALL)}
            for digit in ranked
        ]
    return value


def _texts(reading: Reading) -> list[Json]:
    """Return the texts that a number may be, or several numbers, each with its probability."""
    if len(reading.lines) > 1:
        pairs = [(line.raw, line.confidence) for line in reading.lines]
    else:
        pairs = [(other.raw, other.probability) for other in reading.alternatives]
    best = [pair for place, pair in enumerate(pairs) if place == 0 or pair[1] >= LEAST]
    return [{"label": text, "confidence": min(share, NEVER_ALL)} for text, share in best]


def sentence(reading: Reading, language: str) -> str:
    """Return how sure the reader is, in words, and the table that numbers stand in, as HTML."""
    if reading.lines:
        return paragraph(_of_numbers(reading, language), reading.status) + _table(reading)
    if reading.status == "not_digit" and not reading.digits:
        return paragraph(say("That does not look like a number.", language), reading.status)
    if reading.status == "empty" or not reading.digits:
        nothing = "There is nothing to read here: no ink stands out from the paper."
        return paragraph(say(nothing, language), "empty")
    digit = reading.digits[0]
    if reading.status == "ok":
        words = _sure(digit.confidence, language)
    elif reading.status == "unsure":
        words = say("Not sure. Perhaps a {digit}", language, digit=digit.value)
    else:
        nearest = "That does not look like a digit. The nearest would be a {digit}"
        words = say(nearest, language, digit=digit.value)
    return paragraph(f"{words}: {percent(digit.confidence, language)}", reading.status)


def _sure(confidence: float, language: str) -> str:
    return say(next(word for least, word in SURE if confidence >= least), language)


def _of_numbers(reading: Reading, language: str) -> str:
    """Return how sure the reader is of numbers, as a sentence."""
    share = percent(reading.confidence, language)
    right = [line for line in reading.lines if line.status == "ok"]
    count = str(len(reading.lines))
    if len(reading.lines) > 1:
        if len(right) < len(reading.lines):
            told = "Not sure. {number} of {all} numbers are sure enough."
            return say(told, language, number=str(len(right)), all=count)
        return f"{say('{number} numbers. All of them right', language, number=count)}: {share}"
    if right:
        return f"{_sure(reading.confidence, language)}: {share}"
    best = reading.alternatives[0].raw if reading.alternatives else reading.raw
    return f"{say('Not sure. Perhaps {text}', language, text=best)}: {share}"


def _table(reading: Reading) -> str:
    """Return the cells of a table as HTML; nothing if there is none."""
    rows = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in reading.table]
    cells = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="palote-cells">{cells}</table>' if cells else ""


def idle(language: str) -> str:
    """Return what to do while there is nothing to read, as HTML."""
    todo = "Nothing yet. Write something, open a picture or start the camera."
    return paragraph(say(todo, language), "idle")


def refusal(error: PaloteError, language: str) -> str:
    """Return why a picture was not read, as HTML."""
    return paragraph(explain(error, language), "refused")


def way(reading: Reading, language: str) -> list[Json]:
    """Return the value of a Gallery: the pictures of the way, with their captions."""
    return [
        gallery_item(
            stage.image if stage.name == "found" else _fitted(stage.image),
            say(STAGES[stage.name], language),
        )
        for stage in reading.stages
    ]


def found(reading: Reading, size: tuple[int, int]) -> Stage:
    """Return the picture with the digits of its numbers in boxes, in another colour those in doubt.

    Args:
        reading: of numbers, with its stages.
        size: width and height of the picture that was read, in pixels: the boxes are in those.
    """
    original = next(stage.image for stage in reading.stages if stage.name == "original")
    grey = original.ndim == 2
    shown = cv2.cvtColor(original, cv2.COLOR_GRAY2RGB) if grey else original.copy()
    scale = BOXED / max(shown.shape[:2])
    to = (max(1, round(shown.shape[1] * scale)), max(1, round(shown.shape[0] * scale)))
    shown = cv2.resize(shown, to, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    across, down = to[0] / size[0], to[1] / size[1]
    for line in reading.lines:
        signs = [sign for sign in line.raw if sign == DOUBT or sign.isdecimal()]
        for sign, digit in zip(signs, line.digits, strict=True):
            x, y, width, height = digit.box
            corner = round(x * across), round(y * down)
            end = round((x + width) * across), round((y + height) * down)
            colour = IN_DOUBT if sign == DOUBT else SURE_OF
            cv2.rectangle(shown, corner, end, colour, 3, cv2.LINE_AA)
            (wide, _), _ = cv2.getTextSize(sign, FONT, 0.9, 2)
            place = (corner[0] + end[0] - wide) // 2, max(24, corner[1] - 8)
            for ink, pen in (((255, 255, 255), 6), (colour, 2)):
                cv2.putText(shown, sign, place, FONT, 0.9, ink, pen, cv2.LINE_AA)
    return Stage("found", np.asarray(shown, np.uint8))


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
