"""The attributes tab: every attribute as a row, one of them open; painted in one go and updated in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from fashion_studio.domain.labels import Answer
from fashion_studio.gui.annotate.attribute_layout import PartKind, Plan, lay_out
from fashion_studio.gui.annotate.attribute_paint import paint_part
from fashion_studio.gui.annotate.part_looks import PaneLook, part_key
from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.kept_pictures import KeptPictures
from fashion_studio.gui.components.painting import draw_focus_ring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from fashion_studio.gui.annotate.attribute_layout import Part
    from fashion_studio.gui.annotate.attribute_state import RowState

__all__ = ["AttributesPane"]

_PICTURES: Final = 512
"""Of 10 to 40 KB each; a photo needs some thirty, most of them the same as the photo before."""
_WITH_VALUE: Final = {PartKind.VALUE, PartKind.CELL, PartKind.COLOR_CHIP}


class AttributesPane(QWidget):
    """All attributes of the photo.

    Signals:
        answered: attribute, and the `Answer` a person gave, or None for "not set".
        value_hovered: attribute and value under the pointer or the keyboard's cursor; "" and "" for none.
        opened: the attribute whose values are listed now.
    """

    answered = Signal(str, object)
    value_hovered = Signal(str, str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = themed(self)
        self._pictures = KeptPictures(_PICTURES)
        self._theme.changed.connect(self._pictures.forget)
        self._theme.changed.connect(self._replan)
        self._rows: tuple[RowState, ...] = ()
        self._open: str | None = None
        self._hovered: tuple[PartKind, str, str] | None = None
        self._pressed: tuple[PartKind, str, str] | None = None
        self._told: tuple[str, str] = ("", "")
        self._narrow = False
        self._engine_away = False
        self._waiting = False
        self._plan: Plan | None = None
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Find a value")
        self._search.setAccessibleName("Find a value")
        self._search.textChanged.connect(self._on_search)
        self._search.returnPressed.connect(self._take_first_found)
        self._search.installEventFilter(self)
        self._search.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Attributes")

    # --- state

    @property
    def rows(self) -> tuple[RowState, ...]:
        """What is shown."""
        return self._rows

    @property
    def open_row(self) -> RowState | None:
        """The open attribute."""
        return next((row for row in self._rows if row.name == self._open), None)

    def show_rows(
        self, rows: Sequence[RowState], *, engine_away: bool = False, waiting: bool = False
    ) -> None:
        """Another photo, or another state of it; the same attribute stays open where it is still asked."""
        state = (tuple(rows), engine_away, waiting)
        if state == (self._rows, self._engine_away, self._waiting):
            return
        self._rows, self._engine_away, self._waiting = state
        if self._rows and self.open_row is None:
            self._open = None
        self._replan()

    def set_narrow(self, narrow: bool) -> None:
        """The smaller grid of a narrow window."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._replan()

    def open_attribute(self, name: str | None) -> None:
        """Lists the values of an attribute; None closes the open one."""
        if name is not None and all(row.name != name for row in self._rows):
            return
        if name == self._open:
            return
        self._open = name
        self._search.clear()
        self._point_at(None)
        self._replan()
        self.opened.emit(name or "")

    def open_next(self, step: int = 1, *, unanswered: bool = False) -> None:
        """Opens the attribute after (or before) the open one, or the next without an answer; goes round."""
        rows = self._rows
        names = [row.name for row in rows]
        if not names:
            return
        start = names.index(self._open) if self._open in names else (-1 if step > 0 else 0)
        for away in range(1, len(names) + 1):
            row = rows[(start + away * step) % len(names)]
            if not unanswered or row.answer is None:
                self.open_attribute(row.name)
                return

    def choose_place(self, place: int) -> None:
        """The value with the key 1 to 9 (place 0 to 8) or ⇧1 to ⇧9 (9 to 17) of the open attribute."""
        row = self.open_row
        if row is not None and place < len(row.values):
            self.choose(row.values[place].name)

    def choose(self, value: str) -> None:
        """Gives a value of the open attribute; of several, adds it or takes it away."""
        row = self.open_row
        if row is not None:
            self.answered.emit(row.name, row.with_value(value))

    def answer_open(self, answer: Answer | None) -> None:
        """Unknown, does not apply, or not set (None) for the open attribute."""
        row = self.open_row
        if row is not None and row.answer != answer:
            self.answered.emit(row.name, answer)

    def focus_search(self) -> None:
        """Puts the cursor into the search field of an attribute with many values."""
        if self._search.isVisible():
            self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def part_rect(self, attribute: str, value: str = "") -> QRect:
        """Where an attribute's row, or a value of the open one, lies in this widget; empty when nowhere."""
        for part in self._plan.parts if self._plan else ():
            if part.row is None or part.row.name != attribute:
                continue
            if value and part.kind in _WITH_VALUE and part.value is not None and part.value.name == value:
                return part.rect
            if not value and part.kind in {PartKind.ROW, PartKind.COLORS_ROW}:
                return part.rect
        return QRect()

    # --- layout

    def _replan(self) -> None:
        text = self._search.text()
        self._plan = lay_out(
            self._rows, self._open, max(self.width(), 1), self._theme, narrow=self._narrow, search=text
        )
        field = next((part for part in self._plan.parts if part.kind is PartKind.SEARCH), None)
        self._search.setVisible(field is not None)
        if field is not None:
            self._search.setGeometry(field.rect)
        if self.minimumHeight() != self._plan.height:
            self.setFixedHeight(self._plan.height)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another layout."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._replan()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(320, self._plan.height if self._plan else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the pieces that need it."""
        plan = self._plan
        if plan is None:
            return
        found = self._search.text().casefold().strip()
        row = self.open_row
        count = sum(found in value.title.casefold() for value in row.values) if row is not None else 0
        look = PaneLook(
            self._theme, plan.columns, self._hovered, self._open, self._engine_away, self._waiting, count
        )
        self._pictures.begin(plan.columns)
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("panel"))
        for part in plan.parts:
            if part.rect.intersects(event.rect()):
                paint_part(painter, part, look, self._pictures)
        if self.hasFocus():
            self._paint_focus(painter, plan)
        painter.end()

    def _paint_focus(self, painter: QPainter, plan: Plan) -> None:
        part = next((p for p in plan.parts if part_key(p) == self._hovered), None)
        name = self._open or (self._rows[0].name if self._rows else "")
        rect = part.rect if part is not None else self.part_rect(name)
        if not rect.isEmpty():
            draw_focus_ring(painter, rect.adjusted(6, 5, -6, -5), 4, self._theme.color("accent"), None)

    # --- pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows what lies under the pointer."""
        point = event.position().toPoint()
        part = self._plan.at(point.x(), point.y()) if self._plan else None
        self._point_at(part)
        is_button = part is not None and part.kind not in {PartKind.HEAD, PartKind.COLORS_MEASURED}
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_button else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        super().leaveEvent(event)
        self._point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers what was pressed."""
        point = event.position().toPoint()
        part = self._plan.at(point.x(), point.y()) if self._plan else None
        self._pressed = None if part is None else part_key(part)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Acts, if the press began on the same piece."""
        point = event.position().toPoint()
        part = self._plan.at(point.x(), point.y()) if self._plan else None
        pressed, self._pressed = self._pressed, None
        if part is not None and part_key(part) == pressed and event.button() is Qt.MouseButton.LeftButton:
            self._act(part)

    def _act(self, part: Part) -> None:
        row = part.row
        if row is None:
            return
        if part.kind in {PartKind.ROW, PartKind.COLORS_ROW, PartKind.ADD_COLOR}:
            self.open_attribute(None if row.name == self._open else row.name)
        elif part.kind in {PartKind.VALUE, PartKind.CELL} and part.value is not None:
            self.choose(part.value.name)
        elif part.kind is PartKind.COLOR_CHIP:
            self.open_attribute(row.name)
        elif part.kind is PartKind.ANSWER:
            self.answer_open(Answer.unknown() if part.answer == "unknown" else Answer.not_applicable())

    def _point_at(self, part: Part | None) -> None:
        hovered = None if part is None else part_key(part)
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
        has_value = part is not None and part.kind in _WITH_VALUE and part.row is not None
        told = ("", "")
        if has_value and part is not None and part.row is not None and part.value is not None:
            told = (part.row.name, part.value.name)
        if told != self._told:
            self._told = told
            self.value_hovered.emit(*told)

    def tip_at(self, point: QPoint) -> str:
        """The vocabulary's help for what lies at a point, with the key that sets it."""
        part = self._plan.at(point.x(), point.y()) if self._plan else None
        return "" if part is None else part.help

    # --- keyboard inside the pane

    def move_cursor(self, step: int) -> None:
        """Up and down through the values of the open attribute (its heat map follows), or to the next row."""
        row, plan = self.open_row, self._plan
        if row is None or plan is None:
            self.open_next(step)
            return
        parts = [part for part in plan.parts if part.kind in {PartKind.VALUE, PartKind.CELL}]
        keys = [part_key(part) for part in parts]
        if not keys:
            return
        place = keys.index(self._hovered) + step if self._hovered in keys else (0 if step > 0 else -1)
        self._point_at(parts[place % len(parts)])

    def take_cursor(self) -> None:
        """Gives the value at the keyboard's cursor."""
        for part in self._plan.parts if self._plan else ():
            if part_key(part) == self._hovered and part.kind in {PartKind.VALUE, PartKind.CELL}:
                self._act(part)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cursor, Enter takes the value, Escape lets the focus go."""
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.move_cursor(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.take_cursor()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Escape in the search field empties it and gives the keys back to the workspace."""
        if watched is self._search and event.type() is QEvent.Type.KeyPress:
            key = event.key()  # type: ignore[attr-defined]
            if key == Qt.Key.Key_Escape:
                self._search.clear()
                self.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _on_search(self) -> None:
        self._replan()

    def _take_first_found(self) -> None:
        first = next((p for p in (self._plan.parts if self._plan else ()) if p.kind is PartKind.CELL), None)
        if first is not None and self._search.text().strip():
            self._act(first)
            self._search.clear()
            self.setFocus(Qt.FocusReason.OtherFocusReason)
