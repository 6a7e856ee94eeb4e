"""The keyboard's ring: appears for keys, follows the control, goes with the pointer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from fashion_studio.gui.components.base import Surface, column
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.focus import FocusRing, keyboard_focus
from fashion_studio.gui.theme.theme import current_theme

pytestmark = pytest.mark.gui


@pytest.fixture
def host(qtbot):
    widget = Surface("window")
    widget.first, widget.second = Button("First"), Button("Second")
    widget.setLayout(column(widget.first, widget.second, None, gap=20, margins=(20, 20, 20, 20)))
    widget.ring = FocusRing(widget)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def test_tab_brings_the_ring_and_it_follows(host, qtbot):
    QTest.keyClick(host.windowHandle(), Qt.Key.Key_Tab)
    QTest.keyClick(host.windowHandle(), Qt.Key.Key_Tab)
    target = host.ring.target
    assert target in {host.first, host.second}
    assert host.ring.isVisible()
    assert keyboard_focus(target)
    corner = target.mapTo(host, QPoint(0, 0))
    assert host.ring.geometry().contains(corner)
    shown = host.grab().toImage()
    assert shown.pixelColor(corner.x() + 20, corner.y() - 3).name() == current_theme().color("accent").name()
    target.hide()
    assert host.ring.target is not target


def test_the_pointer_brings_none(host, qtbot):
    QTest.keyClick(host.windowHandle(), Qt.Key.Key_Tab)
    QTest.mouseClick(host.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    host.second.setFocus(Qt.FocusReason.MouseFocusReason)
    assert host.ring.target is None
    assert not host.ring.isVisible()
