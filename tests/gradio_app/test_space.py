"""The folder for a Space: what it says, which versions it wants, and that it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SPACE = ROOT / "deploy" / "space"
BASH = shutil.which("bash")
NOT_IN_A_SPACE = {"httptools", "prometheus-client", "rich", "typer", "uvloop"}
"""What only the command line and the server need."""

PROGRAM = """
import sys, app, palote
assert palote.__file__.startswith(sys.argv[1]), palote.__file__
print(app.demo.analytics_enabled, len(app.demo.fns) > 10)
"""


def requirements() -> dict[str, str]:
    lines = (SPACE / "requirements.txt").read_text().splitlines()
    assert lines == sorted(lines)
    return {name: version for name, version in (line.split("==") for line in lines)}


def header() -> dict[str, str]:
    _, written, _ = (SPACE / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return {key: value.strip('"') for key, value in re.findall(r"^(\w+): (.+)$", written, re.M)}


def test_the_header_is_what_a_space_needs() -> None:
    said = header()
    assert (said["sdk"], said["app_file"], said["license"]) == ("gradio", "app.py", "mit")
    assert {"title", "emoji", "colorFrom", "colorTo", "python_version"} <= set(said)
    assert len(said["short_description"]) <= 60
    assert said["sdk_version"] == requirements()["gradio"]


def test_versions_are_those_that_palote_is_tested_with() -> None:
    pins = (ROOT / "constraints.txt").read_text()
    for name, version in requirements().items():
        assert re.search(rf"^{name}=={re.escape(version)}( ;|$)", pins, re.M), name


def test_nothing_is_missing() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gradio"]]
    names = {re.split(r"[<>=]", one)[0] for one in wanted}
    assert set(requirements()) == names - NOT_IN_A_SPACE


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_the_space_that_the_readme_gathers_starts(tmp_path: Path, gradio: ModuleType) -> None:
    assert BASH is not None
    gather = re.findall(r"^```sh\n(.*?)^```", (SPACE / "README.md").read_text("utf-8"), re.M | re.S)
    for name in ("deploy", "src", "LICENSE"):
        (tmp_path / name).symlink_to(ROOT / name)
    subprocess.run([BASH, "-ec", gather[0]], cwd=tmp_path, check=True)
    space = tmp_path / "space"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(space)], cwd=space, capture_output=True, text=True
    )
    assert (done.stdout.split(), done.stderr) == (["False", "True"], "")
