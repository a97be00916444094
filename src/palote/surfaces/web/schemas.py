"""The shapes of the answers, for ``/openapi.json`` and ``/docs``.

The routes answer with what `palote.result` and the model's card make of themselves;
these classes describe it, and a test holds both together.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = ["Digit", "Health", "Model", "Models", "Problem", "Reading", "Stage"]


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


class Reading(_Shape):
    """What was read from one picture."""

    text: str = Field(description='The digit; "?" for an unsure one; "" for none.', examples=["7"])
    status: Literal["ok", "unsure", "not_digit", "empty"]
    confidence: float = Field(description="Calibrated, of the whole reading, 0 to 1.")
    model: str = Field(description="Name of the model that read.")
    digits: list[Digit] = Field(description="What was found, left to right.")
    stages: list[Stage] | None = Field(None, description="The way, if it was asked for.")


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
