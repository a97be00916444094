"""One Nginx before one Gunicorn with two workers, for all tests that change nothing in it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from palote.surfaces.web.certificate import local_certificate
from tests.conftest import Missing

from .running import Gunicorn, Nginx, free_port, wait_until


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory, missing: Missing) -> Path:
    """A certificate and its key, for localhost; only where everything else is there too."""
    if sys.platform != "linux" or shutil.which("nginx") is None:
        missing("tools", "there is no Nginx on the PATH")
    return local_certificate(tmp_path_factory.mktemp("tls")).secret


@contextmanager
def site(folder: Path, pem: Path, upstream: str, workers: list[int]) -> Iterator[Site]:
    """Nginx before one Gunicorn for each number of workers."""
    with ExitStack() as ending:
        servers: list[Gunicorn] = []

        @ending.callback
        def stop() -> None:
            for server in servers:
                server.stop()

        for number, count in enumerate(workers):
            servers.append(Gunicorn(folder / f"gunicorn-{number}", free_port(), count))
        ports = [server.port for server in servers]
        nginx = Nginx(folder / "nginx", upstream, ports, pem)
        ending.enter_context(nginx.running())
        for server in servers:
            wait_until(server.ready, "Palote is ready")
        yield nginx, servers


Site = tuple[Nginx, list[Gunicorn]]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, pem: Path) -> Iterator[Site]:
    """As on a host of its own: one Gunicorn with two workers."""
    with site(tmp_path_factory.mktemp("host"), pem, "upstream-host.conf", [2]) as running:
        yield running
