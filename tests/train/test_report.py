"""The report of a training: whole, offline, and with the figures that were computed."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from palote import Settings
from palote.errors import DataError, UsageError
from palote.evaluation import NOTHING
from palote.model import catalog
from palote.train import report
from palote.train.measure import measure
from palote.train.pages.inside import MAPS
from palote.train.runs import Run
from tests.conftest import Missing
from tests.readings import Page, judged, run_folder

WRONG = {4: 9, 14: 9, 24: NOTHING, 7: 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    sets = judged(wrong=WRONG, unsure=[0]), judged("my <digits>", count=60, wrong={3: 8})
    return report.write(run_folder(folder, *sets))


@pytest.fixture(scope="module")
def page(made: Path) -> Page:
    return Page(made)


def test_it_opens_offline_and_can_be_heard(made: Path, page: Page) -> None:
    assert made.name == "report.html" and made.stat().st_size < 1_000_000
    page.check()


def test_every_part_is_there(page: Page) -> None:
    parts = ("confusion", "classes", "certainty", "mistakes", "grid")
    assert page.ids() == [
        "results",
        "curves",
        *(f"{part}-mnist" for part in parts),
        *(f"{part}-my-digits" for part in parts),
        *("inside", "network", "making"),
    ]
    charts = [attrs for name, attrs in page.elements if name == "svg" and attrs.get("role")]
    titles = [str(attrs["aria-label"]).split(".")[0] for attrs in charts]
    both = ["Calibration", "Answering only when sure"]
    assert titles[:6] == ["Loss", "Accuracy", *both, *both]
    assert "28 × 28 × 1 → 28 × 28 × 16 → 12544 → 10" in str(charts[6]["aria-label"])


def test_the_head(page: Page) -> None:
    assert "A network <for> tests." in page.text
    for said in (
        "98.00 %",
        "read right of MNIST test set (200 pictures); 95 % interval 94.97 to 99.22",
        "weights 125,610",
        "of training 1 h 2 min",
        "tiny.onnx 572 kB",
        "for one picture 0.25 ms",
        "best on validation data 95.00 %",
    ):
        assert said in page.text, said


def test_results(page: Page) -> None:
    head, first, second = page.tables["Accuracy on each set"]
    assert head[:4] == ["Pictures", "Accuracy", "95 % interval", "Read right"]
    assert first[:4] == ["MNIST test set", "98.00 %", "94.97 to 99.22", "196 of 200"]
    assert first[5] == "1.00 %"  # one empty and one unsure
    assert second[:4] == ["My <digits>", "98.33 %", "91.14 to 99.71", "59 of 60"]


def test_confusion_matrix(page: Page) -> None:
    head, *rows = page.tables["Confusion matrix: a row for each digit shown"]
    assert head == ["shows", *"0123456789"]  # of the last set: all was found
    matrix = np.array([[int(cell) for cell in row[1:]] for row in rows])
    assert np.array_equal(matrix, judged("x", count=60, wrong={3: 8}).confusion[:, :10])
    assert "4 read as 9, 2 times" in page.text and "4 not found, once" in page.text
    hints = [attrs.get("title") for name, attrs in page.elements if name == "td"]
    assert "4 not found, once" in hints and "7 read as 1, once" in hints


def test_digit_by_digit(tmp_path: Path) -> None:
    one = judged(wrong=WRONG)
    rows = Page(report.write(run_folder(tmp_path, one))).tables[
        "Precision, recall and F1 of each digit"
    ]
    assert [row[0] for row in rows] == ["Digit", *"0123456789", "Mean"]
    four, nine = rows[5], rows[10]
    assert [four[i] for i in (1, 2, 3, 5)] == ["20", "100.00 %", "85.00 %", "91.89 %"]
    assert [nine[i] for i in (1, 2, 3, 5)] == ["20", "90.91 %", "100.00 %", "95.24 %"]


def test_mistakes_the_surest_first(page: Page) -> None:
    alts = [str(attrs["alt"]) for name, attrs in page.elements if name == "img"]
    first = alts.index("A 4, read as 9", 4)  # after those beside the matrix
    assert alts[first : first + 4] == [
        *("A 4, read as 9", "A 7, read as 1", "A 4, read as 9", "A 4 in which nothing was found"),
    ]
    # What is above a picture's own folder is nobody's business.
    assert "4/14.png" in page.text and "ana" not in page.source


def test_the_grid(page: Page) -> None:
    rows = page.tables["What was read, a row for each digit shown"]
    assert len(rows) == 11 and all(len(row) == 14 for row in rows[1:])
    assert rows[4][-3:] == ["✗ 8", "3", "3"]  # the hardest: the mistake, then right ones


def test_the_way_inside(page: Page) -> None:
    alts = [str(attrs["alt"]) for name, attrs in page.elements if name == "img"]
    for digit in range(10):
        assert f"A {digit}: the ink that spoke for it" in alts
    assert "A 4 that was read as 9: the ink that spoke for 9, as read" in alts
    assert "A 4 that was read as 9: the ink that spoke for 4, as it is" in alts


def test_feature_maps_where_keras_is_there(tmp_path: Path, missing: Missing) -> None:
    if find_spec("keras") is None or find_spec("tensorflow") is None:
        missing("tools", "the extra train is not installed")
    folder = run_folder(tmp_path, judged(count=10))
    shutil.copy(catalog.ASSETS / "default.keras", folder / "tiny.keras")
    page = Page(report.write(folder))
    page.check()
    import keras

    found = keras.saving.load_model(folder / "tiny.keras", compile=False).layers
    maps = [layer for layer in found if isinstance(layer, keras.layers.Conv2D)]
    assert len(maps) > 1
    for layer in maps:
        height, width = layer.output.shape[1:3]
        shown = f"the {MAPS} strongest of " if layer.filters > MAPS else ""
        said = f"{layer.name}: {shown}{layer.filters} filters, maps of {height} × {width}"
        assert said in page.text


def test_training_and_network(page: Page) -> None:
    epochs = page.tables["Loss and accuracy of each epoch"]
    first = ["1", "main", "1.5000", "1.2000", "90.00 %", "93.00 %", "12 s"]
    assert epochs[1] == first
    assert epochs[3][1:6] == ["finish", "0.5000", "–", "94.00 %", "–"]
    layers = page.tables["The layers of the network"]
    assert layers[2][:4] == ["edges", "Conv2D", "28 × 28 × 16", "160"]
    assert layers[-1][0] == "In all" and layers[-1][3] == "125,610"
    assert page.tables["Stages"][1:] == [
        ["main", "1 h 0 min", "95.00 %"],
        ["finish", "2 min", "–"],
        ["In all", "1 h 2 min", ""],
    ]
    assert page.tables["Files"][1:] == [["tiny.onnx", "572 kB"]]
    assert "palote train tiny --epochs 3" in page.text and "Python 3.11.2" in page.text


def test_in_spanish(tmp_path: Path) -> None:
    page = Page(report.write(run_folder(tmp_path, judged(wrong=WRONG)), "es"))
    page.check()
    assert ("html", {"lang": "es"}) in page.elements
    assert "98,00 %" in page.text and "Los fallos más confiados" in page.text
    with pytest.raises(UsageError):
        report.write(tmp_path, "fr")


def test_all_right_and_few(tmp_path: Path) -> None:
    page = Page(report.write(run_folder(tmp_path, judged(count=7))))
    page.check()
    assert "None: all was read right." in page.text
    assert len(page.tables["Precision, recall and F1 of each digit"]) == 9


def test_a_run_without_test_pictures_or_epochs(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    (folder / "metrics.csv").unlink()
    page = Page(report.write(folder))
    page.check()
    assert page.ids() == ["network", "making"]


def test_one_epoch(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, judged(count=20))
    lines = (folder / "metrics.csv").read_text().splitlines()
    (folder / "metrics.csv").write_text("\n".join(lines[:2]) + "\n")
    page = Page(report.write(folder))
    page.check()
    assert len(page.tables["Loss and accuracy of each epoch"]) == 2


def test_what_is_no_finished_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no run folder"):
        Run.read(tmp_path / "none")
    with pytest.raises(DataError, match="no finished training"):
        report.write(tmp_path)
    (tmp_path / "result.json").write_text('{"name": "x"}')
    with pytest.raises(DataError, match="damaged"):
        Run.read(tmp_path)
    (tmp_path / "result.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        Run.read(tmp_path)


def test_a_run_is_read_back(tmp_path: Path) -> None:
    run = Run.read(run_folder(tmp_path / "first", judged(), judged("a")))
    assert [one.name for one in run.judged] == ["mnist", "a"]  # MNIST leads
    assert run.phases() == [(1, 2, "main"), (3, 3, "finish")]
    assert run.model == tmp_path / "first" / "tiny.onnx"
    assert run.command == "palote train tiny --epochs 3" and not run.stopped
    assert [layer.shape for layer in run.layers][1:3] == [(28, 28, 16), (12544,)]
    assert run.epochs[2].val_loss is None
    run.model.unlink()
    with pytest.raises(DataError, match=r"no model file tiny\.\*"):
        _ = run.model


def test_an_evaluation(tmp_path: Path) -> None:
    found = measure("default", [judged(wrong=WRONG)], Settings())
    path = report.write_evaluation(tmp_path / "new", found)
    page = Page(path)
    page.check()
    assert page.ids()[0] == "results" and "inside" in page.ids()
    told = json.loads((tmp_path / "new" / "evaluation.json").read_text())
    assert told["name"] == "default" and told["sets"][0]["right"] == 196
    shipped = json.loads((catalog.ASSETS / "default.card.json").read_text())
    assert told["parameters"] == shipped["parameters"] and told["latency_ms"] > 0
    assert (tmp_path / "new" / "judged-mnist.npz").is_file()
