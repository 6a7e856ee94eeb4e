from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.domain.geometry import Affine, Box

scales = st.floats(0.05, 20)
shifts = st.floats(-5000, 5000)


@given(scales, scales, shifts, shifts, st.lists(st.tuples(shifts, shifts), min_size=1, max_size=5))
def test_inverse_leads_back(sx: float, sy: float, tx: float, ty: float, points: list) -> None:
    frame = Affine(sx, sy, tx, ty)
    np.testing.assert_allclose(frame.inverse().apply(frame.apply(np.array(points))), points, atol=1e-6)


def test_apply_leaves_its_argument_alone() -> None:
    points = np.zeros((2, 2))
    assert Affine(2, 3, 5, 7).apply(points).tolist() == [[5, 7], [5, 7]]
    assert points.tolist() == [[0, 0], [0, 0]]


def test_a_box_moves_with_its_frame() -> None:
    assert Affine(2, 0.5, 10, -1).apply_box(Box(1, 2, 3, 4)) == Box(12, 0, 6, 2)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(-5, -5, 10, 10), Box(0, 0, 5, 5)),
        (Box(90, 10, 50, 20), Box(90, 10, 10, 20)),
        (Box(200, 200, 5, 5), Box(100, 80, 0, 0)),
    ],
)
def test_a_box_is_clipped_to_the_image(box: Box, inside: Box) -> None:
    assert box.clipped(100, 80) == inside


def test_corners_may_come_in_any_order() -> None:
    assert Box.from_corners(10, 20, 4, 5) == Box(4, 5, 6, 15)
    assert Box(4, 5, 6, 15).as_tuple() == (4, 5, 6, 15)
    assert Box(4, 5, 6, 15).area == 90
