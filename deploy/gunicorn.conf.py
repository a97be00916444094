"""Gunicorn for Palote: several processes that are replaced one by one, and never all at once.

Gunicorn keeps the listening socket and the number of workers; each worker is a uvicorn. What
Palote does is set by ``PALOTE_*`` variables, the number of workers by ``WEB_CONCURRENCY``,
anything else by Gunicorn's own options, which win over this file:

    gunicorn -c deploy/gunicorn.conf.py --bind 127.0.0.1:8000
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import ClassVar

import uvicorn
from gunicorn.arbiter import Arbiter
from uvicorn_worker import UvicornWorker

DRAIN, GRACE = "PALOTE_DRAIN_SECONDS", "PALOTE_GRACE_SECONDS"
# An old worker still answers while the new one starts.
drain_seconds = int(os.environ.get(DRAIN) or 3)
os.environ[DRAIN] = str(drain_seconds)
grace_seconds = int(os.environ.get(GRACE) or 20)
HANDOVER_SECONDS = 0.5
"""How long after its connection a request of Nginx may arrive."""

SHARED_MEMORY = Path("/dev/shm")
METRICS = "PROMETHEUS_MULTIPROC_DIR"
REPLACING = "GUNICORN_PID"
"""Set where a new Gunicorn takes the place of one that runs (SIGUSR2)."""


class Server(uvicorn.Server):
    """A uvicorn that ends without hanging up on somebody whom it has just let in.

    uvicorn closes every connection on which no request has arrived yet. While all workers are
    replaced, Nginx can meet two of them with the same request, and would give it up.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, wait for those on the threshold, then end."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(HANDOVER_SECONDS)
        await super().shutdown(sockets)


class Worker(UvicornWorker):
    """A uvicorn that leaves the log to Nginx, and to Palote whom it believes (PALOTE_*)."""

    CONFIG_KWARGS: ClassVar = {
        **UvicornWorker.CONFIG_KWARGS,
        "http": "palote.surfaces.web.protocol:HttpProtocol",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": grace_seconds,
        "ws": "none",
    }

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = Server(self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)


wsgi_app = "palote.surfaces.web:app_from_environment()"
worker_class = Worker
bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)

# A worker whose event loop stands still for this long is replaced.
timeout = 60
# A little more than the workers take to end by themselves.
graceful_timeout = drain_seconds + grace_seconds + 5
# Longer than Nginx keeps a connection (60 s): it must not be the worker that hangs up.
keepalive = 75

# Signs of life on a disk would stop with the disk.
worker_tmp_dir = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
# It would want a folder to write to.
control_socket_disable = True

# Metrics and rate limit are shared by the workers in files. The workers inherit the variable, and
# it lasts while they are replaced (SIGHUP, SIGUSR2), so that no count falls.
if METRICS not in os.environ:
    os.environ[METRICS] = tempfile.mkdtemp(prefix="palote-")


def on_starting(server: Arbiter) -> None:
    """Begin to count at nothing, also after a crash."""
    if REPLACING not in os.environ:
        shutil.rmtree(os.environ[METRICS], ignore_errors=True)
    Path(os.environ[METRICS]).mkdir(parents=True, exist_ok=True)


def on_exit(server: Arbiter) -> None:
    """Leave nothing behind, unless another Gunicorn goes on with it."""
    if not server.reexec_pid:
        shutil.rmtree(os.environ[METRICS], ignore_errors=True)
