"""Where everything is: inside the window, apart from each other, at any size."""

from __future__ import annotations

from itertools import combinations

import pytest

from palote.surfaces.webcam.layout import SIZE, Rect, fitted, layout

WINDOWS = [SIZE, (1920, 1080), (700, 900), (520, 312), (3840, 2160), (1000, 400)]
FRAMES = [(640, 480), (1280, 720), (480, 640), (28, 28), (1280, 13)]


def boxes(places) -> dict[str, Rect]:
    found = {name: getattr(places, name) for name in ("stage", "answer", "ink", "heading", "info")}
    found |= {name: getattr(places, name) for name in ("collection", "hints")}
    found |= {f"bar {n}": bar for n, bar in enumerate(places.bars)}
    return found | {f"count {n}": count for n, count in enumerate(places.counts)}


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def apart(a: Rect, b: Rect) -> bool:
    return (
        a.x + a.width <= b.x
        or b.x + b.width <= a.x
        or a.y + a.height <= b.y
        or b.y + b.height <= a.y
    )


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_overlaps_and_nothing_is_outside(window, frame):
    places = layout(window, frame)
    found = boxes(places)
    for name, box in found.items():
        assert min(box.width, box.height) > 0, name
        assert inside(box, Rect(0, 0, *window)), name
    for (a, box), (b, other) in combinations(found.items(), 2):
        assert apart(box, other), (a, b)
    assert inside(places.frame, places.stage)
    assert places.ink.width == places.ink.height


@pytest.mark.parametrize("window", [(1, 1), (200, 100), (100, 900)])
def test_a_tiny_window_breaks_nothing(window):
    for name, box in boxes(layout(window, (640, 480))).items():
        assert min(box.width, box.height) > 0, name


def test_a_cameras_picture_is_shown_point_by_point():
    assert layout(SIZE, (640, 480)).frame[2:] == (640, 480)


@pytest.mark.parametrize("frame", FRAMES)
def test_proportions_are_kept(frame):
    room = Rect(10, 20, 600, 400)
    found = fitted(frame, room)
    assert found.width / found.height == pytest.approx(frame[0] / frame[1], rel=0.15)
    assert inside(found, room)
    assert found.width == room.width or found.height == room.height
    assert abs((found.x - room.x) - (room.x + room.width - found.x - found.width)) <= 1
