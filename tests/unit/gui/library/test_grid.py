"""The grid: ids only, rows for what is seen, selection by keys and by id, pictures from threads."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester

from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import ItemRow
from fashion_studio.gui.library.grid import TileGrid
from fashion_studio.gui.library.pictures import filled
from fashion_studio.gui.library.tile_model import ID_ROLE, TileModel
from fashion_studio.gui.theme.theme import Theme, ThemeMode

pytestmark = pytest.mark.gui


class Rows:
    """A project of any size that notes what it was asked for."""

    def __init__(self):
        self.asked = []

    def rows(self, ids):
        self.asked.append([int(item_id) for item_id in ids])
        return [
            ItemRow(int(i), f"{i}.jpg", 10, 10, Status.NEW, Split.NONE, False, None, False, None, 0)
            for i in ids
        ]

    def thumbnail(self, item_id, side_px):
        return None


@pytest.fixture
def grid(qtbot, qapp):
    theme = Theme(ThemeMode.DARK)
    theme.install(qapp)
    model = TileModel()
    view = TileGrid(model, lambda row: row.name)
    qtbot.addWidget(view)
    view.resize(1120, 800)
    project = Rows()
    model.open(project)
    view.pictures.open(project)
    model.set_ids(np.arange(1, 1001, dtype=np.int64))
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.pictures.close()


def test_the_model_keeps_its_promises(qtbot, qapp):
    model = TileModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.open(Rows())
    model.set_ids(np.arange(5, dtype=np.int64))
    model.set_ids(np.arange(9, dtype=np.int64))
    model.set_ids(np.array([3, 1], dtype=np.int64))
    model.invalidate([1])
    assert model.index(1).data(ID_ROLE) == 1
    assert model.index(1).data() == "1.jpg"
    assert model.place_of(3) == 0
    assert model.place_of(77) == -1
    assert tester.model() is model


def test_growing_at_the_end_inserts_and_anything_else_resets(qtbot, qapp):
    model = TileModel()
    model.open(Rows())
    model.set_ids(np.arange(5, dtype=np.int64))
    with qtbot.waitSignal(model.rowsInserted), qtbot.assertNotEmitted(model.modelReset):
        model.set_ids(np.arange(8, dtype=np.int64))
    with qtbot.waitSignal(model.modelReset):
        model.set_ids(np.arange(8, dtype=np.int64)[::-1].copy())


def test_only_seen_rows_are_fetched_and_changed_ones_again(qtbot, qapp):
    model, project = TileModel(), Rows()
    model.open(project)
    model.set_ids(np.arange(100_000, dtype=np.int64))
    assert model.row(50_000).name == "50000.jpg"
    assert sum(len(asked) for asked in project.asked) <= 128
    model.row(50_001)
    assert len(project.asked) == 1
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.invalidate([50_000])
    assert changed.args[0].row() == 50_000
    model.row(50_000)
    assert project.asked[1] == [50_000]


def test_seven_columns_at_the_designs_width(grid):
    assert grid.columns == 7
    first, last = (grid.visualRect(grid.model().index(place)) for place in (0, 6))
    assert first.topLeft() == QPoint(20, 14)
    assert last.right() < grid.viewport().width()
    assert grid.indexAt(first.center()).row() == 0


def test_arrows_shift_and_ends_move_as_in_rows(grid, qtbot):
    grid.set_current_id(1)
    for key, place in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 8),
        (Qt.Key.Key_Left, 7),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, 999),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(grid, key)
        assert grid.currentIndex().row() == place
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_ids().tolist() == [1, 2, 3]
    qtbot.keyClick(grid, Qt.Key.Key_End)
    bar = grid.verticalScrollBar()
    assert grid.visualRect(grid.currentIndex()).bottom() <= grid.viewport().height()
    assert bar.value() > 0


def test_all_are_selected_in_one_range(grid, qtbot):
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected_ids().size == 1000
    assert len(grid.selectionModel().selection().toList()) == 1
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selected_ids().size == 0


def test_selection_by_id_survives_another_order(grid):
    grid.select_ids([5, 6, 900])
    model = grid.model()
    kept = grid.selected_ids()
    model.set_ids(np.arange(1000, 0, -1, dtype=np.int64))
    grid.select_ids(kept)
    assert sorted(grid.selected_ids().tolist()) == [5, 6, 900]


def test_enter_and_double_click_open(grid, qtbot):
    opened = []
    grid.opened.connect(opened.append)
    grid.set_current_id(3)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    spot = grid.visualRect(grid.model().index(8)).center()
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened == [3, 9]


def test_a_click_selects_one_and_ctrl_adds(grid, qtbot):
    for place, modifier in ((1, Qt.KeyboardModifier.NoModifier), (4, Qt.KeyboardModifier.ControlModifier)):
        spot = grid.visualRect(grid.model().index(place)).center()
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, spot)
    assert grid.selected_ids().tolist() == [2, 5]


def test_another_size_keeps_the_place(grid):
    grid.set_current_id(700)
    top = grid.geometry_now.first_place
    grid.set_tile_width(200)
    assert grid.tile_width == 200
    assert top in range(grid.geometry_now.first_place, grid.geometry_now.first_place + grid.columns)
    grid.set_tile_width(5)
    assert grid.tile_width == 96


def test_pictures_fill_their_frame_with_round_corners(qapp):
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 30, 40))
    made = filled(image, QSize(144, 164), 2.0)
    assert (made.width(), made.height(), made.devicePixelRatio()) == (288, 328, 2.0)
    assert made.pixelColor(144, 164).red() > 190
    assert made.pixelColor(0, 0).alpha() == 0


def test_a_photo_without_picture_is_not_asked_for_again(grid, qtbot):
    qtbot.waitUntil(lambda: grid.pictures.idle and grid.pictures.has_failed(1))
    assert grid.pictures.get(1) is None
    assert grid.pictures.idle


def test_photos_that_a_scan_adds_are_painted_without_being_touched(qtbot, qapp):
    theme = Theme(ThemeMode.DARK)
    theme.install(qapp)
    model, project = TileModel(), Rows()
    view = TileGrid(model, lambda row: row.name)
    qtbot.addWidget(view)
    view.resize(1120, 800)
    model.open(project)
    view.pictures.open(project)
    model.set_ids(np.arange(1, 3, dtype=np.int64))
    view.show()
    qtbot.waitExposed(view)
    qtbot.waitUntil(lambda: 2 in {i for ids in project.asked for i in ids})
    model.set_ids(np.arange(1, 49, dtype=np.int64))
    qtbot.waitUntil(lambda: view.pictures.has_failed(21))  # asked for by painting alone
    assert view.verticalScrollBar().maximum() > 0
    view.pictures.close()
