"""The camera's frame guide: what is in it is read; mouse, keys and fingers move and size it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from playwright.sync_api import FloatRect, Page, expect

from .camera import NO_DIGIT, draw_camera, headline, show, start
from .conftest import OpenPage, bodies


def box(page: Page, part: str) -> FloatRect:
    found = page.locator(f"[data-part={part}]").bounding_box()
    assert found
    return found


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_only_what_is_in_the_frame_is_read(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 5, share=0.3)
    start(page)
    show(page, 5)
    headline(page, "Five")
    finder, guide = box(page, "finder"), box(page, "guide")
    corner = guide["x"] + guide["width"] - 3, guide["y"] + guide["height"] - 3
    drag(page, corner, (finder["x"] + finder["width"] * 0.35, finder["y"] + finder["height"] * 0.4))
    headline(page, NO_DIGIT)
    small = box(page, "guide")
    assert small["width"] < guide["width"] / 2
    assert (small["x"], small["y"]) == pytest.approx((guide["x"], guide["y"]), abs=1.5)
    page.get_by_role("button", name="Stop").click()
    start(page)
    assert box(page, "guide") == pytest.approx(small, abs=1)


def test_the_frame_is_moved_with_the_mouse_with_a_click_and_with_keys(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 5, share=0.3)
    start(page)
    finder, guide = box(page, "finder"), box(page, "guide")
    middle = guide["x"] + guide["width"] / 2, guide["y"] + guide["height"] / 2
    drag(page, middle, (middle[0] - 60, middle[1] - 20))
    moved = box(page, "guide")
    assert moved["x"] == pytest.approx(guide["x"] - 60, abs=2)
    assert moved["y"] == pytest.approx(guide["y"] - 20, abs=2)
    assert moved["width"] == pytest.approx(guide["width"], abs=1)

    page.mouse.click(finder["x"] + finder["width"] - 8, finder["y"] + finder["height"] / 2)
    expect(page.locator("[data-part=guide]")).to_be_visible()
    page.wait_for_function(
        "(x) => document.querySelector('[data-part=guide]').getBoundingClientRect().x > x",
        arg=guide["x"] + 20,
    )
    clicked = box(page, "guide")
    assert clicked["x"] + clicked["width"] <= finder["x"] + finder["width"] + 1

    page.locator("[data-part=guide]").focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function(
        "(x) => document.querySelector('[data-part=guide]').getBoundingClientRect().x < x - 5",
        arg=clicked["x"],
    )
    before = box(page, "guide")
    page.keyboard.press("-")
    page.wait_for_function(
        "(w) => document.querySelector('[data-part=guide]').getBoundingClientRect().width < w - 5",
        arg=before["width"],
    )
    expect(page.locator("[data-part=guideSpoken]")).to_contain_text("% wide")


def test_the_size_of_the_frame_has_a_slider(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page)
    start(page)
    before = box(page, "guide")
    slider = page.get_by_label("Size of the frame")
    assert slider.input_value() == "70"
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("50")
    page.wait_for_function(
        "(w) => document.querySelector('[data-part=guide]').getBoundingClientRect().width < w",
        arg=before["width"] * 0.75,
    )
    after = box(page, "guide")
    assert after["width"] == pytest.approx(before["width"] * 5 / 7, abs=2)
    assert after["x"] + after["width"] / 2 == pytest.approx(
        before["x"] + before["width"] / 2, abs=1.5
    )


def test_what_is_sent_is_a_small_crop(open_page: OpenPage) -> None:
    page = open_page()
    draw_camera(page, 8)
    show(page, 8)
    sent = bodies(page)
    start(page)
    headline(page, "Eight")
    body = sent()[-1]
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape == (224, 224)
    assert len(body) < 20_000
    rows, columns = np.nonzero(picture < 110)
    assert np.ptp(rows) == pytest.approx(0.42 / 0.7 * 224, abs=20)
    assert 30 < columns.min() < columns.max() < 194


def test_a_finger_moves_the_frame_and_scrolls_beside_it(open_page: OpenPage) -> None:
    page = open_page(size=(375, 812), touch=True)
    draw_camera(page)
    start(page)
    session = page.context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        points = np.linspace(start, end, 12)
        for number, (x, y) in enumerate(points):
            kind = "touchMove" if number else "touchStart"
            point = {"x": float(x), "y": float(y)}
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = box(page, "guide")
    middle = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    swipe(middle, (middle[0] + 40, middle[1] + 20))
    page.wait_for_function(
        "(x) => document.querySelector('[data-part=guide]').getBoundingClientRect().x > x + 30",
        arg=before["x"],
    )
    assert page.evaluate("scrollY") == 0
    swipe((180, 780), (180, 400))
    page.wait_for_function("scrollY > 100")
