"""Who may teach: off by default, this machine, tokens, devices that were let in, and floods."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from palote.errors import UsageError
from palote.settings import Settings
from palote.surfaces.web import access, create_app
from palote.surfaces.web.admission import COOKIE, TRIES, Admission

from .learning import ELSEWHERE, FOUR, ONE, SEVEN, Asker, Body
from .test_routes import problem_of

NETWORK = f"{ELSEWHERE.rpartition('.')[0]}.5:8000"
"""What another device calls the server."""


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return replace(Settings.from_environment(), data_dir=tmp_path)


@pytest.fixture
def app(own: Settings) -> FastAPI:
    return create_app(own, learn=True, hosts=["0.0.0.0"])


@pytest.fixture
def here(app: FastAPI) -> Asker:
    return Asker(app)


def from_elsewhere(app: FastAPI, token: str | None = None, **headers: str) -> Asker:
    return Asker(app, ELSEWHERE, NETWORK, token, headers)


def token_of(here: Asker, profile: str) -> str:
    """A new token of a profile."""
    return str(here.ask("POST", f"/api/profiles/{profile}/token").json()["token"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/api/corrections"), ("POST", "/api/corrections?label=7")),
        *(("DELETE", "/api/corrections?all=true"), ("GET", "/api/corrections/export")),
        *(("POST", "/api/corrections/undo"), ("GET", "/api/profiles")),
        *(("POST", "/api/profiles?name=x"), ("POST", "/api/profiles/default/token")),
    ],
)
def test_without_being_switched_on_nothing_is_taught(own: Settings, method: str, path: str) -> None:
    response = Asker(create_app(own)).ask(method, path, Body(SEVEN))
    assert problem_of(response) == (404, "no-learning")
    assert "palote serve --learn" in response.json()["detail"]
    assert not list(own.data_dir.iterdir())


def test_without_being_switched_on_the_page_is_told_so(own: Settings) -> None:
    assert Asker(create_app(own)).ask("GET", "/api/models").json()["learning"] is None
    described = create_app(own).openapi()["paths"]
    assert not [path for path in described if "corrections" in path or "profiles" in path]


def test_a_model_that_cannot_be_taught_is_refused_at_the_start(own: Settings) -> None:
    app = create_app(replace(own, profile="none"), learn=True)
    with pytest.raises(UsageError, match="none"):
        app.state.teaching.open()


def test_beyond_this_machine_a_token_is_needed(app: FastAPI) -> None:
    for method, path in (("POST", "/api/corrections"), ("GET", "/api/corrections/status")):
        response = from_elsewhere(app).ask(method, path, Body(SEVEN), label="7")
        assert problem_of(response) == (401, "token-needed")
        assert response.headers["www-authenticate"] == "Bearer"
    assert from_elsewhere(app).ask("POST", "/api/read", Body(SEVEN)).json()["text"] == "7"


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": ELSEWHERE}, {"Via": "1.1 proxy"}, {"Host": "192.168.1.5:8000"}],
)
def test_what_a_proxy_passes_on_is_not_this_machine(app: FastAPI, headers: dict[str, str]) -> None:
    assert problem_of(Asker(app, headers=headers).teach(SEVEN, "7")) == (401, "token-needed")


def test_a_token_sees_and_deletes_only_its_own(app: FastAPI, here: Asker) -> None:
    tokens = {}
    for name, picture, label in (("ana", FOUR, "4"), ("ben", ONE, "1")):
        here.ask("POST", "/api/profiles", name=name)
        tokens[name] = token_of(here, name)
        taught = from_elsewhere(app, tokens[name]).teach(picture, label)
        assert taught.json()["correction"]["profile"] == name
    ana = from_elsewhere(app, tokens["ana"])
    bens = here.ask("GET", "/api/corrections", profile="ben").json()["corrections"][0]["id"]
    assert [one["label"] for one in ana.ask("GET", "/api/corrections").json()["corrections"]] == [
        "4"
    ]
    for method, path in (
        *(("GET", "/api/corrections"), ("GET", "/api/corrections/status")),
        *(("GET", "/api/corrections/history"), ("GET", "/api/corrections/export")),
        *(("GET", f"/api/corrections/{bens}/picture"), ("DELETE", f"/api/corrections/{bens}")),
        *(("POST", "/api/corrections/undo"), ("POST", "/api/corrections/import")),
        *(("POST", "/api/corrections/rollback?version=0"),),
        *(("POST", "/api/corrections/switch?on=false"),),
        *(("DELETE", "/api/corrections?all=true"), ("POST", "/api/corrections?label=4")),
        ("POST", "/api/read"),
    ):
        address, _, query = path.partition("?")
        named = dict(pair.split("=") for pair in query.split("&") if pair)
        response = ana.ask(method, address, Body(FOUR), profile="ben", **named)
        assert problem_of(response) == (403, "forbidden"), path
    # Nor by the identity alone, which is nobody's secret.
    for method, path in (("GET", f"/{bens}/picture"), ("DELETE", f"/{bens}")):
        assert problem_of(ana.ask(method, f"/api/corrections{path}")) == (422, "usage")
    assert [one["name"] for one in ana.ask("GET", "/api/profiles").json()["profiles"]] == ["ana"]
    assert ana.ask("GET", "/api/corrections/status").json()["store"] == ""
    assert ana.ask("POST", "/api/read", Body(FOUR), profile="ANA").status_code == 200
    assert here.ask("GET", "/api/corrections/status", profile="ben").json()["corrections"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", "/api/profiles?name=x"), ("DELETE", "/api/profiles/default")),
        *(("POST", "/api/profiles/default/token"), ("DELETE", "/api/profiles/default/token")),
    ],
)
def test_only_this_machine_makes_profiles_and_tokens(
    app: FastAPI, here: Asker, method: str, path: str
) -> None:
    response = from_elsewhere(app, token_of(here, "default")).ask(method, path)
    assert problem_of(response) == (403, "forbidden")


def test_a_replaced_or_ended_token_is_worth_nothing(app: FastAPI, here: Asker) -> None:
    old = token_of(here, "default")
    new = token_of(here, "default")
    assert problem_of(from_elsewhere(app, old).teach(SEVEN, "7")) == (401, "token-wrong")
    assert from_elsewhere(app, new).teach(SEVEN, "7").status_code == 201
    here.ask("DELETE", "/api/profiles/default/token")
    assert problem_of(from_elsewhere(app, new).teach(SEVEN, "7")) == (401, "token-wrong")


def test_who_guesses_tokens_is_held_off(app: FastAPI, here: Asker) -> None:
    right = token_of(here, "default")
    for _ in range(TRIES):
        wrong = from_elsewhere(app, secrets.token_urlsafe()).teach(SEVEN, "7")
        assert problem_of(wrong) == (401, "token-wrong")
    held = from_elsewhere(app, right).teach(SEVEN, "7")
    assert problem_of(held) == (429, "too-many-tries")
    assert held.headers["retry-after"] == "60"
    other = Asker(app, "192.168.1.78", NETWORK, right)
    assert other.teach(SEVEN, "7").status_code == 201


def test_a_flood_is_held_off(app: FastAPI, here: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.state.gate, "_changes", access._Recent(2, lambda: 0.0))
    for _ in range(2):
        here.ask("POST", "/api/corrections/undo")
    held = here.teach(SEVEN, "7")
    assert problem_of(held) == (429, "too-many-requests")
    assert held.headers["retry-after"] == "60"
    assert here.ask("GET", "/api/corrections/status").json()["corrections"] == 0


def test_a_minute_later_more_is_taken() -> None:
    now = 0.0
    recent = access._Recent(2, lambda: now)
    for _ in range(2):
        assert not recent.full("a")
        recent.add("a")
    assert recent.full("a") and not recent.full("b")
    now = 61.0
    assert not recent.full("a")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Host": "evil.example"},
    ],
)
def test_other_sites_are_refused(app: FastAPI, headers: dict[str, str]) -> None:
    attacker = Asker(app, headers=headers)
    assert problem_of(attacker.teach(SEVEN, "7")) == (403, "forbidden")
    if "Origin" not in headers:
        export = attacker.ask("GET", "/api/corrections/export")
        assert problem_of(export) == (403, "forbidden")
    assert Asker(app).ask("GET", "/api/corrections/status").json()["corrections"] == 0


def test_a_device_that_was_let_in_teaches_the_usual_profile(own: Settings) -> None:
    admission = Admission()
    app = create_app(own, learn=True, hosts=["0.0.0.0"], admission=admission)
    here = Asker(app)
    here.ask("POST", "/api/profiles", name="ana")
    here.teach(FOUR, "4", profile="ana")
    session = admission.redeem(admission.new_token(), ELSEWHERE)
    phone = from_elsewhere(app, Cookie=f"{COOKIE}={session}")
    assert phone.teach(SEVEN, "7").json()["correction"]["profile"] == "default"
    for profile in ("ana", "ben"):
        response = phone.ask("GET", "/api/corrections", profile=profile)
        assert problem_of(response) == (403, "forbidden")
    assert [one["name"] for one in phone.ask("GET", "/api/profiles").json()["profiles"]] == [
        "default"
    ]
    with_token = from_elsewhere(app, token_of(here, "ana"), Cookie=f"{COOKIE}={session}")
    listed = with_token.ask("GET", "/api/corrections").json()
    assert [one["label"] for one in listed["corrections"]] == ["4"]
    stranger = from_elsewhere(app, token_of(here, "ana"))
    assert problem_of(stranger.teach(SEVEN, "7")) == (403, "not-admitted")
