from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from fashion_studio.zoo.preprocessing import Preprocessing


def photo(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_photo_becomes_a_normalised_square_with_its_frame() -> None:
    planes, frame = Preprocessing(64).apply(photo(128, 96))
    assert planes.shape == (3, 64, 64)
    assert planes.dtype == np.float32
    assert -1.0 <= planes.min() < planes.max() <= 1.0
    np.testing.assert_allclose(frame.apply(np.array([[0, 0], [96, 128]])), [[8, 0], [56, 64]])


def test_training_and_prediction_normalise_alike() -> None:
    preprocessing = Preprocessing(32, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4))
    square = photo(32, 32)
    planes, _ = preprocessing.apply(square)
    batch = preprocessing.normalise(torch.from_numpy(square)[None])
    np.testing.assert_allclose(batch[0].numpy(), planes, atol=1e-5)


def test_channels_are_red_green_blue() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    planes, _ = Preprocessing(8).apply(red)
    assert planes[0].min() == 1.0
    assert planes[1:].max() == -1.0


def test_stretching_gives_the_aspect_up_and_says_where_everything_lies() -> None:
    image = np.zeros((128, 64, 3), np.uint8)
    image[64:, 32:] = 255
    square, frame = Preprocessing(32, fit="stretch", interpolation="bilinear").square(image)
    assert square[20:, 20:].min() == 255
    assert square[:12].max() == 0
    np.testing.assert_allclose(
        frame.apply(np.array([[0, 0], [64, 128], [32, 64]])), [[0, 0], [32, 32], [16, 16]]
    )


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_the_published_interpolations_are_torchvisions(interpolation: str) -> None:
    image = photo(90, 140)
    image.flags.writeable = False  # as Pillow's arrays are
    square, _ = Preprocessing(64, fit="stretch", interpolation=interpolation).square(image)
    planes = torch.from_numpy(image.copy()).permute(2, 0, 1)
    theirs = v2.functional.resize(planes, [64, 64], v2.InterpolationMode(interpolation), antialias=True)
    np.testing.assert_allclose(square, theirs.permute(1, 2, 0).numpy(), atol=1)


@pytest.mark.parametrize("interpolation", ["area", "bilinear", "bicubic"])
def test_letterboxes_have_one_frame_whatever_the_interpolation(interpolation: str) -> None:
    square, frame = Preprocessing(64, fill=(7, 8, 9), interpolation=interpolation).square(photo(50, 100))
    assert square.shape == (64, 64, 3)
    assert square[0, 0].tolist() == [7, 8, 9]
    assert frame == Preprocessing(64).square(photo(50, 100))[1]


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8 image is needed"):
        Preprocessing(8, fit="stretch").square(np.zeros((4, 4), np.uint8))
