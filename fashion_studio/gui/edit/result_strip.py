"""Below the photo: what the reading model says of the result, and the photos of the project most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.marks import draw_bar, per_cent
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, rounded
from fashion_studio.gui.edit.verdicts import VerdictKind
from fashion_studio.gui.library.pictures import Pictures
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from fashion_studio.gui.edit.verdicts import Verdict
    from fashion_studio.services.project import Project

__all__ = ["ResultStrip"]

HEIGHT_PX: Final = 92
_LEAD_PX, _COLUMN_PX, _GAP_PX = 96, 104, 16
_LEAST_COLUMN_PX: Final = 92
_TILE_PX, _TILE_GAP_PX = 44, 4
_SIMILAR: Final = 8
# verdict: icon, role, word
_MARKS: Final = {
    VerdictKind.NEW: ("arrow-up-right", "accent", "new"),
    VerdictKind.KEPT: ("check", "agree", "kept"),
    VerdictKind.CHANGED: ("equal-not", "disagree", "changed"),
    VerdictKind.MISSED: ("equal-not", "disagree", "not seen"),
}


class ResultStrip(Tipped, QWidget):
    """Columns of attributes, then small pictures.

    Signals:
        attribute_picked: whose class activation is to be shown over the result.
        photo_picked: id of a similar photo.
    """

    attribute_picked = Signal(str)
    photo_picked = Signal(int)
    own_focus_ring = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._verdicts: tuple[Verdict, ...] = ()
        self._note = ""
        self._shown_cam = ""
        self._similar: tuple[int, ...] = ()
        self._names: tuple[str, ...] = ()
        self._similar_note = ""
        self._cursor = 0
        self._pictures = Pictures(QSize(_TILE_PX, _TILE_PX), self, ratio=self.devicePixelRatioF())
        self._pictures.arrived.connect(lambda _item_id: self.update())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the reader says of the result")
        self.theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.theme.px(HEIGHT_PX))

    # --- content

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What is shown."""
        return self._verdicts

    @property
    def similar(self) -> tuple[int, ...]:
        """Ids of the similar photos, the nearest first."""
        return self._similar

    @property
    def note(self) -> str:
        """What stands in place of the verdicts."""
        return self._note

    @property
    def pictures_idle(self) -> bool:
        """Whether no picture is waited for."""
        return self._pictures.idle

    def open_project(self, project: Project | None) -> None:
        """Another project, or none."""
        self._pictures.open(project)
        self.show_verdicts((), "")
        self.show_similar((), (), "")

    def close_pictures(self) -> None:
        """Ends the threads that make the pictures."""
        self._pictures.close()

    def show_verdicts(self, verdicts: Sequence[Verdict], note: str) -> None:
        """What is said; without verdicts the note stands there."""
        self._verdicts, self._note = tuple(verdicts), note
        self.setAccessibleDescription(
            ", ".join(f"{each.title} {each.after}, {_MARKS[each.kind][2]}" for each in verdicts) or note
        )
        self.update()

    def show_cam(self, attribute: str) -> None:
        """Whose class activation lies over the result; "" for none."""
        self._shown_cam = attribute
        self.update()

    def show_similar(self, ids: Sequence[int], names: Sequence[str], note: str) -> None:
        """The nearest photos and their file names; without any the note says why."""
        self._similar, self._names = tuple(ids[:_SIMILAR]), tuple(names[:_SIMILAR])
        self._similar_note = note
        self.update()

    # --- geometry

    def _plan(self) -> tuple[int, list[QRectF], list[QRectF]]:
        """Left of the columns, columns, tiles: as many of each as have room."""
        theme, width = self.theme, self.width() - 2 * _GAP_PX
        column, gap = theme.px(_COLUMN_PX), _GAP_PX
        lead = theme.px(_LEAD_PX) + gap
        head = max(theme.metrics("caption").horizontalAdvance("More like this") + 2, 2 * _TILE_PX + 4)
        count = len(self._verdicts) or 4
        if lead + count * (column + gap) + gap + head > width:
            lead = 0
        if lead + count * (column + gap) + gap + head > width:
            column = max(theme.px(_LEAST_COLUMN_PX), (width - lead - gap - head) // count - gap)
        while count > 1 and lead + count * (column + gap) + gap + head > width:
            count -= 1
        left = _GAP_PX + lead
        top, high = (self.height() - theme.px(50)) / 2, theme.px(50)
        columns = [QRectF(left + n * (column + gap), top, column, high) for n in range(count)]
        start = left + count * (column + gap) + gap
        room = self.width() - _GAP_PX - start
        tiles = max(0, min(_SIMILAR, (room + _TILE_GAP_PX) // (_TILE_PX + _TILE_GAP_PX)))
        head_px = theme.line_px("caption") + 4
        below = (self.height() - head_px - _TILE_PX) / 2 + head_px
        places = [
            QRectF(start + n * (_TILE_PX + _TILE_GAP_PX), round(below), _TILE_PX, _TILE_PX)
            for n in range(tiles)
        ]
        return left, columns, places

    def column_rect(self, attribute: str) -> QRectF:
        """Where an attribute's verdict is."""
        _, columns, _ = self._plan()
        for verdict, rect in zip(self._verdicts, columns, strict=False):
            if verdict.attribute == attribute:
                return rect
        return QRectF()

    def tile_rect(self, place: int) -> QRectF:
        """Where a similar photo is."""
        _, _, tiles = self._plan()
        return tiles[place] if place < len(tiles) else QRectF()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lead, columns, a line, pictures."""
        painter, theme = QPainter(self), self.theme
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line"))
        left, columns, tiles = self._plan()
        if left > _GAP_PX:
            line = theme.line_px("small")
            top = self.height() / 2 - line
            area = QRectF(_GAP_PX, top, left - 2 * _GAP_PX, line)
            draw_text(painter, area, "Reader says", theme.font("small", 600), theme.color("text"))
            below = area.translated(0, line)
            draw_text(painter, below, "of the result", theme.font("caption"), theme.color("text2"))
        if self._verdicts:
            for place, (verdict, rect) in enumerate(zip(self._verdicts, columns, strict=False)):
                self._paint_verdict(painter, place, verdict, rect)
        elif self._note and columns:
            area = QRectF(columns[0].left(), 0, columns[-1].right() - columns[0].left(), self.height())
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text2"))
            painter.drawText(area, flags, self._note)
        if tiles:
            self._paint_similar(painter, tiles)
        painter.end()

    def _paint_verdict(self, painter: QPainter, place: int, verdict: Verdict, rect: QRectF) -> None:
        theme = self.theme
        caption, line = theme.line_px("caption"), theme.line_px("small")
        on = verdict.attribute == self._shown_cam
        if on:
            rounded(painter, rect.adjusted(-6, -6, 6, 6), 6, theme.color("selected"), theme.color("accent"))
        icon, role, word = _MARKS[verdict.kind]
        align = Qt.AlignmentFlag.AlignRight
        head = QRectF(rect.left(), rect.top(), rect.width(), caption)
        wide = theme.metrics("caption", 500).horizontalAdvance(word) + 1
        name = theme.metrics("caption").horizontalAdvance(verdict.title) + 1
        if name + wide + 18 > head.width():
            wide = -3  # the mark alone; its word is in the tooltip
        else:
            draw_text(painter, head, word, theme.font("caption", 500), theme.color(role), align)
        title = head.adjusted(0, 0, -wide - 15, 0)
        draw_text(painter, title, verdict.title, theme.font("caption"), theme.color("text3"))
        spot = QPointF(round(head.right() - wide - 15), round(head.center().y() - 6))
        draw_icon(painter, icon, theme.color(role), spot, 12)
        row = QRectF(rect.left(), head.bottom() + 2, rect.width(), line)
        figure = per_cent(verdict.confidence)
        number = theme.metrics("small").horizontalAdvance(figure) + 1
        words = row.adjusted(0, 0, -number - 6, 0)
        draw_text(painter, words, verdict.after, theme.font("small", 500), theme.color("text"))
        draw_text(painter, row, figure, theme.font("small"), theme.color("text2"), align)
        bar = QRectF(rect.left(), row.bottom() + 6, rect.width(), 4)
        draw_bar(painter, theme, bar, verdict.confidence)
        if keyboard_focus(self) and place == self._cursor:
            draw_focus_ring(painter, rect, 4, theme.color("accent"), None)

    def _paint_similar(self, painter: QPainter, tiles: list[QRectF]) -> None:
        theme = self.theme
        x = tiles[0].left() - _GAP_PX
        painter.fillRect(QRectF(x, round(self.height() / 2 - 28), 1, 56), theme.color("line"))
        caption = theme.line_px("caption")
        head = QRectF(
            tiles[0].left(), tiles[0].top() - caption - 4, self.width() - tiles[0].left() - 8, caption
        )
        draw_text(painter, head, "More like this", theme.font("caption"), theme.color("text2"))
        if not self._similar:
            area = QRectF(tiles[0].left(), tiles[0].top(), self.width() - tiles[0].left() - 12, _TILE_PX)
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text3"))
            painter.drawText(area, flags, self._similar_note)
            return
        for place, (item_id, rect) in enumerate(zip(self._similar, tiles, strict=False)):
            picture = self._pictures.get(item_id)
            if picture is None:
                rounded(painter, rect, 4, theme.color("raised"))
            else:
                painter.drawPixmap(rect.topLeft(), picture)
            if keyboard_focus(self) and place == self._cursor - len(self._verdicts):
                draw_focus_ring(painter, rect, 4, theme.color("accent"), None)

    # --- mouse and keys

    def _at(self, point: QPointF) -> int:
        """Place of what is there: verdicts first, then photos; -1 for nothing."""
        _, columns, tiles = self._plan()
        for place, rect in enumerate(columns[: len(self._verdicts)]):
            if rect.adjusted(-6, -6, 6, 6).contains(point):
                return place
        for place, rect in enumerate(tiles[: len(self._similar)]):
            if rect.contains(point):
                return len(self._verdicts) + place
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Says more about what is under the pointer."""
        place = self._at(event.position())
        shape = Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        if place < 0:
            self.setToolTip("")
        elif place < len(self._verdicts):
            self.setToolTip(_verdict_tip(self._verdicts[place]))
        else:
            name = self._names[place - len(self._verdicts)]
            self.setToolTip(f"Edit {name} instead")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Shows where the reader looks, or goes to a photo."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._take(self._at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter takes."""
        _, columns, tiles = self._plan()
        count = min(len(columns), len(self._verdicts)) + min(len(tiles), len(self._similar))
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and count:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self._cursor = (self._cursor + step) % count
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._take(self._cursor)
        else:
            super().keyPressEvent(event)

    def _take(self, place: int) -> None:
        if 0 <= place < len(self._verdicts):
            self.attribute_picked.emit(self._verdicts[place].attribute)
        elif 0 <= place - len(self._verdicts) < len(self._similar):
            self.photo_picked.emit(self._similar[place - len(self._verdicts)])


def _verdict_tip(verdict: Verdict) -> str:
    word = _MARKS[verdict.kind][2].capitalize()
    before = f"Before: {verdict.before}. " if verdict.before else ""
    wanted = f"Wanted: {verdict.wanted}. " if verdict.wanted else ""
    return f"{word}. {before}{wanted}After: {verdict.after}. A click shows where the reader looks  (C)"
