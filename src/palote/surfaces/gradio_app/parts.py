"""The app's components, as a person sees them: what there is, where, and with which words.

Each text stands in a `Texts` beside its component, so that the switch of the language
finds it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gradio as gr

from palote.result import Json
from palote.surfaces.gradio_app import look
from palote.surfaces.gradio_app.answer import gallery_item, idle
from palote.surfaces.gradio_app.examples import examples
from palote.surfaces.gradio_app.words import LANGUAGES, say

__all__ = ["CAMERA", "CLEANINGS", "DRAW", "PICTURE", "Parts", "Texts", "lay_out"]

DRAW, PICTURE, CAMERA = "draw", "picture", "camera"
"""Ids of the tabs."""

CLEANINGS = {
    "auto": "Automatic",
    "otsu": "Otsu: for clean scans",
    "adaptive": "Adaptive: for shadows",
    "clahe": "CLAHE: for faint ink",
    "none": "None: for clean files",
}


READ_AS = {"auto": "Auto", "digit": "One digit", "number": "Number"}
"""What may be read, and what it is called."""

HEIGHT = 420
"""Of the picture and of the camera's, in pixels."""


class Texts:
    """The texts of the components: as they stand at first, and in each language.

    Args:
        lang: the language to start in; if not given, the browser chooses.
    """

    def __init__(self, lang: str | None) -> None:
        self.words = look.words()
        self._lang = lang
        self._noted: list[tuple[gr.components.Component, str, Callable[[str], Json]]] = []

    def first(self, english: str) -> str:
        """Return a text as a component takes it when it is made."""
        return say(english, self._lang) if self._lang else self.words(english)

    def note(self, component: gr.components.Component, prop: str, english: str) -> None:
        """Remember which text a component has."""
        self.note_made(component, prop, lambda language: say(english, language))

    def note_made(
        self, component: gr.components.Component, prop: str, make: Callable[[str], Json]
    ) -> None:
        """Remember how a property of a component is made from the language."""
        self._noted.append((component, prop, make))

    @property
    def components(self) -> list[gr.components.Component]:
        """The components that have a text."""
        return [component for component, _, _ in self._noted]

    def updates(self, language: str) -> list[dict[str, Json]]:
        """Return for each of `components` what changes with the language."""
        return [gr.update(**{prop: make(language)}) for _, prop, make in self._noted]


@dataclass(frozen=True, eq=False)
class Parts:
    """The components that do something."""

    language: gr.Radio
    expect: gr.Radio
    tab: gr.Textbox
    sheet: gr.HTML
    drawing: gr.Textbox
    undo: gr.Button
    clear: gr.Button
    picture: gr.Image
    camera: gr.Image
    live: gr.Checkbox
    read: gr.Button
    model: gr.Dropdown
    clean: gr.Dropdown
    examples: gr.Gallery
    label: gr.Label
    said: gr.HTML
    way: gr.Gallery


def lay_out(
    texts: Texts,
    models: Sequence[str],
    lang: str | None,
    below_answer: Callable[[], None] = lambda: None,
) -> Parts:
    """Put the components into the open Blocks.

    Args:
        texts: gets the text of each component.
        models: names to choose from, the first at first.
        lang: the language to start in; if not given, the browser's.
        below_answer: puts in what else belongs to the answer.
    """
    gr.HTML(f"<style>{look.STYLE}</style>")
    with gr.Row(elem_classes="palote-head"):
        with gr.Column():
            gr.Markdown("# Palote")
            motto = "Reads the digits you write"
            texts.note(gr.Markdown(texts.first(motto)), "value", motto)
        with gr.Column(scale=0, min_width=280):
            language = gr.Radio(
                [(name, code) for code, name in LANGUAGES.items()],
                value=lang or "en",
                label=texts.first("Language"),
                elem_id="palote-language",
            )
        texts.note(language, "label", "Language")
    with gr.Row():
        with gr.Column(scale=5, min_width=300):
            what = "What to read"
            expect = gr.Radio(
                [(texts.first(text), way) for way, text in READ_AS.items()],
                value="auto",
                label=texts.first(what),
                elem_id="palote-expect",
            )
            texts.note(expect, "label", what)
            texts.note_made(expect, "choices", expectations)
            tab, sheet, undo, clear, picture, camera = _tabs(texts)
            with gr.Row(equal_height=True):
                live = gr.Checkbox(True, label=texts.first("Live"), min_width=120)
                read = gr.Button(texts.first("Read"), variant="primary", min_width=120)
            with gr.Row():
                model = gr.Dropdown(list(models), value=models[0], label=texts.first("Model"))
                clean = gr.Dropdown(
                    [(texts.first(text), way) for way, text in CLEANINGS.items()],
                    value="auto",
                    label=texts.first("Cleaning"),
                )
        with gr.Column(scale=5, min_width=300):
            label = gr.Label(label=texts.first("Answer"), num_top_classes=10)
            said = gr.HTML(idle(lang or "en"), elem_id="palote-said")
            below_answer()
            way = _gallery(texts, "What Palote saw", "palote-way", allow_preview=True)
            shown = _gallery(texts, "Examples", "palote-examples", allow_preview=False)
    private = "Reading keeps nothing: every picture is deleted as soon as it has been read."
    quiet = gr.Markdown(texts.first(private), elem_classes="palote-quiet")
    for component, prop, text in (
        (live, "label", "Live"),
        (read, "value", "Read"),
        (model, "label", "Model"),
        (clean, "label", "Cleaning"),
        (label, "label", "Answer"),
        (quiet, "value", private),
    ):
        texts.note(component, prop, text)
    return Parts(
        language=language,
        expect=expect,
        tab=tab,
        sheet=sheet,
        drawing=gr.Textbox(visible="hidden", show_label=False),
        undo=undo,
        clear=clear,
        picture=picture,
        camera=camera,
        live=live,
        read=read,
        model=model,
        clean=clean,
        examples=shown,
        label=label,
        said=said,
        way=way,
    )


def example_gallery(language: str) -> list[Json]:
    """Return the value of the gallery of examples."""
    return [gallery_item(one.image, say(one.title, language)) for one in examples()]


def expectations(language: str) -> list[Json]:
    """Return the choices of what to read."""
    return [[say(text, language), way] for way, text in READ_AS.items()]


def cleanings(language: str) -> list[tuple[str, str]]:
    """Return the choices for cleaning."""
    return [(say(text, language), way) for way, text in CLEANINGS.items()]


def _tabs(
    texts: Texts,
) -> tuple[gr.Textbox, gr.HTML, gr.Button, gr.Button, gr.Image, gr.Image]:
    with gr.Tabs(selected=DRAW, elem_classes="palote-tabs"):
        with gr.Tab(texts.first("Draw"), id=DRAW) as draw_tab:
            sheet = gr.HTML(html_template=look.SHEET, js_on_load=look.DRAW, elem_id="palote-sheet")
            with gr.Row():
                undo = gr.Button(texts.first("Undo"), size="sm", min_width=100)
                clear = gr.Button(texts.first("New sheet"), size="sm", min_width=100)
            texts.note(undo, "value", "Undo")
            texts.note(clear, "value", "New sheet")
        with gr.Tab(texts.first("Picture"), id=PICTURE) as picture_tab:
            drop = "Drop a picture of digits here, or click to choose one"
            picture = gr.Image(
                show_label=False,
                sources=["upload", "clipboard"],
                placeholder=texts.first(drop),
                buttons=["fullscreen"],
                height=HEIGHT,
                elem_classes="palote-picture",
            )
        with gr.Tab(texts.first("Camera"), id=CAMERA) as camera_tab:
            camera = gr.Image(
                show_label=False,
                sources=["webcam"],
                streaming=True,
                webcam_options=gr.WebcamOptions(mirror=False),
                buttons=[],
                height=HEIGHT,
                elem_classes="palote-camera",
            )
    tab = gr.Textbox(DRAW, visible="hidden", show_label=False)
    for opened, name, text in (
        (draw_tab, DRAW, "Draw"),
        (picture_tab, PICTURE, "Picture"),
        (camera_tab, CAMERA, "Camera"),
    ):
        texts.note(opened, "label", text)
        opened.select(None, None, tab, js=f"() => '{name}'", api_visibility="private")
    return tab, sheet, undo, clear, picture, camera


def _gallery(texts: Texts, title: str, name: str, allow_preview: bool) -> gr.Gallery:
    gallery = gr.Gallery(
        label=texts.first(title),
        columns=5,
        height="auto",
        object_fit="contain",
        allow_preview=allow_preview,
        buttons=[],
        interactive=False,
        elem_classes=["palote-pictures", name],
    )
    texts.note(gallery, "label", title)
    return gallery
