"""MNIST from mirrors: those that fail, what is gone on with, and when it cannot be had."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request

import pytest

from palote import Settings, data
from palote.data import mirrors
from palote.errors import DataError
from tests.digits import Mirror, Tiny

Start = Callable[..., Mirror]

NAME = "train-images-idx3-ubyte.gz"
"""The first file that is fetched, and the largest."""

NOBODY = "http://127.0.0.1:9/mnist/"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Where a file is kept until it is complete."""
    (tmp_path / "mnist").mkdir()
    return tmp_path / "mnist" / f"{NAME}.part"


def whole(where: Path, tiny: Tiny) -> bool:
    """Whether all four files are there, right, and nothing else."""
    found = {path.name: gzip.decompress(path.read_bytes()) for path in where.iterdir()}
    return found == {f"{name}.gz": body for name, body in tiny.contents.items()}


def test_the_public_mirrors_are_encrypted() -> None:
    assert len(set(data.MIRRORS)) >= 3
    assert all(url.startswith("https://") and url.endswith("/") for url in data.MIRRORS)


def test_all_four_files(tiny: Tiny, mirror: Start, settings: Settings) -> None:
    public = mirror(tiny.packed)
    told: list[tuple[str, int, int]] = []
    where = data.fetch(settings, [public.url], lambda *update: told.append(update))
    assert whole(where, tiny)
    sizes = {name: len(body) for name, body in tiny.packed.items()}
    assert {name: done for name, done, _ in told} == sizes
    assert all(total == sizes[name] for name, _, total in told)
    data.fetch(settings, [public.url])
    assert len(public.asked) == 4, "what is there is not fetched again"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda start, tiny: NOBODY,
        lambda start, tiny: start({}).url,
        lambda start, tiny: start({NAME: b"<html>Log in to the hotel</html>"}).url,
        lambda start, tiny: start({NAME: gzip.compress(b"another file")}).url,
        lambda start, tiny: start({NAME: b""}).url,
        lambda start, tiny: start({}, moved=NOBODY).url,
    ],
    ids=["down", "404", "a page", "another file", "nothing", "moved away"],
)
def test_the_next_mirror_helps(
    tiny: Tiny, mirror: Start, settings: Settings, wrong: Callable[[Start, Tiny], str]
) -> None:
    right = mirror(tiny.packed)
    assert whole(data.fetch(settings, [wrong(mirror, tiny), right.url]), tiny)
    assert right.asked[0] == (NAME, None)


def test_a_mirror_packed_in_another_way(tiny: Tiny, mirror: Start, settings: Settings) -> None:
    packed = {name: gzip.compress(gzip.decompress(b), 1) for name, b in tiny.packed.items()}
    assert packed != tiny.packed
    data.fetch(settings, [mirror(packed).url])


def test_a_line_that_breaks_is_taken_up(tiny: Tiny, mirror: Start, settings: Settings) -> None:
    public = mirror(tiny.packed, cut=700, cuts_left=1)
    assert whole(data.fetch(settings, [public.url]), tiny)
    assert public.asked[:2] == [(NAME, None), (NAME, "bytes=700-")]


def test_the_next_mirror_goes_on(tiny: Tiny, mirror: Start, settings: Settings) -> None:
    weak, right = mirror(tiny.packed, cut=700, cuts_left=99), mirror(tiny.packed)
    assert whole(data.fetch(settings, [weak.url, right.url]), tiny)
    assert right.asked[0] == (NAME, "bytes=1400-")


def test_a_later_call_goes_on(tiny: Tiny, mirror: Start, settings: Settings, part: Path) -> None:
    part.write_bytes(tiny.packed[NAME][:500])
    public = mirror(tiny.packed)
    told: list[tuple[str, int, int]] = []
    assert whole(data.fetch(settings, [public.url], lambda *update: told.append(update)), tiny)
    assert public.asked[0] == (NAME, "bytes=500-")
    assert told[0] == (NAME, len(tiny.packed[NAME]), len(tiny.packed[NAME]))


def test_a_mirror_that_only_sends_whole_files(
    tiny: Tiny, mirror: Start, settings: Settings, part: Path
) -> None:
    part.write_bytes(tiny.packed[NAME][:500])
    public = mirror(tiny.packed, ranges=False)
    assert whole(data.fetch(settings, [public.url]), tiny)
    assert public.asked[0] == (NAME, "bytes=500-") and public.asked[1][0] != NAME


def test_a_first_piece_of_something_else(
    tiny: Tiny, mirror: Start, settings: Settings, part: Path
) -> None:
    part.write_bytes(b"x" * 500)
    public = mirror(tiny.packed)
    assert whole(data.fetch(settings, [public.url]), tiny)
    assert public.asked[:2] == [(NAME, "bytes=500-"), (NAME, None)]


def test_all_is_there_but_the_name(
    tiny: Tiny, mirror: Start, settings: Settings, part: Path
) -> None:
    part.write_bytes(tiny.packed[NAME])
    public = mirror(tiny.packed)
    assert whole(data.fetch(settings, [public.url]), tiny)
    assert [name for name, _ in public.asked].count(NAME) == 1


def test_another_piece_than_was_asked_for(
    tiny: Tiny, mirror: Start, settings: Settings, part: Path
) -> None:
    part.write_bytes(tiny.packed[NAME][:500])
    odd, right = mirror(tiny.packed, shift=3), mirror(tiny.packed)
    assert whole(data.fetch(settings, [odd.url, right.url]), tiny)
    assert right.asked[0] == (NAME, "bytes=500-")


def test_no_mirror_helps(tiny: Tiny, mirror: Start, settings: Settings, part: Path) -> None:
    weak = mirror(tiny.packed, cut=300, cuts_left=99)
    with pytest.raises(DataError, match=r"PALOTE_DATA") as raised:
        data.fetch(settings, [NOBODY, mirror({}).url, weak.url])
    message = str(raised.value)
    assert NOBODY in message and weak.url in message and "404" in message and NAME in message
    assert "stopped after 600 of" in message and "refused" in message
    assert part.read_bytes() == tiny.packed[NAME][:600], "what has arrived is kept"
    assert not (part.parent / NAME).exists()


def test_far_too_much(
    tiny: Tiny, mirror: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirrors, "LARGEST", 1000)
    with pytest.raises(DataError, match="much larger"):
        data.fetch(settings, [mirror({NAME: b"x" * 200_000}).url])


def test_a_mirror_that_says_nothing(tiny: Tiny, settings: Settings) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DataError, match="timed out"):
            data.fetch(settings, [url], timeout=0.2)


def test_from_encryption_to_none() -> None:
    asked = Request("https://example.org/a")
    handler = mirrors._NoDowngrade()
    with pytest.raises(URLError, match="without encryption"):
        handler.redirect_request(asked, None, 302, "", None, "http://example.org/a")  # type: ignore[arg-type]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is simulated by /dev/full")
def test_a_full_disk(tiny: Tiny, mirror: Start, settings: Settings, part: Path) -> None:
    os.symlink("/dev/full", part)
    with pytest.raises(DataError, match="cannot be written: No space left"):
        data.fetch(settings, [mirror(tiny.packed).url])
    assert not (part.parent / NAME).exists()


def test_a_cache_that_is_no_folder(tiny: Tiny, mirror: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        data.fetch(Settings(cache_dir=tmp_path / "file"), [mirror(tiny.packed).url])
