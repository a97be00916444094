"""What may be said of a picture to read, in the query or beside the picture in the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError
from pydantic.config import ConfigDict, JsonDict
from starlette.requests import Request

from palote.ink import CLEANINGS
from palote.reader import EXPECTATIONS
from palote.surfaces.web import problems

__all__ = ["Options"]


def _one_of(values: Sequence[str]) -> JsonDict:
    return {"enum": list(values)}


class Options(BaseModel):
    """What the query says of the picture, or a form's other fields, or JSON's.

    They are read here, and not by FastAPI, so that `palote.surfaces.web.routes.read.Direct` can
    call the route by itself, and because they may stand in the body.
    """

    model_config = ConfigDict(extra="forbid")

    expect: str = Field(
        "auto", description="What is on it.", json_schema_extra=_one_of(EXPECTATIONS)
    )
    pattern: str | None = Field(
        None,
        description="The format of the numbers, if it is known: # for each digit, such as #### or "
        "##.#.",
        examples=["####"],
    )
    clean: str = Field("auto", description="How to clean it.", json_schema_extra=_one_of(CLEANINGS))
    model: str | None = Field(
        None, description="A name from /api/models; the default one if left out."
    )
    stages: bool = Field(
        False, description="Add the pictures of the way, and what the network saw."
    )
    saliency: bool = Field(
        False, description="Add which ink spoke for the digit, and which against it."
    )
    profile: str | None = Field(
        None,
        description="Whose corrections count; none for nobody's. The server's usual profile if "
        "left out.",
    )

    @property
    def usual(self) -> bool:
        """Whether all that they change is what is expected and which pictures come back."""
        return self.pattern is None and self.clean == "auto" and not self.saliency

    @classmethod
    def of(cls, request: Request, said: Mapping[str, str] | None = None) -> Options:
        """Take them from a request's query, and from what its body says; the query counts more.

        Raises:
            UsageError: one is of the wrong kind, or there is none of that name.
        """
        if not said and not request.scope["query_string"]:
            return USUAL
        try:
            return cls.model_validate({**(said or {}), **request.query_params})
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][-1])
            if first["type"] == "extra_forbidden":
                raise problems.unknown_option(name, list(cls.model_fields)) from None
            raise problems.wrong_parameter(name, first["msg"], first["input"]) from None

    @classmethod
    def described(cls) -> list[dict[str, object]]:
        """Return them as parameters of OpenAPI."""
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": schema.pop("description"),
                "schema": schema,
            }
            for name, schema in cls.shapes().items()
        ]

    @classmethod
    def shapes(cls) -> dict[str, Any]:
        """Return them as properties of a JSON schema, each a copy of its own."""
        shapes: dict[str, Any] = cls.model_json_schema()["properties"]
        return shapes


USUAL: Final = Options.model_validate({})
