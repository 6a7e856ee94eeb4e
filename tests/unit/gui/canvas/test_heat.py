"""Heat maps lie exactly where the network looked, and are transparent where it did not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fashion_studio.domain.geometry import Affine
from fashion_studio.gui.canvas.heat import colored, field_on_photo, premultiplied_table
from fashion_studio.imaging.colormaps import colormap

INPUT = 224


def letterboxed(photo_px):
    scale = INPUT / max(photo_px)
    return Affine(scale, scale, (INPUT - photo_px[0] * scale) / 2, (INPUT - photo_px[1] * scale) / 2)


@pytest.mark.parametrize("photo_px", [(600, 800), (800, 600), (500, 500)])
@pytest.mark.parametrize("spot", [(0.5, 0.5), (0.25, 0.7), (0.8, 0.2)])
def test_the_peak_lies_on_the_photo_where_it_lies_in_the_input(photo_px, spot):
    to_input = letterboxed(photo_px)
    side = 56
    x_in, y_in = to_input.apply(np.array([spot[0] * photo_px[0], spot[1] * photo_px[1]]))
    centers = (np.arange(side) + 0.5) * INPUT / side
    columns, rows = np.meshgrid(centers, centers)
    field = np.exp(-((columns - x_in) ** 2 + (rows - y_in) ** 2) / 200).astype(np.float32)
    target = (photo_px[0] // 2, photo_px[1] // 2)
    placed = field_on_photo(field, to_input, INPUT, photo_px, target)
    row, column = np.unravel_index(placed.argmax(), placed.shape)
    assert (column + 0.5) / target[0] == pytest.approx(spot[0], abs=0.01)
    assert (row + 0.5) / target[1] == pytest.approx(spot[1], abs=0.01)
    assert placed.shape == (target[1], target[0])


def test_only_the_positive_part_is_shown_over_its_own_peak():
    field = np.full((7, 7), -3.0, np.float32)
    field[3, 3] = 0.02
    placed = field_on_photo(field, letterboxed((400, 400)), INPUT, (400, 400), (100, 100))
    assert placed.min() == 0.0
    assert placed.max() == pytest.approx(1.0)


def test_a_map_without_evidence_is_empty_and_not_noise():
    field = np.full((7, 7), -1.0, np.float32)
    placed = field_on_photo(field, letterboxed((300, 400)), INPUT, (300, 400), (60, 80))
    assert not placed.any()


def test_what_lies_outside_the_photo_does_not_count_for_the_peak():
    photo = (200, 400)  # bars left and right in the input
    field = np.zeros((14, 14), np.float32)
    field[:, 0] = 100.0  # far outside the photo
    field[7, 7] = 1.0
    placed = field_on_photo(field, letterboxed(photo), INPUT, photo, (50, 100))
    assert placed.max() == pytest.approx(1.0)
    assert placed[40:60, 20:35].max() == pytest.approx(1.0, abs=0.02)


def test_colours_are_premultiplied_and_the_least_is_transparent():
    table = premultiplied_table(colormap("magma"))
    alpha = table >> 24
    for shift in (0, 8, 16):
        assert (((table >> shift) & 255) <= alpha).all()
    assert table[0] == 0
    assert alpha[255] == round(0.88 * 255)


def test_a_stretched_picture_is_the_picture_of_the_stretched_field():
    spots = np.linspace(-1, 1, 60, dtype=np.float32)
    field = np.exp(-8 * (spots[None, :] ** 2 + spots[:, None] ** 2))
    table = premultiplied_table(colormap("gray"))
    fine = cv2.resize(field, (240, 240), interpolation=cv2.INTER_CUBIC)
    first = colored(field, table, (240, 240))
    second = colored(np.clip(fine, 0, 1), table)
    for x, y in ((10, 10), (120, 120), (100, 60), (200, 130)):
        assert abs((first.pixel(x, y) >> 24) - (second.pixel(x, y) >> 24)) <= 3


def test_the_picture_is_the_table_by_value():
    table = premultiplied_table(colormap("cividis"))
    field = np.array([[0.0, 1.0], [0.5, 0.25]], np.float32)
    image = colored(field, table)
    words = [image.pixel(x, y) for y in range(2) for x in range(2)]
    assert image.width() == image.height() == 2
    assert (words[0] >> 24) == 0
    assert (words[1] >> 24) == int(table[255] >> 24)
