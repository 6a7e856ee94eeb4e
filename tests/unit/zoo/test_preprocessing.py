from __future__ import annotations

import numpy as np
import torch

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
