"""A line of text that changes often: another text is only painted, nothing around it is laid out anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.painting import draw_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

__all__ = ["TextLine"]

_DIGIT: Final = re.compile(r"\d")


class TextLine(Tipped, QWidget):
    """One line of one step, weight and role, shortened where it does not fit.

    A `QLabel` asks every layout above it to be made again at each new text, up to the window. This one asks
    only when it needs another width, and digits count as wide as each other, so that counting moves nothing.
    """

    def __init__(
        self,
        step: str = "body",
        weight: int = 400,
        role: str = "text",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._step, self._weight, self._role, self._mode = step, weight, role, mode
        self._text, self._width = "", 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.theme.changed.connect(self._measure)

    def text(self) -> str:
        """The whole text, however much of it can be seen."""
        return self._text

    def setText(self, text: str) -> None:
        """Another text."""
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self._measure()
        self.update()

    def _measure(self) -> None:
        if self.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored:
            return  # it takes the room there is, whatever it says
        widest = _DIGIT.sub("0", self._text)
        width = self.theme.metrics(self._step, self._weight).horizontalAdvance(widest) + 1
        if width != self._width:
            self._width = width
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the text on one line."""
        return QSize(self._width, self.theme.line_px(self._step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text as far as it goes."""
        painter, theme = QPainter(self), self.theme
        font = theme.font(self._step, self._weight)
        text = self._text
        if self._mode is not Qt.TextElideMode.ElideRight:
            text = theme.metrics(self._step, self._weight).elidedText(text, self._mode, self.width())
        draw_text(painter, self.rect(), text, font, theme.color(self._role))
        painter.end()
