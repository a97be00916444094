"""Settings: defaults, the environment, and nothing written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from palote import Settings
from palote.errors import UsageError
from palote.settings import FOLDERS, LISTS, SWITCHES, VARIABLES, WHOLE_NUMBERS, system_language


def test_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.max_bytes == 32 * 1024 * 1024
    assert settings.model == "default" and settings.datasets is None
    for folder in (settings.data_dir, settings.state_dir, settings.cache_dir):
        assert folder.is_absolute() and "palote" in folder.parts


def test_every_setting_has_a_variable() -> None:
    assert set(VARIABLES) == {field.name for field in dataclasses.fields(Settings)}
    assert len(set(VARIABLES.values())) == len(VARIABLES)
    foreign = {variable for variable in VARIABLES.values() if not variable.startswith("PALOTE_")}
    assert foreign == {"PROMETHEUS_MULTIPROC_DIR"}


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_each_variable_sets_its_own(name: str) -> None:
    value, expected = next(
        values
        for kind, values in {
            tuple(WHOLE_NUMBERS): ("12345", 12345),
            tuple(FOLDERS): ("some-where", Path("some-where")),
            tuple(SWITCHES): ("Yes", True),
            tuple(LISTS): ("one, two,", ("one", "two")),
            tuple(VARIABLES): ("some-where", "some-where"),
        }.items()
        if name in kind
    )
    settings = Settings.from_environment({VARIABLES[name]: value})
    assert getattr(settings, name) == expected
    assert Settings.from_environment(settings.to_environment()) == settings
    assert dataclasses.replace(settings, **{name: getattr(Settings(), name)}) == Settings()


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_MAX_PIXELS", "77")
    assert Settings.from_environment().max_pixels == 77


def test_a_variable_that_is_empty_is_not_set() -> None:
    assert Settings.from_environment({"PALOTE_MODEL": "", "PALOTE_THREADS": ""}) == Settings()


def test_home_is_resolved() -> None:
    settings = Settings.from_environment({"PALOTE_DATA": "~/data"})
    assert settings.datasets == Path.home() / "data"


@pytest.mark.parametrize("text", ["ten", "-1", "1.5", "1e6", "1 000", "²"])
def test_no_whole_number(text: str) -> None:
    with pytest.raises(UsageError, match="PALOTE_MAX_BYTES must be a whole number") as caught:
        Settings.from_environment({"PALOTE_MAX_BYTES": text})
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text", "sentence"),
    [
        ("PALOTE_LEARN", "maybe", "one of 1, true, yes, on, 0, false, no, off, not 'maybe'"),
        ("PALOTE_RUNNING", "0", "a whole number from 1, not '0'"),
    ],
)
def test_what_cannot_be(variable: str, text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=f"{variable} must be {sentence}"):
        Settings.from_environment({variable: text})


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "es_ES"}, "es"),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "es_ES"}, "en"),
        ({"LANG": "et_EE.UTF-8"}, "en"),
        ({"LANG": "Estonian_Estonia.1257"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_of_the_system(variables: dict[str, str], language: str) -> None:
    assert system_language(variables) == language


@pytest.mark.parametrize(("name", "language"), [("Spanish_Spain", "es"), (None, "en")])
def test_where_no_variable_says_the_language(
    monkeypatch: pytest.MonkeyPatch, name: str | None, language: str
) -> None:
    monkeypatch.setattr("locale.getlocale", lambda category: (name, "cp1252"))
    assert system_language({}) == language


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().threads = 4  # type: ignore[misc]


def test_no_folder_is_made(tmp_path: Path) -> None:
    Settings.from_environment({"PALOTE_DATA_DIR": str(tmp_path / "new")})
    assert not list(tmp_path.iterdir())
