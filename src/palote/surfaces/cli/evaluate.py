"""``palote evaluate``: how well a network reads pictures whose digit is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palote.surfaces.cli.options import (
    InputOption,
    JudgedOn,
    LangOption,
    ModelArgument,
    declared_by,
)
from palote.surfaces.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from palote.evaluation import Judged
    from palote.train.measure import Measured

__all__ = ["evaluate"]

COMMON = 5
"""Confusions that are named."""


def evaluate(
    model: ModelArgument,
    data: JudgedOn = None,
    most: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="No more pictures of each set than this.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write report.html and evaluation.json there."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    lang: LangOption = "en",
    declared: InputOption = None,
) -> None:
    """Read test pictures with a network, end to end, and tell how many were right.

    The best digit counts, and a picture in which nothing is found counts as wrong.
    """
    from palote.evaluation import judge
    from palote.reader import Reader
    from palote.settings import Settings
    from palote.train import report, testsets
    from palote.train.measure import measure
    from palote.train.pages.words import Words

    words = Words(lang)  # before any work: a language may be unknown
    settings = Settings.from_environment()
    spec = declared_by(declared)
    reader = Reader(model, declared=spec, settings=settings)
    judged = []
    for source in testsets.named(tuple(data or ("mnist",)), settings):
        total = source.count("test")
        with progress(min(total, most or total)) as step:
            judged.append(judge(reader, source, "test", most, step, _left_out))
    found = measure(model, judged, settings, declared=spec)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)), flush=True)
    if out is not None:
        typer.echo(f"report: {report.write_evaluation(out, found, words.lang)}", err=True)


def _left_out(reason: str) -> None:
    typer.echo(f"left out: {reason}", err=True)


def _lines(found: Measured) -> Iterator[str]:
    weights = f"{found.parameters:,} weights, " if found.parameters else ""
    yield f"{found.name}: {weights}{found.size / 1000:,.0f} kB, {found.latency_ms:.3g} ms a picture"
    yield ""
    yield (
        f"{'set':<16}{'right':>18}{'accuracy':>12}{'95 % interval':>18}"
        f"{'withheld':>11}{'calibration error':>20}"
    )
    for one in found.judged:
        low, high = one.interval
        yield (
            f"{one.name:<16}{f'{one.hits:,} of {len(one):,}':>18}{_percent(one.accuracy):>12}"
            f"{f'{100 * low:.2f} to {100 * high:.2f}':>18}{_percent(one.withheld):>11}"
            f"{_percent(one.calibration_error):>20}"
        )
    for one in found.judged:
        yield from ("", *_digits(one))


def _digits(judged: Judged) -> Iterator[str]:
    yield f"{judged.name:<16}{'pictures':>9}{'precision':>12}{'recall':>12}{'F1':>12}"
    scores = judged.classes
    for digit in range(len(scores.support)):
        shares = (scores.precision[digit], scores.recall[digit], scores.f1[digit])
        if scores.support[digit]:
            figures = "".join(f"{_percent(float(share)):>12}" for share in shares)
            yield f"{digit:<16}{scores.support[digit]:>9,}{figures}"
    common = judged.common_confusions()[:COMMON]
    if common:
        said = (
            f"{label} as {'nothing' if answer is None else answer} ({count})"
            for label, answer, count in common
        )
        yield f"most often confused: {', '.join(said)}"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
