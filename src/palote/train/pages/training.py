"""How a training went and what came of it, as parts of a page: curves, network, making."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import log2, sqrt

from palote.train.pages.axes import Axis, accuracy_axis, log_axis, nice_ticks
from palote.train.pages.charts import Chart, Line, legend
from palote.train.pages.markup import Html, joined, tag
from palote.train.pages.page import Cell, card, definitions, note, table, wide
from palote.train.pages.words import Words
from palote.train.runs import Epoch, Layer, Run

__all__ = ["curves", "making", "network"]

DRAWN = 24
"""Most layers that are drawn; a table of more than these is folded away."""

Of = Callable[[Epoch], float | None]


def curves(words: Words, run: Run) -> Html:
    """Return loss and accuracy of every epoch, on training and validation data."""
    stages = run.phases()
    bands = [(first - 0.5, last + 0.5, str(i)) for i, (first, last, _) in enumerate(stages, 1)]
    count = len(run.epochs)
    ticks = [tick for tick in nice_ticks(1, count, 8) if tick == int(tick)] or [1.0]
    if count > 1 and ticks[0] != 1:
        ticks[:1] = [1.0] if ticks[0] < 1 else [1.0, ticks[0]]
    across = Axis(words("Epoch"), 0.5, count + 0.5, ticks, lambda epoch: str(round(epoch)))
    loss = _lines(words, run, lambda epoch: epoch.loss, lambda epoch: epoch.val_loss)
    right = _lines(words, run, lambda epoch: epoch.accuracy, lambda epoch: epoch.val_accuracy)
    values = [y for line in loss for _, y in line.points if y > 0]
    shares = [y for line in right for _, y in line.points]
    up = log_axis(words("Loss"), values or [1.0], lambda loss: words.number(loss, _digits(loss)))
    charts = (
        Chart(
            words("Loss"),
            words("Loss by epoch, on training and on validation data."),
            across,
            up,
            [Line(x.name, x.look, [p for p in x.points if p[1] > 0], x.marks) for x in loss],
            bands=bands,
        ),
        Chart(
            words("Accuracy"),
            words("Share of right answers by epoch, on training and on validation data."),
            across,
            accuracy_axis(words("Accuracy"), shares, words.short),
            right,
            bands=bands,
        ),
    )
    figures = [tag("figure", tag("h3", chart.title), chart.svg()) for chart in charts]
    named = [tag("li", name) for _, _, name in stages]
    return card(
        "curves",
        words("How the training went"),
        legend(right),
        tag("div", *figures, class_="pair"),
        tag("ol", *named, class_="stages") if len(named) > 1 else Html(),
        note(
            words(
                "The loss is what training makes small: how surprised the network was by the right "
                "answers. Validation pictures were set apart and never trained on. Where the "
                "validation curve turns for the worse while the other still improves, the network "
                "begins to learn by heart. Where training pictures are distorted anew in every "
                "epoch, they are harder than the validation pictures. Both scales are stretched "
                "towards the better end."
            )
        ),
        tag(
            "details",
            tag("summary", words("All epochs as a table")),
            _epochs(words, run),
        ),
    )


def _lines(words: Words, run: Run, trained: Of, validated: Of) -> list[Line]:
    found = []
    for name, look, of in (
        (words("training"), "training", trained),
        (words("validation"), "validation", validated),
    ):
        values = [(float(number), of(epoch)) for number, epoch in enumerate(run.epochs, 1)]
        points = [(x, y) for x, y in values if y is not None]
        if points:
            found.append(Line(name, look, points, marks=len(points) <= 40))
    return found


def _epochs(words: Words, run: Run) -> Html:
    def loss(value: float | None) -> str:
        return "–" if value is None else words.number(value, 4)

    def share(value: float | None) -> str:
        return "–" if value is None else words.percent(value)

    rows = [
        (
            str(number),
            epoch.phase,
            loss(epoch.loss),
            loss(epoch.val_loss),
            share(epoch.accuracy),
            share(epoch.val_accuracy),
            "–" if epoch.seconds is None else words.duration(epoch.seconds),
        )
        for number, epoch in enumerate(run.epochs, 1)
    ]
    head = (
        words("Epoch"),
        words("Stage"),
        words("Loss, training"),
        words("Loss, validation"),
        words("Accuracy, training"),
        words("Accuracy, validation"),
        words("Time"),
    )
    return table(words("Loss and accuracy of each epoch"), head, rows)


def network(words: Words, run: Run) -> Html:
    """Return the layers, drawn and as a table with shapes and weights."""
    most = max((layer.parameters for layer in run.layers), default=0) or 1
    rows = [
        (
            layer.name,
            layer.kind,
            _times(layer.shape),
            words.count(layer.parameters),
            Cell("", "share", f"--share:{100 * layer.parameters / most:.0f}%"),
        )
        for layer in run.layers
    ]
    head = (words("Layer"), words("Kind"), words("Output"), words("Weights"), words("Share"))
    foot = (words("In all"), "", "", words.count(run.parameters), "")
    whole = table(words("The layers of the network"), head, rows, "layers", foot)
    few = len(run.layers) <= DRAWN
    return card(
        "network",
        words("The network"),
        _drawing(words, run.layers) if few else Html(),
        whole if few else tag("details", tag("summary", words("All layers")), whole),
        note(
            words(
                "Height by width by channels of what leaves each layer, and how many numbers it "
                "has learned."
            )
        ),
    )


def _drawing(words: Words, layers: tuple[Layer, ...]) -> Html:
    """Draw each layer that changes the shape: tall as its picture, wide as its channels."""
    shapes = [layer.shape for layer in layers if layer.shape]
    steps = [*shapes[:1], *(after for before, after in pairwise(shapes) if after != before)]
    if len(steps) < 2:
        return Html()
    high, middle, x = 150, 70.0, 6.0
    largest = max((shape[0] for shape in steps if len(shape) > 1), default=1)
    parts = []
    for shape in steps:
        if len(shape) > 1:
            tall, broad, look = 14 + 96 * shape[0] / largest, 5 + 2.2 * sqrt(shape[-1]), "volume"
        else:
            tall, broad, look = 20 + 9 * log2(max(shape[0], 2)), 9.0, "vector"
        top, size = middle - tall / 2, _times(shape)
        parts += [
            tag("rect", x=x, y=top, width=broad, height=tall, rx=1.5, class_=look),
            tag("text", size, x=x + broad / 2, y=high - 8, text_anchor="middle", class_="tick"),
        ]
        x += max(broad, 6.4 * len(size)) + 14
    said = " → ".join(_times(shape) for shape in steps)
    offset = 3.2 * len(_times(steps[0]))
    drawing = tag(
        "svg",
        *parts,
        viewBox=f"{-offset:.0f} 0 {x + offset:.0f} {high}",
        style=f"width:{x + offset:.0f}px",
        role="img",
        aria_label=said,
        class_="drawing",
    )
    return wide(words("The shapes on the way through the network"), drawing)


def making(words: Words, run: Run) -> Html:
    """Return how to do it again: command, stages, files, settings, machine, versions."""
    command = Html()
    if run.command:
        # Wider than a phone it scrolls, and keys must reach it.
        shown = tag("pre", tag("code", run.command), tabindex=0)
        command = joined(tag("h3", words("The command")), shown)
    asked = [
        (key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for key, value in run.config.items()
        if key != "command" and value not in (None, [], "") and not isinstance(value, dict)
    ]
    parts = (
        (words("Stages"), _stages(words, run) if run.stages else None),
        (words("Files"), _files(words, run) if run.files else None),
        (words("Settings"), definitions(asked) if asked else None),
        (
            words("Machine and versions"),
            definitions(list(run.environment.items())) if run.environment else None,
        ),
    )
    columns = [tag("div", tag("h3", title), part) for title, part in parts if part is not None]
    return card("making", words("How it was made"), command, tag("div", *columns, class_="pair"))


def _stages(words: Words, run: Run) -> Html:
    rows = [
        (
            stage.name,
            words.duration(stage.seconds),
            "–" if stage.val_accuracy is None else words.percent(stage.val_accuracy),
        )
        for stage in run.stages
    ]
    head = (words("Stage"), words("Time"), words("Best on validation data"))
    foot = (words("In all"), words.duration(run.seconds), "")
    return table(words("Stages"), head, rows, "full", foot)


def _files(words: Words, run: Run) -> Html:
    rows = [(name, words.size(size)) for name, size in run.files.items()]
    return table(words("Files"), (words("File"), words("Size")), rows, "full")


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "–"


def _digits(value: float) -> int:
    """Return how many decimals a round value on a logarithmic axis needs."""
    return next((d for d in range(4) if round(value, d) == value), 4)
