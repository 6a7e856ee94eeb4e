"""Text fields: with an icon, a key cap, an error below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from fashion_studio.gui.components.base import Label, column, row, themed
from fashion_studio.gui.components.marks import KeyCap
from fashion_studio.gui.components.painting import rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

__all__ = ["Field", "SearchField"]


class SearchField(QWidget):
    """A field with a magnifier and the key that leads into it. Escape empties it, then leaves it.

    `edited` comes with every change; `entered` with Enter; `moved` with the up and down arrows (-1, 1).
    """

    edited = Signal(str)
    entered = Signal()
    moved = Signal(int)
    left = Signal()

    def __init__(
        self, hint: str, *, key: str = "", surface: str = "raised", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._surface = surface
        self.line = QLineEdit()
        self.line.setProperty("bare", "true")
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.line.textChanged.connect(self.edited)
        self.line.installEventFilter(self)
        self.line.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, on=False)
        self.cap = KeyCap(key, self)
        self.cap.setVisible(bool(key))
        self.setLayout(row(self.line, self.cap, gap=8, margins=(34, 0, 5, 0)))
        self.setFocusProxy(self.line)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.line.text()

    def set_text(self, text: str) -> None:
        """Other text; tells like typing."""
        self.line.setText(text)

    def sizeHint(self) -> QSize:
        """28 high."""
        return QSize(240, self.theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """Short ones still work."""
        return QSize(120, self.theme.px(28))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leads into the field."""
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, border, magnifier."""
        painter, theme = QPainter(self), self.theme
        border = "accent" if self.line.hasFocus() else "border"
        rounded(painter, self.rect(), 6, theme.color(self._surface), theme.color(border))
        middle = (self.height() - 16) // 2
        draw_icon(painter, "search", theme.color("text3"), QPoint(10, middle), 16)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that are not text."""
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if self.line.text():
                self.line.clear()
            else:
                self.left.emit()
            return True
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
            return True
        if key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
            return True
        return False


class Field(QWidget):
    """A labelled line of text with room for what is wrong with it."""

    edited = Signal(str)

    def __init__(self, title: str, text: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(text)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(title)
        self.line.textChanged.connect(self.edited)
        self._error = Label("", "small", role="danger", wrap=True)
        self._error.hide()
        parts: list[QWidget] = [self.line, self._error]
        if title:
            parts.insert(0, Label(title, "small", 500, "text2"))
        self.setLayout(column(*parts, gap=4))

    @property
    def text(self) -> str:
        """What is typed."""
        return self.line.text()

    def set_error(self, message: str) -> None:
        """What is wrong; empty for nothing."""
        self._error.setText(message)
        self._error.setVisible(bool(message))
        self.line.setProperty("failed", "true" if message else "false")
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)
