"""The Gradio app: `palote gradio`, a part of someone's FastAPI application, or a Space.

Where to find what::

    app.py       build: the app; which component calls which handler
    server.py    serve: a private folder for uploads, address, port, browser
    parts.py     the components and their texts
    look.py      theme, style, and the little JavaScript
    desk.py      the handlers: a picture in, an answer out
    lesson.py    the flag button, which teaches
    answer.py    what is shown of a reading
    intake.py    the picture out of what a component sends; deletes its file
    examples.py  pictures to try it with, drawn by code
    words.py     every sentence in English and in Spanish

`build` and `serve` are loaded when they are asked for: Gradio takes seconds to import, and
notes at once where uploads go.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from palote.errors import MissingExtra

if TYPE_CHECKING:
    from palote.surfaces.gradio_app.app import build
    from palote.surfaces.gradio_app.server import serve

__all__ = ["build", "serve"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("gradio") is None:
        raise MissingExtra("gradio", "The Gradio app")
    if name == "serve":
        from palote.surfaces.gradio_app.server import serve

        return serve
    from palote.surfaces.gradio_app.app import build

    return build
