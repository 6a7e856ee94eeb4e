from __future__ import annotations

import cv2
import numpy as np
import pytest

from fashion_studio.domain.geometry import Affine
from fashion_studio.imaging.carrying import CarriedStep, MaskFields, carry, edge_aware
from fashion_studio.imaging.change_fields import ChangeKind, change_fields

SIDE = 32
KEPT = np.zeros((4, 4, 4), np.float32)


def whole(value: float = 1.0) -> MaskFields:
    edges = KEPT.copy()
    edges[..., 3] = value
    return MaskFields(edges)


def repaint(kind: ChangeKind, after: float, mask: MaskFields, strength: float = 1.0) -> CarriedStep:
    before = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    square = np.full((SIDE, SIDE, 3), after, np.float32)
    return CarriedStep(change_fields(kind, before, square, np.ones((SIDE, SIDE), np.float32)), mask, strength)


@pytest.fixture
def photo() -> np.ndarray:
    return np.full((120, 200, 3), 102, np.uint8)


def test_the_square_lands_where_its_frame_says_and_nothing_beyond_it_changes(photo: np.ndarray) -> None:
    frame = Affine(0.5, 0.5, -20.0, -10.0)  # the photo's columns 40 to 104, rows 20 to 84
    carried = carry(photo, frame, [repaint(ChangeKind.PICTURE, 0.8, whole())])
    inside = np.zeros(photo.shape[:2], bool)
    inside[20:84, 40:104] = True
    np.testing.assert_array_equal(carried.mask > 0, inside)
    np.testing.assert_array_equal(carried.image[inside], 204)
    np.testing.assert_array_equal(carried.image[~inside], 102)


def test_strips_make_no_seams_and_no_difference() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (1500, 1100, 3), dtype=np.uint8)
    before, after = (cv2.resize(one, (SIDE, SIDE)) for one in rng.random((2, 4, 4, 3), np.float32))
    ones = np.ones((SIDE, SIDE), np.float32)
    frame = Affine(SIDE / 1100, SIDE / 1500, 0.0, 0.0)
    step = CarriedStep(change_fields(ChangeKind.TONE, before, after, ones), whole(0.7))
    all_of_it = carry(photo, frame, [step]).image
    part = carry(photo[700:800], Affine(SIDE / 1100, SIDE / 1500, 0.0, 700 * SIDE / 1500), [step]).image
    difference = np.abs(all_of_it[700:800].astype(int) - part)
    assert difference.max() <= 2  # OpenCV interpolates in steps of 1/32 of a cell
    assert (difference > 1).mean() < 1e-3


def test_steps_follow_each_other_and_every_mask_is_reported(photo: np.ndarray) -> None:
    frame = Affine(SIDE / 200, SIDE / 120, 0.0, 0.0)
    half = np.zeros((4, 4, 4), np.float32)
    half[:, :2, 3] = 1.0
    steps = [
        repaint(ChangeKind.PICTURE, 0.8, whole()),
        repaint(ChangeKind.PICTURE, 0.0, MaskFields(half), 0.5),
    ]
    carried = carry(photo, frame, steps)
    assert carried.image[60, 20, 0] == pytest.approx(102, abs=51)
    assert carried.image[60, 180, 0] == 204
    assert (carried.step_masks[0] > 0).all()
    assert not carried.step_masks[1][:, 150:].any()
    np.testing.assert_array_equal(carried.mask, np.maximum(*carried.step_masks))


def test_painted_is_added_and_erased_is_taken_away_at_full_size(photo: np.ndarray) -> None:
    drawn = np.zeros((120, 200, 2), np.float32)
    drawn[10:20, 10:20, 0] = 1
    drawn[15:20, 10:20, 1] = 1
    frame = Affine(SIDE / 200, SIDE / 120, 0.0, 0.0)
    carried = carry(photo, frame, [repaint(ChangeKind.PICTURE, 0.8, MaskFields(KEPT, drawn))])
    np.testing.assert_array_equal(np.argwhere(carried.mask).min(axis=0), (10, 10))
    np.testing.assert_array_equal(np.argwhere(carried.mask).max(axis=0), (14, 19))


def test_no_steps_and_empty_masks_change_nothing(photo: np.ndarray) -> None:
    frame = Affine(SIDE / 200, SIDE / 120, 0.0, 0.0)
    for steps in ([], [repaint(ChangeKind.TONE, 0.9, MaskFields(KEPT))]):
        carried = carry(photo, frame, steps)
        np.testing.assert_array_equal(carried.image, photo)
        assert not carried.mask.any()


def test_a_coarse_mask_is_drawn_to_the_photos_edge_and_is_exactly_0_and_1_away_from_it() -> None:
    photo = np.full((400, 400, 3), 230, np.uint8)
    photo[:, :203] = (30, 60, 120)
    photo[::2, ::2] -= 6
    coarse = cv2.resize((np.arange(50) < 25).astype(np.float32)[None].repeat(50, 0), (400, 400))
    small = cv2.resize(photo, (200, 200), interpolation=cv2.INTER_AREA)
    fields = edge_aware(small, cv2.resize(coarse, (200, 200)))
    step = repaint(ChangeKind.PICTURE, 0.8, MaskFields(fields))
    mask = carry(photo, Affine(SIDE / 400, SIDE / 400, 0, 0), [step]).mask
    assert (mask[:, :190] == 255).all()
    assert (mask[:, 215:] == 0).all()
    edges = np.abs(np.diff(mask.astype(int), axis=1)).argmax(axis=1)
    assert np.abs(np.median(edges) - 202) <= 1


def test_where_the_outline_moves_the_mask_covers_the_old_ones_rim() -> None:
    photo = np.full((200, 200, 3), 128, np.uint8)
    coarse = np.zeros((200, 200), np.float32)
    coarse[50:150, 50:150] = 1
    soft = carry(
        photo,
        Affine(SIDE / 200, SIDE / 200, 0, 0),
        [repaint(ChangeKind.PICTURE, 0.8, MaskFields(edge_aware(photo, coarse, sharp=False)))],
    )
    hard = carry(
        photo,
        Affine(SIDE / 200, SIDE / 200, 0, 0),
        [repaint(ChangeKind.PICTURE, 0.8, MaskFields(edge_aware(photo, coarse)))],
    )
    assert soft.mask.astype(int).sum() > hard.mask.astype(int).sum()
    assert not soft.mask[:30].any()
