"""The first minute of an annotator: a folder of garments, a filter, a bulk act, undo, the first labels."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel

from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.components.base import Control
from fashion_studio.rendering.folder import write_folder
from fashion_studio.services.recent import recent_projects

pytestmark = pytest.mark.gui
COUNT = 8


@pytest.fixture(scope="module")
def garments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("intake") / "garments"
    write_folder(folder, COUNT, seed=5)
    return folder


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def click_tile(window, qtbot, place, modifier=Qt.KeyboardModifier.NoModifier):
    grid = window.library.grid
    spot = grid.visualRect(window.library.model.index(place)).center() - QPoint(0, 20)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, spot)


def test_from_a_dropped_folder_to_labels_that_stay(window, qtbot, calm, garments):  # noqa: PLR0915 - one story
    session, library = window.session, window.library
    assert window.faces.currentWidget() is window.welcome

    # A folder is dropped onto the window: a project, and its photos in the grid.
    drop(window, garments)
    qtbot.waitUntil(lambda: session.listing.size == COUNT, timeout=30_000)
    calm(window)
    assert window.faces.currentWidget() is window.studio
    assert library.model.rowCount() == COUNT
    assert library.panel.facets.statuses[Status.NEW] == COUNT

    # Three are selected; the bulk bar offers what can be done; one operation sets their fit.
    click_tile(window, qtbot, 0)
    click_tile(window, qtbot, 2, Qt.KeyboardModifier.ShiftModifier)
    chosen = library.grid.selected_ids().tolist()
    assert len(chosen) == 3
    assert library.bulk.isVisible()
    menu = library.bulk.attribute_menu()
    fit = next(action.menu() for action in menu.actions() if action.text() == "&Fit")
    next(action for action in fit.actions() if action.text() == "Loose").trigger()
    menu.deleteLater()
    answers = [session.project.item(item_id).answers["fit"] for item_id in chosen]
    assert answers == [Answer.of("loose")] * 3
    assert [toast.sentence for toast in window.toasts.shown] == ["Fit set to Loose on 3 photos"]
    calm(window)
    assert library.panel.facets.person["fit"]["loose"] == 3

    # Ctrl+Z takes it back, in one step.
    qtbot.keyClick(library.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert all("fit" not in session.project.item(item_id).answers for item_id in chosen)
    qtbot.keyClick(
        library.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert all("fit" in session.project.item(item_id).answers for item_id in chosen)
    calm(window)

    # A click in the panel filters; taking the chip away shows all again.
    row = library.panel._sections["status"].entries[Status.IN_WORK]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: session.listing.size == 3)
    assert library.model.rowCount() == 3
    session.set_filter(ItemFilter(text="no such photo"))
    qtbot.waitUntil(library.empty.isVisible)
    assert library.empty.title == "No photo matches"
    qtbot.mouseClick(library.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.listing.size == COUNT)
    calm(window)

    # Enter leads into the annotate workspace at the photo at hand; back leads to the same tile.
    library.grid.clearSelection()
    library.grid.set_current_id(int(session.listing[4]))
    qtbot.keyClick(library.grid, Qt.Key.Key_Return)
    assert window.rooms.currentWidget() is window._pages["annotate"]
    assert session.current == int(session.listing[4])
    session.next()
    assert session.current == int(session.listing[5])
    window.show_room("library")
    assert library.grid.current_id() == session.current
    calm(window)

    # Closing remembers the project; opening it again finds every label.
    folder = session.project.folder
    window.commands.run("window.close_project")
    assert window.faces.currentWidget() is window.welcome
    assert [(entry.folder, entry.photos) for entry in recent_projects()] == [(folder, COUNT)]
    window.opener.open_project(folder)
    qtbot.waitUntil(lambda: session.project is not None)
    calm(window)
    assert session.project.item(chosen[0]).answers["fit"] == Answer.of("loose")


def test_every_text_of_the_main_screens_fits(window, qtbot, calm, garments):
    """No button, chip or label is narrower than its words, at the smallest window and at 1440."""
    drop(window, garments)
    qtbot.waitUntil(lambda: window.session.listing.size == COUNT, timeout=30_000)
    calm(window)
    for size in ((1440, 900), (1024, 700)):
        window.resize(*size)
        for room in ("library", "annotate", "jobs"):
            window.show_room(room)
            qtbot.wait(50)
            for control in window.findChildren(Control):
                if control.isVisible():
                    assert control.width() >= min(control.sizeHint().width(), 200), (
                        room,
                        size,
                        control.text(),
                    )
            for label in window.findChildren(QLabel):
                if label.isVisible() and not label.wordWrap() and label.text():
                    words = label.fontMetrics().horizontalAdvance(label.text())
                    assert label.width() >= min(words, 300), (room, size, label.text())
    calm(window)


def test_the_window_does_not_import_what_is_heavy():
    """They are the engine's; the window must be up before they could be read."""
    code = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from fashion_studio.config.settings import Settings\n"
        "from fashion_studio.gui.app import make_window\n"
        "window = make_window(app, Settings())\n"
        "window.show()\n"
        "app.processEvents()\n"
        "names = {'torch', 'torchvision', 'timm', 'rembg', 'onnxruntime', 'lightning', 'scipy'}\n"
        "heavy = names & set(sys.modules)\n"
        "window.close()\n"
        "print('heavy:', sorted(heavy))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100
    )
    assert "heavy: []" in done.stdout
