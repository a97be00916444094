"""``palote explain``: one picture that shows how an answer came about."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.errors import InputError, MissingExtra, UsageError
from palote.settings import Settings
from palote.surfaces.cli.options import CleanOption, ModelOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palote.model.catalog import Entry
    from palote.result import Digit

__all__ = ["explain"]

KERAS = ("keras", "tensorflow")
KERAS_FILES = (".h5", ".json")


def explain(
    image: Annotated[
        str, typer.Argument(metavar="IMAGE", help="The picture of a digit.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.png", dir_okay=False, help="Where to write it."),
    ],
    model: ModelOption = None,
    digit: Annotated[
        str | None,
        typer.Option(
            metavar="0-9",
            autocompletion=lambda: list("0123456789"),
            help="Compare the answer with this digit; with the runner-up, if not given.",
        ),
    ] = None,
    clean: CleanOption = "auto",
) -> None:
    """Draw how the answer for one picture came about, as a PNG.

    It shows the way to 28x28, the ten probabilities, which ink spoke for the answer and
    which against it, and, with the extra "train", what each convolution makes of it.
    """
    from palote.data.saving import save
    from palote.model import catalog
    from palote.reader import Reader
    from palote.surfaces.cli.poster import Looked, draw_poster

    if digit is not None and digit not in tuple("0123456789"):
        raise UsageError(f"--digit must be one digit, 0 to 9, not {digit!r}.")
    _check_place(out)
    settings = Settings.from_environment()
    entry = catalog.find(model or catalog.chosen(settings), settings)
    reader = Reader(model, clean, settings=settings)
    reading = reader.read(image, expect="digit", stages=True)
    if not reading.digits:
        raise InputError(
            f"There is nothing to explain in {image!r}: no ink stands out from the paper."
        )
    best = reading.digits[0]
    other = digit if digit and digit != best.value else _runner_up(best)
    looked = [Looked(value, reader.saliency(best, value)) for value in (best.value, other)]
    inside, note = _inside(entry, best.ink)
    if inside is None:
        typer.echo(f"palote: {note}", err=True)
    png = io.BytesIO()
    draw_poster(reading, looked, inside, note).save(png, "PNG", optimize=True)
    save(out, png.getvalue())
    typer.echo(out)


def _runner_up(best: Digit) -> str:
    others = [value for value in range(len(best.probabilities)) if str(value) != best.value]
    return str(max(others, key=lambda value: best.probabilities[value]))


def _inside(entry: Entry, patch: NDArray[np.float32]) -> tuple[NDArray[np.uint8] | None, str]:
    """Return the feature maps as a picture, if they can be had, and what to know of them."""
    from palote.model.catalog import card_path
    from palote.surfaces.cli.poster import CARD, INNER

    stem = card_path(entry.path).name.removesuffix(".card.json")
    path = entry.path.with_name(f"{stem}.keras")
    if not path.is_file() and entry.path.suffix in KERAS_FILES:
        path = entry.path
    if not path.is_file():
        return None, f"Feature maps need the network in Keras's format, {path.name}, beside it."
    if any(find_spec(package) is None for package in KERAS):
        return None, str(MissingExtra("train", "Showing feature maps"))
    from palote.train.inside import contact_sheet, feature_maps

    maps = feature_maps(path, patch)
    if not maps:
        return None, "This network has no convolutions, so that there are no feature maps."
    note = (
        "The maps of each convolution, from the input on. Bright: the filter found what it seeks."
    )
    return contact_sheet(maps, INNER, CARD), note


def _check_place(out: Path) -> None:
    """Refuse a place where no PNG can be written, before the work."""
    if out.suffix.lower() != ".png":
        raise UsageError(f"--out must end in .png, not {str(out)!r}.")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {str(out.parent)!r}. Make it first.")
