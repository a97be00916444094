"""Imports point one way, heavy libraries have one home, and ``import palote`` is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "palote"

BASE = {"errors", "result", "settings"}
"""What every room may use."""

ALLOWED = {
    "errors": set[str](),
    "result": set[str](),
    "settings": {"errors"},
    "_formats": BASE,
    "_malloc": set[str](),
    "_png": BASE,
    "_raster": BASE | {"_formats"},
    "_sources": BASE,
    "_tensorflow": set[str](),
    "pixels": BASE | {"_formats", "_png", "_raster", "_sources"},
    "ink": BASE,
    "metrics": BASE,
    "model": BASE | {"_tensorflow", "ink", "metrics"},
    "numbers": BASE | {"pixels", "ink", "metrics", "model"},
    "_answer": BASE | {"pixels", "ink", "metrics", "model", "numbers"},
    "reader": BASE | {"_answer", "pixels", "ink", "metrics", "model", "numbers"},
    "data": BASE | {"pixels", "ink", "metrics", "model", "reader"},
    "evaluation": BASE | {"pixels", "ink", "metrics", "model", "reader", "data"},
    "learn": BASE | {"pixels", "ink", "metrics", "model", "numbers", "reader", "data"},
    "bulk": BASE | {"ink", "model", "reader", "data"},
    "distributed": BASE | {"model", "reader", "bulk"},
    "surfaces": BASE
    | {"pixels", "ink", "metrics", "model", "reader", "data", "evaluation", "learn"}
    | {"_malloc", "bulk", "distributed"},
    "train": BASE
    | {"_malloc", "_tensorflow", "ink", "metrics", "model"}
    | {"reader", "data", "evaluation", "numbers"},
}
"""Room -> rooms that it may import, besides itself."""

HOMES = {
    "onnxruntime": ("model/engine.py", "train/quantise.py"),
    "keras": ("train/", "model/formats.py"),
    "tensorflow": ("train/", "model/formats.py", "model/litert.py"),
    "h5py": ("train/", "model/formats.py", "model/keras_check.py"),
    "ai_edge_litert": ("model/litert.py",),
    "onnx": ("train/",),
    "tf2onnx": ("train/",),
    "sqlalchemy": ("learn/",),
    "fastapi": ("surfaces/web/",),
    "starlette": ("surfaces/web/",),
    "uvicorn": ("surfaces/web/",),
    "prometheus_client": ("surfaces/web/metrics.py",),
    "opentelemetry": ("surfaces/web/tracing.py",),
    "gradio": ("surfaces/gradio_app/",),
    "typer": ("surfaces/cli/",),
    "rich": ("surfaces/cli/",),
    "pillow_heif": ("pixels.py",),
    "cryptography": ("surfaces/web/certificate.py",),
    "psutil": ("surfaces/web/lan.py",),
    "segno": ("surfaces/web/lan.py",),
    "ray": ("distributed/",),
    "pyarrow": ("bulk/",),
    "fsspec": ("bulk/place.py",),
    "platformdirs": ("settings.py",),
    "pygame": ("surfaces/webcam/",),
    "sklearn": ("model/scratch/",),
}
"""Library -> the only files that may import it."""

HEAVY = {*HOMES, "cv2", "numpy", "PIL", "pydantic", "multipart"} - {"platformdirs"}


@dataclass(frozen=True)
class Import:
    """One import in the source."""

    file: str
    line: int
    module: str
    lazy: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


class Finder(ast.NodeVisitor):
    """Collects the imports of a file; what is only for types does not count."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.depth = 0
        self.found: list[Import] = []

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self.add(node, name.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, f"{self.file}:{node.lineno} has a relative import"
        assert node.module is not None
        for name in node.names:
            # "from palote import data" imports the room data.
            there = SOURCE / name.name
            is_room = there.is_dir() or there.with_suffix(".py").is_file()
            inner = node.module == "palote" and is_room
            self.add(node, f"palote.{name.name}" if inner else node.module)

    def add(self, node: ast.stmt, module: str) -> None:
        self.found.append(Import(self.file, node.lineno, module, self.depth > 0))


def imports() -> Iterator[Import]:
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        finder = Finder(file)
        finder.visit(ast.parse(path.read_text(encoding="utf-8")))
        yield from finder.found


def room(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


IMPORTS = list(imports())
FRONT = {"__init__", "__main__"}


def test_the_search_finds_what_is_there() -> None:
    found = {(one.file, one.module, one.lazy) for one in IMPORTS}
    assert ("model/engine.py", "onnxruntime", False) in found
    assert ("reader.py", "palote.model.engine", False) in found
    assert ("surfaces/cli/train.py", "palote.train.folders", True) in found


def test_every_room_is_known() -> None:
    rooms = {
        room(path.relative_to(SOURCE).as_posix())
        for path in SOURCE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
    }
    assert rooms - FRONT <= set(ALLOWED)


def test_imports_point_one_way() -> None:
    wrong = []
    for found in IMPORTS:
        here, parts = room(found.file), found.module.split(".")
        if parts[0] != "palote" or len(parts) == 1 or here in FRONT:
            continue
        there = parts[1]
        trains = there == "train" and found.file.startswith("surfaces/cli/") and found.lazy
        if there != here and there not in ALLOWED[here] and not trains:
            wrong.append(str(found))
    assert not wrong


def test_the_page_and_the_command_line_stay_apart() -> None:
    # "web" stands for the window with the camera, webcam, too.
    page = [one for one in IMPORTS if one.file.startswith("surfaces/web")]
    line = [one for one in IMPORTS if one.file.startswith("surfaces/cli/") and not one.lazy]
    assert not [str(one) for one in page if ".cli" in one.module]
    assert not [str(one) for one in line if "surfaces.web" in one.module]


@pytest.mark.parametrize("library", HOMES)
def test_one_home_for_each_library(library: str) -> None:
    users = [found for found in IMPORTS if found.module.split(".")[0] == library]
    assert not [str(found) for found in users if not found.file.startswith(HOMES[library])]
    # Reading with our own models must not load what only other people's files need.
    eager = [found for found in users if found.file.startswith("model/") and not found.lazy]
    assert not eager or library == "onnxruntime"


def loaded(program: str) -> set[str]:
    """The top-level modules that a program has loaded."""
    program += '\nimport sys; print(*{name.split(".")[0] for name in sys.modules})'
    return set(subprocess.check_output([sys.executable, "-c", program], text=True).split())


def test_importing_palote_loads_nothing_heavy() -> None:
    assert not loaded("import palote; palote.__version__; dir(palote)") & HEAVY
    assert not loaded("import palote.errors, palote.settings") & HEAVY


def test_reading_in_python_loads_no_surface() -> None:
    modules = loaded("from palote import Reader, read")
    assert "onnxruntime" in modules
    assert not modules & {
        *("fastapi", "keras", "rich", "sqlalchemy", "tensorflow", "typer", "uvicorn")
    }
