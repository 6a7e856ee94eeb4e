"""The grid of variants: rows are photos as each model sees them, columns what was done to them.

Only what is on the screen costs anything; pictures and heat maps are loaded in threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.marks import draw_bar, per_cent
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, hatch_brush, rounded
from fashion_studio.gui.library.pictures import Pictures
from fashion_studio.gui.probe import probe_pictures
from fashion_studio.gui.probe.model_marks import draw_model_mark
from fashion_studio.gui.probe.variant_geometry import VariantGeometry
from fashion_studio.gui.probe.variant_words import picture_title
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from fashion_studio.gui.probe.probe_pictures import ProbePictures
    from fashion_studio.gui.probe.variant_rows import GridCell, GridRow, VariantRows

__all__ = ["HEAT_OPACITY", "VariantsGrid"]

HEAT_OPACITY: Final = 0.72
_LABEL_PX, _LABEL_NARROW_PX = 100, 84
_HEAD_PX: Final = 36
_NARROW_TILE_PX: Final = 84
_MARK_ROLES: Final = {"check": "agree", "equal-not": "disagree"}
_SAID: Final = {"check": "kept", "equal-not": "flipped"}
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
        )

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
        for column, cell in enumerate(row.cells):
            area = grid.picture_rect(number, column)
            if area.adjusted(-5, -5, 5, grid.caption + 5).intersects(dirty):
                self._paint_cell(painter, grid, area, cell)
                if self._current == (number, column):
                    gap, accent = self.theme.color("window"), self.theme.color("accent")
                    draw_focus_ring(painter, area, 6, accent, gap)
        label = grid.label_rect(number)
        if label.intersects(dirty):
            if grid.across:
                painter.fillRect(label.adjusted(-16, 0, 0, 0), self.theme.color("window"))
            self._paint_label(painter, QRectF(label), row, first=number % grid.together == 0)

    def _paint_label(self, painter: QPainter, area: QRectF, row: GridRow, *, first: bool) -> None:
        theme, line = self.theme, self.theme.line_px("small")
        several = self._rows is not None and self._rows.subjects > 1
        y = area.y() + 2
        left = area.x()
        if several:
            draw_model_mark(painter, theme, QPointF(left + 5, y + line / 2), row.subject)
        indent = 16 if several else 0
        for words in self._two_lines(row.name if several else row.photo, area.width() - indent):
            name = QRectF(left + indent, y, area.width() - indent, line)
            draw_text(painter, name, words, theme.font("small", 600), theme.color("text"))
            y += line
        if row.changed:
            kept = f"kept in {row.kept} of {row.changed}"
            below = QRectF(left, y + 1, area.width() + 4, line)
            draw_text(painter, below, kept, theme.font("caption"), theme.color("text2"))
        if several and first:
            foot = QRectF(left, y + line + 4, area.width(), line)
            draw_text(painter, foot, row.photo, theme.font("caption"), theme.color("text3"))

    def _two_lines(self, text: str, width: float) -> list[str]:
        """A name in a line, or broken at a space where it is longer."""
        metrics = self.theme.metrics("small", 600)
        if metrics.horizontalAdvance(text) <= width or " " not in text:
            return [text]
        words = text.split(" ")
        count = max(
            (n for n in range(1, len(words)) if metrics.horizontalAdvance(" ".join(words[:n])) <= width),
            default=1,
        )
        return [" ".join(words[:count]), " ".join(words[count:])]

    def _paint_cell(self, painter: QPainter, grid: VariantGeometry, area: QRect, cell: GridCell) -> None:
        theme, frame = self.theme, QRectF(area)
        picture = self.pictures.get(cell.picture) if cell.picture >= 0 else None
        if cell.picture < 0:
            ratio = painter.device().devicePixelRatioF()
            rounded(painter, frame, 6, hatch_brush(theme.color("border"), theme.color("unknownbg"), ratio))
        elif picture is None:
            rounded(painter, frame, 6, theme.color("raised"))
            if self.pictures.has_failed(cell.picture):
                corner = QPointF(round(frame.center().x() - 10), round(frame.center().y() - 10))
                draw_icon(painter, "image-off", theme.color("text3"), corner, 20)
        else:
            painter.drawPixmap(frame, picture, QRectF(picture.rect()))
            heat = self.pictures.get(cell.heat) if self._heat and cell.heat >= 0 else None
            if heat is not None:
                painter.setOpacity(HEAT_OPACITY)
                painter.drawPixmap(frame, heat, QRectF(heat.rect()))
                painter.setOpacity(1.0)
        self._paint_caption(painter, grid, area, cell)

    def _paint_caption(self, painter: QPainter, grid: VariantGeometry, area: QRect, cell: GridCell) -> None:
        theme, line = self.theme, self.theme.line_px("small")
        top, wide = area.bottom() + 5, area.width()
        narrow = wide < theme.px(_NARROW_TILE_PX)
        if cell.confidence is None:
            words = QRectF(area.x(), top, wide, line)
            draw_text(painter, words, cell.note, theme.font("caption"), theme.color("text3"))
            return
        mark = 0
        if cell.mark:
            mark = 14
            role, spot = _MARK_ROLES[cell.mark], QPointF(area.right() - 13, round(top + line / 2 - 7))
            if narrow:  # the name needs the line
                plate = QRectF(area.right() - 20, area.y() + 4, 18, 18)
                rounded(painter, plate, 5, theme.photo_color("badge"))
                ink = theme.photo_color(f"badge_{role}")
                draw_icon(painter, cell.mark, ink, plate.topLeft() + QPointF(3, 3), 12)
                mark = -4
            else:
                draw_icon(painter, cell.mark, theme.color(role), spot, 14)
                mark = 16
        font = theme.font("caption" if narrow else "small", 500)
        words = QRectF(area.x(), top, wide - max(0, mark), line)
        draw_text(painter, words, cell.title, font, theme.color("text"))
        number = theme.px(24)
        below = top + line + 1
        bar = QRectF(area.x(), round(below + theme.line_px("caption") / 2 - 2), wide - number - 2, 4)
        draw_bar(painter, theme, bar, cell.confidence)
        figure = QRectF(area.right() + 1 - number, below, number, theme.line_px("caption"))
        right = Qt.AlignmentFlag.AlignRight
        text = per_cent(cell.confidence)
        draw_text(painter, figure, text, theme.font("caption", 500), theme.color("text2"), right)

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
