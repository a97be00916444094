"""``report.html`` of a training, and of the evaluation of any model: one file, opens offline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from palote.evaluation import Judged
from palote.model import catalog
from palote.model.engine import open_engine
from palote.train.measure import Measured
from palote.train.pages.accuracy import results
from palote.train.pages.inside import FeatureMaps, inside, seen, specimen
from palote.train.pages.markup import Html
from palote.train.pages.page import Fact, document, hero, write_text
from palote.train.pages.sections import details_of
from palote.train.pages.training import curves, making, network
from palote.train.pages.words import Words
from palote.train.runs import Run

__all__ = ["NAME", "Run", "write", "write_evaluation"]

NAME = "report.html"


def write(folder: Path, lang: str = "en") -> Path:
    """Write ``report.html`` into a run folder.

    Args:
        folder: a run folder, its training finished.
        lang: "en" or "es".

    Returns:
        The path of the report.

    Raises:
        DataError: the folder is no finished run, or a file of it is damaged.
        UsageError: there is no such language.
    """
    words, run = Words(lang), Run.read(folder)
    facts = [
        Fact(words.count(run.parameters), words("weights")),
        Fact(words.duration(run.seconds), words("of training")),
    ]
    if run.files:
        facts.append(Fact(words.size(run.files.get(run.model.name, 0)), run.model.name))
    if run.latency_ms is not None:
        facts.append(Fact(words.duration(run.latency_ms / 1000), words("for one picture")))
    best = max((e.val_accuracy for e in run.epochs if e.val_accuracy is not None), default=None)
    if best is not None:
        facts.append(Fact(words.percent(best), words("best on validation data")))
    said = run.description or words("A network that reads handwritten digits.")
    head = hero(words, run.name, said, _result(words, run.judged), facts)
    sections: list[Html] = []
    if run.judged:
        sections.append(results(words, run.judged))
    if run.epochs:
        sections.append(curves(words, run))
    if run.judged:
        sections += details_of(words, run.judged)
        sections.append(_inside(words, run))
    if run.layers:
        sections.append(network(words, run))
    sections.append(making(words, run))
    title = words("{name}: training report", name=run.name)
    return write_text(folder / NAME, document(words, title, head, sections))


def write_evaluation(folder: Path, found: Measured, lang: str = "en") -> Path:
    """Write what a model read as ``report.html`` and ``evaluation.json``.

    Args:
        folder: where they go; what each picture was read as goes there too.
        found: the model and what it read of at least one set.
        lang: "en" or "es".

    Returns:
        The path of the report.

    Raises:
        DataError: a file cannot be written.
        UsageError: there is no such language.
    """
    words = Words(lang)
    facts = [
        Fact(words.size(found.size), found.model.name),
        Fact(words.duration(found.latency_ms / 1000), words("for one picture")),
    ]
    if found.parameters:
        facts.insert(0, Fact(words.count(found.parameters), words("weights")))
    said = found.description or words("A network that reads handwritten digits.")
    head = hero(words, found.name, said, _result(words, found.judged), facts)
    sections = [
        results(words, found.judged),
        *details_of(words, found.judged),
        inside(words, found.engine, found.judged[0]),
    ]
    title = words("{name}: evaluation", name=found.name)
    for one in found.judged:
        one.save(folder / f"judged-{one.name}.npz")
    text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n"
    write_text(folder / "evaluation.json", text)
    return write_text(folder / NAME, document(words, title, head, sections))


def _inside(words: Words, run: Run) -> Html:
    """Ask the run's own model files which ink decided, and what the filters make of a picture."""
    engine = open_engine(catalog.find(run.model))
    judged, keras_file = run.judged[0], run.model.with_suffix(".keras")
    shown = specimen(judged)
    maps: FeatureMaps = ()
    there = all(find_spec(package) is not None for package in ("keras", "tensorflow"))
    if there and keras_file.is_file() and shown is not None:
        from palote.train.inside import feature_maps

        maps = feature_maps(keras_file, seen(judged.patches[shown], engine.card.ink))
    return inside(words, engine, judged, maps)


def _result(words: Words, judged: Sequence[Judged]) -> Fact | None:
    if not judged:
        return None
    first = judged[0]
    said = words(
        "read right of {set} ({count} pictures); 95 % interval {interval}",
        set=words.name(first.name),
        count=words.count(len(first)),
        interval=words.interval(*first.interval),
    )
    return Fact(words.percent(first.accuracy), said)
