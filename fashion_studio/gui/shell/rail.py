"""The rail at the left: the rooms of the house, one shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from fashion_studio.gui.components.base import Surface
from fashion_studio.gui.components.buttons import RailItem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["Rail"]

# name, title, icon, key
_ROOMS = (
    ("library", "Library", "layout-grid", "Ctrl+1"),
    ("annotate", "Annotate", "tag", "Ctrl+2"),
    ("train", "Train", "graduation-cap", "Ctrl+4"),
    ("edit", "Edit", "wand-sparkles", "Ctrl+5"),
    ("probe", "Probe", "scan-eye", "Ctrl+6"),
)
_FEET = (("jobs", "Jobs", "activity", "Ctrl+J"), ("settings", "Settings", "settings", "Ctrl+,"))


class Rail(Surface):
    """One item a room. `picked` carries its name."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("window", "r", parent)
        self.items: dict[str, RailItem] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 1, 8)
        layout.setSpacing(0)
        for group in (_ROOMS, _FEET):
            for name, title, icon, key in group:
                entry = RailItem(title, icon, key=key)
                entry.clicked.connect(lambda _checked=False, room=name: self._pick(room))
                self.items[name] = entry
                layout.addWidget(entry)
            if group is _ROOMS:
                layout.addStretch(1)
        self.setFixedWidth(64)
        self.show_room("library")

    def _pick(self, name: str) -> None:
        self.picked.emit(name)

    def show_room(self, name: str) -> None:
        """Marks a room as the one shown."""
        for key, entry in self.items.items():
            entry.setChecked(key == name)

    def set_narrow(self, *, narrow: bool) -> None:
        """48 without names, or 64 with."""
        self.setFixedWidth(48 if narrow else max(64, self.theme.px(64)))
        for entry in self.items.values():
            entry.set_narrow(narrow)

    def set_jobs(self, count: int) -> None:
        """How many pieces of work are under way."""
        self.items["jobs"].set_badge(count)
