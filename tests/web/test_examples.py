"""The page's tab for programs: every example is copied from the page and run as it stands."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Missing

from .conftest import OpenPage, draw, drawing, encoded
from .test_page_people import violations

PATIENCE = 120
PROGRAMS = ("curl", "python", "javascript", "json")


def copied(page: Page, program: str) -> str:
    """Press the button beside an example; return what is in the clipboard."""
    button = page.locator(f"[data-program={program}] button")
    button.click()
    expect(button).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def tool(name: str, missing: Missing) -> str:
    found = shutil.which(name)
    if found is None:
        missing("tools", f"{name} is not installed")
    return str(found)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.stdout + done.stderr.partition("Error: ")[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photo.png").write_bytes(encoded(drawing(7)))
    return tmp_path


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("tab", name="API").click()
    expect(page.locator("[data-part=answer]")).to_be_hidden()
    return page


@pytest.mark.timeout(180)
def test_curl_runs(page: Page, folder: Path, missing: Missing) -> None:
    text = copied(page, "curl")
    assert shlex.split(text)[0] == "curl"
    answer = run(folder, tool("curl", missing), "--silent", *shlex.split(text)[1:])
    assert json.loads(answer)["text"] == "7"
    page.get_by_role("button", name="Number").click()
    expect(page.locator("[data-program=curl] code")).to_contain_text("?expect=number")
    answer = run(folder, tool("curl", missing), "--silent", *shlex.split(copied(page, "curl"))[1:])
    assert json.loads(answer)["lines"][0]["text"] == "7"


@pytest.mark.timeout(180)
def test_python_runs_and_says_what_is_wrong(page: Page, folder: Path) -> None:
    (folder / "read.py").write_text(copied(page, "python"))
    assert run(folder, sys.executable, "read.py").startswith("7 0.9")
    (folder / "photo.png").write_bytes(b"no picture")
    done = subprocess.run([sys.executable, "read.py"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("The data is text, not a picture.")


@pytest.mark.timeout(180)
def test_javascript_runs_and_says_what_is_wrong(page: Page, folder: Path, missing: Missing) -> None:
    (folder / "read.mjs").write_text(copied(page, "javascript"))
    assert run(folder, tool("node", missing), "read.mjs").startswith("7 0.9")
    (folder / "photo.png").write_bytes(b"no picture")
    assert run(folder, tool("node", missing), "read.mjs").startswith("The data is text, not")


def test_the_last_answer_is_there_as_programs_get_it(page: Page) -> None:
    block = page.locator("[data-program=json]")
    expect(block).to_contain_text("Write something on the sheet")
    expect(block.get_by_role("button")).to_be_hidden()
    page.get_by_role("tab", name="Sheet").click()
    draw(page, 7)
    expect(page.locator("[data-part=headline]")).to_have_text("Seven")
    page.get_by_role("tab", name="API").click()
    shown = json.loads(copied(page, "json"))
    picture = encoded(drawing(7))
    origin = str(page.evaluate("location.origin"))
    sent = httpx.post(f"{origin}/api/read", content=picture).json()
    assert shown["text"] == "7" and set(shown) == set(sent)
    assert set(shown["digits"][0]) == set(sent["digits"][0])


def test_the_keys_of_the_other_tabs_do_nothing_here(page: Page) -> None:
    page.get_by_role("tab", name="Sheet").click()
    draw(page, 7)
    expect(page.locator("[data-part=headline]")).to_have_text("Seven")
    page.get_by_role("tab", name="API").click()
    for key in ("Control+z", "Delete", "e", "c"):
        page.keyboard.press(key)
    page.keyboard.press("v")
    expect(page.locator("[data-part=headline]")).to_have_text("Seven")
    expect(page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "false")


def test_a_reload_comes_back_to_it(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("tab", name="API")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-program=curl] code")).to_contain_text("/api/read")


@pytest.mark.parametrize(
    ("scheme", "language", "width"),
    [("light", "en-GB", 1280), ("dark", "es-ES", 375), ("light", "es-ES", 320)],
)
def test_it_is_for_everyone(open_page: OpenPage, scheme: str, language: str, width: int) -> None:
    page = open_page(scheme=scheme, language=language, size=(width, 800), touch=width < 400)
    draw(page, 2)
    expect(page.locator("[data-part=headline]")).to_have_text("Dos" if "es" in language else "Two")
    page.get_by_role("tab", name="API").click()
    for program in PROGRAMS:
        expect(page.locator(f"[data-program={program}] code")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box and box["height"] >= 43.5
    assert violations(page) == ""


def test_where_the_clipboard_is_closed_the_page_says_so(page: Page) -> None:
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.locator("[data-program=curl] button").click()
    expect(page.locator("[data-program=curl] button")).to_have_text("Not copied: select the text")
    expect(page.locator("[data-part=programTold]")).to_have_text("Not copied: select the text")
