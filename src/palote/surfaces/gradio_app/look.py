"""How the app looks: system fonts, a few rules of CSS, and what only a browser knows.

No font and no style is fetched from anywhere: Gradio's own themes bring fonts along.
"""

from __future__ import annotations

import json

import gradio as gr

from palote.settings import Settings
from palote.surfaces.gradio_app.words import LANGUAGES, SPANISH, TITLE, say

__all__ = [
    "DRAW",
    "OPEN_PICTURE",
    "SHEET",
    "SPEAK",
    "STYLE",
    "TAKE_DRAWING",
    "WIDEN",
    "choose_language",
    "on_sheet",
    "page_options",
    "words",
]

CANVAS, WIDE, PEN = 400, 640, 18
"""Side of the sheet that is drawn on, width of the one for numbers, and of the pen, in pixels."""

SANS = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "Cascadia Mono", "DejaVu Sans Mono", "monospace")

STYLE = """
.palote-head { align-items: end; }
#palote-sheet canvas {
  display: block; width: 100%; max-width: 420px; margin: 0 auto;
  border: 1px solid var(--border-color-primary); border-radius: var(--radius-md);
  background: white; cursor: crosshair; touch-action: none;
}
#palote-sheet canvas[width="640"] { max-width: 640px; }
.palote-way .grid-container { grid-auto-rows: auto; }
.palote-way .gallery-item:first-child:nth-last-child(4) { grid-column: 1 / -1; }
.palote-way .gallery-item:first-child:nth-last-child(4) img {
  aspect-ratio: auto; max-height: 20rem;
}
.palote-said { margin: 0; min-height: 1.4em; font-size: 1.1rem; line-height: 1.4; }
.palote-cells { margin-top: 0.6rem; border-collapse: collapse; font-size: 1.2rem; }
.palote-cells td {
  border: 1px solid var(--border-color-primary); padding: 0.2em 0.6em; text-align: center;
}
.palote-said.palote-refused { color: var(--error-text-color); }
.palote-pictures .grid-wrap { min-height: 0; max-height: none; height: auto; padding-top: 2rem; }
.palote-pictures .grid-container {
  grid-template-columns: repeat(auto-fit, minmax(5rem, 1fr)) !important;
}
.palote-pictures .empty { min-height: 8rem; }
.palote-pictures .gallery-item button {
  display: flex; flex-direction: column; justify-content: start; aspect-ratio: auto;
  height: 100%; opacity: 1;
}
.palote-pictures .gallery-item img {
  flex: none; height: auto; aspect-ratio: 1; object-fit: contain;
}
.palote-pictures .caption-label {
  position: static; max-width: none; width: 100%; padding: 0.25rem; border: 0; border-radius: 0;
  background: none; white-space: normal; text-align: center; line-height: 1.2;
}
.palote-pictures .gallery-item button:hover { filter: none; }
.palote-camera [title="grant webcam access"]:lang(es) .wrap { font-size: 0; }
.palote-camera [title="grant webcam access"]:lang(es) .wrap::after {
  content: "Haz clic para usar la cámara"; font-size: var(--text-lg);
}
.palote-quiet { color: var(--body-text-color-subdued); font-size: 0.9rem; }
"""

# Gradio's own editor will not do: it ignores strokes until its brush is chosen, drops the
# first change, and uploads a copy of the drawing to the disk whenever its page is refreshed.
SHEET = f'<canvas width="{CANVAS}" height="{CANVAS}" role="img"></canvas>'
"""What is drawn on, as HTML."""

DRAW = f"""
const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d");
let strokes = [];
let down = false;
let wide = false;

const place = (event) => {{
    const box = canvas.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width - 0.5;
    const along = (event.clientY - box.top) / box.height;
    return [across * canvas.width, along * {CANVAS}];
}};
// What was written on a wide sheet keeps it wide: nothing that was written is out of sight.
const fits = ([across]) => Math.abs(across) <= {CANVAS} / 2;
const widen = () => {{
    const width = wide || !strokes.flat().every(fits) ? {WIDE} : {CANVAS};
    if (canvas.width !== width) canvas.width = width;
}};
const redraw = () => {{
    widen();
    pen.resetTransform();
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, {CANVAS});
    pen.translate(canvas.width / 2, 0);
    pen.lineWidth = {PEN};
    pen.lineCap = pen.lineJoin = "round";
    for (const points of strokes) {{
        pen.beginPath();
        pen.moveTo(...points[0]);
        for (const point of points) pen.lineTo(...point);
        pen.stroke();
    }}
}};
const end = () => {{
    if (down) trigger("input");
    down = false;
}};

canvas.addEventListener("pointerdown", (event) => {{
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    down = true;
    strokes.push([place(event)]);
    redraw();
}});
canvas.addEventListener("pointermove", (event) => {{
    if (!down) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1).push(...(passed.length ? passed : [event]).map(place));
    redraw();
}});
canvas.addEventListener("pointerup", end);
canvas.addEventListener("pointercancel", end);
for (const [name, left] of [["undo", () => strokes.slice(0, -1)], ["clear", () => []]]) {{
    canvas.addEventListener(name, () => {{
        strokes = left();
        redraw();
        trigger("input");
    }});
}}
canvas.expecting = (expect) => {{
    wide = expect === "number";
    redraw();
}};
canvas.drawing = () => strokes.length ? canvas.toDataURL() : "";
redraw();
"""
"""JavaScript of the sheet; it runs when the sheet is there."""

TAKE_DRAWING = """(drawing, ...others) =>
    [document.querySelector("#palote-sheet canvas")?.drawing?.() ?? "", ...others]"""
"""JavaScript that puts the drawing, as a data URL, before what else a handler takes."""


def on_sheet(name: str) -> str:
    """Return JavaScript that tells the sheet to undo or to clear."""
    find = 'document.querySelector("#palote-sheet canvas")'
    return f'() => {{ {find}.dispatchEvent(new Event("{name}")) }}'


# Gradio's own words ("Undo", "Click to Access Webcam") follow the browser's language only.
# Its module for them has a function that its settings page uses; without it they stay.
PAPER = "Sheet of paper: write with mouse, finger or pen"

TELL_GRADIO = f"""
    const titles = {json.dumps({code: say(TITLE, code) for code in LANGUAGES})};
    const papers = {json.dumps({code: say(PAPER, code) for code in LANGUAGES})};
    const paper = document.querySelector("#palote-sheet canvas");
    paper?.setAttribute("aria-label", papers[language]);
    document.documentElement.lang = language;
    const files = performance.getEntriesByType("resource").map((entry) => entry.name);
    const core = files.find((name) => /\\/core-[^/]+\\.js$/.test(name));
    try {{ (await import(core)).changeLocale(language); }} catch {{ }}
    document.title = titles[language];
    return language;
"""

WIDEN = '(expect) => document.querySelector("#palote-sheet canvas").expecting(expect)'
"""JavaScript that gives the sheet the width for what is to be read."""

OPEN_PICTURE = '() => document.querySelectorAll(".palote-tabs [role=tab]")[1].click()'
"""JavaScript that opens the tab of the picture, as a person does it."""

SPEAK = f"async (language) => {{{TELL_GRADIO}}}"
"""JavaScript that makes Gradio's own words follow the switch."""


def choose_language(given: str | None) -> str:
    """Return JavaScript that gives the language to start in: the given one, or the browser's."""
    browsers = '(navigator.language || "en").toLowerCase().startsWith("es") ? "es" : "en"'
    chosen = json.dumps(given) if given else browsers
    return f"async () => {{ const language = {chosen};{TELL_GRADIO}}}"


def page_options(settings: Settings) -> dict[str, object]:
    """Return what `launch` and `mount_gradio_app` are told of the page.

    Nothing is kept and nothing is sent: Gradio would remember every picture in the browser,
    and offers to share the page over servers of its maker.

    Args:
        settings: largest picture.
    """
    return {
        "theme": gr.themes.Default(
            primary_hue="blue",
            font=[gr.themes.Font(name) for name in SANS],
            font_mono=[gr.themes.Font(name) for name in MONO],
        ),
        "footer_links": ["api"],
        "run_history": False,
        "max_file_size": settings.max_bytes,
        "enable_monitoring": False,
        "mcp_server": False,
        "pwa": False,
        "ssr_mode": False,
        "i18n": words(),
    }


def words() -> gr.I18n:
    """Return the sentences as the browser takes them."""
    return gr.I18n(en={english: english for english in SPANISH}, es=SPANISH)
