"""The documents tell the truth: code runs, links lead somewhere, both languages agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
import pytest

import palote
from palote.model.card import Card
from palote.model.catalog import ASSETS
from palote.settings import VARIABLES, Settings
from tests.digits import drawn
from tests.drawing import ring, seven

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.es.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/cli.md",
    "docs/deploy.md",
    "docs/scale.md",
)
BIN = Path(sys.executable).parent
BASH = shutil.which("bash")


def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    """The code blocks of a document in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(document), re.M | re.S)


def commands(document: str) -> list[str]:
    return [line for block in blocks(document, "sh") for line in block.splitlines() if line]


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder that the documents speak of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    Path("scans").mkdir()
    for name, picture in (("photo.png", seven()), ("scans/a.png", ring()), ("scans/b.jpg", ring())):
        cv2.imwrite(name, picture)


PYTHON = [(document, n) for document in READMES for n in range(len(blocks(document, "python")))]
TERMINAL = [
    line for line in commands("README.md") if re.match(r"palote (read|models list|doctor)", line)
]
LAB = [
    line
    for line in commands("README.md")
    if re.match(r"palote (train|compare|data|evaluate|explain|models (add|use)|export)", line)
]
SLOW = ("compare", "mobilenet", "train default")
HTTP = [line for line in commands("README.md") if line.startswith("curl ")]


def test_there_is_something_to_test() -> None:
    assert len(PYTHON) == 4 and len(TERMINAL) >= 8 and len(HTTP) == 4


@pytest.mark.parametrize(("document", "number"), PYTHON)
def test_python_blocks_run(
    document: str, number: int, pictures: None, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(blocks(document, "python")[number], document, "exec"), {})
    said = capsys.readouterr().out
    assert said.startswith("7 ")
    assert ("(28, 28)" in said) if number == 0 else ("not read: There is no file" in said)


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_commands_of_learning_run(
    pictures: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in a data folder of their own."""
    assert BASH is not None
    monkeypatch.setenv("PALOTE_DATA_DIR", str(tmp_path / "own"))
    asked = [line for line in commands("README.md") if line.startswith("palote learn ")]
    assert len(asked) >= 4
    for command in asked:
        result = subprocess.run([BASH, "-c", command], capture_output=True, text=True)
        assert result.returncode == 0 and "Traceback" not in result.stderr, (command, result.stderr)


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize("command", TERMINAL)
def test_commands_run(command: str, pictures: None) -> None:
    assert BASH is not None
    result = subprocess.run([BASH, "-c", command], capture_output=True, text=True)
    assert (result.returncode, "error" in result.stderr) == (0, False), result.stderr
    written = result.stdout + "".join(path.read_text() for path in Path().glob("answers.*"))
    assert written
    if "--stages" in command:
        assert len(list(Path("way").glob("*.png"))) == 5


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, datasets: Path) -> Path:
    """The working folder of the lab: one's own pictures, and a run that came to its end."""
    folder = tmp_path_factory.mktemp("lab")
    for digit in range(10):
        (folder / "my-digits" / str(digit)).mkdir(parents=True)
        for variant in range(10):
            path = folder / "my-digits" / str(digit) / f"{variant}.png"
            cv2.imwrite(str(path), drawn(digit, variant))
    cv2.imwrite(str(folder / "photo.png"), seven())
    (folder / "runs" / "small").mkdir(parents=True)
    for suffix in (".onnx", ".keras"):
        shutil.copy(ASSETS / f"default{suffix}", folder / "runs" / "small" / f"small{suffix}")
    card = replace(Card.from_file(ASSETS / "default.card.json"), name="small", sha256={})
    (folder / "runs" / "small" / "small.card.json").write_text(card.to_json(), encoding="utf-8")
    return folder


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize(
    "command",
    [pytest.param(c, marks=pytest.mark.soak if any(s in c for s in SLOW) else ()) for c in LAB],
)
def test_commands_of_the_lab_run(
    command: str, lab: Path, datasets: Path, monkeypatch: pytest.MonkeyPatch, keras: ModuleType
) -> None:
    """In their order, training on a few pictures only."""
    assert BASH is not None
    asked = command
    if "train" in command or "compare" in command:
        command += " --most 100 --epochs 1"
        command += f" --out trained/{LAB.index(asked)}"
    weights = datasets.parent / "weights" / "mobilenet_v2_1.0_no_top.weights.h5"
    command = command.replace("mobilenet_v2.weights.h5", str(weights))
    command = command.replace("train default", "train default --samples 2000 --finish 1")
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PALOTE_DATA_DIR", str(lab / "data"))
    monkeypatch.setenv("PALOTE_DATA", str(datasets))
    result = subprocess.run(
        [BASH, "-c", command], cwd=lab, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr and result.stdout
    for name in re.findall(r"--out (\S+)", command):
        assert (lab / name).exists()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a server of this module listens."""
    command = [sys.executable, "-m", "palote", "serve", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found is not None
        yield found[0]
        server.terminate()


@pytest.mark.skipif(BASH is None or shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("command", HTTP)
def test_requests_are_answered(command: str, pictures: None, address: str) -> None:
    assert BASH is not None
    command = command.replace("http://localhost:8000", address).replace("curl", "curl -sSf", 1)
    result = subprocess.run([BASH, "-c", command], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    expected = '"name":"default"' if "models" in command else '"text":"7"'
    assert expected in result.stdout.replace(" ", "")


def test_both_languages_show_the_same_code() -> None:
    for language in ("sh", "bat", "python"):
        english, spanish = (
            [re.sub(r" +#.*", "", block) for block in blocks(document, language)]
            for document in READMES
        )
        assert english == spanish


def test_both_languages_have_the_same_sections_and_links() -> None:
    english, spanish = map(text, READMES)
    assert len(re.findall(r"^## ", english, re.M)) == len(re.findall(r"^## ", spanish, re.M))
    assert english.count("\n| ") == spanish.count("\n| "), "the tables have the same rows"
    pictures = {
        f"docs/{name}{language}.png" for name in ("page", "webcam") for language in ("", "-es")
    }
    same = {*READMES, *pictures}
    assert set(links(READMES[0])) - same == set(links(READMES[1])) - same


def links(document: str) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", text(document))
    return [link for link in found if "://" not in link]


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), f"{document} links to {link}"
        assert not anchor or anchor in anchors(target), f"{document} links to {link}"


def test_settings_are_described() -> None:
    for document in READMES:
        described = set(re.findall(r"`(PALOTE_\w+)`", text(document)))
        known = list(VARIABLES.values())
        # What only servers need stands in docs/settings.md, which is written from them all.
        everyday = known[: known.index("PALOTE_HOSTS")]
        assert set(everyday) <= described <= set(known)
        assert str(Settings.max_bytes) in text(document)
        assert str(Settings.max_pixels) in text(document)


@pytest.mark.parametrize("script", ["cli-reference", "model-card", "settings-reference"])
def test_a_written_page_is_up_to_date(script: str) -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), "--check"],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {palote.__version__}\n" in text("CHANGELOG.md")


def test_nothing_names_a_registry_or_a_place_of_one_machine() -> None:
    pins = text("constraints.txt")
    assert "://" not in pins and "@" not in pins
    lines = [line for line in pins.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line) for line in lines)
    assert lines == sorted(lines)
