"""``palote evaluate`` and ``palote compare``: what is printed, written, and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote.model import catalog
from palote.surfaces.cli.options import NETWORKS
from palote.train import lab
from tests.drawing import ring, seven
from tests.readings import Page, judged, run_folder

from .conftest import Palote


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with a table of labels, one of them wrong, in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALOTE_DATA", str(tmp_path / "none"))
    folder = Path("mine")
    folder.mkdir()
    pictures = {"a": seven(), "b": seven(at=(20, 10)), "c": ring(), "d": ring(radius=40)}
    for name, picture in pictures.items():
        cv2.imwrite(f"mine/{name}.png", picture)
    (folder / "labels.csv").write_text("file,label\na.png,7\nb.png,7\nc.png,0\nd.png,6\n")
    return "mine"


WEIGHTS = json.loads((catalog.ASSETS / "default.card.json").read_text())["parameters"]
SIZE = f"{(catalog.ASSETS / 'default.onnx').stat().st_size / 1000:.0f} kB"


def test_a_table(palote: Palote, mine: str) -> None:
    result = palote("evaluate", "default", "--data", mine)
    assert (result.code, result.err) == (0, "")
    assert result.lines[0].startswith(f"default: {WEIGHTS:,} weights, {SIZE}, ")
    head, row = (line.split() for line in result.lines[2:4])
    assert head[:3] == ["set", "right", "accuracy"]
    assert row[:8] == ["mine", "3", "of", "4", "75.00", "%", "30.06", "to"]
    digits = {line.split()[0]: line.split() for line in result.lines[6:-1]}
    assert digits["7"] == ["7", "2", "100.00", "%", "100.00", "%", "100.00", "%"]
    assert digits["0"] == ["0", "1", "50.00", "%", "100.00", "%", "66.67", "%"]
    assert set(digits) == {"0", "6", "7"}
    assert result.lines[-1] == "most often confused: 6 as 0 (1)"


def test_json(palote: Palote, mine: str) -> None:
    result = palote("evaluate", "default", "--data", mine, "--json", "--most", "3")
    told = json.loads(result.out)
    assert told["name"] == "default" and told["parameters"] == WEIGHTS
    (one,) = told["sets"]
    assert (one["name"], one["right"], one["count"]) == ("mine", 3, 3)


def test_a_report(palote: Palote, mine: str) -> None:
    result = palote("evaluate", "default", "--data", mine, "--out", "new/there", "--lang", "es")
    assert result.code == 0 and result.err == f"report: {Path('new/there/report.html')}\n"
    page = Page(Path("new/there/report.html"))
    page.check()
    assert "75,00 %" in page.text
    alts = [attrs["alt"] for name, attrs in page.elements if name == "img"]
    assert "Un 6, leído como 0" in alts
    told = json.loads(Path("new/there/evaluation.json").read_text(encoding="utf-8"))
    assert told["sets"][0]["right"] == 3
    assert Path("new/there/judged-mine.npz").is_file()


def test_a_model_file(palote: Palote, mine: str) -> None:
    shutil.copy(catalog.ASSETS / "default.onnx", "other.onnx")
    result = palote("evaluate", "other.onnx", "--data", mine)
    assert result.code == 0 and result.lines[0].startswith(f"other: {WEIGHTS:,} weights, {SIZE}, ")


def test_what_cannot_be_opened_is_named(palote: Palote, mine: str) -> None:
    Path("mine/a.png").write_bytes(b"no picture")
    result = palote("evaluate", "default", "--data", mine)
    assert result.code == 0 and "2 of 3" in result.lines[3]
    assert result.err.startswith("left out: ") and "a.png" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody", "--data", "mine"), 2, "There is no model 'nobody'"),
        (("default", "--data", "nothing"), 2, "no data set and no folder 'nothing'"),
        (("default", "--data", "mine", "--lang", "fr", "--out", "x"), 2, "'fr'"),
        (("default", "--data", "mine", "--most", "0"), 2, "--most"),
        (("default",), 1, "PALOTE_DATA"),
        (("default", "--data", "all"), 1, "no data set at hand"),
        (("mine/a.png", "--data", "mine"), 2, "There is no model"),
    ],
)
def test_wrong_calls(
    palote: Palote, mine: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = palote("evaluate", *arguments)
    assert result.code == code and said in result.err and "Traceback" not in result.err
    assert result.out == ""


def test_compare(palote: Palote, mine: str) -> None:
    folder = run_folder(Path("tried"), judged(count=10))
    result = palote("compare", "default", str(folder), "--data", mine, "--out", "new")
    assert result.code == 0
    assert "default: 3 of 4 right of mine" in result.err
    assert result.err.endswith(f"the page: {Path('new/compare.html')}\n")
    assert result.lines[0].split()[0] == "mine"
    assert {line.split()[0] for line in result.lines[1:3]} == {"default", "tried"}
    assert result.lines[4].startswith("Take ")
    Page(Path("new/compare.html")).check()
    assert Path("new/compare.md").is_file()
    told = palote("compare", "default", str(folder), "--data", mine, "--out", "new", "--json").out
    names = [network["name"] for network in json.loads(told)["networks"]]
    assert names == ["default", "tried"]


def test_compare_says_what_is_missing(palote: Palote, mine: str) -> None:
    Path("empty").mkdir()
    result = palote("compare", "default", "empty", "--data", mine, "--out", "new")
    assert result.code == 1 and "empty: not compared" in result.err
    assert "Take" not in result.out and "default reads" in result.out
    assert palote("compare", "nothing", "--data", mine).code == 2
    assert palote("compare", "default", "--out", "new").code == 1


def test_the_names_of_networks() -> None:
    assert lab.NAMES == NETWORKS
    assert np.unique(NETWORKS).size == len(NETWORKS)
