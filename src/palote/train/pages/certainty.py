"""How sure a network is and how often it is right, as a part of a page."""

from __future__ import annotations

from math import floor

import numpy as np

from palote import metrics
from palote.evaluation import Judged
from palote.train.pages.axes import Axis, nice_ticks
from palote.train.pages.charts import Chart, Dot, Line
from palote.train.pages.markup import Html, joined, tag
from palote.train.pages.page import card
from palote.train.pages.words import Words

__all__ = ["certainty"]

BINS = 10


def certainty(words: Words, judged: Judged) -> Html:
    """Return the calibration plot, and what answering only when sure is worth."""
    return card(
        f"certainty-{judged.name}",
        words("Does it know when it does not know?"),
        tag("p", words.pictures(judged.name, len(judged)), class_="of"),
        tag(
            "div",
            tag("figure", _calibration(words, judged)),
            tag("figure", _selective(words, judged)),
            class_="pair",
        ),
    )


def _calibration(words: Words, judged: Judged) -> Html:
    found = metrics.reliability(judged.confidences, judged.right, BINS)
    most = max(int(found.count.max()), 1)
    dots, bars = [], []
    for number in np.flatnonzero(found.count):
        count, share = int(found.count[number]), float(found.accuracy[number])
        low, high = metrics.wilson_interval(round(share * count), count)
        sure = float(found.confidence[number])
        hint = words(
            "{count} answers, {sure} sure on average: {right} right",
            count=words.count(count),
            sure=words.percent(sure, 1),
            right=words.percent(share, 1),
        )
        dots.append(Dot(sure, share, low, high, hint=hint))
        bars.append((number / BINS, (number + 1) / BINS, 0.3 * (count / most) ** 0.5))
    ticks = [number / 5 for number in range(6)]
    chart = Chart(
        words("Calibration"),
        words("Share of right answers against confidence, in ten steps."),
        Axis(words("Confidence"), 0, 1, ticks, lambda share: words.percent(share, 0)),
        Axis(words("Right"), 0, 1, ticks, lambda share: words.percent(share, 0)),
        dots=dots,
        bars=bars,
        diagonal=True,
    )
    mean = float(judged.confidences.mean())
    said = words(
        "On average it is {sure} sure and {right} right. On the dashed line, what it says it is "
        "sure of comes true exactly as often; below it, it is too sure of itself. The bars show "
        "how many answers there are (their square root, so that few can be seen too).",
        sure=words.percent(mean, 1),
        right=words.percent(judged.accuracy, 1),
    )
    return joined(tag("h3", words("Calibration")), chart.svg(), tag("figcaption", said))


def _selective(words: Words, judged: Judged) -> Html:
    coverage, risk = metrics.coverage_and_risk(judged.confidences, judged.right)
    given = judged.statuses == "ok"
    here = float(given.mean())
    wrong = float((~judged.right[given]).mean()) if given.any() else 0.0
    least = min(0.5, floor(10 * here) / 10)  # what Palote withholds must lie on the chart
    shown = coverage >= least
    top = 1.2 * max(float(risk[shown].max()), wrong, 1e-4)
    step = max(len(coverage) // 400, 1)
    points = [*zip(coverage[shown][::step], risk[shown][::step], strict=True)]
    points.append((float(coverage[-1]), float(risk[-1])))
    hint = words(
        "answers given: {given}, wrong among them: {wrong}",
        given=words.percent(here),
        wrong=words.percent(wrong),
    )
    chart = Chart(
        words("Answering only when sure"),
        words("Share of wrong answers against the share of pictures that get an answer."),
        Axis(
            words("Pictures that get an answer"),
            least,
            1,
            nice_ticks(least, 1),
            lambda share: words.percent(share, 0),
        ),
        Axis(words("Wrong among them"), 0, top, nice_ticks(0, top, 5), words.short),
        lines=[Line("", "validation", [(float(x), float(y)) for x, y in points])],
        dots=[Dot(here, wrong, wrong, wrong, words("Palote"), hint, "mark", 5.5)],
    )
    said = words(
        "Palote gives {given} of its answers and withholds the rest; of those it gives, {wrong} "
        "are wrong, where it would be {all} if it always answered.",
        given=words.percent(here),
        wrong=words.percent(wrong),
        all=words.percent(1 - judged.accuracy),
    )
    title = tag("h3", words("Answering only when sure"))
    return joined(title, chart.svg(), tag("figcaption", said))
