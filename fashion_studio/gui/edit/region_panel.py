"""Where an edit acts: regions, brush and eraser, threshold, and what the brush is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from fashion_studio.gui.components.base import Control, Label, column, row
from fashion_studio.gui.components.buttons import bind
from fashion_studio.gui.components.choices import Switch
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.components.sliders import Slider
from fashion_studio.gui.edit.compare_canvas import PaintTool
from fashion_studio.gui.edit.wording import REGIONS
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from fashion_studio.domain.edits import RegionKind
    from fashion_studio.gui.commands import Commands

__all__ = ["MaskPanel", "RegionButton", "RegionPanel"]

_HIGH_PX, _LOW_PX = 32, 28
SIZES_PX: Final = (4, 240)


class RegionButton(Control):
    """Glyph, name, key; framed in the accent while it is the region (or the tool)."""

    def __init__(self, text: str, icon: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon, self._key, self._low = icon, key, False
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_low(self, *, low: bool) -> None:
        """Less high, where the window is."""
        self._low = low
        self.updateGeometry()

    def nextCheckState(self) -> None:
        """The edit that follows decides whether it is on."""

    def sizeHint(self) -> QSize:
        """Room for everything."""
        text = self.theme.metrics("small", 500).horizontalAdvance(self.text()) + 1
        width = 8 + 20 + 8 + text + 6 + key_cap_width(self.theme, self._key) + 6
        return QSize(width, self.theme.px(_LOW_PX if self._low else _HIGH_PX))

    def paint(self, painter: QPainter) -> None:
        """Fill by state, glyph, name, key."""
        theme, on = self.theme, self.isChecked() and self.isEnabled()
        if on:
            rounded(painter, self.rect(), 6, theme.color("selected"), theme.color("accent"))
        else:
            fill = self.fill("raised") if self.isEnabled() else theme.color("panel")
            rounded(painter, self.rect(), 6, fill, theme.color("line"))
        middle = self.height() / 2
        ink = "text" if on or self.hovered else "text2"
        draw_icon(
            painter, self._icon, self.ink("accent" if on else "text2"), QPointF(8, round(middle - 10)), 20
        )
        cap = key_cap_width(theme, self._key)
        high = theme.px(18)
        area = QRectF(36, 0, self.width() - 36 - cap - 10, self.height())
        draw_text(painter, area, self.text(), theme.font("small", 500), self.ink(ink))
        spot = QRectF(self.width() - cap - 6, round(middle - high / 2), cap, high)
        draw_key_cap(painter, theme, spot, self._key, enabled=self.isEnabled())


class RegionPanel(QWidget):
    """The regions in two columns, and below them brush and eraser."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[RegionKind, RegionButton] = {}
        self.tools: dict[PaintTool, RegionButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, (kind, title, key, what) in enumerate(REGIONS):
            icon = f"region-{kind.value}" if kind.value != "painted" else "pencil"
            button = RegionButton(title, icon, key)
            bind(button, commands.get(f"edit.region_{kind.value}"), tooltip=False)
            button.setToolTip(f"{what}  ({key})")
            self.buttons[kind] = button
            grid.addWidget(button, place // 2, place % 2)
        for place, (tool, title, icon) in enumerate(
            ((PaintTool.BRUSH, "Brush", "brush"), (PaintTool.ERASER, "Eraser", "eraser"))
        ):
            command = commands.get(f"edit.{tool.value}")
            button = RegionButton(title, icon, command.key)
            bind(button, command)
            self.tools[tool] = button
            grid.addWidget(button, len(REGIONS) // 2, place)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def show_region(self, kind: RegionKind | None, tool: PaintTool) -> None:
        """Marks the region of the current edit and the tool in the hand."""
        for each, button in self.buttons.items():
            button.setChecked(each is kind)
        for paint, button in self.tools.items():
            button.setChecked(paint is tool)

    def set_low(self, *, low: bool) -> None:
        """Less high, where the window is."""
        for button in (*self.buttons.values(), *self.tools.values()):
            button.set_low(low=low)


class MaskPanel(QWidget):
    """Threshold, and what the brush is like.

    Signals:
        threshold_moved: 0 to 1, while the slider moves.
        brush_changed: size in view_px, hardness 0 to 1, snapping.
        outline_toggled: whether the mask's outline is to be shown.
    """

    threshold_moved = Signal(float)
    brush_changed = Signal(float, float, bool)
    outline_toggled = Signal(bool)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.threshold = Slider(0, 100, 20, tooltip="What the mask says under this is left alone")
        self.brush_size = Slider(*SIZES_PX, 64, tooltip=f"Brush size  ({commands.get('edit.larger').key})")
        self.hardness = Slider(
            0, 100, 70, tooltip=f"How hard the brush's edge is  ({commands.get('edit.harder').key})"
        )
        self._figures = [Label("", "small", 500) for _ in range(3)]
        self._names: list[Label] = []
        lines = []
        for title, slider, figure in zip(
            ("Threshold", "Brush size", "Hardness"),
            (self.threshold, self.brush_size, self.hardness),
            self._figures,
            strict=True,
        ):
            name = Label(title, "small", role="text2")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._names.append(name)
            line = row(name, slider, figure, gap=4)
            line.setStretch(1, 1)
            lines.append(line)
        self.snap, self.outline = Switch(), Switch()
        self.snap.setChecked(True)
        self.outline.setChecked(True)
        for title, switch, command in (
            ("Snap to edges", self.snap, "edit.snap"),
            ("Show mask outline", self.outline, "edit.outline"),
        ):
            switch.setAccessibleName(title)
            switch.setToolTip(commands.get(command).tooltip)
            line = row(Label(title, "small", role="text2"), None, switch)
            line.addStrut(24)
            lines.append(line)
        self._layout = column(*lines, gap=4)
        self.setLayout(self._layout)
        self.threshold.moved.connect(lambda value: self.threshold_moved.emit(value / 100))
        self.brush_size.moved.connect(lambda _value: self._tell())
        self.hardness.moved.connect(lambda _value: self._tell())
        self.snap.toggled.connect(lambda _on: self._tell())
        self.outline.toggled.connect(self.outline_toggled)
        self._show_figures()
        current_theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Names and figures keep to columns of their own, at any text size."""
        for label, widest, air in [(each, "Brush size", 8) for each in self._names] + [
            (each, "0.00", 4) for each in self._figures
        ]:
            label.setFixedWidth(label.fontMetrics().horizontalAdvance(widest) + air)

    @property
    def brush(self) -> tuple[float, float, bool]:
        """Size in view_px, hardness 0 to 1, snapping."""
        return float(self.brush_size.value), self.hardness.value / 100, self.snap.isChecked()

    def show_threshold(self, threshold: float | None) -> None:
        """Of the current edit; None without one."""
        self.threshold.setEnabled(threshold is not None)
        if threshold is not None:
            self.threshold.set_value(round(threshold * 100))
        self._show_figures()

    def resize_brush(self, step: int) -> None:
        """A quarter larger (1) or smaller (-1)."""
        value = self.brush_size.value
        self.brush_size.set_value(
            max(value + step, round(value * 1.25**step)) if step > 0 else round(value * 0.8)
        )
        self._tell()

    def harden_brush(self, step: int) -> None:
        """A tenth harder or softer."""
        self.hardness.set_value(self.hardness.value + 10 * step)
        self._tell()

    def set_low(self, *, low: bool) -> None:
        """Lines closer to each other."""
        self._layout.setSpacing(0 if low else 4)

    def _tell(self) -> None:
        self._show_figures()
        self.brush_changed.emit(*self.brush)

    def _show_figures(self) -> None:
        threshold = f"{self.threshold.value / 100:.2f}" if self.threshold.isEnabled() else "–"
        for figure, text in zip(
            self._figures,
            (threshold, str(self.brush_size.value), f"{self.hardness.value / 100:.2f}"),
            strict=True,
        ):
            figure.setText(text)
