"""What goes on inside a network, in pictures: which ink decided, and what its filters see."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.evaluation import NOTHING, Judged
from palote.ink import InkSpec
from palote.model.engine import DIGITS, Engine
from palote.model.saliency import saliency_maps
from palote.result import overlay
from palote.train.pages.markup import Html, picture_url, tag
from palote.train.pages.page import card, note
from palote.train.pages.words import Words

__all__ = ["FeatureMaps", "inside", "seen", "specimen"]

FeatureMaps: TypeAlias = Sequence[tuple[str, NDArray[np.float32]]]
"""Name of a convolution and its maps, float32 (h, w, filters), from the input on."""

MISTAKES = 5
LAYERS, MAPS, ACROSS = 8, 64, 16
"""Convolutions that are shown, maps of one of them, maps in a row."""

TILE, GAP = 56, 4
"""Side of a map as it is drawn, and what lies between two, in pixels."""

BRIGHTEST = 0.997
"""Share of the values that stay below full brightness; a single peak would darken all others."""


def inside(words: Words, engine: Engine, judged: Judged, maps: FeatureMaps = ()) -> Html:
    """Return which ink decided, and the feature maps of one picture if they are given."""
    good = [index for digit in range(DIGITS) for index in _read_right(judged, digit)[:1]]
    figures = []
    for index in good:
        digit = int(judged.labels[index])
        alt = words("A {label}: the ink that spoke for it", label=str(digit))
        caption = tag("span", str(digit), class_="read")
        patch = judged.patches[index]
        (saliency,) = _saliencies(engine, patch, (digit,))
        picture = _explained(patch, saliency, alt)
        figures.append(tag("figure", picture, tag("figcaption", caption)))
    parts = [
        tag("h3", words("Which ink decided")),
        tag("div", *figures, class_="mistakes small"),
        note(
            words(
                "A soft spot of ink was wiped away and the network asked again, all over the "
                "picture. Orange ink spoke for the digit, blue ink against it; grey made no "
                "difference."
            )
        ),
    ]
    wrong = [int(i) for i in judged.mistakes() if judged.answers[i] != NOTHING][:MISTAKES]
    if wrong:
        parts += [
            tag("h3", words("Why it was mistaken")),
            tag("div", *(_why(words, engine, judged, i) for i in wrong), class_="whys"),
        ]
    if maps:
        parts.append(tag("h3", words("What the filters make of one picture")))
        parts.append(_first(words, judged))
        parts += [_layer(words, name, volume) for name, volume in _evenly(maps)]
        parts.append(
            note(
                words(
                    "Each small picture is one filter's map: bright where it found what it looks "
                    "for. The first layers find edges, later ones whole parts, ever more coarsely."
                )
            )
        )
    return card("inside", words("Inside the network"), *parts)


def specimen(judged: Judged) -> int | None:
    """Return the index of the picture whose feature maps are shown, if there is a right one."""
    right = np.flatnonzero(judged.right)
    return int(right[0]) if len(right) else None


def seen(patch: NDArray[np.uint8], spec: InkSpec) -> NDArray[np.float32]:
    """Return a patch that was kept to be looked at as a network of this geometry takes it."""
    ink = patch.astype(np.float32) / 255
    if len(ink) != spec.size:
        ink = np.clip(cv2.resize(ink, (spec.size, spec.size), interpolation=cv2.INTER_CUBIC), 0, 1)
    planes = ink if spec.channels == 1 else np.repeat(ink[..., None], spec.channels, axis=2)
    return np.asarray(planes, np.float32)


def _read_right(judged: Judged, digit: int) -> list[int]:
    found = np.flatnonzero((judged.labels == digit) & judged.right)
    return [int(index) for index in found]


def _saliencies(
    engine: Engine, patch: NDArray[np.uint8], digits: Sequence[int]
) -> list[NDArray[np.float32]]:
    """Return what spoke for each of some digits, of the size of the patch."""
    maps = saliency_maps(engine, seen(patch, engine.card.ink), digits)
    return [
        one
        if one.shape == patch.shape
        else np.asarray(cv2.resize(one, patch.shape, interpolation=cv2.INTER_AREA), np.float32)
        for one in maps
    ]


def _explained(patch: NDArray[np.uint8], saliency: NDArray[np.float32], alt: str) -> Html:
    colour = overlay(saliency).astype(np.float32)  # RGB and opacity
    opacity = colour[..., 3:] / 255
    grey = np.repeat(patch[..., None].astype(np.float32) * 0.75, 3, axis=2)
    mixed = colour[..., :3] * opacity + grey * (1 - opacity)
    url = picture_url(np.asarray(np.rint(mixed), np.uint8))
    return tag("img", src=url, alt=alt, width=28, height=28)


def _why(words: Words, engine: Engine, judged: Judged, index: int) -> Html:
    label, answer = int(judged.labels[index]), int(judged.answers[index])
    patch = judged.patches[index]
    maps = _saliencies(engine, patch, (answer, label))
    spoke = (
        words("for {digit}, as read", digit=str(answer)),
        words("for {digit}, as it is", digit=str(label)),
    )
    pictures = []
    for saliency, said in zip(maps, spoke, strict=True):
        alt = words(
            "A {label} that was read as {answer}: the ink that spoke {what}",
            label=str(label),
            answer=str(answer),
            what=said,
        )
        picture = _explained(patch, saliency, alt)
        pictures.append(tag("figure", picture, tag("figcaption", said)))
    return tag("div", *pictures, class_="why")


def _first(words: Words, judged: Judged) -> Html:
    index = specimen(judged)
    assert index is not None, "maps are made of a picture that was read right"
    alt = words("The picture whose feature maps follow, a {label}", label=str(judged.labels[index]))
    url = picture_url(judged.patches[index])
    return tag("img", src=url, alt=alt, width=84, height=84)


def _layer(words: Words, name: str, volume: NDArray[np.float32]) -> Html:
    height, width, filters = volume.shape
    figures = {
        "name": name,
        "count": words.count(filters),
        "height": str(height),
        "width": str(width),
    }
    if filters > MAPS:
        strongest = np.argsort(-np.abs(volume).max(axis=(0, 1)), kind="stable")[:MAPS]
        volume = volume[..., np.sort(strongest)]
        said = words(
            "{name}: the {shown} strongest of {count} filters, maps of {height} × {width}",
            shown=str(MAPS),
            **figures,
        )
    else:
        said = words("{name}: {count} filters, maps of {height} × {width}", **figures)
    sheet = _sheet(volume)
    size = {"width": sheet.shape[1], "height": sheet.shape[0]}
    picture = tag("img", src=picture_url(sheet), alt=said, **size)
    return tag("figure", tag("figcaption", said), picture, class_="maps")


def _sheet(volume: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Draw the maps (h, w, n) side by side, RGBA: brightness is comparable among them."""
    low, high = float(volume.min()), float(np.quantile(volume, BRIGHTEST))
    grey = np.clip((volume - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    count = volume.shape[2]
    rows, columns = ceil(count / ACROSS), min(count, ACROSS)
    step = TILE + GAP
    sheet = np.zeros((rows * step - GAP, columns * step - GAP, 4), np.uint8)
    for number in range(count):
        tile = cv2.resize(grey[..., number], (TILE, TILE), interpolation=cv2.INTER_NEAREST)
        top, left = number // ACROSS * step, number % ACROSS * step
        place = sheet[top : top + TILE, left : left + TILE]
        place[..., :3] = cv2.applyColorMap(tile, cv2.COLORMAP_MAGMA)[..., ::-1]
        place[..., 3] = 255
    return sheet


def _evenly(maps: FeatureMaps) -> FeatureMaps:
    chosen = np.linspace(0, len(maps) - 1, min(len(maps), LAYERS)).round().astype(int)
    return [maps[number] for number in chosen]
