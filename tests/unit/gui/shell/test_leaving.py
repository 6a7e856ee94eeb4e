"""What happens between two projects: unsaved changes are asked about, a busy project can be looked at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fashion_studio.gui.components.base import Surface
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.feedback import Toasts
from fashion_studio.gui.shell.notices import Notices
from fashion_studio.gui.shell.opening import Opener
from fashion_studio.services.project import Project

pytestmark = pytest.mark.gui


@pytest.fixture
def host(qtbot):
    widget = Surface("window")
    widget.resize(1200, 800)
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def notices(session, host):
    return Notices(session, [], Toasts(host), host)


def answer(title):
    """Presses a button of the dialog that is about to open."""

    def press():
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Dialog)
        buttons = [dialog.primary, *(dialog.extra.itemAt(at).widget() for at in range(dialog.extra.count()))]
        next(button for button in buttons if button.text() == title).click()

    QTimer.singleShot(50, press)


def test_a_saved_project_is_left_at_once(session, project, notices):
    assert notices.may_leave()
    session.adopt(project)
    assert notices.may_leave()


@pytest.mark.parametrize(("button", "leaves"), [("Stay here", False), ("Close and lose them", True)])
def test_unsaved_changes_are_the_persons_decision(session, project, notices, monkeypatch, button, leaves):
    session.adopt(project)
    monkeypatch.setattr(Project, "unsaved_count", property(lambda _self: 2))
    answer(button)
    assert notices.may_leave() is leaves


def test_a_project_that_is_open_elsewhere_can_be_looked_at(session, project, notices, qtbot):
    opener = Opener(session, lambda: "second")
    opener.busy.connect(
        lambda sentence, folder: notices.offer_reading(
            sentence, lambda: opener.open_project(folder, read_only=True)
        )
    )
    opener.open_project(project.folder)
    qtbot.waitUntil(lambda: bool(notices._toasts.shown))
    (toast,) = notices._toasts.shown
    assert session.project is None
    next(
        child for child in toast.children() if getattr(child, "text", lambda: "")() == "Open for reading"
    ).click()
    qtbot.waitUntil(lambda: session.project is not None)
    assert session.project.read_only
    assert session.listing.size == 12
    project.close()
