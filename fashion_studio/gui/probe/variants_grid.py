"""The grid of variants: rows are photos as each model sees them, columns what was done to them.

Only what is on the screen costs anything; pictures and heat maps are loaded in threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text
from fashion_studio.gui.library.pictures import Pictures
from fashion_studio.gui.probe import probe_pictures
from fashion_studio.gui.probe.cell_painting import paint_cell, paint_label
from fashion_studio.gui.probe.variant_geometry import VariantGeometry
from fashion_studio.gui.probe.variant_words import picture_title

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from fashion_studio.gui.probe.probe_pictures import ProbePictures
    from fashion_studio.gui.probe.variant_rows import GridRow, VariantRows

__all__ = ["VariantsGrid"]

_LABEL_PX, _LABEL_NARROW_PX = 100, 84
_HEAD_PX: Final = 36
_SETTLE_MS: Final = 90


class VariantsGrid(QAbstractScrollArea):
    """Arrows go from cell to cell; `opened` carries the photo's id when a cell is entered.

    `moved` says that another cell is the current one.
    """

    opened = Signal(int)
    moved = Signal()
    own_focus_ring = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._rows: VariantRows | None = None
        self._heads_known: tuple[tuple[str, ...], float] | None = None
        self._heads_px = 0
        self._heat = True
        self._nothing = ""
        self._current = (0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Variants")
        self.viewport().setAutoFillBackground(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMinimumHeight(self.theme.px(150))
        frame = self.geometry_now.frame
        self.pictures = Pictures(frame, self, ratio=self.devicePixelRatioF(), load=probe_pictures.load)
        self.pictures.arrived.connect(self._on_picture)
        self._settled = QTimer(self)  # while the window is being drawn wider, pictures are not made anew
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLE_MS)
        self._settled.timeout.connect(self._remake)
        self.theme.changed.connect(self._relay)

    # ------------------------------------------------------------ content

    @property
    def rows(self) -> VariantRows | None:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: VariantRows | None, pictures: ProbePictures | None) -> None:
        """Another probe, attribute or choice of columns."""
        if self._rows is not rows:
            self._rows = rows
            self.pictures.open(pictures)
            self._current = (0, 0)
            self.verticalScrollBar().setValue(0)
        self._relay()
        self._remake()

    def keep_photo(self, change: Callable[[], None]) -> None:
        """Lets `change` show other rows, and goes back to the photo that was ringed; it has one of them."""
        before, column = self.current_row, self._current[1]
        change()
        if before is not None and self._rows is not None:
            self.set_current(self._rows.row_of(before.key, 0), column)

    def grown(self) -> None:
        """More rows of the same probe."""
        self._relay()

    def say_nothing(self, sentence: str) -> None:
        """What stands there while there is no row."""
        self._nothing = sentence
        self.viewport().update()

    @property
    def heat(self) -> bool:
        """Whether the class activation maps lie over the pictures."""
        return self._heat

    def set_heat(self, *, on: bool) -> None:
        """With or without the maps."""
        self._heat = on
        self.viewport().update()

    # ------------------------------------------------------------ geometry

    @property
    def geometry_now(self) -> VariantGeometry:
        """Where everything lies, as the view is scrolled now."""
        rows, theme, port = self._rows, self.theme, self.viewport()
        narrow = port.width() < theme.px(860)
        columns = len(rows.columns) if rows is not None else 8
        line = theme.line_px("small")
        return VariantGeometry(
            port.width(),
            port.height(),
            columns,
            rows.count if rows is not None else 0,
            rows.subjects if rows is not None else 1,
            theme.px(_LABEL_NARROW_PX if narrow else _LABEL_PX),
            theme.px(_HEAD_PX),
            line + theme.line_px("caption") + 8,
            self.horizontalScrollBar().value(),
            self.verticalScrollBar().value(),
            self._head_px,
        )

    @property
    def _head_px(self) -> int:
        """The widest head of a column; asked with every step of scrolling, so it is kept."""
        columns = tuple(self._rows.columns) if self._rows is not None else ()
        known = columns, self.theme.text_scale
        if self._heads_known != known:
            metrics = self.theme.metrics("small")
            self._heads_known = known
            self._heads_px = max(
                (metrics.horizontalAdvance(picture_title(n)) + 2 for n in columns), default=0
            )
        return self._heads_px

    def _relay(self) -> None:
        grid = self.geometry_now
        content = grid.content
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setRange(0, max(0, content.height() - grid.height))
        down.setPageStep(max(1, grid.height - grid.head))
        down.setSingleStep(48)
        across.setRange(0, max(0, content.width() - grid.width))
        across.setPageStep(grid.width)
        self.viewport().update()

    def _remake(self) -> None:
        self.pictures.set_size(self.geometry_now.frame, self.devicePixelRatioF())
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The row at the top stays at the top; pictures follow when the size has settled."""
        first = self.geometry_now.rows_between(_HEAD_PX + 1, _HEAD_PX + 1)
        super().resizeEvent(event)
        self._relay()
        if self.verticalScrollBar().value() and first:
            self.verticalScrollBar().setValue(self.geometry_now.top_of(first.start))
        self._settled.start()

    def hideEvent(self, event: object) -> None:
        """Nothing to settle any more."""
        self._settled.stop()

    def scroll_to(self, row: int) -> None:
        """Brings a row into view with as little movement as possible."""
        grid, bar = self.geometry_now, self.verticalScrollBar()
        top, room = grid.top_of(row), grid.height - grid.head
        bar.setValue(min(top - grid.top_of(0), max(bar.value(), top + grid.row_height - room)))

    # ------------------------------------------------------------ current cell

    @property
    def current(self) -> tuple[int, int]:
        """Row and column of the cell that is ringed."""
        return self._current

    @property
    def current_row(self) -> GridRow | None:
        """The row of the current cell."""
        rows = self._rows
        return rows.row(self._current[0]) if rows is not None and self._current[0] < rows.count else None

    def set_current(self, row: int, column: int) -> None:
        """Rings another cell and brings it into view."""
        grid = self.geometry_now
        if not grid.rows:
            return
        at = (min(grid.rows - 1, max(0, row)), min(grid.columns - 1, max(0, column)))
        self.scroll_to(at[0])
        if at != self._current:
            self._current = at
            self.setAccessibleDescription(self._say_current())
            self.moved.emit()
        self.viewport().update()

    def _say_current(self) -> str:
        row = self.current_row
        if row is None or self._rows is None:
            return ""
        column = self._current[1]
        cell = row.cells[column]
        return (
            f"{row.photo}, {row.name}, {picture_title(self._rows.columns[column])}: {cell.tip or cell.note}"
        )

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows on the screen, then the heads over them."""
        painter, theme, grid = QPainter(self.viewport()), self.theme, self.geometry_now
        painter.fillRect(event.rect(), theme.color("window"))
        rows = self._rows
        if rows is not None:
            painter.save()
            painter.setClipRect(0, grid.head, grid.width, grid.height - grid.head)
            for number in grid.rows_between(max(grid.head, event.rect().top()), event.rect().bottom()):
                self._paint_row(painter, grid, number, rows.row(number), event.rect())
            painter.restore()
            self._paint_heads(painter, grid, rows)
            if not grid.rows:
                area = QRectF(0, grid.head, grid.width, max(1, grid.height - grid.head))
                font, ink = theme.font("small"), theme.color("text3")
                draw_text(painter, area, self._nothing, font, ink, Qt.AlignmentFlag.AlignHCenter)
        painter.end()

    def _paint_heads(self, painter: QPainter, grid: VariantGeometry, rows: VariantRows) -> None:
        theme, font = self.theme, self.theme.font("small")
        for column, name in enumerate(rows.columns):
            area = QRectF(grid.column_x(column), 4, grid.frame.width(), grid.head - 4)
            draw_text(painter, area, picture_title(name), font, theme.color("text2"))

    def _paint_row(
        self, painter: QPainter, grid: VariantGeometry, number: int, row: GridRow, dirty: QRect
    ) -> None:
        theme = self.theme
        for column, cell in enumerate(row.cells):
            area = grid.picture_rect(number, column)
            if area.adjusted(-5, -5, 5, grid.caption + 5).intersects(dirty):
                paint_cell(painter, theme, area, cell, self.pictures, heat=self._heat)
                if self._current == (number, column):
                    gap, accent = self.theme.color("window"), self.theme.color("accent")
                    draw_focus_ring(painter, area, 6, accent, gap)
        label = grid.label_rect(number)
        if label.intersects(dirty):
            if grid.across:
                painter.fillRect(label.adjusted(-16, 0, 0, 0), self.theme.color("window"))
            paint_label(
                painter,
                theme,
                QRectF(label),
                row,
                several=grid.together > 1,
                first=number % grid.together == 0,
            )

    def _on_picture(self, number: int) -> None:
        rows, grid = self._rows, self.geometry_now
        if rows is None:
            return
        for place in grid.rows_between(grid.head, grid.height):
            for column, cell in enumerate(rows.row(place).cells):
                if number in {cell.picture, cell.heat}:
                    self.viewport().update(grid.picture_rect(place, column).adjusted(-4, -4, 4, 4))

    # ------------------------------------------------------------ pointer and keys

    def tip_at(self, spot: QPoint) -> str:
        """All that is known of the cell under the pointer."""
        found, rows = self.geometry_now.cell_at(spot), self._rows
        if rows is None:
            return ""
        if found is not None:
            return rows.row(found[0]).cells[found[1]].tip
        for number in self.geometry_now.rows_between(spot.y(), spot.y()):
            if self.geometry_now.label_rect(number).contains(spot):
                row = rows.row(number)
                return f"{row.photo}\n{row.name}"
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Rings the cell."""
        found = self.geometry_now.cell_at(event.position().toPoint())
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self.set_current(*found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens the photo."""
        if self.geometry_now.cell_at(event.position().toPoint()) is not None:
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, pages, Home, End; Enter opens the photo."""
        row, column = self._current
        grid = self.geometry_now
        page = max(1, (grid.height - grid.head) // grid.row_height)
        targets = {
            Qt.Key.Key_Left: (row, column - 1),
            Qt.Key.Key_Right: (row, column + 1),
            Qt.Key.Key_Up: (row - 1, column),
            Qt.Key.Key_Down: (row + 1, column),
            Qt.Key.Key_PageUp: (row - page, column),
            Qt.Key.Key_PageDown: (row + page, column),
            Qt.Key.Key_Home: (0, column),
            Qt.Key.Key_End: (grid.rows - 1, column),
        }
        if event.key() in targets:
            self.set_current(*targets[Qt.Key(event.key())])
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        row = self.current_row
        if row is not None and row.item_id:
            self.opened.emit(row.item_id)
