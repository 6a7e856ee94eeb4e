"""Colour tables of the heat maps."""

from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.imaging.colormaps import COLORMAPS, colormap, to_unit_range
from fashion_studio.imaging.colors import srgb_to_lab


@pytest.mark.parametrize("name", COLORMAPS)
def test_tables_rise_evenly_in_lightness_and_opacity(name) -> None:
    table = colormap(name)
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    lightness = srgb_to_lab(table[:, :3])[:, 0]
    assert (np.diff(lightness) > -0.3).all()
    assert lightness[-1] - lightness[0] > 60
    assert (np.diff(table[:, 3].astype(int)) >= 0).all()
    assert table[0, 3] == 0
    assert table[-1, 3] == round(0.88 * 255)


def test_the_ends_are_the_stops_of_the_design() -> None:
    assert tuple(colormap("magma")[0, :3]) == (0x00, 0x00, 0x04)
    assert tuple(colormap("magma")[-1, :3]) == (0xFC, 0xFD, 0xBF)
    assert tuple(colormap("cividis")[0, :3]) == (0x00, 0x22, 0x4E)
    # The fifth of ten stops lies at 4/9 of the way.
    assert np.abs(colormap("cividis")[round(4 / 9 * 255), :3].astype(int) - (0x70, 0x71, 0x73)).max() <= 2


def test_tables_are_shared_and_cannot_be_written() -> None:
    assert colormap("viridis") is colormap("viridis")
    with pytest.raises(ValueError, match="read-only"):
        colormap("viridis")[0, 0] = 1
    with pytest.raises(KeyError):
        colormap("jet")


def test_activation_maps_are_brought_to_unit_range() -> None:
    cam = np.array([[-3.0, 0.0], [2.0, 4.0]], dtype=np.float32)
    assert to_unit_range(cam).tolist() == [[0.0, 0.0], [0.5, 1.0]]
    assert not to_unit_range(-np.abs(cam)).any()
    assert not to_unit_range(np.full((2, 2), np.nan)).any()
