"""Teaching the network of NumPy alone: at once, saved by itself, and without keeping a picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from palote.model.scratch import ScratchClassifier
from palote.settings import Settings
from palote.surfaces.web import create_app

from .conftest import OpenPage, draw, drawing, encoded, serving
from .learning import ELSEWHERE, SEVEN, Asker, Body
from .test_routes import problem_of

OFTEN = 12
"""So often an untrained network may have to be told."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network that knows next to nothing."""
    numbers = np.random.default_rng(3)
    made = ScratchClassifier(hidden=(12, 8), epochs=1, random_state=0)
    made.fit(numbers.random((60, 784), np.float32), np.arange(60) % 10)
    path = tmp_path_factory.mktemp("scratch") / "own.npz"
    made.save(path)
    return str(path)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return replace(Settings.from_environment(), data_dir=tmp_path)


def test_it_learns_at_once_and_remembers(own: Settings, model: str) -> None:
    here = Asker(create_app(own, model=model, learn=True))
    assert here.ask("GET", "/api/models").json()["learning"]["kind"] == "scratch"
    six = encoded(drawing(6))
    for times in range(1, OFTEN + 1):
        said = here.teach(six, "6").json()
        assert said["learned"] and said["corrections"] == times
        if said["read_as"] == "6":
            break
    for asker in (here, Asker(create_app(own, model=model, learn=True))):
        digit = asker.ask("POST", "/api/read", Body(six), expect="digit").json()["digits"][0]
        assert digit["value"] == "6"
        assert asker.ask("GET", "/api/corrections/status").json()["corrections"] == times
    assert here.ask("POST", "/api/corrections/undo").json()["corrections"] == times - 1
    assert here.ask("DELETE", "/api/corrections", all="true").json()["corrections"] == 0
    assert not [path for path in own.data_dir.rglob("*") if path.suffix in (".png", ".db")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/api/corrections"), ("GET", "/api/corrections/history")),
        *(("GET", "/api/corrections/export"), ("GET", "/api/profiles")),
        ("POST", "/api/corrections/import"),
    ],
)
def test_what_it_does_not_keep_it_cannot_show(
    own: Settings, model: str, method: str, path: str
) -> None:
    here = Asker(create_app(own, model=model, learn=True))
    response = here.ask(method, path, Body(SEVEN))
    assert problem_of(response) == (404, "no-learning")
    assert "keeps no pictures" in response.json()["detail"]


def test_it_has_no_tokens(own: Settings, model: str) -> None:
    app = create_app(own, model=model, learn=True, hosts=["0.0.0.0"])
    there = Asker(app, ELSEWHERE, "192.168.1.5:8000")
    assert problem_of(there.teach(SEVEN, "7")) == (401, "token-needed")
    guessing = Asker(app, ELSEWHERE, "192.168.1.5:8000", "anything")
    assert problem_of(guessing.teach(SEVEN, "7")) == (401, "token-wrong")
    assert problem_of(Asker(app).teach(SEVEN, "none")) == (422, "usage")


def test_the_page_teaches_it(open_page: OpenPage, own: Settings, model: str) -> None:
    with serving(create_app(own, model=model, learn=True)) as server:
        page = open_page(url=server.url)
        expect(page.locator("[data-part=willBeKept]")).to_contain_text("The picture is not kept.")
        expect(page.get_by_role("button", name="Not a digit")).to_be_hidden()
        draw(page, 6)
        told = page.locator("[data-part=told]")
        taught = page.locator("[data-part=taughtButton]")
        for times in range(1, OFTEN + 1):
            page.keyboard.press("6")
            expect(taught).to_have_text(f"What I have taught ({times})")
            if "now read as 6." in told.inner_text():
                break
        expect(told).to_have_text("Learned. This one is now read as 6.")
        page.keyboard.press("t")
        dialog = page.locator("dialog.taught")
        expect(dialog).to_contain_text("No picture is kept")
        expect(dialog.get_by_role("button", name="Export")).to_be_hidden()
        dialog.get_by_role("button", name="As it was before").click()
        page.get_by_role("button", name="Yes, go back").click()
        expect(dialog).to_contain_text("Nothing has been taught yet.")
