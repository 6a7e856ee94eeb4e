"""Lines of figures: what it is at the left, one figure a model at the right; a line may be picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, rounded
from fashion_studio.gui.probe.model_marks import draw_model_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

__all__ = ["Fact", "FactRows"]

_ROW_PX: Final = 28
_FIGURE_PX: Final = 56
_BESIDE: Final = 2
"""Figures that stand beside their title; more have a line of their own below it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line.

    Attributes:
        short: the title where room is short; empty for the same.
        name: for the program; empty where the line cannot be picked.
        tip: what it means.
    """

    title: str
    figures: tuple[str, ...]
    name: str = ""
    tip: str = ""
    short: str = ""


class FactRows(QWidget):
    """Lines 28 high with hairlines between. `picked` carries a line's name and, by the pointer, the model."""

    picked = Signal(str, int)

    def __init__(self, *, marks: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._marks = marks
        self._facts: tuple[Fact, ...] = ()
        self._models = 1
        self._picked = ("", 0)
        self._can_pick = False
        self.own_focus_ring = True
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def facts(self) -> list[tuple[str, ...]]:
        """Titles and figures, for tests and readers."""
        return [(fact.title, *fact.figures) for fact in self._facts]

    def show_facts(self, facts: Sequence[Fact], models: int = 1) -> None:
        """Other lines; `models` figures in each."""
        if (tuple(facts), models) == (self._facts, self._models):
            return
        self._facts, self._models = tuple(facts), models
        self._can_pick = any(fact.name for fact in facts)
        policy = Qt.FocusPolicy.StrongFocus if self._can_pick else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.setAccessibleDescription("\n".join(f"{f.title}: {', '.join(f.figures)}" for f in facts))
        self.updateGeometry()
        self.update()

    def set_picked(self, name: str, model: int = 0) -> None:
        """Marks a line, without telling."""
        self._picked = (name, model)
        self.update()

    def sizeHint(self) -> QSize:
        """All lines."""
        rows = len(self._facts) + (1 if self._marks and self._facts else 0)
        return QSize(240, rows * self._line)

    def minimumSizeHint(self) -> QSize:
        """Never lower."""
        return QSize(160, self.sizeHint().height())

    @property
    def _stacked(self) -> bool:
        return self._models > _BESIDE

    @property
    def _line(self) -> int:
        """Height of one fact."""
        return self.theme.px(_ROW_PX) + (self.theme.line_px("small") if self._stacked else 0)

    @property
    def _top(self) -> int:
        return self._line if self._marks else 0

    def _column(self, model: int) -> QRectF:
        wide = self.theme.px(_FIGURE_PX)
        left = self.width() - (self._models - model) * wide
        down = self.theme.line_px("small") if self._stacked else 0
        return QRectF(left, down, wide - (4 if self._can_pick else 0), self.theme.px(_ROW_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Marks, titles, figures, hairlines."""
        painter, theme = QPainter(self), self.theme
        line, right = self._line, Qt.AlignmentFlag.AlignRight
        if self._marks:
            for model in range(self._models):
                spot = QPointF(self._column(model).right() - 6, line / 2)
                draw_model_mark(painter, theme, spot, model)
        for number, fact in enumerate(self._facts):
            top = self._top + number * line
            chosen = bool(fact.name) and fact.name == self._picked[0]
            if chosen:
                area = QRectF(0, top, self.width(), line - 1)
                rounded(painter, area, 4, theme.color("selected"))
            else:
                painter.fillRect(0, top + line - 1, self.width(), 1, theme.color("line"))
            pad = 8 if self._can_pick else 0
            room = self.width() if self._stacked else self._column(0).x()
            words = QRectF(pad, top, room - pad, theme.px(_ROW_PX))
            role = "text" if chosen else "text2"
            weight = 500 if chosen else 400
            fits = theme.metrics("small", weight).horizontalAdvance(fact.title) <= words.width()
            title = fact.title if fits or not fact.short else fact.short
            draw_text(painter, words, title, theme.font("small", weight), theme.color(role))
            for model, figure in enumerate(fact.figures):
                area = self._column(model).translated(0, top)
                draw_text(painter, area, figure, theme.font("small", 500), theme.color("text"), right)
        if keyboard_focus(self) and self._facts:
            at = max(0, self._place())
            area = QRectF(3, self._top + at * line + 3, self.width() - 6, line - 7)
            draw_focus_ring(painter, area, 2, theme.color("accent"), None)
        painter.end()

    def _place(self) -> int:
        names = [fact.name for fact in self._facts]
        return names.index(self._picked[0]) if self._picked[0] in names and self._picked[0] else -1

    def _at(self, spot: QPoint) -> int:
        row = (spot.y() - self._top) // self._line
        return row if spot.y() >= self._top and 0 <= row < len(self._facts) else -1

    def tip_at(self, spot: QPoint) -> str:
        """What a line means."""
        row = self._at(spot)
        return self._facts[row].tip if row >= 0 else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be picked."""
        row = self._at(event.position().toPoint())
        can = row >= 0 and bool(self._facts[row].name)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Picks a line, and the model whose column was hit."""
        row = self._at(event.position().toPoint())
        if row >= 0 and event.button() is Qt.MouseButton.LeftButton:
            hit = [m for m in range(self._models) if event.position().x() >= self._column(m).x()]
            self._pick(row, max(hit, default=self._picked[1]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down among the lines, left and right among the models."""
        row, model = self._place(), self._picked[1]
        moves = {
            Qt.Key.Key_Up: (row - 1, model),
            Qt.Key.Key_Down: (row + 1, model),
            Qt.Key.Key_Left: (row, model - 1),
            Qt.Key.Key_Right: (row, model + 1),
        }
        if not self._can_pick or event.key() not in moves:
            super().keyPressEvent(event)
            return
        row, model = moves[Qt.Key(event.key())]
        self._pick(min(len(self._facts) - 1, max(0, row)), min(self._models - 1, max(0, model)))

    def _pick(self, row: int, model: int) -> None:
        name = self._facts[row].name
        if name and (name, model) != self._picked:
            self._picked = (name, model)
            self.update()
            self.picked.emit(name, model)
