"""The mark of each probed model: never by colour alone, the same in chart, grid and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.painting import draw_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from fashion_studio.gui.theme.theme import Theme

__all__ = ["MARK_ROLES", "ModelLegend", "draw_model_mark"]

MARK_ROLES: Final = ("accent", "humanfill", "modelfill", "agree")
"""Circle, triangle, square, diamond, by the model's place in the probe; hollow from the fifth on."""

_HOLLOW_PX: Final = 2.0

_MARK_PX: Final = 10


def draw_model_mark(
    painter: QPainter,
    theme: Theme,
    center: QPointF,
    place: int,
    radius: float = 5,
    *,
    edge: str = "",
) -> None:
    """The mark of the model at a place, `edge` the role of a 1.5 px line around a full one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    color = theme.color(MARK_ROLES[place % len(MARK_ROLES)])
    if place >= len(MARK_ROLES):
        painter.setBrush(theme.color("panel"))
        painter.setPen(QPen(color, _HOLLOW_PX))
        radius -= _HOLLOW_PX / 2
    else:
        painter.setBrush(color)
        painter.setPen(QPen(theme.color(edge), 1.5) if edge else Qt.PenStyle.NoPen)
    x, y = center.x(), center.y()
    shape = place % len(MARK_ROLES)
    if shape == 0:
        painter.drawEllipse(center, radius, radius)
    elif shape == 1:
        corners = [QPointF(x, y - radius * 1.08), QPointF(x + radius, y + radius * 0.84)]
        painter.drawPolygon(QPolygonF([*corners, QPointF(x - radius, y + radius * 0.84)]))
    elif shape == 2:
        side = radius * 0.9
        painter.drawRect(QRectF(x - side, y - side, 2 * side, 2 * side))
    else:
        reach = radius * 1.15
        points = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))


class ModelLegend(Tipped, QWidget):
    """Marks with the models' names in a line; a long name gives way."""

    def __init__(self, *, step: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._step = step
        self._names: tuple[str, ...] = ()
        self._first = 0
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def names(self) -> tuple[str, ...]:
        """What it shows."""
        return self._names

    def show_names(self, names: Sequence[str], first: int = 0) -> None:
        """Other models; `first` is the place of the first one's mark."""
        if (tuple(names), first) == (self._names, self._first):
            return
        self._names, self._first = tuple(names), first
        self.setToolTip(", ".join(names))
        self.setAccessibleName(", ".join(names))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All in a line."""
        metrics = self.theme.metrics(self._step)
        wide = sum(_MARK_PX + 6 + metrics.horizontalAdvance(name) + 1 for name in self._names)
        return QSize(wide + 12 * max(0, len(self._names) - 1), self.theme.line_px(self._step))

    def minimumSizeHint(self) -> QSize:
        """Names give way, marks do not."""
        return QSize(28 * len(self._names), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Marks and names."""
        painter, theme = QPainter(self), self.theme
        metrics, font = theme.metrics(self._step), theme.font(self._step)
        count = max(1, len(self._names))
        fair = (self.width() - 12 * (count - 1)) / count - _MARK_PX - 6
        over = self.sizeHint().width() > self.width()
        x = 0.0
        for place, name in enumerate(self._names):
            draw_model_mark(painter, theme, QPointF(x + 5, self.height() / 2), place + self._first)
            wide = float(metrics.horizontalAdvance(name) + 1)
            wide = min(wide, fair) if over else wide
            area = QRectF(x + _MARK_PX + 6, 0, wide, self.height())
            draw_text(painter, area, name, font, theme.color("text2"))
            x += _MARK_PX + 6 + wide + 12
        painter.end()
