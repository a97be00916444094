"""The wheel: what is in it, and that it reads and serves outside the clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import cv2
import pytest

from palote import __version__
from tests.drawing import seven

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-w", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel's content; its packages are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture
def outside(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The program as the wheel installs it, in a working folder that has a photo.png."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("photo.png", seven())
    where = subprocess.check_output(
        [sys.executable, "-c", "import palote; print(palote.__file__)"], text=True
    )
    assert Path(where.strip()).is_relative_to(installed)
    name = "palote.exe" if os.name == "nt" else "palote"
    return [str(installed / "bin" / name)]


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "palote").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == expected
    shipped = ("default.onnx", "default.card.json", "default.keras", "numbers.npz")
    heard = ("lines/line.onnx", "frames/frame.onnx")
    needed = ("py.typed", *(f"assets/{name}" for name in (*shipped, *heard)))
    assert {f"palote/{name}" for name in needed} <= held
    assert {f"palote/surfaces/web/static/{name}" for name in ("index.html", "js/main.js")} <= held


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    assert wheel.name == f"palote-{__version__}-py3-none-any.whl"
    with ZipFile(wheel) as archive:
        named = {
            name.split(".dist-info/")[1]: name for name in archive.namelist() if ".dist" in name
        }
        metadata = archive.read(named["METADATA"]).decode()
        scripts = archive.read(named["entry_points.txt"]).decode()
    assert "licenses/LICENSE" in named
    assert "palote = palote.surfaces.cli:main" in scripts
    base = re.findall(r"^Requires-Dist: ([\w-]+)(?!.*extra ==)", metadata, re.M)
    assert not {"keras", "tensorflow", "tensorflow-cpu", "onnx"} & set(base)


def test_it_reads_outside_the_clone(outside: list[str]) -> None:
    said = subprocess.check_output([*outside, "read", "photo.png"], text=True)
    assert said.startswith("7 ") and said.endswith("  photo.png\n")


def test_it_serves_outside_the_clone(outside: list[str]) -> None:
    command = [*outside, "serve", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            found = re.search(r"http://\S+", server.stderr.readline())
            assert found is not None
            with urllib.request.urlopen(found[0] + "/", timeout=20) as page:
                assert "Palote" in page.read().decode()
            photo = Path("photo.png").read_bytes()
            request = urllib.request.Request(found[0] + "/api/read", photo)
            request.add_header("Content-Type", "image/png")
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert b'"text":"7"' in answer.read().replace(b" ", b"")
        finally:
            server.terminate()
