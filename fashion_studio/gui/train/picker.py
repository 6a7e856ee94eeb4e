"""A button that shows one of several choices and opens their menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from fashion_studio.gui.components.buttons import Button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

__all__ = ["Picker"]


class Picker(Button):
    """Arrow keys change the choice, Space or a click opens the menu. `picked` carries the place."""

    picked = Signal(int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("", menu_arrow=True, parent=parent)
        self._title = title
        self._entries: list[str] = []
        self._index = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._open)
        self.set_entries([], -1)

    @property
    def index(self) -> int:
        """Which entry is chosen; -1 for none."""
        return self._index

    @property
    def entries(self) -> list[str]:
        """What there is to choose from."""
        return list(self._entries)

    def set_entries(self, entries: Sequence[str], index: int = 0) -> None:
        """Other choices, without telling."""
        self._entries = list(entries)
        self.set_index(index if 0 <= index < len(self._entries) else -1)
        self.setEnabled(bool(self._entries))

    def set_index(self, index: int) -> None:
        """Shows another choice, without telling."""
        self._index = index
        self.setText(self._entries[index] if 0 <= index < len(self._entries) else "None")
        self.setAccessibleName(f"{self._title}: {self.text()}")

    def pick(self, index: int) -> None:
        """Chooses an entry as the person does."""
        if 0 <= index < len(self._entries) and index != self._index:
            self.set_index(index)
            self.picked.emit(index)

    def menu(self) -> QMenu:
        """The menu of all entries; the chosen one is checked."""
        menu = QMenu(self)
        for place, entry in enumerate(self._entries):
            action = menu.addAction(entry)
            action.setCheckable(True)
            action.setChecked(place == self._index)
            action.triggered.connect(lambda _checked=False, at=place: self.pick(at))
        return menu

    def _open(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down without the menu."""
        if event.key() == Qt.Key.Key_Down:
            self.pick(self._index + 1)
        elif event.key() == Qt.Key.Key_Up:
            self.pick(self._index - 1)
        else:
            super().keyPressEvent(event)
