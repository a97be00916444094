"""The lesson: both notebooks come from one source, were run to their end, and still run."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import Missing

ROOT = Path(__file__).parents[1]
SCRIPT, FOLDER = ROOT / "scripts" / "lesson", ROOT / "notebooks"
NAMES = {"en": "lesson.ipynb", "es": "leccion.ipynb"}
LARGEST = 1_500_000
"""Bytes of a notebook, so that it opens at once where it is shown."""

Cell = dict[str, Any]


def cells(lang: str, kind: str) -> list[Cell]:
    notebook = json.loads((FOLDER / NAMES[lang]).read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell: Cell) -> str:
    return "".join(cell["source"])


def output(cell: Cell) -> str:
    """What the code put out, without the pixels of pictures, in which any short word may be."""
    text = json.dumps(cell["outputs"], ensure_ascii=False)
    return re.sub(r"base64,[A-Za-z0-9+/=]*", "", text)


def shape(code: str) -> str:
    """The code without its words: what must be the same in every language."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def lesson(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def notebooks(missing: Missing) -> None:
    """What runs notebooks: the extra ``lesson``."""
    if any(find_spec(package) is None for package in ("nbclient", "nbformat", "ipykernel")):
        missing("tools", "the extra lesson is not installed")


@pytest.mark.parametrize("lang", NAMES)
def test_the_notebook_is_what_its_sources_say(lang: str, notebooks: None) -> None:
    result = lesson("--check", "--still", lang)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_change_of_a_source_is_noticed(tmp_path: Path, notebooks: None) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    copy = tmp_path / "scripts" / "lesson"
    copy.write_bytes(SCRIPT.read_bytes())
    for path in [FOLDER / NAMES["en"], *FOLDER.glob("source/*.md")]:
        (tmp_path / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    chapter = tmp_path / "notebooks" / "source" / "01-look.md"
    command = [sys.executable, str(copy), "--check", "--still", "en"]
    whole = chapter.read_text(encoding="utf-8")
    for changed, said in (
        (whole, ""),
        (whole.replace("range(10)", "range(9)"), "not what its sources say"),
        (whole.replace("<!-- es -->", "<!-- en -->", 1), "prose in 'en' where 'es' should be"),
    ):
        chapter.write_text(changed, encoding="utf-8")
        result = subprocess.run(command, capture_output=True, text=True)
        assert (result.returncode, said in result.stderr) == (int(bool(said)), True)


def test_both_languages_have_the_same_code() -> None:
    english, spanish = ([source(cell) for cell in cells(lang, "code")] for lang in NAMES)
    assert len(english) > 30
    assert [*map(shape, english)] == [*map(shape, spanish)]
    assert english != spanish, "the words of the code are in each language"


def test_both_languages_have_the_same_chapters_and_exercises() -> None:
    english, spanish = ([source(cell) for cell in cells(lang, "markdown")] for lang in NAMES)
    assert len(english) == len(spanish) > 40
    for ours, theirs in zip(english, spanish, strict=True):
        for mark in (r"^#+ (?=\d)", r"^### ", r"^\d\. ", r"^- "):
            assert len(re.findall(mark, ours, re.M)) == len(re.findall(mark, theirs, re.M)), ours
        assert ours != theirs
    asked = sum("**Exercises**" in text for text in english)
    assert asked == sum("**Ejercicios**" in text for text in spanish) == 12


@pytest.mark.parametrize("lang", NAMES)
def test_every_cell_was_run_and_none_failed(lang: str) -> None:
    for number, cell in enumerate(cells(lang, "code"), 1):
        assert cell["execution_count"] == number
        kinds = {(one["output_type"], one.get("name")) for one in cell["outputs"]}
        assert kinds <= {("execute_result", None), ("stream", "stdout")}, source(cell)


@pytest.mark.parametrize("lang", NAMES)
def test_the_outputs_name_no_place_and_warn_of_nothing(lang: str) -> None:
    places = r"/home/|/root|/tmp|/work/|/Users/|\.venv|site-packages|://(?!www\.w3\.org)"
    for cell in cells(lang, "code"):
        assert not re.search(rf"{places}|warning|I0000|E0000", output(cell), re.I), source(cell)


@pytest.mark.parametrize("lang", NAMES)
def test_the_outputs_show_what_the_lesson_speaks_of(lang: str) -> None:
    shown = "".join(map(output, cells(lang, "code")))
    assert shown.count("image/svg+xml") >= 18
    for word in ("tflite-int8", "not_digit", "empty", "status: 200"):
        assert word in shown
    assert (FOLDER / NAMES[lang]).stat().st_size < LARGEST


def test_spanish_pictures_speak_spanish() -> None:
    shown = "".join(map(output, cells("es", "code")))
    for word in ("validación", "entrenamiento", "garabato", "aciertos"):
        assert word in shown
    for word in ("validation", "training:", "scribble", "accuracy"):
        assert word not in shown


@pytest.mark.parametrize("lang", ["en", pytest.param("es", marks=pytest.mark.soak)])
@pytest.mark.timeout(180)
def test_the_lesson_runs_on_a_few_pictures(
    lang: str,
    datasets: Path,
    monkeypatch: pytest.MonkeyPatch,
    notebooks: None,
    keras: ModuleType,
) -> None:
    monkeypatch.setenv("PALOTE_DATA", str(datasets))
    result = lesson("--check", lang)
    assert (result.returncode, result.stderr) == (0, "")
