"""TensorFlow comes without its greeting, and with everything else that it says."""

import os
import subprocess
import sys

import pytest

from palote import _tensorflow

GREETING = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1.2 3 port.cc:153] oneDNN custom operations are on. You may see\n"
)


def printed(program: str, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"} | environment
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_keras_says_nothing_at_its_import(keras):
    assert printed("import palote.train, keras", TF_ENABLE_ONEDNN_OPTS="1") == ""


def test_only_the_greeting_is_left_out(tmp_path):
    """Whatever else comes while TensorFlow is imported is still said, even where it fails."""
    (tmp_path / "tensorflow.py").write_text(
        f"import os\nos.write(2, {GREETING.encode()!r} + b'Illegal model\\n')\n"
        "raise OSError('no')\n"
    )
    program = (
        "import palote.train\n"
        "try:\n    import tensorflow\n"
        "except OSError as error:\n    print(error)\n"
        "import sys; print('after', file=sys.stderr)\n"
    )
    assert printed(program, PYTHONPATH=str(tmp_path)) == "Illegal model\nafter\n"


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    _tensorflow.prepare()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
