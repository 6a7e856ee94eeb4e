"""Text and rounded shapes on arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fashion_studio.imaging.lettering import Fonts, TextStyle, blend, draw_round_rect

INTER = Path(__file__).parents[3] / "resources" / "fonts"


@pytest.fixture(params=["inter", "built in"])
def fonts(request) -> Fonts:
    return Fonts(INTER if request.param == "inter" and INTER.is_dir() else None)


def inked(canvas: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(canvas.max(axis=2) > 60)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_text_stands_where_it_is_put(fonts) -> None:
    style = TextStyle(fonts, 20, "semibold")
    width = style.width("HIHI")
    for align, left in (("left", 100.0), ("right", 100.0 - width), ("centre", 100.0 - width / 2)):
        canvas = np.zeros((60, 220, 3), dtype=np.uint8)
        style.draw(canvas, (100, 30), "HIHI", (255, 255, 255), align=align)
        x_0, y_0, x_1, y_1 = inked(canvas)
        assert abs(x_0 - left) < 4
        assert abs(x_1 - (left + width)) < 4
        assert abs((y_0 + y_1) / 2 - 30) <= 2
        assert 12 <= y_1 - y_0 <= 18


def test_long_text_is_cut_with_an_ellipsis(fonts) -> None:
    style = TextStyle(fonts, 12)
    canvas = np.zeros((30, 300, 3), dtype=np.uint8)
    style.draw(canvas, (5, 15), "a file name that does not fit here.jpg", (255, 255, 255), max_width_px=90)
    x_0, _, x_1, _ = inked(canvas)
    assert x_0 >= 4
    assert 60 < x_1 <= 97


def test_figures_are_tabular_in_inter() -> None:
    if not INTER.is_dir():
        pytest.skip("the fonts are not there")
    style = TextStyle(Fonts(INTER), 12)
    assert style.width("111") == pytest.approx(style.width("888"), abs=0.3)


def test_drawing_outside_is_cut(fonts) -> None:
    canvas = np.zeros((20, 20, 3), dtype=np.uint8)
    TextStyle(fonts, 12).draw(canvas, (-30, 5), "outside on the left and far out on the right", (9, 9, 9))
    draw_round_rect(canvas, (-10, -10, 15, 15), (200, 100, 50), radius_px=3)
    draw_round_rect(canvas, (50, 50, 10, 10), (255, 255, 255))
    draw_round_rect(canvas, (5, 5, 0, 4), (255, 255, 255))
    assert tuple(canvas[0, 0]) == (200, 100, 50)
    assert tuple(canvas[12, 12]) != (255, 255, 255)


def test_shapes_cover_their_area_to_the_quarter_pixel() -> None:
    canvas = np.zeros((20, 20, 3), dtype=np.uint8)
    draw_round_rect(canvas, (3.5, 4.25, 6, 5), (255, 255, 255))
    assert canvas[..., 0].sum() / 255 == pytest.approx(30, abs=0.1)
    assert canvas[6, 3, 0] == pytest.approx(128, abs=1)
    ring = np.zeros((20, 20, 3), dtype=np.uint8)
    draw_round_rect(ring, (2, 2, 16, 16), (255, 255, 255), line_px=1)
    assert ring[10, 10, 0] == 0
    assert ring[2, 10, 0] == 255


def test_blending_is_even() -> None:
    canvas = np.full((2, 2, 3), 100, dtype=np.uint8)
    blend(canvas, np.array([[255, 0], [128, 255]], dtype=np.uint8), (0, 0), (200, 0, 100), opacity=0.5)
    assert canvas[0, 0].tolist() == [150, 50, 100]
    assert canvas[0, 1].tolist() == [100, 100, 100]
    assert np.abs(canvas[1, 0].astype(int) - (125, 75, 100)).max() <= 1
