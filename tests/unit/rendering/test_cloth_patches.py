from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.rendering.cloth_patches import cloth_patch, largest_square


@pytest.mark.parametrize(
    ("top", "bottom", "left", "right", "side"), [(3, 10, 5, 16, 7), (0, 9, 0, 9, 9), (4, 5, 2, 30, 1)]
)
def test_the_largest_square_lies_inside(top: int, bottom: int, left: int, right: int, side: int) -> None:
    mask = np.zeros((20, 30), bool)
    mask[top:bottom, left:right] = True
    x, y, found = largest_square(mask)
    assert found == side
    assert mask[y : y + found, x : x + found].all()


def test_an_empty_mask_has_no_square() -> None:
    assert largest_square(np.zeros((5, 5), bool))[2] == 0


def test_cloth_follows_from_its_seed_and_differs_between_seeds() -> None:
    patches = [cloth_patch(seed, 48) for seed in (1, 1, 2)]
    assert patches[0].shape == (48, 48, 3)
    assert np.array_equal(patches[0], patches[1])
    assert not np.array_equal(patches[0], patches[2])
