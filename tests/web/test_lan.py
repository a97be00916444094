"""`palote serve --lan`: addresses, QR code, and a phone that comes by the network."""

from __future__ import annotations

import importlib
import io
import os
import re
import socket
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, expect

from palote.errors import ServerError
from palote.surfaces.web import lan, listening, serve
from palote.surfaces.web.admission import TRIES

from .conftest import PATIENCE_MS, draw
from .program import Program, running, trusting

server = importlib.import_module("palote.surfaces.web.server")

LINK = "https://192.168.1.5:8000/?token=vHHrJweiplmVfbySHy_s4g"

Way = namedtuple("Way", "family address")
State = namedtuple("State", "isup flags")


class Terminal(io.StringIO):
    """A stream that says what it is."""

    def __init__(self, encoding: str, is_terminal: bool) -> None:
        super().__init__()
        self._encoding = encoding
        self._is_terminal = is_terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._is_terminal


def decoded(lines: list[str]) -> str:
    """Scan a QR code that a terminal shows in white on black."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    rows = [[halves[letter] for letter in line] for line in lines]
    picture = np.array(rows, np.uint8).transpose(0, 2, 1).reshape(2 * len(rows), -1)
    shown = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return str(cv2.QRCodeDetector().detectAndDecode(shown)[0])


# --- addresses ----------------------------------------------------------------


def network(monkeypatch: pytest.MonkeyPatch, way_out: str | None, **interfaces: str) -> None:
    """A machine with these interfaces; the value is "address flags"."""
    ways, states = {}, {}
    for name, value in interfaces.items():
        address, *flags = value.split()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        ways[name] = [Way(family, address)]
        states[name] = State("down" not in flags, ",".join(flags))
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: ways)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    monkeypatch.setattr(lan, "_way_out", lambda: way_out)


def test_the_way_to_the_world_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    network(
        monkeypatch,
        "192.168.1.5",
        lo="127.0.0.1 up",
        docker0="172.17.0.1 up",
        eth0="192.168.1.5 up,broadcast",
        eth1="10.1.1.1 down",
        usb0="169.254.3.4 up",
        wlan6="2001:db8::5 up",
    )
    assert lan.addresses() == ("192.168.1.5", "172.17.0.1")


def test_a_tunnel_is_no_way_for_a_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    network(monkeypatch, "10.8.0.2", tun0="10.8.0.2 up,pointopoint", eth0="192.168.1.5 up")
    assert lan.addresses() == ("192.168.1.5",)


def test_a_machine_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network(monkeypatch, None, lo="127.0.0.1 up", eth0="169.254.3.4 up")
    with pytest.raises(ServerError, match=r"no address in a network.*--host"):
        serve(lan=True, open_browser=False)


def test_the_addresses_of_this_machine_are_its_own() -> None:
    for address in own_addresses():
        with socket.socket() as probe:
            probe.bind((address, 0))


def own_addresses() -> tuple[str, ...]:
    try:
        return lan.addresses()
    except ServerError as error:
        pytest.skip(str(error))


# --- the QR code --------------------------------------------------------------


def test_the_code_says_the_link() -> None:
    lines = lan.qr_code(LINK, Terminal("utf-8", False)).splitlines()
    assert decoded(lines) == LINK
    assert {len(line) for line in lines} == {len(lines[0])} and len(lines[0]) < 80
    assert set(lines[0] + lines[1]) == {"█"}, "there is a margin"


@pytest.mark.skipif(sys.platform == "win32", reason="no colours on Windows")
def test_on_a_terminal_it_has_its_own_colours() -> None:
    *lines, last = lan.qr_code(LINK, Terminal("utf-8", True)).splitlines()
    bare = []
    for line in lines:
        assert "█" not in line, "two of them, one above the other, have a gap between them"
        shown = re.fullmatch(r"\x1b\[38;5;231m\x1b\[48;5;16m(.*)\x1b\[0m", line)
        assert shown
        white = re.sub(r"\x1b\[7m( +)\x1b\[27m", lambda run: "█" * len(run[1]), shown[1])
        bare.append(white)
    assert decoded(bare) == LINK
    assert re.fullmatch(r"\x1b\[38;5;231m▀+\x1b\[0m", last)


def test_a_terminal_that_cannot_show_it() -> None:
    assert lan.qr_code(LINK, Terminal("ascii", True)) == ""
    assert lan.qr_code(LINK, Terminal("cp1252", False)) == ""
    assert lan.qr_code(LINK, Terminal("cp437", False))


# --- where it listens ---------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "listens", "ways"),
    [
        (("127.0.0.1", False, False), ("127.0.0.1",), ("127.0.0.1",)),
        (("127.0.0.1", True, False), ("127.0.0.1",), ("127.0.0.1",)),
        (("0.0.0.0", False, False), ("0.0.0.0",), ()),
        (("0.0.0.0", True, False), ("0.0.0.0",), ("192.168.1.5",)),
        (("127.0.0.1", False, True), ("0.0.0.0",), ("192.168.1.5",)),
        (("::", False, True), ("::",), ("192.168.1.5",)),
        (("10.0.0.9", False, True), ("127.0.0.1", "10.0.0.9"), ("10.0.0.9",)),
        (("10.0.0.9", True, False), ("10.0.0.9",), ("10.0.0.9",)),
    ],
)
def test_it_stays_local_unless_asked(
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[str, bool, bool],
    listens: tuple[str, ...],
    ways: tuple[str, ...],
) -> None:
    network(monkeypatch, "192.168.1.5", eth0="192.168.1.5 up")
    place = server._Place.of(*asked)
    assert (place.listen, place.ways) == (listens, ways)


def test_every_address_without_a_network_can_still_be_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network(monkeypatch, None, lo="127.0.0.1 up")
    assert server._Place.of("0.0.0.0", https=True, lan=False).ways == ()


def test_if_one_address_cannot_be_had_none_is_kept() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ServerError, match="203"):
        listening._bind_all(["127.0.0.1", "203.0.113.7"], port)
    for listener in listening._bind_all(["127.0.0.1"], port):
        listener.close()


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_STATE_DIR", str(tmp_path))
    host = own_addresses()[0]
    with socket.socket() as other:
        other.bind((host, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServerError, match=rf"Port {port} .* in use .* --port"):
            serve(host, port, open_browser=False, lan=True)


# --- as a phone ---------------------------------------------------------------


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def terminal() -> Iterator[tuple[int, int]]:
    """Two ends: where the person types, and the program's standard input."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


@pytest.fixture(scope="module")
def shared(state: Path, terminal: tuple[int, int]) -> Iterator[Program]:
    """`palote serve --lan`, in a terminal. Nobody may pretend to be this machine."""
    own_addresses()
    everything = {"FORWARDED_ALLOW_IPS": "*"}
    with running("--lan", state=state, keyboard=terminal[1], environment=everything) as program:
        yield program


@pytest.fixture
def link(shared: Program, terminal: tuple[int, int]) -> str:
    """A link that nobody has used: Enter shows it."""
    shared.says("No answer on the phone")
    so_far = len(shared.lines)
    os.write(terminal[0], b"\n")
    shared.says("No answer on the phone", after=so_far)
    return shared.says(r"^  (https://\S+)$", after=so_far)[1]


def base(link: str) -> str:
    return link.partition("/?")[0]


@pytest.fixture
def phone(state: Path) -> Iterator[httpx.Client]:
    with httpx.Client(verify=trusting(state)) as made:
        yield made


@pytest.fixture
def stranger(state: Path) -> Iterator[httpx.Client]:
    with httpx.Client(verify=trusting(state)) as made:
        yield made


def test_the_terminal_shows_the_link_and_its_code(shared: Program, link: str) -> None:
    assert re.fullmatch(r"https://[\d.]+:\d+/\?token=[\w-]{22}", link)
    assert not httpx.URL(link).host.startswith("127.")
    start = len(shared.lines) - shared.lines[::-1].index(f"  {link}")
    code = [line for line in shared.lines[start:] if line and set(line) <= set("█▀▄ ")]
    assert decoded(code) == link


def test_a_phone_comes_in_once(
    shared: Program, link: str, phone: httpx.Client, stranger: httpx.Client
) -> None:
    so_far = len(shared.lines)
    assert stranger.get(f"{base(link)}/").status_code == 403
    assert stranger.post(f"{base(link)}/api/read", content=b"x").status_code == 403
    entry = phone.get(link)
    assert (entry.status_code, entry.headers["location"]) == (303, "/")
    assert phone.get(f"{base(link)}/api/models").status_code == 200
    assert stranger.get(link).status_code == 403
    assert stranger.get(f"{base(link)}/api/models").status_code == 403
    assert phone.get(f"{base(link)}/api/models").status_code == 200
    shared.says("The device at .* was let in", after=so_far)
    token = link.partition("token=")[2]
    assert not [line for line in shared.lines[so_far:] if token in line], "no log has it"


def test_the_next_code_ends_the_one_before(
    link: str, shared: Program, terminal: tuple[int, int], phone: httpx.Client
) -> None:
    so_far = len(shared.lines)
    os.write(terminal[0], b"\n")
    newer = shared.says(r"^  (https://\S+)$", after=so_far)[1]
    shared.says("No answer on the phone", after=so_far)
    assert phone.get(link).status_code == 403
    assert phone.get(newer).status_code == 303


def test_this_machine_stays_let_in(link: str, stranger: httpx.Client) -> None:
    port = httpx.URL(link).port
    for host in ("127.0.0.1", "localhost"):
        assert stranger.get(f"https://{host}:{port}/api/models").status_code == 200


def test_nobody_can_say_that_they_are_this_machine(link: str, stranger: httpx.Client) -> None:
    for headers in (
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Host": f"localhost:{httpx.URL(link).port}"},
        {"Host": "localhost", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"},
    ):
        assert stranger.get(f"{base(link)}/healthz", headers=headers).status_code == 403


def test_other_sites_and_names_are_refused_as_ever(link: str, phone: httpx.Client) -> None:
    assert phone.get(link).status_code == 303
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = phone.post(f"{base(link)}/api/read", content=b"x", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_in_the_browser(shared: Program, link: str, browser: Browser) -> None:
    options = {"ignore_https_errors": True, "is_mobile": True, "has_touch": True}
    size = {"width": 390, "height": 800}
    mine = browser.new_context(**options, viewport=size, locale="en-GB")  # type: ignore[arg-type]
    other = browser.new_context(**options, viewport=size, locale="es-ES")  # type: ignore[arg-type]
    for context in (mine, other):
        context.set_default_timeout(PATIENCE_MS)
    page = mine.new_page()
    page.goto(link)
    assert page.url == f"{base(link)}/"
    assert page.evaluate("isSecureContext") and page.evaluate("document.cookie") == ""
    draw(page, 4)
    expect(page.locator("[data-part=glyph]")).to_have_text("4")

    refused = other.new_page()
    failures: list[str] = []
    refused.on("console", lambda message: failures.append(message.text))
    refused.goto(link)
    expect(refused.locator("h1")).to_have_text("This code is not valid")
    expect(refused.locator("h2")).to_have_text("Este código no vale")
    assert refused.evaluate("getComputedStyle(document.querySelector('p')).marginTop") == "0px"
    assert not [text for text in failures if "Content Security Policy" in text]

    # As after a restart of the server: what comes next says what to do.
    mine.clear_cookies()
    draw(page, 1)
    expect(page.locator("h1")).to_have_text("This device has not been let in")
    for context in (mine, other):
        context.close()


def test_in_the_browser_from_a_link_in_another_page(link: str, browser: Browser) -> None:
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.route(
        "http://mail.example/",
        lambda route: route.fulfill(body=f"<a href='{link}'>open</a>", content_type="text/html"),
    )
    page.goto("http://mail.example/")
    page.click("a")
    page.wait_for_url(f"{base(link)}/")
    expect(page.locator("[data-part=version]")).to_contain_text(".")
    context.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")
def test_it_ends_at_once_though_it_listens_to_the_keyboard(
    tmp_path: Path, terminal: tuple[int, int]
) -> None:
    own_addresses()
    with running("--lan", state=tmp_path, keyboard=terminal[1]) as program:
        program.says("Press Enter")
        program.process.send_signal(2)
        assert program.process.wait(20) == 0
    assert not [line for line in program.lines if "Traceback" in line or "Fatal" in line]


def test_without_a_terminal_it_says_how_to_get_another_code(tmp_path: Path) -> None:
    host = own_addresses()[0]
    with running("--lan", "--host", host, state=tmp_path) as program:
        program.says("Start Palote again for another code")
        link = program.says(r"^  (https://\S+)$")[1]
        assert httpx.URL(link).host == host
        with httpx.Client(verify=trusting(tmp_path)) as client:
            port = httpx.URL(link).port
            assert client.get(f"https://127.0.0.1:{port}/healthz").status_code == 200
            assert client.get(f"{base(link)}/healthz").status_code == 403
            assert client.get(link).status_code == 303


def test_nobody_guesses_on_under_other_names(tmp_path: Path) -> None:
    own_addresses()
    everything = {"FORWARDED_ALLOW_IPS": "*"}
    with running("--lan", state=tmp_path, environment=everything) as program:
        link = program.says(r"^  (https://\S+)$")[1]
        with httpx.Client(verify=trusting(tmp_path)) as client:
            statuses = [
                client.get(
                    f"{base(link)}/?token=guess", headers={"X-Forwarded-For": f"192.168.1.{one}"}
                ).status_code
                for one in range(TRIES + 1)
            ]
    assert statuses == [403] * TRIES + [429]
