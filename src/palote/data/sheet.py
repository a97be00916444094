"""A contact sheet: for each digit some pictures, and beside each what the network sees."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from palote.data.items import Item, Part, Source
from palote.data.patches import patches_of
from palote.data.saving import save
from palote.errors import DataError, UsageError
from palote.ink import InkSpec

__all__ = ["contact_sheet", "save_sheet"]

CELL = 84
"""Side of one picture on the sheet, in pixels: three times 28."""

INNER, OUTER = 3, 20
"""Pixels between a picture and its patch, and between pairs."""

MARGIN, HEAD, LABEL = 28, 76, 44

NARROWEST = 540
"""Least width of a sheet in pixels, so that its head has room."""

PAPER, QUIET, EDGE, TEXT, FAINT = "#ffffff", "#f1f0ec", "#d9d7d0", "#22262b", "#6f757c"

PER_PICTURE = 20
"""Pictures looked at for each one shown, before a digit counts as missing."""


def contact_sheet(
    sources: Sequence[Source],
    split: Part | None = None,
    each: int = 6,
    spec: InkSpec | None = None,
) -> tuple[Image.Image, tuple[str, ...]]:
    """Draw the first pictures of each digit, source below source.

    Args:
        sources: what to show.
        split: the part to show; training, or where there is none, test, if not given.
        each: pictures of each digit.
        spec: geometry of the patches.

    Returns:
        The sheet, and a sentence for each picture that could not be read.

    Raises:
        DataError: a source has no picture in this part.
    """
    skipped: list[str] = []
    sections = []
    for source in sources:
        part = split or ("train" if source.count("train") else "test")
        rows = _first_of_each(source, part, each, skipped)
        if not any(rows):
            raise DataError(f"There is no picture to show in the {part} part of {source.name!r}.")
        sections.append(_section(f"{source.name}, {part}", source.count(part), rows, each, spec))
    width = max(section.width for section in sections)
    sheet = Image.new("RGB", (width, sum(section.height for section in sections)), PAPER)
    top = 0
    for section in sections:
        sheet.paste(section, (0, top))
        top += section.height
    return sheet, tuple(skipped)


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write a sheet as a PNG file.

    Raises:
        UsageError: the name does not end in ".png".
        DataError: it cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise UsageError(f"{str(path)!r} must end in .png: a contact sheet is a PNG picture.")
    content = BytesIO()
    sheet.save(content, "PNG")
    save(path, content.getvalue())


def _first_of_each(source: Source, part: Part, each: int, skipped: list[str]) -> list[list[Item]]:
    rows: list[list[Item]] = [[] for _ in range(10)]
    for item in islice(source.pictures(part, skipped.append), 10 * each * PER_PICTURE):
        if len(rows[item.label]) < each:
            rows[item.label].append(item)
            if all(len(row) == each for row in rows):
                break
    return rows


def _section(
    title: str, count: int, rows: list[list[Item]], each: int, spec: InkSpec | None
) -> Image.Image:
    pair = 2 * CELL + INNER
    width = max(NARROWEST, 2 * MARGIN + LABEL + each * (pair + OUTER) - OUTER)
    height = MARGIN + HEAD + len(rows) * (CELL + OUTER) - OUTER + MARGIN
    section = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(section)
    draw.text((MARGIN, MARGIN), title, TEXT, ImageFont.load_default(24), anchor="la")
    note = f"{count:,} pictures.  Left: the picture.  Right: what the network sees."
    draw.text((MARGIN, MARGIN + 34), note, FAINT, ImageFont.load_default(16), anchor="la")
    for digit, row in enumerate(rows):
        top = MARGIN + HEAD + digit * (CELL + OUTER)
        middle = (MARGIN + LABEL // 2 - 8, top + CELL // 2)
        colour = TEXT if row else FAINT
        draw.text(middle, str(digit), colour, ImageFont.load_default(34), anchor="mm")
        patches = patches_of((item.pixels for item in row), spec, ask=True)
        for column, (item, patch) in enumerate(zip(row, patches, strict=True)):
            left = MARGIN + LABEL + column * (pair + OUTER)
            section.paste(_framed(item.pixels), (left, top))
            seen = _said("blank") if patch is None else _framed(patch)
            section.paste(seen, (left + CELL + INNER, top))
        if not row:
            left = MARGIN + LABEL
            font = ImageFont.load_default(16)
            draw.text((left, top + CELL // 2), "no picture", FAINT, font, anchor="lm")
    return section


def _framed(pixels: NDArray[np.uint8]) -> Image.Image:
    """Fit a picture into a cell; one of few pixels shows them."""
    picture = Image.fromarray(pixels).convert("RGB")
    scale = CELL / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    how = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.LANCZOS
    cell = Image.new("RGB", (CELL, CELL), QUIET)
    place = ((CELL - size[0]) // 2, (CELL - size[1]) // 2)
    cell.paste(picture.resize(size, how), place)
    # White paper on the white sheet would have no end.
    ImageDraw.Draw(cell).rectangle((0, 0, CELL - 1, CELL - 1), outline=EDGE)
    return cell


def _said(word: str) -> Image.Image:
    cell = Image.new("RGB", (CELL, CELL), QUIET)
    middle = (CELL // 2, CELL // 2)
    ImageDraw.Draw(cell).text(middle, word, FAINT, ImageFont.load_default(16), anchor="mm")
    return cell
