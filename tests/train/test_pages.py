"""The parts of a page: words in two languages, escaped markup, scales, charts."""

from __future__ import annotations

import ast
import base64
import re
import string
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.engine import open_engine
from palote.train.pages import page
from palote.train.pages.axes import Axis, accuracy_axis, log_axis, log_ticks, nice_ticks
from palote.train.pages.charts import Chart, Dot, Line, interval_bar
from palote.train.pages.inside import inside, seen
from palote.train.pages.markup import Html, joined, picture_url, tag
from palote.train.pages.spanish import SPANISH
from palote.train.pages.words import Words
from tests.readings import judged, patch

SOURCE = Path(page.__file__).parents[1]


def sentences() -> set[str]:
    """Every sentence that the code hands to `Words`."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id == "words" or (path.name == "words.py" and node.func.id == "self"):
                sentence = node.args[0]
                assert isinstance(sentence, ast.Constant), f"{path.name}:{node.lineno}"
                found.add(str(sentence.value))
    return found


def names(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence)} - {None}


def test_every_sentence_has_its_spanish_and_no_other() -> None:
    found = sentences()
    assert len(found) > 100
    assert found == set(SPANISH)
    for english, spanish in SPANISH.items():
        assert spanish and names(english) == names(spanish), english


def test_figures_in_each_language() -> None:
    english, spanish = Words("en"), Words("es")
    assert english.count(12345) == "12,345" and spanish.count(12345) == "12\u202f345"
    assert spanish.count(9951) == "9951"
    assert english.percent(0.99514) == "99.51\u00a0%" and spanish.percent(0.5, 1) == "50,0\u00a0%"
    assert [english.short(share) for share in (0.9, 0.995, 0.9995)] == [
        "90\u00a0%",
        "99.5\u00a0%",
        "99.95\u00a0%",
    ]
    assert english.interval(0.9, 0.95) == "90.00 to 95.00"
    assert [english.points(d) for d in (0.0123, -0.004)] == ["+1.23", "−0.40"]
    assert [english.size(n) for n in (1351, 571784, 9049000)] == [
        "1.4\u00a0kB",
        "572\u00a0kB",
        "9.0\u00a0MB",
    ]
    times = (0.00015, 0.0065, 0.0452, 2.04, 88, 340, 5234)
    assert [english.duration(t).replace("\u00a0", " ") for t in times] == [
        *("0.15 ms", "6.5 ms", "45.2 ms", "2.0 s", "88 s", "6 min", "1 h 27 min"),
    ]
    assert english.probability(0.0002) == "<\u00a00.001" and english.probability(0.043) == "0.043"
    assert english.times(1) == "once" and spanish.times(3) == "3 veces"
    assert english.name("mnist") == "MNIST test set" and english.name("my-digits") == "my-digits"


def test_an_unknown_language() -> None:
    with pytest.raises(UsageError, match="en, es; not 'fr'"):
        Words("fr")


def test_what_is_no_markup_is_escaped() -> None:
    made = tag("p", "<b>&", tag("i", "x"), class_='a"b', aria_label="<", hidden=True, title=None)
    assert made == '<p class="a&quot;b" aria-label="&lt;" hidden>&lt;b&gt;&amp;<i>x</i></p>'
    assert joined("a<", Html("<br>")) == "a&lt;<br>"
    assert tag("rect", x=1.23456, y=2.0, width=3) == '<rect x="1.23" y="2" width="3"></rect>'


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_a_picture_as_an_address(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    url = picture_url(pixels)
    assert url.startswith("data:image/png;base64,")
    data = np.frombuffer(base64.b64decode(url.split(",")[1]), np.uint8)
    back = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    wanted = pixels if len(shape) == 2 else pixels[..., [2, 1, 0, 3][: shape[2]]]
    assert np.array_equal(back, wanted)


def test_places_on_an_axis() -> None:
    assert Axis("", 0, 10, [], str).place(2.5) == 0.25
    assert Axis("", 1, 100, [], str, "log").place(10) == pytest.approx(0.5)
    # From 90 % to 99 % there is as much room as from 99 % to 99.9 %.
    assert Axis("", 0.9, 0.999, [], str, "accuracy").place(0.99) == pytest.approx(0.5)
    assert Axis("", 0, 1, [], str).place(7) == 1  # what lies outside is drawn at the end


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(1, 14, [2, 4, 6, 8, 10, 12, 14]), (0, 0.006, [0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006])],
)
def test_round_ticks(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high, 8) == pytest.approx(ticks)


@pytest.mark.parametrize("seed", range(20))
def test_ticks_are_few_and_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = float(10 ** rng.uniform(-4, 6))
    high = low * float(10 ** rng.uniform(0.01, 5))
    for found in (nice_ticks(low, high), log_ticks(low, high)):
        assert len(found) <= 7
        assert all(low * 0.999 <= tick <= high * 1.001 for tick in found)
    assert len(nice_ticks(low, high)) >= 2


@pytest.mark.parametrize(
    "values", [[0.97, 0.9951], [1.0], [0.1, 0.2], [0.0, 0.0], [0.9951], [0.99, 1.0], [0.9999]]
)
def test_an_axis_of_accuracies_holds_them_all(values: list[float]) -> None:
    axis = accuracy_axis("", values, str)
    assert axis.low < axis.high and len(axis.ticks) >= 1
    assert axis.low <= min(values) and (axis.high >= max(values) or max(values) > 0.9997)
    assert all(0 <= axis.place(value) <= 1 for value in values)


def test_an_axis_of_one_value() -> None:
    axis = log_axis("", [0.15], str)
    assert 0.3 < axis.place(0.15) < 0.7


def chart(**more: object) -> ElementTree.Element:
    axis = Axis("<x>", 0, 1, [0, 0.5, 1], lambda share: f"{share:g}")
    made = Chart("A & B", "What is <seen>.", axis, axis, **more).svg()  # type: ignore[arg-type]
    return ElementTree.fromstring(made)


def test_a_chart_is_drawn_where_its_values_are() -> None:
    root = chart(
        lines=[Line("l", "training", [(0, 0), (1, 1)], marks=True)],
        dots=[Dot(0.5, 0.5, 0.25, 0.75, name="n", hint="h")],
        bars=[(0, 0.5, 0.5)],
        bands=[(0, 0.5, "1"), (0.5, 1, "2")],
        diagonal=True,
    )
    assert root.get("role") == "img" and root.get("aria-label") == "A & B. What is <seen>."
    labels = [element.text for element in root.iter("text")]
    assert labels.count("<x>") == 2 and {"0", "0.5", "1", "2", "n"} <= set(labels)
    points = next(root.iter("polyline")).get("points", "").split()
    (x0, y0), (x1, y1) = (tuple(map(float, point.split(","))) for point in points)
    assert x0 < x1 and y0 > y1  # up is more
    dot = next(g for g in root.iter("g") if g.get("class") == "dot")
    circle, whisker = dot.find("circle"), dot.find("line")
    assert circle is not None and whisker is not None
    assert float(circle.get("cx", "")) == pytest.approx((x0 + x1) / 2)
    assert float(circle.get("cy", "")) == pytest.approx((y0 + y1) / 2)
    assert float(whisker.get("y1", "")) < float(circle.get("cy", "")) < float(whisker.get("y2", ""))
    assert len([r for r in root.iter("rect") if "band" in r.get("class", "")]) == 2
    assert len([line for line in root.iter("line") if line.get("class") == "diagonal"]) == 1


def test_labels_do_not_cover_each_other() -> None:
    dots = [Dot(0.5, 0.5 + 0.01 * n, 0.4, 0.6, name=f"network {n}") for n in range(3)]
    root = chart(dots=dots)
    texts = [e for e in root.iter("text") if (e.text or "").startswith("network")]
    places = {(e.get("x"), e.get("y"), e.get("text-anchor")) for e in texts}
    assert len(texts) == len(places) == 3


def test_an_interval_in_a_row() -> None:
    axis = Axis("", 0, 1, [0, 1], str)
    root = ElementTree.fromstring(interval_bar(0.5, 0.4, 0.9, axis))
    circle = next(root.iter("circle"))
    whisker = next(line for line in root.iter("line") if line.get("class") == "whisker")
    ends = [float(whisker.get(name, "")) for name in ("x1", "x2")]
    assert ends[0] < float(circle.get("cx", "")) < ends[1]
    assert ends[1] - float(circle.get("cx", "")) == pytest.approx(
        4 * (float(circle.get("cx", "")) - ends[0]), abs=0.05
    )


def test_feature_maps(tmp_path: Path) -> None:
    engine = open_engine(catalog.find("default"))
    rng = np.random.default_rng(0)
    maps = [
        ("edges", rng.random((28, 28, 16)).astype(np.float32)),
        ("parts", rng.random((7, 7, 80)).astype(np.float32)),
        ("flat", np.zeros((7, 7, 3), np.float32)),
    ]
    made = inside(Words(), engine, judged(count=20), maps)
    for said in (
        "edges: 16 filters, maps of 28 × 28",
        "parts: the 64 strongest of 80 filters, maps of 7 × 7",
        "The picture whose feature maps follow, a 0",
    ):
        assert f'alt="{said}"' in made
    assert "whys" not in made  # there is no mistake to explain
    urls = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="(?:edges|parts|flat)', made)
    shapes = [
        cv2.imdecode(np.frombuffer(base64.b64decode(url), np.uint8), cv2.IMREAD_UNCHANGED).shape
        for url in urls
    ]
    assert shapes == [(56, 16 * 60 - 4, 4), (4 * 60 - 4, 16 * 60 - 4, 4), (56, 3 * 60 - 4, 4)]


def test_a_patch_for_a_network_of_another_size() -> None:
    wide = seen(patch(8), InkSpec.sized(96, channels=3))
    assert wide.shape == (96, 96, 3) and wide.dtype == np.float32
    assert 0 <= wide.min() and wide.max() <= 1
    assert np.array_equal(wide[..., 0], wide[..., 2])
    small = cv2.resize(wide[..., 0], (28, 28), interpolation=cv2.INTER_AREA)
    assert np.abs(small - patch(8) / 255).max() < 0.2


def test_a_page_is_whole() -> None:
    words = Words()
    head = page.hero(words, "A <title>", "said", None, [page.Fact("1", "one")])
    made = page.document(words, "T", head, [page.card("a", "Part & one", page.note("n"))])
    assert made.startswith('<!doctype html>\n<html lang="en">')
    assert "<h1>A &lt;title&gt;</h1>" in made
    assert '<a href="#a">Part &amp; one</a>' in made and '<section id="a"' in made
    assert re.search(r"<style>.*prefers-color-scheme: dark.*@media print.*</style>", made, re.S)
