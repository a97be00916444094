"""``palote doctor``: is everything there, and does it really read?

Each check gives one or more `Finding` and never raises, so that one broken part
does not hide the others. What reading needs is essential; the rest is a note.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from palote import __version__
from palote.errors import MissingExtra, PaloteError
from palote.settings import Settings
from palote.surfaces.cli.options import ModelOption

__all__ = ["BASE", "EXTRAS", "Finding", "doctor", "examine"]

BASE = (
    *("fastapi", "httptools", "numpy", "onnxruntime", "opencv-python-headless", "pillow"),
    *("platformdirs", "prometheus-client", "python-multipart", "rich", "sqlalchemy", "typer"),
    "uvicorn",
    *(() if sys.platform == "win32" else ("uvloop",)),
)
"""The packages that reading and serving need."""

EXTRAS = {
    "deploy": (("gunicorn", "uvicorn_worker"), "Serving with Gunicorn"),
    "gradio": (("gradio",), "The Gradio app"),
    "heic": (("pillow_heif",), "Reading HEIC pictures"),
    "https": (("cryptography", "psutil", "segno"), "Serving over HTTPS"),
    "lesson": (("ipykernel", "nbclient", "nbformat"), "The lesson"),
    "otel": (("opentelemetry.exporter.otlp.proto.http", "opentelemetry.sdk"), "Tracing"),
    "postgres": (("psycopg",), "Keeping corrections in PostgreSQL"),
    "ray": (("fsspec", "pyarrow", "ray"), "Reading or training on Ray"),
    "train": (
        ("ai_edge_litert", "h5py", "keras", "onnx", "tensorboard", "tensorflow", "tf2onnx"),
        "Training",
    ),
    "webcam": (("pygame",), "The camera's window"),
}
"""Extra -> the modules that it brings, and what they are for."""

State: TypeAlias = Literal["ok", "note", "failed"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        name: what was looked at.
        state: "ok"; "note" for what reading does not need; "failed" for what it does.
        detail: what was found, and where it is bad, what to do.
    """

    name: str
    state: State
    detail: str


def doctor(
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check that everything is there and reads.

    Versions, packages, the network and its checksum, folders, and a digit that is really read.
    """
    findings = list(examine(model))
    healthy = all(finding.state != "failed" for finding in findings)
    if as_json:
        print(json.dumps({"ok": healthy, "checks": [asdict(f) for f in findings]}, indent=2))
    else:
        for finding in findings:
            print(f"{finding.state:6}  {finding.name:22}  {finding.detail}")
    if not healthy:
        typer.echo("palote: something that reading needs is missing or broken.", err=True)
        raise typer.Exit(1)


def examine(model: str | None = None) -> Iterator[Finding]:
    """Yield what every check finds.

    Args:
        model: name or path of the model; the settings' one if not given.
    """
    yield Finding("palote", "ok", f"{__version__}, in {Path(__file__).parents[2]}")
    yield Finding("python", "ok", f"{platform.python_version()}, {sys.executable}")
    yield Finding("system", "ok", f"{platform.platform()}, {os.cpu_count()} cores")
    yield from _packages()
    yield from _extras()
    try:
        settings = Settings.from_environment()
    except PaloteError as error:
        yield Finding("settings", "failed", str(error))
        return
    yield from _folders(settings)
    yield _guarded("model", lambda: _describe_model(model, settings))
    yield _guarded("self-test", lambda: _read_a_seven(model, settings))


def _packages() -> Iterator[Finding]:
    # Not at the top: it takes 20 ms that every other command would wait for.
    from importlib import metadata

    for name in BASE:
        try:
            yield Finding(name, "ok", metadata.version(name))
        except metadata.PackageNotFoundError:
            advice = f'not installed. Install it: pip install "{name}"'
            yield Finding(name, "failed", advice)
    # Two of these overwrite each other's files, and removing one breaks the other.
    rivals = ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")
    brought_by = metadata.packages_distributions().get("cv2", [])
    for name in rivals:
        if name in brought_by:
            yield Finding(
                name,
                "note",
                f"is there besides opencv-python-headless; they share files. pip uninstall {name}",
            )


def _extras() -> Iterator[Finding]:
    for extra, (modules, what) in EXTRAS.items():
        missing = [name for name in modules if not _can_be_found(name)]
        if missing:
            yield Finding(f"extra {extra}", "note", str(MissingExtra(extra, what)))
        else:
            yield Finding(f"extra {extra}", "ok", ", ".join(modules))


def _can_be_found(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # Already what it is in.
        return False


def _folders(settings: Settings) -> Iterator[Finding]:
    folders = {
        "data folder": settings.data_dir,
        "state folder": settings.state_dir,
        "cache folder": settings.cache_dir,
    }
    for name, folder in folders.items():
        if _can_write(folder):
            state = "ok" if folder.is_dir() else "ok, made when it is needed"
            yield Finding(name, "ok", f"{folder} ({state})")
        else:
            yield Finding(name, "note", f"{folder} cannot be written. Reading does not need it.")
    if settings.datasets is None:
        yield Finding(
            "data sets",
            "note",
            "no folder in PALOTE_DATA. MNIST is fetched when it is needed; pen strokes are not.",
        )
    elif settings.datasets.is_dir():
        yield Finding("data sets", "ok", str(settings.datasets))
    else:
        yield Finding("data sets", "note", f"PALOTE_DATA names no folder: {settings.datasets}")


def _can_write(folder: Path) -> bool:
    """Tell whether the folder, or the nearest one above it that exists, may be written."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _guarded(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", check())
    except PaloteError as error:
        return Finding(name, "failed", str(error))
    except Exception as error:  # a broken package may raise anything, ImportError most often
        return Finding(name, "failed", f"{type(error).__name__}: {error}. Install Palote again.")


def _describe_model(name: str | None, settings: Settings) -> str:
    from palote.model import catalog

    entry = catalog.find(name or catalog.chosen(settings), settings)
    size = len(entry.checked_bytes())
    recorded = entry.card is not None and entry.path.name in entry.card.sha256
    checksum = "checksum right" if recorded else "no checksum recorded"
    return f"{entry.name}, {size / 1000:,.0f} kB, {checksum}, {entry.path}"


def _read_a_seven(name: str | None, settings: Settings) -> str:
    from PIL import Image, ImageDraw

    from palote.reader import Reader

    paper = Image.new("L", (200, 200), 245)
    strokes = [(62, 52), (142, 52), (94, 158)]
    ImageDraw.Draw(paper).line(strokes, fill=25, width=13, joint="curve")
    png = BytesIO()
    paper.save(png, "PNG")
    reading = Reader(name, settings=settings).read(png.getvalue())
    if reading.text != "7":
        raise PaloteError(
            f"a drawn 7 was read as {reading.text!r} ({reading.status}). "
            "Choose another network, or install Palote again."
        )
    return f"a drawn 7 was read as 7, {reading.confidence:.1%}".replace("%", " %")
