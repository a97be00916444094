"""Teaching from another device: the page asks for the token once; and the camera's tab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from palote.settings import Settings
from palote.surfaces.web import create_app

from .conftest import OpenPage, Server, chromium, draw, serving


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser for which palote.test is this machine, by a name that is not this machine's."""
    with chromium(request, "--host-resolver-rules=MAP palote.test 127.0.0.1") as made:
        yield made


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Server]:
    own = replace(Settings.from_environment(), data_dir=tmp_path)
    with serving(create_app(own, learn=True, hosts=["palote.test"])) as running:
        yield running


def token_of(school: Server, profile: str) -> str:
    """A new token, made on the server's machine."""
    httpx.post(f"{school.url}/api/profiles", params={"name": profile})
    answer = httpx.post(f"{school.url}/api/profiles/{profile}/token")
    return str(answer.json()["token"])


def corrections(school: Server, profile: str) -> int:
    answer = httpx.get(f"{school.url}/api/corrections/status", params={"profile": profile})
    return int(answer.json()["corrections"])


def drawn(page: Page, digit: int) -> None:
    draw(page, digit)
    expect(page.locator("[data-part=glyph]")).to_have_text(str(digit))


def test_the_token_is_asked_for_once(open_page: OpenPage, school: Server) -> None:
    token = token_of(school, "Ana")
    page = open_page(url=f"http://palote.test:{school.port}")
    expect(page.get_by_role("button", name="Enter the token")).to_be_visible()
    drawn(page, 7)
    page.keyboard.press("7")
    dialog = page.get_by_role("dialog", name="Token")
    field = dialog.get_by_label("Token")
    expect(field).to_be_focused()
    field.fill("wrong")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This token is not valid.")
    assert corrections(school, "Ana") == 0
    field.fill(token)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    told = page.locator("[data-part=told]")
    expect(told).to_have_attribute("data-kind", re.compile("good|kept"))
    assert corrections(school, "Ana") == 1 and corrections(school, "default") == 0
    expect(page.locator("[data-part=taughtButton]")).to_have_text("What I have taught (1)")
    assert token not in page.content()
    assert token not in str(page.evaluate("Object.entries(localStorage)"))

    page.reload()
    expect(page.locator("[data-part=taughtButton]")).to_have_text("What I have taught (1)")
    drawn(page, 1)
    page.keyboard.press("1")
    expect(told).to_have_attribute("data-kind", re.compile("good|kept"))
    assert corrections(school, "Ana") == 2
    page.keyboard.press("t")
    taught = page.locator("dialog.taught")
    expect(taught.locator(".taught-list strong")).to_have_text(["1", "7"])
    expect(taught.locator("[data-part=addProfile]")).to_be_hidden()
    expect(taught.locator("[data-do=token]")).to_be_hidden()
    expect(taught).to_contain_text("on the computer where Palote runs")


def test_a_token_that_was_replaced_is_asked_for_again(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=f"http://palote.test:{school.port}", language="es-ES")
    page.get_by_role("button", name="Introducir el código").click()
    dialog = page.get_by_role("dialog", name="Código")
    dialog.get_by_label("Código").fill(token_of(school, "Ana"))
    dialog.get_by_role("button", name="Continuar").click()
    expect(dialog).to_be_hidden()
    new = token_of(school, "Ana")
    drawn(page, 4)
    page.keyboard.press("4")
    expect(dialog).to_contain_text("Este código no vale.")
    dialog.get_by_label("Código").fill(new)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-part=told]")).to_have_attribute("data-kind", re.compile("good|kept"))
    assert corrections(school, "Ana") == 1


def test_without_a_token_everything_else_works(open_page: OpenPage, school: Server) -> None:
    page = open_page(url=f"http://palote.test:{school.port}")
    drawn(page, 3)
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Token")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Delete")
    expect(page.locator("[data-part=glyph]")).to_have_text("///")
    drawn(page, 2)
    assert corrections(school, "default") == 0
