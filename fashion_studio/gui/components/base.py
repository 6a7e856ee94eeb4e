"""What all controls share: they follow the theme, know their state, and never take a size of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from fashion_studio.gui.components.motion import Motion
from fashion_studio.gui.components.painting import rounded
from fashion_studio.gui.theme.theme import Theme, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QPaintEvent

__all__ = [
    "Card",
    "Control",
    "Label",
    "Line",
    "Surface",
    "Tipped",
    "clear_layout",
    "column",
    "row",
    "themed",
]


def themed(widget: QWidget) -> Theme:
    """The theme, and from now on a repaint and new sizes for the widget whenever it changes."""
    theme = current_theme()

    theme.changed.connect(widget.updateGeometry)
    theme.changed.connect(widget.update)
    return theme


def row(
    *parts: QWidget | int | None, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """A horizontal layout: widgets, spaces in px, and None for what stretches."""
    layout = QHBoxLayout()
    _fill(layout, parts, gap, margins)
    return layout


def column(
    *parts: QWidget | QLayout | int | None, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """A vertical layout: widgets, layouts, spaces in px, and None for what stretches."""
    layout = QVBoxLayout()
    _fill(layout, parts, gap, margins)
    return layout


def _fill(
    layout: QHBoxLayout | QVBoxLayout,
    parts: tuple[QWidget | QLayout | int | None, ...],
    gap: int,
    margins: tuple[int, int, int, int],
) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)


def clear_layout(layout: QLayout) -> None:
    """Takes every widget out of a layout and lets it go."""
    while layout.count():
        entry = layout.takeAt(0)
        widget = entry.widget() if entry is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Tipped:
    """Keeps its tooltip for the window's own overlay (`tips.Tips`), so that Qt opens no window for it."""

    _tip = ""

    def setToolTip(self, text: str, /) -> None:
        """What is told when the pointer rests; a key in brackets after two spaces becomes a key cap."""
        if text == self._tip:
            return
        self._tip = text
        if isinstance(self, QWidget) and text:
            self.setAccessibleDescription(text)

    def toolTip(self, /) -> str:
        """What is told."""
        return self._tip


class Control(Tipped, QAbstractButton):
    """Base of painted buttons: hover, press, keyboard focus, a size that follows the text setting.

    `pretend` shows a state without the pointer or the keyboard; only the gallery and tests use it.
    """

    radius_px = 6

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self.pretend: frozenset[str] = frozenset()
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._cooling: Motion | None = None  # most controls are never touched

    @property
    def hovered(self) -> bool:
        """Under the pointer and able to answer."""
        return self.isEnabled() and (self.underMouse() or "hover" in self.pretend)

    @property
    def held(self) -> bool:
        """Pressed down."""
        return self.isEnabled() and (self.isDown() or "pressed" in self.pretend)

    def ink(self, role: str) -> QColor:
        """The colour of a role, or of what is disabled."""
        return self.theme.color(role if self.isEnabled() else "disabled")

    def changeEvent(self, event: QEvent) -> None:
        """Keeps the pointer's shape honest about whether a click does anything."""
        if event.type() == QEvent.Type.EnabledChange:
            enabled = self.isEnabled()
            self.setCursor(Qt.CursorShape.PointingHandCursor if enabled else Qt.CursorShape.ArrowCursor)
        super().changeEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Repaints hovered."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Repaints at rest."""
        super().leaveEvent(event)
        if self.isVisible() and self.isEnabled():
            if self._cooling is None:
                self._cooling = Motion("hover_out", lambda _share: self.update(), self)
            self._cooling.run()
        self.update()

    def fill(self, rest: str, hover: str = "hover", held: str = "pressed") -> QColor | None:
        """The fill of the present state; what the pointer has left fades to rest ("" for none)."""
        if self.held or self.hovered:
            return self.theme.color(held if self.held else hover)
        share = self._cooling.share if self._cooling is not None else 1.0
        if share >= 1.0:
            return self.theme.color(rest) if rest else None
        warm = QColor(self.theme.color(hover))
        if not rest:
            warm.setAlphaF(1.0 - share)
            return warm
        cold = self.theme.color(rest)
        return QColor.fromRgbF(
            warm.redF() + (cold.redF() - warm.redF()) * share,
            warm.greenF() + (cold.greenF() - warm.greenF()) * share,
            warm.blueF() + (cold.blueF() - warm.blueF()) * share,
        )

    def minimumSizeHint(self) -> QSize:
        """Controls are never squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the control."""
        painter = QPainter(self)
        self.paint(painter)
        painter.end()

    def paint(self, painter: QPainter) -> None:
        """Its text; controls paint themselves here."""
        painter.setPen(self.ink("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Label(Tipped, QLabel):
    """Text of one step, weight and role."""

    def __init__(
        self,
        text: str = "",
        step: str = "body",
        weight: int = 400,
        role: str = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._step, self._weight, self._role = step, weight, role
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def set_role(self, role: str) -> None:
        """Another role for the text."""
        if role != self._role:
            self._role = role
            self._restyle()

    def set_weight(self, weight: int) -> None:
        """Another weight."""
        if weight != self._weight:
            self._weight = weight
            self._restyle()

    def _restyle(self) -> None:
        theme = current_theme()
        self.setFont(theme.font(self._step, self._weight))
        palette = self.palette()
        palette.setColor(self.foregroundRole(), theme.color(self._role))
        self.setPalette(palette)
        if not self.wordWrap():
            self.setMinimumHeight(theme.line_px(self._step))


class Surface(QWidget):
    """An area filled with a role, with hairlines on any of its sides ("l", "t", "r", "b")."""

    def __init__(self, role: str = "panel", sides: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._role, self._sides = role, sides
        self._height_px = 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it need be painted

    def set_sides(self, sides: str) -> None:
        """Hairlines on other sides."""
        self._sides = sides
        self.update()

    def keep_height(self, height_px: int) -> None:
        """A height given at 100 % that follows the text setting."""
        self._height_px = height_px
        self.theme.changed.connect(self._follow_height)
        self._follow_height()

    def _follow_height(self) -> None:
        self.setFixedHeight(self.theme.px(self._height_px))

    def set_role(self, role: str) -> None:
        """Another fill."""
        self._role = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill, then hairlines."""
        painter = QPainter(self)
        area = self.rect()
        painter.fillRect(area, self.theme.color(self._role))
        line = self.theme.color("line")
        if "l" in self._sides:
            painter.fillRect(0, 0, 1, area.height(), line)
        if "r" in self._sides:
            painter.fillRect(area.width() - 1, 0, 1, area.height(), line)
        if "t" in self._sides:
            painter.fillRect(0, 0, area.width(), 1, line)
        if "b" in self._sides:
            painter.fillRect(0, area.height() - 1, area.width(), 1, line)
        painter.end()


class Card(QWidget):
    """A panel with a hairline and round corners; no shadow."""

    def __init__(
        self, role: str = "panel", border: str = "line", radius_px: int = 8, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._role, self._border, self._radius = role, border, radius_px

    def set_border(self, role: str) -> None:
        """Another border."""
        self._border = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill and border."""
        painter = QPainter(self)
        rounded(
            painter, self.rect(), self._radius, self.theme.color(self._role), self.theme.color(self._border)
        )
        painter.end()


class Line(QWidget):
    """A hairline between controls: upright (20 high by default) or lying."""

    def __init__(self, length_px: int = 20, *, lying: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        if lying:
            self.setFixedHeight(1)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self.setFixedSize(1, length_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One colour."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("line"))
        painter.end()
