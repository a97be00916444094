"""Teaching in the Gradio app: its flag button, for ``palote gradio --learn``.

Gradio's own flagging writes a table of files that nobody learns from. Here the flag teaches:
the digit and its right label go to `palote.learn`, and the next reading knows them. Who asks
is looked at each time: only the machine itself may teach, for nobody logs in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import gradio as gr

from palote.errors import PaloteError
from palote.learn import LABELS, Outcome, ScratchTeacher, Teacher, label_of
from palote.result import Json
from palote.surfaces.gradio_app import look
from palote.surfaces.gradio_app.answer import paragraph
from palote.surfaces.gradio_app.desk import SKIP, Desk, Taken
from palote.surfaces.gradio_app.parts import Parts, Texts
from palote.surfaces.gradio_app.words import LANGUAGES, explain, say, share
from palote.surfaces.web.admission import is_this_machine

__all__ = ["Lesson", "LessonParts", "connect", "labels", "lay_out", "outcome_text"]

Told: TypeAlias = tuple[Json, Json, Json, Json]
"""Values of the label, the sentence and the gallery, and what became of the teaching."""

NO_DIGIT = "none"

WAS = "Wrong? It was:"
FLAG = "Flag it, to learn from it"
UNDO = "Take the last one back"
KEEPS = (
    "Only what you flag is kept, on this computer, to learn from it. "
    "palote learn list shows it; palote learn delete deletes it."
)
TRAINS = "What you flag trains the network at once; the picture is not kept."
CHOOSE = "Choose first what it was."
NOTHING = "There is nothing to learn from: write a digit or open a picture first."
ELSEWHERE = (
    "Teaching works only on the computer where Palote runs. "
    "For other devices: palote serve --learn."
)
ONE_BY_ONE = (
    "A number was read here, and one digit at a time is taught. Write that digit alone, "
    "or choose “One digit”."
)
OTHER_MODEL = "Only the model {model} can be taught. Choose it first."
LEARNED = (
    "Learned. Corrections: {number}. Yours: {own_before} → {own_after}. "
    "Everyone's: {before} → {after}."
)
OUTCOMES = {
    "learned": "Learned.",
    "already_right": "Kept. It was read right already, so that nothing had to change.",
    "forgets": "Kept, but nothing changed: with it, everyone's digits would be read worse.",
    "no_better": "Kept, but nothing changed: what you have taught would be read no better.",
    "worse": "Kept, but nothing changed: others that you have taught would be read worse.",
    "emptied": "Taken back. Nothing of what you taught is left.",
    "rolled_back": "Taken back.",
    "unchanged": "Nothing changed.",
}


@dataclass(frozen=True, eq=False)
class LessonParts:
    """The components with which a person teaches."""

    label: gr.Radio
    teach: gr.Button
    undo: gr.Button
    told: gr.HTML


def lay_out(texts: Texts, keeps: bool) -> LessonParts:
    """Put the components into the open Blocks.

    Args:
        texts: gets the text of each component.
        keeps: whether pictures are kept, or the network is trained on at once.
    """
    with gr.Group():
        label = gr.Radio(
            _first_labels(texts, keeps), label=texts.first(WAS), elem_id="palote-label"
        )
        with gr.Row():
            teach = gr.Button(texts.first(FLAG), min_width=160)
            undo = gr.Button(texts.first(UNDO), min_width=160)
    kept = KEEPS if keeps else TRAINS
    note = gr.Markdown(texts.first(kept), elem_classes="palote-quiet")
    told = gr.HTML(elem_id="palote-told")
    texts.note_made(label, "choices", lambda language: labels(language, keeps))
    for component, prop, text in (
        (label, "label", WAS),
        (teach, "value", FLAG),
        (undo, "value", UNDO),
        (note, "value", kept),
    ):
        texts.note(component, prop, text)
    return LessonParts(label, teach, undo, told)


def connect(parts: Parts, taught: LessonParts, lesson: Lesson) -> None:
    """Let the buttons lead to the lesson."""
    held = [parts.drawing, parts.picture, parts.camera, parts.tab]
    options = [parts.expect, parts.model, parts.clean, parts.language]
    answer = [parts.label, parts.said, parts.way, taught.told]
    raw = {
        "preprocess": False,
        "postprocess": False,
        "show_progress": "hidden",
        "api_visibility": "private",
        "js": look.TAKE_DRAWING,
        "concurrency_limit": 1,
        "concurrency_id": "learn",
    }
    done = taught.teach.click(lesson.teach, [*held, *options, taught.label], answer, **raw)
    taught.undo.click(lesson.undo, [*held, *options], answer, **raw)
    # What one picture was is not what the next one is.
    forgotten = {"js": "() => null", "api_visibility": "private"}
    done.then(None, None, taught.label, **forgotten)
    another = [parts.sheet.input, parts.clear.click, parts.picture.upload, parts.picture.clear]
    gr.on([*another, parts.examples.select], None, None, taught.label, **forgotten)


class Lesson:
    """The handlers of the flag button and of taking back.

    Args:
        desk: knows what the open tab holds, and reads it again.
        teacher: learns.
        model: name of the model that is taught.
        profile: the one that is taught.
    """

    def __init__(
        self, desk: Desk, teacher: Teacher | ScratchTeacher, model: str, profile: str
    ) -> None:
        self._desk = desk
        self._teacher = teacher
        self._model = model
        self._profile = profile

    def teach(
        self,
        drawing: Json,
        picture: Json,
        frame: Json,
        tab: str,
        expect: str,
        model: str,
        clean: str,
        language: str,
        label: Json,
        request: gr.Request,
    ) -> Told:
        """Learn what the open tab holds, and read it again."""

        def work(image: Taken | None) -> Outcome | str:
            if label is None:
                return CHOOSE
            if image is None:
                return NOTHING
            if self._desk.several(image, expect, model, clean):
                return ONE_BY_ONE
            said = label_of(str(label))
            if isinstance(self._teacher, ScratchTeacher):
                return self._teacher.correct(image, said, clean=clean)
            return self._teacher.correct(image, said, self._profile, source="gradio", clean=clean)

        held = drawing, picture, frame, tab
        return self._change(held, expect, model, clean, language, request, work)

    def undo(
        self,
        drawing: Json,
        picture: Json,
        frame: Json,
        tab: str,
        expect: str,
        model: str,
        clean: str,
        language: str,
        request: gr.Request,
    ) -> Told:
        """Take the last correction back, and read the open tab again."""

        def work(_: Taken | None) -> Outcome | str:
            if isinstance(self._teacher, ScratchTeacher):
                return self._teacher.undo()
            return self._teacher.undo(self._profile)

        held = drawing, picture, frame, tab
        return self._change(held, expect, model, clean, language, request, work)

    def _change(
        self,
        held: tuple[Json, Json, Json, str],
        expect: str,
        model: str,
        clean: str,
        language: str,
        request: gr.Request,
        work: Callable[[Taken | None], Outcome | str],
    ) -> Told:
        language = language if language in LANGUAGES else "en"
        try:
            # First, for it deletes the file of an upload, whoever sent it.
            image = self._desk.held(*held)
            if not is_this_machine(request.request):
                return _refused(say(ELSEWHERE, language))
            if model != self._model:
                return _refused(say(OTHER_MODEL, language, model=self._model))
            outcome = work(image)
        except PaloteError as error:
            return _refused(explain(error, language))
        if isinstance(outcome, str):
            return _refused(say(outcome, language))
        shown = self._desk.shown(image, expect, model, clean, language)
        return *shown, paragraph(outcome_text(outcome, language), "ok")


def labels(language: str, keeps: bool) -> list[Json]:
    """Return the choices of what it was: what is shown, and the label."""
    digits: list[Json] = [[digit, digit] for digit in LABELS[:10]]
    return [*digits, [say("not a digit", language), NO_DIGIT]] if keeps else digits


def outcome_text(outcome: Outcome, language: str) -> str:
    """Return what became of a correction, in words."""
    if outcome.reason != "learned" or outcome.own_before is None or outcome.own_after is None:
        # Where one was taken back, the reason tells of those that are left.
        gone = outcome.learned and outcome.reason != "emptied"
        reason = "rolled_back" if gone else outcome.reason
        return say(OUTCOMES.get(reason, OUTCOMES["unchanged"]), language)
    return say(
        LEARNED,
        language,
        number=str(outcome.corrections),
        own_before=share(outcome.own_before, language, 0),
        own_after=share(outcome.own_after, language, 0),
        before=share(outcome.general_before, language, 1),
        after=share(outcome.general_after, language, 1),
    )


def _first_labels(texts: Texts, keeps: bool) -> list[tuple[str, str]]:
    digits = [(digit, digit) for digit in LABELS[:10]]
    return [*digits, (texts.first("not a digit"), NO_DIGIT)] if keeps else digits


def _refused(why: str) -> Told:
    return SKIP, SKIP, SKIP, paragraph(why, "refused")
