"""Train any network on any pictures: the road from a name to a finished run folder.

Whatever the network, a run is begun, trained, calibrated on validation pictures,
exported, and scored once on test pictures, end to end. How the shipped network is made
is in ``shipped.py``, MobileNetV2's stages are in ``transfer.py``; the network in NumPy
alone needs no Keras, so nothing here imports it at the top.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from palote import __version__, data
from palote.data.digits import Mnist
from palote.errors import UsageError
from palote.ink import InkSpec
from palote.model.card import Card
from palote.result import Json
from palote.settings import Settings
from palote.train import folders
from palote.train.listener import Listener
from palote.train.penned import PenStrokes
from palote.train.runs import Run

__all__ = ["NAMES", "Listener", "Plan", "handed", "train"]

NAMES = (
    *("perceptron", "small", "deep", "batchnorm", "dropout", "augmented", "lesson"),
    *("mobilenet", "default", "scratch"),
)
"""Every network that can be trained, from the simplest on."""

WORKERS = 2

TUNED = ("rate", "decay", "smoothing")
"""What the recipes of some networks take besides, and others have their own ways for."""


OF_ONE = {"weights": "mobilenet", "classic": "scratch", "samples": "default", "finish": "default"}
"""What one network alone takes."""


@dataclass(frozen=True)
class Plan:
    """What is trained on what, and how long.

    Attributes:
        network: one of `NAMES`.
        data: sources with weights, see `palote.data.source`; for ``default`` none, or a
            person's corrections among them, means its own recipe, see `shipped`.
        epochs: most rounds; the network's own number if not given.
        seed: of weights, order, changes, and of what is cut off for validation.
        batch: pictures in a step.
        patience: rounds without a better validation accuracy after which it stops.
        most: no more pictures than this of each part of each source.
        weights: of MobileNetV2's base: "imagenet", a file, or "none".
        classic: for ``scratch``: the old 20x20 network with sigmoids.
        samples: for the recipe of ``default``: number of samples.
        finish: for the recipe of ``default``: closing rounds.
        rate: highest learning rate; the network's own if not given, as are the next two.
        decay: weight decay; of ``scratch`` its L2 penalty.
        smoothing: label smoothing.
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
    rate: float | None = None
    decay: float | None = None
    smoothing: float | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources; MNIST if none is named."""
        return self.data or ("mnist",)

    @property
    def adjustable(self) -> tuple[str, ...]:
        """What of this plan its network learns by, which a sweep may try."""
        if self.network == "default" and not self.data:
            return ("epochs", *TUNED, "samples", "finish")
        common = ("epochs", "batch", "patience")
        if self.network == "mobilenet":
            return common  # each of its stages has a rate of its own
        return (*common, "rate", "decay") if self.network == "scratch" else (*common, *TUNED)

    @property
    def command(self) -> str:
        """The command that does it again."""
        words = ["palote train", self.network]
        words += [f"--data {shlex.quote(text)}" for text in self.data]
        options = ("epochs", "seed", "batch", "patience", "most", "samples", "finish", *TUNED)
        for option in options:
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
    taught: Mapping[str, data.Source] | None = None,
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
        taught: a person's corrections, by the name that they have in ``plan.data``.

    Raises:
        UsageError: there is no such network or source, or the folder is taken.
        DataError: a data set is missing, or has too little to learn from.
    """
    if plan.network not in NAMES:
        raise UsageError(f"There is no network {plan.network!r}. Known names: {', '.join(NAMES)}.")
    for name in TUNED:
        if getattr(plan, name) is not None and name not in plan.adjustable:
            raise UsageError(
                f"{plan.network} takes no --{name}. What it learns by: "
                f"{', '.join(f'--{one}' for one in plan.adjustable)}."
            )
    for name, owner in OF_ONE.items():
        if plan.network != owner and getattr(plan, name) != getattr(Plan(plan.network), name):
            raise UsageError(f"--{name} is for {owner}; {plan.network} has no use for it.")
    settings = settings or Settings.from_environment()
    listener = listener or Listener()
    given = {**handed(settings), **(taught or {})}
    # What is misspelt is told before a folder is made.
    opened = [data.source(text, settings, given) for text in plan.sources]
    recipe = plan.network == "default" and (bool(taught) or not plan.data)
    if recipe:
        _check_recipe(plan.data, opened, taught or {})
    tested = [one for one, _ in opened if one.count("test")]
    if not tested:
        raise UsageError(
            f"There is nothing to test a network with in {', '.join(plan.sources)}. "
            "Add another source, such as --data mnist."
        )
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
    if recipe:
        of_a_person = [(one, weight) for one, weight in opened if one in (taught or {}).values()]
        card, stopped = _shipped(plan, of_a_person, out, settings, listener), False
    else:
        card, stopped = _on_pictures(plan, given, out, settings, listener)
    seconds = time.monotonic() - started
    run = folders.conclude(
        out, card, tested, seconds, settings, listener.say, most=plan.most, stopped=stopped
    )
    from palote.train import report

    listener.say(f"the report: {report.write(out)}")
    return run


def handed(settings: Settings) -> dict[str, data.Source]:
    """Return the sources that are drawn here: the pen strokes."""
    return {PenStrokes.name: PenStrokes(settings)}


def _check_recipe(
    wanted: Sequence[str],
    opened: Sequence[tuple[data.Source, float]],
    taught: Mapping[str, data.Source],
) -> None:
    """Refuse what the recipe of ``default`` has no place for."""
    own = {Mnist.name, PenStrokes.name}
    for text, (one, weight) in zip(wanted, opened, strict=False):
        if one not in taught.values() and (one.name not in own or weight != 1):
            raise UsageError(
                f"{text!r} cannot join the recipe of default, which has mnist and pen in it, and "
                "takes a person's corrections besides. Pictures of yours become corrections by: "
                "palote learn import FOLDER"
            )


def _shipped(
    plan: Plan,
    taught: Sequence[tuple[data.Source, float]],
    out: Path,
    settings: Settings,
    listener: Listener,
) -> Card:
    from palote.train import samples, shipped

    recipe = shipped.Recipe(
        epochs=plan.epochs or shipped.Recipe.epochs,
        count=plan.samples,
        seed=plan.seed,
        finish=plan.finish,
        judged=plan.most,
        onward=bool(taught) and plan.epochs is None,
        data=plan.data,
        rate=shipped.Recipe.rate if plan.rate is None else plan.rate,
        decay=shipped.Recipe.decay if plan.decay is None else plan.decay,
        smoothing=shipped.Recipe.smoothing if plan.smoothing is None else plan.smoothing,
    )
    given = [samples.of(source, weight) for source, weight in taught]
    return shipped.train(recipe, out, settings, listener, samples.joined(given))


def _on_pictures(
    plan: Plan,
    given: Mapping[str, data.Source],
    out: Path,
    settings: Settings,
    listener: Listener,
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
        handed=given,
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
