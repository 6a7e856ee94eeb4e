"""Tooltips: shown in the window with their key, gone as soon as the pointer leaves or anything is done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from fashion_studio.gui.components.base import Surface, column
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.tips import Tips, tip_parts

pytestmark = pytest.mark.gui


@pytest.fixture
def host(qtbot):
    widget = Surface("window")
    widget.resize(300, 160)
    widget.button = Button("Undo")
    widget.button.setToolTip("Undo: Fit set on 3 photos  (Ctrl Z)")
    widget.setLayout(column(widget.button, None, margins=(20, 20, 20, 20)))
    widget.tips = Tips(widget)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def rest_on(widget):
    """What Qt sends when the pointer has rested on a widget."""
    spot = widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, spot, widget.mapToGlobal(spot)))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Undo  (Ctrl Z)", ("Undo", "Ctrl Z", "")),
        ("Shorts  (⇧5)\nEnd above the knee.", ("Shorts", "⇧5", "End above the knee.")),
        ("Every key of this window  (?)", ("Every key of this window", "?", "")),
        ("Where the model looks (CAM)", ("Where the model looks (CAM)", "", "")),
        ("photo.jpg", ("photo.jpg", "", "")),
    ],
)
def test_the_key_is_told_apart_from_the_words(text, parts):
    assert tip_parts(text) == parts


def test_a_tooltip_lies_inside_its_window_and_opens_none_of_its_own(host):
    rest_on(host.button)
    assert host.tips.text == "Undo: Fit set on 3 photos  (Ctrl Z)"
    assert not QToolTip.isVisible()
    box = host.tips.geometry().adjusted(16, 16, -16, -20)
    assert host.rect().contains(box)
    assert not box.contains(host.button.mapTo(host, host.button.rect().center()))


def test_it_goes_with_the_pointer_and_with_a_press(host, qtbot):
    for kind in (QEvent.Type.Leave, QEvent.Type.Wheel):
        rest_on(host.button)
        assert host.tips.text
        host.tips.eventFilter(host.button, QEvent(kind))
        assert host.tips.text == ""


def test_nothing_is_shown_where_nothing_is_told(host):
    spot = QPoint(5, 150)
    QApplication.sendEvent(host, QHelpEvent(QEvent.Type.ToolTip, spot, host.mapToGlobal(spot)))
    assert host.tips.text == ""
