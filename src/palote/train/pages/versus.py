"""A comparison of networks as a page, as a Markdown table, and as lines on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from palote.evaluation import Judged
from palote.metrics import wilson_interval
from palote.train.comparison import HANDWRITING, Comparison, weight
from palote.train.measure import Measured
from palote.train.pages.axes import Axis, accuracy_axis, log_axis
from palote.train.pages.charts import Chart, Dot, interval_bar
from palote.train.pages.markup import Html, tag
from palote.train.pages.page import Cell, Fact, card, document, hero, note, table
from palote.train.pages.verdict import verdict
from palote.train.pages.words import Words

__all__ = ["lines", "markdown", "page"]

NOT_KNOWN = "–"


def page(words: Words, found: Comparison) -> str:
    """Return the comparison as a whole page."""
    title = words("Which network?")
    pictures = sum(len(found.networks[0].of(name)) for name in found.sets)
    facts = [
        Fact(words.count(len(found.networks)), words("networks")),
        Fact(words.count(len(found.sets)), words("sets of pictures")),
        Fact(words.count(pictures), words("pictures, the same for each")),
    ]
    said = words("Each read the same pictures, end to end, as people meet it.")
    best = Fact(found.recommended.name, words("is what we would take here"))
    sections = [
        _recommendation(words, found),
        _side_by_side(words, found),
        _charts(words, found),
        _against(words, found),
        *(_set(words, found, name) for name in found.sets),
        _making(words, found),
    ]
    return document(words, title, hero(words, title, said, best, facts), sections)


def markdown(words: Words, found: Comparison) -> str:
    """Return the comparison as a Markdown table, with the recommendation below."""
    head = _columns(words, found)
    rows = [
        [
            f"{network.name}" if network is not found.recommended else f"**{network.name}**",
            *(words.percent(network.of(name).accuracy) for name in found.sets),
            *_figures(words, network),
        ]
        for network in _ranked(found)
    ]
    rule = ["---", *["---:"] * (len(head) - 1)]
    table_lines = [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]
    return "\n".join([*table_lines, "", *verdict(words, found)]) + "\n"


def lines(words: Words, found: Comparison) -> list[str]:
    """Return the comparison as lines for a terminal."""
    rows = [["", *found.sets, *_columns(words, found)[1 + len(found.sets) :]]]
    for network in _ranked(found):
        shares = [words.percent(network.of(name).accuracy) for name in found.sets]
        rows.append([network.name, *shares, *_figures(words, network)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = []
    for first, *others in rows:
        cells = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
        shown.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return [*shown, "", *verdict(words, found)]


def _recommendation(words: Words, found: Comparison) -> Html:
    said = [tag("p", sentence) for sentence in verdict(words, found)]
    missing = [
        tag("li", words("{name} is not compared: {reason}", name=name, reason=reason))
        for name, reason in found.problems.items()
    ]
    return card(
        "recommendation",
        words("Recommendation"),
        tag("div", *said, class_="verdict"),
        tag("ul", *missing, class_="left-out") if missing else Html(),
    )


def _side_by_side(words: Words, found: Comparison) -> Html:
    rows: list[list[str | Cell]] = []
    for network in _ranked(found):
        chosen = network is found.recommended
        row: list[str | Cell] = [Cell(network.name, "chosen" if chosen else None)]
        for name in found.sets:
            one = network.of(name)
            among = not found.difference(network, (name,)).worse
            share = tag("b" if among else "span", words.percent(one.accuracy))
            ends = tag("small", words.interval(*one.interval))
            row.append(Cell(tag("span", share, ends, class_="stack")))
        rows.append([*row, *_figures(words, network)])
    return card(
        "table",
        words("Side by side"),
        table(words("All networks on all sets"), _columns(words, found), rows, "versus"),
        note(
            words(
                "Share of pictures read right, end to end, with its 95 % interval. Bold: not "
                "measurably worse than the best of the column. One picture: the network alone, on "
                "one core, median of many."
            )
        ),
    )


def _charts(words: Words, found: Comparison) -> Html:
    totals = {network.name: _total(found, network) for network in found.networks}
    ends = [end for share, low, high in totals.values() for end in (low, share, high)]
    up = accuracy_axis(words("Read right"), ends, words.short)
    weights = [float(weight(network)) for network in found.networks]
    times = [network.latency_ms for network in found.networks]
    size = log_axis(words("Weights"), weights, words.short_count)
    speed = log_axis(words("Time for one picture"), times, lambda ms: words.duration(ms / 1000))
    kinds: list[tuple[str, Axis, Sequence[float]]] = [
        (words("Accuracy and size"), size, weights),
        (words("Accuracy and speed"), speed, times),
    ]
    charts = []
    for title, across, places in kinds:
        dots = [
            Dot(
                place,
                *totals[network.name],
                name=network.name,
                hint=f"{network.name}: {words.percent(totals[network.name][0])}",
                look="dot" if network is found.recommended else "faint",
            )
            for network, place in zip(found.networks, places, strict=True)
        ]
        chart = Chart(
            title,
            "; ".join(f"{dot.hint}, {across.text(dot.x)}" for dot in dots),
            across,
            up,
            dots=dots,
        )
        charts.append(tag("figure", tag("h3", chart.title), chart.svg()))
    said = words(
        "Of {sets}. The lines are 95 % intervals. What lies further up reads better, what lies "
        "further left is smaller or faster; both scales are stretched.",
        sets=_deciding(words, found),
    )
    return card(
        "charts", words("What accuracy costs"), tag("div", *charts, class_="pair"), note(said)
    )


def _against(words: Words, found: Comparison) -> Html:
    best = found.best()
    rows: list[list[str | Cell]] = []
    for network in _ranked(found):
        if network is best:
            continue
        gap = found.difference(network)
        said = words("measurably worse") if gap.worse else words("within the noise")
        rows.append(
            [
                network.name,
                words.points(gap.points),
                words("{low} to {high}", low=words.points(gap.low), high=words.points(gap.high)),
                words.probability(gap.chance),
                Cell(said, "wrong" if gap.worse else "right"),
            ]
        )
    if not rows:
        return Html()
    head = (
        words("Network"),
        words("Difference"),
        words("95 % interval"),
        words("By chance"),
        words("So it is"),
    )
    return card(
        "against",
        words("Against the best, {name}", name=best.name),
        table(words("Differences from the best network"), head, rows, "against"),
        note(
            words(
                "Of {sets}. Differences are in percentage points. By chance: how likely two "
                "equally good networks differ at least so much on these pictures (McNemar's exact "
                "test). Below 5 % we call it measurable.",
                sets=_deciding(words, found),
            )
        ),
    )


def _set(words: Words, found: Comparison, name: str) -> Html:
    read: list[tuple[Measured, Judged]] = [(n, n.of(name)) for n in found.networks]
    read.sort(key=lambda pair: -pair[1].hits)
    axis = accuracy_axis("", [end for _, one in read for end in one.interval], words.short)
    rows: list[list[str | Cell]] = [
        [
            network.name,
            tag("b", words.percent(one.accuracy)),
            words.interval(*one.interval),
            interval_bar(
                one.accuracy,
                *one.interval,
                axis,
                "dot" if network is found.recommended else "faint",
            ),
            words.percent(one.withheld),
            words.percent(one.calibration_error),
        ]
        for network, one in read
    ]
    scale = tag(
        "span",
        *(tag("span", words.short(end)) for end in (axis.low, axis.high)),
        class_="scale",
    )
    head = (
        words("Network"),
        words("Accuracy"),
        words("95 % interval"),
        scale,
        words("Withheld"),
        words("Calibration error"),
    )
    return card(
        f"set-{name}",
        words.start(words.name(name)),
        tag("p", words("{count} pictures", count=words.count(len(read[0][1]))), class_="of"),
        table(words.name(name), head, rows, "results"),
    )


def _making(words: Words, found: Comparison) -> Html:
    rows = [
        (
            network.name,
            network.model.name,
            Cell("; ".join(network.trained_on) or NOT_KNOWN, "text"),
            NOT_KNOWN if network.seconds is None else words.duration(network.seconds),
            Cell(tag("code", network.command) if network.command else NOT_KNOWN, "text"),
        )
        for network in _ranked(found)
    ]
    head = (words("Network"), words("File"), words("Trained on"), words("Time"), words("Command"))
    return card(
        "making", words("How each was made"), table(words("How each was made"), head, rows, "made")
    )


def _ranked(found: Comparison) -> list[Measured]:
    return sorted(found.networks, key=lambda n: (-int(found.right(n).sum()), weight(n)))


def _columns(words: Words, found: Comparison) -> list[str]:
    return [
        words("Network"),
        *(words.name(name) for name in found.sets),
        words("Weights"),
        words("File"),
        words("One picture"),
        words("Training"),
    ]


def _figures(words: Words, network: Measured) -> list[str]:
    return [
        words.count(network.parameters) if network.parameters else NOT_KNOWN,
        words.size(network.size),
        words.duration(network.latency_ms / 1000),
        NOT_KNOWN if network.seconds is None else words.duration(network.seconds),
    ]


def _total(found: Comparison, network: Measured) -> tuple[float, float, float]:
    right = found.right(network)
    hits = int(right.sum())
    return (hits / len(right), *wilson_interval(hits, len(right)))


def _deciding(words: Words, found: Comparison) -> str:
    names = [words.name(name) for name in found.deciding]
    return names[0] if len(names) == 1 else f"{words.name(HANDWRITING)} ({', '.join(names)})"
