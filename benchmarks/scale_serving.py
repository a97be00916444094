"""How serving should scale: `palote serve`'s workers, bare and behind Nginx, or Ray Serve.

    python -m benchmarks.scale --serving

The same pictures go to each, one after the other, for two of them at once would share the cores.
The first is measured once more at the end: what it has lost or gained by then, the machine did.
It needs ``wrk`` and Nginx (packages of Debian), and Ray Serve, which Palote itself does not:
``pip install -c constraints.txt "ray[serve]"``; what is not there is left out, and said.

Ray Serve gets the least that could be written, a deployment that reads what it is sent: none of
the guards, limits and figures that `palote serve` has on its way.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import psutil

from benchmarks.latency import pictures
from benchmarks.serve_load import Load, Server, ask, load

PAYLOAD = "280x280 PNG"
CONNECTIONS = (1, 16)
NO_LIMIT = {"PALOTE_RATE_LIMIT": "0"}
FAST = {"RAY_SERVE_ENABLE_HA_PROXY": "1", "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1"}
"""Ray's own way to more requests: HAProxy for its proxy of Python, and fewer steps between."""

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_max_body_size 33m;
    client_body_buffer_size 64k;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream palote {{ server 127.0.0.1:{behind}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://palote;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Contender:
    """A way to serve.

    Attributes:
        name: what the table calls it.
        command: what starts it; ``{port}`` stands for the port.
        environment: variables beside those of this process.
        needs: a program or a module without which it cannot be.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    needs: str = ""

    def can_be(self) -> bool:
        """Tell whether what it needs is installed."""
        if self.needs == "ray.serve":
            return find_spec("ray") is not None and find_spec("grpc_reflection") is not None
        return not self.needs or shutil.which(self.needs) is not None


@dataclass(frozen=True)
class Measured:
    """What came of one.

    Attributes:
        name: see `Contender`.
        loads: one for each number of connections.
        start: seconds until a first picture was read.
        memory: megabytes of all its processes after the load, what they share counted once.
        work: milliseconds of processor time of all its processes for each request of the last
            load; other programs on the machine hardly change it.
    """

    name: str
    loads: list[Load]
    start: float
    memory: float
    work: float


def contenders() -> list[Contender]:
    """Return all of them."""
    own = [sys.executable, "-m", "benchmarks.scale_serving"]
    palote = [sys.executable, "-m", "palote", "serve", "--no-open", "--port", "{port}"]
    return [
        Contender("palote serve, 1 worker", palote, NO_LIMIT),
        Contender("palote serve, 2 workers", [*palote, "--workers", "2"], NO_LIMIT),
        Contender("Nginx, 2 workers", [*own, "nginx", "{port}", "2"], NO_LIMIT, "nginx"),
        Contender("Ray Serve, 1 replica", [*own, "ray", "{port}", "1"], {}, "ray.serve"),
        Contender("Ray Serve, 2 replicas", [*own, "ray", "{port}", "2"], {}, "ray.serve"),
        Contender("Ray Serve, 2, with HAProxy", [*own, "ray", "{port}", "2"], FAST, "ray.serve"),
    ]


def compare(seconds: float) -> None:
    """Measure all that can be, and print a table.

    Args:
        seconds: of load for each number of connections.
    """
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk, or brew install wrk.")
    every = contenders()
    able = [contender for contender in every if contender.can_be()]
    for contender in every:
        if contender not in able:
            print(f"left out: {contender.name}; {contender.needs} is not installed", flush=True)
    print(f"{PAYLOAD}, {os.cpu_count()} cores, which wrk shares; load {os.getloadavg()[0]:.1f}\n")
    print(
        "| | requests/s, 1 at once | 16 at once | median | 99 % | CPU for each | memory | "
        "starts in |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    found = [one for contender in able if (one := shown(contender, seconds)) is not None]
    again = measured(able[0], seconds).loads[-1].rate
    drift = again / max(found[0].loads[-1].rate, 1e-9)
    print(f"\nThe first one again, at the end: {drift:.2f} times its first rate.")
    for one in found:
        lost = sum(each.refused + each.broken for each in one.loads)
        if lost:
            print(f"{one.name}: {lost:,} requests refused or broken, not counted above.")


def shown(contender: Contender, seconds: float) -> Measured | None:
    """Measure one and print its row; None if it does not start."""
    try:
        one = measured(contender, seconds)
    except SystemExit as error:
        print(error, file=sys.stderr)
        print(f"| {contender.name} | does not start | | | | | | |", flush=True)
        return None
    alone, many = one.loads
    print(
        f"| {one.name} | {alone.rate:,.0f} | {many.rate:,.0f} | {many.median:.1f} ms | "
        f"{many.p99:.1f} ms | {one.work:.2f} ms | {one.memory:,.0f} MB | {one.start:.1f} s |",
        flush=True,
    )
    return one


def measured(contender: Contender, seconds: float) -> Measured:
    """Start one, put load on it, and end it."""
    body = pictures()[PAYLOAD]
    print(f"{contender.name} ...", file=sys.stderr, flush=True)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(body)
        file.flush()
        server = Server(contender.name, contender.command, body, contender.environment)
        try:
            url = f"{server.url}/api/read"
            said = str(ask(url, body)["text"])
            assert said == "7", f"{contender.name} reads a 7 as {said!r}"
            load(url, CONNECTIONS[-1], 1, Path(file.name), "image/png")  # every process is warm
            loads, work = [], 0.0
            for many in CONNECTIONS:
                before = _worked(server.pid)
                loads.append(load(url, many, seconds, Path(file.name), "image/png"))
                work = 1000 * (_worked(server.pid) - before) / max(loads[-1].requests, 1)
            memory = _memory(server.pid)
        finally:
            server.stop()
    return Measured(contender.name, loads, server.cold, memory, work)


def _memory(pid: int) -> float:
    """Sum what a process and all below it have (PSS: what is shared counts in parts)."""
    return _summed(pid, lambda one: one.memory_full_info().pss / 1e6)


def _worked(pid: int) -> float:
    """Sum the seconds of processor time that a process and all below it have taken."""
    return _summed(pid, lambda one: one.cpu_times().user + one.cpu_times().system)


def _summed(pid: int, figure: Callable[[psutil.Process], float]) -> float:
    total = 0.0
    top = psutil.Process(pid)
    for one in (top, *top.children(recursive=True)):
        try:
            total += figure(one)
        except psutil.Error:
            continue
    return total


def behind_nginx(port: int, workers: int) -> None:
    """Run `palote serve` with Nginx before it, until told to end."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        behind = free.getsockname()[1]
        free.close()
        conf = Path(folder) / "nginx.conf"
        conf.write_text(NGINX.format(folder=folder, behind=behind, port=port))
        palote = [sys.executable, "-m", "palote", "serve", "--no-open", "--port", str(behind)]
        programs = [
            subprocess.Popen([*palote, "--workers", str(workers)]),
            subprocess.Popen(["nginx", "-c", str(conf), "-p", folder]),
        ]
        try:
            while all(one.poll() is None for one in programs):
                time.sleep(0.2)
        finally:
            for one in programs:
                one.terminate()
            for one in programs:
                one.wait()


def on_ray_serve(port: int, replicas: int) -> None:
    """Run replicas that read, behind Ray Serve's proxy, until told to end."""
    from ray import serve
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response

    from palote import Reader
    from palote.distributed import cluster

    class Replica:
        """Reads what it is sent."""

        def __init__(self) -> None:
            self.reader = Reader()

        async def __call__(self, request: Request) -> Response:
            """Return a reading as JSON."""
            reading = await run_in_threadpool(self.reader.read, await request.body())
            return Response(json.dumps(reading.to_dict()), media_type="application/json")

    with cluster(None):
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        made = serve.deployment(
            num_replicas=replicas, max_ongoing_requests=64, ray_actor_options={"num_cpus": 1}
        )(Replica)
        serve.run(made.bind(), route_prefix="/api/read")
        signal.pause()


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    {"nginx": behind_nginx, "ray": on_ray_serve}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
