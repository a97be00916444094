"""From what a person names to pictures: folders, patterns, tables, and a bucket."""

from __future__ import annotations

import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from palote import Settings
from palote.bulk.opening import Opening
from palote.bulk.place import place
from palote.bulk.sources import Entry, entries
from palote.errors import DataError, FileNotReadable, PaloteError, UsageError
from tests.bucket import bucket as bucket
from tests.cli.conftest import Palote
from tests.cli.conftest import palote as palote
from tests.conftest import Missing

GOLDEN = Path(__file__).parents[1] / "golden"
SUFFIXES = (".png",)


@pytest.fixture(autouse=True)
def _arrow(missing: Missing) -> None:
    if find_spec("pyarrow") is None:
        missing("tools", "the extra ray is not installed")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    (folder / "b").mkdir(parents=True)
    shutil.copy(GOLDEN / "3-pale.png", folder / "a.png")
    shutil.copy(GOLDEN / "7-thin.png", folder / "b" / "c.png")
    return folder


def table(path: Path, columns: dict[str, list[object]], group: int = 2) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path, row_group_size=group)
    return path


def found(*arguments: str, column: str | None = None) -> list[Entry]:
    return list(entries(arguments, lambda path: iter([path]), SUFFIXES, column))


def opened(arguments: list[str], listed: list[Entry]) -> list[str | bytes | PaloteError]:
    return [one for _, one in Opening(arguments, None, Settings(max_bytes=50_000)).pictures(listed)]


def test_a_table_with_pictures(scans: Path) -> None:
    three, seven = (scans / "a.png").read_bytes(), (scans / "b" / "c.png").read_bytes()
    path = str(
        table(
            scans / "t.parquet",
            {"id": [f"n{i}" for i in range(5)], "png": [three, seven] * 2 + [None]},
        )
    )
    listed = found(path)
    assert [one.id for one in listed] == ["n0", "n1", "n2", "n3", "n4"]
    assert opened([path], listed) == [three, seven, three, seven, b""]
    # A part may begin anywhere.
    assert opened([path], listed[3:]) == [seven, b""]
    assert Entry.from_line(listed[3].to_line()) == listed[3]


def test_a_table_as_hugging_face_writes_it(scans: Path) -> None:
    seven = (scans / "b" / "c.png").read_bytes()
    path = str(
        table(scans / "t.parquet", {"image": [{"bytes": seven, "path": "c.png"}], "label": [7]})
    )
    (one,) = found(path)
    assert one.id == f"{path}#0" and opened([path], [one]) == [seven]


def test_a_table_with_paths(scans: Path) -> None:
    path = str(table(scans / "t.parquet", {"path": ["a.png", str(scans / "b" / "c.png"), None]}))
    listed = found(path)
    assert [one.id for one in listed] == ["a.png", str(scans / "b" / "c.png"), f"{path}#2"]
    assert opened([path], listed)[:2] == [str(scans / "a.png"), str(scans / "b" / "c.png")]


def test_a_column_that_is_not_plain_is_asked_for(scans: Path) -> None:
    path = str(table(scans / "t.parquet", {"front": [b"1"], "back": [b"2"]}))
    with pytest.raises(UsageError, match=r"--column NAME\. It has: front, back"):
        found(path)
    with pytest.raises(UsageError, match="has no column 'side'"):
        found(path, column="side")
    assert len(found(path, column="back")) == 1
    (scans / "no.parquet").write_text("no table")
    with pytest.raises(DataError, match="is no Parquet table"):
        found(str(scans / "no.parquet"))


def test_places_that_nothing_opens() -> None:
    with pytest.raises(UsageError, match="'nosuch://x' cannot be opened"):
        place("nosuch://x")


def test_a_place_that_fsspec_knows(scans: Path) -> None:
    where = place("memory://archive")
    where.write("in/a.png", (scans / "a.png").read_bytes())
    where.write("in/b/c.png", b"two")
    where.write("notes.txt", b"no picture")
    listed = found("memory://archive")
    assert [one.id for one in listed] == [
        "memory://archive/in/a.png",
        "memory://archive/in/b/c.png",
    ]
    assert opened(["memory://archive"], listed)[1] == b"two"
    assert [one.file for one in found("memory://archive/in/*.png")] == ["a.png"]
    assert [one.file for one in found("memory://archive/**/*.png")] == ["in/a.png", "in/b/c.png"]
    with pytest.raises(FileNotReadable, match="There is no picture at 'memory://archive/empty'"):
        found("memory://archive/empty")


@pytest.mark.timeout(180)
def test_from_a_bucket_into_a_bucket(
    bucket: str,
    scans: Path,
    palote: Palote,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(scans)
    source, target = f"s3://scans/in?{bucket}", f"s3://scans/out.jsonl?{bucket}"
    where = place(source)
    for name in ("a.png", "b/c.png"):
        where.write(name, (scans / name).read_bytes())
    where.write("b/bad.png", b"no picture")
    result = palote("read", source, "--out", target, "--part", "2")
    assert result.code == 1 and "3 rows for 3 pictures in 2 files" in result.err
    assert result.out == "s3://scans/out.jsonl\n"
    into = place(target)
    assert [one for one in into.names() if one.startswith("part-")] == [
        "part-000000.jsonl",
        "part-000001.jsonl",
    ]
    with into.open("part-000000.jsonl") as file:
        first, bad = map(json.loads, file)
    assert (first["path"], first["text"]) == ("s3://scans/in/a.png", "3")
    assert (bad["path"], bad["code"]) == ("s3://scans/in/b/bad.png", "unsupported-format")
    again = palote("read", source, "--out", target, "--part", "2")
    assert "3 of 3 pictures were read before" in again.err
    # A table beside the pictures, with paths from where it lies.
    place(f"s3://scans/in?{bucket}").write(
        "t.parquet",
        table(scans / "t.parquet", {"path": ["b/c.png", "s3://scans/in/a.png"]}).read_bytes(),
    )
    result = palote("read", f"s3://scans/in/t.parquet?{bucket}", "--out", "local.jsonl")
    lines = Path("local.jsonl/part-000000.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert (result.code, texts) == (0, ["7", "3"])
    assert not any("secret" in path.read_text() for path in Path("local.jsonl").rglob("*.json"))
    nowhere = palote("read", f"s3://nosuch/in?{bucket}", "--out", "x.jsonl")
    assert nowhere.code == 1 and "s3://nosuch/in" in nowhere.err
    unwritable = palote("read", "a.png", "--out", f"s3://nosuch/out.jsonl?{bucket}")
    assert unwritable.code == 1 and "'s3://nosuch/out.jsonl' cannot be written" in unwritable.err


def test_local_sources_and_wrong_uses(
    scans: Path,
    palote: Palote,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(scans)
    result = palote("read", "a.png", "b/*.png", "nosuch.png", "--out", "out.csv")
    assert result.code == 1 and "2 ok, 1 error" in result.err
    assert len(Path("out.csv/part-000000.csv").read_text().splitlines()) == 4
    again = palote("read", "a.png", "--out", "out.csv")
    assert again.code == 2 and "sources was ['a.png', 'b/*.png', 'nosuch.png']" in again.err
    for arguments, said in (
        (("a.png", "--out", "x", "--json"), "--out writes files"),
        (("a.png", "--on", "ray"), "say where with --out"),
        (("a.png", "--on", "spark", "--out", "x"), "--on must be one of here, ray"),
        (("a.png", "--out", "x", "--address", "auto"), "--address belongs to --on ray"),
        (("a.png", "--out", "x", "--format", "xls"), "Known ones: parquet, csv, jsonl"),
        (("s3://scans/a.png",), "say where with --out"),
        (("*.webp", "--out", "x"), "There is no picture to read"),
    ):
        result = palote("read", *arguments)
        assert result.code == 2 and said in result.err, result.err
    assert not os.path.exists("x")
