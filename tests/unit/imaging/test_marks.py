"""Landmarks, bones, box and mask rim on a photo."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.imaging.marks import SIDE_COLORS, draw_box, draw_landmarks, draw_mask_outline

GREY = 90


@pytest.fixture
def canvas() -> np.ndarray:
    return np.full((300, 420, 3), GREY, dtype=np.uint8)


def near(canvas: np.ndarray, x: float, y: float) -> tuple[int, int, int]:
    return tuple(int(v) for v in canvas[int(y), int(x)])


def changed(canvas: np.ndarray) -> np.ndarray:
    return (canvas != GREY).any(axis=2)


@pytest.mark.parametrize("filled", [True, False])
def test_left_is_a_circle_and_right_a_square_in_their_colours(canvas, studio, filled) -> None:
    marks = [Landmark("left_hem", 100.0, 150.0), Landmark("right_sleeve", 300.0, 150.0)]
    draw_landmarks(canvas, marks, studio, filled=filled, names=False)
    assert near(canvas, 95, 150) == SIDE_COLORS["left"]
    assert near(canvas, 304, 150) == SIDE_COLORS["right"]
    assert (near(canvas, 100, 150) == SIDE_COLORS["left"]) is filled
    assert (near(canvas, 300, 150) == SIDE_COLORS["right"]) is filled
    corner = changed(canvas)
    assert not corner[(150 - 7), (100 - 7)], "a circle has no corners"
    assert corner[(150 - 7), (300 - 7)], "a square has"


def test_occluded_marks_carry_a_bar_and_absent_ones_are_not_drawn(canvas, studio) -> None:
    draw_landmarks(canvas, [Landmark("left_hem", 100, 150, Visibility.ABSENT)], studio)
    assert not changed(canvas).any()
    draw_landmarks(canvas, [Landmark("left_hem", 100, 150, Visibility.OCCLUDED)], studio, names=False)
    assert near(canvas, 100, 150) == SIDE_COLORS["left"]


def test_bones_join_marks_and_skip_the_short_cut(canvas, studio) -> None:
    marks = [
        Landmark("left_collar", 150, 40), Landmark("left_waistline", 60, 140), Landmark("left_hem", 150, 260),
        Landmark("right_hem", 330, 260),
    ]  # fmt: skip
    draw_landmarks(canvas, marks, studio, names=False)
    assert changed(canvas)[90, 103:108].any(), "collar to waist"
    assert changed(canvas)[200, 103:108].any(), "waist to hem"
    assert not changed(canvas)[150, 140:160].any(), "no bone from collar to hem past the waist"
    assert near(canvas, 240, 260) == (255, 255, 255), "across is white"
    without_waist = np.full_like(canvas, GREY)
    draw_landmarks(without_waist, [marks[0], marks[2]], studio, names=False)
    assert changed(without_waist)[150, 145:155].any()


def test_names_stand_beside_their_marks_inside_and_apart(canvas, studio) -> None:
    marks = [Landmark(name, 8.0 + 12 * i, 8.0 + 3 * i) for i, name in enumerate(studio.landmark_names)]
    bare, named = canvas.copy(), canvas.copy()
    draw_landmarks(bare, marks, studio, names=False)
    draw_landmarks(named, marks, studio)
    plates = (named != bare).any(axis=2)
    assert plates.sum() > 8 * 18 * 40 * 0.6, "all eight plates find room"
    small = np.full((200, 300, 3), GREY, dtype=np.uint8)
    unnamed = small.copy()
    draw_landmarks(small, marks[:1], studio)
    draw_landmarks(unnamed, marks[:1], studio, names=False)
    assert (small == unnamed).all(), "small photos carry no names"


def test_the_box_is_dashed_with_handles(canvas) -> None:
    draw_box(canvas, Box(50, 60, 200, 150))
    assert near(canvas, 50, 60) == (255, 255, 255)
    top = canvas[60, 60:240, 0].astype(int)
    assert top.max() > 150
    assert top.min() < 90
    assert not changed(canvas)[100:180, 80:220].any()
    draw_box(canvas, Box(-500, -500, 2000, 2000))
    draw_box(canvas, Box(900, 900, 20, 20))


def test_the_rim_of_a_mask_is_drawn_and_its_inside_left(canvas) -> None:
    ys, xs = np.mgrid[0:300, 0:420]
    mask = ((xs - 200) ** 2 + (ys - 150) ** 2 < 80**2).astype(np.float32)
    draw_mask_outline(canvas, mask)
    distance = np.hypot(xs - 200, ys - 150)
    assert not changed(canvas)[(distance < 76) | (distance > 84)].any()
    rim = changed(canvas)[np.abs(distance - 80) < 0.7]
    assert rim.mean() > 0.95
    empty = np.full((50, 50, 3), GREY, dtype=np.uint8)
    draw_mask_outline(empty, np.zeros((50, 50)))
    assert (empty == GREY).all()
