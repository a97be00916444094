"""The HTTP API as the contract has it: three ways in, options, answers, problems."""

from __future__ import annotations

import base64
import json

import anyio
import cv2
import httpx
import numpy as np
import pytest

import palote
from palote.errors import PaloteError
from palote.ink import CLEANINGS
from palote.model.card import Card
from palote.result import Reading
from palote.settings import Settings
from palote.surfaces.web import create_app, schemas
from palote.surfaces.web.problems import STATUSES, problem

from .conftest import drawing, encoded, serving

SEVEN = encoded(drawing(7))


def problem_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, after a look at its form."""
    assert response.headers["content-type"] == "application/problem+json"
    content = response.json()
    assert content["status"] == response.status_code
    assert content["detail"]
    return response.status_code, content["code"]


@pytest.mark.parametrize("way", ["multipart", "raw", "unnamed", "json"])
def test_reads_a_picture_in_each_way(client: httpx.Client, way: str) -> None:
    url = "data:image/png;base64," + base64.b64encode(SEVEN).decode()
    response = {
        "multipart": lambda: client.post("/api/read", files={"image": ("7.png", SEVEN)}),
        "raw": lambda: client.post(
            "/api/read", content=SEVEN, headers={"Content-Type": "image/png"}
        ),
        "unnamed": lambda: client.post("/api/read", content=SEVEN),
        "json": lambda: client.post("/api/read", json={"image": url}),
    }[way]()
    assert response.status_code == 200, response.text
    assert response.json() == palote.read(SEVEN).to_dict()
    assert response.json()["text"] == "7"


def test_the_answer_has_the_shape_that_the_schema_describes(client: httpx.Client) -> None:
    for query in ("", "?stages=true"):
        content = client.post("/api/read" + query, content=SEVEN).json()
        assert schemas.Reading.model_validate(content).text == "7"
    assert [stage["name"] for stage in content["stages"]] == [
        "original",
        "evened",
        "binary",
        "binary28",
        "centred",
    ]
    assert content["digits"][0]["ink"].startswith("data:image/png;base64,")


def test_the_saliency_comes_only_when_it_is_asked_for(client: httpx.Client) -> None:
    asked = client.post("/api/read", content=SEVEN, params={"saliency": "true"}).json()
    assert schemas.Reading.model_validate(asked).text == "7"
    digit = asked["digits"][0]
    assert digit["ink"].startswith("data:image/png;base64,") and asked["stages"] == []
    png = base64.b64decode(digit["saliency"].removeprefix("data:image/png;base64,"))
    overlay = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert overlay is not None and overlay.shape == (28, 28, 4) and overlay[..., 3].max() == 255
    with_stages = client.post("/api/read", content=SEVEN, params={"stages": "true"}).json()
    assert "saliency" not in with_stages["digits"][0]
    blank = encoded(np.full((90, 90), 255, np.uint8))
    nothing = client.post("/api/read", content=blank, params={"saliency": "true"})
    assert (nothing.status_code, nothing.json()["digits"]) == (200, [])


def test_the_server_says_how_long_the_reading_took(client: httpx.Client) -> None:
    timing = client.post("/api/read", content=SEVEN).headers["server-timing"]
    assert 0 < float(timing.removeprefix("read;dur=")) < 10_000


@pytest.mark.parametrize("clean", CLEANINGS)
def test_every_way_of_cleaning_can_be_asked_for(client: httpx.Client, clean: str) -> None:
    content = client.post("/api/read", content=SEVEN, params={"clean": clean}).json()
    assert content == palote.read(SEVEN, clean=clean).to_dict()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"clean": "soap"}, (422, "usage")),
        ({"pattern": "letters"}, (422, "usage")),
        ({"stages": "perhaps"}, (422, "usage")),
        ({"saliency": "perhaps"}, (422, "usage")),
        ({"model": "no-such"}, (404, "model-not-found")),
        ({"model": "/etc/passwd"}, (404, "model-not-found")),
        ({"patern": "##"}, (422, "usage")),
    ],
)
def test_wrong_options_are_refused(
    client: httpx.Client, query: dict[str, str], wanted: tuple[int, str]
) -> None:
    url = "data:image/png;base64," + base64.b64encode(SEVEN).decode()
    picture = {"image": ("7.png", SEVEN)}
    assert problem_of(client.post("/api/read", content=SEVEN, params=query)) == wanted
    assert problem_of(client.post("/api/read", files=picture, data=query)) == wanted
    assert problem_of(client.post("/api/read", json={"image": url, **query})) == wanted


def test_options_may_stand_beside_the_picture(client: httpx.Client) -> None:
    url = "data:image/png;base64," + base64.b64encode(SEVEN).decode()
    wanted = palote.read(SEVEN, expect="number", pattern="#").to_dict()
    said = {"expect": "number", "pattern": "#"}
    form = client.post("/api/read", files={"image": ("7.png", SEVEN)}, data=said)
    assert form.json() == wanted != palote.read(SEVEN).to_dict()
    assert client.post("/api/read", json={"image": url, **said}).json() == wanted
    json_true = client.post("/api/read", json={"image": url, "stages": True, "model": None})
    assert json_true.json()["stages"][0]["name"] == "original"
    # What the address says counts more: it is what logs and proxies see.
    both = client.post("/api/read?expect=digit", json={"image": url, "expect": "number"})
    assert both.json() == palote.read(SEVEN, expect="digit").to_dict()


def test_a_misspelt_option_is_named_with_the_one_that_was_meant(client: httpx.Client) -> None:
    detail = client.post("/api/read?patern=%23%23", content=SEVEN).json()["detail"]
    assert "'patern'" in detail
    assert "Did you mean 'pattern'?" in detail


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", (400, "bad-request")),
        (b"hello, this is no picture", (415, "unsupported-format")),
        (SEVEN[: len(SEVEN) // 2], (422, "corrupt-image")),
        (encoded(np.full((1, 1), 255, np.uint8)), (422, "too-small")),
    ],
)
def test_wrong_pictures_are_refused(
    client: httpx.Client, content: bytes, wanted: tuple[int, str]
) -> None:
    assert problem_of(client.post("/api/read", content=content)) == wanted
    assert problem_of(client.post("/api/read", files={"image": ("x.png", content)})) == wanted


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"7",
        b"{}",
        b'{"image": 7}',
        b'{"image": "/etc/hostname"}',
        b'{"image": "pyproject.toml"}',
        b'{"image": "file:///etc/hostname"}',
        b'{"image": " data:,"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_json_without_a_data_url_is_refused(client: httpx.Client, body: bytes) -> None:
    """Above all: a path is never opened on behalf of a client."""
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/read", content=body, headers=headers)
    assert problem_of(response) == (400, "bad-request")


@pytest.mark.parametrize("url", ["data:", "data:image/png;base64,%%%", "data:image/png;base64,"])
def test_a_broken_data_url_is_refused(client: httpx.Client, url: str) -> None:
    status, _ = problem_of(client.post("/api/read", json={"image": url}))
    assert status in (400, 415, 422)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"anything"),
        ("multipart/form-data; boundary=x", b"no boundary in here"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\ncut off',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nabc\r\n--x--\r\n',
        ),
    ],
)
def test_malformed_multipart_is_refused(client: httpx.Client, kind: str, body: bytes) -> None:
    response = client.post("/api/read", content=body, headers={"Content-Type": kind})
    assert problem_of(response) == (400, "bad-request")


def test_a_second_picture_is_not_passed_over(client: httpx.Client) -> None:
    fields = [
        ("image", ("a.png", SEVEN)),
        ("image", ("b.png", encoded(drawing(8)))),
    ]
    response = client.post("/api/read", files=fields)
    assert problem_of(response) == (400, "bad-request")
    assert "several pictures" in response.json()["detail"]


def test_models_are_listed_with_cards_and_scores(client: httpx.Client) -> None:
    content = client.get("/api/models").json()
    listed = schemas.Models.model_validate(content)
    assert listed.version == palote.__version__
    assert listed.cleanings == list(CLEANINGS)
    assert listed.max_bytes == Settings().max_bytes
    first = listed.models[0]
    assert first.name == listed.default == "default"
    assert first.loaded
    assert first.card["name"] == "default"
    assert first.card["scores"]
    response = client.post("/api/read", content=SEVEN, params={"model": "default"})
    assert response.json()["model"] == "default"


def test_health(client: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing", "/static/nothing.js", "/static/"])
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    assert problem_of(client.get(path)) == (404, "not-found")


def test_static_files_stay_inside_their_folder(client: httpx.Client) -> None:
    assert problem_of(client.get("/static/%2e%2e/app.py"))[0] == 404
    assert problem_of(client.get("/static/..%2fapp.py"))[0] == 404


def test_a_wrong_method(client: httpx.Client) -> None:
    response = client.get("/api/read")
    assert problem_of(response) == (405, "method-not-allowed")
    assert response.headers["allow"] == "POST"
    assert problem_of(client.delete("/healthz"))[0] == 405


def test_the_page_is_kept_by_browsers_only_while_it_is_current(client: httpx.Client) -> None:
    first = client.get("/static/js/main.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/js/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/").status_code == 200


def test_openapi_names_every_route_and_its_refusals(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    ours = {path for path in schema["paths"] if not path.startswith("/v2")}
    assert ours == {"/api/read", "/api/models", "/healthz", "/readyz", "/metrics"}
    operation = schema["paths"]["/api/read"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "multipart/form-data",
        "image/*",
        "application/json",
    }
    assert {"200", "400", "401", "403", "404", "408", "413", "415", "422", "429", "503"} == set(
        operation["responses"]
    )
    references = set(json.dumps(schema).split('"#/components/schemas/')[1:])
    names = {reference.split('"')[0] for reference in references}
    assert names <= set(schema["components"]["schemas"])


def test_docs_need_no_other_origin(client: httpx.Client) -> None:
    page = client.get("/docs").text
    assert "openapi.json" in page
    assert "//" not in page.replace("<!doctype", "")


def test_an_unexpected_error_shows_nothing_of_the_inside() -> None:
    class Broken:
        name = "default"
        card = Card("default")

        def read(self, image: object, **options: object) -> Reading:
            if isinstance(image, np.ndarray):
                return Reading("", "empty", 0.0)
            raise RuntimeError("secret-detail in /secret/path")

    app = create_app(load=lambda name, settings: Broken())  # type: ignore[arg-type,return-value]
    with serving(app) as running:
        response = httpx.post(f"{running.url}/api/read", content=SEVEN)
    assert problem_of(response) == (500, "internal")
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "content-security-policy" in response.headers


def test_a_model_that_cannot_be_loaded_is_a_problem_and_not_the_end() -> None:
    app = create_app(model="no-such-model")
    transport = httpx.ASGITransport(app)

    async def ask() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (
                await client.get("/healthz"),
                await client.get("/readyz"),
                await client.post("/api/read", content=SEVEN),
            )

    health, ready, reading = anyio.run(ask)
    assert health.status_code == 200
    assert problem_of(ready) == (503, "busy")
    assert ready.headers["retry-after"] == "1"
    assert problem_of(reading) == (404, "model-not-found")


def test_every_error_has_a_status() -> None:
    def tree(kind: type[PaloteError]) -> list[type[PaloteError]]:
        return [kind] + [deep for child in kind.__subclasses__() for deep in tree(child)]

    for kind in tree(PaloteError):
        error = kind.__new__(kind)
        expected = {s for base, s in STATUSES.items() if issubclass(kind, base)} or {500}
        assert problem(error).status_code in expected
