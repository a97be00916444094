"""`palote serve --learn` as a person runs it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from palote.surfaces.cli import main

from .learning import SEVEN
from .program import running


def test_it_says_what_it_keeps_and_teaches_the_profile_that_was_named(tmp_path: Path) -> None:
    environment = {"PALOTE_DATA_DIR": str(tmp_path / "data")}
    options = ("--host", "0.0.0.0", "--learn", "--profile", "Class 3b")
    with running(*options, state=tmp_path, environment=environment) as program:
        url = program.says(r"Palote is at (http://\S+)")[1]
        program.says(r"It learns: what you teach it is kept in .*data")
        program.says(r"from another device needs a profile's token.*palote learn token NAME")
        said = httpx.post(
            f"{url}/api/corrections", params={"label": "7"}, content=SEVEN, timeout=30
        ).json()
        assert said["correction"]["profile"] == "Class 3b"
    with running("--profile", "Class 3b", state=tmp_path, environment=environment) as program:
        url = program.says(r"Palote is at (http://\S+)")[1]
        assert httpx.get(f"{url}/api/corrections").status_code == 404
        assert httpx.post(f"{url}/api/read", content=SEVEN, timeout=30).json()["text"] == "7"
        assert not [line for line in program.lines if "It learns" in line]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--learn", "--profile", "none"), "none"),
        (("--learn", "--store", "nonsense"), "The address of the store is not understood"),
        (("--profile", "no-such"), "There is no profile 'no-such'"),
    ],
)
def test_what_cannot_be_taught_is_said_at_the_start(
    options: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--no-open", "--port", "0", *options])
    assert ended.value.code in (1, 2)
    assert sentence in capsys.readouterr().err
