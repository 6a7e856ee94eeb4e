"""Pillow's pixels as an array: the same bytes, for as long as they are looked at."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PIL import Image

from fashion_studio.imaging.pixel_access import rgbx_pixels


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (768, 1024)])
def test_the_pixels_are_the_pictures_own(size) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    with rgbx_pixels(Image.fromarray(noise)) as pixels:  # nobody else holds the picture
        gc.collect()
        assert pixels is not None
        assert pixels.shape == (size[1], size[0], 4)
        assert (pixels[..., :3] == noise).all()


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "F"])
def test_other_pixels_than_colours_are_not_handed_out(mode) -> None:
    with rgbx_pixels(Image.new(mode, (5, 4))) as pixels:
        assert pixels is None


def test_a_picture_in_several_pieces_is_not_handed_out() -> None:
    with rgbx_pixels(Image.new("RGB", (3000, 3000))) as pixels:
        assert pixels is None
