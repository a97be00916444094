"""Teaching on the page: a wrong answer, a key, a right one; and what was taught."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from palote.settings import Settings
from palote.surfaces.web import create_app

from .conftest import OpenPage, Server, Strokes, draw, serving
from .learning import Hard, hard_drawings

ANSWERED = re.compile("ok|unsure|not_digit|empty|refused")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Server]:
    """A server that can be taught."""
    own = replace(Settings.from_environment(), data_dir=tmp_path)
    with serving(create_app(own, learn=True)) as running:
        yield running


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-part={name}]")


def status(school: Server, profile: str = "default") -> dict[str, object]:
    """What the server says of a profile."""
    answer = httpx.get(f"{school.url}/api/corrections/status", params={"profile": profile})
    found: dict[str, object] = answer.json()
    return found


def trace(page: Page, lines: Strokes) -> None:
    """Draw lines, in shares of the sheet, with the mouse."""
    box = page.locator("canvas").bounding_box()
    assert box
    for line in lines:
        (x, y), *rest = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line
        ]
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in [*rest[::3], rest[-1]]:
            page.mouse.move(x, y)
        page.mouse.up()


def reads(page: Page, lines: Strokes) -> str:
    """Draw on a new sheet, with reading while drawing off; return the sign of the answer."""
    page.keyboard.press("Delete")
    expect(part(page, "glyph")).to_have_text("///")
    trace(page, lines)
    page.keyboard.press("Enter")
    expect(part(page, "answer")).to_have_attribute("data-kind", ANSWERED)
    return part(page, "glyph").inner_text()


def taught(page: Page, label: str) -> None:
    """Press a key, and wait until it has been learned or not."""
    page.keyboard.press("n" if label == "none" else label)
    button = part(page, "labels").locator(f"[data-value={json.dumps(label)}]")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_attribute("aria-disabled", "false")


def learned(page: Page) -> Hard:
    """Draw what is read wrongly and say what it was, until one, drawn again, is read right."""
    page.keyboard.press("l")
    for hard in hard_drawings()[:12]:
        right = reads(page, hard.strokes) == str(hard.digit)
        # What falls into several digits cannot be taught as one.
        one = part(page, "labels").locator("button").first
        if right or one.get_attribute("aria-disabled") == "true":
            continue
        taught(page, str(hard.digit))
        said = part(page, "told").inner_text()
        if f"This one is now read as {hard.digit}." not in said:
            continue
        assert re.match(r"Learned from \d+ corrections?: yours \d", said)
        # It may be read right now and still not vouched for.
        if reads(page, hard.strokes) == str(hard.digit):
            return hard
    raise AssertionError("none of the wrong answers was learned")


def open_taught(page: Page) -> Locator:
    page.keyboard.press("t")
    dialog = page.locator("dialog.taught")
    expect(dialog).to_be_visible()
    return dialog


def test_a_wrong_answer_a_key_and_a_right_answer(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    promise = part(page, "willBeKept")
    expect(promise).to_contain_text("is kept on this computer")
    hard = learned(page)
    expect(part(page, "glyph")).to_have_text(str(hard.digit))
    expect(promise).to_be_hidden()
    expect(part(page, "told")).to_have_text("")

    before = status(school)["corrections"]
    assert isinstance(before, int)
    page.keyboard.press("u")
    expect(part(page, "told")).to_contain_text("Taken back.")
    assert status(school)["corrections"] == before - 1
    assert reads(page, hard.strokes) != str(hard.digit)


def test_what_is_no_digit_can_be_taught(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url, language="es-ES")
    draw(page, 7)
    expect(part(page, "glyph")).to_have_text("7")
    page.get_by_role("button", name="No es una cifra").click()
    expect(part(page, "told")).to_have_attribute("data-kind", re.compile("good|kept"))
    assert status(school)["by_label"] == {"none": 1}


def test_nothing_is_kept_without_ink_nor_while_typing(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    page.keyboard.press("7")
    expect(part(page, "told")).to_have_text("There is nothing to teach: write a digit first.")
    draw(page, 7)
    expect(part(page, "glyph")).to_have_text("7")
    page.get_by_label("Cleaning").focus()
    page.keyboard.press("3")
    dialog = open_taught_from_button(page)
    field = dialog.get_by_label("Name of another profile")
    field.press_sequentially("7u4n")
    expect(field).to_have_value("7u4n")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Use keys without Ctrl").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.keyboard.press("Control+5")
    # What is pressed last is answered last: nothing before it can still be on its way.
    page.get_by_role("button", name="1", exact=True).click()
    expect(part(page, "told")).to_have_attribute("data-kind", re.compile("good|kept"))
    assert status(school)["by_label"] == {"1": 1}


def open_taught_from_button(page: Page) -> Locator:
    page.locator("[data-do=taught]").click()
    dialog = page.locator("dialog.taught")
    expect(dialog).to_be_visible()
    return dialog


def test_what_was_taught_is_seen_and_deleted(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    for digit in (1, 4, 7):
        page.keyboard.press("Delete")
        draw(page, digit)
        expect(part(page, "glyph")).to_have_text(str(digit))
        taught(page, str(digit))
    expect(part(page, "taughtButton")).to_have_text("What I have taught (3)")
    dialog = open_taught(page)
    pictures = dialog.locator(".taught-list li")
    expect(pictures).to_have_count(3)
    expect(pictures.locator("strong")).to_have_text(["7", "4", "1"])
    assert pictures.first.locator("img").evaluate("(image) => image.naturalWidth") > 10

    dialog.get_by_role("button", name=re.compile("Delete this 4")).click()
    question = page.locator("[data-part=confirm]")
    expect(question).to_contain_text("Delete this picture (4)?")
    question.get_by_role("button", name="No").click()
    expect(pictures).to_have_count(3)
    dialog.get_by_role("button", name=re.compile("Delete this 4")).click()
    question.get_by_role("button", name="Yes, delete").click()
    expect(pictures.locator("strong")).to_have_text(["7", "1"])
    assert status(school)["by_label"] == {"1": 1, "7": 1}

    dialog.get_by_role("button", name="Delete all").click()
    expect(question).to_contain_text("2 pictures")
    question.get_by_role("button", name="Yes, delete").click()
    expect(pictures).to_have_count(0)
    expect(dialog).to_contain_text("Nothing has been taught yet.")
    assert status(school)["corrections"] == 0


def test_exported_and_imported_into_another_profile(
    open_page: OpenPage, school: Server, tmp_path: Path
) -> None:
    page = open_page(url=school.url)
    draw(page, 4)
    expect(part(page, "glyph")).to_have_text("4")
    taught(page, "4")
    dialog = open_taught(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "palote-default.zip"
    file = tmp_path / "taught.zip"
    download.value.save_as(file)

    dialog.get_by_label("Name of another profile").fill("Ana")
    page.keyboard.press("Enter")
    chooser = part(page, "profile")
    expect(chooser).to_have_value("Ana")
    expect(dialog).to_contain_text("Nothing has been taught yet.")
    part(page, "zip").set_input_files(file)
    expect(dialog.locator(".taught-list strong")).to_have_text(["4"])
    expect(part(page, "toldThere")).to_contain_text("1 new picture.")
    assert status(school, "Ana")["by_label"] == {"4": 1}

    page.keyboard.press("Escape")
    expect(part(page, "taughtButton")).to_have_text("What Ana has taught (1)")
    page.reload()
    expect(part(page, "taughtButton")).to_have_text("What Ana has taught (1)")
    dialog = open_taught(page)
    dialog.get_by_role("button", name="Delete this profile").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(part(page, "profile")).to_have_value("default")
    expect(dialog.locator(".taught-list strong")).to_have_text(["4"])


def test_a_profile_reads_with_its_own_corrections(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    hard = learned(page)
    dialog = open_taught(page)
    dialog.get_by_label("Name of another profile").fill("Ben")
    dialog.get_by_role("button", name="Add").click()
    expect(part(page, "profile")).to_have_value("Ben")
    page.keyboard.press("Escape")
    assert reads(page, hard.strokes) != str(hard.digit)
    dialog = open_taught(page)
    part(page, "profile").select_option("default")
    page.keyboard.press("Escape")
    expect(part(page, "glyph")).to_have_text(str(hard.digit))


def test_versions_are_gone_back_to_and_learning_is_switched_off(
    open_page: OpenPage, school: Server
) -> None:
    page = open_page(url=school.url)
    hard = learned(page)
    dialog = open_taught(page)
    dialog.locator("summary").click()
    dialog.get_by_role("button", name="Go back to the network as shipped").click()
    page.get_by_role("button", name="Yes, go back").click()
    expect(part(page, "toldThere")).to_have_text("The network reads as shipped.")
    expect(part(page, "glyph")).not_to_have_text(str(hard.digit))
    dialog.get_by_role("button", name=re.compile(r"Go back to version \d")).first.click()
    page.get_by_role("button", name="Yes, go back").click()
    expect(part(page, "toldThere")).to_contain_text("reads again.")
    expect(part(page, "glyph")).to_have_text(str(hard.digit))

    dialog.get_by_label("Read with what was taught").uncheck()
    expect(part(page, "glyph")).not_to_have_text(str(hard.digit))
    page.keyboard.press("Escape")
    expect(part(page, "told")).to_have_text("Learning is switched off for this profile.")
    before = status(school)["corrections"]
    page.keyboard.press("3")
    dialog = open_taught(page)
    dialog.get_by_label("Read with what was taught").check()
    expect(part(page, "glyph")).to_have_text(str(hard.digit))
    assert status(school)["corrections"] == before


def test_a_token_for_another_device_is_shown_once(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=school.url)
    dialog = open_taught_from_button(page)
    dialog.get_by_role("button", name="Token for another device").click()
    handed = part(page, "handed")
    expect(handed).to_contain_text("Token of default: ")
    found = re.search(r"default: (\S+) ", handed.inner_text())
    assert found
    # The server's own machine needs none; that it is the right one is seen in its absence.
    assert status(school)["has_token"] is True
    dialog.get_by_role("button", name="Token for another device").click()
    page.get_by_role("button", name="Yes, make a new one").click()
    expect(handed).not_to_contain_text(found[1])
    page.keyboard.press("Escape")
    open_taught_from_button(page)
    expect(handed).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en-GB", "light", (1280, 900)), ("es-ES", "dark", (375, 812))],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page: OpenPage,
    school: Server,
    language: str,
    scheme: str,
    size: tuple[int, int],
) -> None:
    page = open_page(url=school.url, language=language, scheme=scheme, size=size)
    expect(part(page, "willBeKept")).to_be_visible()
    assert str(Axe().run(page).generate_snapshot()) == ""
    draw(page, 4)
    expect(part(page, "glyph")).to_have_text("4")
    taught(page, "4")
    assert str(Axe().run(page).generate_snapshot()) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    for button in part(page, "teach").locator("button:visible").all():
        box = button.bounding_box()
        assert box and min(box["width"], box["height"]) >= 43.5
    dialog = open_taught(page)
    expect(dialog.locator(".taught-list li")).to_have_count(1)
    dialog.locator("summary").click()
    assert str(Axe().run(page).generate_snapshot()) == ""
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    dialog.locator("[data-do=forget]").click()
    assert str(Axe().run(page).generate_snapshot()) == ""


def test_with_learning_off_the_page_is_as_it_was(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 7)
    expect(part(page, "glyph")).to_have_text("7")
    for key in "7ntu":
        page.keyboard.press(key)
    expect(part(page, "teach")).to_be_hidden()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_text("Nothing is stored.")).to_be_visible()
    expect(part(page, "privateLearning")).to_be_hidden()


def test_the_switch_stays_where_it_was_put_while_the_server_is_slow(
    open_page: OpenPage, school: Server
) -> None:
    page = open_page(url=school.url)
    learned(page)
    dialog = open_taught(page)
    held: list[Route] = []
    page.route("**/api/corrections/status*", lambda route: held.append(route))
    switch = dialog.get_by_label("Read with what was taught")
    for put, on in ((switch.uncheck, False), (switch.check, True)):
        with page.expect_request("**/api/corrections/status*"):
            put()
        page.wait_for_timeout(200)
        expect(switch).to_be_checked(checked=on)
        held.pop().continue_()
        page.wait_for_timeout(200)
        expect(switch).to_be_checked(checked=on)
