from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.probing.records import VariantKind
from fashion_studio.probing.variants import (
    blurred,
    edges,
    grey,
    has_garment,
    make_variant,
    shuffled,
    silhouette,
    texture_patches,
)
from fashion_studio.rendering.render import render_seed


@pytest.fixture(scope="module")
def garment() -> tuple[np.ndarray, np.ndarray]:
    rendering = render_seed(3, category="dress", width_px=192, height_px=256)
    return rendering.image, rendering.mask


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("kind", [kind for kind in VariantKind if kind is not VariantKind.STYLISED])
def test_every_variant_has_the_photos_size_and_leaves_the_photo_alone(
    kind: VariantKind, garment: tuple[np.ndarray, np.ndarray]
) -> None:
    image, mask = garment
    before, mask_before = image.copy(), mask.copy()
    made = make_variant(kind, image, mask, chance())
    assert made is not None
    assert made.shape == image.shape
    assert made.dtype == np.uint8
    assert np.array_equal(image, before)
    assert np.array_equal(mask, mask_before)
    again = make_variant(kind, image, mask, chance())
    assert np.array_equal(made, again)
    assert (kind is VariantKind.ORIGINAL) == np.array_equal(made, image)


def test_grey_is_luma_in_three_equal_channels() -> None:
    image = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 90, 90]]], np.uint8)
    assert grey(image)[0, :, 0].tolist() == [76, 150, 29, 90]
    assert (grey(image) == grey(image)[..., :1]).all()


def test_a_silhouette_knows_nothing_but_the_mask() -> None:
    mask = np.zeros((6, 8), np.float32)
    mask[2:4, 2:6] = 1.0
    mask[0, 0] = 0.5
    made = silhouette(mask)
    assert (made[2:4, 2:6] == 0).all()
    assert made[5, 7].tolist() == [255, 255, 255]
    assert made[0, 0, 0] in (127, 128)


def test_edges_are_black_lines_where_the_picture_steps_and_nowhere_else() -> None:
    image = np.full((80, 80, 3), 40, np.uint8)
    image[20:60, 20:60] = 220
    lines = edges(image)[..., 0] == 0
    assert lines.any()
    border = np.zeros((80, 80), bool)
    border[16:64, 16:64] = True
    border[24:56, 24:56] = False
    assert not lines[~border].any()
    assert (edges(np.full((50, 40, 3), 128, np.uint8)) == 255).all()


def test_blur_keeps_the_mean_and_takes_the_detail() -> None:
    noise = chance().integers(0, 256, (200, 200, 3)).astype(np.uint8)
    made = blurred(noise)
    assert made.mean() == pytest.approx(noise.mean(), abs=2)
    assert made[20:-20, 20:-20].std() < 0.2 * noise.std()


def test_shuffling_moves_cells_whole() -> None:
    image = np.repeat(np.repeat(np.arange(12, dtype=np.uint8).reshape(3, 4), 10, 0), 10, 1)
    picture = np.repeat(np.pad(image, ((0, 3), (0, 5)), constant_values=99)[:, :, None], 3, axis=2)
    made = shuffled(picture, chance(1), cells=3)[..., 0]
    # cells of 11 px: 33 x 45 has 3 rows and 4 columns, and one column of a single pixel stays
    assert sorted(np.unique(made).tolist()) == sorted(np.unique(picture).tolist())
    assert np.array_equal(np.sort(made, axis=None), np.sort(picture[..., 0], axis=None))
    assert np.array_equal(made[:, 44], picture[:, 44, 0])
    assert not np.array_equal(made, picture[..., 0])
    blocks = {made[y : y + 11, x : x + 11].tobytes() for y in (0, 11, 22) for x in (0, 11, 22, 33)}
    own = {picture[y : y + 11, x : x + 11, 0].tobytes() for y in (0, 11, 22) for x in (0, 11, 22, 33)}
    assert blocks == own


def test_texture_shows_only_pixels_of_the_garment(garment: tuple[np.ndarray, np.ndarray]) -> None:
    _, mask = garment
    inside = (mask >= 0.5)[:, :, None]
    marked = np.where(inside, np.uint8(200), np.uint8(0)) * np.ones(3, np.uint8)
    made = texture_patches(marked, mask, chance())
    assert made is not None
    assert (made == 200).mean() > 0.99
    other = texture_patches(marked, mask, chance(), size_px=(50, 70))
    assert other is not None
    assert other.shape == (70, 50, 3)


def test_without_a_garment_there_is_no_silhouette_and_no_texture() -> None:
    image, empty = np.zeros((64, 48, 3), np.uint8), np.zeros((64, 48), np.float32)
    assert make_variant(VariantKind.SILHOUETTE, image, empty, chance()) is None
    assert make_variant(VariantKind.TEXTURE, image, empty, chance()) is None
    assert make_variant(VariantKind.GREY, image, empty, chance()) is not None
    speck = empty.copy()
    speck[3, 3] = 1.0
    assert not has_garment(speck)
    thin = empty.copy()
    thin[:, 20:24] = 1.0
    assert has_garment(thin)
    assert texture_patches(image, thin, chance()) is None
