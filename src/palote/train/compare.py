"""``palote compare``: networks trained or loaded, judged on the same pictures, written down."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from palote.data import Source
from palote.errors import PaloteError
from palote.evaluation import Judged, judge
from palote.model import catalog
from palote.reader import Reader
from palote.settings import Settings
from palote.train import lab
from palote.train.comparison import Comparison
from palote.train.contenders import Contender, contender, named
from palote.train.listener import Listener
from palote.train.measure import Measured, measure
from palote.train.pages import versus
from palote.train.pages.page import write_text
from palote.train.pages.words import Words

__all__ = ["compare", "write"]

NAME = "compare"


def compare(
    wanted: Sequence[str],
    sets: Sequence[Source],
    plan: lab.Plan,
    out: Path,
    settings: Settings,
    listener: Listener,
) -> Comparison:
    """Train or load networks, and judge each on every set.

    What was trained and judged already in the same folder is taken from there.

    Args:
        wanted: names of models or networks, run folders, model files.
        sets: the pictures that judge, at least one set.
        plan: how to train; its network is filled in.
        out: folder of the comparison.
        settings: where models and data are.
        listener: is told how it goes.

    Raises:
        UsageError: something wanted does not exist.
        PaloteError: none of the networks could be compared; the error of the first.
    """
    measured: list[Measured] = []
    problems: dict[str, str] = {}
    first: PaloteError | None = None
    for name, text in named(wanted, settings).items():
        try:
            found = contender(name, text, plan, out, settings, listener)
            measured.append(_judged(found, sets, plan.most, out, settings, listener))
        except PaloteError as error:
            first = first or error
            problems[name] = str(error)
            listener.say(f"{name}: not compared. {error}")
    if not measured and first is not None:
        raise first
    return Comparison(tuple(measured), tuple(one.name for one in sets), problems)


def _judged(
    found: Contender,
    sets: Sequence[Source],
    most: int | None,
    out: Path,
    settings: Settings,
    listener: Listener,
) -> Measured:
    model = catalog.find(found.model, settings)
    digest = hashlib.sha256(model.path.read_bytes()).hexdigest()[:12]
    reader: Reader | None = None
    judged = []
    for source in sets:
        count = min(source.count("test"), most or sys.maxsize)
        kept = out / "judged" / f"{digest}-{source.name}-{count}.npz"
        if kept.is_file():
            judged.append(Judged.load(kept))
            continue
        reader = reader or Reader(found.model, settings=settings, alone=True)
        one = judge(reader, source, "test", most, _counter(listener, source, count), listener.say)
        one.save(kept)
        judged.append(one)
        listener.say(f"{found.name}: {one.hits:,} of {len(one):,} right of {source.name}")
    return measure(found.model, judged, settings, found.name, found.run)


def _counter(listener: Listener, source: Source, total: int) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        listener.step(done, total, source.name)

    return step


def write(out: Path, found: Comparison, lang: str = "en") -> Path:
    """Write ``compare.html``, ``compare.md`` and ``compare.json``.

    Args:
        out: folder of the comparison.
        found: what came out.
        lang: "en" or "es".

    Returns:
        The path of the page.

    Raises:
        DataError: a file cannot be written.
        UsageError: there is no such language.
    """
    words = Words(lang)
    text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n"
    write_text(out / f"{NAME}.json", text)
    write_text(out / f"{NAME}.md", versus.markdown(words, found))
    return write_text(out / f"{NAME}.html", versus.page(words, found))
