"""`build`: the app, put together; which component calls which handler.

Nothing here reads a picture (`desk.py` does) or says how something looks (`parts.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from palote.learn import Teacher
from palote.model import catalog
from palote.result import Json
from palote.settings import Settings
from palote.surfaces.gradio_app import lesson, look
from palote.surfaces.gradio_app.answer import idle
from palote.surfaces.gradio_app.desk import Desk, models_that_open
from palote.surfaces.gradio_app.intake import Intake
from palote.surfaces.gradio_app.parts import (
    CLEANINGS,
    READ_AS,
    Parts,
    Texts,
    cleanings,
    example_gallery,
    lay_out,
)
from palote.surfaces.gradio_app.words import LANGUAGES, TITLE, check_language, say
from palote.surfaces.web.readers import Readers, SupportsRead
from palote.surfaces.web.teaching import open_teacher

if TYPE_CHECKING:
    from palote.ink import InkSpec

__all__ = ["build"]

FRAME_EVERY = 0.3
"""Seconds from one frame of the camera to the next."""
AT_ONCE = 4
"""Pictures that are read at the same time."""
CAMERAS = 16
"""Cameras that may run at the same time; each holds its place while it runs."""
SWEEP = (10, 60)
"""Seconds between two sweeps, and after which an upload that nobody read is deleted."""


def build(
    settings: Settings | None = None,
    *,
    model: str | None = None,
    lang: str | None = None,
    declared: InkSpec | None = None,
    learn: bool = False,
) -> gr.Blocks:
    """Build the Gradio app, to be mounted or launched.

    Args:
        settings: limits and folders; from the environment if not given.
        model: name or path of the model that reads at first; the chosen one if not given.
        lang: "en" or "es"; the browser's language if not given.
        declared: what the model takes, if it is a file that does not say it.
        learn: whether it can be taught, from this machine; what is taught is kept in
            ``settings.store``, for ``settings.profile``.

    Raises:
        UsageError: there is no such language, or the model cannot be taught.
        ModelError: the model cannot be loaded.
        LearnError: the store cannot be used.

    In an application of one's own:

    >>> import gradio as gr
    >>> from fastapi import FastAPI
    >>> from palote.surfaces.gradio_app import build
    >>> app = gr.mount_gradio_app(FastAPI(), build(), path="/palote")
    """
    check_language(lang)
    settings = settings or Settings.from_environment()

    def load(name: str, settings: Settings) -> SupportsRead:
        from palote.reader import Reader

        spec = declared if model in (name, None) else None
        return Reader(name, declared=spec, settings=settings)

    # First, for it makes the profile that reads.
    teacher = open_teacher(model or catalog.chosen(settings), settings) if learn else None
    readers = Readers(settings, model, load)
    texts = Texts(lang)
    with gr.Blocks(
        title=say(TITLE, lang or "en"), analytics_enabled=False, delete_cache=SWEEP
    ) as blocks:
        # Handed over here, for one who mounts the app should not need to know of it.
        blocks.i18n_instance = texts.words
        taught: lesson.LessonParts | None = None

        def below_answer() -> None:
            nonlocal taught
            if teacher:
                taught = lesson.lay_out(texts, isinstance(teacher, Teacher))

        parts = lay_out(texts, models_that_open(readers), lang, below_answer)
        uploads = Path(parts.picture.GRADIO_CACHE)
        desk = Desk(readers, Intake(uploads, settings.max_bytes))
        _connect(parts, desk)
        if taught and teacher:
            name = readers.default().name
            own = lesson.Lesson(desk, teacher, name, settings.profile)
            lesson.connect(parts, taught, own)
        _connect_language(blocks, parts, texts, lang)
        _offer_api(desk)
    for block in blocks.blocks.values():
        # Gradio would fetch any address that a program names in place of a picture, and, where
        # the app is mounted, copy any file of this machine.
        block.async_move_resource_to_block_cache = _left_as_it_is
    return blocks


def _connect(parts: Parts, desk: Desk) -> None:
    """Let each way of handing in a picture lead to the answer."""
    answer = [parts.label, parts.said, parts.way]
    options = [parts.expect, parts.model, parts.clean, parts.language]
    raw = {
        "preprocess": False,
        "postprocess": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    reading = {**raw, "concurrency_limit": AT_ONCE, "concurrency_id": "read"}
    held = [parts.drawing, parts.picture, parts.camera, parts.tab, *options]

    parts.sheet.input(
        desk.drawn,
        [parts.drawing, parts.live, *options],
        answer,
        js=look.TAKE_DRAWING,
        trigger_mode="always_last",
        **reading,
    )
    for button, name in ((parts.undo, "undo"), (parts.clear, "clear")):
        button.click(None, None, None, js=look.on_sheet(name), api_visibility="private")
    parts.expect.input(None, parts.expect, None, js=look.WIDEN, api_visibility="private")
    parts.picture.clear(desk.cleared, parts.language, answer, **raw)
    parts.picture.upload(
        desk.opened, [parts.picture, *options], [*answer, parts.picture], **reading
    )
    parts.camera.stream(
        desk.filmed,
        [parts.camera, parts.live, *options],
        answer,
        stream_every=FRAME_EVERY,
        concurrency_limit=CAMERAS,
        concurrency_id="camera",
        **raw,
    )
    parts.examples.select(desk.example, options, [*answer, parts.picture], **reading)
    parts.examples.select(None, None, None, js=look.OPEN_PICTURE, api_visibility="private")
    parts.read.click(desk.asked, held, answer, js=look.TAKE_DRAWING, **reading)
    gr.on(
        [parts.expect.input, parts.model.input, parts.clean.input, parts.language.input],
        desk.changed,
        [*held, parts.label],
        answer,
        js=look.TAKE_DRAWING,
        trigger_mode="always_last",
        **reading,
    )


def _connect_language(blocks: gr.Blocks, parts: Parts, texts: Texts, lang: str | None) -> None:
    """Start in the right language, and change it with the switch."""

    def speak(language: str) -> list[Json]:
        language = language if language in LANGUAGES else "en"
        choices = gr.update(choices=cleanings(language))
        return [*texts.updates(language), choices, example_gallery(language)]

    def start(language: str) -> list[Json]:
        return [language, idle(language), *speak(language)]

    changing = [*texts.components, parts.clean, parts.examples]
    quiet = {"postprocess": False, "show_progress": "hidden", "api_visibility": "private"}
    first = look.choose_language(lang)
    blocks.load(start, parts.language, [parts.language, parts.said, *changing], js=first, **quiet)
    parts.language.input(speak, parts.language, changing, js=look.SPEAK, **quiet)


def _offer_api(desk: Desk) -> None:
    """Name the endpoints for programs (`gradio_client`)."""
    with gr.Row(visible=False):
        image = gr.Image(label="image", type="filepath")
        model = gr.Textbox("", label="model")
        clean = gr.Dropdown(list(CLEANINGS), value="auto", label="clean")
        expect = gr.Dropdown(list(READ_AS), value="auto", label="expect")
        reading, models = gr.JSON(label="reading"), gr.JSON(label="models")
        gr.Button().click(
            desk.read,
            [image, model, clean, expect],
            reading,
            api_name="read",
            preprocess=False,
            concurrency_limit=AT_ONCE,
            concurrency_id="read",
        )
        gr.Button().click(desk.models, None, models, api_name="models")


async def _left_as_it_is(name: str | Path | None) -> str | None:
    return None if name is None else str(name)
