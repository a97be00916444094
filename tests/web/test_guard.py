"""Foreign hosts and sites are refused; browsers are told what the page may do."""

from __future__ import annotations

import httpx
import pytest
from starlette.datastructures import Headers

from palote.surfaces.web.security import Guard

from .conftest import drawing, encoded

SEVEN = encoded(drawing(7))


async def nothing(*_: object) -> None:
    raise AssertionError("not to be called")


def refusal(guard: Guard, method: str = "GET", **headers: str) -> str | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return guard.refusal(method, Headers(named))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:80"])
def test_local_hosts_are_answered(host: str) -> None:
    assert refusal(Guard(nothing), host=host) is None
    assert refusal(Guard(nothing), host=f"{host.removesuffix(':80')}:8000") is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "192.168.1.5", "", "[::1", ":"],
)
def test_foreign_hosts_are_refused(host: str) -> None:
    assert refusal(Guard(nothing), host=host)


def test_two_hosts_are_refused() -> None:
    """A proxy may go by one of them, and the server by the other."""
    both = Headers(raw=[(b"host", b"localhost"), (b"host", b"evil.example")])
    assert Guard(nothing).refusal("GET", both)
    assert Guard(nothing).refusal("GET", Headers(raw=[(b"host", b"localhost")])) is None


def test_further_hosts_can_be_allowed() -> None:
    guard = Guard(nothing, ["palote.school", "::2"])
    assert refusal(guard, host="palote.school:8000") is None
    assert refusal(guard, host="[::2]:8000") is None
    assert refusal(guard, host="other.school")


def test_on_every_address_an_address_is_answered_and_a_name_is_not() -> None:
    guard = Guard(nothing, ["0.0.0.0"])
    assert refusal(guard, host="192.168.1.5:8000") is None
    assert refusal(guard, host="[fe80::1]:8000") is None
    assert refusal(guard, host="evil.example")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3000",
        "https://localhost:8000.evil.example",
        "null",
        "file://",
        "http://[",
        "",
    ],
)
def test_posts_from_another_origin_are_refused(origin: str) -> None:
    assert refusal(Guard(nothing), "POST", host="localhost:8000", origin=origin)


def test_posts_from_the_own_page_are_answered() -> None:
    guard = Guard(nothing, ["palote.school"])
    own = {"host": "localhost:8000", "origin": "http://localhost:8000"}
    assert refusal(guard, "POST", **own) is None
    assert refusal(guard, "POST", **own, sec_fetch_site="same-origin") is None
    behind_proxy = {"host": "palote.school", "origin": "https://palote.school"}
    assert refusal(guard, "POST", **behind_proxy) is None
    assert refusal(guard, "POST", host="localhost:8000") is None


def test_what_browsers_say_of_the_sender_counts() -> None:
    guard = Guard(nothing)
    local = {"host": "localhost:8000"}
    for site in ("cross-site", "same-site"):
        assert refusal(guard, "POST", **local, sec_fetch_site=site)
        assert refusal(guard, "GET", **local, sec_fetch_site=site, sec_fetch_mode="no-cors")
        assert (
            refusal(guard, "GET", **local, sec_fetch_site=site, sec_fetch_mode="navigate") is None
        )


def test_refusals_reach_the_client(client: httpx.Client) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        response = client.post("/api/read", content=SEVEN, headers=headers)
        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/docs", "/api/models", "/nothing", "/static/js/main.js"])
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["permissions-policy"].startswith("camera=(self)")
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert not [name for name in headers if name.startswith("access-control")]


def test_other_sites_get_no_permission_by_asking_first(client: httpx.Client) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/read", headers=headers)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]
