"""How much a network reads right, as parts of a page: of each set, each digit, each pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from palote import metrics
from palote.evaluation import NOTHING, Judged
from palote.model.engine import DIGITS
from palote.train.pages.axes import Axis, accuracy_axis
from palote.train.pages.charts import interval_bar
from palote.train.pages.gallery import picture
from palote.train.pages.markup import Html, tag
from palote.train.pages.page import Cell, card, note, table
from palote.train.pages.words import Words

__all__ = ["classes", "confusions", "results"]

CONFUSIONS, EXAMPLES = 6, 5
"""How many common confusions are shown, and how many pictures of each."""


def results(words: Words, judged: Sequence[Judged]) -> Html:
    """Return the table of all sets, with intervals."""
    ends = [end for one in judged for end in one.interval]
    axis = accuracy_axis("", ends, lambda share: "")
    rows = [
        (
            words.start(words.name(one.name)),
            tag("b", words.percent(one.accuracy)),
            words.interval(*one.interval),
            words("{right} of {count}", right=words.count(one.hits), count=words.count(len(one))),
            interval_bar(one.accuracy, *one.interval, axis),
            words.percent(one.withheld),
            words.percent(one.calibration_error),
        )
        for one in judged
    ]
    head = (
        words("Pictures"),
        words("Accuracy"),
        words("95 % interval"),
        words("Read right"),
        _scale(words, axis),
        words("Withheld"),
        words("Calibration error"),
    )
    return card(
        "results",
        words("Results"),
        table(words("Accuracy on each set"), head, rows, "results"),
        note(
            words(
                "The best digit counts, and a picture in which nothing is found counts as wrong. "
                "Other pictures of the same kind would give a slightly different share: the 95 % "
                "interval says within which bounds. Withheld are the pictures for which Palote "
                "would not vouch. The calibration error is the mean gap between how sure it says "
                "it is and how often it is right."
            )
        ),
    )


def confusions(words: Words, judged: Judged) -> Html:
    """Return the confusion matrix, and in words what is confused most often."""
    matrix = judged.confusion
    columns = DIGITS + bool(matrix[:, NOTHING].any())
    wrong = matrix * (1 - np.eye(DIGITS, DIGITS + 1, dtype=np.int64))
    most = max(int(wrong.max()), 1)
    rows: list[list[str | Cell]] = []
    for label in range(DIGITS):
        total = max(int(matrix[label].sum()), 1)
        row: list[str | Cell] = [str(label)]
        for answer in range(columns):
            count = int(matrix[label, answer])
            named = None if answer == NOTHING else answer
            hint = _confusion(words, label, named, count) if count else None
            if answer == label:
                look, heat = "right", count / total
            else:
                look, heat = "wrong" if count else "none", (count / most) ** 0.5
            style = f"--heat:{100 * heat:.0f}%" if count else None
            row.append(Cell(str(count), look, style, hint))
        rows.append(row)
    head = [words("shows"), *map(str, range(DIGITS)), *["–"][: columns - DIGITS]]
    common = [
        tag("li", _confusion(words, *found), _examples(words, judged, *found[:2]))
        for found in judged.common_confusions()[:CONFUSIONS]
    ]
    return card(
        f"confusion-{judged.name}",
        words("What is taken for what"),
        tag("p", words.pictures(judged.name, len(judged)), class_="of"),
        tag(
            "div",
            table(words("Confusion matrix: a row for each digit shown"), head, rows, "confusion"),
            tag(
                "div",
                tag("h3", words("Most common confusions")),
                tag("ol", *common) if common else tag("p", words("None: all was read right.")),
                class_="beside",
            ),
            class_="pair",
        ),
        note(
            words(
                "Each row is a digit that the pictures show, each column what it was read as. "
                "What lies on the diagonal is right; the redder a cell beside it, the more often "
                "the two were confused."
            ),
            " " + words("The last column counts pictures in which nothing was found.")
            if columns > DIGITS
            else "",
        ),
    )


def _confusion(words: Words, label: int, answer: int | None, count: int) -> str:
    shown, times = str(label), words.times(count)
    if answer is None:
        return words("{label} not found, {times}", label=shown, times=times)
    return words("{label} read as {answer}, {times}", label=shown, answer=str(answer), times=times)


def _examples(words: Words, judged: Judged, label: int, answer: int | None) -> Html:
    given = NOTHING if answer is None else answer
    found = np.flatnonzero((judged.labels == label) & (judged.answers == given))
    return tag("span", *(picture(words, judged, int(i)) for i in found[:EXAMPLES]), class_="strip")


def classes(words: Words, judged: Judged) -> Html:
    """Return precision, recall and F1 of each digit."""
    scores = judged.classes
    right = np.diagonal(judged.confusion)
    ends = [
        metrics.wilson_interval(int(right[digit]), int(scores.support[digit]))
        for digit in range(DIGITS)
    ]
    present = [digit for digit in range(DIGITS) if scores.support[digit]]
    axis = accuracy_axis("", [end for digit in present for end in ends[digit]], lambda share: "")
    rows = [
        (
            str(digit),
            words.count(int(scores.support[digit])),
            words.percent(float(scores.precision[digit])),
            words.percent(float(scores.recall[digit])),
            interval_bar(float(scores.recall[digit]), *ends[digit], axis),
            words.percent(float(scores.f1[digit])),
        )
        for digit in present
    ]
    head = (
        words("Digit"),
        words("Pictures"),
        words("Precision"),
        words("Recall"),
        _scale(words, axis),
        "F1",
    )
    means = [float(values[present].mean()) for values in (scores.precision, scores.recall)]
    foot = (
        words("Mean"),
        words.count(len(judged)),
        words.percent(means[0]),
        words.percent(means[1]),
        "",
        words.percent(float(scores.f1[present].mean())),
    )
    return card(
        f"classes-{judged.name}",
        words("Digit by digit"),
        tag("p", words.pictures(judged.name, len(judged)), class_="of"),
        table(words("Precision, recall and F1 of each digit"), head, rows, "classes", foot),
        note(
            words(
                "Precision: of the pictures read as a 4, the share that are fours. Recall: of the "
                "fours, the share read as a 4. F1 is their harmonic mean, and is low when either "
                "is. The lines are 95 % intervals."
            )
        ),
    )


def _scale(words: Words, axis: Axis) -> Html:
    """Return the ends of an axis, as the head of a column of intervals."""
    ends = [tag("span", words.short(end)) for end in (axis.low, axis.high)]
    return tag("span", ends[0], tag("span", "–"), ends[1], class_="scale")
