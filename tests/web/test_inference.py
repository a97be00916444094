"""The Open Inference Protocol: the client that others use, and requests gone wrong."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from types import ModuleType

import httpx
import numpy as np
import pytest

from palote import Settings
from palote.surfaces.web import create_app
from palote.surfaces.web.tensors import MOST_PICTURES

from .conftest import Server
from .learning import BLANK, ONE, SEVEN, Asker, Body

PICTURES = (SEVEN, ONE, BLANK)


@pytest.fixture(scope="module")
def triton(request: pytest.FixtureRequest) -> ModuleType:
    try:
        import tritonclient.http
    except ImportError:
        request.getfixturevalue("missing")("tools", "tritonclient[http] is not installed")
    return tritonclient.http


@pytest.mark.parametrize("binary", [True, False])
def test_the_client_of_triton_reads(server: Server, triton: ModuleType, binary: bool) -> None:
    from tritonclient.utils import InferenceServerException

    client = triton.InferenceServerClient(server.url.removeprefix("http://"))
    assert client.is_server_live() and client.is_server_ready()
    assert client.get_server_metadata()["name"] == "palote"
    assert client.is_model_ready("default") and client.is_model_ready("default", "1")
    assert not client.is_model_ready("nobody") and not client.is_model_ready("default", "2")
    described = client.get_model_metadata("default")
    assert described["inputs"] == [{"name": "image", "datatype": "BYTES", "shape": [-1]}]

    content = PICTURES if binary else [base64.b64encode(one) for one in PICTURES]
    image = triton.InferInput("image", [len(PICTURES)], "BYTES")
    image.set_data_from_numpy(np.array(content, object), binary_data=binary)
    wanted = [
        triton.InferRequestedOutput(output["name"], binary_data=binary)
        for output in described["outputs"]
    ]
    found = client.infer(
        "default", [image], outputs=wanted, request_id="mine", parameters={"expect": "digit"}
    )
    assert found.get_response()["id"] == "mine"
    texts = [str(one, "utf-8") if binary else one for one in found.as_numpy("text")]
    assert texts == ["7", "1", ""]
    status = [str(one, "utf-8") if binary else one for one in found.as_numpy("status")]
    assert status == ["ok", "ok", "empty"]
    assert (found.as_numpy("confidence")[:2] > 0.9).all()
    probabilities = found.as_numpy("probabilities")
    assert probabilities.shape == (3, 10) and probabilities.dtype == np.float32
    assert probabilities.argmax(1)[:2].tolist() == [7, 1]
    assert probabilities.sum(1) == pytest.approx([1, 1, 0], abs=1e-5)

    image.set_data_from_numpy(np.array([b"junk"] * 3, object))
    with pytest.raises(InferenceServerException, match="Picture 1 of 3: The data"):
        client.infer("default", [image])
    client.close()


def request_of(**changed: object) -> dict[str, object]:
    """A right request, but for what is changed of its input."""
    image = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [DATA]}
    return {"inputs": [image | changed]}


DATA = base64.b64encode(SEVEN).decode()
URL = "data:image/png;base64," + DATA
INFER = "/v2/models/default/infer"


def test_a_data_url_is_a_picture_and_a_path_is_none(client: httpx.Client) -> None:
    answer = client.post(INFER, json=request_of(data=[URL]))
    assert answer.headers["content-type"] == "application/json"
    outputs = {one["name"]: one["data"] for one in answer.json()["outputs"]}
    direct = client.post("/api/read", content=SEVEN).json()
    assert outputs["text"] == [direct["text"]] == ["7"]
    assert outputs["confidence"] == pytest.approx([direct["confidence"]])
    assert outputs["probabilities"] == pytest.approx(direct["digits"][0]["probabilities"], abs=1e-6)
    refused = client.post(INFER, json=request_of(data=["/etc/hostname"]))
    assert (refused.status_code, refused.json()["code"]) == (400, "bad-request")


def test_an_answer_can_be_binary_in_part(client: httpx.Client) -> None:
    asked = {
        **request_of(),
        "outputs": [
            {"name": "text"},
            {"name": "confidence", "parameters": {"binary_data": True}},
        ],
    }
    answer = client.post(INFER, json=asked)
    assert answer.headers["content-type"] == "application/octet-stream"
    size = int(answer.headers["inference-header-content-length"])
    text, confidence = json.loads(answer.content[:size])["outputs"]
    assert text["data"] == ["7"]
    assert confidence["parameters"] == {"binary_data_size": 4} and "data" not in confidence
    assert struct.unpack("<f", answer.content[size:])[0] > 0.9


WRONG: dict[str, Mapping[str, object]] = {
    "no inputs": {},
    "no list": {"inputs": 7},
    "no input": {"inputs": []},
    "another input": request_of(name="picture"),
    "two inputs": {"inputs": [*request_of()["inputs"], *request_of()["inputs"]]},  # type: ignore[misc]
    "another type": request_of(datatype="FP32"),
    "another shape": request_of(shape=[1, 1]),
    "none": request_of(shape=[0], data=[]),
    "too many": request_of(shape=[MOST_PICTURES + 1], data=[DATA] * (MOST_PICTURES + 1)),
    "fewer than said": request_of(shape=[2]),
    "no text": request_of(data=[[1, 2]]),
    "no data": request_of(data=None),
    "binary data that do not follow": request_of(parameters={"binary_data_size": 9}),
    "an output that there is not": {**request_of(), "outputs": [{"name": "labels"}]},
    "a name without end": {**request_of(), "id": "x" * 1000},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(client: httpx.Client, case: str) -> None:
    answer = client.post(INFER, json=WRONG[case])
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    assert answer.json()["error"] == answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "binary", [b"\x01", b"\xff\xff\xff\xff", b"\x09\0\0\0short", b"\0\0\0\0" * 40]
)
def test_binary_data_that_are_none(client: httpx.Client, binary: bytes) -> None:
    parameters = {"binary_data_size": len(binary)}
    head = json.dumps(request_of(data=None, parameters=parameters)).encode()
    size = {"Inference-Header-Content-Length": str(len(head))}
    answer = client.post(INFER, content=head + binary, headers=size)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    for wrong in ("-1", "x", str(len(head) + 1000)):
        answer = client.post(INFER, content=head, headers={**size, **dict.fromkeys(size, wrong)})
        assert "Inference-Header-Content-Length must be" in answer.json()["error"]


def test_options_and_models_that_do_not_exist(client: httpx.Client) -> None:
    for path in ("/v2/models/nobody/infer", "/v2/models/default/versions/2/infer"):
        answer = client.post(path, json=request_of())
        assert (answer.status_code, answer.json()["code"]) == (404, "model-not-found")
    asked = {**request_of(), "parameters": {"expect": "letter"}}
    assert client.post(INFER, json=asked).status_code == 422
    assert client.post(INFER, content=b"\xff{").json()["code"] == "bad-request"


def test_each_picture_of_a_request_counts() -> None:
    app = create_app(Settings(rate_limit=30, hosts=("palote.example",)))
    asker = Asker(app, "10.0.0.9", "palote.example")
    batch = Body(json=request_of(shape=[4], data=[URL] * 4))
    assert asker.ask("POST", INFER, batch).status_code == 200
    limited = asker.ask("POST", INFER, batch)
    assert limited.status_code == 429 and limited.json()["error"]


def test_it_is_described(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {path for path in paths if path.startswith("/v2")} == {
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}",
        "/v2/models/{name}/versions/{version}",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/versions/{version}/ready",
        "/v2/models/{name}/infer",
        "/v2/models/{name}/versions/{version}/infer",
    }
    operation = paths["/v2/models/{name}/infer"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    example["inputs"][0]["data"] = [DATA]
    assert client.post(INFER, json=example).json()["outputs"][0]["data"] == ["7"]
