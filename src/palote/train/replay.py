"""What ships for learning: what the network sees of general data, in one file of 2 MB at most.

Who teaches the network must not make it forget. So a head is fitted to the corrections and to
a replay of what the network was trained on; and a gate measures each head on what it was
never trained on: MNIST's pictures that are held out, and the pen writers set apart, but not
those who wrote so much that `benchmarks/learning.py` measures with them.

Every picture walks the ink road. Kept are embedding and logits, not the picture. The file
carries the digest of the network that it was made from; another network needs another file::

    scripts/replay
"""

from __future__ import annotations

import io
import json

import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.data import HELD_OUT, Strokes, patches_of, read_patches
from palote.errors import DataError
from palote.model import catalog
from palote.model.engine import Engine, open_engine
from palote.settings import Settings
from palote.train import draw
from palote.train.kinds import MAKERS, NONE, Stock, without_look_alikes

__all__ = ["MOST_BYTES", "REPEATS", "gate_pictures", "made", "prolific"]

MOST_BYTES = 2_000_000
SEED = 2026
COUNT = 5_000
# The mixture of easy and hard is the training's own: a replay of hard samples alone, which
# seems the better use of the space, lets twice as many heads fail the gate.
SHARES = {
    "pen_canvas": 0.30,
    "pen_paper": 0.10,
    "mnist_warped": 0.12,
    "mnist_plain": 0.30,
    "symbol": 0.10,
    "scribble": 0.03,
    "merged": 0.02,
    "shape": 0.02,
    "blot": 0.01,
}
"""Kind of the training samples -> its share of the replay."""

REPEATS = 11
"""Writers with so many of every digit are left to the benchmark."""

Patches = NDArray[np.uint8]
Labels = NDArray[np.uint8]


def prolific(strokes: Strokes) -> list[str]:
    """Return the writers who wrote every digit at least `REPEATS` times."""
    return [
        str(writer)
        for writer in np.unique(strokes.writers)
        if min(
            int(((strokes.writers == writer) & (strokes.labels == digit)).sum())
            for digit in "0123456789"
        )
        >= REPEATS
    ]


def made(settings: Settings) -> bytes:
    """Make the content of ``default.replay.npz``; it takes a minute.

    Raises:
        DataError: a data set is missing, or the file would be too large.
    """
    entry = catalog.find(catalog.SHIPPED, settings)
    engine = open_engine(entry)
    replay, gate = _seen(engine, *_replay(settings)), _seen(engine, *gate_pictures(settings))
    scale = np.maximum(np.maximum(replay[1].max(axis=0), gate[1].max(axis=0)), 1e-6) / 255
    arrays: dict[str, NDArray[np.generic]] = {"scale": scale.astype(np.float32)}
    for name, (logits, embedding, labels) in (("replay", replay), ("gate", gate)):
        arrays[f"{name}_logits"] = logits.astype(np.float16)
        arrays[f"{name}_embedding"] = np.rint(np.maximum(embedding, 0) / scale).astype(np.uint8)
        arrays[f"{name}_labels"] = labels
    assert entry.card is not None
    about = json.dumps({"format": 1, "model": entry.card.sha256[entry.path.name]})
    arrays["about"] = np.frombuffer(about.encode(), np.uint8)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    if packed.tell() > MOST_BYTES:
        raise DataError(
            f"The replay has {packed.tell():,} bytes; it may have {MOST_BYTES:,}. Keep fewer."
        )
    return packed.getvalue()


def _seen(
    engine: Engine, patches: Patches, labels: Labels
) -> tuple[NDArray[np.float32], NDArray[np.float32], Labels]:
    """Return logits (n, 11), embedding (n, d) and labels (n,)."""
    outputs = engine(patches.astype(np.float32) / np.float32(255))
    return outputs.logits, outputs.embedding, labels


def _replay(settings: Settings) -> tuple[Patches, Labels]:
    train = data.mnist("train", settings)
    stock = Stock(
        data.Images(train.pixels[:-HELD_OUT], train.labels[:-HELD_OUT]),
        data.pen("train", settings),
        without_look_alikes(data.pen_symbols("train", settings)),
    )
    rng = np.random.default_rng(SEED)
    kinds, shares = list(SHARES), np.array(list(SHARES.values()))
    patches: list[Patches] = []
    labels: list[int] = []
    while len(labels) < COUNT:
        for patch, label in MAKERS[str(rng.choice(kinds, p=shares / shares.sum()))](stock, rng):
            patches.append(np.rint(patch * 255).astype(np.uint8))
            labels.append(label)
    return np.stack(patches), np.array(labels, np.uint8)


def gate_pictures(settings: Settings) -> tuple[Patches, Labels]:
    """Make the gate's pictures: first those of MNIST that are held out.

    Returns:
        uint8 (m, 28, 28) and uint8 (m,), 0 to 9, or 10 for "no digit".

    Raises:
        DataError: a data set is missing.
    """
    rng = np.random.default_rng(SEED + 1)
    kept = data.mnist("train", settings)
    patches = [read_patches(kept.pixels[-HELD_OUT:])]
    labels = [kept.labels[-HELD_OUT:].astype(np.uint8)]
    digits = data.pen("validation", settings)
    digits = digits.only(~np.isin(digits.writers, prolific(digits)))
    symbols = without_look_alikes(data.pen_symbols("validation", settings))
    for strokes, known in ((digits, True), (symbols, False)):
        drawn = (draw.anywhere(points, rng) for points in strokes)
        found = list(patches_of(drawn, ask=True))
        there = np.array([patch is not None for patch in found])
        patches.append(np.stack([patch for patch in found if patch is not None]))
        own = strokes.labels.astype(np.uint8) if known else np.full(len(strokes), NONE, np.uint8)
        labels.append(own[there])
    return np.concatenate(patches), np.concatenate(labels)
