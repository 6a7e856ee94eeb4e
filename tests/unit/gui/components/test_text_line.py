"""A line of text that changes without making its surroundings anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from fashion_studio.gui.components.text_line import TextLine

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _LayoutRequests(QObject):
    """Counts how often a widget was asked to lay its children out anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Sees the event before the widget."""
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def _in_a_row(qtbot: QtBot, *lines: TextLine) -> QWidget:
    host = QWidget()
    layout = QHBoxLayout(host)
    for line in lines:
        layout.addWidget(line)
    qtbot.addWidget(host)
    host.setFixedSize(300, 40)  # a size to be told would be a warning of the platform without screens
    host.show()
    qtbot.waitExposed(host)
    return host


def test_counting_asks_for_no_new_layout_but_a_longer_text_does(qtbot: QtBot) -> None:
    line = TextLine("small")
    line.setText("1 of 12")
    host = _in_a_row(qtbot, line)
    qtbot.wait(1)
    watch = _LayoutRequests(host)
    for number in range(2, 9):
        line.setText(f"{number} of 12")
    qtbot.wait(1)
    assert watch.count == 0
    line.setText("8 of 12,000")
    qtbot.waitUntil(lambda: watch.count > 0)
    assert line.width() >= line.theme.metrics("small").horizontalAdvance("8 of 12,000")


def test_a_line_that_takes_the_room_there_is_never_asks_and_shortens_in_the_middle(qtbot: QtBot) -> None:
    line = TextLine("body", mode=Qt.TextElideMode.ElideMiddle)
    line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    host = _in_a_row(qtbot, line)
    watch = _LayoutRequests(host)
    line.setText("short.jpg")
    short = line.grab().toImage()
    line.setText("a name that is by far too long for the little room that it has here 0042.jpg")
    assert line.grab().toImage() != short
    assert line.text().endswith("0042.jpg")
    assert line.accessibleName() == line.text()
    assert watch.count == 0
