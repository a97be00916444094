"""`palote doctor`: it finds what is wrong, and says what to do."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata, util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from palote import Reader, Reading, __version__
from palote.surfaces.cli.doctor import BASE, EXTRAS, Finding, examine

from .conftest import Palote

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def finding(name: str, model: str | None = None) -> Finding:
    return next(found for found in examine(model) if found.name == name)


def package(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_-]", requirement)[0]


def test_all_is_well(palote: Palote) -> None:
    result = palote("doctor")
    assert result.code == 0 and result.err == ""
    assert re.search(rf"^ok +palote +{re.escape(__version__)}, in ", result.out, re.M)
    assert re.search(r"^ok +model +default, .*checksum right", result.out, re.M)
    assert re.search(r"^ok +self-test +a drawn 7 was read as 7, \d+\.\d %$", result.out, re.M)
    assert "failed" not in result.out


def test_as_json(palote: Palote) -> None:
    report = json.loads(palote("doctor", "--json").out)
    assert report["ok"] is True
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["numpy"] == {"name": "numpy", "state": "ok", "detail": metadata.version("numpy")}
    assert {"python", "model", "self-test", "data folder", "extra heic"} <= set(checks)


def test_it_looks_at_every_package_that_the_project_names() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert {package(line) for line in project["dependencies"]} == set(BASE)
    extras = project["optional-dependencies"]
    assert set(EXTRAS) == set(extras) - {"all", "dev"}
    for extra, (modules, _) in EXTRAS.items():
        names = {re.sub(r"-(cpu|ce)$", "", package(line)) for line in extras[extra]}
        brought = {name.replace("-", "_") for name in names}
        assert brought == {name.replace(".", "_") for name in modules}


def test_a_model_that_is_missing(palote: Palote) -> None:
    result = palote("doctor", "--model", "nosuch")
    assert result.code == 1
    assert re.search(r"^failed +model +There is no model 'nosuch'", result.out, re.M)
    assert re.search(r"^failed +self-test ", result.out, re.M)
    assert result.err == "palote: something that reading needs is missing or broken.\n"


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def without(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without)
    assert finding("rich").state == "failed"
    assert 'pip install "rich"' in finding("rich").detail


def test_a_package_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Reader, image: bytes) -> Reading:
        raise ImportError("libfoo.so is missing")

    monkeypatch.setattr(Reader, "read", broken)
    found = finding("self-test")
    assert found.state == "failed" and "libfoo.so is missing" in found.detail


def test_a_network_that_reads_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader, "read", lambda self, image: Reading("1", "ok", 0.9))
    assert finding("self-test").state == "failed"
    assert "a drawn 7 was read as '1'" in finding("self-test").detail


def test_an_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    find = util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "keras" else find(name, package)

    monkeypatch.setattr(util, "find_spec", without)
    found = finding("extra train")
    assert found.state == "note" and found.detail.endswith('pip install "palote[train]"')


def test_a_second_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    rivals = {"cv2": ["opencv-python-headless", "opencv-python"]}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: rivals)
    assert "pip uninstall opencv-python" in finding("opencv-python").detail


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PALOTE_DATA_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.setenv("PALOTE_STATE_DIR", str(tmp_path / "new" / "deep"))
    monkeypatch.setenv("PALOTE_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("PALOTE_DATA", str(tmp_path / "nowhere"))
    found = {one.name: one for one in examine()}
    assert found["data folder"].state == "note"
    assert found["state folder"].detail.endswith("made when it is needed)")
    assert found["cache folder"].detail == f"{tmp_path} (ok)"
    assert "PALOTE_DATA names no folder" in found["data sets"].detail
    assert not (tmp_path / "new").exists()


def test_a_wrong_setting(palote: Palote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_MAX_PIXELS", "-1")
    result = palote("doctor")
    assert result.code == 1
    assert re.search(r"^failed +settings +PALOTE_MAX_PIXELS must be", result.out, re.M)
