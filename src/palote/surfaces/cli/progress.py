"""The bars on the terminal: while many pictures are read, and while a network is trained.

It is drawn on stderr and only on a terminal, so that what a program reads from
stdout never has a bar in it. Rich is imported only where a bar is drawn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress", "steps"]

MANY = 24
"""From here on a bar is worth its place; so many pictures are read in half a second."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Draw a bar while the body runs, if there is a terminal and much to do.

    Args:
        total: pictures in all.

    Yields:
        What to call for each picture that is done.
    """
    if total < MANY or not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        # Lines on the same terminal must scroll above the bar; a file gets them as they are.
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


@contextmanager
def steps() -> Iterator[Callable[[int, int, str], None]]:
    """Draw a bar for one piece of work after another, if there is a terminal.

    Yields:
        What to call with what is done, what there is in all, and what it is, or figures.
    """
    if not sys.stderr.isatty():
        yield _no_step
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task("", total=1, visible=False)
        before = 0

        def step(done: int, total: int, text: str) -> None:
            nonlocal before
            if done <= before:  # something new has begun
                bar.reset(task, total=total)
            before = 0 if done >= total else done
            visible = done < total
            bar.update(task, completed=done, total=total, description=text, visible=visible)

        yield step


def _nothing() -> None:
    pass


def _no_step(done: int, total: int, text: str) -> None:
    pass
