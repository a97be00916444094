"""Whole numbers on the page: written, opened, filmed; boxes that are looked at and corrected."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from palote import Reader
from palote.settings import Settings
from palote.surfaces.web import create_app
from tests.numbers.ruled import ROWS, table
from tests.numbers.writing import written

from .camera import draw_camera, headline, listed, show, start
from .conftest import OpenPage, Server, drawing, encoded, serving
from .numbers import WRITTEN, expecting, marks, placed, tap, write

DIGIT_BARS = "[data-part=bars] li"


def glyph(page: Page, text: str) -> None:
    expect(page.locator("[data-part=glyph]")).to_have_text(text)


def title(page: Page, text: str) -> None:
    expect(page.locator("[data-part=barsTitle]")).to_have_text(text)


def best_bar(page: Page, digit: str) -> None:
    expect(page.locator(f"{DIGIT_BARS}.best .digit")).to_have_text(digit)


def ink_on(page: Page) -> int:
    """How many of the sheet's pixels have ink on them."""
    return int(
        page.evaluate("""() => {
            const canvas = document.querySelector("canvas");
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            return data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }""")
    )


def test_a_number_is_written_and_its_digits_are_looked_at(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Number", exact=True).click()
    write(page, WRITTEN)
    glyph(page, WRITTEN)
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "ok")
    expect(page.locator("[data-part=headline]")).to_have_text("A number of 5 digits")
    expect(page.locator("[aria-live]").first).to_have_text(re.compile(r"^2 0 3 5 6\. [A-Z]"))
    boxes = marks(page)
    expect(boxes).to_have_count(5)
    sheet = page.locator("canvas").bounding_box()
    assert sheet and sheet["width"] > 1.4 * sheet["height"]
    for mark, digit in zip(boxes.all(), placed(WRITTEN, 1.6), strict=True):
        box = mark.bounding_box()
        assert box
        low, high = np.min(np.concatenate(digit), axis=0), np.max(np.concatenate(digit), axis=0)
        middle = (box["x"] + box["width"] / 2 - sheet["x"]) / sheet["width"]
        assert low[0] < middle < high[0]
        assert box["height"] / sheet["height"] == pytest.approx(high[1] - low[1], abs=0.12)

    before = ink_on(page)
    tap(page, boxes.nth(1))
    title(page, "Digit 2 of 5: which one?")
    best_bar(page, "0")
    expect(boxes.nth(1)).to_have_attribute("aria-pressed", "true")
    assert ink_on(page) == before, "a tap on a digit is no stroke"
    boxes.nth(1).focus()
    page.keyboard.press("ArrowRight")
    title(page, "Digit 3 of 5: which one?")
    best_bar(page, "3")
    expect(boxes.nth(2)).to_be_focused()
    expect(boxes.nth(2)).to_have_accessible_name(re.compile(r"^Digit 3 of 5: 3, \d\d\.\d%$"))
    page.keyboard.press("End")
    best_bar(page, "6")

    box = boxes.nth(0).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"], steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Undo").click(trial=True)
    assert ink_on(page) > before, "a stroke may begin on a digit"


def test_what_is_read_is_chosen_by_key_and_remembered(open_page: OpenPage) -> None:
    page = open_page()
    pressed = page.locator("[data-do=expect][aria-pressed=true]")
    expect(pressed).to_have_text("AutoAuto")
    write(page, "936")
    glyph(page, "936")
    page.keyboard.press("m")
    expect(pressed).to_have_attribute("data-value", "digit")
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-form", "digit")
    expect(marks(page)).to_have_count(0)
    page.keyboard.press("m")
    glyph(page, "936")
    page.reload()
    expect(pressed).to_have_attribute("data-value", "number")


def test_ink_of_the_wide_sheet_is_all_seen_on_a_square_one(open_page: OpenPage) -> None:
    page = open_page()
    expecting(page, "number")
    write(page, WRITTEN)
    glyph(page, WRITTEN)
    expecting(page, "auto")
    glyph(page, WRITTEN)
    sheet = page.locator("canvas").bounding_box()
    assert sheet and sheet["width"] == pytest.approx(sheet["height"], abs=1)
    expect(marks(page)).to_have_count(5)
    for mark in marks(page).all():
        box = mark.bounding_box()
        assert box
        assert 0.03 < (box["x"] + box["width"] / 2 - sheet["x"]) / sheet["width"] < 0.97


def test_doubts_and_alternatives_are_shown(open_page: OpenPage) -> None:
    page = open_page(language="es-ES")

    def doubtful(route: Route) -> None:
        answer = route.fetch()
        reading = answer.json()
        if len(reading["digits"]) != len(WRITTEN):
            return route.fulfill(response=answer)
        (line,) = reading["lines"]
        line.update(status="unsure", text="20?56", raw="20?56", confidence=0.55)
        line["alternatives"] = [
            {"text": text, "raw": text, "probability": share}
            for text, share in ((WRITTEN, 0.81), ("20856", 0.12), ("20256", 0.001))
        ]
        reading.update(status="unsure", text="20?56", raw="20?56", confidence=0.55)
        reading["digits"][2]["confidence"] = 0.5
        return route.fulfill(response=answer, body=json.dumps(reading))

    page.route("**/api/read*", doubtful)
    expecting(page, "number")
    write(page, WRITTEN)
    glyph(page, "20?56")
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "unsure")
    expect(page.locator("[data-part=headline]")).to_have_text("Una cifra no está clara")
    expect(page.locator("[data-part=sure]")).to_have_text("Quizá 20356: 55,0\N{NO-BREAK SPACE}%")
    texts = page.locator("[data-part=texts] li")
    expect(texts.locator(".text")).to_have_text([WRITTEN, "20856"])
    expect(texts.locator(".number")).to_have_text([re.compile("81,0"), re.compile("12,0")])
    title(page, "Cifra 3 de 5: ¿cuál es?")
    doubt = marks(page).nth(2)
    expect(doubt).to_have_attribute("aria-pressed", "true")
    expect(doubt).to_have_accessible_name(re.compile("^Cifra 3 de 5: quizá 3, 50,0"))
    expect(page.locator("[aria-live]").first).to_have_text(re.compile("^2 0 dudosa 5 6"))
    # Readings may still be on their way.
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_a_table_is_shown_as_one(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    picture = table()
    page.locator("[data-part=file]").set_input_files(
        {"name": "table.png", "mimeType": "image/png", "buffer": encoded(picture)}
    )
    cells = page.locator("[data-part=glyph] .number-cell")
    expect(cells).to_have_count(9)
    texts = [text for row in ROWS for text in row]
    patterns = ["".join(f"[{digit}?]" for digit in text) for text in texts]
    expect(cells).to_have_text([re.compile(f"^{pattern}$") for pattern in patterns])
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert all(boxes)
    assert len({round(box["y"]) for box in boxes if box}) == 3
    assert len({round(box["x"]) for box in boxes if box}) == 3
    copied = page.evaluate(
        """async (reading) => {
            const { tableText } = await import("/static/js/verdict.js");
            const { wordsOf } = await import("/static/js/i18n.js");
            const state = { tab: "sheet", answer: { reading }, picked: null, language: "en" };
            return tableText(state, wordsOf("en"));
        }""",
        Reader(profile="none").read(picture, expect="number").to_dict(),
    )
    rows = [line.split("\t") for line in copied.split("\n")]
    for row, pattern in zip(rows, zip(*[iter(patterns)] * 3, strict=True), strict=False):
        assert all(re.fullmatch(*pair) for pair in zip(pattern, row, strict=True))
    assert rows[3] == [""], "then the numbers with how sure they are, and the ten"
    glyph_box = page.locator("[data-part=glyph]").bounding_box()
    assert glyph_box and boxes[2]
    assert boxes[2]["x"] + boxes[2]["width"] <= glyph_box["x"] + glyph_box["width"] + 1


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en-GB", "light", (1280, 900)), ("es-ES", "dark", (390, 844))],
)
def test_lines_of_a_picture_are_read_in_order(
    open_page: OpenPage, language: str, scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(language=language, scheme=scheme, size=size)
    picture = written("2047", "635")
    expected = Reader(profile="none").read(picture, expect="number")
    content = encoded(picture)
    page.locator("[data-part=file]").set_input_files(
        {"name": "two.png", "mimeType": "image/png", "buffer": content}
    )
    lines = page.locator(".number-text")
    expect(lines).to_have_text(expected.raw.split("\n"))
    boxes = marks(page)
    expect(boxes).to_have_count(7)
    sheet = page.locator("canvas").bounding_box()
    assert sheet
    scale = sheet["width"] / max(picture.shape)
    top = sheet["y"] + (sheet["height"] - picture.shape[0] * scale) / 2
    for mark, digit in zip(boxes.all(), expected.digits, strict=True):
        box = mark.bounding_box()
        assert box
        assert box["x"] == pytest.approx(sheet["x"] + digit.box[0] * scale, abs=9)
        assert box["y"] == pytest.approx(top + digit.box[1] * scale, abs=9)
    tap(page, boxes.nth(4))
    expect(page.locator(".number-text .looked")).to_have_text(expected.lines[1].raw[0])
    assert str(Axe().run(page).generate_snapshot()) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    page.keyboard.press("Delete")
    expecting(page, "number")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_what_is_no_number_is_told(open_page: OpenPage) -> None:
    page = open_page()
    expecting(page, "number")
    page.locator("[data-part=file]").set_input_files(
        {
            "name": "x.png",
            "mimeType": "image/png",
            "buffer": encoded(np.full((90, 90), 250, np.uint8)),
        }
    )
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "empty")
    nothing = {"text": "", "status": "not_digit", "confidence": 0, "model": "default", "raw": ""}
    body = json.dumps({**nothing, "digits": [], "lines": [], "alternatives": [], "stages": []})
    page.route(
        "**/api/read*", lambda route: route.fulfill(body=body, content_type="application/json")
    )
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator("[data-part=headline]")).to_have_text("That does not look like a number")
    glyph(page, "×")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Server]:
    """A server that can be taught."""
    own = replace(Settings.from_environment(), data_dir=tmp_path)
    with serving(create_app(own, learn=True)) as running:
        yield running


def test_one_digit_of_a_number_is_corrected(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    expecting(page, "number")
    write(page, WRITTEN)
    glyph(page, WRITTEN)
    tap(page, marks(page).nth(2))
    expect(page.locator("[data-part=teachTitle]")).to_have_text("Is digit 3 wrong? It was:")
    page.locator("[data-part=labels] [data-value='3']").click()
    told = page.locator("[data-part=told]")
    expect(told).to_have_attribute("data-kind", re.compile("good|kept"))
    title(page, "Digit 3 of 5: which one?")
    listed = httpx.get(f"{school.url}/api/corrections", params={"pictures": True}).json()
    (kept,) = listed["corrections"]
    assert (kept["label"], kept["read_as"], kept["source"]) == ("3", "3", "page")
    png = base64.b64decode(kept["picture"].removeprefix("data:image/png;base64,"))
    crop = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert crop is not None and crop.shape[1] < 1.3 * crop.shape[0]
    assert Reader(profile="none").read(png, expect="digit").text == "3"
    tap(page, marks(page).nth(0))
    expect(told).to_have_text("")


def test_the_camera_reads_a_number(open_page: OpenPage) -> None:
    page = open_page()
    sheet = np.full((480, 640, 3), (205, 218, 226), np.uint8)
    digits = np.hstack([drawing(int(digit), 120, 7) for digit in "2036"])
    sheet[180:300, 80:560][digits < 128] = (110, 55, 30)
    draw_camera(page, also={"number": sheet})
    expecting(page, "number")
    start(page)
    show(page, "number")
    headline(page, "A number of 4 digits")
    glyph(page, "2036")
    listed(page, "2036")
    seen = page.locator("[data-part=seen] .mark")
    expect(seen).to_have_count(4)
    page.keyboard.press("Space")
    expect(page.locator("[data-part=frozen]")).to_be_visible()
    seen.nth(1).click()
    best_bar(page, "0")
    page.locator("[data-do=expect][data-value=digit]").click()
    guide = page.locator("[data-part=guide]").bounding_box()
    assert guide and guide["width"] == pytest.approx(guide["height"], abs=2)
