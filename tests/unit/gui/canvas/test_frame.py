"""Where the photo lies: fit, zoom to the pointer, and never out of sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from fashion_studio.gui.canvas.frame import (
    MARGIN_Y_PX,
    MAX_ZOOM,
    ViewFrame,
    fit_frame,
    kept_in_view,
    zoomed_at,
)

sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))
views = st.tuples(st.floats(240, 3000), st.floats(240, 2000))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_fit_leaves_the_margins_of_the_floating_bars(ratio):
    frame = fit_frame((3000, 4000), (868, 788), ratio)
    rect = frame.photo_rect(3000, 4000)
    assert rect.top() == pytest.approx(MARGIN_Y_PX, abs=0.51)
    assert rect.height() == pytest.approx(788 - 2 * MARGIN_Y_PX, abs=0.01)
    assert (rect.left() * ratio) == pytest.approx(round(rect.left() * ratio))  # on a device pixel
    assert frame.fitted


@given(sizes, views, st.sampled_from([1.0, 1.5, 2.0]))
def test_a_fitted_photo_keeps_its_proportions_and_stays_inside(size, view, ratio):
    rect = fit_frame(size, view, ratio).photo_rect(*size)
    assert rect.width() / rect.height() == pytest.approx(size[0] / size[1])
    assert rect.left() >= -1
    assert rect.right() <= view[0] + 1
    assert rect.bottom() <= view[1] + 1


@given(st.floats(0.05, 5), st.floats(0.05, 30), st.floats(0, 800), st.floats(0, 700))
def test_zoom_keeps_the_point_under_the_pointer(scale, wanted, x, y):
    before = ViewFrame(scale, 12.0, -30.0)
    anchor = QPointF(x, y)
    after = zoomed_at(before, wanted, anchor, 1.0)
    image_x, image_y = before.to_image(anchor)
    place = after.to_view(image_x, image_y)
    assert place.x() == pytest.approx(x, abs=0.51)  # shifts are whole device pixels
    assert place.y() == pytest.approx(y, abs=0.51)
    assert after.scale <= MAX_ZOOM
    assert not after.fitted


def test_frames_go_there_and_back():
    frame = ViewFrame(0.37, 101.0, 52.0)
    point = frame.to_view(1234.5, 77.25)
    assert frame.to_image(point) == pytest.approx((1234.5, 77.25))


@given(st.floats(-9000, 9000), st.floats(-9000, 9000))
def test_a_piece_of_the_photo_always_stays_in_view(shift_x, shift_y):
    frame = kept_in_view(ViewFrame(1.0, shift_x, shift_y), (400, 500), (800, 600))
    rect = frame.photo_rect(400, 500)
    assert rect.left() <= 800 - 64
    assert rect.right() >= 64
    assert rect.top() <= 600 - 64
    assert rect.bottom() >= 64
