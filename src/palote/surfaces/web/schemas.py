"""The shapes of the answers, for ``/openapi.json`` and ``/docs``.

The routes answer with what `palote.result` and the model's card make of themselves;
these classes describe it, and a test holds both together.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "Alternative",
    "Correction",
    "Corrections",
    "Digit",
    "Health",
    "History",
    "Learning",
    "Line",
    "Model",
    "Models",
    "Outcome",
    "Problem",
    "Profile",
    "Profiles",
    "Reading",
    "Stage",
    "Status",
    "Token",
    "Version",
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Digit(_Shape):
    """One piece of ink and what it was taken for."""

    value: str = Field(description="The best digit, however unsure.", examples=["7"])
    confidence: float = Field(description="Calibrated P(it is a digit and this one).")
    probabilities: list[float] = Field(description="Of 0 to 9, given that it is a digit.")
    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    ink: str | None = Field(
        None,
        description="With stages or saliency: exactly what the network saw, as a PNG data URL.",
    )
    saliency: str | None = Field(
        None,
        description="With saliency: a PNG data URL to lay over the ink. Orange ink speaks for "
        "the digit, blue ink against it, the more opaque the more.",
    )


class Stage(_Shape):
    """One picture of the way from the input to the network."""

    name: str = Field(description="original, evened, binary, binary28 or centred.")
    image: str = Field(description="PNG data URL.")


class Alternative(_Shape):
    """A text that a line may be."""

    text: str = Field(description="Digits only.", examples=["2047"])
    raw: str = Field(description="With separators and spaces.")
    probability: float


class Line(_Shape):
    """One number of a picture."""

    text: str = Field(description='Its digits; "?" for each unsure one.', examples=["20?7"])
    raw: str = Field(description="With separators: . for a point or a comma, - and /, and spaces.")
    status: Literal["ok", "unsure", "not_digit", "empty"]
    confidence: float = Field(description="Calibrated P(all of it is right).")
    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    digits: list[Digit] = Field(description="Left to right.")
    alternatives: list[Alternative] = Field(description="The likeliest texts, the best first.")
    cell: list[int] | None = Field(
        description="Row and column, from 0, in a table with lines; null elsewhere."
    )


class Reading(_Shape):
    """What was read from one picture."""

    text: str = Field(
        description='The digit, or the digits of the numbers, a line each; "?" for an unsure '
        'one; "" for none.',
        examples=["7"],
    )
    status: Literal["ok", "unsure", "not_digit", "empty"]
    confidence: float = Field(description="Calibrated, of the whole reading, 0 to 1.")
    model: str = Field(description="Name of the model that read.")
    raw: str = Field(description="The text with its separators and spaces.")
    digits: list[Digit] = Field(description="What was found, left to right.")
    lines: list[Line] = Field(description="The numbers, in reading order, where they were read.")
    alternatives: list[Alternative] = Field(description="Of a single line; see each of several.")
    stages: list[Stage] | None = Field(None, description="The way, if it was asked for.")


class Correction(_Shape):
    """One picture that was taught."""

    id: str = Field(description="For DELETE /api/corrections/{id}.")
    label: str = Field(description='"0" to "9", or "none" for what is not a digit.')
    profile: str
    source: str = Field(description="Where from: page, gradio, cli, api, import.")
    read_as: str = Field(description='What it was read as then; "" if that is not known.')
    model: str = Field(description="The network that read it, by its checksum.")
    version: int = Field(description="What was active then.")
    time: str = Field(description="ISO 8601, UTC.")
    state: Literal["learned", "waiting"] = Field(description="waiting: kept, and not learned.")
    picture: str | None = Field(None, description="With pictures: PNG data URL.")


class Corrections(_Shape):
    """A part of what was taught, the newest first."""

    profile: str
    corrections: list[Correction]
    next: str | None = Field(description="For `before`, if there are older ones.")


class Outcome(_Shape):
    """What became of a change. Shares are of what is read right, 0 to 1."""

    learned: bool = Field(description="Whether what was wanted is so now.")
    reason: str = Field(
        description="learned, already_right, forgets, no_better, worse, emptied, rolled_back or "
        "unchanged."
    )
    message: str = Field(description="A sentence for a person.")
    correction: Correction | None = Field(description="The new one, or the deleted one.")
    corrections: int = Field(description="How many there are now.")
    version: int = Field(description="What is active now; 0 is the shipped network.")
    own_before: float | None = Field(description="Of your corrections, by the shipped network.")
    own_after: float | None = Field(description="Of your corrections, now.")
    general_before: float = Field(description="Of everyone's digits, by the shipped network.")
    general_after: float = Field(description="Of everyone's digits, now.")
    read_as: str = Field(description="What the corrected picture is read as now.")
    added: int = Field(description="Imports: how many were new.")
    skipped: list[str] = Field(description="Imports: what was left out, and why.")
    seconds: float


class Version(_Shape):
    """What was learned, or refused, at one time."""

    number: int
    time: str
    corrections: int
    active: bool
    reason: str = Field(description="correction, undo, delete, import, model or rollback.")
    kept: bool = Field(description="Whether it passed, and can be gone back to.")
    verdict: str = Field(description="As the reason of an Outcome.")
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float


class History(_Shape):
    """All versions, the newest first."""

    profile: str
    versions: list[Version]


class Status(_Shape):
    """How things stand with what was taught."""

    profile: str
    on: bool = Field(description="Whether what was learned counts.")
    corrections: int
    learned: int = Field(description="How many of them have been learned.")
    by_label: dict[str, int]
    version: int
    own_before: float | None
    own_after: float | None
    general_before: float
    general_after: float
    bytes: int = Field(description="Of the kept pictures.")
    has_token: bool
    store: str = Field(description="Where they are kept; said on the server's machine only.")
    every: bool = Field(description="Whether whoever asks may see all profiles.")


class Profile(_Shape):
    """Someone, or a group, with corrections of their own."""

    name: str
    on: bool
    corrections: int
    version: int
    has_token: bool


class Profiles(_Shape):
    """The profiles that whoever asks may see."""

    usual: str = Field(description="The one that is meant if none is named.")
    profiles: list[Profile]


class Token(_Shape):
    """By which other devices teach a profile; shown this once."""

    profile: str
    token: str


class Learning(_Shape):
    """How this server learns."""

    kind: Literal["head", "scratch"] = Field(
        description="head: from corrections that are kept. scratch: by training on, at once."
    )
    model: str = Field(description="The model that learns.")
    profile: str = Field(description="The usual profile.")
    labels: list[str]


class Model(_Shape):
    """A model that can be asked for."""

    name: str
    loaded: bool = Field(description="Whether it is in memory already.")
    card: dict[str, JsonValue] = Field(description="Data, recipe and scores.")


class Models(_Shape):
    """What can be chosen for a reading, and the limits of a picture."""

    version: str = Field(description="Palote's version.")
    default: str = Field(description="Name of the model that reads unless another is asked for.")
    models: list[Model]
    cleanings: list[str] = Field(description="Ways of cleaning, for `clean`.")
    max_bytes: int = Field(description="Largest picture, in bytes.")
    learning: Learning | None = Field(description="How it learns; null where it does not.")


class Health(_Shape):
    """Whether the server is there, or ready."""

    status: Literal["ok"]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, for programs.", examples=["unsupported-format"])
    detail: str = Field(description="A sentence for a person.")
    request_id: str | None = Field(None, description="As in X-Request-ID, and in the server's log.")
    error: str | None = Field(None, description="The detail again, below /v2 only.")
