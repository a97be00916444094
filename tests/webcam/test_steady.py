"""What is shown of many answers: no flicker; and figures."""

from __future__ import annotations

import pytest

from palote.surfaces.webcam.steady import HOLD_SECONDS, Meter, Steady, Verdict, verdict

from .conftest import answer, reading

SEVEN, ONE = reading("7"), reading("1")
NOTHING, SCRIBBLE = reading(status="empty"), reading(status="not_digit")


def test_what_a_reading_comes_to():
    assert verdict(SEVEN) == Verdict("digit", "7")
    assert verdict(NOTHING) == verdict(SCRIBBLE) == Verdict("none")
    # Which digit a doubtful one is most like may change from frame to frame.
    assert verdict(reading("7", "unsure")) == verdict(reading("2", "unsure")) == Verdict("unsure")


def test_the_first_answer_is_shown_at_once():
    steady = Steady()
    first = answer(SEVEN)
    assert steady.update(first, 0.0) and steady.shown is first
    assert not steady.update(first, 0.1)


@pytest.mark.parametrize("other", [ONE, NOTHING, SCRIBBLE, reading("7", "unsure")])
def test_one_other_answer_does_not_flicker(other):
    steady = Steady()
    steady.update(answer(SEVEN), 0.00)
    steady.update(answer(other), 0.04)
    assert steady.shown.reading is SEVEN
    again = answer(SEVEN)
    steady.update(again, 0.08)
    assert steady.shown is again
    # The hold starts anew with each change of the rival.
    steady.update(answer(other), 0.12)
    steady.update(answer(other), 0.12 + HOLD_SECONDS * 0.9)
    assert steady.shown is again


def test_another_answer_that_holds_is_shown():
    steady = Steady()
    steady.update(answer(SEVEN), 0.0)
    for step in range(10):
        last = answer(ONE)
        steady.update(last, 1 + step * 0.03)
        shown = "1" if step * 0.03 >= HOLD_SECONDS else "7"
        assert steady.shown.reading.text == shown
    assert steady.shown is last


def test_answers_in_turn_leave_the_first():
    steady = Steady()
    steady.update(answer(SEVEN), 0.0)
    for step in range(40):
        steady.update(answer(ONE if step % 2 else reading("4")), 1 + step * 0.04)
    assert steady.shown.reading is SEVEN


def test_a_slow_network_is_waited_for_once():
    """One answer a second: it is shown soon, though no second one has confirmed it."""
    steady = Steady()
    steady.update(answer(SEVEN), 0.0)
    late = answer(ONE)
    assert not steady.update(late, 1.0)
    assert steady.update(late, 1.001 + HOLD_SECONDS)
    assert steady.shown is late


def test_empty_and_scribble_are_one_verdict():
    steady = Steady()
    steady.update(answer(NOTHING), 0.0)
    scribble = answer(SCRIBBLE)
    assert steady.update(scribble, 0.01) and steady.shown is scribble


def test_reset():
    steady = Steady()
    steady.update(answer(SEVEN), 0.0)
    steady.reset()
    assert steady.shown is None
    assert steady.update(answer(ONE), 0.01) and steady.shown.reading is ONE


def test_figures():
    meter = Meter()
    assert meter.fps == meter.delay_ms == 0
    assert meter.figures().frames == 0
    for step in range(101):
        meter.frame(10 + step / 25)
    for delay in range(1, 101):
        meter.answer(delay / 1000)
    assert meter.fps == pytest.approx(25)
    assert meter.delay_ms == pytest.approx(100)
    figures = meter.figures()
    assert (figures.frames, figures.fps) == (101, pytest.approx(25))
    assert figures.median_ms == pytest.approx(50.5) and figures.p95_ms == pytest.approx(95.05)
    # What is shown is of late; the figures are of all.
    for step in range(21):
        meter.frame(20 + step / 10)
    assert meter.fps == pytest.approx(10)
    assert 10 < meter.figures().fps < 25
