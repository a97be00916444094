"""Comparing networks: what is trained or loaded, what is concluded, what is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from palote import Reader, Settings
from palote.data import Source
from palote.errors import DataError, MissingExtra, UsageError
from palote.model import catalog
from palote.train import compare, contenders, lab, testsets
from palote.train.comparison import Comparison
from palote.train.listener import Listener
from palote.train.measure import Measured, measure
from palote.train.pages.verdict import verdict
from palote.train.pages.versus import lines
from palote.train.pages.words import Words
from palote.train.runs import Run
from tests.drawing import ring, seven
from tests.readings import Page, Pictures, judged, run_folder

SETS: tuple[Source, ...] = (
    Pictures("mnist", [(seven(), 7), (ring(), 0)]),
    Pictures("mine", [(seven(), 7), (seven(at=(20, 10)), 7), (ring(), 6)]),
)
PLAN = lab.Plan("")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Trainings take no time here; the list says which there were, and whether resumed."""
    done: list[tuple[str, bool]] = []

    def train(
        plan: lab.Plan, out: Path, settings: Settings, listener: Listener, resume: bool = False
    ) -> Run:
        done.append((plan.network, resume))
        run_folder(out, judged(count=10), name=plan.network)
        config = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(plan).items()}
        (out / "config.json").write_text(json.dumps({**config, "command": plan.command}))
        return Run.read(out)

    monkeypatch.setattr(lab, "train", train)
    monkeypatch.setattr(contenders, "find_spec", lambda name: object())
    return done


Compare = Callable[..., Comparison]


@pytest.fixture
def comparing(settings: Settings, tmp_path: Path) -> Compare:
    def run(*wanted: str, plan: lab.Plan = PLAN, said: list[str] | None = None) -> Comparison:
        listener = Listener(lambda line: None if said is None else said.append(line))
        return compare.compare(wanted, SETS, plan, tmp_path / "out", settings, listener)

    return run


def test_trained_and_loaded(
    comparing: Compare, trainings: list[tuple[str, bool]], tmp_path: Path
) -> None:
    folder = run_folder(tmp_path / "mine", judged(count=10))
    file = tmp_path / "elsewhere.onnx"
    shutil.copy(catalog.ASSETS / "default.onnx", file)
    found = comparing("small", "default", str(folder), str(file))
    assert trainings == [("small", False)]
    assert [n.name for n in found.networks] == ["small", "default", "mine", "elsewhere"]
    assert found.sets == ("mnist", "mine") and not found.problems
    for network in found.networks:
        assert [one.hits for one in network.judged] == [2, 2]
        assert network.latency_ms > 0 and network.size == file.stat().st_size
    small, default, mine, _ = found.networks
    assert (small.seconds, default.seconds, mine.seconds) == (3725, None, 3725)
    assert small.command == "palote train small"
    assert default.command == Reader().card.recipe["command"]


def test_what_is_there_already_is_not_made_again(
    comparing: Compare,
    trainings: list[tuple[str, bool]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "out" / "deep").mkdir(parents=True)  # begun, and killed
    said: list[str] = []
    first = comparing("small", "deep", said=said)
    assert trainings == [("small", False), ("deep", True)]
    assert any("deep: training" in line for line in said)
    monkeypatch.setattr(compare, "judge", lambda *_: pytest.fail("judged again"))
    again = comparing("small", "deep", said=said)
    assert len(trainings) == 2 and "small: trained already" in "\n".join(said)
    for one, other in zip(first.networks, again.networks, strict=True):
        assert np.array_equal(one.judged[1].right, other.judged[1].right)


def test_another_network_in_the_same_place_is_judged_anew(
    comparing: Compare, trainings: list[tuple[str, bool]], tmp_path: Path
) -> None:
    comparing("small")
    kept = sorted((tmp_path / "out" / "judged").iterdir())
    model = tmp_path / "out" / "small" / "small.onnx"
    card = tmp_path / "out" / "small" / "small.card.json"
    card.unlink()
    model.write_bytes(model.read_bytes() + b"\x3a\x00")  # another file, the same network
    comparing("small")
    assert len(sorted((tmp_path / "out" / "judged").iterdir())) == 2 * len(kept)


def test_other_options_than_before(comparing: Compare, trainings: list[tuple[str, bool]]) -> None:
    comparing("small")
    with pytest.raises(UsageError, match=r"other options \(epochs\)"):
        comparing("small", plan=replace(PLAN, epochs=3))


def test_a_name_that_is_nothing(comparing: Compare, trainings: list[tuple[str, bool]]) -> None:
    with pytest.raises(UsageError, match=r"'smal'.*default, perceptron, small"):
        comparing("small", "smal")
    assert not trainings  # told before hours of training


def test_one_that_fails_does_not_stop_the_others(
    comparing: Compare, trainings: list[tuple[str, bool]], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    found = comparing(str(tmp_path / "empty"), str(tmp_path / "bad.onnx"), "default")
    assert [n.name for n in found.networks] == ["default"]
    assert "no finished training" in found.problems["empty"]
    assert "no ONNX model" in found.problems["bad"]
    with pytest.raises(DataError, match="no finished training"):
        comparing(str(tmp_path / "empty"))


def test_without_the_extra(
    comparing: Compare, trainings: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contenders, "find_spec", lambda name: None)
    found = comparing("small", "scratch", "default")
    assert [n.name for n in found.networks] == ["scratch", "default"]  # scratch needs none
    assert 'pip install "palote[train]"' in found.problems["small"]
    with pytest.raises(MissingExtra):
        comparing("small")


def test_an_interrupted_training_ends_it(
    comparing: Compare, trainings: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = lab.train
    monkeypatch.setattr(lab, "train", lambda *a, **k: replace(train(*a, **k), stopped=True))
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        comparing("small", "deep", said=said)
    assert len(trainings) == 1 and "keeps the best so far" in said[-1]


def test_names_are_unique(settings: Settings, tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "small", tmp_path / "b" / "small"
    one.mkdir(parents=True)
    two.mkdir(parents=True)
    wanted = ["small", str(one), str(two), "small"]
    assert contenders.named(wanted, settings) == {
        "small": "small",
        "small (2)": str(one),
        "small (3)": str(two),
    }


def network(name: str, parameters: int, **wrong: int) -> Measured:
    """A network that reads the last so many pictures of each set wrong."""
    read = []
    for one, count in {"mnist": 400, "pen": 600}.items():
        last = range(count - wrong.get(one, 0), count)
        read.append(judged(one, count, {index: (index + 1) % 10 for index in last}))
    found = measure("default", read, Settings())
    return replace(found, name=name, parameters=parameters, size=4 * parameters, latency_ms=0.1)


@pytest.fixture(scope="module")
def three() -> Comparison:
    """A large one, a small one that is as good within the noise, and a bad one."""
    return Comparison(
        (
            network("large", 900_000, mnist=2, pen=6),
            network("small", 100_000, mnist=4, pen=9),
            network("bad", 5_000, mnist=30, pen=80),
        ),
        ("mnist", "pen"),
        {"gone": "It <was> not there."},
    )


def test_the_smallest_that_is_as_good(three: Comparison) -> None:
    assert three.deciding == ("pen",)
    assert three.best().name == "large" and three.recommended.name == "small"
    gap = three.difference(three.networks[1])
    assert gap.points == pytest.approx(-3 / 600) and gap.chance == 0.25 and not gap.worse
    assert three.difference(three.networks[2]).worse
    said = verdict(Words(), three)
    assert said[0].startswith(
        "Take small: it reads 98.50\u00a0% of 600 pictures right (pens on a canvas"
    )
    assert "smallest of the 2 networks that are not measurably worse" in said[0]
    assert "large reads 0.50 percentage points more" in said[1] and "within the noise" in said[1]
    assert "25\u00a0% of such comparisons" in said[1] and "9.0 times as many weights" in said[1]
    assert said[2] == "Measurably worse than the best, in percentage points: bad (−12.33)."
    assert len(said) == 3


def test_the_best_is_the_smallest() -> None:
    found = Comparison((network("a", 10, pen=1), network("b", 20, pen=2)), ("mnist", "pen"), {})
    said = verdict(Words(), found)
    assert found.recommended.name == "a" and len(said) == 1
    assert "more than any other, and it is the smallest of the 2" in said[0]


def test_all_others_are_worse() -> None:
    found = Comparison((network("a", 99, pen=1), network("b", 20, pen=30)), ("mnist", "pen"), {})
    assert "Take a:" in verdict(Words(), found)[0]
    assert "every other network here is measurably worse" in verdict(Words(), found)[0]


def test_of_equals_the_smallest() -> None:
    found = Comparison((network("a", 99), network("b", 20)), ("mnist", "pen"), {})
    assert found.best().name == found.recommended.name == "b"


def test_worse_on_one_set_is_told() -> None:
    found = Comparison(
        (network("a", 10, mnist=20, pen=1), network("b", 20, pen=2)), ("mnist", "pen"), {}
    )
    said = verdict(Words(), found)
    assert found.recommended.name == "a"
    assert said[-1] == (
        "Of MNIST test set alone, b reads measurably more: 100.00\u00a0% against 95.00\u00a0%."
    )


def test_mnist_alone_says_little() -> None:
    found = Comparison((network("a", 10), network("b", 20)), ("mnist",), {})
    assert found.deciding == ("mnist",)
    assert "little about your own handwriting" in verdict(Words(), found)[-1]


def test_one_network() -> None:
    found = Comparison((network("a", 10),), ("mnist", "pen"), {})
    assert "nothing to compare it with" in verdict(Words(), found)[0]


def test_the_page(three: Comparison, tmp_path: Path) -> None:
    path = compare.write(tmp_path / "new", three)
    page = Page(path)
    page.check()
    assert page.ids() == [
        *("recommendation", "table", "charts", "against", "set-mnist", "set-pen", "making"),
    ]
    for sentence in verdict(Words(), three):
        assert sentence.replace("\u00a0", " ") in page.text
    assert "gone is not compared: It <was> not there." in page.text
    head, *rows = page.tables["All networks on all sets"]
    assert head[0] == "Network" and head[3:] == ["Weights", "File", "One picture", "Training"]
    assert [row[0] for row in rows] == ["large", "small", "bad"]
    assert rows[1][1] == "99.00 %97.46 to 99.61" and rows[1][2] == "98.50 %97.17 to 99.21"
    assert rows[1][3:] == ["100,000", "400 kB", "0.1 ms", "–"]
    against = page.tables["Differences from the best network"]
    assert [row[0] for row in against[1:]] == ["small", "bad"]
    assert against[1][1] == "−0.50" and against[1][3:] == ["0.25", "within the noise"]
    assert against[2][3:] == ["< 0.001", "measurably worse"]
    charts = [str(a["aria-label"]) for name, a in page.elements if name == "svg" and "role" in a]
    assert len(charts) == 2 and "small: 98.50\u00a0%, 100\u00a0k" in charts[0]


def test_the_table_and_the_figures(three: Comparison, tmp_path: Path) -> None:
    compare.write(tmp_path, three)
    table = (tmp_path / "compare.md").read_text(encoding="utf-8").splitlines()
    assert table[1].startswith("| --- | ---: |")
    assert table[3].startswith("| **small** | 99.00\u00a0% | 98.50\u00a0% | 100,000 |")
    assert all(line.count("|") == table[0].count("|") for line in table[:5])
    assert table[6] == verdict(Words(), three)[0]
    told = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert (told["recommended"], told["best"], told["decided_on"]) == ("small", "large", ["pen"])
    assert told["against_the_best"]["bad"]["measurably_worse"] is True
    assert told["networks"][2]["sets"][1]["right"] == 520
    assert told["problems"] == {"gone": "It <was> not there."}


def test_in_spanish(three: Comparison, tmp_path: Path) -> None:
    page = Page(compare.write(tmp_path, three, "es"))
    page.check()
    assert "Elige small: lee bien el 98,50 % de 600 imágenes" in page.text


def test_lines_for_a_terminal(three: Comparison) -> None:
    shown = lines(Words(), three)
    assert shown[0].split()[:2] == ["mnist", "pen"]
    assert shown[2].replace("\u00a0", " ").split()[:3] == ["small", "99.00", "%"]
    assert len({len(line) for line in shown[1:4]}) == 1


def test_sets_by_name(datasets: Path) -> None:
    settings = Settings(datasets=datasets)
    everything = testsets.named(("all",), settings)
    counts = {one.name: one.count("test") for one in everything}
    assert counts == {"mnist": 10_000, "pen": 2931, "photo": 161, "screen": 327}
    photo = testsets.named(("photo", "photo"), settings)
    assert [one.name for one in photo] == ["photo"]
    first = next(iter(photo[0].pictures("test")))
    assert first.origin.startswith("photo") and first.label in range(10)
    mixed = testsets.named(("screen", "all"), settings)
    assert [one.name for one in mixed] == ["screen", "mnist", "pen", "photo"]


def test_sets_where_there_are_none(tmp_path: Path) -> None:
    settings = Settings(datasets=tmp_path)
    with pytest.raises(DataError, match="no data set at hand"):
        testsets.named(("all",), settings)
    with pytest.raises(UsageError, match="'pen'"):
        testsets.named(("pen",), settings)


def test_two_sets_of_one_name(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "digits" / "3").mkdir(parents=True)
        (tmp_path / place / "digits" / "3" / "x.png").write_bytes(b"")
    wanted = tuple(str(tmp_path / place / "digits") for place in ("a", "b"))
    with pytest.raises(UsageError, match="both called 'digits'"):
        testsets.named(wanted, Settings())
    assert len(testsets.named((wanted[0], wanted[0]), Settings())) == 1
