"""What the camera's tab decides without a camera: agreement, guide, list, voice, keys."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence
from typing import TypedDict

import pytest
from playwright.sync_api import Page

from .conftest import OpenPage


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


class Told(TypedDict):
    shown: str | None
    confirmed: str | None


def told(page: Page, frames: list[tuple[str | None, int]], pace: str = "live") -> list[Told]:
    """What is told after each frame: its digit (or None) and its time in milliseconds."""
    answer: list[Told] = page.evaluate(
        """async ([frames, pace]) => {
            const { NOTHING_YET, observe, PACES } = await import("/static/js/camera/steady.js");
            let steady = NOTHING_YET;
            return frames.map(([value, at]) => {
                steady = observe(steady, value, at, PACES[pace]);
                return { shown: steady.shown, confirmed: steady.confirmed };
            });
        }""",
        [frames, pace],
    )
    return answer


def test_one_odd_frame_changes_nothing(page: Page) -> None:
    frames = ["7", "7", "1", "7", None, "7", "7"]
    shown = [one["shown"] for one in told(page, [(v, 50 * i) for i, v in enumerate(frames)])]
    assert shown == ["7"] * 7


def test_what_stays_is_shown_and_then_confirmed(page: Page) -> None:
    frames = [(None, 0), ("4", 100), ("4", 200), ("4", 600), ("4", 700), ("4", 800)]
    answers = told(page, frames)
    assert [one["shown"] for one in answers] == [None, None, "4", "4", "4", "4"]
    assert [one["confirmed"] for one in answers] == [None, None, None, None, "4", "4"]


def test_few_slow_frames_confirm_no_less_than_many_fast_ones(page: Page) -> None:
    answers = told(page, [("4", 0), ("4", 900), ("4", 1800)])
    assert [one["confirmed"] for one in answers] == [None, None, "4"]


def test_a_confirmed_digit_counts_again_only_after_it_was_away(page: Page) -> None:
    def confirmations(frames: Sequence[str | None]) -> int:
        answers = told(page, [(value, 100 * i) for i, value in enumerate(frames)])
        values = [None, *(one["confirmed"] for one in answers)]
        return sum(a != b and b is not None for a, b in itertools.pairwise(values))

    assert confirmations(["7"] * 10 + [None] * 2 + ["7"] * 10) == 1
    assert confirmations(["7"] * 10 + [None] * 8 + ["7"] * 10) == 2
    assert confirmations(["7"] * 10 + ["1"] * 2 + ["7"] * 10) == 1
    assert confirmations(["7"] * 10 + ["1"] * 8 + ["7"] * 10) == 3


def test_every_two_seconds_each_answer_is_shown_and_two_confirm(page: Page) -> None:
    frames = [("3", 0), (None, 2000), ("5", 4000), ("5", 6000)]
    answers = told(page, frames, "slow")
    assert [one["shown"] for one in answers] == ["3", None, "5", "5"]
    assert [one["confirmed"] for one in answers] == [None, None, None, "5"]


def test_a_frozen_picture_confirms_nothing(page: Page) -> None:
    answers = told(page, [("3", 1000 * i) for i in range(5)], "frozen")
    assert {one["confirmed"] for one in answers} == {None}
    assert answers[0]["shown"] == "3"


Box = dict[str, float]


def guide(page: Page, call: str) -> Box:
    box: Box = page.evaluate(
        f"""async () => {{
            const g = await import("/static/js/camera/guide.js");
            const one = {{ x: 0.2, y: 0.2, width: 0.4, height: 0.4 }};
            return g.{call};
        }}"""
    )
    return box


def test_the_first_guide_is_a_square_in_the_middle(page: Page) -> None:
    for aspect in (4 / 3, 3 / 4):
        box = guide(page, f"usual({aspect})")
        assert box["width"] == pytest.approx(box["height"])
        assert box["x"] + box["width"] / 2 == pytest.approx(aspect / 2)
        assert box["y"] + box["height"] / 2 == pytest.approx(0.5)
        assert box["width"] <= aspect


def test_a_guide_never_leaves_the_picture(page: Page) -> None:
    assert guide(page, "moved(one, 9, -9, 4 / 3)") == pytest.approx(
        {"x": 4 / 3 - 0.4, "y": 0, "width": 0.4, "height": 0.4}
    )
    assert guide(page, "pulled(one, 'se', 9, 9, 1)") == pytest.approx(
        {"x": 0.2, "y": 0.2, "width": 0.8, "height": 0.8}
    )
    assert guide(page, "sized(one, 5, 4 / 3)") == pytest.approx(
        {"x": 0, "y": 0, "width": 4 / 3, "height": 1}
    )


def test_a_pulled_corner_leaves_the_opposite_one_where_it_is(page: Page) -> None:
    box = guide(page, "pulled(one, 'nw', 0.1, 0.3, 4 / 3)")
    assert box == pytest.approx({"x": 0.1, "y": 0.3, "width": 0.5, "height": 0.3})
    box = guide(page, "pulled(one, 'nw', 5, 5, 4 / 3)")
    assert box["x"] + box["width"] == pytest.approx(0.6)
    assert box["width"] == pytest.approx(box["height"])
    assert 0 < box["width"] < 0.2


def test_keys_move_and_size_the_guide(page: Page) -> None:
    event = "{{ key: '{}', shiftKey: {} }}"
    right = guide(page, f"keyed(one, {event.format('ArrowRight', 'false')}, 1)")
    far = guide(page, f"keyed(one, {event.format('ArrowDown', 'true')}, 1)")
    larger = guide(page, f"keyed(one, {event.format('+', 'false')}, 1)")
    assert 0.2 < right["x"] < far["y"]
    assert larger["width"] > 0.4
    assert larger["x"] + larger["width"] / 2 == pytest.approx(0.4)
    assert guide(page, f"keyed(one, {event.format('q', 'false')}, 1)") is None


def test_the_guide_in_pixels(page: Page) -> None:
    assert guide(page, "pixelsOf(one, 640, 480)") == {"x": 96, "y": 96, "width": 192, "height": 192}
    edge = "{ x: 4 / 3 - 0.12, y: 0.88, width: 0.12, height: 0.12 }"
    box = guide(page, f"pixelsOf({edge}, 641, 481)")
    assert box["x"] + box["width"] <= 641
    assert box["y"] + box["height"] <= 481


@pytest.mark.parametrize(
    ("language", "locale", "separator", "decimal"),
    [("en", "en-GB", ",", "."), ("es", "es-ES", ";", ","), ("es", "es-MX", ",", ".")],
)
def test_the_list_as_a_file_and_for_the_clipboard(
    page: Page, language: str, locale: str, separator: str, decimal: str
) -> None:
    both = page.evaluate(
        """async ([language, locale]) => {
            const { csv, tabbed } = await import("/static/js/camera/list.js");
            const { wordsOf } = await import("/static/js/i18n.js");
            const at = new Date(2031, 4, 6, 7, 8, 9).getTime();
            const list = [["7", 0.98765], ["0", 1]].map(
                ([value, confidence]) => ({ value, confidence, at }));
            return [csv, tabbed].map((make) => make(list, wordsOf(language), locale));
        }""",
        [language, locale],
    )
    assert both[0].startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(both[0][1:], newline=""), delimiter=separator))
    assert rows[1:] == [
        ["1", "7", f"0{decimal}9876", "2031-05-06 07:08:09"],
        ["2", "0", f"1{decimal}0000", "2031-05-06 07:08:09"],
    ]
    assert rows[0][1] == {"en": "Digit", "es": "Cifra"}[language]
    assert [line.split("\t") for line in both[1].split("\n")] == rows


def test_only_a_voice_of_this_device_speaks(page: Page) -> None:
    names = page.evaluate("""async () => {
        const { voiceFor } = await import("/static/js/camera/voice.js");
        const voices = [
            { name: "cloud", lang: "es-ES", localService: false, default: true },
            { name: "first", lang: "es-MX", localService: true, default: false },
            { name: "usual", lang: "es-AR", localService: true, default: true },
        ];
        return [voiceFor(voices, "es")?.name, voiceFor(voices.slice(0, 2), "es")?.name,
            voiceFor(voices, "en")];
    }""")
    assert names == ["usual", "first", None]


def test_the_words_of_the_faults_say_what_to_do(page: Page) -> None:
    faults = page.evaluate("""async () => {
        const { wordsOf } = await import("/static/js/i18n.js");
        return ["en", "es"].map((language) => wordsOf(language).faults);
    }""")
    for language in faults:
        assert len({headline for headline, _ in language.values()}) == len(language) == 7
        assert all(re.search(r"[.}]$", advice) for _, advice in language.values())
        assert "palote serve --https" in language["insecure"][1]
        assert "--lan" in language["insecure"][1]
