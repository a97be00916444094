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
        hosts: names, without port, that the server answers to besides this machine's own.
        allow_origins: origins (``https://app.example``) whose pages may use the HTTP API.
        trusted_proxies: addresses and networks of proxies that may say who asks; "unix" for one
            that comes by a Unix socket.
        learn: whether the server can be taught.
        access_log: whether the server writes a JSON line for each request on stderr.
        tracing: whether the server tells OpenTelemetry of each request (extra ``otel``); where
            to, its own variables say, such as ``OTEL_EXPORTER_OTLP_ENDPOINT``.
        rate_limit: requests a minute that one address may send for computing; 0 for no limit.
        running: readings at once, in each worker.
        waiting: readings that may wait, in each worker; more are sent away with 503.
        drain: seconds for which the server, told to stop, still takes requests while
            ``/readyz`` says no.
        grace: seconds that running requests get to end when the server does.
        shared_dir: empty folder, best in memory, in which the workers of one server share
            metrics and rate limits; a server of one worker needs none.

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
    hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    learn: bool = False
    access_log: bool = False
    tracing: bool = False
    rate_limit: int = 1200
    running: int = 2
    waiting: int = 128
    drain: int = 0
    grace: int = 20
    shared_dir: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``PALOTE_*`` variables; what is not set keeps its default.

        Args:
            environment: variables by name; ``os.environ`` if not given.

        Raises:
            UsageError: a number or a yes or no is expected and something else was given.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, int | str | Path | tuple[str, ...]] = {}
        for setting in fields(cls):
            variable = VARIABLES[setting.name]
            text = environment.get(variable)
            if not text:
                continue
            if setting.name in WHOLE_NUMBERS:
                values[setting.name] = _whole_number(variable, text, LEAST.get(setting.name, 0))
            elif setting.name in FOLDERS:
                values[setting.name] = Path(text).expanduser()
            elif setting.name in SWITCHES:
                values[setting.name] = _yes_or_no(variable, text)
            elif setting.name in LISTS:
                values[setting.name] = tuple(filter(None, map(str.strip, text.split(","))))
            else:
                values[setting.name] = text
        return cls(**values)  # type: ignore[arg-type]

    def to_environment(self) -> dict[str, str]:
        """Return the variables that make these settings, for a process that is started.

        >>> Settings(hosts=("palote.example", "other.example")).to_environment()["PALOTE_HOSTS"]
        'palote.example,other.example'
        """
        return {VARIABLES[one.name]: _text(getattr(self, one.name)) for one in fields(self)}


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
    "hosts": "PALOTE_HOSTS",
    "allow_origins": "PALOTE_ALLOW_ORIGINS",
    "trusted_proxies": "PALOTE_TRUSTED_PROXIES",
    "learn": "PALOTE_LEARN",
    "access_log": "PALOTE_ACCESS_LOG",
    "tracing": "PALOTE_TRACING",
    "rate_limit": "PALOTE_RATE_LIMIT",
    "running": "PALOTE_RUNNING",
    "waiting": "PALOTE_WAITING",
    "drain": "PALOTE_DRAIN_SECONDS",
    "grace": "PALOTE_GRACE_SECONDS",
    # Not ours: prometheus-client itself looks at it.
    "shared_dir": "PROMETHEUS_MULTIPROC_DIR",
}
WHOLE_NUMBERS = {
    *("max_bytes", "max_pixels", "threads"),
    *("rate_limit", "running", "waiting", "drain", "grace"),
}
LEAST = {"running": 1}
FOLDERS = {"datasets", "data_dir", "state_dir", "cache_dir", "shared_dir"}
SWITCHES = {"learn", "access_log", "tracing"}
LISTS = {"hosts", "allow_origins", "trusted_proxies"}
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


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


def _whole_number(variable: str, text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        from_ = f" from {least}" if least else ""
        raise UsageError(f"{variable} must be a whole number{from_}, not {text!r}.")
    return int(text)


def _yes_or_no(variable: str, text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise UsageError(f"{variable} must be one of {', '.join((*YES, *NO))}, not {text!r}.")
    return text.lower() in YES


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
