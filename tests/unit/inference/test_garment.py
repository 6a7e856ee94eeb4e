"""Measuring inside the mask."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.inference.garment import garment_mask, measure_garment


@pytest.fixture
def colors(studio):
    return [(value.name, value.rgb) for value in studio.attribute("colors").values]


def scene(width: int, height: int, garment: Box, color=(210, 47, 53)) -> tuple[np.ndarray, np.ndarray]:
    image = np.full((height, width, 3), (200, 200, 190), dtype=np.uint8)
    truth = np.zeros((height, width), dtype=np.float32)
    window = np.s_[round(garment.y) : round(garment.bottom), round(garment.x) : round(garment.right)]
    image[window], truth[window] = color, 1.0
    return image, truth


def network_mask(truth: np.ndarray, side_px: int, cells: int) -> tuple[np.ndarray, object]:
    """What a perfect network would answer: the truth, letterboxed, averaged to its cells."""
    square, to_input = letterbox(
        np.repeat((truth * 255).astype(np.uint8)[..., None], 3, axis=2), side_px, (0, 0, 0)
    )
    block = side_px // cells
    return square[..., 0].reshape(cells, block, cells, block).mean(axis=(1, 3)) / 255, to_input


@pytest.mark.parametrize("size", [(300, 400), (1000, 700), (160, 90)])
def test_box_and_colours_of_a_plain_garment(colors, size) -> None:
    width, height = size
    garment = Box(width * 0.25, height * 0.2, width * 0.5, height * 0.6)
    image, truth = scene(width, height, garment)
    mask, to_input = network_mask(truth, 192, 48)
    facts = measure_garment(image, mask, to_input, 192, colors)
    found = np.array(facts.box.as_tuple())
    assert np.abs(found - garment.as_tuple()).max() < 0.012 * max(size)
    assert [color.name for color in facts.palette] == ["red"]
    assert facts.confidence > 0.9
    refined = garment_mask(image, mask, to_input, 192)
    assert refined.shape == truth.shape
    assert ((refined >= 0.5) == (truth >= 0.5)).mean() > 0.99


def test_fine_stripes_are_not_mixed(colors) -> None:
    image, truth = scene(600, 800, Box(100, 100, 400, 600))
    image[:, 100:500][:, ::2] = (250, 250, 248)
    mask, to_input = network_mask(truth, 192, 48)
    names = {color.name for color in measure_garment(image, mask, to_input, 192, colors).palette}
    assert names == {"red", "white"}


def test_no_garment_gives_nothing(colors) -> None:
    image, truth = scene(100, 100, Box(0, 0, 0, 0))
    mask, to_input = network_mask(truth, 192, 48)
    facts = measure_garment(image, mask, to_input, 192, colors)
    assert (facts.palette, facts.box, facts.confidence) == ((), None, 0.0)


def test_colours_are_measured_on_request_only() -> None:
    image, truth = scene(100, 100, Box(20, 20, 60, 60))
    mask, to_input = network_mask(truth, 192, 48)
    facts = measure_garment(image, mask, to_input, 192, ())
    assert facts.palette == ()
    assert facts.box is not None
