"""The OpenAPI description: what it promises is kept, whatever is sent; its examples are answers.

Schemathesis makes the requests from the description, from a fixed seed.
"""

from __future__ import annotations

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.schemas import OpenApiSchema

from palote.surfaces.web import schemas

from .conftest import Server

SEED = 20261121
QUICK, LONG = 5, 300
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

PICTURE_NEEDED = "positive_data_acceptance"
"""The description cannot say that bytes must be a picture, or a text the name of a model."""


@pytest.fixture(scope="module")
def described(server: Server) -> OpenApiSchema:
    load_all_checks()
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def tried(operation: APIOperation, mode: GenerationMode, examples: int) -> None:
    """Send requests that keep to the description of a path, or do not; judge the answers."""
    names = [name for name in CHECKS.get_all_names() if name != PICTURE_NEEDED]
    checks = CHECKS.get_by_names(names)

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # To find the smallest request that fails may take minutes.
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def judge(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=checks)

    judge()


def every(described: OpenApiSchema, mode: GenerationMode, examples: int) -> None:
    import time

    for result in described.get_all_operations():
        print(result.ok().label, time.time(), flush=True)
        operation = result.ok()
        try:
            tried(operation, mode, examples)
        except hypothesis.errors.Unsatisfiable:
            # A path that takes nothing cannot be asked wrongly.
            assert mode is GenerationMode.NEGATIVE, operation.label


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", MODES, ids=["kept to", "broken"])
def test_the_answers_are_those_that_are_described(
    described: OpenApiSchema, mode: GenerationMode
) -> None:
    # Wrong paths take long to think of, and the router knows them all.
    taking = described.include(method="POST") if mode is GenerationMode.NEGATIVE else described
    every(taking, mode, QUICK)


def test_the_examples_are_what_they_say(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    read = schema["paths"]["/api/read"]["post"]
    asked = read["requestBody"]["content"]["application/json"]["example"]
    said = read["responses"]["200"]["content"]["application/json"]["example"]
    got = client.post("/api/read", json=asked).json()
    assert (got["text"], got["status"]) == (said["text"], said["status"])
    assert set(got) == set(said) and set(got["digits"][0]) == set(said["digits"][0])
    schemas.Reading.model_validate(said)
    for status, answer in read["responses"].items():
        for content in answer["content"].values():
            if status != "200":
                assert schemas.Problem.model_validate(content["example"]).status == int(status)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", MODES, ids=["kept to", "broken"])
def test_many_answers_are_those_that_are_described(
    described: OpenApiSchema, mode: GenerationMode
) -> None:
    every(described, mode, LONG)
