"""The camera's tab in people's hands: the list, keys, voices, phones, day and night."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .camera import NO_DIGIT, draw_camera, headline, listed, show, start, track_state
from .conftest import OpenPage


def test_steady_digits_are_listed_once_each(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 1, 7)
    start(page)
    for scene, name in ((7, "Seven"), (1, "One")):
        show(page, scene)
        headline(page, name)
        expect(page.locator("[data-part=sure]")).to_contain_text("Confirmed")
    listed(page, "7", "1")
    show(page, None)
    headline(page, NO_DIGIT)
    page.wait_for_timeout(1500)
    show(page, 1)
    listed(page, "7", "1", "1")
    expect(page.locator("[data-part=spoken]")).to_have_text("One")

    page.get_by_label("Add confirmed ones").uncheck()
    show(page, 7)
    headline(page, "Seven")
    expect(page.locator("[data-part=sure]")).to_contain_text("Confirmed")
    listed(page, "7", "1", "1")
    page.get_by_role("button", name="Add", exact=True).click()
    listed(page, "7", "1", "1", "7")


def test_the_list_is_copied_saved_emptied_and_brought_back(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draw_camera(page, 3, 6)
    start(page)
    page.get_by_label("Add confirmed ones").uncheck()
    for scene, name in ((3, "Three"), (6, "Six")):
        show(page, scene)
        headline(page, name)
        page.keyboard.press("a")
    listed(page, "3", "6")

    # "start" allows the camera, which takes other permissions back.
    page.context.grant_permissions(["camera", "clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("[data-part=listCopy]")).to_have_text("Copied")
    rows = [
        line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines()
    ]
    assert rows[0] == ["Number", "Digit", "Confidence", "Time"]
    assert [row[:2] for row in rows[1:]] == [["1", "3"], ["2", "6"]]

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save CSV").click()
    assert waiting.value.suggested_filename == "palote-digits.csv"
    path = tmp_path / "list.csv"
    waiting.value.save_as(path)
    saved = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert saved == rows
    assert 0.5 < float(saved[1][2]) <= 1

    page.keyboard.press("Delete")
    listed(page)
    expect(page.get_by_role("button", name="Save CSV")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+z")
    listed(page, "3", "6")
    page.locator("[data-do=list-undo]").click()
    listed(page, "3")


VOICES = """() => {
    window.said = [];
    const voices = [{ name: "own", lang: "es-ES", localService: true, default: true }];
    Object.defineProperty(window, "speechSynthesis", { value: {
        getVoices: () => voices,
        addEventListener: () => {},
        cancel: () => {},
        speak: ({ text, lang, voice }) => window.said.push([text, lang, voice.name]),
    } });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""


def test_confirmed_digits_are_said_in_the_persons_language(open_page: OpenPage) -> None:
    page = open_page()
    page.context.add_init_script(f"({VOICES})()")
    page.reload()
    page.get_by_role("tab", name="Camera").click()
    expect(page.get_by_label("Say them aloud")).to_be_disabled()  # there is no English voice
    page.get_by_role("button", name="Español").click()
    page.get_by_label("Decirlas en voz alta").check()
    draw_camera(page, 9)
    page.locator("[data-do=start]").click()
    show(page, 9)
    page.wait_for_function("() => window.said.length")
    assert page.evaluate("window.said") == [["Nueve", "es-ES", "own"]]


def test_the_camera_is_chosen(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 2)
    page.evaluate("""() => {
        const kind = "videoinput";
        navigator.mediaDevices.enumerateDevices = async () => [
            { kind, deviceId: "one", label: "Desk camera" }, { kind, deviceId: "two", label: "" },
            { kind: "audioinput", deviceId: "three", label: "Microphone" },
        ];
        let facing = "environment";
        const open = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = async (wish) => {
            facing = wish.video.facingMode?.ideal ?? facing;
            const stream = await open(wish);
            const settings = { deviceId: wish.video.deviceId?.ideal ?? "one", facingMode: facing };
            stream.getVideoTracks()[0].getSettings = () => settings;
            return stream;
        };
    }""")
    start(page)
    devices = page.get_by_role("combobox", name="Camera")
    expect(devices.locator("option")).to_have_text(["Desk camera", "Camera 2"])
    expect(devices).to_have_value("one")
    devices.select_option("two")
    page.wait_for_function("() => window.wishes.length === 2")
    expect(devices).to_have_value("two")
    page.get_by_role("button", name="Front or back").click()
    page.wait_for_function("() => window.wishes.length === 3")
    page.locator("[data-part=guide]").wait_for()
    wishes = page.evaluate("window.wishes")
    assert wishes[0]["facingMode"] == {"ideal": "environment"}
    assert wishes[1]["deviceId"] == {"ideal": "two"}
    assert wishes[2]["facingMode"] == {"ideal": "user"}
    assert page.evaluate("window.tracks.slice(0, 2).map((track) => track.readyState)") == [
        "ended",
        "ended",
    ]
    assert track_state(page) == "live"


def test_everything_works_from_the_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 4)
    show(page, 4)
    page.keyboard.press("v")
    expect(page.get_by_role("tab", name="Camera")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    headline(page, "Four")
    page.keyboard.press("Space")
    expect(page.locator("[data-part=frozen]")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("[data-part=frozen]")).to_be_hidden()
    page.keyboard.press("l")
    slow = page.get_by_role("button", name="Every 2 s")
    expect(slow).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    headline(page, "The camera is off")
    page.get_by_role("tab", name="Camera").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="API")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Sheet")).to_be_focused()
    expect(page.locator("[data-part=sheet]")).to_be_visible()


def test_the_focus_goes_the_way_the_eye_goes(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 4)
    start(page)
    page.get_by_role("tab", name="Camera").focus()
    order = []
    for _ in range(18):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate("""() => {
                const { dataset, tagName } = document.activeElement;
                const outline = getComputedStyle(document.activeElement);
                if (outline.outlineStyle === "none") return "unseen";
                return dataset.do ?? dataset.part ?? tagName.toLowerCase();
            }""")
        )
    assert order == [
        *(
            "expect",
            "expect",
            "expect",
            "guide",
            "stop",
            "freeze",
            "pace",
            "pace",
            "guideSize",
            "summary",
            "collect",
        ),
        *("add", "list-undo", "list-clear", "list-copy", "save", "clean", "model"),
    ]


def test_a_picture_that_is_opened_goes_to_the_sheet(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 4)
    start(page)
    file = {"name": "x", "mimeType": "text/plain", "buffer": b"no picture"}
    page.locator("[data-part=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_role("tab", name="Sheet")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-part=glyph]")).to_have_text("!")
    page.wait_for_function("() => window.tracks.at(-1).readyState === 'ended'")


def violations(page: Page) -> str:
    return str(Axe().run(page).generate_snapshot())


@pytest.mark.parametrize(
    ("scheme", "language", "size"),
    [
        ("light", "en-GB", (1280, 900)),
        ("dark", "es-ES", (375, 812)),
        ("dark", "en-GB", (1280, 900)),
    ],
)
def test_axe_finds_nothing(
    open_page: OpenPage, scheme: str, language: str, size: tuple[int, int]
) -> None:
    page = open_page(scheme=scheme, language=language, size=size)
    page.keyboard.press("v")
    expect(page.locator("[data-part=cover]")).to_be_visible()
    assert violations(page) == ""
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=panelCamera]")).to_have_attribute("data-kind", "fault")
    assert violations(page) == ""
    draw_camera(page, 3)
    show(page, 3)
    page.keyboard.press("Enter")
    listed(page, "3")
    page.keyboard.press("Space")
    expect(page.locator("[data-part=frozen]")).to_be_visible()
    page.wait_for_timeout(300)
    assert violations(page) == ""
    page.keyboard.press("?")
    assert violations(page) == ""


@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
def test_nothing_sticks_out_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page(size=(width, 800), language="es-ES")
    draw_camera(page, 3)
    page.keyboard.press("v")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.keyboard.press("Enter")
    show(page, 3)
    headline(page, "Tres")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_phone_the_answer_is_seen_beside_the_picture(open_page: OpenPage) -> None:
    page = open_page(size=(375, 812), touch=True)
    draw_camera(page, 3)
    start(page)
    show(page, 3)
    headline(page, "Three")
    for name in ("[data-part=finder]", "[data-do=stop]", "[data-part=glyph]", "[data-part=sure]"):
        place = page.locator(name).bounding_box()
        assert place, name
        assert place["y"] >= 0, name
        assert place["y"] + place["height"] <= 812, name
    for button in page.locator("button:visible").all():
        place = button.bounding_box()
        assert place
        assert min(place["width"], place["height"]) >= 43.5


def test_choices_are_remembered_but_no_picture_and_no_list(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 3)
    start(page)
    show(page, 3)
    listed(page, "3")
    page.get_by_role("button", name="Every 2 s").click()
    kept = page.evaluate("JSON.parse(localStorage.palote).camera")
    assert set(kept) == {"mode", "guide", "wideGuide", "aspect", "wish", "collect", "speak"}
    page.reload()
    expect(page.get_by_role("button", name="Every 2 s")).to_have_attribute("aria-pressed", "true")
    listed(page)
