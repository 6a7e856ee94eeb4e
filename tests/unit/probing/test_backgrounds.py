from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.probing.backgrounds import (
    FILLS,
    background_alone,
    background_name,
    with_background,
)
from fashion_studio.probing.records import Backdrop


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red garment before blue that gets brighter to the right."""
    image = np.zeros((120, 90, 3), np.uint8)
    image[..., 2] = np.linspace(60, 200, 90).astype(np.uint8)
    mask = np.zeros((120, 90), np.float32)
    mask[40:80, 30:60] = 1.0
    image[mask > 0] = (230, 10, 10)
    return image, mask


@pytest.mark.parametrize(("backdrop", "fill"), FILLS.items())
def test_the_garment_stays_and_the_rest_is_filled(
    scene: tuple[np.ndarray, np.ndarray], backdrop: Backdrop, fill: tuple[int, int, int]
) -> None:
    image, mask = scene
    made = with_background(image, mask, fill)
    assert (made[mask == 1] == image[mask == 1]).all()
    assert (made[mask == 0] == fill).all()
    assert background_name(backdrop) == f"on-{backdrop.value}"


def test_another_picture_of_any_size_comes_behind(scene: tuple[np.ndarray, np.ndarray]) -> None:
    image, mask = scene
    mask[0, 0] = 0.5
    made = with_background(image, mask, np.full((13, 400, 3), (10, 200, 30), np.uint8))
    assert made.shape == image.shape
    assert (made[50, 45] == image[50, 45]).all()
    assert made[110, 80].tolist() == [10, 200, 30]
    assert made[0, 0].tolist() == [5, 100, 45]


def test_a_background_alone_has_no_garment_and_keeps_the_rest(scene: tuple[np.ndarray, np.ndarray]) -> None:
    image, mask = scene
    made = background_alone(image, mask)
    assert made[..., 0].max() <= 5
    far = np.ones_like(mask, bool)
    far[30:90, 20:70] = False
    assert np.abs(made[far].astype(int) - image[far]).max() <= 3
    middle = made[60, 45, 2]
    assert 100 < middle < 165  # from around it, where the background has 60 to 200


def test_a_garment_that_fills_the_picture_leaves_some_background(
    scene: tuple[np.ndarray, np.ndarray],
) -> None:
    image, _ = scene
    made = background_alone(image, np.ones((120, 90), np.float32))
    assert made.shape == image.shape
    assert made.std() < image.std()
