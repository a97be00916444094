"""What goes wrong with cameras, and what the page then tells the person to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from palote.surfaces.web import create_app

from .camera import draw_camera, headline, show, start, track_state
from .conftest import OpenPage, chromium, serving

SPANISH = {
    "none": "No hay ninguna cámara",
    "insecure": "La cámara necesita una página segura",
}


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser without a camera, for which palote.test is this machine."""
    with chromium(request, "--host-resolver-rules=MAP palote.test 127.0.0.1") as made:
        yield made


def press_start(page: Page) -> None:
    page.locator("[data-value=camera][role=tab]").click()
    page.locator("[data-do=start]").click()


def told(page: Page, headline: str, advice: str) -> None:
    expect(page.locator("[data-part=coverHead]")).to_have_text(headline)
    expect(page.locator("[data-part=coverText]")).to_contain_text(advice)
    expect(page.get_by_role("button", name=re.compile("Try again|Probar otra vez"))).to_be_visible()
    expect(page.locator("[data-part=guide]")).to_be_hidden()


def test_no_camera(open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["camera"])
    press_start(page)
    told(page, "There is no camera", "Connect one, or switch it on")
    page.get_by_role("button", name="Español").click()
    told(page, SPANISH["none"], "Conecta una o enciéndela")


def test_another_program_has_the_camera_and_then_lets_it_go(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("""() => {
        window.usual = navigator.mediaDevices.getUserMedia;
        const refusal = new DOMException("Could not start video source", "NotReadableError");
        navigator.mediaDevices.getUserMedia = () => Promise.reject(refusal);
    }""")
    press_start(page)
    told(page, "The camera is in use", "Close the other program")
    draw_camera(page, 4)
    show(page, 4)
    page.get_by_role("button", name="Try again").click()
    headline(page, "Four")


def test_what_the_browser_says_of_an_unknown_fault_is_passed_on(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("""() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new TypeError("broken driver"));
    }""")
    press_start(page)
    told(page, "The camera does not start", "The browser says: broken driver")


def test_a_camera_that_is_unplugged(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 4)
    start(page)
    page.evaluate("window.tracks[0].dispatchEvent(new Event('ended'))")
    told(page, "The camera has gone", "Connect it and try again")
    assert track_state(page) == "ended"


@pytest.mark.parametrize("language", ["en-GB", "es-ES"])
def test_a_page_that_is_not_secure(open_page: OpenPage, language: str) -> None:
    with serving(create_app(hosts=["palote.test"])) as server:
        page = open_page(url=f"http://palote.test:{server.port}", language=language)
        assert page.evaluate("isSecureContext") is False
        press_start(page)
        english = language == "en-GB"
        told(
            page,
            "The camera needs a secure page" if english else SPANISH["insecure"],
            "for a phone" if english else "para un teléfono",
        )
        commands = page.locator("[data-part=coverText] code").all_inner_texts()
        assert commands == [
            "palote serve --https",
            "palote serve --lan",
            f"http://localhost:{server.port}",
        ]


def test_a_browser_that_lends_no_camera(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    press_start(page)
    told(page, "This browser lends no camera to pages", "Open this page in a current")


def test_the_server_goes_and_comes_back(open_page: OpenPage) -> None:
    with serving(create_app()) as first:
        page = open_page(url=first.url)
        draw_camera(page, 6)
        start(page)
        headline(page, "No digit")
        first.stop()
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
        expect(page.get_by_role("alert")).to_contain_text("palote serve")
        show(page, 6)
        with serving(create_app(), first.port):
            headline(page, "Six")
            expect(page.locator("[data-part=away]")).to_be_hidden()


def test_a_busy_server_is_called_busy(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 6)
    show(page, 6)

    def busy(route: Route) -> None:
        route.fulfill(status=503, json={"code": "busy", "detail": "Too much at once."})

    page.route(re.compile("/api/read|/readyz"), busy)
    start(page)
    expect(page.get_by_role("alert")).to_contain_text("The server is busy")
    page.unroute_all(behavior="ignoreErrors")
    headline(page, "Six")
    expect(page.locator("[data-part=away]")).to_be_hidden()


def test_a_refusal_is_told_and_the_page_does_not_hurry_to_hear_it_again(
    open_page: OpenPage,
) -> None:
    page = open_page()
    draw_camera(page, 6)
    show(page, 6)

    def refuse(route: Route) -> None:
        route.fulfill(status=404, json={"code": "model-not-found", "detail": "There is no model."})

    page.route(re.compile("/api/read"), refuse)
    start(page)
    headline(page, "This cannot be read")
    expect(page.locator("[data-part=sure]")).to_have_text("There is no model.")
    page.wait_for_function("() => window.asked.length >= 4")
    second, *_, last = page.evaluate("window.asked.slice(1, 4)")
    assert last - second > 3000
    page.unroute_all(behavior="ignoreErrors")
    headline(page, "Six")
