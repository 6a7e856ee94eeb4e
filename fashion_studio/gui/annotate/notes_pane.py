"""The notes tab: a few words about the photo, saved shortly after the last key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

__all__ = ["NotesPane"]

_SAVE_AFTER_MS: Final = 500


class _Editor(QPlainTextEdit):
    """Says when it loses the focus."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The note is saved when one goes on."""
        super().focusOutEvent(event)
        self.left.emit()


class NotesPane(QWidget):
    """A note. `written` carries the photo's id and the whole text; one operation a pause."""

    written = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = _Editor()
        self.editor.setPlaceholderText("What another person should know about this photo")
        self.editor.setAccessibleName("Note")
        self.editor.setTabChangesFocus(True)
        self.editor.textChanged.connect(self._on_text)
        self.editor.left.connect(self.save_now)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.editor)
        self._item_id = -1
        self._saved = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save_now)

    def show_note(self, item_id: int, text: str) -> None:
        """The note of a photo; what was typed for the last one is saved first."""
        if item_id == self._item_id and text in {self._saved, self.editor.toPlainText()}:
            self._saved = text
            return
        if item_id != self._item_id:
            self.save_now()
        self._item_id, self._saved = item_id, text
        if text != self.editor.toPlainText():
            self.editor.blockSignals(True)
            self.editor.setPlainText(text)
            self.editor.blockSignals(False)

    def save_now(self) -> None:
        """Saves what was typed, if it is not saved."""
        self._timer.stop()
        text = self.editor.toPlainText()
        if self._item_id >= 0 and text != self._saved:
            self._saved = text
            self.written.emit(self._item_id, text)

    def _on_text(self) -> None:
        if self.editor.toPlainText() != self._saved:
            self._timer.start()
