"""Drawing on the page, in a real browser: the answer, undo, live, what is sent."""

from __future__ import annotations

import itertools
import re
import time

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Request, Route, expect

from palote.surfaces.web import create_app

from .conftest import OpenPage, bodies, draw, serving

NAMES = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]


def glyph(page: Page, text: str) -> None:
    expect(page.locator("[data-part=glyph]")).to_have_text(text)


def ink_on(page: Page) -> int:
    """How many of the canvas's pixels have ink on them."""
    return int(
        page.evaluate("""() => {
            const canvas = document.querySelector("canvas");
            const side = canvas.width;
            const { data } = canvas.getContext("2d").getImageData(0, 0, side, side);
            return data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }""")
    )


def readings(page: Page) -> list[Request]:
    """The requests for a reading that the page will have made."""
    made: list[Request] = []
    page.on("request", lambda request: "/api/read" in request.url and made.append(request))
    return made


@pytest.mark.parametrize(("digit", "name"), list(enumerate(NAMES)))
def test_the_page_reads_each_of_the_ten_digits(open_page: OpenPage, digit: int, name: str) -> None:
    page = open_page()
    draw(page, digit)
    glyph(page, str(digit))
    expect(page.locator("[data-part=headline]")).to_have_text(name)


def test_the_answer_shows_all_that_the_reader_said(open_page: OpenPage) -> None:
    page = open_page()
    with page.expect_response(re.compile("/api/read")) as waiting:
        draw(page, 7)
    assert waiting.value.ok
    glyph(page, "7")
    expect(page.locator("[data-part=sure]")).to_have_text(re.compile(r"^[A-Z][a-z ]+: \d\d\.\d%$"))
    bars = page.locator(".bars li")
    assert bars.count() == 10
    expect(page.locator(".bars li.best .digit")).to_have_text("7")
    numbers = page.locator(".bars .number").all_inner_texts()
    assert all(re.fullmatch(r"\d\d?\.\d%", number) for number in numbers)
    assert sum(float(number[:-1]) for number in numbers) == pytest.approx(100, abs=1.1)
    for image in page.locator(".stages img, .pixels img[src]").all():
        assert image.evaluate("image => image.complete && image.naturalWidth") >= 28
    assert page.locator(".stages img:visible").count() == 5
    size = "image => [image.naturalWidth, image.naturalHeight]"
    assert page.locator("[data-part=ink]").evaluate(size) == [28, 28]
    expect(page.locator("[aria-live]").first).to_have_text(re.compile(r"^Seven\. "))


def test_the_answer_comes_while_the_pen_is_still_down(open_page: OpenPage) -> None:
    page = open_page()
    box = page.locator("canvas").bounding_box()
    assert box
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + side / 2, y + side * 0.2)
    page.mouse.down()
    page.mouse.move(x + side / 2, y + side * 0.8, steps=12)
    glyph(page, "1")
    page.mouse.up()


def test_one_request_at_a_time_and_the_latest_drawing_wins(open_page: OpenPage) -> None:
    page = open_page()
    made: list[Route] = []

    def hold_the_first(route: Route) -> None:
        made.append(route)
        if len(made) > 1:
            route.continue_()

    page.route("**/api/read*", hold_the_first)
    draw(page, 2)
    page.wait_for_timeout(300)
    page.keyboard.press("Delete")
    draw(page, 3)
    page.wait_for_timeout(300)
    assert len(made) == 1
    made[0].continue_()
    glyph(page, "3")
    page.wait_for_timeout(300)
    glyph(page, "3")
    assert len(made) == 2


def test_what_is_sent_is_a_small_grey_crop(open_page: OpenPage) -> None:
    page = open_page()
    made = readings(page)
    sent = bodies(page)
    draw(page, 4, longer=0.25)
    glyph(page, "4")
    page.wait_for_timeout(200)
    body = sent()[-1]
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.ndim == 2
    assert max(picture.shape) == 112
    assert len(body) < 5000
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert border.min() == 255
    assert picture.min() == 0
    assert "image/png" in made[-1].headers["content-type"]


def test_thin_strokes_do_not_fade_in_the_crop(open_page: OpenPage) -> None:
    page = open_page()
    darkest = page.evaluate("""async () => {
        const { crop } = await import("/static/js/ink.js");
        const { width, height, pixels } = crop([{ width: 4, points: [50, 50, 950, 930] }]);
        const row = pixels.subarray((height >> 1) * width, ((height >> 1) + 1) * width);
        return [width, height, Math.min(...row)];
    }""")
    assert darkest[0] == 112
    assert darkest[2] == 0


def test_a_dot_stays_a_dot(open_page: OpenPage) -> None:
    page = open_page()
    share = page.evaluate("""async () => {
        const { crop } = await import("/static/js/ink.js");
        const { pixels } = crop([{ width: 40, points: [500, 500] }]);
        return pixels.filter((value) => value < 128).length / pixels.length;
    }""")
    assert 0.005 < share < 0.03


def test_undo_redo_and_clear(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 5)
    expect(page.locator("[data-part=headline]")).to_have_text("Five")
    whole = ink_on(page)
    page.locator("[data-do=clear]").click()
    glyph(page, "///")
    assert ink_on(page) == 0
    page.locator("[data-do=undo]").click()
    glyph(page, "5")
    assert ink_on(page) == whole
    page.keyboard.press("Control+z")
    page.wait_for_timeout(100)
    assert 0 <= ink_on(page) < whole
    page.keyboard.press("Control+Shift+z")
    glyph(page, "5")
    assert ink_on(page) == whole
    page.keyboard.press("Control+y")
    page.wait_for_timeout(100)
    assert ink_on(page) == 0
    assert page.locator("[data-do=redo]").get_attribute("aria-disabled") == "true"


def test_without_live_nothing_is_sent_until_read_is_pressed(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Live").uncheck()
    made = readings(page)
    draw(page, 6)
    page.wait_for_timeout(400)
    assert made == []
    expect(page.locator("[data-part=sure]")).to_have_text("Press Read when you have finished.")
    page.get_by_role("button", name="Read", exact=True).click()
    glyph(page, "6")
    assert len(made) == 1


def test_the_pen_width_changes_the_stroke_and_is_remembered(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 1)
    usual = ink_on(page)
    page.keyboard.press("Delete")
    for _ in range(3):
        page.keyboard.press("]")
    draw(page, 1)
    page.wait_for_timeout(100)
    assert ink_on(page) > usual * 1.3
    page.reload()
    assert page.locator("[data-part=pen]").input_value() == "64"
    page.get_by_label("Pen width").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("[data-part=pen]").input_value() == "56"


def test_an_example_is_written_and_read(open_page: OpenPage) -> None:
    page = open_page(motion="no-preference")
    made = readings(page)
    page.get_by_role("button", name="Write one for me").click()
    expect(page.locator("[data-part=answer]")).to_have_attribute("data-kind", "ok")
    page.wait_for_timeout(900)
    assert len(made) > 1
    assert ink_on(page) > 0


def test_every_example_reads_as_what_it_is(open_page: OpenPage) -> None:
    page = open_page()
    read = page.evaluate("""async () => {
        const [{ written }, { crop }, { encode }, { read }] = await Promise.all(
            ["examples", "ink", "png", "api"].map((name) => import(`/static/js/${name}.js`)));
        const texts = [];
        for (let digit = 0; digit < 10; digit++) {
            const strokes = written(digit).map((points) => ({ width: 40, points }));
            const picture = await encode(crop(strokes));
            texts.push((await read(picture, { clean: "auto", model: null })).text);
        }
        return texts.join("");
    }""")
    assert read == "0123456789"


def test_cleaning_and_model_can_be_chosen(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, 8)
    glyph(page, "8")
    options = page.get_by_label("Cleaning").locator("option").all_inner_texts()
    assert options == ["Automatic", "Otsu", "Adaptive", "CLAHE", "None"]
    with page.expect_request(re.compile("/api/read.*clean=otsu")):
        page.get_by_label("Cleaning").select_option("otsu")
    glyph(page, "8")
    assert page.get_by_label("Model").input_value() == "default"


def test_while_the_server_is_away_the_page_says_so_and_recovers(open_page: OpenPage) -> None:
    with serving(create_app()) as first:
        page = open_page(url=first.url)
        port = first.port
        first.stop()
        draw(page, 9)
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
        drawn = ink_on(page)
        with serving(create_app(), port):
            glyph(page, "9")
            expect(page.locator("[data-part=away]")).to_be_hidden()
            assert ink_on(page) == drawn


def test_knocks_less_and_less_often(open_page: OpenPage) -> None:
    page = open_page()
    knocks: list[float] = []

    def refuse(route: Route) -> None:
        if "readyz" in route.request.url:
            knocks.append(time.monotonic())
        route.abort()

    page.route(re.compile("/api/|/readyz"), refuse)
    draw(page, 1)
    page.wait_for_timeout(4000)
    gaps = [late - early for early, late in itertools.pairwise(knocks)]
    assert 2 <= len(knocks) <= 4
    assert gaps == sorted(gaps)
    page.unroute_all(behavior="ignoreErrors")
    glyph(page, "1")
