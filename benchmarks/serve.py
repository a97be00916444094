"""How fast `palote serve` is, beside what people would otherwise run.

    python -m benchmarks.serve
    python -m benchmarks.serve --quick
    python -m benchmarks.serve --keras lesson.keras --json > serve.json

It needs ``wrk`` (a package of Debian and Homebrew), Flask, and Keras for the usual way; about six
minutes. All contenders run at the same time, each in a process of its own, and are put under load
one after the other, cell by cell, so that what the machine does meanwhile hits all of them alike.
Ratios of one run count; rates are this machine's. Palote runs with all its safe defaults but the
rate limit; what its bounded queue sends away (503) is no answer and is counted apart.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.latency import pictures
from benchmarks.serve_load import Load, Server, ask, load
from palote import Reader
from palote.model.catalog import ASSETS
from palote.pixels import load as decoded

CONNECTIONS = (1, 16, 128)
COMPARED_AT = 16
PAGE, DRAWING, PHOTO = "page", "280x280 PNG", "12-megapixel JPEG photo"
PAYLOADS = {PAGE: "crop of the page, PNG", DRAWING: DRAWING, PHOTO: PHOTO}
PAGE_ASKS = "?expect=auto&stages=true&clean=auto"
"""What the page's own requests say besides; its answers bring five pictures."""

CONTENDERS = ("palote", "usual", "plain", "floor")
NO_LIMIT = {"PALOTE_RATE_LIMIT": "0"}


@dataclass
class Found:
    """All that was measured.

    Attributes:
        loads: contender -> payload -> one of each number of connections.
        starts: contender -> seconds of each cold start.
        memory: contender -> megabytes: RSS and PSS before the load, RSS, PSS and peak after it.
        answers: contender -> payload -> what it read; the picture is a 7.
        stages: what -> milliseconds of one 280x280 PNG.
    """

    loads: dict[str, dict[str, list[Load]]] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)

    def at(self, contender: str, payload: str, connections: int = COMPARED_AT) -> Load:
        """Return one cell."""
        found = self.loads[contender][payload]
        return next(one for one in found if one.connections == connections)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5, help="of load for each cell")
    parser.add_argument("--starts", type=int, default=3, help="cold starts of each contender")
    parser.add_argument(
        "--keras", type=Path, default=ASSETS / "default.keras", help="model of the usual way"
    )
    parser.add_argument(
        "--without", action="append", default=[], choices=CONTENDERS[1:], help="leave one out"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="processes of Palote; the others have one each"
    )
    parser.add_argument("--json", action="store_true", help="everything, for programs")
    parser.add_argument("--quick", action="store_true", help="a look in a minute, no figures")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk, or brew install wrk.")
    if options.quick:
        options.seconds, options.starts = 1, 1
    names = [name for name in CONTENDERS if name not in options.without]
    found = measure(names, options)
    if options.json:
        print(json.dumps({**asdict(found), "reach": reach(found)}, indent=1))
    else:
        print(f"Palote in {options.workers} process(es), each of the others in one\n")
        show(found)


def commands(keras: Path, workers: int = 1) -> dict[str, list[str]]:
    """Return what starts each contender."""
    own = [sys.executable, "-m", "benchmarks.serve_contenders"]
    model = str(ASSETS / "default.onnx")
    return {
        "palote": [
            *(sys.executable, "-m", "palote", "serve", "--no-open", "--port", "{port}"),
            *("--workers", str(workers)),
        ],
        "usual": [*own, "usual", "{port}", str(keras)],
        "plain": [*own, "plain", "{port}", model],
        "floor": [*own, "floor", "{port}", model],
    }


def measure(names: list[str], options: argparse.Namespace) -> Found:
    """Start the contenders, and go through all cells."""
    found = Found()
    bodies = {name: pictures()[source] for name, source in PAYLOADS.items()}
    starting = commands(options.keras, options.workers)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {}
        for number, (payload, body) in enumerate(bodies.items()):
            files[payload] = folder / f"{number}.picture"
            files[payload].write_bytes(body)
        servers = {}
        for name in names:
            found.starts[name] = []
            for last in range(options.starts, 0, -1):
                _say(f"starting {name}")
                server = Server(name, starting[name], bodies[PAGE], NO_LIMIT)
                found.starts[name].append(server.cold)
                if last > 1:
                    server.stop()
            servers[name] = server
            stack.callback(server.stop)
            found.memory[name] = list(server.memory()[:2])
            found.answers[name] = {
                payload: str(ask(f"{server.url}/api/read", body)["text"])
                for payload, body in bodies.items()
            }
        for cell in _cells(servers, files):
            _say(f"{cell.contender}: {cell.payload}, {cell.connections} connections")
            done = load(cell.url, cell.connections, options.seconds, cell.file, cell.kind)
            servers[cell.contender].settle()
            payloads = found.loads.setdefault(cell.contender, {})
            payloads.setdefault(cell.payload, []).append(done)
        for name, server in servers.items():
            found.memory[name] += server.memory()
    found.stages = stages(bodies[DRAWING], found)
    return found


@dataclass(frozen=True)
class Cell:
    """One load to measure."""

    contender: str
    payload: str
    connections: int
    url: str
    file: Path | None
    kind: str


HEALTH, WITH_STAGES = "GET /healthz", "page, as it asks"


def _cells(servers: dict[str, Server], files: dict[str, Path]) -> Iterator[Cell]:
    for payload, file in files.items():
        kind = "image/jpeg" if payload == PHOTO else "image/png"
        for connections in CONNECTIONS:
            for name, server in servers.items():
                yield Cell(name, payload, connections, f"{server.url}/api/read", file, kind)
    for connections in CONNECTIONS:
        url = f"{servers['palote'].url}/api/read{PAGE_ASKS}"
        yield Cell("palote", WITH_STAGES, connections, url, files[PAGE], "image/png")
    for name, server in servers.items():
        yield Cell(name, HEALTH, 1, f"{server.url}/healthz", None, "")


def stages(body: bytes, found: Found) -> dict[str, float]:
    """Return where the time of one request of one client goes, in milliseconds."""
    reader = Reader()
    picture = decoded(body, reader.settings)
    reading = reader.read(picture.pixels)
    together = found.at("palote", DRAWING, 1).median
    parts = {
        "network and framework (GET /healthz)": found.at("palote", HEALTH, 1).median,
        "decode": _median(lambda: decoded(body, reader.settings)),
        "ink and model": _median(lambda: reader.read(picture.pixels)),
        "JSON": _median(lambda: json.dumps(reading.to_dict())),
    }
    rest = together - sum(parts.values())
    return {**parts, "the rest: body, threads, guards": rest, "together": together}


def reach(found: Found) -> list[tuple[str, float, str, bool]]:
    """Return what the issue asks for: what, the figure, the goal, whether it is met."""

    def rate(contender: str, payload: str) -> float:
        # What answered nothing in the time (by far too slow for it) has no ratio.
        return found.at(contender, payload).rate or float("nan")

    palote = found.at("palote", DRAWING)
    rows: list[tuple[str, float, str, bool]] = []

    def least(what: str, figure: float, goal: float) -> None:
        rows.append((what, figure, f"at least {goal:g}", figure >= goal))

    def most(what: str, figure: float, goal: float) -> None:
        rows.append((what, figure, f"at most {goal:g}", figure <= goal))

    if "usual" in found.loads:
        least("280x280, times the usual way", palote.rate / rate("usual", DRAWING), 60)
    if "plain" in found.loads:
        least("280x280, times the plain app", palote.rate / rate("plain", DRAWING), 1.2)
    if "floor" in found.loads:
        most(
            "280x280, the floor is times faster",
            rate("floor", DRAWING) / rate("palote", DRAWING),
            1.5,
        )
    least("page's picture, times the 280x280", rate("palote", PAGE) / rate("palote", DRAWING), 2)
    most("280x280, 99th percentile / median", palote.p99 / palote.median, 3)
    most("12-megapixel photo, median, ms", found.at("palote", PHOTO, 1).median, 60)
    most("one worker, RSS after the load, MB", found.memory["palote"][2], 150)
    most("ready in, s, median", statistics.median(found.starts["palote"]), 1.5)
    return rows


def show(found: Found) -> None:
    """Print the tables."""
    print(f"{'':<9}{'payload':<26}{'at once':>8}{'a second':>10}{'answers':>9}", end="")
    print(f"{'median':>9}{'95 %':>9}{'99 %':>9}   ms {'refused':>8}{'broken':>8}")
    for contender, payloads in found.loads.items():
        for payload, loads in payloads.items():
            for one in loads:
                print(
                    f"{contender:<9}{payload:<26}{one.connections:>8}{one.rate:>10,.1f}"
                    f"{one.requests - one.refused:>9,}{one.median:>9.2f}{one.p95:>9.2f}"
                    f"{one.p99:>9.2f}      {one.refused:>8,}{one.broken:>8,}"
                )
    print(f"\n{'':<9}{'cold start, best':>17}{'median':>8}   s", end="")
    print(f"{'RSS idle':>11}{'PSS':>7}{'RSS loaded':>12}{'PSS':>7}{'peak':>7}   MB   reads a 7 as")
    for name, times in found.starts.items():
        before, shared, *after = found.memory[name]
        print(
            f"{name:<9}{min(times):>17.2f}{statistics.median(times):>8.2f}    "
            f"{before:>11.0f}{shared:>7.0f}{after[0]:>12.0f}{after[1]:>7.0f}{after[2]:>7.0f}"
            f"        {', '.join(found.answers[name].values())}"
        )
    print("\nOne 280x280 PNG of one client, ms")
    for what, milliseconds in found.stages.items():
        print(f"  {what:<40}{milliseconds:>8.2f}")
    if "floor" in found.loads:
        print(f"  {'(the floor, together)':<40}{found.at('floor', DRAWING, 1).median:>8.2f}")
    print(f"\nReach (rates and latencies at {COMPARED_AT} connections)")
    for what, figure, goal, met in reach(found):
        print(f"  {what:<40}{figure:>8.2f}   {goal:<14}{'met' if met else 'NOT met'}")
    print("\nload of the machine now:", ", ".join(f"{one:.1f}" for one in os.getloadavg()))


def _median(call: Callable[[], object], runs: int = 100) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
