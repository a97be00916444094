"""`palote learn`: teach, look, undo, carry away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from tests.cli.conftest import Palote
from tests.drawing import seven
from tests.numbers.writing import written


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_DATA_DIR", str(tmp_path / "data"))


def test_from_a_picture_to_nothing(palote: Palote, photo: str) -> None:
    said = palote("learn", "add", photo, "--label", "7")
    assert said.code == 0 and "correction" in said.out + "kept"
    (line,) = palote("learn", "list").lines
    assert "   7  read as    7  " in line
    (one,) = [json.loads(line) for line in palote("learn", "list", "--json").lines]
    assert one["label"] == "7" and one["source"] == "cli"
    assert "corrections  1" in palote("learn", "status").out
    assert json.loads(palote("learn", "status", "--json").out)["by_label"] == {"7": 1}
    assert "correction " in palote("learn", "history").lines[0]
    assert palote("read", photo, "--expect", "digit").code == 0
    assert palote("learn", "delete", one["id"]).code == 0
    assert palote("learn", "list").lines == []
    said = palote("learn", "undo")
    assert said.code == 1 and "no correction to take back" in said.err


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_number_taught_as_one_digit_is_pointed_out(
    palote: Palote, photo: str, tmp_path: Path, lang: str
) -> None:
    number = str(tmp_path / "number.png")
    cv2.imwrite(number, written("27"))
    said = palote("learn", "add", number, photo, "--label", "7", "--lang", lang)
    assert said.code == 0 and len(said.lines) == 2
    (warning,) = [line for line in said.err.splitlines() if "undo" in line]
    assert number in warning and "27" in warning
    assert ("several digits" if lang == "en" else "varias cifras") in warning
    assert "undo" not in palote("learn", "add", number, "--label", "none", "--lang", lang).err


def test_folders_and_zips(palote: Palote, photo: str, tmp_path: Path) -> None:
    for label in ("7", "none"):
        (tmp_path / "mine" / label).mkdir(parents=True)
        picture = seven(pen=10 if label == "7" else 20)
        cv2.imwrite(str(tmp_path / "mine" / label / "a.png"), picture)
    said = palote("learn", "add", tmp_path / "mine", "--profile", "Ana")
    assert said.code == 0 and "New pictures: 2" in said.err
    said = palote("learn", "export", tmp_path / "out.zip", "--profile", "Ana")
    assert said.code == 0 and "Pictures: 2" in said.err
    assert palote("learn", "import", tmp_path / "out.zip", "--profile", "Luz").code == 0
    assert palote("learn", "export", tmp_path / "out", "--profile", "Luz").code == 0
    assert len(list((tmp_path / "out").glob("*/*.png"))) == 2
    lines = palote("learn", "profiles").lines
    assert [line.split()[0] for line in lines] == ["Ana", "default", "Luz"]
    assert len(palote("learn", "token", "Ana").out.strip()) >= 32
    assert "has a token" in palote("learn", "profiles", "--remove", "Luz").out
    assert palote("learn", "delete", "--all", "--profile", "Ana").code == 0
    assert palote("learn", "rollback", "0", "--profile", "Ana").code == 0
    assert palote("learn", "off").code == 0
    said = palote("learn", "add", photo, "--label", "7")
    assert said.code == 1 and "switched off" in said.err
    assert palote("learn", "on").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "photo.png"], "Say --label 7"),
        (["add", "photo.png", "--label", "11"], "is no label"),
        (["status", "--profile", "Nadie"], "no profile 'Nadie'"),
        (["status", "--store", "nonsense"], "postgresql://"),
        (["delete"], "--all"),
        (["delete", "abc"], "no correction 'abc'"),
        (["rollback", "9"], "no version 9"),
        (["import", "."], "no picture in"),
    ],
)
def test_wrong_usage(palote: Palote, photo: str, arguments: list[str], said: str) -> None:
    answer = palote("learn", *arguments)
    assert answer.code == 2 and said in answer.err and "Traceback" not in answer.err


def test_one_bad_picture_does_not_stop_the_others(palote: Palote, photo: str) -> None:
    Path("bad.png").write_bytes(b"no picture")
    said = palote("learn", "add", "bad.png", photo, "--label", "7")
    assert said.code == 1 and "bad.png" in said.err
    assert len(palote("learn", "list").lines) == 1


def test_it_speaks_spanish(palote: Palote, photo: str) -> None:
    es = ("--lang", "es")
    said = palote("learn", "undo", *es)
    assert said.code == 1 and "No hay nada" in said.err
    said = palote("learn", "add", photo, *es)
    assert said.code == 2 and "¿Qué muestran las imágenes?" in said.err
    said = palote("learn", "add", photo, "--label", "7", *es)
    assert said.code == 0 and ("aprendido de 1 corrección: las tuyas" in said.out) == (
        "guardada" not in said.out
    )
    (line,) = palote("learn", "list", *es).lines
    assert "leída como    7" in line and "terminal" in line
    said = palote("learn", "status", *es)
    assert "correcciones  1; aprendidas: " in said.out and "las de todos  " in said.out
    assert "1 correcciones" in palote("learn", "history", *es).lines[0]
    assert "«default» no aprende" in palote("learn", "off", *es).err
    said = palote("learn", "add", photo, "--label", "7", *es)
    assert said.code == 1 and "Actívalo: palote learn on" in said.err
    assert "default  1 corrección, versión 0, sin aprender" in palote("learn", "profiles", *es).out
    assert "El código no se vuelve" in palote("learn", "token", *es).err
    # What programs read is the same in every language.
    assert palote("learn", "status", "--json", *es).out == palote("learn", "status", "--json").out
    said = palote("learn", "status", "--lang", "fr")
    assert said.code == 2 and "--lang must be one of en, es" in said.err


def test_reading_for_a_profile_that_is_not_there(
    palote: Palote, photo: str, program: Callable[..., object]
) -> None:
    said = palote("read", photo, "--profile", "Nadie")
    assert said.code == 2 and "no profile 'Nadie'" in said.err
    assert palote("read", photo, "--profile", "none", "--expect", "digit").code == 0
