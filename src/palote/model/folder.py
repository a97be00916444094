"""Which model file of a folder reads, and why: what ``--model FOLDER`` stands for.

Training and export leave one network in several formats side by side. The choice must
not depend on the order of a directory, and a person is told of it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from palote.errors import ModelNotFound

__all__ = ["PREFERENCE", "REASONS", "Choice", "choose"]

PREFERENCE = {
    ".onnx": "ONNX reads fastest and needs no further package",
    ".npz": "a network in NumPy alone needs no further package",
    ".tflite": "LiteRT starts and reads faster than Keras",
    ".keras": "it is Keras's own format of today",
    ".h5": "it is one file, with the weights in it",
    ".json": "it is what there is",
}
"""Endings, the best first, and why each comes before those that follow."""

REASONS = {
    "card": "it has its card beside it",
    **PREFERENCE,
    "precision": "it is not rounded to 8 bits",
    "name": "its name comes first",
}

CARD, WEIGHTS, EIGHT_BITS = ".card.json", ".weights.h5", "-int8"
NETWORK_IN_NUMPY = "weights_0.npy"


@dataclass(frozen=True)
class Choice:
    """A model file out of a folder.

    Attributes:
        path: the file.
        others: the model files that were not taken, the better ones first.
        reason: what decided, one of `REASONS`; empty if there was nothing to choose.
    """

    path: Path
    others: tuple[Path, ...]
    reason: str

    @property
    def why(self) -> str:
        """The choice as a sentence; empty if there was nothing to choose."""
        if not self.reason:
            return ""
        names = ", ".join(path.name for path in (self.path, *self.others))
        return (
            f"{str(self.path.parent)!r} holds {1 + len(self.others)} models: {names}. "
            f"{self.path.name} reads: {REASONS[self.reason]}. For another one, name its file."
        )


def choose(folder: Path) -> Choice:
    """Choose the model file of a folder; those in folders inside do not count.

    A file with its card beside it comes first, then the better ending (`PREFERENCE`), then
    whole precision before 8 bits, then the name.

    Raises:
        ModelNotFound: there is no model file in it, or it may not be opened.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise ModelNotFound(
            f"The folder {str(folder)!r} cannot be opened: {error.strerror}."
        ) from error
    models = sorted((path for path in files if _is_model(path)), key=_rank)
    if not models:
        raise ModelNotFound(
            f"There is no model file ({', '.join(PREFERENCE)}) in the folder {str(folder)!r}. "
            "A .json counts with its weights beside it."
        )
    return Choice(models[0], tuple(models[1:]), _reason(*models[:2]) if models[1:] else "")


def _is_model(path: Path) -> bool:
    name = path.name
    if name.startswith(".") or name.endswith((CARD, WEIGHTS)) or path.suffix not in PREFERENCE:
        return False
    if path.suffix == ".npz":
        return _holds_a_network(path)
    whole = path.with_name(path.stem + WEIGHTS).is_file()
    if path.suffix == ".json":
        return whole or path.with_suffix(".h5").is_file()
    # Beside a description that has no other weights, an .h5 file is its weights.
    return path.suffix != ".h5" or whole or not path.with_suffix(".json").is_file()


def _holds_a_network(path: Path) -> bool:
    """Tell a network in an .npz file from other arrays: training keeps its judgements so too."""
    try:
        with zipfile.ZipFile(path) as arrays:
            return NETWORK_IN_NUMPY in arrays.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _rank(path: Path) -> tuple[bool, int, bool, str]:
    return not _has_card(path), *_kind(path), path.name


def _kind(path: Path) -> tuple[int, bool]:
    return list(PREFERENCE).index(path.suffix), path.stem.endswith(EIGHT_BITS)


def _has_card(path: Path) -> bool:
    return path.with_name(path.stem.removesuffix(EIGHT_BITS) + CARD).is_file()


def _reason(best: Path, second: Path) -> str:
    if _has_card(best) != _has_card(second):
        return "card"
    if best.suffix != second.suffix:
        return best.suffix
    return "precision" if _kind(best) != _kind(second) else "name"
