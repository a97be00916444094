"""The card inside an ONNX file: it says of itself what it is, wherever it is copied to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import onnx

from palote.model.card import Card, made_by
from palote.model.engine import CARD_KEY
from palote.result import Json

__all__ = ["put_card", "so_far"]


def put_card(path: Path, card: Card) -> None:
    """Replace the card inside an ONNX file; the file is written whole or not at all."""
    proto = onnx.load(path, load_external_data=False)
    kept = [item for item in proto.metadata_props if item.key != CARD_KEY]
    del proto.metadata_props[:]
    proto.metadata_props.extend(kept)
    proto.metadata_props.add(key=CARD_KEY, value=card.to_json())
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(proto.SerializeToString())
    unfinished.replace(path)


def so_far(recipe: Mapping[str, Json]) -> str:
    """Return by which commands a network came about, for one that goes on from it.

    Args:
        recipe: of its card.
    """
    last = made_by(recipe)
    return f"{recipe['before']}; then {last}" if "before" in recipe else last
