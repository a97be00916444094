"""The named endpoints, called as programs call them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import cv2
import pytest

import palote
from tests.drawing import seven
from tests.gradio_app.conftest import DOUBTFUL, Running, nothing_left
from tests.numbers.writing import written

gradio_client = pytest.importorskip("gradio_client", reason="the extra gradio is not installed")
AppError = gradio_client.exceptions.AppError


class Client(Protocol):
    """What the tests use of `gradio_client.Client`."""

    def predict(self, *, api_name: str, **sent: object) -> Any: ...

    def view_api(self, *, return_format: str, print_info: bool) -> dict[str, Any]: ...


@pytest.fixture(scope="module")
def client(running: Running) -> Iterator[Client]:
    with warnings.catch_warnings():
        # It opens a thread's event stream that it closes only when it is collected.
        warnings.simplefilter("ignore", ResourceWarning)
        made = gradio_client.Client(running.url, verbose=False, analytics_enabled=False)
        yield made
        made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo-of-anna.png"
    cv2.imwrite(str(path), seven())
    return path


def test_read_answers_as_the_reader_does(client: Client, photo: Path, running: Running) -> None:
    answer = client.predict(image=gradio_client.handle_file(photo), api_name="/read")
    expected = palote.read(photo).to_dict()
    assert json.loads(json.dumps(answer)) == expected
    assert nothing_left(running)


def test_model_and_cleaning_can_be_chosen(client: Client, photo: Path) -> None:
    answer = client.predict(
        image=gradio_client.handle_file(photo), model=DOUBTFUL, clean="otsu", api_name="/read"
    )
    assert (answer["model"], answer["text"], answer["status"]) == (DOUBTFUL, "?", "unsure")


def test_a_number_is_read_and_a_digit_if_one_is_expected(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "number.png"
    cv2.imwrite(str(path), written("2047"))
    sent = {"image": gradio_client.handle_file(path), "api_name": "/read"}
    assert len(client.predict(**sent)["digits"]) == 4
    assert client.predict(**sent, expect="digit")["lines"] == []


def test_the_models_are_listed(client: Client) -> None:
    listed = client.predict(api_name="/models")
    assert [model["name"] for model in listed] == ["default", DOUBTFUL]
    assert listed[0]["card"]["scores"]


def test_only_named_endpoints_are_offered(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {"/read", "/models"}
    assert described["unnamed_endpoints"] == {}


def test_what_is_no_picture_is_refused_with_a_sentence(
    client: Client, tmp_path: Path, running: Running
) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(AppError, match="is text, not a picture"):
        client.predict(image=gradio_client.handle_file(tmp_path / "notes.png"), api_name="/read")
    assert nothing_left(running)


def test_a_model_that_is_not_there(client: Client, photo: Path) -> None:
    with pytest.raises(AppError, match=r"There is no model 'x'\. There are: default, doubtful"):
        client.predict(image=gradio_client.handle_file(photo), model="x", api_name="/read")


def test_an_address_is_not_fetched(client: Client) -> None:
    sent = {"path": "https://example.org/7.png", "meta": {"_type": "gradio.FileData"}}
    with pytest.raises(AppError, match=r"is a web address\. Download the picture first"):
        client.predict(image=sent, api_name="/read")
