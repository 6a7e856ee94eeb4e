"""The class-wise bias chart: what each model decided by, class by class, and over all classes as bands.

After Geirhos et al. 2019, figure 4: a class a line, a mark a model, from only texture to only shape; the
upright lines are the models' averages with their interval, a dotted one people's where it is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.components.painting import draw_ring, draw_text
from fashion_studio.gui.probe.model_marks import MARK_ROLES, draw_model_mark
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

__all__ = ["BiasChart", "ChartRow", "ModelBand", "bias_text"]

_LINE_PX: Final = 26
_LEAST_LINE_PX: Final = 20
_AXIS_PX: Final = 24
_TOP_PX: Final = 18
_ICON_PX: Final = 16
_MARK_PX: Final = 6
_REACH_PX: Final = 12
_MOST_BANDS: Final = 2
"""Intervals of more models than these would lie over each other as bands; they become bars below."""
_BAR_PX: Final = 6
_STEPS: Final = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def bias_text(value: float | None) -> str:
    """A score of 0 to 1 as “.44”; a dash where it is not defined."""
    if value is None:
        return "–"
    text = f"{value:.2f}"
    return text if text.startswith("1") else text[1:]


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One class.

    Attributes:
        name: as in the results; `title` as shown, `icon` empty for none.
        hits: for each model (shape hits, texture hits, pictures whose shape is of this class).
    """

    name: str
    title: str
    icon: str
    hits: tuple[tuple[int, int, int], ...]

    def bias(self, place: int) -> float | None:
        """Shape hits over all hits of a model; None while nothing was hit."""
        shape, texture, _ = self.hits[place]
        return shape / (shape + texture) if shape + texture else None


@dataclass(frozen=True, slots=True)
class ModelBand:
    """A model's average over all pictures, and its interval; None while not defined."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None


class BiasChart(QAbstractScrollArea):
    """Rows scroll where there are more than fit; the axis stays. `picked` carries (model place, class).

    Arrows go from mark to mark, a click picks the nearest one.
    """

    picked = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._rows: tuple[ChartRow, ...] = ()
        self._bands: tuple[ModelBand, ...] = ()
        self._people: float | None = None
        self._picked: tuple[int, str] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(self.theme.px(120))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("What decides, class by class")
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.theme.changed.connect(self._fit)

    # ------------------------------------------------------------ content

    @property
    def rows(self) -> tuple[ChartRow, ...]:
        """What is drawn."""
        return self._rows

    @property
    def bands(self) -> tuple[ModelBand, ...]:
        """The models' averages."""
        return self._bands

    @property
    def point(self) -> tuple[int, str] | None:
        """The picked mark: model place and class."""
        return self._picked

    def show_rows(
        self, rows: Sequence[ChartRow], bands: Sequence[ModelBand], people: float | None = None
    ) -> None:
        """Other content; what is picked stays picked while it is there."""
        content = (tuple(rows), tuple(bands), people)
        if content == (self._rows, self._bands, self._people):
            return
        self._rows, self._bands, self._people = content
        if self._picked is not None and not any(row.name == self._picked[1] for row in self._rows):
            self._picked = None
        self.setAccessibleDescription("\n".join(_in_words(row, self._bands) for row in self._rows))
        self._fit()

    def forget_point(self) -> None:
        """Rings no mark."""
        self._picked = None
        self.viewport().update()

    # ------------------------------------------------------------ geometry

    def sizeHint(self) -> QSize:
        """High enough for every class at full distance."""
        return QSize(400, self._around_px + len(self._rows) * self.theme.px(_LINE_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another scroll range."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().height() - self._around_px
        bar = self.verticalScrollBar()
        bar.setSingleStep(self._line)
        bar.setPageStep(max(1, room))
        bar.setRange(0, max(0, len(self._rows) * self._line - room))
        self.viewport().update()

    @property
    def _bars_px(self) -> int:
        """Height of the intervals' bars below the classes; 0 where they are bands."""
        count = len(self._bands)
        return 0 if count <= _MOST_BANDS else self.theme.px((count + 1) * _BAR_PX)

    @property
    def _around_px(self) -> int:
        """What is above and below the classes."""
        return self.theme.px(_TOP_PX + _AXIS_PX) + self._bars_px

    @property
    def _line(self) -> int:
        room = self.viewport().height() - self._around_px
        fair = room // max(1, len(self._rows))
        return min(self.theme.px(_LINE_PX), max(self.theme.px(_LEAST_LINE_PX), fair))

    @property
    def _span(self) -> tuple[float, float]:
        """Left and right end of the axis."""
        metrics = self.theme.metrics("small")
        names = max((metrics.horizontalAdvance(row.title) for row in self._rows), default=40)
        icons = _ICON_PX + 8 if any(row.icon for row in self._rows) else 0
        left = icons + names + 18
        return float(left), float(max(left + 80, self.viewport().width() - 16))

    def _x(self, value: float) -> float:
        left, right = self._span
        return left + value * (right - left)

    def _y(self, number: int) -> float:
        top = self.theme.px(_TOP_PX) - self.verticalScrollBar().value()
        return top + (number + 0.5) * self._line

    def _marks(self, number: int) -> list[tuple[int, QPointF]]:
        """The marks of a row: model place and where it stands."""
        row, y = self._rows[number], self._y(number)
        found = [
            (place, self._x(bias)) for place in range(len(row.hits)) if (bias := row.bias(place)) is not None
        ]
        marks = []
        for order, (place, x) in enumerate(found):
            # marks that would hide each other stand above one another
            near = any(other != place and abs(at - x) < _MARK_PX for other, at in found)
            aside = (order - (len(found) - 1) / 2) * _MARK_PX if near else 0.0
            marks.append((place, QPointF(x, y + aside)))
        return marks

    def mark_at(self, place: int, name: str) -> QPoint | None:
        """Where a mark stands in the viewport; None where it has none."""
        for number, row in enumerate(self._rows):
            if row.name == name:
                return next((spot.toPoint() for at, spot in self._marks(number) if at == place), None)
        return None

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grid, bands, people's line, rows, axis."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom = self.viewport().height() - self.theme.px(_AXIS_PX)
        self._paint_grid(painter, bottom)
        painter.save()
        top, end = self.theme.px(_TOP_PX), bottom - self._bars_px
        painter.setClipRect(QRectF(0, top, self.viewport().width(), end - top))
        for number in range(len(self._rows)):
            y = self._y(number)
            if -self._line < y < end + self._line:
                self._paint_row(painter, number, y)
        painter.restore()
        painter.end()

    def _paint_grid(self, painter: QPainter, bottom: float) -> None:
        theme, width = self.theme, self.viewport().width()
        painter.setPen(QPen(theme.color("line"), 1))
        for tick in _TICKS:
            x = round(self._x(tick)) + 0.5
            painter.drawLine(QLineF(x, 0, x, bottom))
        for place, band in enumerate(self._bands):
            self._paint_band(painter, place, band, bottom)
        if self._people is not None:
            self._paint_people(painter, self._people, bottom)
        font, axis = theme.font("caption"), QRectF(0, bottom + 4, width, theme.line_px("caption"))
        left, right = self._span
        wide_of = theme.metrics("caption").horizontalAdvance
        short = right - left < wide_of("0 only texture only shape 1") + 40
        first = 0 if short else wide_of("0 only texture")  # a quarter's figure must not touch it
        crowded = right - left < max(theme.px(330), 4 * (first + wide_of("0.25") / 2 + 8))
        for tick, text, align in (
            (0.0, "0" if short else "0 only texture", Qt.AlignmentFlag.AlignLeft),
            (0.25, "0.25", Qt.AlignmentFlag.AlignHCenter),
            (0.5, "0.50", Qt.AlignmentFlag.AlignHCenter),
            (0.75, "0.75", Qt.AlignmentFlag.AlignHCenter),
            (1.0, "1" if short else "only shape 1", Qt.AlignmentFlag.AlignRight),
        ):
            ends = tick in {0.0, 1.0}
            if not ends and crowded and tick != 0.5:
                continue
            x = self._x(tick)
            wide = wide_of(text) + 2
            start = x if tick == 0 else x - wide if tick == 1 else x - wide / 2
            area = QRectF(start, axis.y(), wide, axis.height())
            draw_text(painter, area, text, font, theme.color("text3"), align)

    def _paint_band(self, painter: QPainter, place: int, band: ModelBand, bottom: float) -> None:
        if band.value is None:
            return
        color = self.theme.color(MARK_ROLES[place % len(MARK_ROLES)])
        if band.low is not None and band.high is not None:
            bar = bottom - self._bars_px + self.theme.px((place + 1) * _BAR_PX) if self._bars_px else None
            _paint_interval(painter, color, (self._x(band.low), self._x(band.high)), (bottom, bar))
        _paint_upright(painter, color, (4, 2.5) if place else (), (self._x(band.value), bottom))

    def _paint_people(self, painter: QPainter, value: float, bottom: float) -> None:
        theme = self.theme
        x = self._x(value)
        _paint_upright(painter, theme.color("text"), (1.4, 2), (x, bottom))
        text = f"people {bias_text(value)}"
        wide = theme.metrics("caption").horizontalAdvance(text) + 1
        area = QRectF(x - wide - 6, 0, wide, theme.px(_TOP_PX) - 2)
        painter.fillRect(area.adjusted(-3, 0, 2, 0), theme.color("panel"))
        draw_text(painter, area, text, theme.font("caption"), theme.color("text"))

    def _paint_row(self, painter: QPainter, number: int, y: float) -> None:
        theme, row = self.theme, self._rows[number]
        chosen = self._picked is not None and self._picked[1] == row.name
        ink = theme.color("text" if chosen else "text2")
        x = 0.0
        if any(each.icon for each in self._rows):
            if row.icon:
                draw_icon(painter, row.icon, ink, QPointF(x, round(y - _ICON_PX / 2)), _ICON_PX)
            x += _ICON_PX + 8
        left = self._span[0]
        area = QRectF(x, y - self._line / 2, left - x - 10, self._line)
        draw_text(painter, area, row.title, theme.font("small", 500 if chosen else 400), ink)
        marks = self._marks(number)
        if not marks:
            words = QRectF(left + 8, y - self._line / 2, self.viewport().width() - left - 16, self._line)
            hint = "no picture yet" if not any(hit[2] for hit in row.hits) else "no cue hit"
            draw_text(painter, words, hint, theme.font("caption"), theme.color("text3"))
            return
        if len(marks) > 1:
            painter.setPen(QPen(theme.color("border"), 2))
            ends = [spot.x() for _, spot in marks]
            painter.drawLine(QLineF(min(ends), y, max(ends), y))
        for place, center in marks:
            draw_model_mark(painter, theme, center, place, _MARK_PX, edge="panel")
            if self._picked == (place, row.name):
                role = "accent" if keyboard_focus(self) else "text"
                draw_ring(painter, center, theme.color(role), 2 * _MARK_PX + 9, 1.5)

    # ------------------------------------------------------------ pointer and keys

    def _nearest(self, spot: QPointF) -> tuple[int, str] | None:
        """The mark of the row under a point that is nearest to it."""
        found = [
            (QLineF(spot, center).length(), place, row.name)
            for number, row in enumerate(self._rows)
            if abs(spot.y() - self._y(number)) <= self._line / 2
            for place, center in self._marks(number)
        ]
        return min(found)[1:] if found else None

    def tip_at(self, spot: QPoint) -> str:
        """The figures of the mark under the pointer."""
        found = self._nearest(QPointF(spot))
        if found is None:
            return ""
        place, name = found
        row = next(each for each in self._rows if each.name == name)
        mark = self.mark_at(place, name)
        if mark is None or abs(mark.x() - spot.x()) > _REACH_PX:
            return ""
        shape, texture, pictures = row.hits[place]
        figures = f"{shape} by shape, {texture} by texture, {pictures - shape - texture} by neither"
        return f"{row.title}, {self._bands[place].name}: {bias_text(row.bias(place))}\n{figures}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand where there is something to pick."""
        there = self._nearest(event.position()) is not None
        shape = Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Picks the nearest mark of the row."""
        found = self._nearest(event.position())
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self.pick(*found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down from class to class, left and right from model to model."""
        if event.key() not in _STEPS:
            super().keyPressEvent(event)
            return
        by_model, by_row = _STEPS[Qt.Key(event.key())]
        names = [row.name for row in self._rows]
        if not names:
            return
        place, name = self._picked if self._picked is not None else (0, "")
        number = names.index(name) + by_row if name in names else 0
        number = min(len(names) - 1, max(0, number))
        place = min(len(self._bands) - 1, max(0, place + by_model))
        self.pick(place, names[number])
        top = self._line * number
        bar, room = self.verticalScrollBar(), self.verticalScrollBar().pageStep()
        bar.setValue(min(top, max(bar.value(), top + self._line - room)))

    def pick(self, place: int, name: str) -> None:
        """Picks a mark as a click does."""
        if self._picked != (place, name):
            self._picked = (place, name)
            self.viewport().update()
            self.picked.emit(place, name)


def _paint_upright(
    painter: QPainter, color: QColor, dashes: Sequence[float], foot: tuple[float, float]
) -> None:
    """A line down the chart to its `foot`; no `dashes` for a whole one."""
    pen = QPen(color, 1.5)
    if dashes:
        pen.setDashPattern(dashes)
    painter.setPen(pen)
    painter.drawLine(QLineF(foot[0], 0, *foot))


def _paint_interval(
    painter: QPainter, color: QColor, ends: tuple[float, float], down: tuple[float, float | None]
) -> None:
    """`down`: the chart's lower end, and where the bar lies if it is one."""
    bottom, bar = down
    if bar is None:
        veil = QColor(color)
        veil.setAlphaF(0.13)
        painter.fillRect(QRectF(ends[0], 0, ends[1] - ends[0], bottom), veil)
        return
    painter.setPen(QPen(color, 3, c=Qt.PenCapStyle.RoundCap))
    painter.drawLine(QLineF(ends[0], bar, ends[1], bar))


def _in_words(row: ChartRow, bands: Sequence[ModelBand]) -> str:
    said = [f"{band.name} {bias_text(row.bias(n))}" for n, band in enumerate(bands)]
    return f"{row.title}: {', '.join(said)}"
