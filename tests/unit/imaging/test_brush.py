"""Strokes on a mask: where they reach, how they fade, what they take away, and that they stop at edges."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fashion_studio.imaging.brush import Brush, MaskPainter


def two_colors(height: int = 60, width: int = 80) -> np.ndarray:
    """Blue left of the middle, red right of it."""
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, : width // 2] = (30, 60, 200)
    photo[:, width // 2 :] = (200, 40, 40)
    return photo


def test_a_hard_dab_is_a_disc_of_its_radius():
    painter = MaskPainter(two_colors())
    painter.line((20.0, 30.0), (20.0, 30.0), Brush(8.0, hardness=1.0))
    assert set(np.unique(painter.painted)) == {0.0, 1.0}
    assert painter.painted.sum() == pytest.approx(np.pi * 8**2, rel=0.05)
    assert painter.painted[30, 20] == 1.0
    assert painter.painted[30, 29] == 0.0


def test_a_soft_dab_fades_from_its_middle_in_a_straight_line():
    painter = MaskPainter(two_colors())
    painter.line((20.5, 30.5), (20.5, 30.5), Brush(10.0, hardness=0.0))
    assert painter.painted[30, 20] == pytest.approx(1.0)
    assert painter.painted[30, 25] == pytest.approx(0.5)
    assert painter.painted[30, 30] == 0.0


def test_a_line_has_no_gaps_however_fast_the_hand_is():
    painter = MaskPainter(two_colors())
    painter.line((5.0, 10.0), (75.0, 50.0), Brush(3.0, hardness=1.0))
    along = np.linspace(0, 1, 200)
    xs, ys = (5 + 70 * along).astype(int), (10 + 40 * along).astype(int)
    assert (painter.painted[ys, xs] == 1.0).all()


def test_eraser_takes_away_what_was_painted_and_the_brush_what_was_erased():
    painter = MaskPainter(two_colors())
    brush = Brush(6.0, hardness=1.0)
    painter.line((20.0, 30.0), (20.0, 30.0), brush)
    painter.line((20.0, 30.0), (20.0, 30.0), Brush(6.0, hardness=1.0, erases=True))
    assert not painter.painted.any()
    assert painter.erased[30, 20] == 1.0
    painter.line((20.0, 30.0), (20.0, 30.0), brush)
    assert painter.painted[30, 20] == 1.0
    assert not painter.erased.any()


def test_a_snapping_brush_stays_on_its_side_of_an_edge():
    painter = MaskPainter(two_colors())
    painter.line((36.0, 30.0), (36.0, 30.0), Brush(12.0, hardness=1.0, snaps=True))
    assert painter.painted[30, 39] == 1.0
    assert not painter.painted[:, 40:].any()


def test_a_snapping_brush_does_not_jump_to_the_same_colour_beyond_a_gap():
    photo = two_colors()
    photo[:, 50:] = photo[0, 0]  # blue again, behind ten columns of red
    painter = MaskPainter(photo)
    painter.line((36.0, 30.0), (36.0, 30.0), Brush(20.0, hardness=1.0, snaps=True))
    assert painter.painted[30, 38] == 1.0
    assert not painter.painted[:, 50:].any()


def test_strokes_beside_the_photo_change_nothing_and_one_across_its_edge_is_cut():
    painter = MaskPainter(two_colors())
    painter.line((-40.0, -40.0), (-30.0, 200.0), Brush(6.0))
    assert not painter.painted.any()
    painter.line((0.0, 30.0), (0.0, 30.0), Brush(6.0, hardness=1.0, snaps=True))
    assert painter.painted[30, 0] == 1.0


def test_what_was_painted_at_another_size_is_carried_over():
    before = np.zeros((30, 40), np.float32)
    before[:, :20] = 1.0
    painter = MaskPainter(two_colors(), painted=before)
    assert painter.painted.shape == (60, 80)
    assert painter.painted[30, 10] == 1.0
    assert painter.painted[30, 70] == 0.0


def test_a_step_of_a_stroke_takes_milliseconds():
    rng = np.random.default_rng(1)
    painter = MaskPainter(rng.integers(0, 255, (384, 512, 3), dtype=np.uint8))
    brush = Brush(40.0, hardness=0.5, snaps=True)
    times = []
    for step in range(10):
        started = time.perf_counter()
        painter.line((100.0 + 12 * step, 150.0), (112.0 + 12 * step, 150.0), brush)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.015
