"""Two servers of one PostgreSQL: what is taught to one is read, listed and undone by both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from palote import Reader, Settings
from palote.surfaces.web import create_app
from tests.learn.conftest import Odd
from tests.web.conftest import encoded, serving


def becomes(look: Callable[[], object], wanted: object) -> None:
    """Wait for the other server, which looks once a second."""
    deadline = time.monotonic() + 40
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, f"it stays {found!r}"
        time.sleep(0.05)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
def test_two_servers_of_one_postgresql(
    either: Settings, tmp_path: Path, odd: tuple[Odd, ...]
) -> None:
    first, second = odd[0], odd[1]
    shipped = Reader(profile="none").read(first.write(0), expect="digit").to_dict()
    there = replace(either, data_dir=tmp_path / "there")
    with (
        serving(create_app(either, learn=True)) as one,
        serving(create_app(there, learn=True)) as other,
        httpx.Client(base_url=one.url, timeout=60) as here,
        httpx.Client(base_url=other.url, timeout=60) as elsewhere,
    ):

        def teach(odd: Odd, number: int) -> dict[str, object]:
            answer = here.post(
                "/api/corrections", params={"label": odd.label}, content=encoded(odd.write(number))
            )
            assert answer.status_code == 201, answer.text
            found: dict[str, object] = answer.json()
            return found

        def version(client: httpx.Client) -> int:
            return int(client.get("/api/corrections/status").json()["version"])

        def as_shipped_there() -> bool:
            picture = encoded(first.write(0))
            answer = elsewhere.post("/api/read", params={"expect": "digit"}, content=picture)
            return bool(answer.json()["confidence"] == pytest.approx(shipped["confidence"]))

        assert here.get("/api/corrections/status").json()["store"].startswith("postgresql")
        assert as_shipped_there()
        learned = teach(first, 0)
        assert learned["learned"] and version(here) == version(elsewhere) == 1
        becomes(as_shipped_there, False)
        teach(second, 0)
        listed = elsewhere.get("/api/corrections", params={"pictures": True}).json()["corrections"]
        assert [found["label"] for found in listed] == [second.label, first.label]
        assert all(found["picture"].startswith("data:image/png;base64,") for found in listed)

        back = elsewhere.post("/api/corrections/rollback", params={"version": 1}).json()
        assert back["reason"] == "rolled_back" and version(here) == 1
        states = here.get("/api/corrections").json()["corrections"]
        assert [found["state"] for found in states] == ["aside", "learned"]

        gone = elsewhere.delete(f"/api/corrections/{listed[1]['id']}").json()
        assert gone["corrections"] == 1 and version(here) == 0
        assert here.get(f"/api/corrections/{listed[1]['id']}/picture").status_code == 422
        becomes(as_shipped_there, True)
        assert here.delete("/api/corrections", params={"all": True}).json()["corrections"] == 0
        assert [v["kept"] for v in here.get("/api/corrections/history").json()["versions"]] == [
            False,
            False,
        ]
