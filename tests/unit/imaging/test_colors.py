"""CIELAB, CIEDE2000 against the published pairs, and palettes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_studio.imaging.colors import ciede2000, lab_to_srgb, measure_palette, srgb_to_lab

# Sharma, Wu, Dalal 2005, table 1: L a b of both colours, and their difference.
SHARMA = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)

byte = st.integers(0, 255)
colour = st.tuples(byte, byte, byte)


@pytest.fixture
def names(studio):
    return [(value.name, value.rgb) for value in studio.attribute("colors").values]


def test_ciede2000_gives_the_published_differences() -> None:
    found = ciede2000(SHARMA[:, :3], SHARMA[:, 3:6])
    assert np.allclose(found, SHARMA[:, 6], atol=5e-5)
    assert np.allclose(ciede2000(SHARMA[:, 3:6], SHARMA[:, :3]), found)


def test_lab_of_the_primaries() -> None:
    rgb = np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [119, 119, 119]])
    wanted = [
        (100, 0, 0), (0, 0, 0), (53.24, 80.09, 67.20), (87.73, -86.18, 83.18), (32.30, 79.19, -107.86),
        (50.03, 0, 0),
    ]  # fmt: skip
    assert np.allclose(srgb_to_lab(rgb.astype(np.uint8)), wanted, atol=0.02)
    assert np.allclose(srgb_to_lab(rgb.astype(np.float32)), wanted, atol=0.02)


@given(colour)
@settings(max_examples=100, deadline=None)
def test_lab_and_back(rgb) -> None:
    assert tuple(int(v) for v in lab_to_srgb(srgb_to_lab(np.array(rgb, dtype=np.uint8)))) == rgb


@given(colour, colour)
@settings(max_examples=100, deadline=None)
def test_the_difference_is_one(first, second) -> None:
    a, b = srgb_to_lab(np.array(first, np.uint8)), srgb_to_lab(np.array(second, np.uint8))
    assert float(ciede2000(a, a)) == 0
    assert float(ciede2000(a, b)) == pytest.approx(float(ciede2000(b, a)))
    assert (float(ciede2000(a, b)) > 0) == (first != second)


def test_every_reference_is_called_by_its_own_name(names) -> None:
    for name, rgb in names:
        image = np.full((20, 20, 3), rgb, dtype=np.uint8)
        palette = measure_palette(image, np.ones((20, 20)), names)
        assert [(entry.name, entry.share, entry.rgb) for entry in palette] == [(name, 1.0, rgb)]


def test_only_the_inside_is_measured_and_shares_are_areas(names) -> None:
    image = np.zeros((100, 100, 3), dtype=np.uint8)
    image[:, :] = (46, 139, 71)
    image[20:80, 20:65] = (210, 47, 53)
    image[20:80, 65:80] = (250, 250, 248)
    noise = np.random.default_rng(3).integers(-8, 9, image.shape)
    image = np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)
    mask = np.zeros((100, 100), dtype=np.float32)
    mask[20:80, 20:80] = 1.0
    palette = measure_palette(image, mask, names)
    assert [entry.name for entry in palette] == ["red", "white"]
    assert palette[0].share == pytest.approx(0.75, abs=0.02)
    assert np.abs(np.array(palette[0].rgb) - (210, 47, 53)).max() <= 4


def test_folds_do_not_make_a_second_colour(names) -> None:
    """A blue cloth lit from one side stays blue."""
    light = 0.72 + 0.28 * np.cos(np.linspace(0, 9, 200))[None, :, None] ** 2
    image = (np.array([47, 98, 208]) * light).astype(np.uint8).repeat(100, axis=0)
    palette = measure_palette(image, np.ones(image.shape[:2]), names)
    assert palette[0].name == "blue"
    assert palette[0].share > 0.9


def test_a_speck_is_left_out_and_the_rest_sums_to_one(names) -> None:
    image = np.full((100, 100, 3), (250, 250, 248), dtype=np.uint8)
    image[:50] = (27, 27, 29)
    image[0:10, 0:20] = (210, 47, 53)
    palette = measure_palette(image, np.ones((100, 100)), names)
    assert {entry.name for entry in palette} == {"black", "white"}
    assert sum(entry.share for entry in palette) == pytest.approx(1.0)


@given(seed=st.integers(0, 2**31), size=st.tuples(st.integers(1, 30), st.integers(1, 30)))
@settings(max_examples=40, deadline=None)
def test_any_mask_of_any_noise(seed, size) -> None:
    names = [("dark", (20, 20, 20)), ("light", (230, 230, 230)), ("red", (200, 30, 30))]
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    mask = rng.random(size) * rng.integers(0, 2)
    palette = measure_palette(image, mask, names, seed=5)
    assert palette == measure_palette(image, mask, names, seed=5)
    assert bool(palette) == bool((mask >= 0.5).any())
    if palette:
        shares = [entry.share for entry in palette]
        assert sum(shares) == pytest.approx(1.0)
        assert shares == sorted(shares, reverse=True)
        assert len({entry.name for entry in palette}) == len(palette)


def test_bool_masks_and_large_photos(names) -> None:
    image = np.full((1500, 1200, 3), (122, 63, 168), dtype=np.uint8)
    palette = measure_palette(image, np.ones((1500, 1200), dtype=bool), names)
    assert [entry.name for entry in palette] == ["purple"]
    assert measure_palette(image, np.zeros((1500, 1200), dtype=bool), names) == ()


def test_a_mask_of_another_size_is_refused(names) -> None:
    with pytest.raises(ValueError, match="mask of"):
        measure_palette(np.zeros((4, 4, 3), np.uint8), np.ones((4, 5)), names)
    with pytest.raises(ValueError, match="colour name"):
        measure_palette(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4)), [])
