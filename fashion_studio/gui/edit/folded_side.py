"""Both sides of the edit room as two pages: where large text leaves no room for them beside the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QStackedWidget

from fashion_studio.gui.components.base import Surface, column, row
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHBoxLayout

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.edit.side_panels import StackPanel, ValuesPanel

__all__ = ["FoldedSide"]

EDITS, VALUES = 0, 1
_WIDTH_PX: Final = 264


class FoldedSide(Surface):
    """A switch above, the page chosen by it, and what is done with the result below both."""

    def __init__(self, commands: Commands, left: StackPanel, right: ValuesPanel) -> None:
        super().__init__("panel", "r")
        self._left, self._right = left, right
        self.switch = Segment(("Edits", "Values"), stretch=True)
        self.switch.setAccessibleName("Edits or values")
        self.switch.setToolTip(commands.get("edit.page").tooltip)
        self.switch.set_index(VALUES)
        self.switch.picked.connect(self.show_page)
        self._pages = QStackedWidget()
        self._column = column(
            row(self.switch, margins=(12, 12, 12, 4)), self._pages, gap=0, margins=(0, 0, 1, 0)
        )
        self._column.setStretch(1, 1)
        self.setLayout(self._column)
        self.hide()

    @property
    def page(self) -> int:
        """0 for the edits, 1 for the values."""
        return self.switch.index

    def show_page(self, page: int) -> None:
        """The edits (0) or the values (1)."""
        self.switch.set_index(page)
        self._pages.setCurrentIndex(page)

    def fold(self, line: QHBoxLayout) -> None:
        """Takes both sides from the line in which they are beside the photo, and its first place.

        Done again, it follows the text's size.
        """
        self.setFixedWidth(current_theme().px(_WIDTH_PX))
        if line.indexOf(self) >= 0:
            return
        for side in (self._left, self._right):
            side.set_sides("")
            side.set_free()
            self._pages.addWidget(side)
        self._column.addWidget(self._right.feet)
        self._pages.setCurrentIndex(self.page)
        line.insertWidget(0, self)
        self.show()

    def unfold(self, line: QHBoxLayout) -> None:
        """Gives both back, to either end of the line."""
        line.removeWidget(self)
        self.hide()
        for side, place, edge in ((self._left, 0, "r"), (self._right, -1, "l")):
            line.insertWidget(place, side)
            side.set_sides(edge)
            side.show()
        self._right.take_feet()
