"""Freeing space through the window: what there is, deleting it, and what is said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from recorded_runs import put_run

from fashion_studio.gui.shell.freeing_dialog import FreeingDialog
from fashion_studio.gui.works import WorkState
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_removal import remove_run, removed_runs
from tests.edited_photos import add_edit

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def shown(window, read_project, qtbot):
    """The dialog over a project with one undone edit and one removed run."""
    window.session.adopt(read_project)
    made = add_edit(read_project, int(read_project.ids()[0]), 40)
    read_project.undo()
    remove_run(read_project, put_run(runs_dir(read_project)))
    dialog = FreeingDialog(window.session, window)
    dialog.show()
    counted(qtbot, dialog)
    yield dialog, read_project.path(made)
    dialog.done(0)
    dialog.deleteLater()
    qtbot.waitUntil(lambda: not window.session.bridge.busy, timeout=WAIT_MS)


def counted(qtbot, dialog):
    qtbot.waitUntil(
        lambda: not any(line.sentence.endswith("…") for line in dialog.lines.values()), timeout=WAIT_MS
    )


def test_it_says_how_much_and_deletes_it_for_good(window, shown, qtbot):
    dialog, picture = shown
    edits, runs = dialog.lines["edits"], dialog.lines["runs"]
    assert edits.sentence.startswith("1 picture, ")
    assert runs.sentence.startswith("1 run, ")
    size = edits.sentence.removeprefix("1 picture, ")
    QTest.mouseClick(edits.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: edits.sentence == "Nothing to delete", timeout=WAIT_MS)
    assert not picture.exists()
    assert not edits.delete.isEnabled()
    assert [toast.sentence for toast in window.toasts.shown] == [f"{size} freed"]
    assert runs.delete.isEnabled()
    QTest.mouseClick(runs.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: runs.sentence == "Nothing to delete", timeout=WAIT_MS)
    assert removed_runs(window.session.project) == []
    assert {work.state for work in window.session.works.all()} == {WorkState.DONE}


def test_a_refusal_is_said_and_nothing_is_lost(window, shown, qtbot, monkeypatch):
    dialog, picture = shown
    line = dialog.lines["edits"]

    def refuse(path, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch, qtbot.waitSignal(window.session.problem) as told:
        patch.setattr(type(picture), "unlink", refuse)
        QTest.mouseClick(line.delete, Qt.MouseButton.LeftButton)
    assert "Permission denied" in told.args[0]
    counted(qtbot, dialog)
    assert picture.is_file()
    assert line.sentence.startswith("1 picture, ")
    assert window.session.works.all()[0].state is WorkState.FAILED
    window.toasts.clear()


def test_a_project_for_reading_only_is_shown_and_not_touched(window, read_project, qtbot):
    add_edit(read_project, int(read_project.ids()[0]), 40)
    read_project.undo()
    window.session.adopt(Project.open(read_project.folder, read_only=True))
    dialog = FreeingDialog(window.session, window)
    dialog.show()
    counted(qtbot, dialog)
    assert dialog.lines["edits"].sentence.startswith("1 picture, ")
    assert not dialog.lines["edits"].delete.isEnabled()
    dialog.done(0)
    dialog.deleteLater()
    read_project.close()


def test_it_has_a_key_and_a_place_in_the_menu(window, read_project, monkeypatch):
    command = window.commands.get("window.free")
    assert not command.action.isEnabled()
    window.session.adopt(read_project)
    assert command.action.isEnabled()
    shown = []
    monkeypatch.setattr(FreeingDialog, "exec", lambda dialog: shown.append(dialog) or dialog.done(0))
    QTest.keyClick(
        window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert len(shown) == 1
