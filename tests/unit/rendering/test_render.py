"""Renderings: the same for the same seed, and true to what they say of themselves."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.rendering.render import render, render_seed, sample_spec
from fashion_studio.rendering.spec import CATEGORIES, LANDMARK_NAMES, GarmentSpec, Pose, Scene

SMALL = {"width_px": 144, "height_px": 192}
STILL = Scene(background="wood", light_deg=225, exposure=1.0, warmth=0.0, noise=0.0, blur=0.0, jpeg_quality=0)


def _upright(category: str, seed: int) -> GarmentSpec:
    """A sampled garment, upright, whole in the frame, without occluders."""
    spec = sample_spec(np.random.default_rng(seed), category)
    scene = replace(spec.scene, occluders=(), hanger=False)
    pose = replace(spec.pose, rotation_deg=0.0, center_x=0.5, center_y=0.5, unit=min(spec.pose.unit, 0.3))
    return replace(spec, scene=scene, pose=pose)


def test_same_seed_gives_same_pixels() -> None:
    first, second = render_seed(11, **SMALL), render_seed(11, **SMALL)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)
    assert first.landmarks == second.landmarks
    assert first.spec == second.spec


def test_other_seed_gives_other_pixels() -> None:
    images = [render_seed(seed, **SMALL).image for seed in range(5)]
    for k, one in enumerate(images):
        for other in images[k + 1 :]:
            assert np.abs(one.astype(int) - other).mean() > 5


def test_shapes_types_and_ranges() -> None:
    rendering = render_seed(3, width_px=150, height_px=200)
    assert rendering.image.shape == (200, 150, 3)
    assert rendering.image.dtype == np.uint8
    assert rendering.mask.shape == (200, 150)
    assert rendering.mask.dtype == np.float32
    assert rendering.mask.min() >= 0
    assert rendering.mask.max() <= 1


def test_supersampling_keeps_the_truth() -> None:
    spec = _upright("dress", 4)
    plain, fine = render(spec, **SMALL), render(spec, **SMALL, supersample=2)
    assert fine.image.shape == plain.image.shape
    assert np.abs(fine.mask - plain.mask).mean() < 0.01
    for one, other in zip(plain.landmarks, fine.landmarks, strict=True):
        assert one.visibility == other.visibility
        assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=0.01)


@pytest.mark.parametrize("category", CATEGORIES)
def test_truth_fits_the_vocabulary(category: str, studio: Vocabulary) -> None:
    rendering = render_seed(21, category=category, **SMALL)
    assert rendering.category == category
    for name, value in rendering.attributes.items():
        attribute = studio.attribute(name)
        attribute.index(value)
        if not studio.applies(name, category):
            assert value == attribute.otherwise
    asked = {a.name for a in studio.attributes if a.name not in {"category", "colors"}}
    by_kind = {name for name in asked if studio.applies(name, category) or studio.attribute(name).otherwise}
    assert set(rendering.attributes) == by_kind
    assert rendering.colors
    for color in rendering.colors:
        studio.attribute("colors").index(color)
    assert [point.name for point in rendering.landmarks] == list(studio.landmark_names)


@pytest.mark.parametrize("category", CATEGORIES)
def test_landmarks_lie_on_the_garment(category: str, studio: Vocabulary) -> None:
    for seed in range(3):
        rendering = render(_upright(category, seed))
        distance = cv2.distanceTransform((rendering.mask < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        present = {}
        for point in rendering.landmarks:
            applies = studio.landmark_applies(point.name, category)
            assert (point.visibility == Visibility.ABSENT) == (not applies), (seed, point)
            if applies:
                present[point.name] = point
            if point.visibility == Visibility.VISIBLE:
                assert distance[int(point.y), int(point.x)] <= 3, (seed, point, rendering.spec.neckline)
        for kind in ("collar", "waistline", "hem"):
            if f"left_{kind}" in present:
                assert present[f"left_{kind}"].x < present[f"right_{kind}"].x
        if "left_hem" in present:
            others = [p.y for name, p in present.items() if "hem" not in name and "sleeve" not in name]
            assert min(present["left_hem"].y, present["right_hem"].y) > max(others)


def test_mask_is_where_the_garment_is() -> None:
    """Rendering in another colour changes the pixels inside the mask, and only those."""
    spec = replace(_upright("t-shirt", 8), pattern="solid", fabric="cotton", colors=("red",), scene=STILL)
    red, blue = render(spec), render(replace(spec, colors=("blue",)))
    assert np.array_equal(red.mask, blue.mask)
    changed = np.abs(red.image.astype(int) - blue.image).max(axis=2) > 8
    assert not changed[red.mask == 0].any()
    assert changed[red.mask > 0.99].mean() > 0.97
    edge = (red.mask > 0.05) & (red.mask < 0.95)
    assert 0.0005 < edge.mean() < 0.03


@pytest.mark.parametrize("category", ["t-shirt", "outwear", "dress", "pants", "hat", "shoes"])
@pytest.mark.parametrize("pattern", ["solid", "striped", "graphic", "other"])
def test_color_and_pattern_leave_shape_and_scene_alone(category: str, pattern: str) -> None:
    spec = _upright(category, 2)
    base = render(replace(spec, pattern="checked", colors=("white", "navy")), **SMALL)
    other = render(replace(spec, pattern=pattern, colors=("green", "yellow")), **SMALL)
    assert np.array_equal(base.mask, other.mask)
    assert base.landmarks == other.landmarks
    outside = base.mask == 0
    away = cv2.erode(outside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    if spec.scene.jpeg_quality == 0 and spec.scene.blur < 0.8:
        assert np.array_equal(base.image[away], other.image[away])


def test_sleeves_change_only_sleeves() -> None:
    spec = replace(_upright("dress", 5), sleeve_length="long", neckline="crew")
    long, short = render(spec, **SMALL), render(replace(spec, sleeve_length="short"), **SMALL)
    assert long.mask.sum() > short.mask.sum() * 1.05
    for one, other in zip(long.landmarks, short.landmarks, strict=True):
        if "sleeve" not in one.name:
            assert (one.x, one.y) == (other.x, other.y)


def test_outside_the_frame_is_absent() -> None:
    spec = _upright("dress", 1)
    rendering = render(replace(spec, pose=replace(spec.pose, center_y=-0.1)), **SMALL)
    by_name = {point.name: point for point in rendering.landmarks}
    assert by_name["left_collar"].visibility == Visibility.ABSENT
    assert by_name["right_collar"].visibility == Visibility.ABSENT


def test_sleeve_folded_over_the_hem_hides_it() -> None:
    """A long sleeve that hangs over the body's hem corner makes that landmark occluded."""
    spec = replace(_upright("longsleeve", 3), sleeve_length="long", fit="regular")
    hidden = 0
    for arm in (-14.0, -10.0, -6.0, 0.0):
        pose = replace(
            spec.pose,
            left_arm_deg=arm,
            left_bend_deg=0.0,
            left_over=True,
            right_arm_deg=60.0,
            right_bend_deg=0.0,
        )
        points = {p.name: p for p in render(replace(spec, pose=pose), **SMALL).landmarks}
        hidden += points["left_hem"].visibility == Visibility.OCCLUDED
        assert points["right_hem"].visibility == Visibility.VISIBLE
    assert hidden >= 1


def test_occluders_leave_the_mask_and_hide_landmarks() -> None:
    seen = 0
    for seed in range(9):
        spec = _upright("t-shirt", seed)
        covered = render(replace(spec, scene=replace(spec.scene, occluders=("cloth",))), **SMALL)
        bare = render(spec, **SMALL)
        assert (covered.mask <= bare.mask + 1e-6).all()
        for one, other in zip(bare.landmarks, covered.landmarks, strict=True):
            if one.visibility == Visibility.VISIBLE and other.visibility == Visibility.OCCLUDED:
                seen += 1
                assert covered.mask[int(other.y), int(other.x)] < 0.5
    assert seen >= 3


def test_second_color_counts_from_fifteen_percent() -> None:
    spec = replace(_upright("t-shirt", 6), pattern="striped", colors=("white", "navy"))
    assert set(render(spec, **SMALL).colors) == {"white", "navy"}
    plain = replace(spec, pattern="solid", colors=("white",))
    assert render(plain, **SMALL).colors == ("white",)


def test_sizes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="16 pixels"):
        render(GarmentSpec("hat"), width_px=4)
    with pytest.raises(ValueError, match="supersample"):
        render(GarmentSpec("hat"), supersample=0)


def test_any_spec_by_hand_can_be_rendered() -> None:
    spec = GarmentSpec("skirt", length="knee", pose=Pose(unit=0.5))
    assert render(spec, **SMALL).mask.mean() > 0.05


def test_landmark_names_are_the_vocabularys(studio: Vocabulary) -> None:
    assert studio.landmark_names == LANDMARK_NAMES
    assert studio.attribute("category").value_names == CATEGORIES


def test_the_motif_can_be_chosen_apart_from_the_cloth() -> None:
    own = sample_spec(np.random.default_rng(3), "t-shirt")
    striped = replace(own, pattern="striped", colors=("blue", "white"))
    one, same, other = (render(replace(striped, motif_seed=seed)).image for seed in (4, 4, 0))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    plain = replace(own, pattern="solid", colors=("blue",))
    np.testing.assert_array_equal(render(plain).image, render(replace(plain, motif_seed=4)).image)
