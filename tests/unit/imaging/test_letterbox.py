"""Fitting photos into the network's square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.letterbox import letterbox, letterbox_frame, resize

sides = st.integers(min_value=1, max_value=4000)


@given(width=sides, height=sides, side=st.integers(1, 640), x=st.floats(0, 1), y=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_points_come_back_where_they_were(width, height, side, x, y) -> None:
    fitted_width, fitted_height, frame = letterbox_frame(width, height, side)
    point = np.array([x * width, y * height])
    inside = frame.apply(point)
    assert np.allclose(frame.inverse().apply(inside), point, atol=1e-6 * max(width, height))
    assert -1e-6 <= inside[0] - frame.shift_x <= fitted_width + 1e-6
    assert -1e-6 <= inside[1] - frame.shift_y <= fitted_height + 1e-6


@given(width=sides, height=sides, side=st.integers(1, 640))
@settings(max_examples=200, deadline=None)
def test_the_long_side_fills_the_square_and_the_rest_is_centred(width, height, side) -> None:
    fitted_width, fitted_height, frame = letterbox_frame(width, height, side)
    assert max(fitted_width, fitted_height) == side
    assert min(fitted_width, fitted_height) >= 1
    for shift, fitted in ((frame.shift_x, fitted_width), (frame.shift_y, fitted_height)):
        left_over = side - fitted
        assert shift in {left_over // 2, (left_over + 1) // 2}
    if min(fitted_width, fitted_height) > 1:
        assert abs(fitted_width / fitted_height - width / height) <= (
            (width / height) * (1.0 / fitted_width + 1.0 / fitted_height)
        )


@given(
    width=st.integers(1, 90), height=st.integers(1, 90), side=st.integers(1, 64), seed=st.integers(0, 2**31)
)
@settings(max_examples=60, deadline=None)
def test_boxes_round_trip_and_bars_have_the_fill(width, height, side, seed) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    square, frame = letterbox(image, side, fill=(1, 2, 3))
    assert square.shape == (side, side, 3)
    assert not np.shares_memory(square, image)
    placed = frame.apply_box(Box(0, 0, width, height))
    outside = np.ones((side, side), dtype=bool)
    outside[round(placed.y) : round(placed.bottom), round(placed.x) : round(placed.right)] = False
    assert (square[outside] == (1, 2, 3)).all()
    back = frame.inverse().apply_box(placed)
    assert np.allclose(back.as_tuple(), (0, 0, width, height), atol=1e-6)


@pytest.mark.parametrize(("size", "side"), [((600, 400), 160), ((300, 500), 224), ((50, 40), 200)])
def test_a_mark_in_the_photo_lies_where_the_map_says(size, side) -> None:
    width, height = size
    image = np.zeros((height, width, 3), dtype=np.uint8)
    centre = np.array([width * 0.3, height * 0.7])
    ys, xs = np.mgrid[0:height, 0:width] + 0.5
    blob = np.exp(-((xs - centre[0]) ** 2 + (ys - centre[1]) ** 2) / (2 * (min(size) / 12) ** 2))
    image[..., :] = (blob * 255).astype(np.uint8)[..., None]
    square, frame = letterbox(image, side, fill=(0, 0, 0))
    weights = square[..., 0].astype(np.float64)
    ys, xs = np.mgrid[0:side, 0:side] + 0.5
    found = np.array([(xs * weights).sum(), (ys * weights).sum()]) / weights.sum()
    assert np.allclose(found, frame.apply(centre), atol=0.1)


def test_the_same_size_is_kept_pixel_by_pixel() -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    square, frame = letterbox(image, 64)
    assert (square == image).all()
    assert (frame.scale_x, frame.scale_y, frame.shift_x, frame.shift_y) == (1.0, 1.0, 0.0, 0.0)


def test_a_thread_thin_photo_still_leaves_a_line() -> None:
    image = np.full((1, 4000, 3), 200, dtype=np.uint8)
    square, _ = letterbox(image, 32, fill=(0, 0, 0))
    assert (square.max(axis=(1, 2)) == 200).sum() == 1


def test_shrinking_averages_instead_of_picking() -> None:
    checks = (np.indices((256, 256)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = resize(checks, 32, 32)
    assert abs(int(small.mean()) - 127) <= 1
    assert small.std() < 2


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(image) -> None:
    with pytest.raises(ValueError, match=r"needed|cannot fit"):
        letterbox(image, 8)
