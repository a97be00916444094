"""The other commands, the options for all, and what every wrong call comes to."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from palote import Settings, __version__
from palote.errors import ServerError
from palote.model import catalog
from palote.surfaces import web

from .conftest import Palote


def test_version(palote: Palote) -> None:
    assert palote("--version").out == f"palote {__version__}\n"


def test_without_a_command_there_is_help(palote: Palote) -> None:
    result = palote()
    assert result.code == 2
    for command in ("read", "serve", "train", "models", "doctor"):
        assert f"\n  {command} " in result.out + result.err


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(palote: Palote, option: str) -> None:
    result = palote(option)
    assert result.code == 0 and "--show-completion" in result.out


def test_an_unknown_command(palote: Palote) -> None:
    result = palote("raed", "photo.png")
    assert result.code == 2 and "raed" in result.err and "read" in result.err


def test_the_module_is_the_program() -> None:
    command = [sys.executable, "-m", "palote", "--version"]
    assert subprocess.check_output(command, text=True) == f"palote {__version__}\n"


def test_models(palote: Palote) -> None:
    result = palote("models", "list")
    assert result.code == 0
    for name in catalog.names():
        assert any(line[2:].startswith(f"{name}  ") and " kB  " in line for line in result.lines)
    assert sum(line.startswith("* ") for line in result.lines) == 1, "one of them reads"
    cards = json.loads(palote("models", "list", "--json").out)
    assert [card["name"] for card in cards] == list(catalog.names())
    for score in cards[0]["scores"]:
        assert score in result.out


def test_serve_passes_everything_on(palote: Palote, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    def serve(
        host: str,
        port: int | None,
        open_browser: bool,
        model: str | None,
        settings: Settings,
        **rest: object,
    ) -> None:
        own = settings.profile, settings.store, rest["learn"]
        calls.append((host, port, open_browser, model, rest["allow_hosts"], *own))

    monkeypatch.setattr(web, "serve", serve)
    assert palote("serve").code == 0
    options = ("--host", "::1", "--port", "8123", "--no-open", "--model", "mine.onnx")
    taught = ("--learn", "--profile", "ana", "--store", "sqlite:///own.db")
    names = ("--allow-host", "a.example", "--allow-host", "b")
    assert palote("serve", *options, *names, *taught).code == 0
    assert calls == [
        ("127.0.0.1", None, True, None, (), "default", "", False),
        ("::1", 8123, False, "mine.onnx", ["a.example", "b"], "ana", "sqlite:///own.db", True),
    ]


def test_a_server_that_cannot_start(palote: Palote, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ServerError("Port 80 of 127.0.0.1 is in use by another program.")

    monkeypatch.setattr(web, "serve", refuse)
    result = palote("serve", "--port", "80")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert result.err.startswith("palote: Port 80")


@pytest.mark.parametrize("port", ["high", "1.5"])
def test_a_port_that_is_no_number(palote: Palote, port: str) -> None:
    result = palote("serve", "--port", port)
    assert result.code == 2 and port in result.err


def test_training_without_its_packages(
    palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("palote.surfaces.cli.train")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    result = palote("train", "default")
    assert result.code == 1 and 'pip install "palote[train]"' in result.err
    assert not list(tmp_path.iterdir())
