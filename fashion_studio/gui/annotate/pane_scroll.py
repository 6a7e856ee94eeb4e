"""A scroll area whose bar lies over its content instead of beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import rounded

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

__all__ = ["PaneScroll"]


class PaneScroll(QScrollArea):
    """Scrolls a pane under a thin bar that lies over it, so that no column becomes narrower."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__()
        self.setWidget(pane)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._thumb = _Thumb(self)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._thumb.follow())
        bar.rangeChanged.connect(lambda _low, _high: self._thumb.follow())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The thumb keeps to the right edge."""
        super().resizeEvent(event)
        self._thumb.follow()


class _Thumb(QWidget):
    """Where in the pane one is; it can be dragged."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._theme = themed(self)
        self._grip = 0.0

    def follow(self) -> None:
        """Takes its place from the scroll bar behind it."""
        bar, height = self._area.verticalScrollBar(), self._area.height()
        if bar.maximum() <= 0:
            self.hide()
            return
        whole = bar.maximum() + bar.pageStep()
        length = max(round(height * bar.pageStep() / whole), 24)
        top = round((height - length) * bar.value() / bar.maximum())
        self.setGeometry(self._area.width() - 7, top, 6, length)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A round bar."""
        painter = QPainter(self)
        rounded(painter, self.rect().adjusted(1, 2, -1, -2), 2, self._theme.color("strong"))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of it."""
        self._grip = event.position().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrolls."""
        bar = self._area.verticalScrollBar()
        room = max(self._area.height() - self.height(), 1)
        top = self.mapToParent(event.position().toPoint()).y() - self._grip
        bar.setValue(round(top / room * bar.maximum()))
