"""The app in a real browser, as a person uses it: draw, open, film, choose, switch."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.drawing import seven
from tests.gradio_app.conftest import (
    DOUBTFUL,
    ON_CAMERA,
    OpenApp,
    Running,
    draw,
    nothing_left,
)
from tests.web.conftest import drawing, encoded
from tests.web.numbers import placed


def answers(page: Page, heading: str) -> None:
    expect(page.locator("[data-testid=label-output-value]")).to_have_text(heading)


def says(page: Page, sentence: str) -> None:
    expect(page.locator("#palote-said [role=status]")).to_have_text(re.compile(sentence))


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def open_picture(page: Page, data: bytes, name: str = "digit.png") -> None:
    tab(page, "Picture")
    chooser = page.locator(".palote-picture input[type=file]")
    chooser.set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).click()


def test_the_brush_is_active_from_the_start_and_on_a_new_sheet(open_app: OpenApp) -> None:
    page = open_app()
    says(page, r"^Nothing yet\.")
    draw(page, 7)
    answers(page, "7")
    says(page, r"^Almost certainly: \d\d\.\d%$")
    pictures = page.locator(".palote-way button img")
    expect(pictures).to_have_count(5)
    for picture in pictures.all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 280
    for digit in "0123456789":
        expect(page.get_by_test_id(f"{digit}-confidence-set")).to_have_count(1)
    page.get_by_role("button", name="New sheet").click()
    says(page, r"^Nothing yet\.")
    draw(page, 1)
    answers(page, "1")


def test_without_live_it_reads_when_it_is_asked(open_app: OpenApp, running: Running) -> None:
    page = open_app()
    page.get_by_label("Live").uncheck()
    with page.expect_response(re.compile("/queue/data")):
        draw(page, 1)
    draw(page, 4)
    page.get_by_role("button", name="New sheet").click()
    draw(page, 4)
    says(page, r"^Nothing yet\.")
    page.get_by_role("button", name="Read", exact=True).click()
    answers(page, "4")
    assert nothing_left(running)


def test_a_picture_is_read_shown_and_deleted(open_app: OpenApp, running: Running) -> None:
    page = open_app()
    open_picture(page, encoded(drawing(5)))
    answers(page, "5")
    expect(page.locator(".palote-picture img")).to_have_attribute("src", re.compile("^data:"))
    assert nothing_left(running)
    # What is shown is still there to be read, though its file is not.
    page.get_by_role("button", name="Read", exact=True).click()
    choose(page, "Cleaning", "Otsu: for clean scans")
    answers(page, "5")
    assert nothing_left(running)


def test_honest_answers_and_another_model(open_app: OpenApp) -> None:
    page = open_app()
    page.locator(".palote-examples button").last.click()
    answers(page, "not a digit")
    says(page, r"^That does not look like a digit\. The nearest would be a \d: ")
    open_picture(page, encoded(np.full((80, 80), 255, np.uint8)))
    answers(page, "empty")
    page.locator(".palote-examples button").nth(1).click()
    answers(page, "7")
    choose(page, "Model", DOUBTFUL)
    answers(page, "?")
    says(page, r"^Not sure\. Perhaps a 7: ")


def test_an_example_is_shown_as_the_picture(open_app: OpenApp) -> None:
    page = open_app()
    page.locator(".palote-examples button").nth(1).click()
    answers(page, "7")
    expect(page.get_by_role("tab", name="Picture")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".palote-picture img")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en-GB", "is damaged, cut off"), ("es-MX", "^La imagen está dañada o incompleta")],
)
def test_a_damaged_picture(
    open_app: OpenApp, running: Running, language: str, sentence: str
) -> None:
    page = open_app(language)
    page.locator("[role=tab]").nth(1).click()
    broken = encoded(seven())[:400]
    chooser = page.locator(".palote-picture input[type=file]")
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": broken})
    says(page, sentence)
    assert nothing_left(running)


def test_it_starts_in_the_language_of_the_browser(open_app: OpenApp) -> None:
    page = open_app("es-ES")
    expect(page).to_have_title("Palote: lee cifras escritas a mano")
    for name in ("Dibujar", "Imagen", "Cámara"):
        expect(page.get_by_role("tab", name=name)).to_be_visible()
    says(page, r"^Aún no hay nada\.")
    expect(page.get_by_label("Español")).to_be_checked()


def test_the_switch_changes_every_word_and_the_answer(open_app: OpenApp) -> None:
    page = open_app()
    page.locator(".palote-examples button").nth(1).click()
    answers(page, "7")
    page.get_by_label("Español").check()
    says(page, r"^Casi con toda seguridad: \d\d,\d\s%$")
    for name in ("Dibujar", "Imagen", "Cámara"):
        expect(page.get_by_role("tab", name=name)).to_be_visible()
    for text in ("Lee las cifras que escribes", "Modelo", "Limpieza", "En vivo", "Respuesta"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.locator(".palote-way button").last).to_contain_text("Lo que ve la red")
    expect(page.locator(".palote-examples button").first).to_contain_text("Con bolígrafo")
    # Gradio's own words too.
    expect(page.locator("footer")).to_contain_text("API")
    expect(page.locator("footer")).not_to_contain_text("Use via")
    page.get_by_label("English").check()
    says(page, r"^Almost certainly: ")


def test_a_number_is_drawn_on_a_wider_sheet(open_app: OpenApp) -> None:
    page = open_app("es-ES")
    page.get_by_label("Número").check()
    sheet = page.locator("#palote-sheet canvas")
    expect(sheet).to_have_attribute("width", "640")
    box = sheet.bounding_box()
    assert box
    for digit in placed("20356", box["width"] / box["height"]):
        for line in digit:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
            page.mouse.move(*points[0])
            page.mouse.down()
            for point in [*points[1::3], points[-1]]:
                page.mouse.move(*point)
            page.mouse.up()
    answers(page, "20356")
    says(page, r"^[CMP][a-z ]+: \d\d,\d\s%$")
    pictures = page.locator(".palote-way button")
    expect(pictures).to_have_count(4)
    expect(pictures.first).to_contain_text("Lo encontrado")
    page.get_by_label("Una cifra", exact=True).check()
    expect(pictures).to_have_count(5)
    expect(sheet).to_have_attribute("width", "640")
    page.get_by_role("button", name="Hoja nueva").click()
    expect(sheet).to_have_attribute("width", "400")


def test_the_camera(open_app: OpenApp, running: Running) -> None:
    page = open_app()
    tab(page, "Camera")
    assert nothing_left(running)
    page.get_by_text("Click to Access Webcam").click()
    page.locator(".palote-camera button", has_text="Record").or_(
        page.get_by_label("start recording")
    ).first.click()
    answers(page, str(ON_CAMERA))
    assert running.pictures() == []
