"""What the tests share: where the data sets are, and what must not be skipped.

A user may run the tests without the data sets and without a browser: what needs
them is skipped and says why. Continuous integration names what it has prepared
in ``PALOTE_REQUIRE`` (``tools,data``); there a missing one fails the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

Missing = Callable[[str, str], None]

OWN_CHOICES = (
    *("PALOTE_MODEL", "PALOTE_THREADS", "PALOTE_MAX_BYTES", "PALOTE_MAX_PIXELS"),
    *("PALOTE_PROFILE", "PALOTE_STORE", "PALOTE_LEARN", "PALOTE_HOSTS", "PALOTE_ALLOW_ORIGINS"),
    *("PALOTE_TRUSTED_PROXIES", "PALOTE_ACCESS_LOG", "PALOTE_RATE_LIMIT", "PALOTE_RUNNING"),
    *("PALOTE_WAITING", "PALOTE_DRAIN_SECONDS", "PALOTE_GRACE_SECONDS"),
    "PROMETHEUS_MULTIPROC_DIR",
)
"""What a developer may have set for themselves."""


@pytest.fixture(scope="session")
def missing() -> Missing:
    """Call it with what is missing ("data" or "tools") and the reason: it skips or fails."""

    def missing(kind: str, reason: str) -> None:
        required = {name.strip() for name in os.environ.get("PALOTE_REQUIRE", "").split(",")}
        if kind in required:
            pytest.fail(f"PALOTE_REQUIRE names {kind!r}, but {reason}", pytrace=False)
        pytest.skip(reason)

    return missing


@pytest.fixture(scope="session")
def datasets(missing: Missing) -> Path:
    """The folder with mnist/, pen/, wild/ and the other data sets."""
    folder = Path(os.environ.get("PALOTE_DATA") or REPOSITORY.parent / "shared" / "datasets")
    if not (folder / "mnist").is_dir():
        missing("data", f"there is no data set at {folder}; name its folder in PALOTE_DATA")
    return folder


@pytest.fixture(scope="session")
def keras(missing: Missing) -> ModuleType:
    """Keras, with all that the extra ``train`` brings."""
    try:
        import keras
        import tensorboard  # noqa: F401
        import tensorflow  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError:
        missing("tools", "the extra train is not installed")
    return keras


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests, and the programs they start, away from the developer's own settings."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in OWN_CHOICES:
            patch.delenv(variable, raising=False)
        folder = tmp_path_factory.mktemp("palote")
        for variable in ("PALOTE_DATA_DIR", "PALOTE_STATE_DIR", "PALOTE_CACHE_DIR"):
            patch.setenv(variable, str(folder / variable.lower()))
        # Tests download nothing; this address refuses at once.
        patch.setattr("palote.data.mirrors.MIRRORS", ("https://127.0.0.1:9/",))
        yield
