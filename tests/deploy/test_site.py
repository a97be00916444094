"""A site from deploy's own files: TLS, limits, the page, and what breaks while people use it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from tests.drawing import seven
from tests.web.conftest import chromium, draw, drawing, encoded

from .conftest import Site, site
from .running import DEPLOY, PATIENCE_SECONDS, PNG, Gunicorn, Load, free_port, wait_until

MEGABYTE = 1_000_000
RETRYABLE = {502, 503, 504}

# Short, but a worker starts a dozen times slower on a machine that has other things to do.
pytestmark = pytest.mark.timeout(180)


def test_the_page_reads_over_tls(host: Site, request: pytest.FixtureRequest) -> None:
    nginx, _ = host
    with chromium(request) as browser:
        page = browser.new_page(ignore_https_errors=True)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda failed: faults.append(failed.url))
        page.goto(nginx.url)
        assert page.evaluate("window.isSecureContext")
        draw(page, 7)
        expect(page.locator("[data-part=glyph]")).to_have_text("7")
        page.locator("[data-part=file]").set_input_files(
            {"name": "3.png", "mimeType": "image/png", "buffer": encoded(drawing(3))}
        )
        expect(page.locator("[data-part=glyph]")).to_have_text("3")
        assert faults == []


def test_the_page_is_compressed_cached_and_safe(host: Site) -> None:
    nginx, _ = host
    with nginx.client() as client:
        first = client.get("/static/css/page.css")
        again = client.get("/static/css/page.css", headers={"If-None-Match": first.headers["ETag"]})
        plain = httpx.get(f"http://127.0.0.1:{nginx.plain_port}/docs?a=b", follow_redirects=False)
    assert (first.status_code, first.headers["Content-Encoding"]) == (200, "gzip")
    assert again.status_code == 304 and first.headers["Cache-Control"] == "no-cache"
    assert "max-age" in first.headers["Strict-Transport-Security"]
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    assert first.headers["X-Request-ID"] != again.headers["X-Request-ID"]
    assert "server" not in first.headers or "/" not in first.headers["Server"]
    assert (plain.status_code, plain.headers["Location"]) == (308, "https://127.0.0.1/docs?a=b")
    caches = {json.loads(line)["cache"] for line in nginx.access_log.read_text().splitlines()}
    assert "HIT" in caches


def a_photo() -> bytes:
    """A 12-megapixel JPEG of a 7 on grainy paper, of about 10 MB."""
    paper = cv2.resize(seven(), (4000, 3000))
    grain = np.random.default_rng(1).integers(0, 40, paper.shape, np.uint8)
    picture = paper // 10 * 8 + grain
    done, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 100))
    assert done
    return bytes(data)


def test_a_photo_of_ten_megabytes_passes_and_one_of_forty_does_not(host: Site) -> None:
    nginx, (gunicorn,) = host
    photo = a_photo()
    assert 10 * MEGABYTE < len(photo) < 15 * MEGABYTE
    with nginx.client() as client:
        read = client.post("/api/read", files={"image": ("IMG_2041.jpg", photo, "image/jpeg")})
        before = gunicorn.metric("palote_requests_total")
        much = client.post("/api/read", files={"image": ("IMG_2042.jpg", bytes(40 * MEGABYTE))})
        after = gunicorn.metric("palote_requests_total")
    assert (read.status_code, read.json()["text"]) == (200, "7")
    assert much.status_code == 413
    assert much.headers["Content-Type"] == "application/problem+json"
    problem = much.json()
    assert (problem["status"], problem["code"]) == (413, "too-many-bytes")
    assert problem["request_id"] == much.headers["X-Request-ID"]
    assert after - before == 1, "Nginx refuses it, only the metrics were asked for"
    assert not [path for path in nginx.uploads.rglob("*") if path.is_file()]
    assert "IMG_20" not in nginx.access_log.read_text() + gunicorn.log.read_text()


def test_what_is_not_for_the_world_is_not_there(host: Site) -> None:
    nginx, _ = host
    with nginx.client() as client:
        hidden = client.get("/metrics")
        stranger = client.get("/", headers={"Host": "stranger.example"})
        long = client.get("/", headers={"Cookie": "a" * 20_000})
    for answer, status in ((hidden, 404), (stranger, 403), (long, 431)):
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_nobody_is_believed_about_who_asks(host: Site) -> None:
    nginx, (gunicorn,) = host
    made_up = {"X-Forwarded-For": "192.0.2.1", "X-Request-ID": "made-up"}
    with nginx.client() as client:
        name = client.get("/api/models", headers=made_up).headers["X-Request-ID"]
    # The line is written once the answer has been sent.
    wait_until(lambda: f'"{name}"' in gunicorn.log.read_text(), "the request is in the log")
    (line,) = (line for line in gunicorn.log.read_text().splitlines() if f'"{name}"' in line)
    assert name != "made-up" and json.loads(line)["client"] == "127.0.0.1"


def test_half_sent_uploads_hold_nothing(host: Site) -> None:
    nginx, (gunicorn,) = host
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    uploads = []
    for _ in range(30):
        plain = socket.create_connection(("127.0.0.1", nginx.port), PATIENCE_SECONDS)
        upload = nginx.trusted.wrap_socket(plain, server_hostname="localhost")
        upload.sendall(f"{head}Content-Length: 5000000\r\n\r\n".encode() + bytes(200_000))
        uploads.append(upload)
    with nginx.client() as client:
        read = client.post("/api/read", content=encoded(drawing(7)), headers=PNG)
        assert read.json()["text"] == "7"
    assert gunicorn.metric("palote_queue_running") == gunicorn.metric("palote_queue_waiting") == 0
    for upload in uploads:
        while upload.recv(65536):
            pass
        upload.close()
    wait_until(
        lambda: not [path for path in nginx.uploads.rglob("*") if path.is_file()],
        "what arrived of the uploads is gone",
    )


def test_a_rolling_restart_loses_no_request(host: Site) -> None:
    nginx, (gunicorn,) = host
    before = gunicorn.workers()
    with Load(nginx) as load:
        gunicorn.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: len(gunicorn.workers()) == 2 and not before & gunicorn.workers(),
            "both workers are new",
        )
        load.goes_on()
    assert (set(load.statuses), load.wrong) == ({200}, [])


def test_a_killed_worker_is_replaced(host: Site) -> None:
    nginx, (gunicorn,) = host
    before = gunicorn.workers()
    with Load(nginx) as load:
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        wait_until(
            lambda: len(gunicorn.workers()) == 2 and killed not in gunicorn.workers(),
            "the worker is replaced",
        )
        load.goes_on()
        wait_until(lambda: gunicorn.metric("palote_workers") == 2, "the new worker serves")
    assert set(load.statuses) - RETRYABLE == {200}, load.wrong
    assert load.wrong == []


def test_the_container_knows_whether_it_is_well(host: Site) -> None:
    _, (gunicorn,) = host
    text = (DEPLOY / "Dockerfile").read_text()
    asked = re.search(r'^HEALTHCHECK .*\\\n *CMD (\["python", .+\])$', text, re.M)
    assert asked

    def well(port: int) -> bool:
        _, *arguments = [part.replace(":8000", f":{port}") for part in json.loads(asked[1])]
        result = subprocess.run([sys.executable, *arguments], capture_output=True)
        return result.returncode == 0

    wait_until(lambda: well(gunicorn.port), "the container is well")
    assert not well(free_port())


def test_the_dashboard_asks_for_metrics_that_are_there(host: Site) -> None:
    nginx, (gunicorn,) = host
    with nginx.client() as client:
        client.post("/api/read", content=encoded(drawing(7)), headers=PNG)
    there = httpx.get(f"http://127.0.0.1:{gunicorn.port}/metrics").text
    series = [line for line in there.splitlines() if not line.startswith("#")]
    dashboard = json.loads((DEPLOY / "grafana" / "palote.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    for name, labels in re.findall(r"(palote_\w+)\{([^}]*)\}", " ".join(asked)):
        found = [line for line in series if re.match(rf"{name}\b", line)]
        assert found, f"there is no {name}"
        for label in re.findall(r"(\w+)=", labels.replace('job=~"$job"', "")):
            assert any(f'{label}="' in line for line in found), f"{name} has no {label}"
    for label in re.findall(r"by \((\w+)\)", " ".join(asked)):
        assert f'{label}="' in there


def test_one_palote_is_replaced_while_the_other_answers(tmp_path: Path, pem: Path) -> None:
    """As `docker compose` does it: it ends one and starts another in its place."""
    with site(tmp_path, pem, "upstream-compose.conf", [1, 1]) as (nginx, servers):
        with Load(nginx) as load:
            for number, old in enumerate(servers):
                old.stop()
                load.goes_on()
                servers[number] = Gunicorn(old.folder, old.port, 1)
                wait_until(servers[number].ready, "the new one is ready")
                load.goes_on()
        assert (set(load.statuses), load.wrong) == ({200}, [])


SOAK_SECONDS = 600
SETTLED = 0.3
"""Up to which share of the time memory may still grow: buffers and threads come to be."""


@pytest.mark.soak
@pytest.mark.timeout(SOAK_SECONDS + 200)
def test_ten_minutes_at_half_load_leave_memory_flat(host: Site) -> None:
    """It prints what it saw: `pytest -s -m soak tests/deploy`."""
    nginx, (gunicorn,) = host
    people = 8
    with Load(nginx, people) as load:
        load.goes_on(200)
        start, before = time.monotonic(), load.statuses.total()
        load.goes_on(500)
        fastest = (load.statuses.total() - before) / (time.monotonic() - start)
    # Each person asks once in this time, so that together they ask for half of what is possible.
    workers = gunicorn.workers()
    minutes, megabytes = [], []
    with Load(nginx, people, every=2 * people / fastest) as load:
        start = time.monotonic()
        while (elapsed := time.monotonic() - start) < SOAK_SECONDS:
            own = sum(psutil.Process(pid).memory_full_info().uss for pid in workers)
            minutes.append(elapsed / 60)
            megabytes.append(own / len(workers) / MEGABYTE)
            load.goes_on()
    settled = int(len(minutes) * SETTLED)
    slope, _ = np.polyfit(minutes[settled:], megabytes[settled:], 1)
    print(
        f"\n{load.statuses.total()} readings, {load.statuses.total() / SOAK_SECONDS:.0f}/s of "
        f"{fastest:.0f}/s possible; a worker has {megabytes[settled]:.1f} MB after "
        f"{minutes[settled]:.0f} minutes, {megabytes[-1]:.1f} MB in the end: "
        f"{slope:+.3f} MB a minute"
    )
    assert (set(load.statuses), load.wrong) == ({200}, [])
    assert gunicorn.workers() == workers
    assert slope < 0.3
