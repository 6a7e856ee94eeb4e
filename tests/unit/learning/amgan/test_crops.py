from __future__ import annotations

import numpy as np
import torch

from fashion_studio.learning.amgan.crops import CropBox, attended_box, attended_boxes, cropped


def mask_of(*boxes: tuple[int, int, int, int, float], side: int = 20) -> np.ndarray:
    mask = np.full((side, side), 0.05, np.float32)
    for top, bottom, left, right, value in boxes:
        mask[top:bottom, left:right] = value
    return mask


def test_the_box_is_that_of_the_largest_region_over_half_the_maximum() -> None:
    mask = mask_of((2, 14, 3, 10, 0.5), (16, 19, 15, 19, 0.8), (2, 14, 12, 14, 0.3))
    assert attended_box(mask, 0.5, 0.1) == CropBox(2, 14, 3, 10)
    higher = mask_of((2, 14, 3, 10, 0.35), (16, 19, 15, 19, 0.8))  # 0.35 is not over half of 0.8
    assert attended_box(higher, 0.5, 0.1) == CropBox(16, 19, 15, 19)


def test_a_small_box_grows_about_its_middle_and_stays_inside() -> None:
    assert attended_box(mask_of((9, 11, 9, 11, 1.0)), 0.5, 0.5) == CropBox(5, 15, 5, 15)
    assert attended_box(mask_of((0, 2, 18, 20, 1.0)), 0.5, 0.5) == CropBox(0, 10, 10, 20)


def test_flat_empty_and_broken_masks_fall_back_to_the_whole_picture() -> None:
    whole = CropBox(0, 20, 0, 20, is_fallback=True)
    broken = mask_of((2, 4, 2, 4, 1.0))
    broken[0, 0] = np.nan
    for mask in (np.zeros((20, 20), np.float32), np.ones((20, 20), np.float32), broken):
        assert attended_box(mask, 0.5, 0.25) == whole


def test_nothing_flows_back_through_the_box_but_through_the_pixels() -> None:
    images = torch.rand(1, 3, 20, 20, requires_grad=True)
    mask = torch.from_numpy(mask_of((2, 12, 4, 14, 0.9)))[None, None].requires_grad_()
    boxes = attended_boxes(mask, 0.5, 0.25)
    crop = cropped(images, boxes, 10)
    assert torch.allclose(crop, images[:, :, 2:12, 4:14])
    crop.sum().backward()
    assert mask.grad is None
    assert images.grad is not None
    inside = images.grad[:, :, 2:12, 4:14]
    assert float(inside.abs().sum()) == float(images.grad.abs().sum()) > 0


def test_crops_come_in_one_size() -> None:
    boxes = [CropBox(0, 20, 0, 20), CropBox(3, 8, 3, 17)]
    assert cropped(torch.rand(2, 3, 20, 20), boxes, 8).shape == (2, 3, 8, 8)
