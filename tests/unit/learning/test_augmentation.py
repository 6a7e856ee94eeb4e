from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.augmentation import Augmentation, augment, replace_background

PLAIN = Augmentation(
    flip_share=0.0, brightness=0, contrast=0, gamma=0, warmth=0, blur_share=0, noise_share=0, jpeg_share=0,
    erase_share=0, background_share=0,
)  # fmt: skip


def dots(points: np.ndarray, side: int = 128) -> np.ndarray:
    """A black picture with a soft white dot at every point."""
    at = np.arange(side) + 0.5
    picture = np.zeros((side, side))
    for x, y in points:
        picture = np.maximum(picture, np.exp(-((at[None] - x) ** 2 + (at[:, None] - y) ** 2) / 18.0))
    return np.repeat((picture * 255).astype(np.uint8)[..., None], 3, axis=2)


def bright_spot(picture: np.ndarray) -> np.ndarray:
    """Centre of gravity of the brightness."""
    level = picture[..., 0].astype(float) ** 2
    at = np.arange(level.shape[0]) + 0.5
    return np.array([(level.sum(0) * at).sum(), (level.sum(1) * at).sum()]) / level.sum()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_points_move_with_the_pixels(studio: Vocabulary, mirrored: bool, seed: int) -> None:
    k = 2
    points = np.full((8, 2), 30.0, np.float32)
    points[k] = (52.3, 71.8)
    strength = Augmentation(
        **{f: getattr(PLAIN, f) for f in PLAIN.__slots__} | {"flip_share": float(mirrored)}
    )
    picture = dots(points[k : k + 1])
    view = augment(
        picture,
        picture[..., 0],
        points,
        side_px=96,
        mirror_order=studio.mirror_order(),
        strength=strength,
        rng=np.random.default_rng(seed),
    )
    assert view.mirrored is mirrored
    where = studio.mirror_order()[k] if mirrored else k
    level = view.square.copy()
    level[(view.square == view.square[0, 0]).all(2)] = 0  # letterbox-coloured border
    spot = bright_spot(np.repeat(view.mask[..., None], 3, axis=2))
    np.testing.assert_allclose(spot, view.points[where], atol=0.35)


def test_mirroring_twice_with_the_order_is_nothing(studio: Vocabulary) -> None:
    order = studio.mirror_order()
    assert order == (1, 0, 3, 2, 5, 4, 7, 6)
    assert [order[order[k]] for k in range(8)] == list(range(8))


def test_the_same_generator_gives_the_same_view(studio: Vocabulary) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    views = [
        augment(
            picture,
            picture[..., 0],
            np.zeros((8, 2), np.float32),
            side_px=48,
            mirror_order=studio.mirror_order(),
            strength=Augmentation(gray_share=0.5),
            rng=np.random.default_rng(7),
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(views[0].square, views[1].square)
    np.testing.assert_array_equal(views[0].points, views[1].points)


def test_a_point_pushed_out_of_the_picture_says_so(studio: Vocabulary) -> None:
    points = np.full((8, 2), 32.0, np.float32)
    points[0] = (63.5, 63.5)
    strength = Augmentation(
        **{f: getattr(PLAIN, f) for f in PLAIN.__slots__} | {"scale_low": 3, "scale_high": 3}
    )
    picture = np.zeros((64, 64, 3), np.uint8)
    view = augment(
        picture,
        picture[..., 0],
        points,
        side_px=64,
        mirror_order=studio.mirror_order(),
        strength=strength,
        rng=np.random.default_rng(0),
    )
    assert not view.inside[0]
    assert view.inside[1]


def test_what_is_covered_leaves_the_mask(studio: Vocabulary) -> None:
    strength = Augmentation(**{f: getattr(PLAIN, f) for f in PLAIN.__slots__} | {"erase_share": 1.0})
    white = np.full((64, 64), 255, np.uint8)
    view = augment(
        np.repeat(white[..., None], 3, axis=2),
        white,
        np.zeros((8, 2), np.float32),
        side_px=64,
        mirror_order=studio.mirror_order(),
        strength=strength,
        rng=np.random.default_rng(1),
    )
    left, top, right, bottom = view.erased
    assert right > left
    assert bottom > top
    assert not view.mask[top:bottom, left:right].any()


def test_another_background_leaves_the_garment_alone() -> None:
    rng = np.random.default_rng(0)
    garment = rng.integers(0, 255, (64, 64, 3), np.uint8)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 255
    other = np.full((64, 64, 3), (200, 10, 10), np.uint8)
    changed = replace_background(garment, mask, other, rng)
    np.testing.assert_array_equal(changed[20:40, 20:40], garment[20:40, 20:40])
    assert (changed[:20] == (200, 10, 10)).all()
