"""Somebody else's labels: rendered in DeepFashion's files, imported by a key, taken back by a key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.queries import UNSET
from fashion_studio.gui.shell.import_dialog import ImportDialog
from fashion_studio.rendering.folder import PictureForm, read_truth
from fashion_studio.services.rendered_sets import SetLayout, write_rendered_set

pytestmark = pytest.mark.gui
COUNT = 6


def test_labels_come_in_by_a_key_and_go_by_a_key(window, qtbot, calm, tmp_path):
    folder = tmp_path / "set"
    write_rendered_set(folder, SetLayout.DEEPFASHION, COUNT, 40, form=PictureForm(96, 128))
    session = window.session
    window.opener.open_any(folder / "img")
    qtbot.waitUntil(lambda: session.listing.size == COUNT, timeout=30_000)
    calm(window)
    first = int(session.listing[0])
    session.perform(lambda: session.project.set_answers([first], {"category": Answer.of("hat")}))

    def import_them() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ImportDialog)
        dialog.place.line.setText(str(folder))
        dialog.finished_reading.connect(lambda _plan: said.append(dialog.report.text()))
        dialog.finished_reading.connect(
            lambda _plan: qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
        )
        dialog.finished_writing.connect(
            lambda _outcome: qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
        )
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    said: list[str] = []
    QTimer.singleShot(0, window, import_them)
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)  # returns with the dialog's end
    assert said
    assert "Category is Hat" in said[0]
    calm(window)
    truth = {item.file.rsplit("/", 1)[-1]: item for item in read_truth(folder)}
    for item_id in session.listing:
        item = session.project.item(int(item_id))
        expected = truth[item.row.name].category if int(item_id) != first else "hat"
        assert item.answers["category"] == Answer.of(expected)
        assert item.box is not None
    assert session.project.history(first)[0].actor == "DeepFashion lists in set"
    assert session.project.facets().person["category"].get(UNSET, 0) == 0

    window.activateWindow()  # off screen nobody gives the window back its keys after a dialog
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    calm(window)
    assert session.project.facets().person["category"][UNSET] == COUNT - 1
    assert session.project.item(first).answers["category"] == Answer.of("hat")
