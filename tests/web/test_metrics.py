"""/metrics: what was asked, how long it took, what was read; of one worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from palote import Settings
from palote.surfaces.web import create_app
from palote.surfaces.web.admission import Admission

from .learning import BLANK, ELSEWHERE, SEVEN, Asker, Body


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and values of the labels -> value."""

    def key(sample: Sample) -> tuple[str, ...]:
        return (sample.name, *(sample.labels[name] for name in sorted(sample.labels)))

    families = text_string_to_metric_families(text)
    return {key(sample): sample.value for family in families for sample in family.samples}


def test_each_application_counts_its_own() -> None:
    one, other = Asker(create_app()), Asker(create_app())
    assert one.ask("POST", "/api/read", Body(SEVEN)).json()["text"] == "7"
    assert one.ask("POST", "/api/read", Body(BLANK)).json()["status"] == "empty"
    assert one.ask("POST", "/api/read", Body(b"junk")).status_code == 415
    assert one.ask("GET", "/api/read/no/such").status_code == 404
    answer = one.ask("GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(answer.text)
    assert found["palote_requests_total", "POST", "/api/read", "200"] == 2
    assert found["palote_requests_total", "POST", "/api/read", "415"] == 1
    assert found["palote_requests_total", "GET", "-", "404"] == 1
    model = next(key[1] for key in found if key[0] == "palote_model_info")
    assert found["palote_readings_total", model, "ok"] == 1
    assert found["palote_readings_total", model, "empty"] == 1
    assert found["palote_confidence_count", model] == 1
    assert found["palote_confidence_bucket", "0.5", model] == 0
    assert found["palote_queue_waiting",] == found["palote_queue_running",] == 0
    for stage in ("receive", "wait", "decode", "read", "answer"):
        assert found["palote_stage_seconds_count", stage] >= 2
    assert found["palote_request_seconds_count", "/api/read"] == 3
    assert found["process_resident_memory_bytes",] > 1e6

    assert not [key for key in samples(other.ask("GET", "/metrics").text) if "/api/read" in key]


def test_no_client_makes_new_series() -> None:
    asker = Asker(create_app())
    for name in ("BREW", "WHEN"):
        assert asker.ask(name, f"/{name}").status_code == 404
        assert asker.ask(name, "/healthz").status_code == 405
    found = samples(asker.ask("GET", "/metrics").text)
    mine = {key[1:] for key in found if key[0] == "palote_requests_total"}
    assert mine == {("other", "-", "404"), ("other", "/healthz", "405")}


def test_strangers_are_not_told() -> None:
    app = create_app(hosts=["0.0.0.0"], admission=Admission())
    assert Asker(app).ask("GET", "/metrics").status_code == 200
    assert Asker(app, ELSEWHERE, "192.168.1.5").ask("GET", "/metrics").status_code == 403


def test_the_folder_of_several_workers_has_to_be_known_in_time(tmp_path: Path) -> None:
    from palote.errors import UsageError

    with pytest.raises(UsageError, match="PROMETHEUS_MULTIPROC_DIR must be set before"):
        create_app(Settings(shared_dir=tmp_path))


WORKER = """
import os, sys
from palote.settings import Settings
from palote.surfaces.web.metrics import Metrics
metrics = Metrics(Settings.from_environment().shared_dir)
metrics.queue(2, 3)
metrics.request("GET", "/readyz", 200, 0.001)
metrics.stage("wait", 0.2)
if len(sys.argv) > 1:
    sys.stdout.write(metrics.exposition().decode())
else:
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
"""


def test_what_a_dead_worker_has_counted_stays_and_its_queue_does_not(tmp_path: Path) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        dead = subprocess.run([sys.executable, "-c", WORKER], env=environment, check=False)
        assert dead.returncode == -9
    alive = subprocess.run(
        [sys.executable, "-c", WORKER, "say"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found = samples(alive.stdout)
    assert found["palote_requests_total", "GET", "/readyz", "200"] == 3
    assert found["palote_stage_seconds_bucket", "0.25", "wait"] == 3
    assert found["palote_queue_running",] == 2 and found["palote_queue_waiting",] == 3
    assert found["palote_workers",] == 1


def test_a_browser_is_told_the_same(client: httpx.Client) -> None:
    assert "palote_model_info" in client.get("/metrics").text
