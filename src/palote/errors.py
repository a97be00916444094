"""Every error Palote raises on purpose, in one tree.

Each carries a sentence for a person: what was wrong, the value received, what
to do. ``code`` is stable and made for programs (the HTTP API puts it into its
``problem+json``, the command line shows it with ``--json``)::

    PaloteError
    ├── UsageError              an argument that does not exist (also a ValueError)
    ├── InputError              a picture that cannot be read
    │   ├── FileNotReadable     no such file, a folder, no permission
    │   ├── UnsupportedFormat   no picture, or a kind that Palote does not know
    │   ├── CorruptImage        a picture that breaks while it is decoded
    │   ├── TooManyBytes        larger than Settings.max_bytes
    │   ├── TooManyPixels       larger than Settings.max_pixels (decompression bombs)
    │   ├── TooSmall            too few pixels to hold a digit
    │   ├── UnsupportedArray    a NumPy array of another shape, dtype or range
    │   └── NoCamera            no such camera, or it gives no pictures
    ├── ModelError              a model that cannot be used
    │   ├── ModelNotFound       no model of that name or path
    │   ├── ModelCorrupt        not a model, or its checksum does not match
    │   ├── InkSpecMismatch     trained with another normalisation
    │   └── ExportFailed        a file that does not answer as its network does
    ├── LearnError              corrections cannot be kept or learned
    │   ├── LearningOff         learning is switched off for this profile
    │   └── NothingToLearn      no ink to learn from, or nothing to take back
    ├── DataError               a data set that is missing, incomplete or damaged
    ├── MissingExtra            a feature whose packages are not installed
    ├── NoDisplay               there is no screen to open a window on
    └── ServerError             the server cannot start (port in use, ...)
"""

from __future__ import annotations

__all__ = [
    "CorruptImage",
    "DataError",
    "ExportFailed",
    "FileNotReadable",
    "InkSpecMismatch",
    "InputError",
    "LearnError",
    "LearningOff",
    "MissingExtra",
    "ModelCorrupt",
    "ModelError",
    "ModelNotFound",
    "NoCamera",
    "NoDisplay",
    "NothingToLearn",
    "PaloteError",
    "ServerError",
    "TooManyBytes",
    "TooManyPixels",
    "TooSmall",
    "UnsupportedArray",
    "UnsupportedFormat",
    "UsageError",
]


class PaloteError(Exception):
    """The base of all errors that Palote raises on purpose."""

    code = "error"


class UsageError(PaloteError, ValueError):
    """An argument has a value that does not exist; the message lists the valid ones."""

    code = "usage"


class InputError(PaloteError):
    """A picture cannot be read; the message says why and what would help."""

    code = "input"


class FileNotReadable(InputError):
    """There is no such file, it is a folder, or it may not be opened."""

    code = "file-not-readable"


class UnsupportedFormat(InputError):
    """The bytes are no picture, or of a kind that Palote does not read."""

    code = "unsupported-format"


class CorruptImage(InputError):
    """The picture breaks while it is decoded (cut off or damaged)."""

    code = "corrupt-image"


class TooManyBytes(InputError):
    """The file is larger than ``Settings.max_bytes``."""

    code = "too-many-bytes"


class TooManyPixels(InputError):
    """The picture has more pixels than ``Settings.max_pixels``; it was not decoded."""

    code = "too-many-pixels"


class TooSmall(InputError):
    """The picture has too few pixels to hold a digit."""

    code = "too-small"


class UnsupportedArray(InputError):
    """The array has a shape, dtype or range of values that is no picture."""

    code = "unsupported-array"


class NoCamera(InputError):
    """There is no such camera, it is in use or not permitted, or it gives no pictures."""

    code = "no-camera"


class ModelError(PaloteError):
    """A model cannot be used."""

    code = "model"


class ModelNotFound(ModelError):
    """No model of that name or path; the message lists the known names."""

    code = "model-not-found"


class ModelCorrupt(ModelError):
    """The file is no model, is incomplete, or its checksum does not match."""

    code = "model-corrupt"


class InkSpecMismatch(ModelError):
    """The model was trained with another normalisation than this Palote applies."""

    code = "ink-spec-mismatch"


class ExportFailed(ModelError):
    """A file that was exported does not answer as the network does; nothing was kept."""

    code = "export-failed"


class LearnError(PaloteError):
    """Corrections cannot be kept or learned: the store is away, damaged or full."""

    code = "learn"


class LearningOff(LearnError):
    """Learning is switched off for this profile."""

    code = "learning-off"


class NothingToLearn(LearnError):
    """There is no ink in the picture, or no correction to take back."""

    code = "nothing-to-learn"


class DataError(PaloteError):
    """A data set is missing, incomplete or damaged."""

    code = "data"


class MissingExtra(PaloteError):
    """A feature needs packages that are not installed.

    Args:
        extra: name of the extra in ``pyproject.toml``.
        what: the feature that asked for it, as the start of the sentence.
    """

    code = "missing-extra"

    def __init__(self, extra: str, what: str) -> None:
        self.extra = extra
        self._what = what
        super().__init__(f'{what} needs more packages. Install them: pip install "palote[{extra}]"')

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        """Tell pickle how to make it again, for it may come from another process."""
        return type(self), (self.extra, self._what)


class NoDisplay(PaloteError):
    """A window was asked for on a machine without a screen, or one that cannot be used."""

    code = "no-display"


class ServerError(PaloteError):
    """The server cannot start."""

    code = "server"
