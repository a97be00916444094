"""From what a person names to networks that can be compared: found, or trained on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from palote.errors import MissingExtra, UsageError
from palote.model import catalog
from palote.settings import Settings
from palote.train import lab
from palote.train.listener import Listener
from palote.train.runs import Run

__all__ = ["Contender", "contender", "named", "trained"]

NEEDED = ("keras", "tensorflow", "tf2onnx")
"""What training needs, but for ``scratch``."""


@dataclass(frozen=True)
class Contender:
    """A network that takes part.

    Attributes:
        name: what it is called in the comparison; unique there.
        model: its name in the catalogue, or its file.
        run: the training that it comes from, if there is one.
    """

    name: str
    model: Path | str
    run: Run | None = None


def named(wanted: Sequence[str], settings: Settings) -> dict[str, str]:
    """Give everything that is wanted a name of its own.

    Args:
        wanted: names of models or networks, run folders, model files.
        settings: where the person's own models are.

    Returns:
        Name in the comparison -> what was wanted.

    Raises:
        UsageError: something is none of these; before anything is trained.
    """
    known = (*catalog.names(settings), *lab.NAMES)
    found: dict[str, str] = {}
    for text in dict.fromkeys(wanted):
        path = Path(text)
        if text in known:
            name = text
        elif path.is_dir() or path.is_file():
            name = (
                path.resolve().name.removesuffix(path.suffix)
                if path.is_file()
                else path.resolve().name
            )
        else:
            raise UsageError(
                f"There is no network, run folder or model file {text!r}. "
                f"Known names: {', '.join(dict.fromkeys(known))}."
            )
        number = 2
        unique = name
        while unique in found:
            unique, number = f"{name} ({number})", number + 1
        found[unique] = text
    return found


def contender(
    name: str, text: str, plan: lab.Plan, out: Path, settings: Settings, listener: Listener
) -> Contender:
    """Find a network, or train it.

    What the catalogue knows is loaded; another network is trained in ``out/NAME``, where a
    finished training is taken as it is, and an unfinished one goes on.

    Args:
        name: in the comparison.
        text: what was wanted.
        plan: how to train; its network is filled in.
        out: folder of the comparison.
        settings: where models and data are.
        listener: is told how it goes.

    Raises:
        UsageError: a training with other options lies in the folder.
        DataError: the folder holds no finished training.
        MissingExtra: training needs packages that are not installed.
        KeyboardInterrupt: the training was interrupted.
    """
    if text in catalog.names(settings):
        return Contender(name, text)
    if text not in lab.NAMES:
        path = Path(text)
        if not path.is_dir():
            return Contender(name, path)
        run = Run.read(path)
        return Contender(name, run.model, run)
    run = trained(replace(plan, network=text), out / text, settings, listener, text)
    return Contender(name, run.model, run)


def trained(plan: lab.Plan, folder: Path, settings: Settings, listener: Listener, name: str) -> Run:
    """Train a network, go on with it, or take it as it is if that was done before.

    Args:
        plan: what to train.
        folder: the run folder.
        settings: where the data sets are.
        listener: is told how it goes.
        name: what the training is called.

    Raises:
        UsageError: a training with other options lies in the folder.
        MissingExtra: training needs packages that are not installed.
        KeyboardInterrupt: the training was interrupted.
    """
    if Run.is_finished(folder):
        run = Run.read(folder)
        asked = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(plan).items()}
        changed = [key for key, value in asked.items() if run.config.get(key) != value]
        if changed:
            raise UsageError(
                f"{str(folder)!r} holds a training with other options "
                f"({', '.join(changed)}). Give the same ones, or another folder with --out."
            )
        listener.say(f"{name}: trained already, in {folder}")
        return run
    if plan.network != "scratch" and any(find_spec(package) is None for package in NEEDED):
        raise MissingExtra("train", f"Training {plan.network}")
    listener.say(f"{name}: training, in {folder}")
    run = lab.train(plan, folder, settings, listener, resume=folder.is_dir())
    if run.stopped:
        listener.say(
            f"{name}: stopped; {folder} keeps the best so far. Remove it to train it anew."
        )
        raise KeyboardInterrupt
    return run
