"""Train any network on any pictures: the road from a name to a finished run folder.

Whatever the network, a run is begun, trained, calibrated on validation pictures,
exported, and scored once on test pictures, end to end. How the shipped network is made
is in ``shipped.py``, MobileNetV2's stages are in ``transfer.py``; the network in NumPy
alone needs no Keras, so nothing here imports it at the top.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from palote import __version__, data
from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model.card import Card
from palote.result import Json
from palote.settings import Settings
from palote.train import folders
from palote.train.listener import Listener
from palote.train.penned import PenStrokes
from palote.train.runs import Run

__all__ = ["NAMES", "Listener", "Plan", "handed", "sources", "train"]

NAMES = (
    *("perceptron", "small", "deep", "batchnorm", "dropout", "augmented", "lesson"),
    *("mobilenet", "default", "scratch"),
)
"""Every network that can be trained, from the simplest on."""

WORKERS = 2


@dataclass(frozen=True)
class Plan:
    """What is trained on what, and how long.

    Attributes:
        network: one of `NAMES`.
        data: sources with weights, see `palote.data.source`; for ``default`` none means
            its own recipe, see `shipped`.
        epochs: most rounds; the network's own number if not given.
        seed: of weights, order, changes, and of what is cut off for validation.
        batch: pictures in a step.
        patience: rounds without a better validation accuracy after which it stops.
        most: no more pictures than this of each part of each source.
        weights: of MobileNetV2's base: "imagenet", a file, or "none".
        classic: for ``scratch``: the old 20x20 network with sigmoids.
        samples: for the recipe of ``default``: number of samples.
        finish: for the recipe of ``default``: closing rounds.
    """

    network: str
    data: tuple[str, ...] = ()
    epochs: int | None = None
    seed: int = 2026
    batch: int = 128
    patience: int = 6
    most: int | None = None
    weights: str = "imagenet"
    classic: bool = False
    samples: int = 300_000
    finish: int = 6

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources; MNIST if none is named."""
        return self.data or ("mnist",)

    @property
    def command(self) -> str:
        """The command that does it again."""
        words = ["palote train", self.network]
        words += [f"--data {text}" for text in self.data]
        for option in ("epochs", "seed", "batch", "patience", "most", "samples", "finish"):
            if getattr(self, option) != getattr(Plan(self.network), option):
                words.append(f"--{option} {getattr(self, option)}")
        if self.classic:
            words.append("--classic")
        if self.weights != "imagenet":
            words.append(f"--weights {Path(self.weights).name}")
        return " ".join(words)


def train(
    plan: Plan,
    out: Path,
    settings: Settings | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Train a network and write a run folder.

    The folder gets the model in Keras's and ONNX's format (``scratch``: as ``.npz``), its
    card, ``config.json``, ``metrics.csv``, TensorBoard's logs, ``result.json``, the
    judged test pictures and ``report.html``.

    Args:
        plan: what to train.
        out: the run folder.
        settings: where the data sets are.
        listener: is told how it goes.
        resume: go on with a training that was stopped.

    Raises:
        UsageError: there is no such network or source, or the folder is taken.
        DataError: a data set is missing, or has too little to learn from.
    """
    if plan.network not in NAMES:
        raise UsageError(f"There is no network {plan.network!r}. Known names: {', '.join(NAMES)}.")
    settings = settings or Settings.from_environment()
    listener = listener or Listener()
    opened = sources(plan.sources, settings)  # what is misspelt is told before a folder is made
    if plan.network == "mobilenet" and plan.weights not in ("imagenet", "none"):
        from palote.train.transfer import checked_weights

        checked_weights(Path(plan.weights))
    config: dict[str, Json] = {
        **{key: list(v) if isinstance(v, tuple) else v for key, v in asdict(plan).items()},
        "command": plan.command,
        "palote": __version__,
    }
    folders.begin(out, config, resume)
    started = time.monotonic()
    if plan.network == "default" and not plan.data:
        card, stopped = _shipped(plan, out, settings, listener), False
    else:
        card, stopped = _on_pictures(plan, out, settings, listener)
    seconds = time.monotonic() - started
    run = folders.conclude(
        out, card, opened, seconds, settings, listener.say, most=plan.most, stopped=stopped
    )
    from palote.train import report

    listener.say(f"the report: {report.write(out)}")
    return run


def sources(wanted: tuple[str, ...], settings: Settings) -> list[data.Source]:
    """Open the sources that a plan names."""
    return [data.source(text, settings, handed(settings))[0] for text in wanted]


def handed(settings: Settings) -> dict[str, data.Source]:
    """Return the sources that are drawn here: the pen strokes."""
    return {PenStrokes.name: PenStrokes(settings)}


def _shipped(plan: Plan, out: Path, settings: Settings, listener: Listener) -> Card:
    from palote.train import shipped

    recipe = shipped.Recipe(
        epochs=plan.epochs or shipped.Recipe.epochs,
        count=plan.samples,
        seed=plan.seed,
        finish=plan.finish,
        judged=plan.most,
    )
    return shipped.train(recipe, out, settings, listener)


def _on_pictures(
    plan: Plan, out: Path, settings: Settings, listener: Listener
) -> tuple[Card, bool]:
    """Train on the sources' pictures; return the card of the files, and whether it was stopped."""
    spec = InkSpec()
    if plan.network != "scratch":
        from palote.train import networks

        spec = networks.network(plan.network).spec
    dataset = data.gather(
        plan.sources,
        settings,
        spec,
        plan.seed,
        lambda done, total: listener.step(done, total, "pictures"),
        handed=handed(settings),
        most=plan.most,
        workers=WORKERS,
    )
    for reason in dataset.skipped:
        listener.say(f"left out: {reason}")
    listener.say(
        f"{len(dataset.train):,} pictures to learn from, {len(dataset.validation):,} to validate, "
        f"{len(dataset.test):,} to test"
    )
    card = Card(
        name=plan.network,
        ink=spec,
        data=tuple(plan.sources),
        recipe={"command": plan.command, "palote": __version__, "seed": plan.seed},
    )
    if plan.network == "scratch":
        from palote.train import bare

        return bare.train(plan, card, dataset, out, listener)
    if plan.network == "mobilenet":
        from palote.train import transfer

        return transfer.train(plan, card, dataset, out, listener)
    from palote.train import single

    return single.train(plan, card, dataset, out, listener)
