"""Working on the canvas with mouse and keys: what is reported, and when."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.gui.canvas.gestures import Tool
from fashion_studio.gui.canvas.heat import premultiplied_table
from fashion_studio.gui.canvas.layers import HeatSource, heat_image
from fashion_studio.gui.canvas.marks import merged_marks
from fashion_studio.gui.canvas.photo_canvas import PhotoCanvas
from fashion_studio.gui.canvas.photo_image import build_photo_image
from fashion_studio.gui.canvas.surface import ShownLayers
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.imaging.colormaps import colormap

WIDTH, HEIGHT = 600, 800
PLACES = {"left_collar": (200.0, 100.0), "right_collar": (400.0, 100.0), "left_hem": (150.0, 700.0)}


@pytest.fixture
def canvas(qtbot, studio):
    widget = PhotoCanvas()
    qtbot.addWidget(widget)
    widget.resize(868, 788)
    widget.show()
    pixels = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    widget.show_photo(build_photo_image(pixels, (WIDTH, HEIGHT)))
    own = {name: Landmark(name, x, y) for name, (x, y) in PLACES.items()}
    widget.set_marks(merged_marks(studio, "dress", own, ()), studio.skeleton)
    return widget


@pytest.fixture
def edits(canvas):
    found = []
    canvas.landmark_edited.connect(found.append)
    canvas.box_edited.connect(found.append)
    return found


def at(canvas, x, y):
    return canvas.frame.to_view(x, y).toPoint()


def drag(canvas, start, end, button=Qt.MouseButton.LeftButton):
    QTest.mousePress(canvas, button, pos=start)
    for step in (0.3, 0.6, 1.0):
        point = QPointF(start) + (QPointF(end) - QPointF(start)) * step
        QTest.mouseMove(canvas, point.toPoint())
    QTest.mouseRelease(canvas, button, pos=end)


def wheel(canvas, point, turned):
    event = QWheelEvent(
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    canvas.wheelEvent(event)


def test_a_drag_is_one_edit_at_the_release(canvas, edits):
    start, end = at(canvas, 200, 100), at(canvas, 260, 180)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, end)
    assert edits == []
    assert canvas.selected_mark.x == pytest.approx(260, abs=1.5)  # already shown there
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    assert len(edits) == 1
    assert edits[0].name == "left_collar"
    assert (edits[0].x, edits[0].y) == pytest.approx((260, 180), abs=1.5)


def test_a_click_on_a_mark_only_selects_it(canvas, edits, qtbot):
    with qtbot.waitSignal(canvas.mark_selected) as told:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 150, 700))
    assert told.args == ["left_hem"]
    assert edits == []


def test_a_mark_cannot_be_dragged_off_the_photo(canvas, edits):
    drag(canvas, at(canvas, 150, 700), QPoint(2, 780))
    assert (edits[0].x, edits[0].y) == (0.0, HEIGHT)


def test_escape_takes_a_drag_back(canvas, edits):
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 200, 100))
    QTest.mouseMove(canvas, at(canvas, 300, 300))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 300, 300))
    assert edits == []
    assert canvas.selected_mark.x == 200.0


@pytest.mark.parametrize(
    ("modifier", "step"),
    [
        (Qt.KeyboardModifier.NoModifier, 1.0),
        (Qt.KeyboardModifier.ShiftModifier, 10.0),
        (Qt.KeyboardModifier.AltModifier, 0.1),
    ],
)
def test_arrows_nudge_the_selected_mark(canvas, edits, modifier, step):
    canvas.select_mark("left_collar")
    QTest.keyClick(canvas, Qt.Key.Key_Right, modifier)
    QTest.keyClick(canvas, Qt.Key.Key_Up, modifier)
    assert [(edit.x, edit.y) for edit in edits] == [
        pytest.approx((200 + step, 100)),
        pytest.approx((200 + step, 100 - step)),
    ]


def test_a_held_arrow_is_one_edit(canvas, edits):
    canvas.select_mark("left_collar")
    for _ in range(5):
        QTest.keyPress(canvas, Qt.Key.Key_Right)
    assert edits == []
    QTest.keyRelease(canvas, Qt.Key.Key_Right)
    assert [edit.x for edit in edits] == [205.0]


def test_visibility_goes_round(canvas, edits):
    canvas.select_mark("left_collar")
    for _ in range(3):
        canvas.cycle_visibility()
    seen = [edit.visibility for edit in edits]
    assert seen == [Visibility.OCCLUDED, Visibility.ABSENT, Visibility.VISIBLE]


def test_the_landmark_tool_places_what_is_missing(canvas, edits):
    canvas.set_tool(Tool.LANDMARK)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 320, 420))
    assert len(edits) == 1
    assert edits[0].name == "left_sleeve"  # the first of the vocabulary that is not set
    assert (edits[0].x, edits[0].y) == pytest.approx((320, 420), abs=1.5)
    assert edits[0].visibility is Visibility.VISIBLE


def test_the_box_tool_draws_and_shapes(canvas, edits):
    canvas.set_tool(Tool.BOX)
    drag(canvas, at(canvas, 100, 80), at(canvas, 500, 720))
    assert len(edits) == 1
    assert edits[0].as_tuple() == pytest.approx((100, 80, 400, 640), abs=3)
    canvas.set_box(Box(100, 80, 400, 640), by_person=True)
    drag(canvas, at(canvas, 500, 720), at(canvas, 450, 600))
    assert edits[1].as_tuple() == pytest.approx((100, 80, 350, 520), abs=3)
    canvas.set_box(Box(100, 80, 350, 520), by_person=True)
    drag(canvas, at(canvas, 200, 80), at(canvas, 230, 110))  # its edge moves all of it
    assert edits[2].as_tuple() == pytest.approx((130, 110, 350, 520), abs=3)


def test_a_click_with_the_box_tool_draws_nothing(canvas, edits):
    canvas.set_tool(Tool.BOX)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 300, 300))
    assert edits == []
    assert canvas.box is None


def test_the_wheel_zooms_to_the_pointer(canvas):
    point = at(canvas, 150, 700)
    wheel(canvas, point, 240)
    assert canvas.zoom > 0.9
    place = canvas.frame.to_view(150, 700)
    assert (place.x(), place.y()) == pytest.approx((point.x(), point.y()), abs=2)
    assert not canvas.frame.fitted


def test_the_middle_button_and_the_hand_pan(canvas, edits):
    canvas.zoom_one_to_one()
    before = canvas.frame
    drag(canvas, QPoint(400, 400), QPoint(430, 380), Qt.MouseButton.MiddleButton)
    assert (canvas.frame.shift_x - before.shift_x, canvas.frame.shift_y - before.shift_y) == (30, -20)
    canvas.set_tool(Tool.HAND)
    drag(canvas, at(canvas, 200, 100), at(canvas, 200, 100) + QPoint(-10, 5))
    assert canvas.frame.shift_x - before.shift_x == 20
    assert edits == []


def test_fit_follows_the_size_and_zoom_does_not(canvas):
    assert canvas.frame.fitted
    canvas.resize(600, 500)
    assert canvas.frame.photo_rect(WIDTH, HEIGHT).height() == pytest.approx(500 - 104, abs=1)
    canvas.zoom_one_to_one()
    canvas.resize(700, 600)
    assert canvas.zoom == 1.0


def test_nothing_can_be_edited_in_a_read_only_project(canvas, edits):
    canvas.set_editable(False)
    canvas.select_mark("left_collar")
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    canvas.cycle_visibility()
    drag(canvas, at(canvas, 200, 100), at(canvas, 260, 180))
    assert edits == []


def heat(key, value=1.0):
    scale = 224 / HEIGHT
    to_input = Affine(scale, scale, (224 - WIDTH * scale) / 2, 0.0)
    field = np.full((7, 7), value, np.float32)
    return HeatSource((key,), field, to_input, 224, premultiplied_table(colormap("magma")))


def painted(canvas):
    return canvas.grab().toImage().pixelColor(canvas.frame.to_view(300, 300).toPoint()).rgb()


def test_a_heat_map_is_seen_and_goes(canvas):
    plain = painted(canvas)
    canvas.set_heat(heat("a"))
    assert painted(canvas) != plain
    canvas.set_shown(ShownLayers(heat=False))
    assert painted(canvas) == plain


def test_the_heat_maps_that_were_looked_at_last_are_kept(canvas):
    seen, size = heat("a"), (WIDTH, HEIGHT)
    canvas.set_heat(seen)
    painted(canvas)
    image = heat_image(seen, size, canvas.fit_size(size))
    for number in range(60):
        canvas.keep_heat(heat(number), image)
        painted(canvas)
    assert canvas.has_heat(seen, size)
    assert canvas.has_heat(heat(59), size)
    assert not canvas.has_heat(heat(5), size)


def test_maps_cross_fade_but_not_with_reduced_motion(canvas, qtbot, monkeypatch):
    canvas.set_heat(heat("a"))
    assert canvas._heat_layer.fade == 1.0  # the first one is simply there
    canvas.set_heat(heat("b"))
    assert canvas._heat_layer.fade < 1.0
    qtbot.waitUntil(lambda: canvas._heat_layer.fade == 1.0)
    monkeypatch.setattr(current_theme(), "reduced_motion", True)
    canvas.set_heat(heat("c"))
    assert canvas._heat_layer.fade == 1.0


def test_the_next_photo_has_nothing_of_the_last(canvas):
    canvas.set_heat(heat("a"))
    canvas.zoom_one_to_one()
    pixels = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
    canvas.show_photo(build_photo_image(pixels, (WIDTH, HEIGHT)))
    assert canvas.heat is None
    assert canvas.frame.fitted
