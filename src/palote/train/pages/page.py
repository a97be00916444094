"""The frame of a page that opens offline: one HTML file with its style sheet inside.

No script, nothing fetched: a report can be mailed, printed, and opened in ten years.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from palote.data.saving import save
from palote.train.pages.markup import Html, joined, tag
from palote.train.pages.words import Words

__all__ = [
    "Cell",
    "Fact",
    "card",
    "definitions",
    "document",
    "hero",
    "note",
    "table",
    "wide",
    "write_text",
]

STYLE = Path(__file__).with_name("page.css")

LOGO = Html(
    '<svg class="logo" viewBox="0 0 64 64" aria-hidden="true">'
    '<rect class="paper" x="3" y="3" width="58" height="58" rx="13"/>'
    '<path class="rule" d="M3 23.5h58M3 46.5h58"/><path class="margin" d="M14.5 3v58"/>'
    '<rect class="edge" x="3" y="3" width="58" height="58" rx="13"/>'
    '<path class="strokes" d="M22 46.5l7.5-23M34 46.5l7.5-23M46 46.5l7.5-23"/></svg>'
)


@dataclass(frozen=True)
class Fact:
    """A figure at the head of a page, and what it is."""

    value: str
    label: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table that is more than its text.

    Attributes:
        content: what is in it.
        look: class of the style sheet.
        style: the value of its style attribute.
        hint: what is shown when it is pointed at.
    """

    content: str
    look: str | None = None
    style: str | None = None
    hint: str | None = None


def document(words: Words, title: str, head: Html, sections: Sequence[Html]) -> str:
    """Return a whole page.

    Args:
        words: the language.
        title: of the window.
        head: what stands on top, its ``h1`` included.
        sections: what follows, as from `card`.
    """
    links = []
    for section in sections:
        found = re.match(r'<\w+ id="([^"]+)".*?<(?:h2|summary)>(.*?)</', section, re.DOTALL)
        if found:
            links.append(tag("li", tag("a", Html(found[2]), href=f"#{found[1]}")))
    style = re.sub(r"\s*\n\s*", "\n", STYLE.read_text(encoding="utf-8"))
    return "<!doctype html>\n" + tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", title),
            tag("style", Html(style)),
        ),
        tag(
            "body",
            tag("header", tag("p", LOGO, tag("b", "Palote"), class_="brand"), head),
            tag("nav", tag("ul", *links), aria_label=words("On this page")),
            tag("main", *sections),
        ),
        lang=words.lang,
    )


def hero(words: Words, title: str, said: str, result: Fact | None, facts: Sequence[Fact]) -> Html:
    """Return the head of a page: what it is about, the result in large, and other figures."""
    big = Html()
    if result is not None:
        big = tag("p", tag("b", result.value), tag("span", result.label), class_="result")
    rows = [tag("div", tag("dt", fact.label), tag("dd", fact.value)) for fact in facts]
    return tag(
        "div",
        tag("div", tag("h1", title), tag("p", said, class_="said"), class_="about"),
        big,
        tag("dl", *rows, class_="facts") if rows else Html(),
        class_="hero",
    )


def card(key: str, title: str, *content: str, look: str = "card") -> Html:
    """Return a section with its heading."""
    return tag("section", tag("h2", title), *content, id=anchor(key), class_=look)


def anchor(name: str) -> str:
    """Return a name as what links can lead to: letters, digits and hyphens alone."""
    return re.sub(r"\W+", "-", name).strip("-") or "part"


def note(*text: str) -> Html:
    """Return a sentence that says what a figure means."""
    return tag("p", *text, class_="note")


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str | Cell]],
    look: str | None = None,
    foot: Sequence[str] | None = None,
) -> Html:
    """Return a table; the first cell of each row is its header.

    Args:
        caption: what it shows; the name of the table for those who cannot see it.
        head: names of the columns.
        rows: their cells.
        look: class of the style sheet.
        foot: a last row, for sums.
    """
    columns = tag("tr", *(tag("th", name, scope="col") for name in head))
    parts = [
        tag("caption", caption),
        tag("thead", columns),
        tag("tbody", *(_row(row) for row in rows)),
    ]
    if foot is not None:
        parts.append(tag("tfoot", _row(foot)))
    return wide(caption, tag("table", *parts, class_=look))


def wide(name: str, content: Html) -> Html:
    """Return what may be wider than a phone; it scrolls by itself, and keys reach it."""
    return tag("div", content, class_="wide", role="group", tabindex=0, aria_label=name)


def definitions(pairs: Sequence[tuple[str, str]]) -> Html:
    """Return names with their values."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs),
        class_="pairs",
    )


def write_text(path: Path, text: str) -> Path:
    """Write a text file whole or not at all, and return its path.

    Raises:
        DataError: it cannot be written.
    """
    save(path, text.encode("utf-8"))
    return path


def _row(cells: Sequence[str | Cell]) -> Html:
    first, *others = cells
    content = first.content if isinstance(first, Cell) else first
    look = first.look if isinstance(first, Cell) else None
    return tag(
        "tr",
        tag("th", content, scope="row", class_=look),
        joined(*(_cell(cell) for cell in others)),
    )


def _cell(cell: str | Cell) -> Html:
    if isinstance(cell, Cell):
        return tag("td", cell.content, class_=cell.look, style=cell.style, title=cell.hint)
    return tag("td", cell)
