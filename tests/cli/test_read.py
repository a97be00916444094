"""`palote read`: what goes in, what comes out, how it ends."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote import Reader, Reading
from palote.errors import PaloteError
from palote.ink import CLEANINGS
from palote.reader import EXPECTATIONS
from palote.result import Digit, Line
from palote.surfaces.cli.show import COLUMNS, Lines
from tests.drawing import seven
from tests.numbers.ruled import ROWS, between, table
from tests.numbers.writing import written

from .conftest import Palote


def names(out: str) -> list[str]:
    """The paths of lines for people, with forward slashes."""
    return [line[12:].split("  (")[0].replace("\\", "/") for line in out.splitlines()]


def test_one_picture_is_one_line(palote: Palote, photo: str) -> None:
    result = palote("read", photo)
    assert re.fullmatch(r"7  {1,3}\d{2,3}\.\d %  photo\.png\n", result.out)
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("arguments", [("read", "-v"), ("-v", "read")])
def test_verbose_gives_all_ten(palote: Palote, photo: str, arguments: tuple[str, ...]) -> None:
    result = palote(*arguments, photo)
    first, second = result.lines
    assert first.startswith("7 ")
    shares = re.findall(r"(\d): (\d+\.\d) %", second)
    assert [digit for digit, _ in shares] == list("0123456789")
    assert sum(float(share) for _, share in shares) == pytest.approx(100, abs=0.6)
    assert "model" in result.err and photo not in result.err


def test_several_pictures_keep_their_order(palote: Palote, folder: Path) -> None:
    result = palote("read", "scans/z.jpg", "photo.png", "scans/a.png")
    assert names(result.out) == ["scans/z.jpg", "photo.png", "scans/a.png"]
    assert [line[0] for line in result.lines] == ["0", "7", "7"]


def test_a_folder_means_its_pictures(palote: Palote, folder: Path) -> None:
    result = palote("read", folder)
    expected = ["scans/a.png", "scans/z.jpg", "scans/b/C2.PNG", "scans/b/c.bmp"]
    assert names(result.out) == expected
    assert (result.code, result.err) == (0, "")


def test_a_folder_without_pictures(palote: Palote, photo: str) -> None:
    Path("empty").mkdir()
    result = palote("read", "empty", photo)
    assert result.code == 1
    assert "no picture in the folder 'empty'" in result.err
    assert names(result.out) == [photo]


def test_a_folder_that_may_not_be_opened(
    palote: Palote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = palote("read", folder)
    assert result.code == 1 and "cannot be opened: Permission denied" in result.err
    assert names(result.out) == ["scans/a.png", "scans/z.jpg"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("scans/*.png", ["scans/a.png"]),
        ("scans/?.*", ["scans/a.png", "scans/z.jpg"]),
        ("scan*", ["scans/a.png", "scans/z.jpg", "scans/b/C2.PNG", "scans/b/c.bmp"]),
        ("**/*.bmp", ["scans/b/c.bmp"]),
        ("scans/**", None),
    ],
)
def test_quoted_patterns(
    palote: Palote, folder: Path, pattern: str, expected: list[str] | None
) -> None:
    result = palote("read", pattern)
    if expected is None:  # a pattern's files are taken as if each had been named: also the text
        assert result.code == 1 and "notes.txt" in result.err
        assert len(names(result.out)) == len(set(names(result.out))) == 4
    else:
        assert (result.code, names(result.out)) == (0, expected)


def test_a_pattern_that_matches_nothing(palote: Palote, photo: str) -> None:
    result = palote("read", "*.webp", photo)
    assert result.code == 1 and "No file matches '*.webp'" in result.err
    assert names(result.out) == [photo]


def test_a_name_that_looks_like_a_pattern(palote: Palote, photo: str) -> None:
    Path(photo).rename("photo[1].png")
    assert names(palote("read", "photo[1].png").out) == ["photo[1].png"]


def test_files_that_cannot_be_read_do_not_stop_the_others(palote: Palote, photo: str) -> None:
    Path("text.png").write_text("not a picture")
    Path("cut.png").write_bytes(Path(photo).read_bytes()[:90])
    result = palote("read", "text.png", photo, "cut.png", "nosuch.png", photo)
    assert names(result.out) == [photo, photo] and result.code == 1
    first, second, third, summary = result.err.splitlines()
    assert first.startswith("palote: 'text.png' is text, not a picture.")
    assert second.startswith("palote: 'cut.png'")
    assert third == "palote: There is no file 'nosuch.png'. Check the name."
    assert summary == "palote: 3 could not be read."


def test_a_missing_extra_is_an_error_of_its_file_alone(
    palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setattr(Image, "OPEN", {k: v for k, v in Image.OPEN.items() if k != "HEIF"})
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Path("phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    result = palote("read", "phone.heic", photo)
    assert names(result.out) == [photo] and result.code == 1
    assert "phone.heic: Reading HEIC pictures needs more packages." in result.err
    assert 'pip install "palote[heic]"' in result.err


def test_json_lines(palote: Palote, photo: str) -> None:
    result = palote("read", "--json", photo, "nosuch.png", "*.gif")
    pattern, good, bad = (json.loads(line) for line in result.lines)
    assert pattern["path"] == "*.gif" and pattern["error"]["code"] == "file-not-readable"
    assert list(good)[:4] == ["path", "text", "status", "confidence"]
    assert (good["path"], good["text"], good["status"]) == (photo, "7", "ok")
    assert len(good["digits"][0]["probabilities"]) == 10
    assert bad["path"] == "nosuch.png" and bad["error"]["code"] == "file-not-readable"
    assert "There is no file" in bad["error"]["message"]
    assert result.code == 1 and result.err == "palote: 2 could not be read.\n"


def test_csv(palote: Palote, photo: str) -> None:
    cv2.imwrite("blank, white.png", np.full((80, 80), 255, np.uint8))
    result = palote("read", "--csv", photo, "blank, white.png", "nosuch.png")
    assert result.lines[0] == ",".join(COLUMNS)
    assert COLUMNS[:5] == ("path", "text", "status", "confidence", "value")
    assert COLUMNS[5:] == (*(f"p{digit}" for digit in range(10)), "error", "raw")
    good, blank, bad = csv.DictReader(io.StringIO(result.out))
    assert (good["path"], good["text"], good["value"], good["error"]) == (photo, "7", "7", "")
    assert sum(float(good[f"p{digit}"]) for digit in range(10)) == pytest.approx(1, abs=1e-4)
    assert (blank["path"], blank["status"], blank["value"]) == ("blank, white.png", "empty", "")
    assert bad["status"] == "error" and "There is no file" in bad["error"]
    assert "\r" not in result.out


def test_numbers_are_shown_as_they_are_written(
    palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("minus.png", written("-7"))
    result = palote("read", "minus.png")
    assert result.out.startswith("-7  ") and result.out.endswith("  minus.png\n")
    (row,) = csv.DictReader(io.StringIO(palote("read", "--csv", "minus.png").out))
    assert (row["text"], row["value"], row["raw"]) == ("7", "7", "-7")


def test_what_is_in_doubt_is_shown_with_what_stands_around_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shares, ink = np.full(10, 0.1, np.float32), np.zeros((28, 28), np.float32)
    digits = tuple(Digit(value, 0.9, shares, (0, 0, 9, 9), ink) for value in "3142")
    lines = tuple(
        Line(raw.replace(".", ""), raw, "unsure", 0.8, (0, 0, 9, 9), own)
        for raw, own in (("3.?4", digits[:3]), ("?", digits[3:]))
    )
    Lines().reading("a.png", Reading("3?4\n?", "unsure", 0.8, digits, (), "default", lines))
    shown = "3.?4 | ?   80.0 %  a.png  (unsure; perhaps 3.14 | 2)\n"
    assert capsys.readouterr().out == shown


def test_nothing_to_read_is_no_failure(palote: Palote, photo: str) -> None:
    cv2.imwrite("blank.png", np.full((80, 80), 255, np.uint8))
    result = palote("read", "blank.png")
    assert result.out == "-    0.0 %  blank.png  (nothing to read)\n" and result.code == 0


@pytest.mark.parametrize("clean", CLEANINGS)
def test_every_way_of_cleaning(palote: Palote, photo: str, clean: str) -> None:
    result = palote("read", "--clean", clean, photo)
    assert result.code == 0 and names(result.out) == [photo]


def test_help_names_every_choice(palote: Palote) -> None:
    said = palote("read", "--help").out
    assert "--clean " + "|".join(CLEANINGS) in said
    assert "--expect " + "|".join(EXPECTATIONS) in said


def test_stages_are_kept(palote: Palote, folder: Path) -> None:
    result = palote("read", "--stages", "way", "photo.png", "nosuch.png", "scans/a.png")
    assert result.code == 1 and names(result.out) == ["photo.png", "scans/a.png"]
    kept = sorted(path.name for path in Path("way").iterdir())
    steps = ("1-original", "2-evened", "3-binary", "4-binary28", "5-centred")
    assert kept == [
        *(f"0001-photo-{step}.png" for step in steps),
        *(f"0003-a-{step}.png" for step in steps),
    ]
    centred = cv2.imread("way/0001-photo-5-centred.png", cv2.IMREAD_UNCHANGED)
    assert centred.shape == (28, 28) and centred.max() > 200


def test_a_table_is_rows_of_cells(palote: Palote, photo: str) -> None:
    cv2.imwrite("sheet.png", table())
    result = palote("read", "--table", "sheet.png")
    rows = list(csv.reader(io.StringIO(result.out)))
    assert result.code == 0 and [len(row) for row in rows] == [3, 3, 3]
    for row, texts in zip(rows, ROWS, strict=True):
        for cell, text in zip(row, texts, strict=True):
            assert re.fullmatch("".join(f"[{digit}?]" for digit in text), cell)
    both = palote("read", "--table", "sheet.png", photo, "nope.png")
    assert [row[0] for row in csv.reader(io.StringIO(both.out))] == [*["sheet.png"] * 3, photo]
    assert both.code == 1 and "There is no file 'nope.png'" in both.err


def test_numbers_around_a_table_are_rows_too(
    palote: Palote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("sheet.png", between("2026", "55"))
    rows = list(csv.reader(io.StringIO(palote("read", "--table", "sheet.png").out)))
    assert [len(row) for row in rows] == [1, 3, 3, 3, 1]
    assert re.fullmatch("[2?][0?][2?][6?]", rows[0][0]) and re.fullmatch("[5?]{2}", rows[-1][0])


def test_stages_cannot_be_kept(palote: Palote, photo: str) -> None:
    Path("file").write_text("")
    assert palote("read", "--stages", "file", photo).code == 2
    below = palote("read", "--stages", "file/way", photo)
    assert below.code == 2 and "file" in below.err and "Traceback" not in below.err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "Missing argument"),
        (("--json", "--csv", "photo.png"), "--json and --csv exclude each other"),
        (("--table", "--csv", "photo.png"), "--csv and --table exclude each other"),
        (("--expect", "letter", "photo.png"), "auto, digit, number"),
        (("--pattern", "letters", "photo.png"), "pattern must have a #"),
        (("--clean", "soap", "photo.png"), "adaptive"),
        (("--model", "nosuch", "photo.png"), "There is no model 'nosuch'. Known names:"),
        (("--csv", "--model", "nosuch", "photo.png"), "There is no model 'nosuch'"),
        (("--csv", "--expect", "letter", "photo.png"), "auto, digit"),
        (("--model", "nosuch.onnx", "photo.png"), "There is no model 'nosuch.onnx'"),
        (("--colour", "photo.png"), "--colour"),
    ],
)
def test_wrong_usage(palote: Palote, photo: str, arguments: tuple[str, ...], hint: str) -> None:
    result = palote("read", *arguments)
    assert (result.code, result.out) == (2, "")
    assert hint in result.err and "Traceback" not in result.err


def test_a_wrong_setting(palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOTE_THREADS", "many")
    result = palote("read", photo)
    assert result.code == 2 and "PALOTE_THREADS must be a whole number, not 'many'" in result.err


def test_a_damaged_model(palote: Palote, photo: str) -> None:
    Path("model.onnx").write_bytes(b"no model")
    result = palote("read", "--model", "model.onnx", photo)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("palote: 'model.onnx' is no ONNX model")


def test_answers_are_written_as_they_come(
    palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pictures there are, no answer is kept."""
    alive: weakref.WeakSet[Reading] = weakref.WeakSet()
    most = 0

    def many(
        self: Reader, images: Iterable[str], *, expect: str, pattern: str | None, on_error: str
    ) -> Iterator[Reading | PaloteError]:
        nonlocal most
        for _ in images:
            reading = Reading("", "empty", 0.0)
            alive.add(reading)
            most = max(most, len(alive))
            yield reading

    monkeypatch.setattr(Reader, "read_many", many)
    result = palote("read", *[photo] * 5000)
    assert len(result.lines) == 5000
    assert most <= 2


def test_the_note_of_a_digit_it_would_not_vouch_for(
    palote: Palote, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = Reader().read(seven())
    answers = [
        Reading("?", "unsure", 0.4, sure.digits),
        Reading("", "not_digit", 0.1, sure.digits),
    ]
    monkeypatch.setattr(Reader, "read_many", lambda *_, **__: iter(answers))
    assert palote("read", photo, photo).lines == [
        "?   40.0 %  photo.png  (unsure; perhaps 7)",
        "-   10.0 %  photo.png  (not a digit)",
    ]


def test_what_has_no_number_is_not_said_to_be_no_digit(palote: Palote, tmp_path: Path) -> None:
    picture = tmp_path / "number.png"
    cv2.imwrite(str(picture), written("2853"))
    ask = ("read", str(picture), "--pattern")
    assert palote(*ask, "####").out.startswith("2853 ")
    assert palote(*ask, "######").out.rstrip().endswith("(no number that fits ######)")
