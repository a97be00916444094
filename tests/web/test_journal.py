"""Names of requests, the access log, and other sites that may ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from palote import Settings
from palote.surfaces.web import create_app

from .learning import ELSEWHERE, SEVEN, Asker, Body

if TYPE_CHECKING:
    from fastapi import FastAPI

PROXY = "10.0.0.2"
LOGGED = {"time", "id", "client", "method", "route", "status", "bytes", "ms"}


def logging_app() -> FastAPI:
    return create_app(
        Settings(access_log=True, hosts=("palote.example",), trusted_proxies=(PROXY,))
    )


def test_the_log_has_a_line_for_each_request_and_nothing_that_was_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asker = Asker(logging_app(), ELSEWHERE, "palote.example")
    read = asker.ask("POST", "/api/read", Body(image=SEVEN), expect="digit")
    missing = asker.ask("GET", "/a-secret/path", None, token="a-secret")
    foreign = Asker(asker.app, host="evil.example").ask("GET", "/healthz")
    log = capsys.readouterr().err
    lines = [json.loads(line) for line in log.splitlines()]
    assert [set(line) for line in lines] == [LOGGED] * 3
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", "/api/read", 200),
        ("GET", "-", 404),
        ("GET", "-", 403),
    ]
    assert [line["id"] for line in lines] == [
        answer.headers["x-request-id"] for answer in (read, missing, foreign)
    ]
    assert lines[0]["client"] == ELSEWHERE and lines[0]["bytes"] == len(read.content)
    assert lines[0]["ms"] > 0
    for never in ("secret", "x.png", "expect", "PNG"):
        assert never not in log


def test_no_log_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert Asker(create_app()).ask("GET", "/healthz").status_code == 200
    assert capsys.readouterr().err == ""


def test_only_a_trusted_proxy_names_a_request_and_it_names_it_well() -> None:
    app = logging_app()

    def named(address: str, name: str) -> str:
        asker = Asker(app, address, "palote.example", headers={"X-Request-ID": name})
        answer = asker.ask("GET", "/no/such")
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        return answer.headers["x-request-id"]

    assert named(PROXY, "abc-123.x_9") == "abc-123.x_9"
    for address, name in ((ELSEWHERE, "abc"), (PROXY, "a b"), (PROXY, "x" * 65), (PROXY, "{}")):
        own = named(address, name)
        assert own != name and len(own) == 32
        assert named(address, name) != own


def test_listed_origins_may_ask_and_others_may_not() -> None:
    mine, theirs = "https://app.example", "https://evil.example"
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    app = create_app(Settings(allow_origins=(mine,)))
    for origin, good in ((mine, True), (theirs, False)):
        site = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        before = Asker(app, headers={**site, **asked}).ask("OPTIONS", "/api/read")
        answer = Asker(app, headers=site).ask("POST", "/api/read", Body(SEVEN))
        assert (answer.status_code == 200, before.status_code == 200) == (good, good)
        for one in (before, answer):
            assert (one.headers.get("access-control-allow-origin") == origin) is good
            assert "access-control-allow-credentials" not in one.headers
            assert one.headers["x-content-type-options"] == "nosniff"
