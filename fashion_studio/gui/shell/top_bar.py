"""The bar at the top: the project, the search for anything, undo and redo, import and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout

from fashion_studio.gui.components.base import Control, Line, Surface
from fashion_studio.gui.components.buttons import Button, IconButton, bind
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.commands import Commands

__all__ = ["ProjectButton", "SearchButton", "TopBar"]


class ProjectButton(Control):
    """The project's name; a click offers what can be done with projects."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setToolTip("Project")

    def setText(self, text: str) -> None:
        """Another project."""
        super().setText(text)
        self.setAccessibleName(f"Project {text}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, name, arrow; long names are cut."""
        width = min(280, self.theme.metrics("body", 600).horizontalAdvance(self.text()) + 1)
        return QSize(20 + 8 + width + 8 + 16 + 8, self.theme.px(28))

    def paint(self, painter: QPainter) -> None:
        """The shirt, the name, the arrow."""
        theme, height = self.theme, self.height()
        if self.hovered:
            rounded(painter, self.rect(), 6, theme.color("hover"))
        draw_icon(painter, "shirt", theme.color("accent"), QPointF(0, (height - 20) // 2), 20)
        name = QRectF(28, 0, self.width() - 28 - 32, height)
        draw_text(painter, name, self.text(), theme.font("body", 600), theme.color("text"))
        spot = QPointF(self.width() - 24, (height - 16) // 2)
        draw_icon(painter, "chevron-down", theme.color("text2"), spot, 16)


class SearchButton(Control):
    """Looks like a field; opens the search for photos, actions and values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Find a photo, action or value", parent)
        self._narrow = False
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName(self.text())

    def set_narrow(self, *, narrow: bool) -> None:
        """Shorter in a narrow window."""
        self._narrow = narrow
        self.setText("Find anything" if narrow else "Find a photo, action or value")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """320 wide, narrow 240."""
        return QSize(240 if self._narrow else 320, self.theme.px(28))

    def paint(self, painter: QPainter) -> None:
        """A field with magnifier and key."""
        theme, height = self.theme, self.height()
        rounded(
            painter, self.rect(), 6, theme.color("hover" if self.hovered else "panel"), theme.color("border")
        )
        draw_icon(painter, "search", theme.color("text3"), QPointF(10, (height - 16) // 2), 16)
        area = QRectF(34, 0, self.width() - 90, height)
        draw_text(painter, area, self.text(), theme.font("small"), theme.color("text3"))
        width, cap = key_cap_width(theme, "Ctrl K"), theme.px(18)
        spot = QRectF(self.width() - width - 5, (height - cap) // 2, width, cap)
        draw_key_cap(painter, theme, spot, "Ctrl K")


class TopBar(Surface):
    """44 high. Its buttons stand for commands."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("window", "b", parent)
        self.keep_height(44)
        self.project = ProjectButton()
        self.search = SearchButton()
        bind(self.search, commands.get("window.search"))
        self.undo = IconButton("undo-2", "Undo")
        bind(self.undo, commands.get("window.undo"))
        self.redo = IconButton("redo-2", "Redo")
        bind(self.redo, commands.get("window.redo"))
        self.importer = Button("Import", "ghost", icon="import")
        bind(self.importer, commands.get("window.add_folder"))
        self.export = Button("Export", "ghost", icon="download")
        bind(self.export, commands.get("window.export"))
        self.edit_filter = Button("Edit a whole filter", "ghost", icon="layers")
        bind(self.edit_filter, commands.get("edit.bulk"))
        self.edit_filter.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 1)
        layout.setSpacing(8)
        layout.addWidget(self.project)
        layout.addStretch(1)
        layout.addWidget(self.search)
        layout.addStretch(1)
        for part in (self.undo, self.redo, Line(), self.importer, self.export, self.edit_filter):
            layout.addWidget(part)

    def show_room(self, name: str) -> None:
        """In the edit room a whole filter is edited where elsewhere photos are brought in and labels out."""
        edits = name == "edit"
        self.edit_filter.setVisible(edits)
        for button in (self.importer, self.export):
            button.setVisible(not edits)

    def set_narrow(self, *, narrow: bool) -> None:
        """Less text in a narrow window."""
        self.search.set_narrow(narrow=narrow)
        self.edit_filter.setText("" if narrow else "Edit a whole filter")
        self.importer.setText("" if narrow else "Import")
        self.export.setText("" if narrow else "Export")
