"""The flag button: it teaches where that is switched on, and from this machine only."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast, get_args

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request

from palote.learn import Outcome, Teacher
from palote.learn.records import Reason
from palote.settings import Settings
from palote.surfaces.gradio_app.words import LANGUAGES, SPANISH
from palote.surfaces.web.readers import Readers
from tests.conftest import Missing
from tests.drawing import ring, seven
from tests.gradio_app.conftest import PATIENCE_MS, OpenApp, Running, draw, start
from tests.numbers.writing import written
from tests.web.conftest import encoded

if TYPE_CHECKING:
    import gradio as gr

    from palote.surfaces.gradio_app.lesson import Lesson

SEVEN = "data:image/png;base64," + base64.b64encode(encoded(seven())).decode()
RING = "data:image/png;base64," + base64.b64encode(encoded(ring())).decode()


@pytest.fixture
def teacher(tmp_path: Path) -> Iterator[Teacher]:
    with Teacher(replace(Settings.from_environment(), data_dir=tmp_path)) as made:
        made.add_profile("default")
        yield made


@pytest.fixture
def lesson(gradio: ModuleType, teacher: Teacher, tmp_path: Path) -> Lesson:
    from palote.surfaces.gradio_app.desk import Desk
    from palote.surfaces.gradio_app.intake import Intake
    from palote.surfaces.gradio_app.lesson import Lesson

    own = replace(Settings.from_environment(), data_dir=tmp_path)
    desk = Desk(Readers(own), Intake(tmp_path / "uploads", own.max_bytes))
    return Lesson(desk, teacher, "default", "default")


def asking(gradio: ModuleType, address: str = "127.0.0.1", host: str = "localhost") -> gr.Request:
    """A request as Gradio hands it to a handler."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "client": (address, 40000),
    }
    return cast("gr.Request", gradio.Request(Request(scope)))


def told(answer: tuple[object, ...]) -> str:
    """The sentence of what became of it."""
    return html.unescape(re.sub("<[^>]*>", "", str(answer[3])))


def test_the_flag_keeps_and_learns(gradio: ModuleType, lesson: Lesson, teacher: Teacher) -> None:
    held = (SEVEN, None, None, "draw", "digit", "default", "auto", "en")
    answer = lesson.teach(*held, "7", asking(gradio))
    assert re.match("Learned|Kept", told(answer))
    assert answer[0]["label"] == "7"  # type: ignore[index, call-overload]
    kept = teacher.corrections("default")
    assert [(one.label, one.source) for one in kept] == [("7", "gradio")]
    back = lesson.undo(*held, asking(gradio))
    assert told(back) and teacher.corrections("default") == ()
    assert "no correction to take back" in told(lesson.undo(*held, asking(gradio)))


@pytest.mark.parametrize(
    ("drawing", "model", "label", "sentence"),
    [
        ("", "default", "7", "nothing to learn from"),
        (SEVEN, "default", None, "Choose first"),
        (SEVEN, "default", "12", "'12' is no label"),
        (SEVEN, "other", "7", "Only the model default can be taught"),
    ],
)
def test_what_cannot_be_learned_is_said(
    gradio: ModuleType,
    lesson: Lesson,
    teacher: Teacher,
    drawing: str,
    model: str,
    label: str | None,
    sentence: str,
) -> None:
    held = (drawing, None, None, "draw", "auto", model, "auto", "en")
    assert sentence in told(lesson.teach(*held, label, asking(gradio)))
    assert teacher.corrections("default") == ()


def test_a_number_is_not_taught_as_one_digit(
    gradio: ModuleType, lesson: Lesson, teacher: Teacher
) -> None:
    number = "data:image/png;base64," + base64.b64encode(encoded(written("2047"))).decode()
    for what in ("number", "auto"):
        held = (number, None, None, "draw", what, "default", "auto", "es")
        assert "las cifras se enseñan de una en una" in told(
            lesson.teach(*held, "7", asking(gradio))
        )
    assert teacher.corrections("default") == ()


@pytest.mark.parametrize(
    ("address", "host"), [("192.168.1.9", "192.168.1.5:7860"), ("127.0.0.1", "palote.school")]
)
def test_only_this_machine_teaches(
    gradio: ModuleType, lesson: Lesson, teacher: Teacher, address: str, host: str
) -> None:
    held = (SEVEN, None, None, "draw", "digit", "default", "auto", "es")
    lesson.teach(*held, "7", asking(gradio))
    there = asking(gradio, address, host)
    assert "Solo se puede enseñar en el ordenador" in told(lesson.teach(*held, "1", there))
    assert "Solo se puede enseñar en el ordenador" in told(lesson.undo(*held, there))
    assert [one.label for one in teacher.corrections("default")] == ["7"]


def test_every_outcome_has_a_sentence_in_both_languages(gradio: ModuleType) -> None:
    from palote.surfaces.gradio_app.lesson import LEARNED, OUTCOMES, outcome_text

    assert {LEARNED, *OUTCOMES.values()} <= set(SPANISH)
    outcome = Outcome(
        learned=True,
        reason="learned",
        message="",
        correction=None,
        corrections=12,
        version=3,
        own_before=0.71,
        own_after=0.96,
        general_before=0.9972,
        general_after=0.9969,
        read_as="7",
    )
    for language in LANGUAGES:
        figures = re.findall(r"\d+(?:[.,]\d+)?", outcome_text(outcome, language))
        assert [one.replace(",", ".") for one in figures] == ["12", "71", "96", "99.7", "99.7"]
        reasons = get_args(Reason)
        taught = {reason: reason in ("learned", "rolled_back", "emptied") for reason in reasons}
        texts = {
            outcome_text(replace(outcome, reason=reason, learned=learned), language)
            for reason, learned in taught.items()
        }
        assert set(reasons) == set(OUTCOMES) and len(texts) == len(OUTCOMES)
        # Where one was taken back, nothing is said of the others that were not learnt.
        gone = outcome_text(replace(outcome, reason="no_better"), language)
        assert gone == outcome_text(replace(outcome, reason="rolled_back"), language)


@pytest.fixture(scope="module")
def teaching(tmp_path_factory: pytest.TempPathFactory, missing: Missing) -> Iterator[Running]:
    """`palote gradio --learn --profile Ana`."""
    folder = tmp_path_factory.mktemp("lesson")
    server = start(folder, "--no-open", "--port", "0", "--learn", "--profile", "Ana")
    yield server
    server.process.terminate()
    server.process.communicate(timeout=20)


def test_a_person_flags_and_takes_back(
    gradio: ModuleType, browser: Browser, teaching: Running
) -> None:
    context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(teaching.url)
    expect(page.locator("#palote-sheet canvas")).to_be_visible()
    expect(page.get_by_text("¿Se equivoca? Era:")).to_be_visible()
    draw(page, 7)
    expect(page.locator("[data-testid=label-output-value]")).to_have_text("7")
    page.locator("#palote-label").get_by_label("no es una cifra").check()
    page.get_by_role("button", name="Marcarla, para aprender de ella").click()
    says(page, "Guardada|Aprendido")
    # What this one was is not what the next one is.
    chosen = page.locator("#palote-label input:checked")
    expect(chosen).to_have_count(0)
    page.get_by_role("button", name="Retirar la última").click()
    says(page, "Retirada")
    page.locator("#palote-label").get_by_label("no es una cifra").check()
    draw(page, 7)
    expect(chosen).to_have_count(0)
    page.get_by_role("button", name="Retirar la última").click()
    says(page, "No hay nada")
    context.close()


def says(page: Page, sentence: str) -> None:
    expect(page.locator("#palote-told [role=status]")).to_have_text(re.compile(sentence))


def test_without_the_option_there_is_no_flag(open_app: OpenApp) -> None:
    page = open_app()
    expect(page.get_by_role("button", name="Read")).to_be_visible()
    expect(page.locator("#palote-label")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("[Ff]lag"))).to_have_count(0)
