"""TensorFlow, without its greeting: on newer processors two lines that no setting of it stops.

They say that oneDNN is on, and stood among a training's own lines. Turning oneDNN off would
silence them, and make training half as fast.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

__all__ = ["prepare"]

GREETING = (b"All log messages before absl::InitializeLog()", b"oneDNN custom operations are on")


def prepare() -> None:
    """Have Keras compute with TensorFlow, and let both be imported in silence, whoever does it.

    To be called before they are imported; afterwards it changes nothing.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    loaded = "tensorflow" in sys.modules
    if not loaded and not any(isinstance(finder, _Quiet) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Quiet())


class _Quiet(MetaPathFinder):
    """Finds TensorFlow once, where the others find it, and silences its import."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                with _without_greeting():
                    execute(module)

            setattr(spec.loader, "exec_module", exec_module)  # noqa: B010
        return spec


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Keep what is written to the process's standard error, and let out all but the greeting."""
    try:
        stderr = os.dup(2)
    except OSError:  # A window without a console has none.
        yield
        return
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            kept.seek(0)
            for line in kept:
                if not any(words in line for words in GREETING):
                    os.write(2, line)
