"""The window with the camera: ``palote webcam``; the only home of pygame.

Where to find what::

    __init__.py   open_window: sources, models and threads put together
    frames.py     a camera, a video, a folder of pictures -> frames
    threads.py    one thread fetches frames, one reads them; the newest wins
    session.py    keys, frames and answers -> what is to be seen (view.py)
      steady.py     what is shown of many answers, and how fast they come
      keys.py       which key does what
      collect.py    a digit on the screen -> a file in a class folder
    layout.py     where everything is in a window of any size
    draw.py       what is to be seen -> pixels
      pen.py        text, boxes and pictures
    window.py     the window and its loop
    words.py      texts in English and Spanish

A frame goes to the reader as it came from the camera: there is no preparing here.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

# All of these are read when OpenCV or pygame is loaded. Without the first, a camera takes up to
# a minute to open on Windows; the next two keep notes of libraries off the terminal; the last
# is what desktops call the program.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "palote")

from palote.errors import MissingExtra, UsageError
from palote.model import catalog
from palote.model.folder import Choice, choose
from palote.reader import EXPECTATIONS, Reader
from palote.settings import Settings
from palote.surfaces.webcam.collect import Collection
from palote.surfaces.webcam.frames import Camera, FrameSource, Slides, Video
from palote.surfaces.webcam.session import Session
from palote.surfaces.webcam.steady import Figures
from palote.surfaces.webcam.threads import Asker, Grabber
from palote.surfaces.webcam.words import words_in

if TYPE_CHECKING:
    from palote.ink import InkSpec

__all__ = ["open_window"]


def open_window(
    camera: int | str | Sequence[str] = 0,
    model: str | None = None,
    *,
    clean: str = "auto",
    declared: InkSpec | None = None,
    expect: str = "digit",
    save_to: Path = Path("my-digits"),
    pictures: Path = Path(),
    language: str = "en",
    settings: Settings | None = None,
    say: Callable[[str], None] = print,
) -> Figures:
    """Open the window, and read what the camera sees until the person leaves it.

    Args:
        camera: number of a camera, path of a video, or paths of pictures.
        model: name of a model, path of a model file or of a folder with several; the chosen
            one if not given. Others that are there can be gone through with a key.
        clean: how ink is told from paper, see `palote.Reader`.
        declared: what the model takes, if it is a file that does not say it.
        expect: what to look for at first: "digit", "number" or "auto".
        save_to: folder for class folders, see `Collection`.
        pictures: folder for pictures of the moment.
        language: "en" or "es".
        settings: limits and folders; from the environment if not given.
        say: writes a line to the terminal.

    Returns:
        How fast it was.

    Raises:
        MissingExtra: pygame is not installed.
        NoDisplay: there is no screen.
        InputError: there is no such camera or video, or it cannot be read.
        ModelError: the model cannot be loaded.
        UsageError: an argument has a value that does not exist.
    """
    words = words_in(language)
    if expect not in EXPECTATIONS:
        raise UsageError(f"expect must be one of {', '.join(EXPECTATIONS)}; not {expect!r}.")
    try:
        from palote.surfaces.webcam import window
    except ImportError as error:
        raise MissingExtra("webcam", "The camera's window") from error
    settings = settings or Settings.from_environment()
    collection = Collection(save_to)
    models, choice = _models(model, settings)
    names = tuple(models)

    @cache
    def load(name: str) -> Reader:
        # What was declared is said of the model that was named, not of the others.
        spec = declared if name == names[0] else None
        return Reader(models[name], clean, declared=spec, settings=settings)

    reader = load(names[0])
    fresh = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(window.display())
        grabber = Grabber(_source(camera, settings, say), fresh)
        stack.callback(grabber.close)
        asker = Asker(names, reader, load, fresh, expect)
        stack.callback(asker.close)
        session = Session(grabber, asker, collection, pictures, words, say, window.screen)
        if choice is not None and choice.reason:
            reason, count = words.reasons[choice.reason], 1 + len(choice.others)
            said = words.chosen.format(model=names[0], count=count, reason=reason)
            session.notify(said, time.perf_counter())
        window.run(session, words, save_to.name or str(save_to), fresh)
    if collection.added:
        say(words.summary.format(count=collection.added, folder=save_to))
    return session.meter.figures()


def _models(model: str | None, settings: Settings) -> tuple[dict[str, str], Choice | None]:
    """Return what to call each model that can be gone through -> its name or path."""
    first = catalog.chosen(settings) if model is None else model
    known = catalog.names(settings)
    choice = choose(Path(first)) if first not in known and os.path.isdir(first) else None
    paths = [choice.path, *choice.others] if choice else [Path(first)]
    named = {path.name: str(path) for path in paths} if first not in known else {first: first}
    return named | {name: name for name in known if name not in named}, choice


def _source(
    camera: int | str | Sequence[str], settings: Settings, say: Callable[[str], None]
) -> FrameSource:
    if isinstance(camera, int):
        return Camera(camera)
    return Video(camera) if isinstance(camera, str) else Slides(camera, settings, say)
