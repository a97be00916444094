"""Whatever strangers send: the right refusal or a proper answer, in time, and nothing grows."""

from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.conftest import REPOSITORY, Missing

from .corpus import Case, corpus, samples
from .program import Program, running

PATIENCE = 45.0
"""Seconds an answer may take on a slow, loaded machine; on an idle one all take a second."""

MOST_GROWTH = 48
"""Megabytes by which the server may grow from one round to the next: the allocator's slack."""

SLOW = {"PNG just under the limit"}
"""Fifty megapixels are a lot of work for one of many requests; it is done once, not in each way."""


class Stranger:
    """Sends what it likes to a server in a process of its own."""

    def __init__(self, program: Program) -> None:
        self.port = int(program.says(r"http://127\.0\.0\.1:(\d+)")[1])
        self.pid = program.process.pid
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE)

    def send(self, content: bytes, kind: str = "", query: str = "?expect=digit") -> httpx.Response:
        headers = {b"Content-Type": kind.encode()} if kind else {}
        return self._client.post(f"/api/read{query}", content=content, headers=headers)

    def send_in_a_way(self, data: bytes, way: int) -> httpx.Response:
        """Send a picture as the body, as a form's file of a wrong name, or as a data URL."""
        if way == 0:
            return self.send(data, "image/png")
        if way == 1:
            files = {"image": ("../../etc/passwd\x00.svg", data, "text/html")}
            return self._client.post("/api/read?expect=digit", files=files)
        url = "data:image/jpeg;base64," + base64.b64encode(data).decode()
        return self._client.post("/api/read?expect=digit", json={"image": url})

    def close(self) -> None:
        self._client.close()

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1]) / 1024


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    with running(state=tmp_path_factory.mktemp("state")) as program:
        stranger = Stranger(program)
        yield stranger
        stranger.close()


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return corpus()


def fault(response: httpx.Response) -> str:
    """Return what is wrong with the form of an answer; "" if nothing is."""
    if response.status_code == 200:
        return "" if response.json()["status"] in ("ok", "unsure", "not_digit", "empty") else "?"
    if response.headers["content-type"] != "application/problem+json":
        return response.headers["content-type"]
    problem = response.json()
    if problem["status"] != response.status_code:
        return "another status inside"
    if not 20 < len(problem["detail"]) < 500:
        return f"no helpful detail: {problem['detail']!r}"
    if re.search(r"Traceback|File \"|object at 0x|/site-packages/", problem["detail"]):
        return "shows its inside"
    return ""


def judged(case: Case, response: httpx.Response) -> str:
    """Return what is wrong with the answer to a case; "" if nothing is."""
    code = response.json().get("code", "") if response.status_code != 200 else ""
    got = (response.status_code, code)
    if not case.data and got == (400, "bad-request"):
        return ""
    return fault(response) or ("" if got in case.wanted else f"{got}, not {case.wanted}")


@pytest.mark.timeout(600)
def test_every_file_of_the_corpus_is_answered_rightly(
    stranger: Stranger, cases: list[Case]
) -> None:
    wrong = {}
    for number, case in enumerate(cases):
        way = 0 if case.name in SLOW else number % 3
        found = judged(case, stranger.send_in_a_way(case.data, way))
        if found:
            wrong[case.name] = found
    assert wrong == {}
    seven = stranger.send(samples()["grey.png"])
    assert seven.json()["text"] == "7", "the server does not read any more"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc here")
@pytest.mark.timeout(600)
def test_the_corpus_leaves_nothing_behind(stranger: Stranger, cases: list[Case]) -> None:
    few = [case for case in cases[::4] if case.name not in SLOW]
    sizes = []
    for _ in range(4):
        for number, case in enumerate(few):
            stranger.send_in_a_way(case.data, number % 3)
        sizes.append(stranger.megabytes())
    assert sizes[-1] - sizes[1] < MOST_GROWTH, sizes


BOUNDARY = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="image"; filename="7.png"\r\n\r\n'
NO_PICTURE = (400, "bad-request")
JSON = "application/json"


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        ("multipart/form-data; boundary=" + "y" * 3000, PART + b"\r\n--x--\r\n", NO_PICTURE),
        ("multipart/form-data; boundary=", PART + b"\r\n--x--\r\n", NO_PICTURE),
        ('multipart/form-data; boundary="é"', PART + b"\r\n--x--\r\n", NO_PICTURE),
        ("multipart/mixed; boundary=x", PART + b"abc\r\n--x--\r\n", (415, "unsupported-format")),
        (BOUNDARY, b"--x--\r\n", NO_PICTURE),
        (BOUNDARY, PART + b"\r\n--x--\r\n", NO_PICTURE),
        (BOUNDARY, b"--x\r\n\r\n\r\n" * 200_000 + b"--x--\r\n", NO_PICTURE),
        (BOUNDARY, b"--x\r\nA: " + b"a" * 2_000_000 + b"\r\n\r\n\r\n--x--\r\n", NO_PICTURE),
        (BOUNDARY, b"--x\r\n" + b"a: b\r\n" * 300_000 + b"\r\n\r\n--x--\r\n", NO_PICTURE),
        (BOUNDARY, PART + b"\r" * 2_000_000 + b"\r\n--x--\r\n", (415, "unsupported-format")),
        (JSON, b'{"image": 7, "a": [' + b"[]," * 700_000 + b"1]}", NO_PICTURE),
        (JSON, b'{"image": ' + b"9" * 2_000_000 + b"}", NO_PICTURE),
        (JSON, b'{"image": NaN}', NO_PICTURE),
        (JSON, b"{" + b'"a": ' * 50_000 + b"{" * 500, NO_PICTURE),
        (JSON, '{"image": "data:,x"}'.encode("utf-16"), (415, "unsupported-format")),
        (JSON, b'{"image": "data:image/png;base64,\\ud800"}', (422, "corrupt-image")),
        (JSON, b'\xef\xbb\xbf{"image": "data:,x"}', (415, "unsupported-format")),
        (JSON, b'{"image": "data:image/png;base64,' + b"=" * 99 + b'"}', (422, "corrupt-image")),
        ("text/html", b"<script>alert(1)</script>", (415, "unsupported-format")),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value[:20],
)
def test_every_body_that_is_wrong_is_told_so(
    stranger: Stranger, kind: str, body: bytes, wanted: tuple[int, str]
) -> None:
    response = stranger.send(body, kind)
    assert fault(response) == ""
    assert (response.status_code, response.json()["code"]) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "expect=" + "a" * 5000,
        "expect=%00",
        "expect=number&pattern=" + "%23" * 5000,
        "expect=number&pattern=((((((%5B",
        "model=..%2f..%2fetc%2fpasswd",
        "model=" + "%F0%9F%98%80" * 300,
        "profile=" + "a" * 5000,
        "profile=..%2f..%2fetc",
        "stages=2&saliency=%ff",
        "clean=%ED%A0%80",
        "&&&===&expect",
        "&".join(f"a{i}=1" for i in range(3000)),
    ],
    ids=lambda query: query[:30],
)
def test_every_strange_query_is_answered(stranger: Stranger, query: str) -> None:
    response = stranger.send(samples()["grey.png"], "image/png", f"?{query}")
    assert response.status_code in (200, 403, 404, 422), response.text
    assert fault(response) == ""


def raw(stranger: Stranger, head: bytes) -> bytes:
    """Send bytes that no client would; return what comes back until the server hangs up."""
    answer = b""
    with socket.create_connection(("127.0.0.1", stranger.port), PATIENCE) as connection:
        try:
            connection.sendall(head)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answer


REQUEST = b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    "head",
    [
        REQUEST + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\n",
        REQUEST + b"".join(b"X-%d: a\r\n" % i for i in range(100_000)) + b"\r\n",
        REQUEST + b"Content-Length: -1\r\n\r\nabc",
        REQUEST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        REQUEST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REQUEST + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n",
        REQUEST + b"Transfer-Encoding: gzip\r\n\r\nabc",
        b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500),
        b"SSH-2.0-seven\r\n",
    ],
    ids=range(11),
)
def test_what_is_no_request_is_refused(stranger: Stranger, head: bytes) -> None:
    answer = raw(stranger, head)
    # Behind an answer that came too soon for it, the system may drop what was sent.
    assert answer == b"" or re.match(rb"HTTP/1\.1 4\d\d ", answer), answer[:200]
    assert b"Traceback" not in answer
    assert stranger.send(samples()["grey.png"]).json()["text"] == "7"


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_rounds_of_the_corpus_in_every_way_leave_memory_flat(
    stranger: Stranger, cases: list[Case]
) -> None:
    sizes = []
    for _ in range(10):
        for case in cases:
            for way in (0,) if case.name in SLOW else range(3):
                found = judged(case, stranger.send_in_a_way(case.data, way))
                assert found == "", (case.name, way)
        sizes.append(stranger.megabytes())
    assert sizes[-1] - sizes[3] < MOST_GROWTH, json.dumps(sizes)


def test_the_fuzzer_takes_every_kind_of_input(tmp_path: Path, missing: Missing) -> None:
    if find_spec("atheris") is None:
        missing("tools", "atheris is not installed")
    kinds = (b"\0picture", b"\1--x", b'\2{"image": "data:image/png,%89PNG%0D", "box": "1,2"}')
    files = [tmp_path / str(number) for number in range(len(kinds))]
    for file, kind in zip(files, kinds, strict=True):
        file.write_bytes(kind)
    command = [sys.executable, str(REPOSITORY / "scripts" / "fuzz"), "--only", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path, missing: Missing) -> None:
    if find_spec("atheris") is None:
        missing("tools", "atheris is not installed")
    command = [sys.executable, str(REPOSITORY / "scripts" / "fuzz"), "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "stat::number_of_executed_units" in done.stderr
