"""Names beside marks: inside the widget, off each other while there is room."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from fashion_studio.gui.canvas.plates import MARK_REACH_PX, place_plates

INSIDE = QRectF(4, 4, 860, 780)
SIZE = QSizeF(60, 18)


def test_left_names_stand_left_and_right_names_right():
    left, right = place_plates(
        [(QPointF(300, 300), SIZE, "left"), (QPointF(500, 300), SIZE, "right")], INSIDE
    )
    assert left.right() < 300 - MARK_REACH_PX
    assert right.left() > 500 + MARK_REACH_PX


def test_neighbouring_names_do_not_cover_each_other_or_a_mark():
    marks = [(QPointF(300, 300 + 22 * n), SIZE, "left") for n in range(3)]
    marks += [(QPointF(330, 310), SIZE, "right")]
    plates = place_plates(marks, INSIDE)
    for first, second in combinations(plates, 2):
        assert not first.intersects(second)
    for plate in plates:
        for center, _, _ in marks:
            assert not plate.contains(center)


@given(st.lists(st.tuples(st.floats(10, 850), st.floats(10, 770)), min_size=1, max_size=8))
def test_a_name_stays_inside_when_its_mark_is(spots):
    marks = [(QPointF(x, y), SIZE, "left" if n % 2 else "right") for n, (x, y) in enumerate(spots)]
    for plate in place_plates(marks[:1], INSIDE):
        assert INSIDE.adjusted(-1, -1, 1, 1).contains(plate)
