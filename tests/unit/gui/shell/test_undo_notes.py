"""Undo takes back the last act of the project: on which photo is said where another one is on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.domain.labels import Answer
from fashion_studio.gui.components.buttons import LinkButton
from tests.edited_photos import add_edit

pytestmark = pytest.mark.gui
WAIT_MS = 20_000
RED = EditStack((EditStep.of("colors", "red"),))


@pytest.fixture
def first_edited(window, read_project, qtbot):
    """The edit room on the second photo; the first one has just been made red."""
    window.session.adopt(read_project)
    window.show_room("edit")
    first, second = (int(each) for each in window.session.queue[:2])
    read_project.keep_stack(first, RED, "Color: Red")
    window.session.set_current(second)
    qtbot.waitUntil(lambda: window.edit.room.stage.canvas.photo is not None, timeout=WAIT_MS)
    return first


def sentences(window):
    return [toast.sentence for toast in window.toasts.shown]


def test_undo_of_another_photos_edit_says_which_and_goes_there_in_the_same_room(window, first_edited):
    command = window.commands.get("window.go_there")
    assert not command.action.isEnabled()
    window.commands.run("window.undo")
    assert sentences(window) == ["Undone: Color: Red, on garment_000.png"]
    assert window.session.current != first_edited
    (toast,) = window.toasts.shown
    assert "Ctrl G" in command.key
    QTest.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert window.session.current == first_edited
    assert window.rooms.currentWidget() is window.edit
    assert window.edit.room.keeper.item.row.id == first_edited
    assert not window.edit.room.keeper.stack.steps
    assert not command.action.isEnabled()
    toast.dismiss()


def test_redo_says_it_too_and_the_toast_itself_goes_there(window, first_edited):
    window.commands.run("window.undo")
    window.toasts.clear()
    window.commands.run("window.redo")
    assert sentences(window) == ["Done again: Color: Red, on garment_000.png"]
    (link,) = window.toasts.shown[0].findChildren(LinkButton)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert window.session.current == first_edited
    assert window.edit.room.keeper.stack == RED


def test_what_the_screen_shows_is_not_said(window, first_edited):
    window.session.set_current(first_edited)
    window.commands.run("window.undo")
    assert sentences(window) == []
    window.session.set_current(int(window.session.queue[1]))
    window.show_room("library")
    window.commands.run("window.redo")
    assert sentences(window) == []


def test_of_many_photos_only_the_act_is_said(window, read_project, first_edited):
    others = [int(each) for each in window.session.queue[3:6]]
    read_project.set_answers(others, {"category": Answer.of("shirt")})
    window.commands.run("window.undo")
    assert sentences(window) == ["Undone: Category set to Shirt on 3 photos"]
    assert not window.commands.get("window.go_there").action.isEnabled()


def test_a_photo_that_undo_has_taken_away_is_not_offered(window, read_project, first_edited):
    add_edit(read_project, first_edited, 90)
    window.commands.run("window.undo")
    assert sentences(window) == ["Undone: Edit of garment_000.png saved"]
    assert not window.commands.get("window.go_there").action.isEnabled()
