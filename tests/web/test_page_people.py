"""The page for everyone: languages, keyboard, accessibility, phones, day and night."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from .conftest import OpenPage, draw, strokes

SCHEMES = ("light", "dark")
LANGUAGES = ("en-GB", "es-ES")


def glyph(page: Page, text: str) -> None:
    expect(page.locator("[data-part=glyph]")).to_have_text(text)


@pytest.mark.parametrize(
    ("browser_language", "title"),
    [
        ("es-AR", "Palote: lee cifras escritas a mano"),
        ("en-US", "Palote: reads handwritten digits"),
        ("fr-FR", "Palote: reads handwritten digits"),
    ],
)
def test_the_language_is_the_browsers(
    open_page: OpenPage, browser_language: str, title: str
) -> None:
    page = open_page(language=browser_language)
    expect(page).to_have_title(title)


def test_the_language_can_be_changed_and_is_remembered(open_page: OpenPage) -> None:
    page = open_page(language="en-GB")
    draw(page, 7)
    expect(page.locator("[data-part=headline]")).to_have_text("Seven")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("[data-part=headline]")).to_have_text("Siete")
    expect(page.locator("[data-part=sure]")).to_have_text(re.compile(r"\d\d,\d\s%$"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_label("Limpieza").locator("option").first).to_have_text("Automática")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.keyboard.press("i")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_both_languages_have_every_word(open_page: OpenPage) -> None:
    page = open_page()
    shapes = page.evaluate("""async () => {
        const { wordsOf } = await import("/static/js/i18n.js");
        const shape = (value) => Array.isArray(value) ? value.map(shape)
            : typeof value === "object"
                ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]))
                : typeof value;
        return ["en", "es"].map((language) => shape({ ...wordsOf(language), errors: {} }));
    }""")
    assert shapes[0] == shapes[1]
    unnamed = page.evaluate("""() => [...document.querySelectorAll("[data-t]")]
        .filter((element) => !element.textContent.trim()).map((element) => element.dataset.t)""")
    assert unnamed == []


def test_everything_but_writing_works_from_the_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("l")
    expect(page.get_by_label("Live")).not_to_be_checked()
    page.keyboard.press("e")
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "ok")
    page.keyboard.press("c")
    expect(page.locator("[data-part=copy]")).to_have_text("Copied")
    rows = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert rows[0] == "Digit\tProbability"
    assert [row.split("\t")[0] for row in rows[1:]] == list("0123456789")
    assert sum(float(row.split("\t")[1]) for row in rows[1:]) == pytest.approx(1, abs=1e-4)
    page.keyboard.press("Delete")
    glyph(page, "///")


def test_the_list_of_keys_opens_on_the_question_mark(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Undo")
    dialog.get_by_label("Use keys without Ctrl").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("l")
    expect(page.get_by_label("Live")).to_be_checked()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(dialog).to_be_visible()


def test_the_focus_goes_the_way_the_eye_goes_and_is_seen(open_page: OpenPage) -> None:
    page = open_page()
    order = []
    for _ in range(22):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate("""() => {
                const { dataset, tagName, innerText } = document.activeElement;
                const outline = getComputedStyle(document.activeElement);
                if (outline.outlineStyle === "none") return "unseen";
                return dataset.do ?? dataset.part ?? tagName.toLowerCase();
            }""")
        )
    assert order == [
        *("a", "language", "language", "help", "tab", "expect", "expect", "expect"),
        *("undo", "redo", "clear", "open", "paste", "example", "pen", "live", "read"),
        *("summary", "clean", "model", "looked", "a"),
    ]


def test_enter_on_a_button_presses_the_button_only(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 1)
    glyph(page, "1")
    page.locator("[data-do=clear]").focus()
    page.keyboard.press("Enter")
    glyph(page, "///")


def test_a_button_can_be_pressed_before_the_page_is_drawn_anew(open_page: OpenPage) -> None:
    """On a busy machine a frame takes its time; what was pressed meanwhile counts."""
    page = open_page()
    page.evaluate("""() => {
        window.plain = window.requestAnimationFrame;
        window.held = [];
        window.requestAnimationFrame = (call) => window.held.push(call);
    }""")
    draw(page, 1)
    expect(page.locator("[data-do=clear]")).to_have_attribute("aria-disabled", "true")
    page.locator("[data-do=clear]").focus()
    page.keyboard.press("Enter")
    page.evaluate("""() => {
        window.requestAnimationFrame = window.plain;
        window.held.forEach((call) => call(performance.now()));
    }""")
    expect(page.locator("[data-do=clear]")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "false")
    glyph(page, "///")


def test_letters_chosen_in_a_list_are_no_commands(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Cleaning").focus()
    page.keyboard.press("l")
    expect(page.get_by_label("Live")).to_be_checked()


def violations(page: Page) -> str:
    return str(Axe().run(page).generate_snapshot())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(open_page: OpenPage, scheme: str, language: str) -> None:
    size = (375, 812) if (scheme, language) == ("dark", "es-ES") else (1280, 900)
    page = open_page(scheme=scheme, language=language, size=size)
    assert violations(page) == ""
    draw(page, 3)
    glyph(page, "3")
    page.locator("summary[data-t=table]").click()
    page.wait_for_timeout(300)
    assert violations(page) == ""
    page.keyboard.press("s")
    expect(page.locator("[data-part=saliency]")).to_be_visible()
    assert violations(page) == ""
    page.keyboard.press("?")
    assert violations(page) == ""
    page.keyboard.press("Escape")
    file = {"name": "x", "mimeType": "text/plain", "buffer": b"no picture"}
    page.locator("[data-part=file]").set_input_files(file)  # type: ignore[arg-type]
    glyph(page, "!")
    page.route("**/*", lambda route: route.abort())
    page.locator("[data-do=read]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == ""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_axe_finds_nothing_in_the_docs(open_page: OpenPage, scheme: str, width: int) -> None:
    page = open_page("/docs", scheme=scheme, size=(width, 800))
    expect(page.get_by_role("heading", name="/api/read")).to_be_visible()
    expect(page.get_by_role("heading", name="Reading", exact=True)).to_be_visible()
    schema = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
    operations = sum(len(verbs) for verbs in schema["paths"].values())
    shapes = [one for one in schema["components"]["schemas"].values() if one.get("properties")]
    expect(page.locator("article")).to_have_count(operations + len(shapes))
    assert violations(page) == ""


@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_nothing_sticks_out_sideways(open_page: OpenPage, width: int, path: str) -> None:
    page = open_page(path, size=(width, 800), language="es-ES")
    if path == "/":
        draw(page, 2)
        glyph(page, "2")
        page.locator("summary[data-t=table]").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_phone_the_answer_is_seen_beside_the_drawing(open_page: OpenPage) -> None:
    page = open_page(size=(375, 812), touch=True)
    for name in ("canvas", "[data-do=read]", "[data-part=glyph]", "[data-part=sure]"):
        box = page.locator(name).bounding_box()
        assert box, name
        assert box["y"] >= 0, name
        assert box["y"] + box["height"] <= 812, name
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 43.5


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
    )


def test_a_finger_draws_on_the_sheet_and_scrolls_beside_it(open_page: OpenPage) -> None:
    page = open_page(size=(375, 812), touch=True)
    session = page.context.new_cdp_session(page)
    box = page.locator("canvas").bounding_box()
    assert box
    for stroke in strokes(7, box["width"]):
        (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        touch(session, "touchStart", (x, y))
        for point in rest:
            touch(session, "touchMove", point)
        touch(session, "touchEnd")
    glyph(page, "7")
    assert page.evaluate("scrollY") == 0
    touch(session, "touchStart", (180, 780))
    for y in range(780, 400, -20):
        touch(session, "touchMove", (180, y))
    touch(session, "touchEnd")
    page.wait_for_function("scrollY > 100")


def test_a_second_finger_does_not_disturb_the_first(open_page: OpenPage) -> None:
    page = open_page(size=(375, 812), touch=True)
    session = page.context.new_cdp_session(page)
    box = page.locator("canvas").bounding_box()
    assert box
    x, top, side = box["x"] + box["width"] / 2, box["y"], box["width"]
    touch(session, "touchStart", (x, top + side * 0.2))
    touch(session, "touchStart", (x, top + side * 0.2), (box["x"] + 20, top + 30))
    for share in range(25, 85, 5):
        touch(
            session, "touchMove", (x, top + side * share / 100), (box["x"] + 20 + share, top + 30)
        )
    touch(session, "touchEnd")
    glyph(page, "1")
    page.keyboard.press("Control+z")
    glyph(page, "///")


def test_night_and_day_differ_and_both_show_the_stroke(open_page: OpenPage) -> None:
    colours = {}
    for scheme in SCHEMES:
        page = open_page(scheme=scheme)
        colours[scheme] = page.evaluate("""() => ["body", "canvas"].map((name) => {
            const { backgroundColor, color } = getComputedStyle(document.querySelector(name));
            return name === "body" ? backgroundColor : color;
        })""")
    assert colours["light"][0] != colours["dark"][0]
    assert colours["light"][1] != colours["dark"][1]


def test_the_privacy_line_is_on_the_page(open_page: OpenPage) -> None:
    expect(open_page().get_by_text("Nothing is stored.")).to_be_visible()
    page = open_page(language="es-ES")
    expect(page.get_by_text("No se guarda nada.")).to_be_visible()


def test_only_choices_are_remembered_never_a_drawing(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 3)
    glyph(page, "3")
    kept = page.evaluate("Object.entries(localStorage)")
    assert [key for key, _ in kept] == ["palote"]
    assert set(page.evaluate("Object.keys(JSON.parse(localStorage.palote))")) == {
        "camera",
        "expect",
        "language",
        "live",
        "looked",
        "pen",
        "singleKeys",
    }
    page.reload()
    glyph(page, "///")
