"""The benchmark of serving: a contender under load for a second, and what is made of figures."""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.latency import pictures
from benchmarks.serve import COMPARED_AT, DRAWING, PAGE, PHOTO, Found, commands, reach
from benchmarks.serve_load import Load, Server, load
from palote.model.catalog import ASSETS
from tests.conftest import Missing


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.timeout(180)
def test_a_contender_is_started_loaded_and_measured(tmp_path: Path, missing: Missing) -> None:
    if shutil.which("wrk") is None:
        missing("tools", "wrk is not installed")
    picture = tmp_path / "7.png"
    picture.write_bytes(pictures()["crop of the page, PNG"])
    command = commands(ASSETS / "default.keras")["floor"]
    server = Server("floor", command, picture.read_bytes())
    try:
        assert server.cold > 0
        done = load(f"{server.url}/api/read", 2, 1, picture, "image/png")
        server.settle()
        assert done.connections == 2 and done.refused == done.broken == 0
        assert done.requests > 0 and 0 < done.median <= done.p95 <= done.p99
        wrong = load(f"{server.url}/nowhere", 2, 1, picture, "image/png")
        assert wrong.refused == wrong.requests > 0 and wrong.rate == 0
        resident, shared, peak = server.memory()
        assert 10 < shared <= resident <= peak
    finally:
        server.stop()


def test_what_is_met_and_what_is_not() -> None:
    def made(rate: float, median: float = 10, p99: float = 20) -> Load:
        return Load(COMPARED_AT, int(rate * 10), 10, median, p99, p99, 0, 0)

    one = Load(1, 100, 10, 70, 80, 90, 0, 0)
    found = Found(
        loads={
            "palote": {PAGE: [made(900)], DRAWING: [made(500)], PHOTO: [one]},
            "usual": {DRAWING: [made(5)]},
            "plain": {DRAWING: [made(0)]},
            "floor": {DRAWING: [made(600)]},
        },
        starts={"palote": [1, 1.2, 3]},
        memory={"palote": [100, 90, 140, 120, 160]},
    )
    rows = {what: (figure, goal, met) for what, figure, goal, met in reach(found)}
    assert rows["280x280, times the usual way"] == (100, "at least 60", True)
    assert rows["280x280, the floor is times faster"] == (1.2, "at most 1.5", True)
    nothing, _, plain = rows["280x280, times the plain app"]
    assert math.isnan(nothing) and not plain
    met = {what: row[-1] for what, row in rows.items()}
    assert met["page's picture, times the 280x280"] is False
    assert met["280x280, 99th percentile / median"] is True
    assert met["12-megapixel photo, median, ms"] is False
    assert met["one worker, RSS after the load, MB"] is True
    assert met["ready in, s, median"] is True
