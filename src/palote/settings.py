"""All settings in one frozen object: the only place that reads the environment.

Folders come from ``platformdirs``, so they are where the operating system's
users expect them. Nothing here creates a folder: whoever writes does.
"""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import platformdirs

from palote.errors import UsageError

__all__ = ["LANGUAGES", "Settings", "system_language"]

LANGUAGES = ("en", "es")
"""What surfaces speak."""

MEGABYTE = 1024 * 1024
SPANISH = re.compile(r"es([_.@-]|$)|spanish", re.IGNORECASE)
"""How systems name it: ``es_MX.UTF-8``; on Windows ``Spanish_Spain``. Estonian is none."""


@dataclass(frozen=True)
class Settings:
    """Limits, folders and defaults.

    Attributes:
        max_bytes: largest picture file that is read, in bytes.
        max_pixels: largest picture that is decoded, width times height.
        model: name or path of the model that is used unless another is asked for.
        profile: whose corrections count unless another is asked for; "none" for nobody's.
        store: where corrections are kept, as an SQLAlchemy URL; "" for a file in `data_dir`.
        threads: threads of the network; 0 lets ONNX Runtime choose.
        datasets: folder with ``mnist/`` and ``pen/``, if the person has them already.
        data_dir: the user's models and corrections.
        state_dir: logs and certificates.
        cache_dir: what can be fetched or made again (MNIST and its patches).

    >>> Settings.from_environment({"PALOTE_MAX_BYTES": "1000"}).max_bytes
    1000
    """

    max_bytes: int = 32 * MEGABYTE
    max_pixels: int = 50_000_000
    model: str = "default"
    profile: str = "default"
    store: str = ""
    threads: int = 1
    datasets: Path | None = None
    data_dir: Path = field(
        default_factory=lambda: Path(platformdirs.user_data_dir("palote", False))
    )
    state_dir: Path = field(
        default_factory=lambda: Path(platformdirs.user_state_dir("palote", False))
    )
    cache_dir: Path = field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("palote", False))
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``PALOTE_*`` variables; what is not set keeps its default.

        Args:
            environment: variables by name; ``os.environ`` if not given.

        Raises:
            UsageError: a number is expected and something else was given.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, int | str | Path] = {}
        for setting in fields(cls):
            variable = VARIABLES[setting.name]
            text = environment.get(variable)
            if not text:
                continue
            if setting.name in WHOLE_NUMBERS:
                values[setting.name] = _whole_number(variable, text)
            elif setting.name in FOLDERS:
                values[setting.name] = Path(text).expanduser()
            else:
                values[setting.name] = text
        return cls(**values)  # type: ignore[arg-type]


VARIABLES = {
    "max_bytes": "PALOTE_MAX_BYTES",
    "max_pixels": "PALOTE_MAX_PIXELS",
    "model": "PALOTE_MODEL",
    "profile": "PALOTE_PROFILE",
    "store": "PALOTE_STORE",
    "threads": "PALOTE_THREADS",
    "datasets": "PALOTE_DATA",
    "data_dir": "PALOTE_DATA_DIR",
    "state_dir": "PALOTE_STATE_DIR",
    "cache_dir": "PALOTE_CACHE_DIR",
}
WHOLE_NUMBERS = {"max_bytes", "max_pixels", "threads"}
FOLDERS = {"datasets", "data_dir", "state_dir", "cache_dir"}


def system_language(environment: Mapping[str, str] | None = None) -> str:
    """Return the one of `LANGUAGES` that the system is set to: English unless it is Spanish.

    Args:
        environment: variables by name; ``os.environ`` if not given.

    >>> system_language({"LANG": "es_ES.UTF-8"})
    'es'
    """
    environment = os.environ if environment is None else environment
    said = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    # Windows sets none of these; there Python asks the system itself.
    name = next(filter(None, said), None) or locale.getlocale(locale.LC_CTYPE)[0] or ""
    return "es" if SPANISH.match(name) else "en"


def _whole_number(variable: str, text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{variable} must be a whole number, not {text!r}.")
    return int(text)
