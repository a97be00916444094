"""Digits that are moved together meet where their ink does."""

import numpy as np
import pytest

from palote.train.contact import Edge
from palote.train.glyphs import Glyph


def stroke(*points: tuple[float, float]) -> Glyph:
    return Glyph(np.array([(x, y, 0) for x, y in points], np.float32))


def test_ink_meets_ink_and_not_the_rectangles():
    """A 1 goes under the bar of a 7 as far as its slanted stroke lets it."""
    edge = Edge(pen=0.1)
    edge.add(stroke((0, -1), (0.6, -1), (0.2, 0)))
    tall, small = stroke((2, -1), (2, 0)), stroke((2, -0.4), (2, 0))
    assert edge.meets(tall) == pytest.approx(0.6 + 0.1 - 2, abs=0.03)
    under = edge.meets(small)
    assert under == pytest.approx(0.6 - 2), "it stays at the edge: half of it is 0 wide"
    wide = stroke((2, -0.2), (2.6, 0))
    assert edge.meets(wide) == pytest.approx(0.3 + 0.1 - 2, abs=0.03), "the stroke, there"
    wider = stroke((2, 0), (3.6, 0))
    assert edge.meets(wider) == pytest.approx(0.2 + 0.1 - 2, abs=0.06)
    assert edge.meets(stroke((2, 0.5), (2.6, 0.5))) == 0, "nothing is at that height"


def test_strokes_apart_in_height_do_not_meet():
    edge = Edge(pen=0.05)
    edge.add(stroke((0, -1), (0.5, -1)))
    assert edge.meets(stroke((1, 0), (1.5, 0))) == 0


def test_a_picture_has_its_ink_for_an_outline():
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 10:12] = 255  # a bar at the left of a wide box
    picture[23, 10:20] = 255
    glyph = Glyph(np.array([(0, -1, 0), (0.5, 0, 0)], np.float32), picture, (10, 4, 10, 20))
    edge = Edge(pen=0.02)
    edge.add(glyph)
    high = stroke((1, -0.9), (1.5, -0.5))
    assert edge.meets(high) == pytest.approx(0.5 - 0.25 - 1, abs=0.03), "half of it nested"
    low = stroke((1, -0.02), (1.5, -0.02))
    assert edge.meets(low) == pytest.approx(0.5 + 0.02 - 1, abs=0.03)
