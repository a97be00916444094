"""A sweep as a page and as lines on a terminal: the trials, the best, what each parameter did."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from palote.train.pages.axes import Axis, accuracy_axis, log_axis, nice_ticks
from palote.train.pages.charts import Chart, Dot
from palote.train.pages.markup import Html, tag
from palote.train.pages.page import Cell, Fact, card, document, hero, note, table, write_text
from palote.train.pages.words import Words
from palote.train.space import Value
from palote.train.sweep import Sweep, Tried

__all__ = ["lines", "page", "verdict", "write"]

NAME = "sweep.html"
NOT_KNOWN = "–"
STRETCHED = 10
"""A parameter whose values lie further apart than this, and above 0, is drawn by powers of ten."""
FEW = 4
"""So many values are marked themselves."""


def write(out: Path, words: Words, found: Sweep) -> Path:
    """Write ``sweep.html``; return its path."""
    return write_text(out / NAME, page(words, found))


def page(words: Words, found: Sweep) -> str:
    """Return the sweep as a whole page."""
    title = words("A sweep over {name}", name=found.plan.network)
    facts = [
        Fact(words.count(sum(one.status == status for one in found.tried)), label)
        for status, label in (
            ("finished", words("trials finished")),
            ("stopped", words("trials stopped early")),
            ("failed", words("trials failed")),
        )
    ]
    best = found.best
    big = Fact(words.percent(_share(best)), words("of validation read right by the best"))
    said = words("The same network, trained with other parameters each time, on the same pictures.")
    sections = [
        card(
            "recommendation",
            words("Recommendation"),
            tag("div", *(tag("p", one) for one in verdict(words, found)), class_="verdict"),
        ),
        _trials(words, found),
        _charts(words, found),
    ]
    return document(words, title, hero(words, title, said, big if best else None, facts), sections)


def lines(words: Words, found: Sweep) -> list[str]:
    """Return the trials as lines for a terminal, the best first."""
    rows = [_head(words, found), *(_cells(words, one) for one in found.ranked)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = []
    for first, *others in rows:
        cells = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
        shown.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return shown


def verdict(words: Words, found: Sweep) -> list[str]:
    """Return which trial is best, what its test says, and how to train it again."""
    best = found.best
    if best is None or best.run is None:
        return [words("No trial came to its end.")]
    said = [
        words(
            "{name} is best on validation: {share} read right.",
            name=best.name,
            share=words.percent(_share(best)),
        )
    ]
    for judged in best.run.judged:
        said.append(
            words(
                "Of its test pictures it reads {share} right ({set}, {count} pictures; 95 % "
                "interval {interval}); it was chosen without them.",
                share=words.percent(judged.accuracy),
                set=words.name(judged.name),
                count=words.count(len(judged)),
                interval=words.interval(*judged.interval),
            )
        )
    said.append(words("Train it again: {command}", command=best.command))
    said.append(
        words("Keep it under a name: {command}", command=f"palote models add {_folder(best)}")
    )
    return said


def _folder(best: Tried) -> str:
    assert best.run is not None
    named = "" if best.run.name != "default" else " --name mine"
    return shlex.quote(str(best.run.folder)) + named


def _trials(words: Words, found: Sweep) -> Html:
    rows: list[list[str | Cell]] = []
    for one in found.ranked:
        first, *others = _cells(words, one)
        look = "chosen" if one is found.best else None
        rows.append([Cell(first, look), *others])
    failed = [
        tag("li", words("{name} failed: {reason}", name=one.name, reason=one.problem))
        for one in found.ranked
        if one.problem
    ]
    return card(
        "trials",
        words("All trials"),
        table(words("All trials"), _head(words, found), rows, "full"),
        tag("ul", *failed, class_="left-out") if failed else Html(),
        note(
            words(
                "The best first, by the validation pictures, which were set apart from the "
                "training ones. The share of the best is a little too good, for it was the best "
                "of several; its test says what to expect. Stopped trials were not "
                "among the best third after as many rounds."
            )
        ),
    )


def _charts(words: Words, found: Sweep) -> Html:
    shown = [one for one in found.tried if one.validation is not None]
    if len(shown) < 2:
        return Html()
    up = accuracy_axis(words("Validation"), [_share(one) for one in shown], words.short)
    charts = []
    for parameter in found.tried[0].values:
        dots = [
            Dot(
                float(one.values[parameter]),
                _share(one),
                _share(one),
                _share(one),
                name=one.name if one is found.best else "",
                hint=f"{one.name}: {_value(one.values[parameter])}, {words.percent(_share(one))}",
                look="dot" if one is found.best else "faint",
            )
            for one in shown
        ]
        across = _axis(parameter, [dot.x for dot in dots])
        described = "; ".join(dot.hint for dot in dots)
        chart = Chart(parameter, described, across, up, dots=dots)
        charts.append(tag("figure", tag("h3", chart.title), chart.svg()))
    return card(
        "parameters",
        words("What each parameter did"),
        tag("div", *charts, class_="pair"),
        note(words("A dot is a trial. The other parameters differ from dot to dot, too.")),
    )


def _axis(name: str, values: list[float]) -> Axis:
    low, high = min(values), max(values)
    listed = sorted(set(values))
    if low > 0 and high / low > STRETCHED:
        axis = log_axis(name, values, _value)
    else:
        margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        ends = low - margin, high + margin
        axis = Axis(name, *ends, nice_ticks(*ends), _value)
    return replace(axis, ticks=listed) if len(listed) <= FEW else axis


def _head(words: Words, found: Sweep) -> list[str]:
    return [
        words("Trial"),
        *found.tried[0].values,
        words("Validation"),
        words("Rounds"),
        words("Time"),
        words("State"),
    ]


def _cells(words: Words, tried: Tried) -> list[str]:
    states = {
        "finished": words("finished"),
        "stopped": words("stopped early"),
        "failed": words("failed"),
    }
    return [
        tried.name,
        *(_value(value) for value in tried.values.values()),
        NOT_KNOWN if tried.validation is None else words.percent(tried.validation),
        words.count(tried.rounds) if tried.rounds else NOT_KNOWN,
        words.duration(tried.run.seconds) if tried.run else NOT_KNOWN,
        states[tried.status],
    ]


def _share(tried: Tried | None) -> float:
    return (tried.validation or 0.0) if tried else 0.0


def _value(value: Value) -> str:
    """Return it as it is typed on the command line, whatever the language."""
    return f"{value:.6g}"
