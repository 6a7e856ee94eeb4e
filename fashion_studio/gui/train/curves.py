"""Cards with live curves. The plot is pyqtgraph's; colours, grid and marks are the theme's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fashion_studio.gui.components.base import Card, Label, column, row, themed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

__all__ = ["Curve", "CurveCard"]

_STYLES: Final = {
    "solid": None,
    "dash": (6.0, 3.0),
    "dots": (2.0, 3.0),
    "base": (2.0, 4.0),
}
_HEIGHT_PX: Final = 190


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes:
        name: in the legend; "" for none.
        role: the theme's role of its colour.
        style: "solid", "dash", "dots", or "base" for a thin baseline.
        mark_last: a ring around its last point.
    """

    name: str
    xs: Sequence[float] = field(default_factory=tuple)
    ys: Sequence[float] = field(default_factory=tuple)
    role: str = "human"
    style: str = "solid"
    mark_last: bool = True


class CurveCard(Card):
    """A title, a legend and curves over epochs; an upright line at the present epoch."""

    def __init__(self, title: str, *, x_title: str = "epoch", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._curves: tuple[Curve, ...] = ()
        self._now: float | None = None
        self._until: float = 0.0
        self._unit: tuple[float, float] | None = None
        self.heading = Label(title, "small", 600)
        self.legend = _Legend()
        self.empty = Label("", "small", role="text3")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.plot = _Plot()
        self.plot.setAccessibleName(f"{title} over {x_title}s")
        head = row(self.heading, None, self.legend, gap=12)
        self.setLayout(column(head, self.plot, self.empty, gap=4, margins=(12, 12, 12, 8)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.theme.changed.connect(self._redraw)
        self.say("No epoch has ended yet.")

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is drawn."""
        return self._curves

    def say(self, sentence: str) -> None:
        """A sentence instead of curves."""
        self.empty.setText(sentence)
        self.empty.setFixedHeight(self.theme.px(_HEIGHT_PX))
        self.empty.show()
        self.plot.hide()
        self.legend.hide()

    def show_curves(
        self,
        curves: Sequence[Curve],
        *,
        now: float | None = None,
        until: float = 0.0,
        shares: bool = False,
    ) -> None:
        """Other curves.

        Args:
            curves: those without points are left out.
            now: where the upright line stands; None for none.
            until: the last planned epoch, so that the axis does not creep.
            shares: values are shares of 1: the axis keeps within 0 and 1.
        """
        drawn = tuple(curve for curve in curves if len(curve.xs))
        if not drawn:
            return
        same = (drawn, now, until) == (self._curves, self._now, self._until)
        self._curves, self._now, self._until = drawn, now, until
        self._unit = (0.0, 1.0) if shares else None
        if not same or not self.plot.isVisible():
            self._redraw()

    def _redraw(self) -> None:
        if not self._curves:
            return
        theme, plot = self.theme, self.plot
        plot.setFixedHeight(theme.px(_HEIGHT_PX))
        plot.setBackground(theme.color("panel"))
        plot.clear_items()
        for axis in plot.axes.values():
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(theme.color("text3"))
            axis.setTickFont(theme.font("caption"))
            axis.setStyle(tickLength=0, tickAlpha=0, tickTextOffset=6, hideOverlappingLabels=False)
        plot.axes["left"].setWidth(theme.px(36))
        plot.axes["bottom"].setHeight(theme.px(20))
        self._draw_grid()
        if self._now is not None:
            line = QColor(theme.color("accent"))
            line.setAlphaF(0.5)
            plot.add(pg.InfiniteLine(self._now, angle=90, pen=pg.mkPen(line, width=1)))
        for curve in self._curves:
            self._draw(curve)
        self.legend.show_entries([(c.name, c.role, c.style) for c in self._curves if c.name])
        self.legend.show()
        self.empty.hide()
        self.plot.show()

    def _draw_grid(self) -> None:
        plot = self.plot
        xs = [x for curve in self._curves for x in (curve.xs[0], curve.xs[-1])]
        ys = [y for curve in self._curves for y in curve.ys]
        low, high = min(ys), max(ys)
        if self._unit is not None:
            low, high = min(0.0, low), max(1.0, high)
            if min(ys) > 0.25:
                low = (min(ys) * 10 // 2) * 0.2
        else:
            low, high = min(0.0, low), high * 1.04 if high > 0 else 1.0
        right = max(self._until, *xs)
        left = min(*xs, right - 1)
        plot.view.setXRange(left, right, padding=0.015)
        plot.view.setYRange(low, max(high, low + 1e-6), padding=0.03)
        ticks = _steps(low, high)
        plot.axes["left"].setTicks([[(tick, f"{tick:g}") for tick in ticks]])
        whole = sorted({round(tick) for tick in _steps(left, right, 6)})
        plot.axes["bottom"].setTicks([[(tick, str(tick)) for tick in whole if left <= tick <= right]])
        pen = pg.mkPen(self.theme.color("line"), width=1)
        for tick in ticks:
            plot.add(pg.InfiniteLine(tick, angle=0, pen=pen))

    def _draw(self, curve: Curve) -> None:
        theme, plot = self.theme, self.plot
        pen = _pen(theme.color(curve.role), curve.style)
        plot.add(pg.PlotCurveItem(list(curve.xs), list(curve.ys), pen=pen, antialias=True))
        if curve.mark_last:
            plot.add(
                pg.ScatterPlotItem(
                    [curve.xs[-1]],
                    [curve.ys[-1]],
                    symbol="o",
                    size=7,
                    brush=theme.color(curve.role),
                    pen=pg.mkPen(theme.color("panel"), width=1.5),
                )
            )


class _Legend(QWidget):
    """A short piece of each line beside its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._entries: list[tuple[str, str, str]] = []

    def show_entries(self, entries: list[tuple[str, str, str]]) -> None:
        """Name, role and style of each."""
        if entries != self._entries:
            self._entries = entries
            self.setToolTip(", ".join(name for name, _, _ in entries))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """All of them in a line."""
        metrics = self.theme.metrics("caption")
        wide = sum(metrics.horizontalAdvance(name) + 18 + 6 for name, _, _ in self._entries)
        return QSize(wide + 12 * max(0, len(self._entries) - 1), self.theme.px(16))

    def minimumSizeHint(self) -> QSize:
        """May be cut where room is short; the tooltip has them all."""
        return QSize(0, self.theme.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lines and names."""
        painter, theme = QPainter(self), self.theme
        painter.setFont(theme.font("caption"))
        metrics, x, middle = theme.metrics("caption"), 0.0, self.height() / 2
        for name, role, style in self._entries:
            painter.setPen(_pen(theme.color(role), style))
            painter.drawLine(round(x), round(middle), round(x) + 18, round(middle))
            painter.setPen(theme.color("text2"))
            wide = metrics.horizontalAdvance(name)
            painter.drawText(QRectF(x + 24, 0, wide + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, name)
            x += wide + 36
        painter.end()


class _Plot(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # it has no types
    """A view with two axes. Not pyqtgraph's PlotItem: that one brings a dozen menus nobody can open here."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAntialiasing(True)
        self.ci.layout.setContentsMargins(0, 0, 8, 0)  # half of the last number of epochs
        self.ci.layout.setSpacing(0)
        self.view = pg.ViewBox(enableMenu=False, enableMouse=False)
        self.axes = {name: pg.AxisItem(name) for name in ("left", "bottom")}
        for name, row_at, column_at in (("left", 0, 0), ("bottom", 1, 1)):
            self.axes[name].linkToView(self.view)
            self.ci.addItem(self.axes[name], row_at, column_at)
        self.ci.addItem(self.view, 0, 1)

    def add(self, item: pg.GraphicsObject) -> None:
        """Draws a curve or a line."""
        self.view.addItem(item)

    def clear_items(self) -> None:
        """Takes everything out."""
        for item in list(self.view.addedItems):
            self.view.removeItem(item)


def _pen(color: QColor, style: str) -> QPen:
    pen = QPen(pg.mkPen(color, width=1 if style == "base" else 2))
    dashes = _STYLES[style]
    if dashes is not None:
        pen.setDashPattern([part / pen.widthF() for part in dashes])
    return pen


def _steps(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from low to high."""
    span = max(high - low, 1e-9)
    raw = span / about
    power = 10.0 ** int(f"{raw:e}".partition("e")[2])
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = -(-low // step)
    return [round((first + n) * step, 10) for n in range(int((high - first * step) / step + 1e-6) + 1)]
