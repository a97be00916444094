"""The public names: exact, importable, documented."""

from __future__ import annotations

import palote


def test_the_names_are_exactly_these() -> None:
    assert palote.__all__ == sorted(palote.__all__, key=lambda name: (name.islower(), name))
    assert set(palote.__all__) == {
        *("Digit", "PaloteError", "Reader", "Reading", "Settings", "Stage"),
        *("__version__", "read", "read_many"),
    }
    assert dir(palote) == sorted(palote.__all__)


def test_every_name_is_there_and_has_a_docstring() -> None:
    for name in palote.__all__:
        value = getattr(palote, name)
        assert name == "__version__" or (value.__doc__ and value.__name__ == name)


def test_a_name_that_does_not_exist() -> None:
    try:
        palote.raed  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError as error:
        assert "raed" in str(error)
    else:
        raise AssertionError("palote.raed exists")
