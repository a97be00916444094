"""Nothing leaves the machine and nothing stays on it."""

from __future__ import annotations

import base64
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from palote.surfaces.web.security import LOCAL_HOSTS
from tests.drawing import seven
from tests.gradio_app.conftest import Running, nothing_left, start
from tests.web.conftest import encoded


def upload(running: Running, data: bytes, name: str = "photo-of-anna.png") -> str:
    """Send a picture as a browser does; return where Gradio put it."""
    sent = httpx.post(f"{running.url}/gradio_api/upload", files={"files": (name, data)})
    assert sent.status_code == 200
    return str(sent.json()[0])


def read(running: Running, image: dict[str, object]) -> str:
    """Call the endpoint over plain HTTP; return the events of its answer."""
    place = f"{running.url}/gradio_api/call/read"
    event = httpx.post(place, json={"data": [image, "", "auto", "auto"]}).json()["event_id"]
    return httpx.get(f"{place}/{event}", timeout=30).text


def test_an_upload_is_gone_once_it_has_been_read(running: Running) -> None:
    path = upload(running, encoded(seven()))
    assert Path(path) in running.pictures(), "the watch looks where uploads lie"
    said = read(running, {"path": path, "meta": {"_type": "gradio.FileData"}})
    assert '"text":"7"' in said.replace(" ", "")
    assert nothing_left(running)


def test_a_picture_in_the_request_never_reaches_the_disk(running: Running) -> None:
    url = "data:image/png;base64," + base64.b64encode(encoded(seven())).decode()
    said = read(running, {"path": None, "url": url})
    assert '"text":"7"' in said.replace(" ", "")
    assert running.pictures() == []


def test_no_path_opens_a_file_of_the_machine(running: Running, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(seven()))
    for kind in ({"_type": "gradio.FileData"}, {}):
        said = read(running, {"path": str(photo), "meta": kind})
        assert "event: error" in said and '"text"' not in said
    assert photo.is_file()
    assert nothing_left(running)


def test_too_large_a_file_is_refused(running: Running) -> None:
    limit = 32 * 1024 * 1024
    sent = httpx.post(
        f"{running.url}/gradio_api/upload", files={"files": ("a.png", bytes(limit + 1))}, timeout=30
    )
    assert sent.status_code == 413
    assert nothing_left(running)


def test_other_sites_and_other_names_are_refused(running: Running) -> None:
    assert httpx.get(running.url, headers={"Host": "evil.example"}).status_code == 403
    answer = httpx.post(
        f"{running.url}/gradio_api/upload",
        files={"files": ("a.png", b"x")},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert running.pictures() == []


def test_the_page_may_load_nothing_from_elsewhere(running: Running) -> None:
    answer = httpx.get(running.url)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "http" not in policy and "*" not in policy
    config = answer.text
    assert '"analytics_enabled":false' in config and '"run_history":false' in config
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', config)
    assert not [style for style in styles if "://" in style]
    assert "fonts.googleapis" not in httpx.get(f"{running.url}/theme.css").text


def test_it_listens_to_this_machine_only(running: Running) -> None:
    assert any(name in running.url for name in LOCAL_HOSTS)


def test_no_connection_and_no_program_was_started(running: Running) -> None:
    """Runs last in its module: the server has been used by then."""
    assert read(running, {"path": "https://example.org/a.png"})
    lines = running.seen.read_text().splitlines()
    control = ["looked up 192.0.2.1", "socket.connect 192.0.2.1"]
    assert lines[:2] == control, "the watch sees a connection"
    assert lines[2:] == []


@pytest.mark.skipif(
    sys.platform == "win32", reason="a Windows process takes no such signals from outside"
)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_what_was_not_read_goes_with_the_run(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    running = start(tmp_path, "--port", "0", "--lang", "es")
    assert running.process.stdout is not None
    assert running.process.stdout.readline().split() == ["browser", running.url]
    upload(running, encoded(seven()))
    assert len(running.pictures()) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in running.temporary.iterdir())
    running.process.send_signal(number)
    _, rest = running.process.communicate(timeout=30)
    assert (running.process.returncode, rest) == (code, "")
    assert list(running.temporary.iterdir()) == []
