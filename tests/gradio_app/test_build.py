"""`build`, mounted and on its own, and what the command says when it cannot start."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from palote.errors import MissingExtra, ModelNotFound, ServerError, UsageError
from palote.model.card import Card
from palote.model.catalog import ASSETS
from palote.settings import Settings
from palote.surfaces import gradio_app
from palote.surfaces.cli import main
from palote.surfaces.web.readers import Readers
from tests.gradio_app.conftest import in_loop

if TYPE_CHECKING:
    from gradio import Blocks

    Build = Callable[..., Blocks]


@pytest.fixture
def built(gradio: ModuleType) -> Build:
    """Call it with the arguments of `build`."""
    return lambda *given, **named: in_loop(lambda: gradio_app.build(*given, **named))


def props(blocks: Blocks, kind: str) -> list[dict[str, object]]:
    """The properties of all components of a kind."""
    return [one["props"] for one in blocks.config["components"] if one["type"] == kind]


def test_the_example_of_the_documentation_runs(gradio: ModuleType) -> None:
    documented = gradio_app.build.__doc__ or ""
    lines = [line.strip()[4:] for line in documented.splitlines() if ">>>" in line]
    names: dict[str, object] = {}
    in_loop(lambda: exec("\n".join(lines), names))
    app = names["app"]
    assert isinstance(app, FastAPI)
    with TestClient(app) as client:
        page = client.get("/palote/")
        assert page.status_code == 200 and "Lee las cifras que escribes" in page.text
        config = client.get("/palote/config").json()
        assert config["i18n_translations"]["es"]["Draw"] == "Dibujar"
        assert not config["analytics_enabled"]


@pytest.mark.parametrize(("lang", "draw"), [("es", "Dibujar"), ("en", "Draw")])
def test_a_language_that_was_given(built: Build, lang: str, draw: str) -> None:
    blocks = built(lang=lang)
    assert props(blocks, "tabitem")[0]["label"] == draw
    assert props(blocks, "radio")[0]["value"] == lang


def test_a_language_that_does_not_exist(built: Build) -> None:
    with pytest.raises(UsageError, match="one of en, es; not 'fr'"):
        built(lang="fr")


def test_a_model_that_does_not_exist(built: Build) -> None:
    with pytest.raises(ModelNotFound, match="no-such"):
        built(model="no-such")


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """A catalogue with a model that opens and others that do not."""
    models = tmp_path / "models"
    card = Card.from_file(ASSETS / "default.card.json")
    for name in ("mine", "damaged", "other-spec"):
        (models / name).mkdir(parents=True)
        shutil.copy(ASSETS / "default.onnx", models / name / f"{name}.onnx")
        ink = replace(card.ink, size=64) if name == "other-spec" else card.ink
        written = replace(card, name=name, sha256={}, ink=ink)
        (models / name / f"{name}.card.json").write_text(written.to_json(), encoding="utf-8")
    (models / "damaged" / "damaged.onnx").write_bytes(b"no network")
    return Settings(data_dir=tmp_path)


def test_only_models_that_open_can_be_chosen(own: Settings, built: Build) -> None:
    from palote.surfaces.gradio_app.desk import models_that_open

    assert models_that_open(Readers(own)) == ["default", "mine"]
    chosen = props(built(own, model="mine"), "dropdown")[0]
    assert chosen["value"] == "mine"
    assert chosen["choices"] == [("mine", "mine"), ("default", "default")]


def test_a_model_file_reads_at_first(own: Settings, built: Build) -> None:
    file = own.data_dir / "models" / "mine" / "mine.onnx"
    assert props(built(Settings(), model=str(file)), "dropdown")[0]["value"] == "mine"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_taken(taken: int, gradio: ModuleType) -> None:
    def serve() -> None:
        gradio_app.serve(port=taken, open_browser=False)

    with pytest.raises(ServerError, match=rf"Port {taken} .* in use .* --port"):
        in_loop(serve)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradio_app, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "palote\[gradio\]"'):
        _ = gradio_app.build


def test_the_command_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = sys.modules["palote.surfaces.cli.gradio"]
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"^1$"):
        main(["gradio", "--no-open"])
    assert 'pip install "palote[gradio]"' in capsys.readouterr().err


def test_the_command_refuses_a_language_that_it_does_not_speak(
    gradio: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["gradio", "--no-open", "--lang", "fr"])
    assert "must be one of en, es; not 'fr'" in capsys.readouterr().err
