"""Models of one's own: added, chosen, removed, and nothing left behind when it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import palote
from palote import Reader, Settings
from palote.errors import ModelCorrupt, ModelNotFound, UsageError
from palote.model import catalog, library
from palote.surfaces.cli import main
from tests.drawing import seven


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder as a training leaves it."""
    folder = tmp_path / "run"
    folder.mkdir()
    for suffix in (".onnx", ".keras", ".card.json"):
        shutil.copy(catalog.ASSETS / f"default{suffix}", folder)
    return folder


def test_a_run_becomes_what_is_read_with(run: Path, settings: Settings):
    entry = library.add(run, settings, "mine")
    assert catalog.names(settings) == ("default", "mine")
    assert entry.path.name == "mine.onnx" and entry.path.parent.parent == catalog.home(settings)
    assert entry.card is not None and entry.card.name == "mine"
    assert set(entry.card.sha256) == {"mine.onnx", "mine.keras"}
    assert Reader(settings=settings).name == "default"
    library.use("mine", settings)
    reader = Reader(settings=settings)
    assert reader.name == "mine" and reader.read(seven()).text == "7"
    assert Reader("default", settings=settings).name == "default"
    library.remove("mine", settings)
    assert Reader(settings=settings).name == "default"
    assert catalog.names(settings) == ("default",)


def test_a_file_made_elsewhere_gets_a_card(run: Path, settings: Settings):
    (run / "default.card.json").unlink()
    entry = library.add(run / "default.onnx", settings, "elsewhere")
    assert entry.card is not None and set(entry.card.sha256) == {"elsewhere.onnx"}


def test_the_settings_come_before_the_choice(run: Path, settings: Settings, tmp_path: Path):
    library.add(run, settings, "mine")
    library.use("mine", settings)
    other = Settings(data_dir=settings.data_dir, model=str(run / "default.onnx"))
    assert Reader(settings=other).name == "default"


def test_a_chosen_model_that_is_gone_is_said(run: Path, settings: Settings):
    library.use(library.add(run, settings, "mine").name, settings)
    shutil.rmtree(catalog.home(settings) / "mine")
    with pytest.raises(ModelNotFound, match="'mine', chosen with palote models use, is gone"):
        Reader(settings=settings)


@pytest.mark.parametrize("name", ["default", "../up", "", ".hidden", "a b", "chosen.txt", "x" * 65])
def test_names_that_are_no_good(run: Path, settings: Settings, name: str):
    with pytest.raises(UsageError):
        library._check_name(name, settings)


def test_a_broken_file_leaves_nothing(run: Path, settings: Settings):
    content = bytearray((run / "default.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (run / "default.onnx").write_bytes(content)
    with pytest.raises(ModelCorrupt, match="damaged"):
        library.add(run, settings, "mine")
    (run / "default.onnx").write_bytes(b"no model")
    with pytest.raises(ModelCorrupt):
        library.add(run, settings, "mine")
    assert list(catalog.home(settings).iterdir()) == []


def test_a_full_disk_leaves_nothing(
    run: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    monkeypatch.setenv("PALOTE_DATA_DIR", str(settings.data_dir))
    with pytest.raises(SystemExit) as left:
        main(["models", "add", str(run), "--name", "mine"])
    assert left.value.code == 1
    assert "No space left on device" in capsys.readouterr().err
    assert list(catalog.home(settings).iterdir()) == []


@pytest.mark.parametrize("what", ["nowhere", "empty", "text.txt"])
def test_what_is_no_run_and_no_model(tmp_path: Path, settings: Settings, what: str):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("hello")
    with pytest.raises(ModelNotFound):
        library.add(tmp_path / what, settings)


def test_what_came_with_palote_stays(settings: Settings):
    with pytest.raises(UsageError, match="came with Palote"):
        library.remove("default", settings)
    with pytest.raises(ModelNotFound, match="no model 'mine' of your own"):
        library.remove("mine", settings)
    with pytest.raises(ModelNotFound, match="no model 'mine'"):
        library.use("mine", settings)


def test_on_the_command_line(
    run: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("PALOTE_DATA_DIR", str(settings.data_dir))

    def said(*arguments: str) -> str:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0
        return capsys.readouterr().out

    assert said("models", "add", str(run), "--name", "mine").startswith("mine  ")
    assert "* default" in said("models", "list")
    said("models", "use", "mine")
    listed = said("models", "list")
    assert "* mine" in listed and "  default" in listed
    assert palote.read(seven()).model == "mine", "a running program notices too"
    said("models", "remove", "mine")
    assert "mine" not in said("models", "list")
