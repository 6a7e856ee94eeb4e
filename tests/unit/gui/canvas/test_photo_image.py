"""The pyramid: the right level for a zoom; brightness and contrast change only what is seen."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.gui.canvas.photo_image import Adjustment, build_photo_image


def photo(width=1200, height=1600, photo_px=None, fitted_px=None):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    return pixels, build_photo_image(pixels, photo_px or (width, height), fitted_px)


def test_pixels_are_the_photos_own(qapp):
    pixels, made = photo(64, 48)
    color = made.levels[0].image.pixelColor(13, 7)
    assert (color.red(), color.green(), color.blue()) == tuple(pixels[7, 13])
    assert made.is_full


def test_levels_halve_and_the_smallest_sufficient_one_is_taken(qapp):
    _, made = photo()
    widths = [level.width_px for level in made.levels]
    assert widths == [1200, 600, 300]
    assert made.level_for(0.42).width_px == 600
    assert made.level_for(0.25).width_px == 300
    assert made.level_for(1.0).width_px == 1200
    assert made.level_for(8.0).width_px == 1200


def test_a_reduced_decode_knows_the_photos_size(qapp):
    _, made = photo(600, 800, photo_px=(3000, 4000))
    assert not made.is_full
    assert made.level_for(1.0).width_px == 600
    assert made.bytes_held >= 600 * 800 * 4


def test_the_fitted_picture_is_made_once(qapp):
    _, made = photo(fitted_px=(513, 684))
    first = made.fitted_for(513, 684)
    assert (first.width_px, first.height_px) == (513, 684)
    assert made.fitted_for(513, 684) is first
    assert made.fitted_for(400, 533) is not first


def test_halving_is_an_average():
    pixels = np.zeros((1280, 1280, 3), np.uint8)
    pixels[:, ::2] = 200
    made = build_photo_image(pixels, (1280, 1280))
    assert made.levels[1].pixels[5, 5, 0] == 100


@pytest.mark.parametrize(("brightness", "contrast"), [(40, 0), (-40, 0), (0, 60), (20, -50)])
def test_viewing_changes_a_copy(qapp, brightness, contrast):
    _pixels, made = photo(64, 48)
    before = made.levels[0].pixels.copy()
    seen = made.seen_through(made.levels[0], Adjustment(brightness, contrast))
    assert not np.array_equal(seen.pixels, before)
    assert np.array_equal(made.levels[0].pixels, before)
    assert made.seen_through(made.levels[0], Adjustment()) is made.levels[0]


def test_contrast_turns_about_mid_grey_and_brightness_shifts():
    flat = Adjustment(contrast=-100).table()
    assert int(flat[255]) - int(flat[0]) == pytest.approx(64, abs=1)
    assert int(Adjustment(brightness=100).table()[0]) == pytest.approx(127, abs=1)
    assert (Adjustment().table() == np.arange(256)).all()
