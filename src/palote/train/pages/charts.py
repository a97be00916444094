"""Charts as SVG: curves, dots with intervals, all drawn by a few small functions.

They take their colours from the page's style sheet, so that they follow its light and
dark scheme and print well; what tells two curves apart is never colour alone. Text in
a chart is as large as the page's when the chart is about `WIDTH` pixels wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from palote.train.pages.axes import Axis
from palote.train.pages.markup import Html, tag

__all__ = ["Chart", "Dot", "Line", "interval_bar", "legend"]

Point: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 68, 14, 18, 46
LETTER = 7.6
"""About the width of a letter of a label, in the chart's units."""


@dataclass(frozen=True)
class Line:
    """A curve.

    Attributes:
        name: what the legend says.
        look: class of the style sheet: colour and dashes.
        points: (x, y).
        marks: draw a dot at every point.
    """

    name: str
    look: str
    points: Sequence[Point]
    marks: bool = False


@dataclass(frozen=True)
class Dot:
    """A value with its interval.

    Attributes:
        x: where it lies.
        y: its value.
        low: lower end of its interval.
        high: upper end of its interval.
        name: what is written beside it, if anything.
        hint: what is shown when it is pointed at.
        look: class of the style sheet.
        size: radius.
    """

    x: float
    y: float
    low: float
    high: float
    name: str = ""
    hint: str = ""
    look: str = "dot"
    size: float = 4.5


@dataclass(frozen=True)
class Chart:
    """A chart with two axes.

    Attributes:
        title: what it shows, for those who cannot see it.
        description: what is to be seen in it, for them.
        x: horizontal axis.
        y: vertical axis.
        lines: curves.
        dots: values with intervals.
        bars: (from, to, height), heights as a share of the chart's; drawn behind all else.
        bands: (from, to, name) along x, the stages of a training.
        diagonal: draw where y is x.
    """

    title: str
    description: str
    x: Axis
    y: Axis
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    bars: Sequence[tuple[float, float, float]] = ()
    bands: Sequence[tuple[float, float, str]] = ()
    diagonal: bool = False

    def svg(self) -> Html:
        """Return it as an element."""
        return tag(
            "svg",
            tag("title", self.title),
            tag("desc", self.description),
            *self._bands(),
            *self._grid(),
            *(self._bar(*bar) for bar in self.bars),
            self._diagonal(),
            *(self._line(line) for line in self.lines),
            *self._dots(),
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            role="img",
            aria_label=f"{self.title}. {self.description}",
            class_="chart",
        )

    def _at(self, x: float, y: float) -> Point:
        across = LEFT + self.x.place(x) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - self.y.place(y) * (HEIGHT - TOP - BOTTOM)

    def _grid(self) -> list[Html]:
        bottom, middle = HEIGHT - BOTTOM, TOP + (HEIGHT - TOP - BOTTOM) / 2
        parts = []
        for tick in self.y.ticks:
            _, y = self._at(self.x.low, tick)
            parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
            parts.append(_label(self.y.text(tick), LEFT - 7, y + 4, "end"))
        for tick in self.x.ticks:
            x, _ = self._at(tick, self.y.low)
            parts.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="axis"))
            parts.append(_label(self.x.text(tick), x, bottom + 18))
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, class_="axis"))
        centre = LEFT + (WIDTH - LEFT - RIGHT) / 2
        parts.append(_label(self.x.label, centre, HEIGHT - 8, look="name"))
        turned = f"rotate(-90 12 {middle:.0f})"
        parts.append(
            tag(
                "text",
                self.y.label,
                x=12,
                y=middle,
                transform=turned,
                text_anchor="middle",
                class_="name",
            )
        )
        return parts

    def _bands(self) -> list[Html]:
        if len(self.bands) < 2:
            return []
        parts = []
        for number, (start, end, name) in enumerate(self.bands):
            left, _ = self._at(start, self.y.low)
            right, _ = self._at(end, self.y.low)
            look = "band odd" if number % 2 else "band"
            height = HEIGHT - TOP - BOTTOM
            box = tag("rect", x=left, y=TOP, width=right - left, height=height, class_=look)
            parts.append(box)
            parts.append(_label(name, (left + right) / 2, TOP - 4, look="stage"))
        return parts

    def _bar(self, start: float, end: float, height: float) -> Html:
        left, bottom = self._at(start, self.y.low)
        right, _ = self._at(end, self.y.low)
        tall = height * (HEIGHT - TOP - BOTTOM)
        return tag(
            "rect",
            x=left + 0.5,
            y=bottom - tall,
            width=max(right - left - 1, 0.5),
            height=tall,
            class_="bar",
        )

    def _diagonal(self) -> Html:
        if not self.diagonal:
            return Html()
        x1, y1 = self._at(self.x.low, self.x.low)
        x2, y2 = self._at(self.x.high, self.x.high)
        return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="diagonal")

    def _line(self, line: Line) -> Html:
        places = [self._at(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts = [tag("polyline", points=path, class_="line")]
        if line.marks or len(places) == 1:
            parts += [tag("circle", cx=x, cy=y, r=2.6) for x, y in places]
        return tag("g", *parts, class_=line.look)

    def _dots(self) -> list[Html]:
        taken: list[tuple[float, float, float, float]] = []
        for dot in self.dots:
            x, y = self._at(dot.x, dot.y)
            taken.append((x - 6, y - 6, x + 6, y + 6))
        return [self._dot(dot, taken) for dot in self.dots]

    def _dot(self, dot: Dot, taken: list[tuple[float, float, float, float]]) -> Html:
        x, y = self._at(dot.x, dot.y)
        _, top = self._at(dot.x, dot.high)
        _, bottom = self._at(dot.x, dot.low)
        parts = [
            tag("title", dot.hint or dot.name),
            tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="whisker"),
            tag("circle", cx=x, cy=y, r=dot.size),
        ]
        if dot.name:
            parts.append(_free_label(dot.name, x, y, dot.size, taken))
        return tag("g", *parts, class_=dot.look)


def interval_bar(share: float, low: float, high: float, axis: Axis, look: str = "dot") -> Html:
    """Return a dot with its interval, to stand in a row of a table; figures beside it say all."""
    width, middle = 150, 9
    at = [4 + axis.place(value) * (width - 8) for value in (low, share, high)]
    ticks = [4 + axis.place(tick) * (width - 8) for tick in axis.ticks]
    return tag(
        "svg",
        *(tag("line", x1=x, x2=x, y1=1, y2=17, class_="grid") for x in ticks),
        tag(
            "g",
            tag("line", x1=at[0], x2=at[2], y1=middle, y2=middle, class_="whisker"),
            tag("circle", cx=at[1], cy=middle, r=4),
            class_=look,
        ),
        viewBox=f"0 0 {width} 18",
        class_="interval",
        aria_hidden="true",
    )


def legend(lines: Sequence[Line]) -> Html:
    """Return the names of curves with how they are drawn."""
    items = []
    for line in lines:
        sample = tag(
            "svg",
            tag("g", tag("polyline", points="0,6 30,6", class_="line"), class_=line.look),
            viewBox="0 0 30 12",
            aria_hidden="true",
        )
        items.append(tag("li", sample, line.name))
    return tag("ul", *items, class_="legend")


def _label(text: str, x: float, y: float, anchor: str = "middle", look: str = "tick") -> Html:
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=look)


def _free_label(
    text: str, x: float, y: float, size: float, taken: list[tuple[float, float, float, float]]
) -> Html:
    """Put a label where it hides no dot and no other label, if there is such a place."""
    wide, gap = LETTER * len(text), size + 4
    places = (
        (x + gap, y + 4, "start"),
        (x - gap, y + 4, "end"),
        (x, y - gap - 2, "middle"),
        (x, y + gap + 10, "middle"),
        (x + gap, y + 16, "start"),
        (x + gap, y - 9, "start"),
        (x - gap, y + 16, "end"),
        (x - gap, y - 9, "end"),
    )
    boxes = []
    for at, base, anchor in places:
        left = at - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        boxes.append((left, base - 10, left + wide, base + 3))
    clashes = [sum(_overlap(box, other) for other in taken) + _outside(box) for box in boxes]
    best = clashes.index(min(clashes))
    taken.append(boxes[best])
    return _label(text, places[best][0], places[best][1], places[best][2], "name")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _outside(box: tuple[float, float, float, float]) -> float:
    return 1e4 * (box[0] < LEFT or box[2] > WIDTH or box[1] < 0 or box[3] > HEIGHT - BOTTOM)
