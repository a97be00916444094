"""Drawing, samples and small changes: without Keras."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palote import Settings, data
from palote.errors import DataError
from palote.ink import find_digit
from palote.model import catalog
from palote.model.engine import open_engine
from palote.train import draw, kinds, samples, schooled, signs

SMALL = samples.Recipe(count=500, chunk=250)


@pytest.fixture(scope="module")
def own(datasets: Path) -> Settings:
    return Settings(datasets=datasets)


@pytest.fixture(scope="module")
def made(own: Settings, tmp_path_factory: pytest.TempPathFactory) -> samples.Samples:
    return samples.make(SMALL, 1, tmp_path_factory.mktemp("samples"), own, workers=1)


def test_samples_hold_every_class(made: samples.Samples):
    assert made.patches.shape == (500, 28, 28) and made.patches.dtype == np.uint8
    counts = np.bincount(made.labels, minlength=11)
    assert len(counts) == 11 and counts.min() > 10


def test_samples_are_the_same_for_the_same_seed(
    made: samples.Samples, own: Settings, tmp_path: Path
):
    again = samples.make(SMALL, 1, tmp_path, own, workers=1)
    assert (again.patches == made.patches).all() and (again.labels == made.labels).all()


def test_missing_data_is_told_before_any_process_starts(tmp_path: Path):
    with pytest.raises(DataError, match="PALOTE_DATA"):
        samples.make(SMALL, 1, tmp_path, Settings(), workers=1)


def test_a_stopped_run_takes_what_is_there(own: Settings, tmp_path: Path):
    first = samples.make(samples.Recipe(count=100, chunk=100), 2, tmp_path, own, workers=1)
    finished = next(tmp_path.glob("2-*.npz")).stat().st_mtime_ns
    seen: list[tuple[int, int]] = []
    recipe = samples.Recipe(count=200, chunk=100)
    both = samples.make(
        recipe, 2, tmp_path, own, workers=1, progress=lambda a, b: seen.append((a, b))
    )
    assert seen == [(2, 2)]
    assert (both.patches[:100] == first.patches).all()
    assert (tmp_path / "2-0000.npz").stat().st_mtime_ns == finished


@pytest.fixture
def stock(own: Settings) -> Iterator[object]:
    samples._start(own)
    yield samples._stock
    samples._stock = None


@pytest.mark.parametrize("kind", kinds.MAKERS)
def test_every_kind_makes_patches(stock: kinds.Stock, kind: str):
    rng = np.random.default_rng(3)
    found = [pair for _ in range(12) for pair in kinds.MAKERS[kind](stock, rng)]
    assert len(found) >= 6
    outliers = kind in ("symbol", "scribble", "merged", "shape", "blot", "sign", "letter")
    for patch, label in found:
        assert patch.shape == (28, 28) and 0 <= patch.min() and patch.max() <= 1
        assert label == kinds.NONE if outliers else 0 <= label <= kinds.NONE


def test_closing_samples_hold_no_stroke_that_could_be_a_one(own: Settings, tmp_path: Path):
    recipe = replace(samples.Recipe.closing(250), chunk=250)
    closing = samples.make(recipe, 5, tmp_path, own, workers=1)
    assert np.bincount(closing.labels, minlength=11).min() > 3
    for patch in closing.patches[closing.labels == kinds.NONE]:
        assert not signs.could_be_one(patch / np.float32(255))


def _patch(points: np.ndarray, width: float = 12) -> np.ndarray:
    ink = draw.paint(points, 200, width)
    (found,) = find_digit(draw.canvas(np.pad(ink, 20), dark=True))
    return found.patch


def test_what_could_be_a_one():
    rng = np.random.default_rng(4)
    ones = [signs.could_be_one(_patch(signs.upright_stroke(rng))) for _ in range(60)]
    assert np.mean(ones) > 0.9, "all but a few that are bowed"
    lying = np.array([[0, 0, 0], [9, 1, 0]], np.float32)
    seven = np.array([[0, 0, 0], [6, 0, 0], [3, 9, 0]], np.float32)
    ring = np.array([[np.cos(a), np.sin(a), 0] for a in np.linspace(0, 6.3, 30)], np.float32)
    assert not any(signs.could_be_one(_patch(one)) for one in (lying, seven, ring))


def test_a_flag_sinks_and_a_bar_lies():
    """What tells a 1 from a 7, as schools teach them: how the pen comes to its highest corner."""
    rng = np.random.default_rng(6)
    sinks: dict[int, list[float]] = {1: [], 7: []}
    crossed = 0
    for digit in 200 * (1, 7):
        points = schooled.schooled(digit, rng)
        first = points[points[:, 2] == 0]
        corner = int(np.argmax(np.hypot(first[:, 0] + 9, first[:, 1] - 9)))
        before = first[: corner + 1]
        left, top = before[np.argmin(before[:, 0])], first[corner]
        sinks[digit].append(np.degrees(np.arctan2(left[1] - top[1], top[0] - left[0])))
        crossed += digit == 7 and points[-1, 2] > 0
    assert min(sinks[1]) > 25 > 20 > np.quantile(sinks[7], 0.9)
    assert 0.45 < crossed / 200 < 0.75


@pytest.mark.parametrize("digit", schooled.SHARES)
def test_rarer_forms_stand_on_the_line(digit: int):
    """Each is as high as any digit, and hangs together, or nearly: a hook's bar may stand off."""
    rng = np.random.default_rng(digit)
    for _ in range(100):
        points = schooled.schooled(digit, rng)
        assert points.dtype == np.float32 and np.isfinite(points).all()
        assert np.ptp(points[:, 1]) == pytest.approx(1, abs=0.35)
        assert points[:, 1].max() == pytest.approx(0, abs=0.35)
        assert np.ptp(points[:, 0]) < 1.8
        first, others = points[points[:, 2] == 0, :2], points[points[:, 2] > 0, :2]
        if len(others):
            apart = np.hypot(*(first[:, None] - others[None]).transpose(2, 0, 1)).min()
            assert apart < 0.15


@pytest.mark.parametrize("digit", [0, 4, 5, 7, 8])
def test_rarer_forms_are_still_that_digit(digit: int):
    """The shipped network was not shown these forms by themselves; these it reads all the same."""
    rng = np.random.default_rng(10 + digit)
    patches = np.stack([_patch(schooled.schooled(digit, rng)) for _ in range(60)])
    logits = open_engine(catalog.find(catalog.SHIPPED, Settings()))(patches).logits
    assert (logits[:, :10].argmax(axis=1) == digit).mean() > 0.9


def test_every_sign_can_be_drawn():
    rng = np.random.default_rng(1)
    for _ in range(150):
        points = signs.sign(rng)
        assert points.dtype == np.float32 and points.shape[1] == 3 and np.isfinite(points).all()
        assert 0.3 < np.ptp(points[:, :2], axis=0).max() < 3


def test_letters_fill_their_picture():
    rng = np.random.default_rng(1)
    for _ in range(20):
        ink = signs.letter(rng)
        assert ink.dtype == np.float32 and 0.02 < ink.mean() < 0.8
        assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()
        assert max(ink.shape) < signs.SHEET, "none is cut off at the edge of its sheet"


def test_validation_writers_are_never_trained_on(own: Settings):
    apart = set(data.pen("validation", own).writers)
    apart |= set(data.pen_symbols("validation", own).writers)
    assert len(apart) == 20
    assert not apart & set(data.pen("train", own).writers)
    assert not apart & set(data.pen_symbols("train", own).writers)


def test_kept_mnist_is_not_in_the_stock(stock: kinds.Stock, own: Settings):
    assert len(stock.digits.labels) == 60_000 - data.HELD_OUT


def test_paint_has_the_width_and_size_asked_for():
    line = np.array([[0, 0, 0], [0, 50, 0]], np.float32)
    ink = draw.paint(line, 100, 9)
    assert abs((ink > 0.5).any(axis=1).sum() - 109) <= 2
    assert abs((ink[50] > 0.5).sum() - 9) <= 1


def test_place_cuts_what_is_too_large():
    rng = np.random.default_rng(0)
    assert draw.place(np.ones((50, 10), np.float32), 20, 30, rng).shape == (20, 30)
    assert draw.place(np.ones((5, 10), np.float32), 20, 30, rng).sum() == 50
