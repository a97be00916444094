"""What a model says of itself; it travels inside the model file and beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from palote.errors import InkSpecMismatch, ModelCorrupt
from palote.ink import InkSpec
from palote.result import Json

__all__ = ["LARGEST", "SMALLEST", "Card", "made_by"]

SMALLEST, LARGEST = 8, 512
"""Sides of a patch that a model may ask for, in pixels."""


@dataclass(frozen=True)
class Card:
    """A model's card.

    Attributes:
        name: what people call it.
        ink: the InkSpec that it was trained with.
        temperature: divides the logits, so that confidence is calibrated.
        unsure_below: least confidence of an answer that is given ("ok").
        not_digit_above: share of "no digit" from which the status is "not_digit".
        doubt_above: share of "no digit" from which the status is "unsure", however confident.
        frames: whether it was taught whole frames too, and is shown those of small files.
        description: one sentence.
        data: what it was trained on, with credit.
        recipe: how, with the seed and the command that does it again.
        scores: data set -> share, as measured by the command named in ``recipe``.
        parameters: number of weights.
        sha256: file name -> digest of the files that this card speaks of.
    """

    name: str
    ink: InkSpec = field(default_factory=InkSpec)
    temperature: float = 1.0
    unsure_below: float = 0.6
    not_digit_above: float = 0.5
    doubt_above: float = 0.5
    frames: bool = False
    description: str = ""
    data: tuple[str, ...] = ()
    recipe: dict[str, Json] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    parameters: int = 0
    sha256: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        return {
            "name": self.name,
            "description": self.description,
            "ink": dict(self.ink.to_dict()),
            "temperature": self.temperature,
            "unsure_below": self.unsure_below,
            "not_digit_above": self.not_digit_above,
            "doubt_above": self.doubt_above,
            "frames": self.frames,
            "parameters": self.parameters,
            "data": list(self.data),
            "recipe": self.recipe,
            "scores": dict(self.scores),
            "sha256": dict(self.sha256),
        }

    def to_json(self) -> str:
        """Return it as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, source: str) -> Card:
        """Read a card.

        Args:
            text: JSON.
            source: where it came from, for the message.

        Raises:
            ModelCorrupt: it is no card.
            InkSpecMismatch: the model needs another normalisation than this Palote's.
        """
        try:
            fields = json.loads(text)
            card = cls(
                name=str(fields["name"]),
                ink=_spec(fields["ink"]),
                temperature=float(fields["temperature"]),
                unsure_below=float(fields["unsure_below"]),
                not_digit_above=float(fields["not_digit_above"]),
                doubt_above=float(fields.get("doubt_above", fields["not_digit_above"])),
                frames=bool(fields.get("frames", False)),
                description=str(fields.get("description", "")),
                data=tuple(str(line) for line in fields.get("data", ())),
                recipe=dict(fields.get("recipe", {})),
                scores={str(k): float(v) for k, v in fields.get("scores", {}).items()},
                parameters=int(fields.get("parameters", 0)),
                sha256={str(k): str(v) for k, v in fields.get("sha256", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelCorrupt(f"The card of the model in {source} cannot be read.") from error
        ink = card.ink
        made = InkSpec.sized(ink.size, ink.channels, ink.low, ink.high)
        if ink != made:
            raise InkSpecMismatch(
                f"The model in {source} was trained with {ink}, but this Palote "
                f"normalises to {made}. Use the Palote it was made with, or train it again."
            )
        return card

    @classmethod
    def from_file(cls, path: Path) -> Card:
        """Read a card from a file; the same errors as `from_json`."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelCorrupt(f"The card {str(path)!r} cannot be read.") from error
        return cls.from_json(text, str(path))


def _spec(fields: dict[str, int | float | str]) -> InkSpec:
    spec = InkSpec(
        size=int(fields["size"]),
        box=int(fields["box"]),
        channels=int(fields["channels"]),
        centring=str(fields["centring"]),
        low=float(fields["low"]),
        high=float(fields["high"]),
    )
    if not (SMALLEST <= spec.size <= LARGEST and spec.channels in (1, 3)):
        raise ValueError(f"no such patch: {spec}")
    return spec


def made_by(recipe: Mapping[str, Json]) -> str:
    """Return the command that made a network, and what was there besides: Markdown.

    Args:
        recipe: of its card.
    """
    besides = f" with {recipe['besides']}" if "besides" in recipe else ""
    return f"`{recipe['command']}`{besides}"
