"""The camera's tab with a film for a camera: reading, pace, freezing, letting go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .camera import NAMES, NO_DIGIT, hide, start, track_state, watch
from .conftest import OpenPage, chromium
from .film import Paper, scenes, write

SHOWN, BLANK = 1.0, 0.7
"""Seconds that each digit of the film, and the bare sheet after it, can be seen."""


@pytest.fixture(scope="module")
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose camera sees the ten digits come and go."""
    path = tmp_path_factory.mktemp("film") / "digits.mjpeg"
    write(path, scenes(range(10), SHOWN, BLANK, Paper()))
    arguments = (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
    with chromium(request, *arguments) as made:
        yield made


def wait_for_a_digit(page: Page) -> str:
    names = "|".join(NAMES)
    page.wait_for_function(
        "(names) => names.split('|').includes("
        "document.querySelector('[data-part=headline]').textContent)",
        arg=names,
    )
    return page.locator("[data-part=headline]").inner_text()


def in_turn(digits: list[int]) -> bool:
    """Whether they follow one another as in the film; a slow machine may miss a few."""
    return all((after - before) % 10 in (1, 2, 3) for before, after in itertools.pairwise(digits))


def test_each_digit_of_the_film_is_read_and_the_bare_sheet_is_none(open_page: OpenPage) -> None:
    page = open_page()
    watch(page)
    page.evaluate("""() => {
        window.told = [];
        const headline = document.querySelector("[data-part=headline]");
        const note = () => window.told.push(headline.textContent);
        new MutationObserver(note).observe(headline, { childList: true });
    }""")
    start(page)
    page.wait_for_function(
        "(names) => names.every((name) => window.told.includes(name))", arg=NAMES, timeout=50_000
    )
    told = [text for text in page.evaluate("window.told") if text in (*NAMES, NO_DIGIT)]
    digits = [NAMES.index(text) for text in told if text != NO_DIGIT]
    assert in_turn(digits), told
    assert told.count(NO_DIGIT) >= len(digits) / 2
    confirmed = [int(text) for text in page.locator("[data-part=list] li").all_inner_texts()]
    assert len(confirmed) >= 3
    assert in_turn(confirmed), confirmed
    assert page.evaluate("window.most") == 1
    assert len(page.evaluate("window.asked")) > 30


def test_bars_and_stages_follow_the_frame(open_page: OpenPage) -> None:
    page = open_page()
    start(page)
    name = wait_for_a_digit(page)
    page.keyboard.press("Space")
    expect(page.locator("[data-part=frozen]")).to_be_visible()
    expect(page.locator(".stages img:visible")).to_have_count(5)
    expect(page.locator(".bars li.best .digit")).to_have_text(str(NAMES.index(name)))
    size = page.locator("[data-name=original] img").evaluate("(image) => image.naturalWidth")
    assert size == 224
    mark = page.locator("[data-part=seen] .mark").bounding_box()
    guide = page.locator("[data-part=guide]").bounding_box()
    assert mark and guide
    assert guide["x"] < mark["x"] < mark["x"] + mark["width"] < guide["x"] + guide["width"]
    assert 0.4 < mark["height"] / guide["height"] < 0.8


def test_every_two_seconds_means_every_two_seconds(open_page: OpenPage) -> None:
    page = open_page()
    watch(page)
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Every 2 s").click()
    start(page)
    page.wait_for_function("() => window.asked.length >= 4")
    first, *_, last = page.evaluate("window.asked.slice(0, 4)")
    assert 5500 < last - first < 10_000
    assert page.evaluate("window.most") == 1


def test_stop_lets_the_camera_go(open_page: OpenPage) -> None:
    page = open_page()
    watch(page)
    start(page)
    wait_for_a_digit(page)
    assert track_state(page) == "live"
    page.get_by_role("button", name="Stop").click()
    page.wait_for_function("() => window.tracks.at(-1).readyState === 'ended'")
    assert page.evaluate("document.querySelector('video').srcObject") is None
    expect(page.locator("[data-part=headline]")).to_have_text("The camera is off")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    asked = page.evaluate("window.asked.length")
    page.wait_for_timeout(400)
    assert page.evaluate("window.asked.length") == asked


def test_a_frozen_picture_stays_and_can_be_let_go(open_page: OpenPage) -> None:
    page = open_page()
    start(page)
    name = wait_for_a_digit(page)
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_role("button", name="Freeze")).to_have_attribute("aria-pressed", "true")
    still = page.locator(".finder canvas")
    before = still.evaluate("(canvas) => canvas.toDataURL()")
    seen = page.locator("video").evaluate("(video) => video.currentTime")
    page.wait_for_function(
        "(seen) => document.querySelector('video').currentTime > seen + 1.5", arg=seen
    )
    expect(page.locator("[data-part=headline]")).to_have_text(name)
    assert still.evaluate("(canvas) => canvas.toDataURL()") == before
    page.get_by_role("button", name="Freeze").click()
    expect(still).to_have_count(0)
    expect(page.locator("[data-part=headline]")).not_to_have_text(name)


@pytest.mark.parametrize("way", ["tab of the page", "tab of the browser"])
def test_out_of_sight_the_camera_is_let_go_and_comes_back(open_page: OpenPage, way: str) -> None:
    page = open_page()
    watch(page)
    start(page)
    wait_for_a_digit(page)
    if way == "tab of the page":
        page.get_by_role("tab", name="Sheet").click()
    else:
        hide(page, True)
    page.wait_for_function("() => window.tracks.at(-1).readyState === 'ended'")
    asked = page.evaluate("window.asked.length")
    page.wait_for_timeout(400)
    assert page.evaluate("window.asked.length") <= asked + 1
    if way == "tab of the page":
        page.get_by_role("tab", name="Camera").click()
    else:
        hide(page, False)
    page.wait_for_function("() => window.tracks.length === 2")
    page.wait_for_function("(asked) => window.asked.length > asked + 1", arg=asked)
    assert track_state(page) == "live"


def test_a_reload_comes_back_to_the_tab_but_does_not_start_the_camera(open_page: OpenPage) -> None:
    page = open_page()
    start(page)
    page.reload()
    expect(page.get_by_role("tab", name="Camera")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    page.get_by_role("tab", name="Sheet").click()
    assert "#" not in page.url


def test_who_refuses_is_told_what_to_do_and_may_change_their_mind(open_page: OpenPage) -> None:
    page = open_page(language="es-ES")
    page.get_by_role("tab", name="Cámara").click()
    page.get_by_role("button", name="Encender la cámara").click()
    advice = page.locator("[data-part=cover]")
    expect(advice).to_contain_text("La cámara no está permitida")
    expect(advice).to_contain_text("permite la cámara en esta página")
    page.get_by_role("button", name="English").click()
    expect(advice).to_contain_text("The camera is not allowed")
    page.context.grant_permissions(["camera"])
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-part=guide]")).to_be_visible()
