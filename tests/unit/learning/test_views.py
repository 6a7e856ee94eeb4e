from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.matting import without_background
from fashion_studio.learning.view_plans import (
    Augmenting,
    Blur,
    BoxCrop,
    CoarseDropout,
    ColorChange,
    Downscale,
    ResizedCrop,
    Rotation,
    ShiftScaleRotate,
    ViewPlan,
)
from fashion_studio.learning.views import View, ViewMaker, preprocessing_of

PAIR = (1, 0)


def dots(width: int, height: int, *places: tuple[float, float]) -> np.ndarray:
    """Black with a soft bright blob at each place, so that its centre of gravity is the place."""
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    image = np.zeros((height, width))
    for px, py in places:
        image += 255 * np.exp(-((x[None] - px) ** 2 + (y[:, None] - py) ** 2) / 32)
    return np.repeat(np.rint(image.clip(0, 255))[..., None], 3, axis=2).astype(np.uint8)


def center(square: torch.Tensor) -> tuple[float, float]:
    """Centre of gravity of a square with one blob, coordinates from the pixels' corners."""
    light = square[..., 0].double()
    at = torch.arange(len(light)) + 0.5
    return float((light.sum(0) * at).sum() / light.sum()), float((light.sum(1) * at).sum() / light.sum())


def view(maker: ViewMaker, image: np.ndarray, *points: tuple[float, float], seed: int = 0, **more) -> View:
    return maker(
        image,
        points=torch.tensor(points).reshape(-1, 2),
        visibility=torch.zeros(len(points), dtype=torch.long),
        seed=seed,
        **more,
    )


EVERYTHING = Augmenting(
    box_crop=BoxCrop(0.5, 0.1),
    resized_crop=ResizedCrop(0.6, 1.0, share=0.7),
    flip_share=0.5,
    rotation=Rotation(20),
    shift_scale_rotate=ShiftScaleRotate(0.05, 0.15, 15, share=0.8),
    downscale=Downscale(0.6, 0.9, share=0.3),
    blur=Blur(share=0.3),
    color=ColorChange(0.1, 0.1, share=0.5),
)


@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
@pytest.mark.parametrize(
    "augmenting",
    [
        None,
        Augmenting(box_crop=BoxCrop(1.0, 0.1)),
        Augmenting(resized_crop=ResizedCrop(0.5, 0.9)),
        Augmenting(flip_share=1.0),
        Augmenting(rotation=Rotation(30)),
        Augmenting(shift_scale_rotate=ShiftScaleRotate(0.1, 0.2, 20, share=1.0)),
        Augmenting(downscale=Downscale(0.5, 0.5, share=1.0)),
        EVERYTHING,
    ],
    ids=["plain", "box", "crop", "flip", "rotation", "motion", "downscale", "all"],
)
def test_trap_5_a_landmark_stays_on_its_pixel_through_every_change(fit: str, augmenting) -> None:
    place = (95.0, 118.0)
    maker = ViewMaker(ViewPlan(side_px=128, fit=fit, fill=(0, 0, 0)), augmenting, (0,))
    off = []
    for seed in range(12):
        seen = view(maker, dots(200, 240, place), place, seed=seed, box=Box(30, 40, 140, 160))
        x, y = center(seen.square)
        off.append((x - float(seen.points[0, 0]), y - float(seen.points[0, 1])))
    assert np.abs(off).max() < 0.35
    # and no change is off by half a pixel or a whole one on the average
    assert np.abs(np.mean(off, axis=0)).max() < 0.15


def test_trap_5_a_flip_swaps_left_and_right_and_sends_x_to_side_minus_x(studio: Vocabulary) -> None:
    maker = ViewMaker(ViewPlan(side_px=100), Augmenting(flip_share=1.0), studio.mirror_order())
    assert studio.mirror_order() == (1, 0, 3, 2, 5, 4, 7, 6)
    points = torch.stack((torch.arange(8) * 10.0 + 5, torch.arange(8) * 3.0), dim=1)
    states = torch.tensor([0, 1, 2, 0, -1, 0, 1, 0])
    seen = maker(dots(100, 100), points=points, visibility=states)
    assert seen.mirrored
    assert seen.points[0].tolist() == [100 - 15.0, 3.0]  # left collar is what was the right one
    assert seen.points[1].tolist() == [100 - 5.0, 0.0]
    assert seen.visibility.tolist() == [1, 0, 0, 2, 0, -1, 0, 1]


def test_trap_13_training_without_chance_is_what_prediction_makes() -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    for fit in ("stretch", "letterbox"):
        for interpolation in ("area", "bilinear", "bicubic"):
            plan = ViewPlan(side_px=64, fit=fit, interpolation=interpolation)
            seen = ViewMaker(plan, Augmenting(), ())(
                image, points=torch.zeros(0, 2), visibility=torch.zeros(0, dtype=torch.long)
            )
            square, _ = preprocessing_of(plan).square(image)
            np.testing.assert_array_equal(seen.square.numpy(), square)


def test_the_same_seed_gives_the_same_view_whatever_was_drawn_before() -> None:
    augmenting = replace(EVERYTHING, coarse_dropout=CoarseDropout())
    maker = ViewMaker(ViewPlan(side_px=64), augmenting, (0,))
    image = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    first = view(maker, image, (10.0, 10.0), seed=7)
    state = torch.get_rng_state()
    again = view(maker, image, (10.0, 10.0), seed=7)
    other = view(maker, image, (10.0, 10.0), seed=8)
    assert torch.equal(first.square, again.square)
    assert torch.equal(first.points, again.points)
    assert not torch.equal(first.square, other.square)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_landmark_that_the_crop_cuts_off_is_absent() -> None:
    maker = ViewMaker(ViewPlan(side_px=50), Augmenting(box_crop=BoxCrop(1.0)), (0, 1, 2))
    seen = maker(
        dots(100, 100),
        points=torch.tensor([[20.0, 20.0], [70.0, 70.0], [70.0, 70.0]]),
        visibility=torch.tensor([0, 1, -1]),
        box=Box(0, 0, 50, 50),
    )
    assert seen.visibility.tolist() == [0, 2, -1]


def test_the_box_is_cut_to_in_measuring_only_where_the_recipe_says_so() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[20:60, 30:70] = 255
    box = Box(30, 20, 40, 40)
    whole = view(ViewMaker(ViewPlan(side_px=40), None, ()), image, box=box)
    cut = view(ViewMaker(ViewPlan(side_px=40, box_in_evaluation=True), None, ()), image, box=box)
    assert int(whole.square.min()) == 0
    assert int(cut.square.min()) == 255


def test_a_box_crop_comes_with_its_probability() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[20:60, 30:70] = 255
    maker = ViewMaker(ViewPlan(side_px=20), Augmenting(box_crop=BoxCrop(0.3)), ())
    cuts = [int(view(maker, image, seed=s, box=Box(30, 20, 40, 40)).square.min()) == 255 for s in range(200)]
    assert 0.2 < np.mean(cuts) < 0.4


def test_an_empty_box_cuts_nothing_away() -> None:
    maker = ViewMaker(ViewPlan(side_px=20, box_in_evaluation=True), None, ())
    seen = view(maker, dots(60, 60, (30, 30)), box=Box(200, 200, 5, 5))
    assert int(seen.square.max()) > 200


def test_the_background_goes_where_a_mask_is_and_stays_where_none_is() -> None:
    image = np.full((40, 40, 3), 200, np.uint8)
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 10:30] = 255
    removed = ViewMaker(ViewPlan(side_px=40, background="removed", fill=(9, 9, 9)), Augmenting(), ())
    seen = view(removed, image, mask=mask).square
    assert seen[0, 0].tolist() == [9, 9, 9]
    assert seen[20, 20].tolist() == [200, 200, 200]
    assert int(view(removed, image).square.min()) == 200
    mixed = ViewMaker(ViewPlan(side_px=40, background="mixed", removed_share=0.5), Augmenting(), ())
    shares = [int(view(mixed, image, mask=mask, seed=s).square.min()) == 0 for s in range(100)]
    assert 0.35 < np.mean(shares) < 0.65
    raw = ViewMaker(ViewPlan(side_px=40), Augmenting(), ())
    assert int(view(raw, image, mask=mask).square.min()) == 200


def test_a_soft_mask_blends() -> None:
    image = np.full((1, 2, 3), 100, np.uint8)
    found = without_background(image, np.array([[0.5, 1.0]]), (0, 0, 0))
    assert found[0, :, 0].tolist() == [50, 100]


def test_holes_are_black_few_and_small() -> None:
    augmenting = Augmenting(coarse_dropout=CoarseDropout(1, 6, 4, 0.1, share=1.0))
    maker = ViewMaker(ViewPlan(side_px=224), augmenting, ())
    white = np.full((224, 224, 3), 255, np.uint8)
    covered = [int((view(maker, white, seed=s).square == 0).all(2).sum()) for s in range(40)]
    assert min(covered) >= 4 * 4
    assert max(covered) <= 6 * 22 * 22
    assert len(set(covered)) > 20


def test_edges_are_mirrored_without_a_foreign_colour() -> None:
    augmenting = Augmenting(shift_scale_rotate=ShiftScaleRotate(0.1, 0.2, 20, share=1.0))
    maker = ViewMaker(ViewPlan(side_px=64), augmenting, ())
    plain = np.full((64, 64, 3), (12, 200, 99), np.uint8)
    for seed in range(5):
        assert view(maker, plain, seed=seed).square.reshape(-1, 3).unique(dim=0).tolist() == [[12, 200, 99]]


def test_channels_stay_red_green_blue() -> None:
    augmenting = replace(EVERYTHING, color=None)
    maker = ViewMaker(ViewPlan(side_px=32, fill=(255, 0, 0)), augmenting, ())
    red = np.zeros((50, 50, 3), np.uint8)
    red[..., 0] = 255
    seen = view(maker, red, seed=3).square
    assert seen.reshape(-1, 3).unique(dim=0).tolist() == [[255, 0, 0]]
