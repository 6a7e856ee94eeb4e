from __future__ import annotations

import numpy as np

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import LandmarkPrediction
from fashion_studio.imaging.garment_bands import collar_band, hem_band

BOX = Box(20, 20, 160, 200)


def points(
    visibility: Visibility = Visibility.VISIBLE, **places: tuple[float, float]
) -> list[LandmarkPrediction]:
    return [LandmarkPrediction(name, x, y, visibility, 0.9) for name, (x, y) in places.items()]


def test_the_collar_lies_around_its_line() -> None:
    band = collar_band(points(left_collar=(80, 40), right_collar=(120, 40)), BOX, (240, 200))
    assert band is not None
    assert band.shape == (240, 200)
    assert (band[40, 80:120] == 1).all()
    rows, columns = np.nonzero(band)
    assert (rows.min(), rows.max()) == (22, 57)  # 0.45 · 40 px to every side
    assert (columns.min(), columns.max()) == (62, 137)


def test_the_hem_is_a_band_of_the_garments_height() -> None:
    band = hem_band(points(left_hem=(40, 200), right_hem=(160, 210)), BOX, (240, 200))
    assert band is not None
    rows = np.flatnonzero(band[:, 100])
    assert abs(rows.mean() - 205) < 1
    assert 32 < np.ptp(rows) < 38  # 9 % of 200 px to every side


def test_absent_points_have_no_band() -> None:
    absent = points(Visibility.ABSENT, left_collar=(80, 40), right_collar=(120, 40))
    assert collar_band(absent, BOX, (240, 200)) is None
    assert hem_band(points(left_hem=(40, 200)), BOX, (240, 200)) is None
