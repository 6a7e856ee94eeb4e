"""Bars that float in the canvas' margins: tools, zoom, caption, overlays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from fashion_studio.gui.components.base import Label, Line, Tipped, themed
from fashion_studio.gui.components.buttons import IconButton, ToggleButton
from fashion_studio.gui.components.feedback import FloatingPanel
from fashion_studio.gui.components.painting import draw_text
from fashion_studio.gui.components.sliders import Slider
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.imaging.colormaps import colormap

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

__all__ = ["Caption", "FloatingBar", "Legend", "OverlayBar", "ToolBar", "ZoomBar"]

_TOOLS: Final = (
    ("select", "mouse-pointer-2"),
    ("landmark", "spline-pointer"),
    ("box", "square-dashed"),
    ("hand", "hand"),
)
_OVERLAYS: Final = (
    ("landmarks", "Landmarks", "spline"),
    ("heatmap", "Heatmap", "target"),
    ("cam", "CAM", "flame"),
    ("mask", "Mask", "layers"),
    ("box", "Box", "square-dashed"),
)


class FloatingBar(FloatingPanel):
    """A floating panel around one row or column of controls."""

    def fill(self, layout: QLayout, padding: tuple[int, int, int, int]) -> None:
        """Lays the bar's parts out inside the box."""
        layout.setContentsMargins(*padding)
        self.setLayout(layout)


class ToolBar(FloatingBar):
    """The tools, upright."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {
            name: IconButton(icon, name, toggle=True, icon_px=18, parent=self) for name, icon in _TOOLS
        }
        layout = QVBoxLayout()
        layout.setSpacing(2)
        for name, button in self.buttons.items():
            layout.addWidget(button)
            button.clicked.connect(lambda _checked=False, name=name: self.picked.emit(name))
        self.fill(layout, (4, 4, 4, 4))

    def show_tool(self, name: str) -> None:
        """Marks the tool in hand."""
        for other, button in self.buttons.items():
            button.setChecked(other == name)


class ZoomBar(FloatingBar):
    """Fit, and how close the photo is."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fit = IconButton("maximize", "Fit", parent=self)
        self.figure = Label("100 %", "small", role="text2", parent=self)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QHBoxLayout()
        layout.setSpacing(2)
        layout.addWidget(self.fit)
        layout.addWidget(self.figure)
        self.fill(layout, (4, 4, 4, 4))
        self._size_figure()
        self.theme.changed.connect(self._size_figure)

    def _size_figure(self) -> None:
        widest = max("100 %", self.figure.text(), key=len)
        self.figure.setFixedWidth(self.theme.text_width(widest, "small") + 16)

    def show_zoom(self, zoom: float) -> None:
        """Device pixels per image pixel."""
        text = f"{round(100 * zoom):,} %"
        longer = len(text) != len(self.figure.text())
        self.figure.setText(text)
        if longer:
            self._size_figure()
            self.resized.emit()


class Caption(FloatingBar):
    """Says which heat map lies over the photo: "Where the model looks for Three-quarter 37 %"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[tuple[str, int, str], ...] = ()
        self._icon = "flame"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Heat map")

    @property
    def text(self) -> str:
        """The whole sentence."""
        return " ".join(part[0] for part in self._parts)

    def say(self, lead: str, name: str, figure: str = "", *, icon: str = "flame") -> bool:
        """Lead in secondary text, name in bold, figure after it; true when it is another sentence."""
        parts = tuple(
            part for part in ((lead, 400, "text2"), (name, 600, "text"), (figure, 400, "text2")) if part[0]
        )
        changed = (parts, icon) != (self._parts, self._icon)
        self._parts, self._icon = parts, icon
        self.setAccessibleDescription(self.text)
        self.update()
        return changed

    def _width(self, part: tuple[str, int, str]) -> int:
        return self.theme.text_width(part[0], "small", part[1]) + 1

    def box_size(self) -> QSize:
        """One line of 32 px."""
        words = sum(self._width(part) for part in self._parts)
        gaps = 4 * max(len(self._parts) - 1, 0) + (4 if len(self._parts) > 1 else 0)
        return QSize(12 + 16 + 8 + words + gaps + 12, self.theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon and words."""
        super().paintEvent(event)
        painter, theme, box = QPainter(self), self.theme, self.contentsRect()
        top = box.top() + (box.height() - 16) // 2
        draw_icon(painter, self._icon, theme.color("accent"), QPointF(box.left() + 12, top))
        x = box.left() + 36
        for place, part in enumerate(self._parts):
            text, weight, role = part
            width = self._width(part)
            area = QRectF(x, box.top(), min(width, box.right() - 11 - x), box.height())
            draw_text(painter, area, text, theme.font("small", weight), theme.color(role))
            x += width + (8 if place + 2 == len(self._parts) and place > 0 else 4)
        painter.end()


class Legend(Tipped, QWidget):
    """From "less" to "more": the colours of the map that is shown, as they are without a photo beneath."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._table = "magma"
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Colours of the heat map")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Asks for other colours."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def show_table(self, name: str) -> None:
        """Another colour map."""
        if name != self._table:
            self._table = name
            self.update()

    def sizeHint(self) -> QSize:
        """Two words and a bar of 72."""
        metrics = self.theme.metrics("caption")
        words = metrics.horizontalAdvance("less") + metrics.horizontalAdvance("more") + 2
        return QSize(words + 12 + 72, self.theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """Never squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words and bar."""
        painter, theme = QPainter(self), self.theme
        font, ink = theme.font("caption"), theme.color("text2")
        less = theme.text_width("less", "caption") + 1
        draw_text(painter, QRectF(0, 0, less + 1, self.height()), "less", font, ink)
        bar = QRectF(less + 6, self.height() / 2 - 4, 72, 8)
        sweep = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colormap(self._table)
        for stop in range(10):
            red, green, blue = (int(part) for part in table[round(stop * 255 / 9)][:3])
            sweep.setColorAt(stop / 9, QColor(red, green, blue))
        path = QPainterPath()
        path.addRoundedRect(bar, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, sweep)
        rest = QRectF(bar.right() + 6, 0, self.width() - bar.right() - 6, self.height())
        draw_text(painter, rest, "more", font, ink)
        painter.end()


class OverlayBar(FloatingBar):
    """What lies over the photo: toggles, opacity, legend, viewing."""

    toggled = Signal(str, bool)
    opacity_moved = Signal(int)
    viewing_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggles = {name: ToggleButton(title, icon, parent=self) for name, title, icon in _OVERLAYS}
        self._opacity_label = Label("Opacity", "small", role="text2", parent=self)
        self.opacity = Slider(0, 100, 72, tooltip="Opacity of heat maps", parent=self)
        self._figure = Label("72", "small", role="text2", parent=self)
        self.legend = Legend(self)
        self.viewing = IconButton("contrast", "Brightness and contrast", parent=self)
        self._last_line = Line(parent=self)
        layout = QHBoxLayout()
        layout.setSpacing(4)
        for name, toggle in self.toggles.items():
            layout.addWidget(toggle)
            toggle.clicked.connect(lambda on, name=name: self.toggled.emit(name, on))
        for part in (Line(parent=self), self._opacity_label, self.opacity, self._figure, Line(parent=self)):
            if isinstance(part, Line):
                layout.addSpacing(4)
                layout.addWidget(part)
                layout.addSpacing(4)
            else:
                layout.addWidget(part)
        layout.addWidget(self.legend)
        layout.addSpacing(4)
        layout.addWidget(self._last_line)
        layout.addSpacing(4)
        layout.addWidget(self.viewing)
        self.fill(layout, (6, 6, 6, 6))
        self.opacity.moved.connect(self._on_opacity)
        self.viewing.clicked.connect(lambda _checked=False: self.viewing_asked.emit())
        self.set_narrow(narrow=False)
        self.theme.changed.connect(self._size_figure)

    def set_narrow(self, narrow: bool) -> None:
        """Toggles without text, a shorter slider."""
        for toggle in self.toggles.values():
            toggle.set_bare(narrow)
        self.opacity.setFixedWidth(72 if narrow else 104)
        self._size_figure()

    def _size_figure(self) -> None:
        self._figure.setFixedWidth(self.theme.text_width("100", "small") + 1)

    def show_state(self, on: frozenset[str], opacity: int, table: str) -> None:
        """Which toggles are on, the slider, the colours of the legend."""
        for name, toggle in self.toggles.items():
            toggle.setChecked(name in on)
        self.opacity.set_value(opacity)
        self._figure.setText(str(opacity))
        self.legend.show_table(table)

    def _on_opacity(self, value: int) -> None:
        self._figure.setText(str(value))
        self.opacity_moved.emit(value)
