"""What `deploy` starts, started on loopback from those very files: Gunicorn, Nginx, and a load.

Of the files only ports and folders are replaced, and one time-out is shortened.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from tests.web.conftest import drawing, encoded

DEPLOY = Path(__file__).parents[2] / "deploy"
PATIENCE_SECONDS = 45
"""How long a state may take to come on a loaded machine."""

UPLOAD_PAUSE = ("client_body_timeout     10s", "client_body_timeout     1s")


def wait_until(state: Callable[[], bool], what: str) -> None:
    """Wait for a state; fail if it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not state():
        assert time.monotonic() < deadline, f"{what} within {PATIENCE_SECONDS} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Gunicorn:
    """Palote as deploy/gunicorn.conf.py runs it."""

    def __init__(self, folder: Path, port: int, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, port
        self.log = folder / "gunicorn.log"
        self._pidfile = folder / "gunicorn.pid"
        command = [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")]
        options = ["--bind", f"127.0.0.1:{port}", "--pid", str(self._pidfile)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "WEB_CONCURRENCY": str(workers),
                    "PALOTE_TRUSTED_PROXIES": "127.0.0.1",
                    # One client makes all the load.
                    "PALOTE_RATE_LIMIT": "0",
                    "PALOTE_DRAIN_SECONDS": "1",
                    "PALOTE_ACCESS_LOG": "1",
                    "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
                },
            )

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
        except httpx.TransportError:
            assert self.process.poll() is None, self.log.read_text()
            return False

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics").text
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.M)
        assert found, f"no {name} in {text}"
        return sum(map(float, found))

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM), self.log.read_text()


class Nginx:
    """Nginx with deploy/nginx, in a folder of its own."""

    def __init__(self, folder: Path, upstream: str, ports: Sequence[int], pem: Path) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://localhost:{self.port}"
        self.access_log = folder / "log" / "access.log"
        self.uploads = folder / "shm" / "palote-uploads"
        self.trusted = ssl.create_default_context(cafile=str(pem))
        for name in ("palote.d", "tls", "log", "shm"):
            (folder / name).mkdir(parents=True)
        for name in ("fullchain.pem", "privkey.pem"):
            shutil.copy(pem, folder / "tls" / name)
        shutil.copy("/etc/nginx/mime.types", folder)
        self._write("nginx.conf", "nginx.conf")
        self._write("palote.conf", "palote.d/palote.conf", UPLOAD_PAUSE)
        servers = re.findall(r"server (\S+) ", (DEPLOY / "nginx" / upstream).read_text())
        places = [f"127.0.0.1:{port}" for port in ports]
        replaced = zip(dict.fromkeys(servers), places, strict=True)
        self._write(upstream, "palote.d/upstream.conf", *replaced)
        self.command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        # Root's Nginx would work as a user who may not look into the folders of the tests.
        user = "user root; " if os.geteuid() == 0 else ""
        self.command += ["-g", f"{user}daemon off;"]

    def _write(self, name: str, place: str, *replaced: tuple[str, str]) -> None:
        text = (DEPLOY / "nginx" / name).read_text()
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.plain_port};")
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        text = text.replace("/var/log/nginx", str(self.folder / "log"))
        text = text.replace("/dev/shm", str(self.folder / "shm"))
        (self.folder / place).write_text(text)

    @contextmanager
    def running(self) -> Iterator[Nginx]:
        checked = subprocess.run([*self.command, "-t"], capture_output=True, text=True)
        warnings = [line for line in checked.stderr.splitlines() if "[warn]" in line]
        # Newer ones want another spelling of HTTP/2, which Debian 12's does not know.
        assert checked.returncode == 0 and all("http2" in w for w in warnings), checked.stderr
        process = subprocess.Popen(self.command)
        try:
            wait_until(self.answers, "Nginx answers")
            yield self
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(PATIENCE_SECONDS)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/healthz").status_code in (200, 503)
        except httpx.ConnectError:
            return False

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trusted, timeout=PATIENCE_SECONDS)


class Load:
    """People who read pictures, from a thread, as long as the block runs.

    Args:
        site: what they ask.
        people: how many.
        every: seconds in which each of them asks once; without a pause if it is 0.

    Attributes:
        statuses: how many answers had which status; 0 for a connection that broke.
        wrong: answers that were not the digit's.
    """

    def __init__(self, site: Nginx, people: int = 4, every: float = 0.0) -> None:
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self._site = site
        self._people = people
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> Load:
        self._thread.start()
        self.goes_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def goes_on(self, answers: int = 20) -> None:
        """Wait until some more requests were answered."""
        enough = self.statuses.total() + answers
        wait_until(lambda: self.statuses.total() >= enough, "requests are answered")

    async def _all(self) -> None:
        picture = encoded(drawing(7))
        async with httpx.AsyncClient(
            base_url=self._site.url, verify=self._site.trusted, timeout=PATIENCE_SECONDS
        ) as client:
            await asyncio.gather(*(self._person(client, picture) for _ in range(self._people)))

    async def _person(self, client: httpx.AsyncClient, picture: bytes) -> None:
        clock = asyncio.get_running_loop().time
        while not self._over.is_set():
            start = clock()
            try:
                answer = await client.post("/api/read", content=picture, headers=PNG)
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200 and answer.json()["text"] != "7":
                    self.wrong.append(answer.text)
            except httpx.TransportError as error:
                self.statuses[0] += 1
                self.wrong.append(repr(error))
            await asyncio.sleep(max(0.0, start + self._every - clock()))


PNG = {"Content-Type": "image/png"}
