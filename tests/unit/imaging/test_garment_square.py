"""The square around a garment: specks left out, exact frame, fill beyond the photo."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.garment_square import garment_box, garment_frame, warp_to_square
from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB


def test_the_box_holds_all_pieces_but_specks() -> None:
    mask = np.zeros((100, 80), np.float32)
    mask[20:60, 10:30] = 1.0
    mask[70:80, 40:50] = 0.7
    mask[2, 2] = 1.0
    assert garment_box(mask) == Box(10, 20, 40, 60)


def test_no_garment_no_box() -> None:
    assert garment_box(np.full((50, 50), 0.4)) is None
    assert garment_box(np.eye(50) * np.eye(50)[0]) is None


def test_the_frame_is_a_square_around_the_boxs_middle() -> None:
    frame = garment_frame(Box(100, 40, 200, 100), 96, 0.1)
    corners = frame.apply(np.array([[200.0, 90.0], [80.0, -30.0], [320.0, 210.0]]))
    np.testing.assert_allclose(corners, [[48, 48], [0, 0], [96, 96]])


@pytest.mark.parametrize("scale", [1, 4])
def test_what_is_in_the_frame_comes_to_lie_in_the_square(scale: int) -> None:
    image = np.zeros((40 * scale, 60 * scale, 3), np.uint8)
    image[10 * scale : 30 * scale, 20 * scale : 40 * scale] = (200, 100, 50)
    frame = garment_frame(Box(20 * scale, 10 * scale, 20 * scale, 20 * scale), 40, 0.5)
    square = warp_to_square(image, frame, 40)
    assert square.shape == (40, 40, 3)
    np.testing.assert_array_equal(square[11:29, 11:29], np.full((18, 18, 3), (200, 100, 50), np.uint8))
    assert not square[1:9, 20].any()
    assert not square[20, 31:39].any()


def test_beyond_the_photo_there_is_fill_and_no_mask() -> None:
    image, mask = np.full((10, 10, 3), 7, np.uint8), np.full((10, 10), 255, np.uint8)
    frame = garment_frame(Box(0, 0, 10, 10), 20, 0.5)
    square, inside = warp_to_square(image, frame, 20), warp_to_square(mask, frame, 20)
    assert square[2, 2].tolist() == list(IMAGENET_MEAN_RGB)
    assert square[10, 10].tolist() == [7, 7, 7]
    assert inside[2, 2] == 0
    assert inside[10, 10] == 255
