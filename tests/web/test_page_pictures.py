"""Pictures on the page: upload, drop, paste, large photos, wrong files."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import FileChooser, FilePayload, JSHandle, Page, expect

from .conftest import OpenPage, bodies, drawing, encoded


def payload(content: bytes, name: str = "7.png", kind: str = "image/png") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, file: FilePayload) -> None:
    page.locator("[data-part=file]").set_input_files(file)


def glyph(page: Page, text: str) -> None:
    expect(page.locator("[data-part=glyph]")).to_have_text(text)


def transfer(page: Page, content: bytes, kind: str = "image/png") -> JSHandle:
    """A DataTransfer with one file."""
    return page.evaluate_handle(
        """([data, kind]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "x", { type: kind }));
            return transfer;
        }""",
        [base64.b64encode(content).decode(), kind],
    )


def test_an_uploaded_picture_is_shown_and_read_and_the_digit_marked(open_page: OpenPage) -> None:
    page = open_page()
    sheet = np.full((400, 600), 255, np.uint8)
    sheet[60:340, 300:580] = drawing(3)
    choose(page, payload(encoded(sheet)))
    glyph(page, "3")
    expect(page.get_by_alt_text("The picture to read")).to_be_visible()
    canvas = page.locator("canvas").bounding_box()
    found = page.locator("[data-part=found] .mark").bounding_box()
    assert canvas and found
    middle = (found["x"] + found["width"] / 2 - canvas["x"]) / canvas["width"]
    assert middle == pytest.approx(440 / 600, abs=0.03)
    assert found["height"] / canvas["height"] == pytest.approx(187 / 600, abs=0.04)


def test_the_upload_button_opens_the_file_chooser(open_page: OpenPage) -> None:
    page = open_page()
    # A listener for good: Playwright's expect_file_chooser lets go of the chooser in between.
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    with page.expect_event("filechooser"):
        page.get_by_role("button", name="Open a picture").click()
    choosers[0].set_files(payload(encoded(drawing(2))))
    glyph(page, "2")
    with page.expect_event("filechooser"):
        page.keyboard.press("o")
    assert len(choosers) == 2


def test_a_picture_can_be_dropped_anywhere(open_page: OpenPage) -> None:
    page = open_page()
    data = transfer(page, encoded(drawing(4)))
    page.dispatch_event("footer", "dragover", {"dataTransfer": data})
    expect(page.get_by_text("Drop the picture here")).to_be_visible()
    page.dispatch_event("footer", "drop", {"dataTransfer": data})
    expect(page.get_by_text("Drop the picture here")).to_be_hidden()
    glyph(page, "4")


def test_a_picture_can_be_pasted(open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async (data) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const blob = new Blob([bytes], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(encoded(drawing(5))).decode(),
    )
    page.keyboard.press("Control+v")
    glyph(page, "5")
    page.keyboard.press("Delete")
    glyph(page, "///")
    page.get_by_role("button", name="Paste").click()
    glyph(page, "5")


def test_pasting_what_is_no_picture_is_told(open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('just words')")
    page.get_by_role("button", name="Paste").click()
    expect(page.locator("[data-part=tip]")).to_have_text("There is no picture in the clipboard.")


def test_a_picture_can_be_undone_and_drawn_after(open_page: OpenPage) -> None:
    page = open_page()
    choose(page, payload(encoded(drawing(6))))
    glyph(page, "6")
    page.keyboard.press("Control+z")
    glyph(page, "///")
    expect(page.locator("[data-part=photo]")).to_be_hidden()
    page.keyboard.press("Control+Shift+z")
    glyph(page, "6")
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 150, box["y"] + 140)
    page.mouse.down()
    page.mouse.move(box["x"] + 205, box["y"] + 80, steps=5)
    page.mouse.move(box["x"] + 200, box["y"] + 350, steps=5)
    page.mouse.up()
    glyph(page, "1")
    expect(page.locator("[data-part=photo]")).to_be_hidden()


@pytest.mark.parametrize("ending", [".jpg", ".png"])
def test_a_large_photo_is_shrunk_and_turned_upright_before_it_is_sent(
    open_page: OpenPage, ending: str
) -> None:
    page = open_page()
    sheet = cv2.resize(drawing(7), (2000, 2000))
    sheet = np.pad(sheet, ((0, 0), (0, 500)), constant_values=255)
    content = encoded(sheet, ending)
    if ending == ".jpg":
        lying = encoded(cv2.rotate(sheet, cv2.ROTATE_90_COUNTERCLOCKWISE), ".jpg")
        content = with_orientation(lying, 6)
    sent = bodies(page)
    choose(
        page, payload(content, "photo" + ending, "image/png" if ending == ".png" else "image/jpeg")
    )
    glyph(page, "7")
    body = sent()[-1]
    assert body[:2] == (b"\xff\xd8" if ending == ".jpg" else b"\x89P")
    arrived = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert arrived is not None
    assert arrived.shape == (1280, 1600)


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG with an EXIF block that says how the camera was held."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes([orientation, 0, 0, 0])
    tiff = b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + entry + b"\x00\x00\x00\x00"
    block = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


def test_a_picture_that_lies_on_its_side_can_be_turned(open_page: OpenPage) -> None:
    page = open_page()
    turn = page.get_by_role("button", name="Turn the picture")
    expect(turn).to_be_hidden()
    sheet = np.full((300, 700), 255, np.uint8)
    for place, digit in enumerate((7, 4)):
        sheet[10:290, 60 + 250 * place : 340 + 250 * place] &= drawing(digit)
    lying = cv2.rotate(sheet, cv2.ROTATE_90_COUNTERCLOCKWISE)
    sent = bodies(page)
    choose(page, payload(encoded(lying)))
    expect(page.locator("[data-part=answer]")).not_to_have_attribute("data-kind", "idle")
    turn.click()
    glyph(page, "74")
    arrived = cv2.imdecode(np.frombuffer(sent()[-1], np.uint8), cv2.IMREAD_GRAYSCALE)
    assert arrived is not None
    np.testing.assert_array_equal(arrived, sheet)
    marks = [mark.bounding_box() for mark in page.locator("[data-part=found] .mark").all()]
    assert marks[0] and marks[1]
    assert marks[0]["x"] + marks[0]["width"] < marks[1]["x"] + marks[1]["width"] / 2
    page.keyboard.press("Control+z")
    expect(page.locator("[data-part=glyph]")).not_to_have_text("74")
    for _ in range(4):  # once around, and the file is sent as it was given
        with page.expect_response(lambda response: "/read" in response.url):
            page.keyboard.press("r")
    assert sent()[-1] == encoded(lying)


def test_what_the_browser_cannot_show_is_read_all_the_same(open_page: OpenPage) -> None:
    page = open_page()
    choose(page, payload(encoded(drawing(8), ".tiff"), "8.tiff", "image/tiff"))
    glyph(page, "8")
    expect(page.get_by_alt_text("The picture to read")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en-GB", r"\w.*\.$"), ("es-MX", r"El archivo no es una imagen")],
)
def test_a_wrong_file_is_told_in_the_persons_language(
    open_page: OpenPage, language: str, sentence: str
) -> None:
    page = open_page(language=language)
    choose(page, payload(b"dear diary", "diary.txt", "text/plain"))
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "refused")
    glyph(page, "!")
    expect(page.locator("[data-part=sure]")).to_have_text(re.compile(sentence))
    page.keyboard.press("Delete")
    glyph(page, "///")


def test_a_blank_sheet_and_an_empty_photo_differ(open_page: OpenPage) -> None:
    page = open_page()
    choose(page, payload(encoded(np.full((200, 200), 250, np.uint8))))
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "empty")
    expect(page.locator("[data-part=headline]")).to_have_text("There is nothing to read here")


def test_every_error_code_has_a_spanish_sentence(open_page: OpenPage) -> None:
    from palote import errors
    from palote.surfaces.web import problems

    source = Path(problems.__file__).read_text()
    only_elsewhere = {"error", "server", "data", "busy", "export-failed"}
    only_elsewhere |= {"not-admitted", "too-many-tries"}  # they have a page of their own
    only_elsewhere |= {"no-camera", "no-display"}  # of the desktop window
    codes = {
        kind.code
        for module in (errors, problems)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, errors.PaloteError)
    } - only_elsewhere
    assert '"internal"' in source
    page = open_page()
    known = page.evaluate(
        "async () => Object.keys((await import('/static/js/i18n.js')).wordsOf('es').errors)"
    )
    # Some have another sentence where they are about teaching, or are met only there.
    of_learning = {code for code in known if code.startswith("learn:")} | {"too-many-tries"}
    assert codes | {"internal"} | of_learning == set(known)
