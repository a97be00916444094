"""Servers in processes of their own, and the load on them: what `benchmarks.serve` stands on.

The load comes from wrk (Debian's package), which is written in C and takes little of the two cores
that it shares with the server. It keeps its connections open and sends the next request as soon as
an answer has come, so that its latencies are those of a client that waits.
"""

from __future__ import annotations

import json
import math
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Load", "Server", "ask", "load"]

PATIENCE = 120.0
"""Seconds until a server is given up; Keras alone takes ten to start."""

SETTLING = 30.0
LOOK, IDLE = 0.25, 0.1
"""After a load: how long it is waited at most, how often it is looked, and what share is idle."""

NOT_YET = (404, 502, 503)
"""What a server says before it can read, or a proxy before there is one behind it."""

SCRIPT = """
local file = assert(io.open({path}, "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = {kind}
file:close()
"""
REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %f %f %f %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What one load came to.

    Attributes:
        connections: how many were open at once.
        requests: how many were answered.
        seconds: how long it took.
        median, p95, p99: latency in milliseconds.
        refused: answers with a status of 400 or more.
        broken: connections that failed or timed out.
    """

    connections: int
    requests: int
    seconds: float
    median: float
    p95: float
    p99: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Answers a second that were no refusals."""
        return (self.requests - self.refused) / self.seconds


class Server:
    """A server in a process of its own, from its start until it is stopped.

    Args:
        name: for messages.
        command: what starts it; ``{port}`` stands for the port.
        environment: variables beside those of this process.

    Attributes:
        url: where it is.
        cold: seconds from its start until ``/healthz`` and a first reading were answered.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        first: bytes,
        environment: dict[str, str] | None = None,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile()
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [part.format(port=port) for part in command],
            env={**os.environ, **(environment or {})},
            stdout=self._log,
            stderr=self._log,
        )
        try:
            self._wait(first)
        except BaseException:
            self.stop()
            raise
        self.cold = time.perf_counter() - began

    def _wait(self, first: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                ask(f"{self.url}/api/read", first)
                return
            except urllib.error.HTTPError as error:
                if error.code not in NOT_YET:
                    raise
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.01)
        self._log.seek(0)
        said = self._log.read().decode(errors="replace")[-2000:]
        raise SystemExit(f"The contender {self.name!r} does not start. It said:\n{said}")

    @property
    def pid(self) -> int:
        """Number of its first process."""
        return self._process.pid

    def memory(self) -> tuple[float, float, float]:
        """Return megabytes: resident now, its share of what is shared (PSS), the peak.

        Of several processes it is the largest one's.
        """
        found = []
        for process in _family(self._process.pid):
            folder = Path(f"/proc/{process}")
            status = (folder / "status").read_text()
            shared = _kilobytes("Pss", (folder / "smaps_rollup").read_text())
            found.append((_kilobytes("VmRSS", status), shared, _kilobytes("VmHWM", status)))
        return max(found)

    def settle(self) -> None:
        """Wait until it does nothing any more: what clients left behind may still be worked at."""
        deadline = time.monotonic() + SETTLING
        before = self._worked()
        while time.monotonic() < deadline:
            time.sleep(LOOK)
            now = self._worked()
            if now - before < IDLE * LOOK:
                return
            before = now

    def _worked(self) -> float:
        """Return the seconds of processor time that it has taken."""
        ticks = 0
        for process in _family(self._process.pid):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def ask(url: str, body: bytes | None = None) -> dict[str, object]:
    """Send one picture (or none), and return the answer."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def load(url: str, connections: int, seconds: float, body: Path | None, kind: str) -> Load:
    """Put load on one address.

    Args:
        url: with its query.
        connections: how many are open at once.
        seconds: for how long.
        body: file that is sent; a GET if there is none.
        kind: content type of the file.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if body is not None:
            script.write(SCRIPT.format(path=json.dumps(str(body)), kind=json.dumps(kind)))
        script.write(REPORT)
        script.flush()
        command = [
            *("wrk", "--threads", "1", "--connections", str(connections)),
            *("--duration", f"{max(1, round(seconds))}s", "--timeout", "30s"),
            *("--script", script.name, url),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    found = re.search(r"RESULT (\d+) (\d+) (\S+) (\S+) (\S+) (\d+) (\d+)", done.stdout)
    if found is None:
        raise SystemExit(f"wrk failed: {done.stderr or done.stdout}")
    requests, microseconds, median, p95, p99, refused, broken = map(float, found.groups())
    # Nothing answered has no latency, which wrk calls 0.
    unit = 1 / 1000 if requests else math.nan
    return Load(
        connections,
        int(requests),
        microseconds / 1e6,
        median * unit,
        p95 * unit,
        p99 * unit,
        int(refused),
        int(broken),
    )


def _family(process: int) -> list[int]:
    """Return a process and all that it has started."""
    started = psutil.Process(process).children(recursive=True)
    return [process, *(one.pid for one in started)]


def _kilobytes(name: str, text: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")
