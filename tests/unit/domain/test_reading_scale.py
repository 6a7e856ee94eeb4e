from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import LandmarkPrediction, Maps, Prediction, Reading
from fashion_studio.domain.reading_scale import scaled_reading

SIDES = st.integers(1, 5000)


def reading(width_px: int, height_px: int, *, box: Box | None = None, maps: Maps | None = None) -> Reading:
    landmarks = (LandmarkPrediction("hem", width_px / 4, height_px / 2, Visibility.VISIBLE, 0.9),)
    return Reading(Prediction("m", width_px, height_px, "cpu", {}, (), {}, (), box, landmarks), maps)


@given(SIDES, SIDES, SIDES, SIDES)
def test_points_and_boxes_keep_their_relative_place(
    width: int, height: int, full_w: int, full_h: int
) -> None:
    small = reading(width, height, box=Box(0, height / 4, width / 2, height / 2))
    full = scaled_reading(small, full_w, full_h).prediction
    assert (full.width_px, full.height_px) == (full_w, full_h)
    np.testing.assert_allclose((full.landmarks[0].x, full.landmarks[0].y), (full_w / 4, full_h / 2))
    assert full.box is not None
    np.testing.assert_allclose(full.box.as_tuple(), (0, full_h / 4, full_w / 2, full_h / 2))


@given(SIDES, SIDES, SIDES, SIDES)
def test_the_way_into_the_maps_leads_to_the_same_place(w: int, h: int, full_w: int, full_h: int) -> None:
    maps = Maps(
        {}, np.zeros((8, 2, 2), np.float32), np.zeros((2, 2), np.float32), Affine(2.0, 3.0, 5.0, 7.0), 256
    )
    scaled = scaled_reading(reading(w, h, maps=maps), full_w, full_h).maps
    assert scaled is not None
    corners = np.array([[0.0, 0.0], [1.0, 1.0]])
    before = maps.to_input.apply(corners * (w, h))
    np.testing.assert_allclose(
        scaled.to_input.apply(corners * (full_w, full_h)), before, rtol=1e-9, atol=1e-9
    )


def test_a_reading_of_the_right_size_is_left_alone() -> None:
    same = reading(30, 40)
    assert scaled_reading(same, 30, 40) is same


def test_no_box_stays_no_box() -> None:
    assert scaled_reading(reading(3, 4), 6, 8).prediction.box is None
