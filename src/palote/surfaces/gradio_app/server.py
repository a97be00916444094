"""`serve`: the app on this machine, for `palote gradio`.

Gradio writes uploads into a folder for all users of the machine. Here each run has a
folder of its own, which only its user can open and which goes when the run ends.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from palote.settings import Settings
from palote.surfaces.gradio_app.words import check_language

if TYPE_CHECKING:
    from fastapi import FastAPI

    from palote.ink import InkSpec

__all__ = ["USUAL_PORT", "serve"]

USUAL_PORT = 7860
"""The one that people know from Gradio."""

# Gradio's pages hold scripts of their own and compile some; but nothing leaves for elsewhere.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "form-action 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)


def serve(
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = True,
    model: str | None = None,
    lang: str | None = None,
    settings: Settings | None = None,
    declared: InkSpec | None = None,
    learn: bool = False,
) -> None:
    """Serve the Gradio app until interrupted.

    Args:
        host: name or address to listen at; ``"0.0.0.0"`` is every one of this machine.
        port: port to listen at; 0 lets the system choose. If not given, 7860 or the next
            free one.
        open_browser: whether to open the page once the server is ready.
        model: name or path of the model that reads at first; the chosen one if not given.
        lang: "en" or "es"; the browser's language if not given.
        settings: limits and folders; from the environment if not given.
        declared: what the model takes, if it is a file that does not say it.
        learn: let it be taught, from this machine; see `build`.

    Raises:
        ServerError: the host or the port cannot be used.
        ModelError: the model cannot be loaded.
        UsageError: there is no such language, or the model cannot be taught.
        LearnError: the store cannot be used.
    """
    from palote.surfaces.web.shell import run, shell

    check_language(lang)
    settings = settings or Settings.from_environment()

    def make() -> FastAPI:
        # Only now, for it notes the folder when it is imported.
        import gradio as gr

        from palote.surfaces.gradio_app.app import build
        from palote.surfaces.gradio_app.look import page_options

        blocks = build(settings, model=model, lang=lang, declared=declared, learn=learn)
        outer = shell(host, settings.max_bytes, POLICY)
        gr.mount_gradio_app(outer, blocks, path="/", **page_options(settings))
        return outer

    with _private_folder():
        run(make, host, port, USUAL_PORT, open_browser)


@contextmanager
def _private_folder() -> Iterator[None]:
    """Keep whatever is written for a moment in a folder that goes at the end."""
    with (
        _ending_in_order(),
        tempfile.TemporaryDirectory(prefix="palote-", ignore_cleanup_errors=True) as folder,
    ):
        before, tempfile.tempdir = tempfile.tempdir, folder
        os.environ["GRADIO_TEMP_DIR"] = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
            del os.environ["GRADIO_TEMP_DIR"]


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let a process that is asked to end tidy up; by itself it would just stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
