"""The tree of errors: as its docstring draws it, each with a code of its own."""

from __future__ import annotations

import re

import pytest

from palote import errors
from palote.errors import MissingExtra, PaloteError, UsageError

CLASSES: dict[str, type[PaloteError]] = {name: getattr(errors, name) for name in errors.__all__}


def drawn() -> dict[str, str]:
    """The docstring's tree as name -> name of the parent."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)([A-Z]\w+)", line)
        if found:
            depth = len(found[1]) // 4
            path = [*path[:depth], found[2]]
            if depth:
                parents[found[2]] = path[depth - 1]
    return parents


def test_the_docstring_draws_the_tree() -> None:
    actual = {
        name: kind.__mro__[1].__name__ for name, kind in CLASSES.items() if kind is not PaloteError
    }
    assert drawn() == actual


def test_every_error_is_named() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, PaloteError)
    }
    assert defined == set(errors.__all__)


def test_codes_are_unique_and_stable() -> None:
    codes = [kind.code for kind in CLASSES.values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_says_when_it_is_raised(name: str) -> None:
    assert (CLASSES[name].__doc__ or "").rstrip().endswith(".")


def test_wrong_arguments_are_value_errors_too() -> None:
    with pytest.raises(ValueError, match="soap"):
        raise UsageError("clean must be one of auto, none; not 'soap'.")


def test_a_missing_extra_gives_the_line_to_run() -> None:
    error = MissingExtra("train", "Training")
    assert error.extra == "train"
    assert str(error) == ('Training needs more packages. Install them: pip install "palote[train]"')
