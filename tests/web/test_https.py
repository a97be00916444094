"""The local certificate: made, kept to its owner, used again, renewed; and what serves with it."""

from __future__ import annotations

import datetime
import hashlib
import importlib
import os
import re
import ssl
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from playwright.sync_api import Browser, expect

from palote.errors import MissingExtra, ServerError
from palote.surfaces import web
from palote.surfaces.cli import main
from palote.surfaces.web import certificate, serve

from .conftest import PATIENCE_MS, draw
from .program import Program, running, trusting

server = importlib.import_module("palote.surfaces.web.server")

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files")
NOW = datetime.datetime(2031, 5, 4, 12, tzinfo=datetime.UTC)

Make = Callable[..., certificate.Certificate]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "https"


@pytest.fixture
def make(folder: Path) -> Make:
    """Make or find the certificate in the folder."""

    def make(*names: str, also: tuple[str, ...] = (), now: datetime.datetime = NOW):
        return certificate.local_certificate(folder, names, also, now)

    return make


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def subjects(path: Path) -> set[str]:
    read = x509.load_pem_x509_certificate(path.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_what_is_in_it(make: Make) -> None:
    made = make("192.168.1.5", "palote.school", also=("desk.local", "bad_name", "", "a b"))
    read = x509.load_pem_x509_certificate(made.public.read_bytes())
    local = {"localhost", "127.0.0.1", "::1"}
    assert subjects(made.public) == local | {"192.168.1.5", "palote.school", "desk.local"}
    assert made.fingerprint.replace(":", "") == (
        hashlib.sha256(ssl.PEM_cert_to_DER_cert(made.public.read_text())).hexdigest().upper()
    )
    assert read.not_valid_before_utc <= NOW - datetime.timedelta(hours=12)
    valid = read.not_valid_after_utc - read.not_valid_before_utc
    assert valid <= datetime.timedelta(days=398), "Apple's devices refuse more"
    assert not read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert made.made == "there was none"


@posix
def test_only_its_owner_can_read_the_key_from_the_first_moment_on(
    make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    plain = tempfile.mkstemp

    def watched(prefix: str, dir: Path) -> tuple[int, str]:
        handle, name = plain(prefix=prefix, dir=dir)
        seen.append(mode(Path(name)))
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", watched)
    before = os.umask(0)
    try:
        made = make()
    finally:
        os.umask(before)
    assert seen == [0o600, 0o600]
    assert mode(made.secret) == 0o600 and mode(folder) == 0o700
    assert b"PRIVATE KEY" in made.secret.read_bytes()
    assert b"PRIVATE KEY" not in made.public.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [made.public.name, made.secret.name]


def test_it_is_used_again(make: Make) -> None:
    first = make("192.168.1.5", also=("172.17.0.1",))
    content = first.secret.read_bytes()
    for again in (make("192.168.1.5"), make(), make("192.168.1.5", also=("10.9.8.7",))):
        assert again.made is None
        assert again.fingerprint == first.fingerprint
    assert first.secret.read_bytes() == content


def test_another_address_makes_another(make: Make) -> None:
    first = make("192.168.1.5")
    second = make("192.168.1.6")
    assert second.made and "other addresses" in second.made
    assert second.fingerprint != first.fingerprint
    assert "192.168.1.6" in subjects(second.public)


@pytest.mark.parametrize(("days", "renewed"), [(365, False), (367, True), (500, True), (-2, True)])
def test_it_is_renewed_before_it_ends(make: Make, days: int, renewed: bool) -> None:
    first = make()
    later = make(now=NOW + datetime.timedelta(days=days))
    assert (later.fingerprint != first.fingerprint) is renewed
    assert bool(later.made) is renewed


@posix
def test_a_key_that_others_could_read_is_trusted_no_more(make: Make) -> None:
    first = make()
    first.secret.chmod(0o640)
    second = make()
    assert second.made and "others could read" in second.made and "640" in second.made
    assert second.fingerprint != first.fingerprint
    assert mode(second.secret) == 0o600


def test_a_damaged_one_is_made_anew(make: Make, tmp_path: Path) -> None:
    first = make()
    content = first.secret.read_bytes()
    other = certificate.local_certificate(tmp_path / "other", now=NOW)
    key_of_another = other.secret.read_bytes().split(b"-----BEGIN CERT")[0]
    own = b"-----BEGIN CERT" + content.split(b"-----BEGIN CERT")[1]
    for wrong in (b"", b"nonsense", content[:300], own, key_of_another + own):
        first.secret.write_bytes(wrong)
        again = make()
        assert again.made and "damaged" in again.made, wrong
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(again.secret)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerError, match="PALOTE_STATE_DIR"):
        certificate.local_certificate(tmp_path / "file" / "https")


def test_a_full_disk_leaves_nothing_half_written(
    make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ServerError, match="No space left"):
        make()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("options", [{"https": True}, {"lan": True}])
def test_without_its_packages(monkeypatch: pytest.MonkeyPatch, options: dict[str, bool]) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None if name == "segno" else object())
    with pytest.raises(MissingExtra, match=r'pip install "palote\[https\]"'):
        serve(open_browser=False, **options)


@pytest.mark.parametrize(
    ("arguments", "https", "lan"),
    [((), False, False), (("--https",), True, False), (("--lan",), False, True)],
)
def test_the_command_passes_its_options_on(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], https: bool, lan: bool
) -> None:
    passed: list[tuple[object, object]] = []
    monkeypatch.setattr(
        web, "serve", lambda *_, **options: passed.append((options["https"], options["lan"]))
    )
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    assert (ended.value.code or 0, passed) == (0, [(https, lan)])


# --- served -------------------------------------------------------------------


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def local(state: Path) -> Iterator[Program]:
    """`palote serve --https`."""
    with running("--https", state=state) as program:
        yield program


def address(program: Program) -> str:
    return program.says(r"Palote is at (https://127\.0\.0\.1:\d+) ")[1]


def shown_fingerprint(program: Program) -> str:
    program.says(r"^  ([0-9A-F]{2}:){15}[0-9A-F]{2}$")
    return "".join(line.strip() for line in program.lines if line.startswith("  "))


def test_who_knows_the_certificate_is_served(local: Program, state: Path) -> None:
    port = httpx.URL(address(local)).port
    for host in ("127.0.0.1", "localhost"):
        with httpx.Client(verify=trusting(state)) as client:
            answer = client.get(f"https://{host}:{port}/healthz")
            assert answer.json() == {"status": "ok"}
            assert "strict-transport-security" not in answer.headers, "other servers live here too"


def test_who_does_not_know_it_is_warned(local: Program) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(address(local))


def test_the_fingerprint_in_the_terminal_is_that_of_the_certificate(local: Program) -> None:
    port = httpx.URL(address(local)).port
    assert port
    served = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    assert shown_fingerprint(local).replace(":", "") == hashlib.sha256(served).hexdigest().upper()


def test_who_asks_without_tls_gets_no_answer_and_leaves_no_trace(
    local: Program, state: Path
) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(address(local).replace("https", "http"))
    assert httpx.get(f"{address(local)}/healthz", verify=trusting(state)).status_code == 200
    assert local.lines[-1].startswith("  "), "nothing after the fingerprint"


def test_the_page_works_over_https(local: Program, browser: Browser) -> None:
    context = browser.new_context(ignore_https_errors=True, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address(local))
    assert page.evaluate("isSecureContext")
    draw(page, 3)
    expect(page.locator("[data-part=glyph]")).to_have_text("3")
    context.close()


def test_the_next_start_shows_the_same_certificate(local: Program, state: Path) -> None:
    address(local)
    with running("--https", state=state) as again:
        assert shown_fingerprint(again) == shown_fingerprint(local)
        again.says("the one of last time")
    local.says("Its certificate is new: there was none")


def test_the_browser_is_opened_with_https(state: Path) -> None:
    program = """
import webbrowser
from palote.surfaces.web import certificate, serve
webbrowser.open = lambda address: print(address, flush=True)
serve(port=0, https=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PALOTE_STATE_DIR": str(state)},
    )
    assert process.stdout
    with process.stdout:
        opened = process.stdout.readline()
        process.terminate()
        process.wait()
    assert re.fullmatch(r"https://127\.0\.0\.1:\d+\n", opened)
