"""An S3-compatible server on this machine, with a bucket: moto's, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import Missing

KEYS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What whoever reads from it has in the environment."""


@pytest.fixture(scope="module")
def bucket(missing: Missing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Options of a URL that lead to the server, which has the bucket ``scans``."""
    if find_spec("moto") is None or find_spec("flask") is None:
        missing("tools", "moto's server is not installed")
    log = tmp_path_factory.mktemp("s3") / "log"
    program = "import moto.server; moto.server.main(['-p', '0', '-H', '127.0.0.1'])"
    with log.open("w") as said, pytest.MonkeyPatch.context() as patch:
        server = subprocess.Popen([sys.executable, "-c", program], stdout=said, stderr=said)
        try:
            for name, value in KEYS.items():
                patch.setenv(name, value)
            port = _port(log, server)
            request = urllib.request.Request(f"http://127.0.0.1:{port}/scans", method="PUT")
            urllib.request.urlopen(request, timeout=30).close()
            yield f"endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
        finally:
            server.kill()
            server.wait()


def _port(log: Path, server: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 50
    while time.monotonic() < until and server.poll() is None:
        said = log.read_text()
        if "Running on http://127.0.0.1:" in said:
            return int(said.split("Running on http://127.0.0.1:")[1].split()[0])
        time.sleep(0.05)
    raise AssertionError(f"moto's server does not start: {log.read_text()}")
