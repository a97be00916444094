"""What a network read, in pictures: its surest mistakes, and a look at all ten digits."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np

from palote.evaluation import NOTHING, Judged
from palote.model.engine import DIGITS
from palote.train.pages.markup import Html, picture_url, tag
from palote.train.pages.page import card, note, wide
from palote.train.pages.words import Words

__all__ = ["grid", "mistakes", "picture"]

MISTAKES = 24
"""Most mistakes that are shown of a set."""

BY_CHANCE, HARDEST = 10, 3
"""Pictures of each digit in the grid: drawn by chance, and the hardest."""


def mistakes(words: Words, judged: Judged) -> Html:
    """Return the wrong answers that it was surest of."""
    wrong = judged.mistakes()
    figures = [_mistake(words, judged, int(index)) for index in wrong[:MISTAKES]]
    said = words(
        "{count} of {all} pictures are read wrong; the surest mistakes come first. Each picture is "
        "what the network saw. Some labels are wrong themselves: judge for yourself.",
        count=words.count(len(wrong)),
        all=words.count(len(judged)),
    )
    return card(
        f"mistakes-{judged.name}",
        words("The most confident mistakes"),
        tag("p", words.pictures(judged.name, len(judged)), class_="of"),
        tag("div", *figures, class_="mistakes") if figures else Html(),
        note(said) if figures else note(words("None: all was read right.")),
    )


def _mistake(words: Words, judged: Judged, index: int) -> Html:
    label, answer = int(judged.labels[index]), int(judged.answers[index])
    sure = words.percent(float(judged.confidences[index]), 1)
    own = words.percent(float(judged.probabilities[index, label]), 1)
    # The folders above say nothing of the picture, but much of the person's machine.
    origin = "/".join(PurePath(str(judged.origins[index])).parts[-2:])
    return tag(
        "figure",
        picture(words, judged, index),
        tag(
            "figcaption",
            tag("span", str(label), " → ", tag("b", _said(answer)), class_="read"),
            tag("span", words("{sure} sure", sure=sure)),
            tag("span", f"{label}: {own}"),
            tag("span", origin, class_="origin"),
        ),
    )


def grid(words: Words, judged: Judged) -> Html:
    """Return pictures of each digit, right ones in green and wrong ones in red."""
    rng = np.random.default_rng(0)
    rows = []
    for digit in range(DIGITS):
        of_it = np.flatnonzero(judged.labels == digit)
        if not len(of_it):
            continue
        own = judged.probabilities[of_it, digit] * judged.right[of_it]
        hardest = of_it[np.argsort(own, kind="stable")][:HARDEST]
        chance = np.sort(rng.permutation(of_it)[:BY_CHANCE])
        cells = [
            *(_cell(words, judged, int(index)) for index in chance),
            *[tag("td")] * (BY_CHANCE - len(chance)),
            *(_cell(words, judged, int(index)) for index in hardest),
        ]
        rows.append(tag("tr", tag("th", str(digit), scope="row"), *cells))
    columns = (
        tag("th", words("shows"), scope="col"),
        tag("th", words("drawn by chance"), scope="colgroup", colspan=BY_CHANCE),
        tag("th", words("the hardest"), scope="colgroup", colspan=HARDEST),
    )
    name = words("What was read, a row for each digit shown")
    head, body = tag("thead", tag("tr", *columns)), tag("tbody", *rows)
    said = words(
        "Green and plain is right, red with a cross is wrong. The last three of each row are "
        "those of which the network was least sure that they are this digit."
    )
    return card(
        f"grid-{judged.name}",
        words("A look at what was read"),
        tag("p", words.pictures(judged.name, len(judged)), class_="of"),
        wide(name, tag("table", tag("caption", name), head, body, class_="grid")),
        note(said),
    )


def picture(words: Words, judged: Judged, index: int) -> Html:
    """Return what the network saw of a picture; its other text says what it was read as."""
    label, answer = str(judged.labels[index]), int(judged.answers[index])
    if answer == NOTHING:
        alt = words("A {label} in which nothing was found", label=label)
    elif judged.right[index]:
        alt = words("A {label}, read right", label=label)
    else:
        alt = words("A {label}, read as {answer}", label=label, answer=str(answer))
    return tag("img", src=picture_url(judged.patches[index]), alt=alt, width=28, height=28)


def _cell(words: Words, judged: Judged, index: int) -> Html:
    right, said = bool(judged.right[index]), _said(int(judged.answers[index]))
    text = tag("span", said if right else f"✗ {said}", aria_hidden="true")
    look = "right" if right else "wrong"
    return tag("td", picture(words, judged, index), text, class_=look)


def _said(answer: int) -> str:
    return "∅" if answer == NOTHING else str(answer)
