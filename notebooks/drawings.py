"""The lesson's pictures, so that its own code can be about digits: tiles, charts, handwriting.

Everything is drawn as SVG, which every notebook viewer shows without further packages,
and its letters with accents too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TypeAlias

import numpy as np
from IPython.display import SVG
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from palote.metrics import wilson_interval
from palote.result import AGAINST, FOR, overlay
from palote.train.pages.axes import Axis, nice_ticks
from palote.train.pages.charts import Chart, Dot, Line
from palote.train.pages.markup import Html, picture_url, tag
from palote.train.pages.words import Words

__all__ = ["Drawings", "inked", "signed", "written"]

Picture: TypeAlias = NDArray[np.uint8] | NDArray[np.float32] | NDArray[np.float64]
"""(h, w) grey or (h, w, 3) RGB; uint8 from 0 to 255, or numbers from 0 to 1."""

Strokes: TypeAlias = Sequence[Sequence[tuple[float, float]]]
"""For each stroke its points, x and y in a box of 100, y downwards."""

GREEN, RED, EDGE, TEXT, MUTED = "#1f7a3d", "#b3261e", "#d9d7d0", "#22262b", "#575d73"
GAP, LINE = 12, 17
"""Pixels between two tiles, and the height of a line of text."""

LOOKS = ("first", "second")
"""Classes of the curves of a chart, which has two at most."""
LEGEND = 26
"""Pixels from one line at the head of a chart to the next."""
CHART = f"""
.chart {{ overflow: visible }}
.chart text {{ font: 12px system-ui, sans-serif; fill: {MUTED} }}
.chart .name {{ fill: {TEXT} }}
.chart .grid {{ stroke: #e3dfd4 }} .chart .axis {{ stroke: {MUTED} }}
.chart .bar {{ fill: #ece7da }} .chart .diagonal {{ stroke: {MUTED}; stroke-dasharray: 3 4 }}
.palote .line {{ fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round }}
.chart g circle {{ fill: currentColor }}
.chart .whisker {{ stroke: currentColor; stroke-width: 1.8 }}
.palote .title {{ font-weight: 600; font-size: 16px }}
.palote .first {{ color: #1d3b8f }} .palote .second {{ color: #b4530a }}
.palote .second .line {{ stroke-dasharray: 6 3 }}
"""
TILES = ".palote text { font: 14px system-ui, sans-serif } .coarse { image-rendering: pixelated }"


class Drawings:
    """Pictures with figures as a language writes them.

    Args:
        lang: ``"en"`` or ``"es"``.
    """

    def __init__(self, lang: str) -> None:
        self.words = Words(lang)

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a share as a percentage."""
        return self.words.percent(share, digits)

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with this many decimals."""
        return self.words.number(value, digits)

    def tiles(
        self,
        pictures: Sequence[Picture],
        captions: Sequence[str] = (),
        right: Sequence[bool] = (),
        columns: int = 10,
        side: int = 72,
    ) -> SVG:
        """Draw pictures side by side.

        Args:
            pictures: what to draw; each keeps its shape, its longer side becomes ``side``.
            captions: what is written below each; a line break starts a new line.
            right: for each picture, whether its frame is green; if not, it is red.
            columns: pictures in a row.
            side: of a tile, in pixels.
        """
        rows = ceil(len(pictures) / columns)
        lines = max((caption.count("\n") + 1 for caption in captions), default=0)
        step = side + GAP, side + GAP + LINE * lines
        parts: list[Html] = []
        for index, picture in enumerate(pictures):
            x = GAP + index % columns * step[0]
            y = GAP + index // columns * step[1]
            parts.append(_tile(picture, x, y, side, right[index] if len(right) else None))
            if captions:
                parts += _caption(captions[index], x + side / 2, y + side + LINE)
        width = GAP + min(columns, max(len(pictures), 1)) * step[0]
        return _svg(parts, width, GAP + rows * step[1], TILES)

    def chart(
        self,
        title: str,
        across: str,
        up: str,
        lines: Mapping[str, Sequence[tuple[float, float]]],
        shares: bool = True,
    ) -> SVG:
        """Draw one curve or two, with their names above.

        Args:
            title: what the chart shows.
            across: what the horizontal axis shows.
            up: what the vertical axis shows.
            lines: name -> (x, y) points.
            shares: whether y is a share, to be written as a percentage.
        """
        points = [point for line in lines.values() for point in line]
        xs, ys = zip(*points, strict=True)
        low, high = (min(ys), max(ys)) if shares else (0.0, max(ys))
        margin = 0.08 * (high - low) or 0.01
        low, high = low - margin * shares, high + margin
        if shares:
            low, high = max(0.0, low), min(1.0, high)
        text = self.words.short if shares else self._plain
        drawn = [
            Line(name, look, list(line), marks=True)
            for look, (name, line) in zip(LOOKS, lines.items(), strict=False)
        ]
        axes = (
            Axis(across, min(xs), max(xs), nice_ticks(min(xs), max(xs)), self._plain),
            Axis(up, low, high, nice_ticks(low, high), text),
        )
        return _framed(Chart(title, "", *axes, drawn))

    def calibration(
        self,
        title: str,
        across: str,
        up: str,
        confidence: NDArray[np.float64],
        accuracy: NDArray[np.float64],
        count: NDArray[np.int64],
    ) -> SVG:
        """Draw how often it is right against how sure it says it is, with 95 % intervals.

        Args:
            title: what the chart shows.
            across: what the horizontal axis shows.
            up: what the vertical axis shows.
            confidence: (bins,), mean of each bin; see `palote.metrics.reliability`.
            accuracy: (bins,), share of right answers in it.
            count: (bins,), answers in it; the bars show their square roots.
        """
        bins, most = len(count), max(int(count.max()), 1)
        dots, bars = [], []
        for index in np.flatnonzero(count):
            share, number = float(accuracy[index]), int(count[index])
            low, high = wilson_interval(round(share * number), number)
            dots.append(Dot(float(confidence[index]), share, low, high, look="first"))
            bars.append((index / bins, (index + 1) / bins, 0.3 * (number / most) ** 0.5))
        ticks = [tick / 5 for tick in range(6)]
        x, y = (Axis(name, 0, 1, ticks, self.words.short) for name in (across, up))
        return _framed(Chart(title, "", x, y, dots=dots, bars=bars, diagonal=True))

    def matrix(self, counts: NDArray[np.int64], down: str, across: str) -> SVG:
        """Draw a confusion matrix: green where it is right, the redder the more mistakes.

        Args:
            counts: (digits, answers).
            down: what the rows are.
            across: what the columns are.
        """
        cell, left, top = 38, 56, 52
        wrong = counts * (1 - np.eye(*counts.shape, dtype=np.int64))
        most, height = max(int(wrong.max()), 1), top + cell * len(counts)
        parts = [
            _text(across, left + cell * counts.shape[1] / 2, 16, MUTED),
            _text(down, 14, (top + height) / 2, MUTED, turned=True),
        ]
        for answer in range(counts.shape[1]):
            parts.append(_text(str(answer), left + cell * (answer + 0.5), top - 10, TEXT))
        for label, row in enumerate(counts):
            parts.append(_text(str(label), left - 14, top + cell * (label + 0.62), TEXT))
            for answer, count in enumerate(row):
                heat = count / max(row.sum(), 1) if label == answer else (count / most) ** 0.5
                colour = "213,236,214" if label == answer else "240,150,140"
                x, y = left + cell * answer, top + cell * label
                box = {"x": x + 1, "y": y + 1, "width": cell - 2, "height": cell - 2}
                shade = f"rgba({colour},{heat:.2f})" if count else "#f6f4ee"
                parts.append(tag("rect", **box, rx=4, fill=shade))
                if count:
                    parts.append(_text(str(count), x + cell / 2, y + cell * 0.62, TEXT))
        return _svg(parts, left + cell * counts.shape[1] + GAP, height + GAP, TILES)

    def _plain(self, value: float) -> str:
        return self.words.number(value, next(d for d in range(5) if round(value, d) == value))


def signed(values: Picture) -> NDArray[np.uint8]:
    """Return numbers as colours: orange above 0, blue below, white at 0; (h, w, 3)."""
    scaled = values / max(float(np.abs(values).max()), 1e-9)
    colour = np.where(scaled[..., None] > 0, FOR, AGAINST)
    share = np.abs(scaled)[..., None]
    return np.asarray(np.rint(colour * share + 255 * (1 - share)), np.uint8)


def inked(patch: NDArray[np.float32], saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay saliency over a patch: orange ink spoke for the answer, blue against it; (h, w, 3)."""
    colour = overlay(saliency).astype(np.float64)  # RGB and opacity
    share = colour[..., 3:] / 255
    mixed = colour[..., :3] * share + 190 * patch[..., None] * (1 - share)
    return np.asarray(np.rint(mixed), np.uint8)


def written(
    strokes: Strokes,
    size: int = 240,
    height: float = 150,
    place: tuple[float, float] = (45, 45),
    pen: int = 12,
) -> NDArray[np.uint8]:
    """Write strokes with a dark, round pen on white paper.

    Args:
        strokes: what to write.
        size: side of the paper, in pixels.
        height: of the box of 100 that the strokes are given in, in pixels.
        place: of its upper left corner.
        pen: width of the line, in pixels.

    Returns:
        uint8 (size, size).
    """
    fine = 4  # drawn large and shrunk, for soft edges
    paper = Image.new("L", (fine * size, fine * size), 255)
    draw = ImageDraw.Draw(paper)
    for stroke in strokes:
        for x, y in _smooth(np.array(stroke, float)) * height / 100 + place:
            reach = pen / 2
            draw.ellipse([fine * v for v in (x - reach, y - reach, x + reach, y + reach)], fill=30)
    return np.asarray(paper.resize((size, size), Image.Resampling.LANCZOS))


def _smooth(points: NDArray[np.float64], steps: int = 120) -> NDArray[np.float64]:
    """Return close points of a curve through the given ones (Catmull and Rom, 1974)."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        t = np.linspace(0, 1, steps)[:, None]
        bent = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        parts.append((bent + (3 * b - a - 3 * c + d) * t**3) / 2)
    return np.vstack(parts)


def _tile(picture: Picture, x: float, y: float, side: int, right: bool | None) -> Html:
    pixels = np.asarray(picture)
    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    shape = {"x": x, "y": y, "width": side, "height": side}
    coarse = "coarse" if side > max(pixels.shape[:2]) else None
    edge, width = (EDGE, 1) if right is None else (GREEN if right else RED, 4)
    return tag(
        "g",
        tag("image", href=picture_url(np.asarray(pixels, np.uint8)), **shape, class_=coarse),
        tag("rect", **shape, fill="none", stroke=edge, stroke_width=width),
    )


def _caption(text: str, x: float, y: float) -> list[Html]:
    rows = enumerate(text.split("\n"))
    return [_text(line, x, y + number * LINE, MUTED if number else TEXT) for number, line in rows]


def _text(text: str, x: float, y: float, colour: str, turned: bool = False) -> Html:
    way = f"rotate(-90 {x:.0f} {y:.0f})" if turned else None
    return tag("text", text, x=x, y=y, text_anchor="middle", fill=colour, transform=way)


def _framed(chart: Chart) -> SVG:
    """Return a chart with what a page has above it: its title, and the names of the curves."""
    parts = [tag("text", chart.title, x=30, y=24, class_="title", fill=TEXT)]
    left, top = 36, 24
    for line in chart.lines:
        top = 24 + LEGEND
        sample = tag("polyline", points=f"{left},{top - 5} {left + 30},{top - 5}", class_="line")
        parts.append(tag("g", sample, class_=line.look))
        parts.append(tag("text", line.name, x=left + 38, y=top, fill=TEXT))
        left += 80 + 9 * len(line.name)
    place = f'<svg x="20" y="{top + 8}" width="575" height="375" '
    parts.append(Html(chart.svg().replace("<svg ", place, 1)))
    return _svg(parts, 625, top + 8 + 375, f"{TILES}{CHART}")


def _svg(parts: Sequence[Html], width: float, height: float, style: str) -> SVG:
    paper = tag("rect", width=width, height=height, fill="#ffffff")
    drawn = tag(
        "svg",
        tag("style", Html(style)),
        paper,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        class_="palote",
        style="max-width:100%;height:auto",
    )
    return SVG(data=str(drawn))
