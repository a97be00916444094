"""Where the network looked: the switch on the page, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import OpenPage, draw

SWITCH = {"en": "Where it looked", "es": "En qué se fijó"}


def overlay(page: Page) -> bool:
    """Whether the network's view has a picture over it, of its size and with colour in it."""
    return bool(
        page.evaluate("""() => {
            const [ink, image] = document.querySelectorAll(".pixels img");
            if (image.hidden || !image.complete) return false;
            const [a, b] = [ink, image].map((one) => JSON.stringify(one.getBoundingClientRect()));
            const canvas = new OffscreenCanvas(28, 28);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const { data } = context.getImageData(0, 0, 28, 28);
            return a === b && image.naturalWidth === 28
                && data.some((value, i) => i % 4 === 3 && value > 200);
        }""")
    )


def test_the_switch_shows_and_hides_it_and_nothing_jumps(open_page: OpenPage) -> None:
    page = open_page()
    asked: list[bool] = []
    page.on(
        "request",
        lambda one: "/api/read" in one.url and asked.append("saliency=true" in one.url),
    )
    draw(page, 7)
    expect(page.locator("[data-part=glyph]")).to_have_text("7")
    page.wait_for_timeout(300)
    assert asked and not any(asked), "it costs time, so that it is not asked for unseen"
    height = page.evaluate("document.documentElement.scrollHeight")
    assert not overlay(page)

    count = len(asked)
    page.get_by_label(SWITCH["en"]).check()
    expect(page.locator("[data-part=saliency]")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-part=saliency]').complete")
    assert overlay(page)
    assert asked[count:] == [True]
    expect(page.locator("[data-part=legend]")).to_be_visible()
    expect(page.locator("[data-part=legend]")).to_contain_text("Orange ink spoke for 7,")
    expect(page.locator("[data-part=plain]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") == height

    page.get_by_label(SWITCH["en"]).uncheck()
    expect(page.locator("[data-part=saliency]")).to_be_hidden()
    expect(page.locator("[data-part=plain]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") == height
    count = len(asked)
    with page.expect_response(re.compile("/api/read")):
        page.get_by_role("button", name="Read", exact=True).click()
    assert asked[count:] == [False]


@pytest.mark.parametrize(("language", "digit"), [("en", 3), ("es", 4)])
def test_the_key_works_and_the_choice_is_remembered(
    open_page: OpenPage, language: str, digit: int
) -> None:
    page = open_page(language=language, size=(375, 812))
    page.keyboard.press("s")
    expect(page.get_by_label(SWITCH[language])).to_be_checked()
    page.reload()
    expect(page.get_by_label(SWITCH[language])).to_be_checked()
    draw(page, digit)
    expect(page.locator("[data-part=saliency]")).to_be_visible()
    expect(page.locator("[data-part=for]")).to_have_text(re.compile(rf" {digit}[,;]$"))
    page.keyboard.press("Delete")
    expect(page.locator("[data-part=saliency]")).to_be_hidden()
    expect(page.locator("[data-part=for]")).to_have_text(re.compile(r" …[,;]$"))
    page.keyboard.press("s")
    expect(page.get_by_label(SWITCH[language])).not_to_be_checked()


def test_the_words_know_the_size_of_the_networks_patch(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 5)
    expect(page.locator("[data-part=inkText]")).to_contain_text("28 × 28")

    def larger(route: Route) -> None:
        content = route.fetch().json()
        content["models"][0]["card"]["ink"]["size"] = 96
        route.fulfill(json=content)

    page.route("**/api/models", larger)
    page.reload()
    expect(page.locator("[data-part=inkText]")).to_contain_text("96 × 96")
    expect(page.locator("[data-name=centred] span")).to_contain_text("96 × 96")
    grid = "pixels => getComputedStyle(pixels).getPropertyValue('--size')"
    assert page.locator("[data-part=pixels]").evaluate(grid) == "1", "too fine for a grid"
