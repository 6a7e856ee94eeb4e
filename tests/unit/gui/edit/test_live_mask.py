"""The mask on the screen: threshold, what is painted and erased, strokes that are taken back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from fashion_studio.domain.edits import PaintedMask
from fashion_studio.gui.canvas.photo_image import build_photo_image
from fashion_studio.gui.edit.live_mask import LiveMask
from fashion_studio.imaging.brush import Brush

pytestmark = pytest.mark.gui
WIDTH, HEIGHT = 1200, 800
HARD = Brush(60.0, hardness=1.0)


@pytest.fixture
def live(qapp):
    photo = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    mask = LiveMask(build_photo_image(photo, (WIDTH, HEIGHT)))
    base = np.zeros((80, 120), np.uint8)
    base[20:60, 20:60] = 255
    base[20:60, 60:100] = 153  # 0.6
    mask.set_base(base)
    return mask


def inside(live, threshold, x, y):
    return live.outline(threshold).contains(QPointF(x, y))


def test_the_outline_is_where_the_mask_reaches_the_threshold_in_pixels_of_the_photo(live):
    assert inside(live, 0.5, 400, 400)
    assert inside(live, 0.5, 800, 400)
    assert not inside(live, 0.7, 800, 400)
    assert inside(live, 0.7, 400, 400)
    rect = live.outline(0.7).boundingRect()
    assert rect.left() == pytest.approx(200, abs=6)
    assert rect.right() == pytest.approx(600, abs=6)


def test_strokes_add_and_erase_and_a_dropped_one_leaves_nothing(live):
    live.begin(1100, 700, HARD)
    assert live.is_painting
    assert inside(live, 0.5, 1100, 700)
    painted, erased = live.end()
    assert painted.any()
    assert not erased.any()
    live.begin(400, 400, Brush(60.0, hardness=1.0, erases=True))
    assert not inside(live, 0.5, 400, 400)
    live.drop()
    assert inside(live, 0.5, 400, 400)
    assert inside(live, 0.5, 1100, 700)


def test_what_is_stored_with_the_edit_is_shown_again(live):
    stroke = np.zeros((40, 60), np.float32)
    stroke[30:38, 50:58] = 1.0
    live.set_painted(PaintedMask.from_array(stroke), None)
    assert inside(live, 0.5, 1080, 680)
    live.set_painted(None, None)
    assert not inside(live, 0.5, 1080, 680)


def test_a_stroke_under_way_is_not_disturbed_by_an_answer(live):
    live.begin(1100, 700, HARD)
    live.set_painted(None, None)
    assert inside(live, 0.5, 1100, 700)
    assert live.end() is not None


def test_without_a_mask_there_is_no_outline(live):
    live.set_base(None)
    assert live.outline(0.0).isEmpty()
