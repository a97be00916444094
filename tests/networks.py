"""The shipped network as a file of one's own, and another in its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from palote.model.catalog import ASSETS


def own_network(folder: Path) -> Path:
    """Copy the shipped network, with a card that holds for any file in its place."""
    path = folder / "mine.onnx"
    shutil.copy(ASSETS / "default.onnx", path)
    card = json.loads((ASSETS / "default.card.json").read_text())
    path.with_name("mine.card.json").write_text(json.dumps({**card, "sha256": {}}))
    return path


def another(network: Path) -> None:
    """Replace a network by one that reads the same and has another digest."""
    # A field more of the protocol buffer: its documentation.
    content = network.read_bytes() + b"\x32\x01a"
    network.with_suffix(".part").write_bytes(content)
    network.with_suffix(".part").replace(network)
