"""What a card says of how its network came about."""

from __future__ import annotations

import pytest

from palote.model.card import made_by


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({"command": "scripts/line"}, "`scripts/line`"),
        ({"command": "scripts/line", "besides": "older lines"}, "`scripts/line` with older lines"),
    ],
)
def test_what_was_there_besides_is_no_part_of_the_command(recipe: dict[str, str], said: str):
    assert made_by(recipe) == said
