"""The grid: photos as rows, variants as columns; it costs what is on the screen, however many there are."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from recorded_probes import spec_of

from fashion_studio.gui.probe.probe_pictures import ProbePictures
from fashion_studio.gui.probe.variant_geometry import VariantGeometry
from fashion_studio.gui.probe.variant_rows import VariantRows
from fashion_studio.gui.probe.variants_grid import VariantsGrid

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def grid(qtbot):
    made = VariantsGrid()
    made.resize(1020, 460)
    made.show()
    yield made
    qtbot.waitUntil(lambda: made.pictures.idle and not made._settled.isActive(), timeout=WAIT_MS)
    made.pictures.close()
    made.close()
    made.deleteLater()


@pytest.fixture
def fill(grid, record, view_of, studio, project):
    """Shows a recorded probe."""
    project.close()  # what is needed of it is in the run folder

    def show(*names, backgrounds=False, **more):
        view = view_of(record(spec_of(*names), **more))
        pictures = ProbePictures(view.run)
        grid.show_rows(VariantRows(view, pictures, "category", studio, backgrounds=backgrounds), pictures)
        return view

    return show


def test_cells_and_rows_lie_where_a_click_finds_them():
    geometry = VariantGeometry(1000, 400, 8, 40, 2, 100, 36, 40, 0, 350)
    for row in geometry.rows_between(geometry.head, geometry.height):
        for column in range(8):
            center = geometry.picture_rect(row, column).center()
            if center.y() > geometry.head:
                assert geometry.cell_at(center) == (row, column)
    assert geometry.cell_at(QPoint(20, 100)) is None
    assert geometry.cell_at(QPoint(300, 10)) is None


@pytest.mark.parametrize("width", [660, 700, 1000, 1400, 2400])
def test_columns_fill_the_width_without_touching(width):
    geometry = VariantGeometry(width, 400, 8, 10, 1, 100, 36, 40)
    rects = [geometry.picture_rect(0, column) for column in range(8)]
    assert all(b.left() > a.right() for a, b in pairwise(rects))
    assert rects[0].left() >= 116
    if width >= 720:
        assert rects[-1].right() < width
    assert geometry.content.width() >= rects[-1].right()


def test_pictures_and_maps_come_from_threads(grid, fill, qtbot):
    fill("House")
    first = grid.rows.row(0).cells[0]
    qtbot.waitUntil(lambda: grid.pictures.get(first.picture) is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: grid.pictures.get(first.heat) is not None, timeout=WAIT_MS)
    assert grid.pictures.get(first.heat).size() == grid.pictures.get(first.picture).size()


def test_maps_can_be_taken_off(grid, fill, qtbot):
    fill("House")
    first = grid.rows.row(0).cells[0]
    both = (first.picture, first.heat)
    qtbot.waitUntil(lambda: all(grid.pictures.get(each) is not None for each in both), timeout=WAIT_MS)
    middle = grid.geometry_now.picture_rect(0, 0).center()
    warm = grid.grab().toImage().pixelColor(middle)
    grid.set_heat(on=False)
    assert grid.grab().toImage().pixelColor(middle) != warm


def test_arrows_pages_and_ends_go_from_cell_to_cell(grid, fill, qtbot):
    fill("House", "Mixed")
    grid.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(grid, key)
    assert grid.current == (1, 1)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.current == (23, 1)
    assert grid.geometry_now.picture_rect(23, 1).bottom() < grid.viewport().height()
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.current == (0, 1)
    assert grid.verticalScrollBar().value() == 0
    assert grid.accessibleDescription().startswith("garment_000.png, House, Grey: Dress")


def test_a_click_rings_a_cell_and_enter_opens_its_photo(grid, fill, qtbot):
    fill("House")
    qtbot.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.geometry_now.picture_rect(1, 2).center()
    )
    assert grid.current == (1, 2)
    with qtbot.waitSignal(grid.opened) as told:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert told.args == [grid.rows.row(1).item_id]


def test_two_hundred_photos_cost_what_is_on_the_screen(grid, fill):
    photos = [(n + 1, f"photo_{n:03d}.png") for n in range(200)]
    fill("House", "Mixed", photos=photos, pictures=False)
    assert grid.rows.count == 400
    grid.grab()
    assert len(grid.rows._rows) < 12
    bar = grid.verticalScrollBar()
    steps = []
    for place in range(0, bar.maximum(), bar.maximum() // 60):
        began = time.thread_time()
        bar.setValue(place)
        grid.viewport().repaint()
        steps.append(time.thread_time() - began)
    assert sorted(steps)[len(steps) // 2] < 0.05


def test_rows_that_come_later_join_without_moving_what_is_there(grid, fill, record, view_of, qtbot):
    view = fill("House", done=4)
    grid.set_current(3, 2)
    kept = grid.rows.row(3)
    more = view_of(record(spec_of("House"), name="20260102-000000-probe-more"))
    grid.rows.follow(more)
    grid.grown()
    assert grid.rows.count == 12
    assert grid.rows.row(3) is kept
    assert grid.current == (3, 2)
    assert len(view.results) == 4


def test_backgrounds_are_columns_too(grid, fill):
    fill("House", backgrounds=True)
    assert grid.rows.columns == ["original", "on-grey", "on-black", "on-white", "on-photo"]
    flipped = [cell.flipped for cell in grid.rows.row(0).cells]
    assert flipped == [False, False, True, False, False]
