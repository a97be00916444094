"""Reading a picture writes nothing to the disk and names nothing in the log.

A server runs in a process of its own, whose every opening of a file for writing is
reported by an audit hook; its home, temporary and working folders are fresh and must
stay empty. That the watch sees a spooled upload is tested first, with Starlette's own
form parser.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = r"""
import base64, json, os, signal, sys, threading, urllib.request
import cv2, numpy as np
from starlette.requests import Request
import palote.surfaces.web.server as server

written = []
watching = False
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

def watch(event, arguments):
    if not watching:
        return
    if event == "open":
        path, mode, flags = arguments
        opened_to_write = any(c in mode for c in "wax+") if mode else bool(flags & WRITING)
        if opened_to_write and not isinstance(path, int):
            written.append(str(path))
    elif event in ("os.mkdir", "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp", "shutil.move"):
        written.append(event)

sys.addaudithook(watch)

plain = server.create_app
def with_a_spooling_route(*arguments, **options):
    app = plain(*arguments, **options)
    @app.post("/spooling")
    async def spooling(request: Request) -> dict:
        async with request.form() as form:
            return {"size": form["image"].size}
    return app
server.create_app = with_a_spooling_route

noise = np.random.default_rng(5).integers(0, 256, (1900, 1900, 3), np.uint8)
photo = cv2.imencode(".png", noise)[1].tobytes()
assert len(photo) > 10_000_000
NAME = "holiday-photo-of-anna.png"
multipart = (
    b'--cut\r\nContent-Disposition: form-data; name="image"; filename="' + NAME.encode()
    + b'"\r\nContent-Type: image/png\r\n\r\n' + photo + b"\r\n--cut--\r\n"
)
as_json = json.dumps({"image": "data:image/png;base64," + base64.b64encode(photo).decode()})

def post(path, body, kind):
    request = urllib.request.Request(address + path, body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)

def client():
    global watching
    result = {"answers": []}
    try:
        watching = True
        post("/spooling", multipart, "multipart/form-data; boundary=cut")
        result["control"] = list(written)
        written.clear()
        for body, kind in (
            (multipart, "multipart/form-data; boundary=cut"),
            (photo, "image/png"),
            (as_json.encode(), "application/json"),
        ):
            answer = post("/api/read?stages=true", body, kind)
            result["answers"].append(answer["status"])
        watching = False
        result["written"] = list(written)
    finally:
        print(json.dumps(result), flush=True)
        signal.raise_signal(signal.SIGINT)

class Watched(server.Server):
    async def startup(self, sockets=None):
        global address
        await super().startup(sockets)
        address = "http://127.0.0.1:%d" % sockets[0].getsockname()[1]
        threading.Thread(target=client).start()

server.Server = Watched
server.serve(port=0, open_browser=False)
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], str, Path]:
    """What a watched server reported, what it printed, and its folders."""
    folder = tmp_path_factory.mktemp("watched")
    names = ("home", "temporary", "working")
    for name in names:
        (folder / name).mkdir()
    environment = {
        **os.environ,
        "HOME": str(folder / "home"),
        "USERPROFILE": str(folder / "home"),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "temporary")),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for variable in ("DATA_DIR", "STATE_DIR", "CACHE_DIR"):
        environment.pop(f"PALOTE_{variable}", None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=55,
        cwd=folder / "working",
        env=environment,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stdout + done.stderr, folder


def test_the_watch_sees_a_spooled_upload(
    watched: tuple[dict[str, list[str]], str, Path],
) -> None:
    report, _, folder = watched
    assert any(str(folder / "temporary") in path for path in report["control"])


def test_reading_10_megabytes_in_each_way_writes_nothing(
    watched: tuple[dict[str, list[str]], str, Path],
) -> None:
    report, _, folder = watched
    assert len(report["answers"]) == 3
    assert report["written"] == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_log_names_no_file_and_no_request(
    watched: tuple[dict[str, list[str]], str, Path],
) -> None:
    _, output, _ = watched
    assert "Palote is at http://127.0.0.1:" in output
    assert "holiday" not in output
    assert "/api/read" not in output
