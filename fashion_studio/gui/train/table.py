"""A painted table: column heads, striped rows, figures right-aligned; and a line of text that is elided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Label, themed
from fashion_studio.gui.components.painting import draw_text
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

__all__ = ["Cell", "ElidedLabel", "FigureTable"]

_HEAD_PX: Final = 36
_ROW_PX: Final = 26
_PADDING_PX: Final = 12


class ElidedLabel(Label):
    """One line that ends in an ellipsis where it does not fit, with all of it as tooltip."""

    def __init__(self, step: str, weight: int = 400, role: str = "text") -> None:
        super().__init__("", step, weight, role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text as far as it goes."""
        painter = QPainter(self)
        color = self.palette().color(self.foregroundRole())
        draw_text(painter, self.rect(), self.text(), self.font(), color)
        painter.end()


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: text, its role and weight, an icon after it."""

    text: str
    role: str = "text"
    weight: int = 400
    icon: str = ""


class FigureTable(QWidget):
    """The last column of words takes the room that is left; the others are as wide as their widest text.

    Rows are also the accessible description, line by line, so that a screen reader can say them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._heads: tuple[str, ...] = ()
        self._rows: list[tuple[Cell, ...]] = []
        self._texts = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The texts, for tests and readers."""
        return [tuple(cell.text for cell in row) for row in self._rows]

    @property
    def heads(self) -> tuple[str, ...]:
        """The column heads."""
        return self._heads

    def show_rows(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, texts: int = 1) -> None:
        """Other content; the first `texts` columns are words (left-aligned), the others figures."""
        self._heads, self._rows, self._texts = tuple(heads), [tuple(row) for row in rows], max(1, texts)
        self.setAccessibleName(self._heads[0] if self._heads else "")
        self.setAccessibleDescription("\n".join(", ".join(cell.text for cell in row) for row in self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        theme = self.theme
        return QSize(240, theme.px(_HEAD_PX) + theme.px(_ROW_PX) * len(self._rows) + 4)

    def minimumSizeHint(self) -> QSize:
        """Never lower than its rows."""
        return QSize(160, self.sizeHint().height())

    @property
    def whole_px(self) -> int:
        """So wide that no word has to give way."""
        return round(sum(self._wanted_widths())) + 1

    def _wanted_widths(self) -> list[float]:
        small, caption = self.theme.metrics("small", 600), self.theme.metrics("caption", 500)
        wide: list[float] = []
        for place, head in enumerate(self._heads):
            cells = [row[place] for row in self._rows if place < len(row)]
            icon = 20 if any(cell.icon for cell in cells) else 0
            # an advance is rounded to a whole pixel: without one more a figure may be elided
            texts = [small.horizontalAdvance(cell.text) + 1 + icon for cell in cells]
            wide.append(max([caption.horizontalAdvance(head), *texts], default=0) + 2 * _PADDING_PX)
        return wide

    def _widths(self) -> list[float]:
        wide = self._wanted_widths()
        rest = self.width() - sum(wide)
        if wide and rest < 0:  # words give way before figures do, from the left
            for place in range(self._texts):
                short = max(0.0, min(wide[place] - 64, sum(wide) - self.width()))
                wide[place] -= short
        elif wide:
            wide[self._texts - 1] += rest
        return wide

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heads, line, stripes, cells."""
        painter, theme = QPainter(self), self.theme
        head, line = theme.px(_HEAD_PX), theme.px(_ROW_PX)
        widths = self._widths()
        for place, text in enumerate(self._heads):
            align = Qt.AlignmentFlag.AlignLeft if place < self._texts else Qt.AlignmentFlag.AlignRight
            area = self._area(widths, place, 0, head)
            draw_text(painter, area, text, theme.font("caption", 500), theme.color("text3"), align)
        painter.fillRect(0, head - 1, self.width(), 1, theme.color("line"))
        first = max(0, (event.rect().top() - head) // line)
        last = min(len(self._rows), (event.rect().bottom() - head) // line + 1)
        for number in range(first, last):
            top = head + number * line
            if number % 2 == 0:
                painter.fillRect(1, top, self.width() - 2, line, theme.color("raised"))
            for place, cell in enumerate(self._rows[number][: len(widths)]):
                self._paint_cell(painter, cell, self._area(widths, place, top, line), place)
        painter.end()

    def _area(self, widths: Sequence[float], place: int, top: float, height: float) -> QRectF:
        left = sum(widths[:place])
        return QRectF(left + _PADDING_PX, top, widths[place] - 2 * _PADDING_PX, height)

    def _paint_cell(self, painter: QPainter, cell: Cell, area: QRectF, place: int) -> None:
        theme = self.theme
        color = theme.color(cell.role)
        if cell.icon:
            corner = QPointF(area.right() - 14, area.center().y() - 7)
            draw_icon(painter, cell.icon, color, corner, 14)
            area = area.adjusted(0, 0, -20, 0)
        align = Qt.AlignmentFlag.AlignLeft if place < self._texts else Qt.AlignmentFlag.AlignRight
        draw_text(painter, area, cell.text, theme.font("small", cell.weight), color, align)
