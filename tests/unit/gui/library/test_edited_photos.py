"""Photos that edits made are marked in the grid, beside the photo and in words, and can be filtered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from fashion_studio.domain.labels import Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.components.tiles import Tile, paint_tile
from fashion_studio.gui.library.filter_words import conditions
from fashion_studio.gui.theme.theme import current_theme
from tests.edited_photos import add_edit

pytestmark = pytest.mark.gui


@pytest.fixture
def made(project) -> int:
    """An edit of the first photo."""
    return add_edit(project, int(project.ids()[0]))


def opened(window, project, calm):
    window.session.adopt(project)
    calm(window)
    return window


def test_the_grid_marks_them_and_says_of_which_photo_they_are(window, project, made, calm):
    opened(window, project, calm)
    model = window.library.grid.model()
    names = [model.data(model.index(place)) for place in range(model.rowCount())]
    place = names.index("garment_000 edit 1.png")
    assert model.data(model.index(place), Qt.ItemDataRole.ToolTipRole) == "Edited from garment_000.png"
    spoken = model.data(model.index(place), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "garment_000 edit 1.png, Edited from garment_000.png"
    photo = names.index("garment_000.png")
    assert model.data(model.index(photo), Qt.ItemDataRole.ToolTipRole) is None


def painted(width_px: int = 144, **marks: bool) -> QImage:
    image = QImage(160, 140, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_tile(painter, current_theme(), QRect(8, 8, width_px, 100), Tile("Dress", Status.NEW, **marks), None)
    painter.end()
    return image


def test_the_mark_stands_beside_status_and_flag(window):
    plain, edited, flagged = painted(), painted(edited=True), painted(flagged=True)
    second, third = QRect(36, 84, 20, 20), QRect(60, 84, 20, 20)
    assert edited.copy(second) != plain.copy(second)
    assert edited.copy(second) != flagged.copy(second)
    both = painted(edited=True, flagged=True)
    assert both.copy(second) == flagged.copy(second)
    assert both.copy(third) == edited.copy(second)
    # Beside the photo in a small window the tiles have room for two.
    small, first_above = painted(64, edited=True, flagged=True), QRect(12, 60, 20, 20)
    assert small.copy(second) == painted(64, flagged=True).copy(second)
    assert small.copy(first_above) == edited.copy(second)
    assert small.copy(QRect(60, 84, 20, 20)) == painted(64).copy(QRect(60, 84, 20, 20))


def test_the_panel_filters_by_them_and_counts(window, project, made, calm):
    opened(window, project, calm)
    panel, session = window.library.panel, window.session
    rows = panel._sections["marks"].entries
    assert rows[True].isVisibleTo(panel)
    assert (rows[True].count, rows[False].count) == (1, 12)
    rows[True].click()
    calm(window)
    assert session.filter == ItemFilter(derived=True)
    assert session.listing.tolist() == [made]
    assert (rows[True].count, rows[False].count) == (1, 12)  # what would remain with the other one
    assert [each.title for each in conditions(session.filter, session.vocabulary)] == ["Edited photos"]
    rows[False].click()
    calm(window)
    assert session.listing.size == 12
    assert conditions(session.filter, session.vocabulary)[0].title == "Not edited"
    assert conditions(session.filter, session.vocabulary)[0].without == ItemFilter()
    rows[False].click()
    calm(window)
    assert session.listing.size == 13


def test_a_project_without_edits_has_no_use_for_the_filter(window, project, calm):
    opened(window, project, calm)
    rows = window.library.panel._sections["marks"].entries
    assert not rows[True].isVisibleTo(window.library.panel)
    assert not rows[False].isVisibleTo(window.library.panel)


def test_undo_takes_it_out_of_the_grid_and_redo_brings_it_back(window, project, made, calm):
    opened(window, project, calm)
    assert window.session.listing.size == 13
    window.session.undo()
    calm(window)
    assert window.session.listing.size == 12
    window.session.redo()
    calm(window)
    assert made in window.session.listing.tolist()


def test_beside_the_photo_it_says_what_it_was_edited_from(window, project, made, calm, qtbot):
    opened(window, project, calm)
    window.session.set_current(made)
    window.annotate.presenter.catch_up()
    inspector = window.annotate.inspector
    assert inspector.origin.text() == "Edited from garment_000.png"
    assert not inspector.origin.isHidden()
    window.session.set_current(int(project.ids(ItemFilter(derived=False))[3]))
    window.annotate.presenter.catch_up()
    assert inspector.origin.isHidden()
