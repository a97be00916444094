"""Who is let in from beyond this machine: by the application itself, with addresses as given."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import anyio
import httpx
import pytest
from starlette.types import Message, Scope

from palote.surfaces.web import create_app
from palote.surfaces.web.admission import COOKIE, TRIES, Admission, RequireAdmission
from palote.surfaces.web.problems import TooManyTries

HERE, PHONE, STRANGER = "192.168.1.5", "192.168.1.23", "192.168.1.66"
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entries() -> list[str]:
    """The addresses that were let in."""
    return []


@pytest.fixture
def admission(clock: Clock, entries: list[str]) -> Admission:
    return Admission(entries.append, clock)


class Device:
    """A browser at some address, with its own cookies."""

    def __init__(self, admission: Admission, address: str | None, url: str) -> None:
        self._app = create_app(hosts=["0.0.0.0"], admission=admission)
        self._address = address
        self._url = url
        self.cookies = httpx.Cookies()

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            app = self._app

            async def from_there(scope: Scope, *channels: object) -> None:
                scope["client"] = (self._address, 40000) if self._address else None
                await app(scope, *channels)  # type: ignore[arg-type]

            transport = httpx.ASGITransport(from_there)  # type: ignore[arg-type]
            async with httpx.AsyncClient(
                transport=transport, base_url=self._url, cookies=self.cookies
            ) as client:
                named = {
                    name.replace("_", "-").encode(): value.encode("latin-1")
                    for name, value in headers.items()
                }
                response = await client.request(method, path, headers=named)
                self.cookies.update(client.cookies)
                return response

        return anyio.run(ask)


Visit = Callable[..., Device]


@pytest.fixture
def device(admission: Admission) -> Visit:
    def device(address: str | None = PHONE, url: str = f"https://{HERE}:8000") -> Device:
        return Device(admission, address, url)

    return device


def refused(response: httpx.Response) -> bool:
    if response.status_code != 403:
        return False
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "not-admitted"
    assert "set-cookie" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
    return True


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/docs", "/openapi.json", "/api/models", "/healthz", "/readyz", "/metrics"),
        *("/static/js/main.js", "/nothing", "/api/read?token=", "//", "/?tok=x"),
    ],
)
def test_a_stranger_is_refused_at_every_path(
    device: Visit, admission: Admission, path: str
) -> None:
    admission.new_token()
    for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
        response = device().ask(path, method)
        assert response.status_code == 403, method
        assert method == "HEAD" or refused(response)


def test_the_token_lets_one_device_in_once(
    device: Visit, admission: Admission, entries: list[str]
) -> None:
    token = admission.new_token()
    phone, stranger = device(PHONE), device(STRANGER)
    entry = phone.ask(f"/?token={token}", **HTML)
    assert (entry.status_code, entry.headers["location"]) == (303, "/")
    name, *marks = entry.headers["set-cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=") and len(name) > 40
    assert {mark.lower() for mark in marks} == {"httponly", "path=/", "samesite=strict", "secure"}
    assert entry.headers["cache-control"] == "no-store"
    assert entry.headers["referrer-policy"] == "no-referrer"
    assert token not in entry.text and token not in str(entry.headers)
    assert phone.ask("/").status_code == phone.ask("/healthz").status_code == 200
    assert entries == [PHONE]

    assert refused(stranger.ask(f"/?token={token}"))
    assert refused(stranger.ask("/"))
    assert phone.ask("/").status_code == 200
    assert entries == [PHONE]


def test_a_new_token_ends_the_one_before_but_no_session(
    device: Visit, admission: Admission
) -> None:
    first = device()
    assert first.ask(f"/?token={admission.new_token()}").status_code == 303
    old, new = admission.new_token(), admission.new_token()
    assert old != new
    second = device(STRANGER)
    assert refused(second.ask(f"/?token={old}"))
    assert second.ask(f"/?token={new}").status_code == 303
    assert first.ask("/").status_code == second.ask("/").status_code == 200


def test_there_is_no_token_before_one_was_made(device: Visit) -> None:
    for token in ("", "None", "x"):
        assert refused(device().ask(f"/?token={token}"))


def test_an_invented_session_is_refused(device: Visit, admission: Admission) -> None:
    phone, stranger = device(), device(STRANGER)
    assert phone.ask(f"/?token={admission.new_token()}").status_code == 303
    session = phone.cookies[COOKIE]
    for invented in ("", "x", session[:-1], session + "x", session.swapcase(), "ü"):
        headers = {"cookie": f"{COOKIE}={invented}"}
        assert refused(stranger.ask("/", **headers)), invented
    assert stranger.ask("/", cookie=f"{COOKIE}={session}").status_code == 200


def test_a_restart_ends_all_sessions(device: Visit, admission: Admission) -> None:
    phone = device()
    phone.ask(f"/?token={admission.new_token()}")
    after = Device(Admission(), PHONE, f"https://{HERE}:8000")
    after.cookies = phone.cookies
    assert refused(after.ask("/"))


def test_wrong_tokens_are_limited(device: Visit, admission: Admission, clock: Clock) -> None:
    token = admission.new_token()
    guesser = device(STRANGER)
    for _ in range(TRIES):
        assert refused(guesser.ask("/?token=wrong"))
        clock.now += 1
    for tried in ("wrong", token):
        limited = guesser.ask(f"/?token={tried}")
        assert limited.status_code == 429 and limited.json()["code"] == "too-many-tries"
        assert limited.headers["retry-after"] == "60"
    shown = guesser.ask(f"/?token={token}", **HTML)
    assert (shown.status_code, shown.headers["retry-after"]) == (429, "60")
    assert "Wait a minute" in shown.text and "Espera un minuto" in shown.text
    assert refused(guesser.ask("/")), "without a token it is refused as before"
    assert device(PHONE).ask(f"/?token={token}").status_code == 303, "others are not held up"

    clock.now += 60
    assert guesser.ask(f"/?token={admission.new_token()}").status_code == 303


def test_guesses_from_many_addresses_do_not_fill_the_memory(admission: Admission) -> None:
    token = admission.new_token()
    for number in range(3000):
        assert admission.redeem("wrong", f"2001:db8::{number:x}") is None
    assert len(admission._wrong) <= 1000
    assert admission.redeem(token, PHONE)


def test_of_many_at_once_one_gets_in(admission: Admission, entries: list[str]) -> None:
    token = admission.new_token()
    ready = Barrier(20)

    def redeem(number: int) -> str | None:
        ready.wait(10)
        return admission.redeem(token, f"192.168.1.{number}")

    with ThreadPoolExecutor(20) as pool:
        sessions = [session for session in pool.map(redeem, range(20)) if session]
    assert len(sessions) == len(entries) == 1
    assert admission.knows(sessions[0])


def test_the_limit_counts_an_address_s_last_minute_only(admission: Admission, clock: Clock) -> None:
    for _ in range(3 * TRIES):
        assert admission.redeem("wrong", PHONE) is None
        clock.now += 60 / TRIES + 1
    for _ in range(TRIES - 1):
        admission.redeem("wrong", STRANGER)
    assert admission.redeem(admission.new_token(), STRANGER)
    for _ in range(TRIES):
        admission.redeem("wrong", HERE)
    with pytest.raises(TooManyTries):
        admission.redeem("wrong", HERE)


def test_looking_ahead_does_not_use_the_token_up(device: Visit, admission: Admission) -> None:
    link = f"/?token={admission.new_token()}"
    phone = device()
    assert phone.ask(link, "HEAD").status_code == 403
    assert refused(phone.ask(link, sec_purpose="prefetch;prerender"))
    assert phone.ask(link).status_code == 303


def test_a_device_that_is_in_may_open_its_link_again(device: Visit, admission: Admission) -> None:
    link = f"/?token={admission.new_token()}"
    phone = device()
    phone.ask(link)
    again = phone.ask(link)
    assert (again.status_code, again.headers["location"]) == (303, "/")
    new = admission.new_token()
    assert phone.ask(f"/?token={new}").status_code == 303
    assert device(STRANGER).ask(f"/?token={new}").status_code == 303, "it was not used up"


def test_a_link_in_another_site_s_page_leads_in_by_a_page_of_ours(
    device: Visit, admission: Admission
) -> None:
    phone = device()
    link = f"/?token={admission.new_token()}"
    entry = phone.ask(link, sec_fetch_site="cross-site", sec_fetch_mode="navigate", **HTML)
    assert (entry.status_code, entry.headers["refresh"]) == (200, "0; url=/")
    assert "This device has been let in" in entry.text
    assert phone.ask("/").status_code == 200


def test_a_stranger_s_browser_is_told_what_to_do_in_both_languages(device: Visit) -> None:
    for path, english, spanish in (
        ("/", "has not been let in", "no tiene permiso"),
        ("/?token=wrong", "not valid", "no vale"),
    ):
        answer = device().ask(path, **HTML)
        assert (answer.status_code, answer.headers["content-type"]) == (
            403,
            "text/html; charset=utf-8",
        )
        assert english in answer.text and spanish in answer.text
        assert '<section lang="es">' in answer.text
        assert not re.search(r"(src|href)=", answer.text), "a stranger would not get it"
        style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = answer.headers["content-security-policy"]
        assert f"style-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_needs_no_token(device: Visit, address: str, host: str) -> None:
    assert device(address, f"https://{host}:8000").ask("/healthz").status_code == 200


@pytest.mark.parametrize(
    "address", [PHONE, HERE, "::ffff:192.168.1.23", "fe80::1%eth0", "testclient", "", None]
)
def test_whoever_is_not_this_machine_needs_one(device: Visit, address: str | None) -> None:
    assert refused(device(address, "https://localhost:8000").ask("/healthz"))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
    ],
)
def test_what_a_proxy_passes_on_is_not_this_machine(device: Visit, header: str, value: str) -> None:
    headers = {header: value}
    assert refused(device("127.0.0.1", "https://localhost:8000").ask("/healthz", **headers))
    assert refused(device(PHONE, "https://localhost:8000").ask("/healthz", **headers))


def test_what_comes_here_by_another_name_is_not_this_machine(device: Visit) -> None:
    assert refused(device("127.0.0.1", f"https://{HERE}:8000").ask("/healthz"))


def test_a_stranger_s_web_socket_is_closed(admission: Admission) -> None:
    sent: list[Message] = []

    async def inside(*_: object) -> None:
        raise AssertionError("not to be called")

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/",
        "query_string": b"token=" + admission.new_token().encode(),
        "headers": [(b"host", HERE.encode())],
        "client": (PHONE, 40000),
    }
    anyio.run(RequireAdmission(inside, admission), scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
