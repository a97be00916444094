"""The command line: typer and rich, one module a group of commands.

Where to find what::

    __init__.py   main: the commands, options for all, errors and exit codes
    read.py       palote read: pictures in, answers out
      paths.py      files, folders and patterns -> names of pictures
      show.py       an answer as a line for people, a JSON line or a CSV row
      progress.py   the bar on the terminal
      read_into.py  --out: any number of pictures into files, here or on Ray
    serve.py      palote serve: the page and the HTTP API
    gradio.py     palote gradio: the Gradio app
    webcam.py     palote webcam: a window with the camera
    train.py      palote train: make a network anew
      retrain.py    with corrections among the pictures, and the gate at its end
      train_many.py several trainings: --seeds, and palote compare --on ray
    evaluate.py   palote evaluate: how well a network reads pictures whose digit is known
    compare.py    palote compare: several networks, side by side
    export.py     palote export: a network in the formats that others need
    explain.py    palote explain: one picture of how an answer came about
      poster.py     draws it
    learn.py      palote learn: corrections, and what came of them
    models.py     palote models: which networks there are
    data.py       palote data: the pictures to train on and to judge with
    doctor.py     palote doctor: is everything there, does it read
    options.py    options that several commands share

Data goes to stdout, messages go to stderr. Exit codes: 0 done, 1 something
failed (an input, the server, a check), 2 wrong usage, 130 interrupted. Starting
must be quick, so a command imports what is heavy inside its function.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from palote import __version__
from palote.errors import ModelNotFound, PaloteError, UsageError
from palote.surfaces.cli.compare import compare
from palote.surfaces.cli.data import data
from palote.surfaces.cli.doctor import doctor
from palote.surfaces.cli.evaluate import evaluate
from palote.surfaces.cli.explain import explain
from palote.surfaces.cli.export import export
from palote.surfaces.cli.gradio import gradio
from palote.surfaces.cli.learn import learn
from palote.surfaces.cli.models import models
from palote.surfaces.cli.options import VerboseOption
from palote.surfaces.cli.read import read
from palote.surfaces.cli.serve import serve
from palote.surfaces.cli.train import train
from palote.surfaces.cli.webcam import webcam

__all__ = ["app", "main"]

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="palote",
    no_args_is_help=True,
    # Rich takes as long to import as the network takes to read; help does without it.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(read)
app.command()(serve)
app.command()(gradio)
app.command()(webcam)
app.command()(train)
app.command()(compare)
app.command()(evaluate)
app.command()(export)
app.command()(explain)
app.add_typer(learn, name="learn")
app.add_typer(models, name="models")
app.add_typer(data, name="data")
app.command()(doctor)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; leaves by SystemExit with the exit code.

    Args:
        arguments: what follows ``palote``; those of this process if not given.
    """
    _never_fail_on_a_letter()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        try:
            app(given, prog_name="palote")
        finally:
            sys.stdout.flush()
    except PaloteError as error:
        _say(str(error))
        sys.exit(WRONG_USAGE if isinstance(error, UsageError | ModelNotFound) else FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if not _is_closed_pipe(error):
            _say(f"It cannot go on: {error}.")
        # Python flushes once more at the end; what is left has nowhere to go.
        with contextlib.suppress(io.UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"palote {__version__}")
        raise typer.Exit


@app.callback()
def _options_for_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Palote reads handwritten digits: yours, not only MNIST's."""


def _never_fail_on_a_letter() -> None:
    """Let names of files through that the terminal's encoding cannot write."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed, or a Windows program without a console
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_closed_pipe(error: OSError) -> bool:
    # Windows says EINVAL where others say EPIPE.
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == 22)


def _say(message: str) -> None:
    print(f"palote: {message}", file=sys.stderr)
