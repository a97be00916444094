"""Teaching over HTTP: corrections, versions, profiles; what is kept and what is refused."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from fastapi import FastAPI

import palote
from palote.settings import Settings
from palote.surfaces.web import create_app, schemas, teaching
from tests.numbers.writing import written

from .conftest import drawing, encoded, serving
from .learning import BLANK, FOUR, ONE, SEVEN, Asker, Body, hard_drawings
from .test_routes import problem_of


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings with a store of their own."""
    return replace(Settings.from_environment(), data_dir=tmp_path)


@pytest.fixture
def app(own: Settings) -> FastAPI:
    return create_app(own, learn=True)


@pytest.fixture
def here(app: FastAPI) -> Asker:
    """A program on this machine."""
    return Asker(app)


def labels(asker: Asker, **query: str) -> list[str]:
    """The labels of what was taught, the newest first."""
    listed = asker.ask("GET", "/api/corrections", **query).json()
    return [one["label"] for one in listed["corrections"]]


def test_a_correction_is_kept_and_tells_what_it_changed(here: Asker) -> None:
    response = here.teach(SEVEN, "7")
    assert response.status_code == 201, response.text
    outcome = schemas.Outcome.model_validate(response.json())
    assert outcome.correction and outcome.correction.label == "7"
    assert outcome.corrections == 1 and outcome.message and outcome.seconds > 0
    assert 0.9 < outcome.general_before <= 1 and 0.9 < outcome.general_after <= 1
    listed = schemas.Corrections.model_validate(here.ask("GET", "/api/corrections").json())
    assert [one.id for one in listed.corrections] == [outcome.correction.id]
    assert listed.corrections[0].source == "api"


@pytest.mark.parametrize("way", ["query", "multipart", "json"])
def test_the_label_can_be_given_in_each_way(here: Asker, way: str) -> None:
    url = "data:image/png;base64," + base64.b64encode(FOUR).decode()
    response = {
        "query": lambda: here.teach(FOUR, "4"),
        "multipart": lambda: here.ask(
            "POST",
            "/api/corrections",
            Body(image=FOUR, fields={"label": "4", "profile": "ana"}),
        ),
        "json": lambda: here.ask("POST", "/api/corrections", Body(json={"image": url, "label": 4})),
    }[way]()
    assert response.status_code == 201, response.text
    assert response.json()["correction"]["label"] == "4"
    assert response.json()["correction"]["profile"] == ("ana" if way == "multipart" else "default")


@pytest.mark.parametrize("label", ["10", "-1", "", "seven", "7.0", "\uff17", "None", "7 "])
def test_a_wrong_label_is_refused_with_the_valid_ones(here: Asker, label: str) -> None:
    response = here.teach(SEVEN, label)
    assert problem_of(response) == (422, "usage")
    assert all(valid in response.json()["detail"] for valid in (*"0123456789", "none"))
    assert labels(here) == []


def test_a_correction_without_label_or_picture_is_refused(here: Asker) -> None:
    assert problem_of(here.ask("POST", "/api/corrections", Body(SEVEN))) == (422, "usage")
    assert problem_of(here.teach(b"", "7")) == (400, "bad-request")
    assert problem_of(here.teach(b"no picture", "7")) == (415, "unsupported-format")
    assert problem_of(here.teach(BLANK, "7")) == (422, "nothing-to-learn")
    long = here.ask("POST", "/api/corrections", Body(image=SEVEN, fields={"label": "7" * 300}))
    assert problem_of(long) == (400, "bad-request")
    assert labels(here) == []


def test_the_pictures_can_be_looked_at(here: Asker) -> None:
    identity = here.teach(SEVEN, "7").json()["correction"]["id"]
    plain = here.ask("GET", "/api/corrections").json()["corrections"][0]
    assert plain.get("picture") is None
    shown = here.ask("GET", "/api/corrections", pictures="true").json()["corrections"][0]
    picture = here.ask("GET", f"/api/corrections/{identity}/picture")
    assert picture.headers["content-type"] == "image/png"
    assert shown["picture"] == (
        "data:image/png;base64," + base64.b64encode(picture.content).decode()
    )
    grey = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None and palote.read(grey).text == "7"


def test_one_digit_of_a_number_is_kept_alone(here: Asker) -> None:
    number = cv2.warpAffine(
        written("2036"), np.array([[1, -0.3, 70], [0, 1, 0]], float), (420, 110), borderValue=255
    )
    picture = encoded(np.asarray(number, np.uint8))
    reading = here.ask("POST", "/api/read", Body(picture), expect="number").json()
    for digit in reading["digits"]:
        box = ",".join(map(str, digit["box"]))
        response = here.teach(picture, digit["value"], box=box)
        assert response.status_code == 201, response.text
        correction = response.json()["correction"]
        assert correction["read_as"] == digit["value"]
        kept = here.ask("GET", f"/api/corrections/{correction['id']}/picture").content
        crop = cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert crop is not None and max(crop.shape) < 80
        pieces, _ = cv2.connectedComponents((crop < 128).astype(np.uint8))
        assert pieces == 2, "no ink of a neighbour, which leans over it"
    as_field = Body(image=picture, fields={"label": "2", "box": str(reading["digits"][0]["box"])})
    assert here.ask("POST", "/api/corrections", as_field).status_code == 201
    assert labels(here) == ["2", "6", "3", "0"], "the same crop is kept once"


@pytest.mark.parametrize(
    ("box", "sentence"),
    [
        ("0,0,4,4", "no digit in the box 0,0,4,4"),
        ("1,2,3", "not '1,2,3'"),
        ("1,2,0,9", "x,y,width,height"),
        ("-1,2,3,9", "x,y,width,height"),
        ("9" * 5000, "x,y,width,height"),
    ],
)
def test_a_box_without_a_digit_is_refused(here: Asker, box: str, sentence: str) -> None:
    response = here.teach(SEVEN, "7", box=box)
    assert problem_of(response) == (422, "usage")
    assert sentence in response.json()["detail"]
    assert labels(here) == []


def test_a_long_list_comes_in_parts(here: Asker) -> None:
    for digit in (1, 4, 7):
        here.teach(encoded(drawing(digit)), str(digit))
    first = here.ask("GET", "/api/corrections", limit="2").json()
    assert [one["label"] for one in first["corrections"]] == ["7", "4"]
    second = here.ask("GET", "/api/corrections", limit="2", before=first["next"]).json()
    assert [one["label"] for one in second["corrections"]] == ["1"]
    assert second["next"] is None


def test_corrections_are_taken_back_one_by_one_and_all(here: Asker) -> None:
    for picture, label in ((SEVEN, "7"), (ONE, "1"), (FOUR, "4")):
        identity = here.teach(picture, label).json()["correction"]["id"]
    assert here.ask("POST", "/api/corrections/undo").json()["corrections"] == 2
    assert labels(here) == ["1", "7"]
    assert problem_of(here.ask("DELETE", f"/api/corrections/{identity}")) == (422, "usage")
    first = here.ask("GET", "/api/corrections").json()["corrections"][0]["id"]
    assert here.ask("DELETE", f"/api/corrections/{first}").json()["corrections"] == 1
    assert problem_of(here.ask("DELETE", "/api/corrections")) == (422, "usage")
    assert labels(here) == ["7"]
    emptied = here.ask("DELETE", "/api/corrections", all="true").json()
    assert (emptied["reason"], emptied["corrections"], emptied["version"]) == ("emptied", 0, 0)
    assert labels(here) == []
    assert problem_of(here.ask("POST", "/api/corrections/undo")) == (422, "nothing-to-learn")


def test_history_rollback_and_switch(here: Asker) -> None:
    here.teach(SEVEN, "7")
    history = schemas.History.model_validate(here.ask("GET", "/api/corrections/history").json())
    assert history.versions and history.versions[0].reason == "correction"
    back = here.ask("POST", "/api/corrections/rollback", version="0").json()
    assert (back["reason"], back["version"], back["corrections"]) == ("rolled_back", 0, 1)
    missing = here.ask("POST", "/api/corrections/rollback", version="77")
    assert problem_of(missing) == (422, "usage")
    off = here.ask("POST", "/api/corrections/switch", on="false").json()
    assert schemas.Status.model_validate(off).on is False
    assert problem_of(here.teach(FOUR, "4")) == (403, "learning-off")
    assert here.ask("POST", "/api/corrections/switch", on="true").json()["on"] is True
    assert here.teach(FOUR, "4").status_code == 201


def test_what_is_exported_can_be_imported_elsewhere(here: Asker) -> None:
    here.teach(SEVEN, "7")
    here.teach(ONE, "none")
    answer = here.ask("GET", "/api/corrections/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "palote-default.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"7", "none"}
    taken = here.ask("POST", "/api/corrections/import", Body(answer.content), profile="Ana").json()
    assert taken["added"] == 2
    assert sorted(labels(here, profile="ana")) == ["7", "none"]
    again = here.ask("POST", "/api/corrections/import", Body(answer.content), profile="Ana")
    assert again.json()["added"] == 0
    assert problem_of(here.ask("POST", "/api/corrections/import", Body(b"no zip")))[0] in (
        400,
        415,
        422,
    )
    assert problem_of(here.ask("POST", "/api/corrections/import")) == (400, "bad-request")


def test_profiles_are_added_read_with_and_deleted(here: Asker) -> None:
    assert here.ask("POST", "/api/profiles", name="Ana").status_code == 201
    assert problem_of(here.ask("POST", "/api/profiles", name="ana")) == (422, "usage")
    assert problem_of(here.ask("POST", "/api/profiles", name="x" * 41)) == (422, "usage")
    here.teach(FOUR, "4", profile="ANA")
    found = schemas.Profiles.model_validate(here.ask("GET", "/api/profiles").json())
    assert {one.name: one.corrections for one in found.profiles} == {"Ana": 1, "default": 0}
    assert found.usual == "default" and labels(here) == []
    for profile in ("Ana", "ana", "none", "default"):
        reading = here.ask("POST", "/api/read", Body(SEVEN), profile=profile)
        assert reading.json()["text"] == "7", reading.text
    field = here.ask("POST", "/api/read", Body(image=SEVEN, fields={"profile": "nobody"}))
    assert problem_of(field) == (422, "usage")
    left = here.ask("DELETE", "/api/profiles/Ana").json()
    assert [one["name"] for one in left["profiles"]] == ["default"]
    gone = here.ask("POST", "/api/read", Body(SEVEN), profile="Ana")
    assert problem_of(gone) == (422, "usage")
    assert problem_of(here.ask("DELETE", "/api/profiles/default")) == (403, "forbidden")


def test_the_usual_profile_can_be_another(own: Settings) -> None:
    asker = Asker(create_app(replace(own, profile="Class 3b"), learn=True))
    assert asker.teach(SEVEN, "7").json()["correction"]["profile"] == "Class 3b"
    assert asker.ask("POST", "/api/read", Body(SEVEN)).json()["text"] == "7"
    assert asker.ask("GET", "/api/models").json()["learning"]["profile"] == "Class 3b"


def test_what_was_taught_outlives_the_server(own: Settings, here: Asker) -> None:
    here.teach(SEVEN, "7")
    assert labels(Asker(create_app(own, learn=True))) == ["7"]


def test_the_page_is_told_how_it_learns(here: Asker) -> None:
    models = schemas.Models.model_validate(here.ask("GET", "/api/models").json())
    assert models.learning and models.learning.kind == "head"
    assert models.learning.labels == [*"0123456789", "none"]
    status = schemas.Status.model_validate(here.ask("GET", "/api/corrections/status").json())
    assert status.corrections == 0 and status.every and status.store


def test_a_full_profile_takes_no_more(here: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "MOST_CORRECTIONS", 1)
    assert here.teach(SEVEN, "7").status_code == 201
    full = here.teach(FOUR, "4")
    assert problem_of(full) == (403, "forbidden") and "Delete some" in full.json()["detail"]


@pytest.fixture
def two(own: Settings) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Two servers on one store."""
    with (
        serving(create_app(own, learn=True)) as one,
        serving(create_app(own, learn=True)) as other,
        httpx.Client(base_url=one.url, timeout=60) as first,
        httpx.Client(base_url=other.url, timeout=60) as second,
    ):
        yield first, second


def test_what_one_server_learns_the_other_knows(two: tuple[httpx.Client, httpx.Client]) -> None:
    first, second = two
    for hard in hard_drawings()[:12]:
        assert second.post("/api/read", content=hard.picture).json()["text"] != str(hard.digit)
        said = first.post(
            "/api/corrections", params={"label": str(hard.digit)}, content=hard.picture
        ).json()
        if said["learned"] and said["read_as"] == str(hard.digit):
            break
    assert said["learned"], said["message"]
    status = second.get("/api/corrections/status").json()
    assert status["version"] == said["version"]
    there, here = (one.post("/api/read", content=hard.picture).json() for one in (second, first))
    assert there["digits"] == here["digits"]
    assert there["digits"][0]["value"] == str(hard.digit)
