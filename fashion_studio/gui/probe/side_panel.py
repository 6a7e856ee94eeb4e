"""The right side of the probe room: figures, what stands behind a point, and saving it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Line, Surface, column, row
from fashion_studio.gui.probe.drill_pane import DrillPane
from fashion_studio.gui.probe.figures_pane import FiguresPane

if TYPE_CHECKING:
    from fashion_studio.gui.components.buttons import Button

__all__ = ["SidePanel"]


_LEAST_PX = 150


class _AsHighAsNeeded(PaneScroll):
    """Takes the height of its content and gives way, scrolling, where room is short."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(_LEAST_PX)
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Other content, another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """As high as the content at this width."""
        layout = self._pane.layout()
        if layout is None:
            return self._pane.sizeHint()
        wide = self.width()
        high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return QSize(wide, high)


class SidePanel(Surface):
    """Figures above, pictures below, two buttons at the foot."""

    def __init__(self, report: Button, csv: Button, parent: QWidget | None = None) -> None:
        super().__init__("panel", "l", parent)
        self.figures = FiguresPane()
        self.drill = DrillPane()
        for button in (report, csv):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        feet = Surface("panel", "t")
        feet.setLayout(row(report, csv, gap=8, margins=(16, 12, 16, 12)))
        inner = column(
            _AsHighAsNeeded(self.figures), Line(lying=True), self.drill, feet, gap=0, margins=(1, 0, 0, 0)
        )
        inner.setStretch(2, 1)
        self.setLayout(inner)
