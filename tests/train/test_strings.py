"""Composed lines: what is written, what the ink's road leaves of it, and many of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palote import Settings
from palote.errors import DataError
from palote.ink.level import CROP_HEIGHT
from palote.train import strings
from palote.train.compose import Sheet, sheet, write
from palote.train.glyphs import LineStock
from palote.train.grounds import picture_of
from palote.train.line_store import Lines
from palote.train.phrases import OTHER, SYMBOLS, phrase, taught


@pytest.fixture(scope="module")
def own(datasets: Path) -> Settings:
    return Settings(datasets=datasets)


@pytest.fixture(scope="module")
def stock(own: Settings) -> LineStock:
    return strings.stock_of(own)


def test_phrases_are_numbers_with_what_people_write_around_them():
    rng = np.random.default_rng(0)
    phrases = [phrase(rng) for _ in range(2000)]
    counts = [sum(mark.isdigit() for mark in text) for text in phrases]
    assert max(counts) == 12 and counts.count(0) > 5
    assert {mark for text in phrases for mark in text} >= set("0123456789 .,'-=/$*()+%")


def test_short_numbers_with_many_ones_are_among_the_phrases():
    rng = np.random.default_rng(11)
    phrases = [phrase(rng) for _ in range(3000)]
    short = [text for text in phrases if text.isdigit() and len(text) < 6]
    ones = [text.count("1") / len(text) for text in short]
    assert np.mean(np.array(ones) >= 0.5) > 0.2, "far more than by chance"


def test_narrow_digits_side_by_side_are_given_room(stock: LineStock):
    """Two plain 1s whose feet meet are a V."""
    rng = np.random.default_rng(12)
    heights = []
    for _ in range(60):
        line = write(stock, rng, "11")
        first, second = (np.nonzero(line.owner == mark) for mark in (1, 2))
        heights.append(np.ptp(second[0]) / np.ptp(first[0]))
        if max(np.ptp(first[1]), np.ptp(second[1])) < 0.15 * line.height:
            assert first[1].mean() + 0.04 * line.height < second[1].mean()
    assert max(heights) > 1.15 and min(heights) < 0.87, "of unlike length, at times"


@pytest.mark.parametrize(
    ("marks", "text"), [("xx500/-", "x500/-"), ("", ""), ("xxx", "x"), ("1x2xx", "1x2x")]
)
def test_a_stretch_of_no_digits_counts_once(marks: str, text: str):
    assert taught(marks) == text and set(taught(marks)) <= set(SYMBOLS)


def test_a_line_has_the_marks_that_were_asked_for(stock: LineStock):
    rng = np.random.default_rng(1)
    for _ in range(20):
        line = write(stock, rng, "$20.47,-")
        assert line.marks == f"{OTHER}20.47.-"
        assert line.ink.shape == line.owner.shape and line.ink.max() <= 1
        covered = set(np.unique(line.owner)) - {0}
        assert covered >= {2, 3, 5, 6}, "every digit has ink of its own"


def test_marks_stand_in_order(stock: LineStock):
    rng = np.random.default_rng(2)
    for _ in range(20):
        line = write(stock, rng, "1234")
        middles = [np.nonzero(line.owner == mark)[1].mean() for mark in range(1, 5)]
        assert middles == sorted(middles)


def test_the_same_seed_writes_the_same(stock: LineStock):
    one, two = (sheet(stock, np.random.default_rng(3)) for _ in range(2))
    assert one.lines == two.lines and np.array_equal(one.ink, two.ink)
    pictures = [picture_of(one, np.random.default_rng(4))[0] for _ in range(2)]
    assert np.array_equal(*pictures)


def test_pictures_have_the_size_of_their_sheets(stock: LineStock):
    rng = np.random.default_rng(5)
    boxed = 0
    for _ in range(40):
        drawn = sheet(stock, rng)
        picture, dark = picture_of(drawn, rng)
        assert picture.shape == drawn.ink.shape and picture.dtype == np.uint8
        boxed += drawn.boxed
        strokes = drawn.ink > 0.8
        if strokes.any() and drawn.boxed:
            assert dark and picture[strokes].mean() < picture[drawn.ink == 0].mean()
    assert boxed


def plain(owner: np.ndarray, lines: tuple[str, ...]) -> Sheet:
    ink = (owner > 0).astype(np.float32)
    height, width = owner.shape
    return Sheet(ink, owner, lines, 40, (0, 0, width, height))


def test_what_does_not_come_through_is_not_taught():
    """A dot that is not there is not in the text; half a digit leaves the line out."""
    owner = np.zeros((170, 260), np.int32)
    first, dot, last = np.s_[60:110, 60:70], np.s_[100:110, 80:90], np.s_[60:110, 100:110]
    owner[first], owner[dot], owner[last] = 1, 2, 3
    drawn = plain(owner, ("1.1",))
    picture = np.where(owner > 0, 0, 255).astype(np.uint8)

    def texts() -> list[str]:
        return [text for _, text in strings.through_ink(picture, True, drawn)]

    assert texts() == ["1.1"]
    picture[dot] = 255
    assert texts() == ["11"]
    picture[60:85, 100:110] = 255
    assert texts() == []
    picture[last] = 255
    assert texts() == ["1"]


def test_what_is_left_of_a_frame_and_looks_like_a_one_is_not_taught():
    """Whether it is a 1, nobody can tell; the sides of a comb's cells stand evenly."""
    owner = np.zeros((170, 560), np.int32)
    owner[60:110, 60:70], owner[60:64, 60:90], owner[60:110, 220:230] = 1, 1, 2
    drawn = plain(owner, ("71",))
    picture = np.where(owner > 0, 0, 255).astype(np.uint8)

    def texts() -> list[str]:
        return [text for _, text in strings.through_ink(picture, True, drawn)]

    assert texts() == ["71"]
    picture[60:110, 140:146] = 0
    assert texts() == [], "an upright that nobody wrote"
    picture[60:110, 300:306] = picture[60:110, 380:386] = 0
    assert texts() == ["71"], "three of them"
    picture[60:110, 300:306] = picture[60:110, 380:386] = picture[60:85, 140:146] = 255
    assert texts() == ["71"], "lower than a digit"


def test_two_lines_are_taught_each_by_itself():
    owner = np.zeros((200, 160), np.int32)
    owner[20:70, 20:30], owner[20:70, 60:70] = 1, 2
    owner[120:170, 20:30], owner[120:170, 60:70], owner[120:170, 100:110] = 3, 4, 5
    picture = np.where(owner > 0, 0, 255).astype(np.uint8)
    found = list(strings.through_ink(picture, True, plain(owner, ("11", "111"))))
    assert [text for _, text in found] == ["11", "111"]
    assert all(line.shape[0] == CROP_HEIGHT for line, _ in found)


@pytest.fixture(scope="module")
def made(own: Settings, tmp_path_factory: pytest.TempPathFactory) -> Lines:
    folder = tmp_path_factory.mktemp("lines")
    return strings.make(strings.Recipe(count=60, chunk=30), 1, folder, own, workers=1)


def test_lines_are_made_and_kept(made: Lines, own: Settings, tmp_path: Path):
    assert len(made) == 60 and made.strip.shape == (CROP_HEIGHT, made.widths.sum())
    assert {symbol for text in made.texts for symbol in text} <= set(SYMBOLS)
    assert sum(any(mark.isdigit() for mark in text) for text in made.texts) > 40
    assert all(made[i].shape[1] == made.widths[i] and made[i].max() > 100 for i in range(60))
    Lines.of([(made[i], made.texts[i]) for i in range(60)]).save(tmp_path / "lines.npz")
    again = Lines.load(tmp_path / "lines.npz")
    assert np.array_equal(again.strip, made.strip) and again.texts == made.texts
    assert again.some(7).texts == made.texts[:7] and len(again.some(7)[6]) == CROP_HEIGHT


def test_a_stopped_run_takes_what_is_there(own: Settings, tmp_path: Path):
    first = strings.make(strings.Recipe(count=10, chunk=10), 2, tmp_path, own, workers=1)
    finished = (tmp_path / "2-0000.npz").stat().st_mtime_ns
    seen: list[tuple[int, int]] = []
    both = strings.make(
        strings.Recipe(count=20, chunk=10),
        *(2, tmp_path, own),
        workers=1,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(2, 2)] and both.texts[:10] == first.texts
    assert (tmp_path / "2-0000.npz").stat().st_mtime_ns == finished


def test_missing_data_is_told_before_any_process_starts(tmp_path: Path):
    with pytest.raises(DataError, match="PALOTE_DATA"):
        strings.make(strings.Recipe(count=10), 1, tmp_path, Settings(), workers=1)


def test_validation_writers_are_not_in_the_stock(own: Settings, stock: LineStock):
    apart = strings.stock_of(own, validation=True)
    assert set(apart.pens.writers) and not set(apart.pens.writers) & set(stock.pens.writers)
    assert not set(apart.symbols.writers) & set(stock.symbols.writers)
    assert len(apart.digits.labels) == 5000 and len(stock.digits.labels) == 55000
    assert not np.shares_memory(apart.digits.pixels, stock.digits.pixels)
