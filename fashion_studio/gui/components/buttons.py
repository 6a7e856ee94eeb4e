"""Buttons: plain, primary, ghost; icon buttons and toggles; links; items of the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QPainterPath
from PySide6.QtWidgets import QSizePolicy

from fashion_studio.gui.components.base import Control
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.commands import Command

__all__ = ["Button", "IconButton", "LinkButton", "RailItem", "ToggleButton", "bind"]


def bind(control: Control, command: Command, *, tooltip: bool = True) -> None:
    """Makes a control stand for a command: a click triggers it, and it is enabled and told by it."""
    action = command.action
    control.clicked.connect(lambda _checked=False: action.trigger())
    control.setEnabled(action.isEnabled())
    action.enabledChanged.connect(control.setEnabled)
    if tooltip:
        control.setToolTip(command.tooltip)


class Button(Control):
    """A button of 28 px (32 large) with optional icon, key cap and menu arrow.

    Args:
        kind: "plain", "primary" or "ghost".
        icon: name of an icon left of the text.
        key: text of a key cap right of the text.
        menu_arrow: a chevron at the right, for buttons that open a menu.
    """

    def __init__(
        self,
        text: str,
        kind: str = "plain",
        *,
        icon: str = "",
        key: str = "",
        large: bool = False,
        menu_arrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._kind, self._icon, self._key = kind, icon, key
        self._large, self._arrow = large, menu_arrow
        self.setAccessibleName(text)

    def set_key(self, key: str) -> None:
        """Another key cap."""
        self._key = key
        self.updateGeometry()
        self.update()

    def set_icon(self, icon: str) -> None:
        """Another icon."""
        self._icon = icon
        self.update()

    def setText(self, text: str) -> None:
        """Another text, and room for it."""
        if text != self.text():
            super().setText(text)
            self.updateGeometry()
            self.update()

    def _step(self) -> str:
        return "body" if self._large else "small"

    def _weight(self) -> int:
        return 500

    def sizeHint(self) -> QSize:
        """Wide enough for everything it shows."""
        padding = 12 if self._large else 10
        width = 2 * padding
        parts = []
        if self._icon:
            parts.append(16)
        if self.text():
            parts.append(self.theme.metrics(self._step(), self._weight()).horizontalAdvance(self.text()) + 1)
        if self._key:
            parts.append(key_cap_width(self.theme, self._key))
        if self._arrow:
            parts.append(14)
        width += sum(parts) + 6 * max(0, len(parts) - 1)
        return QSize(width, self.theme.px(32 if self._large else 28))

    def _fill(self) -> tuple[QColor | None, QColor | None]:
        theme = self.theme
        if self._kind == "primary":
            if not self.isEnabled():
                return theme.color("panel"), theme.color("line")
            fill = self.fill("accentfill", "accenthover", "accentpress")
            return fill, fill
        if self._kind == "ghost":
            return self.fill(""), None
        if not self.isEnabled():
            return theme.color("panel"), theme.color("line")
        return self.fill("raised"), theme.color("border")

    def _ink(self) -> QColor:
        if self._kind == "primary":
            return self.ink("onaccent")
        if self._kind == "ghost" and not self.hovered:
            return self.ink("text2")
        return self.ink("text")

    def paint(self, painter: QPainter) -> None:
        """Fill, icon, text, key cap, arrow; the group is centred."""
        fill, border = self._fill()
        if fill is not None or border is not None:
            rounded(painter, self.rect(), self.radius_px, fill, border)
        ink, theme, height = self._ink(), self.theme, self.height()
        metrics = theme.metrics(self._step(), self._weight())
        padding = 12 if self._large else 10
        x = padding + max(0.0, (self.width() - self.sizeHint().width()) / 2)
        if self._icon:
            draw_icon(painter, self._icon, ink, QPointF(round(x), (height - 16) // 2))
            x += 16 + 6
        if self.text():
            cap = key_cap_width(theme, self._key) + 6 if self._key else 0
            arrow = 20 if self._arrow else 0
            width = min(
                metrics.horizontalAdvance(self.text()) + 1, self.width() - x - cap - arrow - padding + 1
            )
            draw_text(painter, QRectF(x, 0, width, height), self.text(), theme.font(self._step(), 500), ink)
            x += width + 6
        if self._key:
            cap_height = theme.px(18)
            area = QRectF(round(x), (height - cap_height) // 2, key_cap_width(theme, self._key), cap_height)
            on_accent = self._kind == "primary" and self.isEnabled()
            draw_key_cap(painter, theme, area, self._key, on_accent=on_accent, enabled=self.isEnabled())
            x += area.width() + 6
        if self._arrow:
            draw_icon(painter, "chevron-down", ink, QPointF(round(x), (height - 14) // 2), 14)


class LinkButton(Control):
    """Words in the accent that do something: the Undo of a toast."""

    def __init__(
        self, text: str, *, step: str = "small", role: str = "accent", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._step, self._role = step, role
        self.radius_px = 4

    def setText(self, text: str) -> None:
        """Another text, and room for it."""
        super().setText(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words, at least 24 high to be hit."""
        width = self.theme.metrics(self._step, 500).horizontalAdvance(self.text()) + 1
        return QSize(width, self.theme.px(24))

    def paint(self, painter: QPainter) -> None:
        """Words; underlined under the pointer."""
        font = self.theme.font(self._step, 500)
        if self.hovered:
            font = type(font)(font)
            font.setUnderline(True)
        draw_text(painter, self.rect(), self.text(), font, self.ink(self._role))


class IconButton(Control):
    """A 28 px square with an icon; as a toggle it is filled and accented while it is on."""

    def __init__(
        self,
        icon: str,
        tooltip: str,
        *,
        toggle: bool = False,
        size_px: int = 28,
        icon_px: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self._icon, self._size, self._icon_px = icon, size_px, icon_px
        self.setCheckable(toggle)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)

    def set_icon(self, icon: str) -> None:
        """Another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        side = self.theme.px(self._size)
        return QSize(side, side)

    def paint(self, painter: QPainter) -> None:
        """Fill by state, icon in the middle."""
        on = self.isChecked() and self.isEnabled()
        fill = self.fill("selected" if on else "", "selected" if on else "hover")
        if fill is not None:
            rounded(painter, self.rect(), self.radius_px, fill)
        ink = "accent" if on else "text" if self.hovered else "text2"
        spot = QPointF((self.width() - self._icon_px) // 2, (self.height() - self._icon_px) // 2)
        draw_icon(painter, self._icon, self.ink(ink), spot, self._icon_px)


class ToggleButton(Control):
    """A toggle with icon and text, 28 high; without its text where room is short."""

    def __init__(self, text: str, icon: str, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self._bare = False
        self.setCheckable(True)
        self.setToolTip(tooltip or text)
        self.setAccessibleName(text)

    def set_bare(self, bare: bool) -> None:
        """With or without its text."""
        self._bare = bare
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, text and 8 px on both sides."""
        height = self.theme.px(28)
        if self._bare:
            return QSize(height, height)
        text = self.theme.metrics("small", 500).horizontalAdvance(self.text())
        return QSize(16 + 16 + 6 + text + 1, height)

    def paint(self, painter: QPainter) -> None:
        """Fill by state, accented icon while on."""
        theme, on = self.theme, self.isChecked() and self.isEnabled()
        fill = self.fill("selected" if on else "", "selected" if on else "hover")
        if fill is not None:
            rounded(painter, self.rect(), self.radius_px, fill)
        text = "text" if on or self.hovered else "text2"
        x = (self.width() - 16) // 2 if self._bare else 8
        draw_icon(
            painter, self._icon, self.ink("accent" if on else text), QPointF(x, (self.height() - 16) // 2)
        )
        if not self._bare:
            area = QRectF(30, 0, self.width() - 36, self.height())
            draw_text(painter, area, self.text(), theme.font("small", 500), self.ink(text))


class RailItem(Control):
    """A room in the rail: icon over name, a bar at the left edge while it is shown, a badge with a number."""

    def __init__(self, text: str, icon: str, *, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self._narrow = False
        self._badge = 0
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setAccessibleName(text)
        tip = f"{text}  ({QKeySequence(key).toString().replace('+', ' ')})" if key else text
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_narrow(self, narrow: bool) -> None:
        """Without its name, in a narrow window."""
        self._narrow = narrow
        self.updateGeometry()
        self.update()

    def set_badge(self, count: int) -> None:
        """Number at the icon's corner; 0 takes it away."""
        self._badge = count
        self.update()

    def sizeHint(self) -> QSize:
        """64 × 52, narrow 48 × 44."""
        return QSize(47, 44) if self._narrow else QSize(63, self.theme.px(52))

    def paint(self, painter: QPainter) -> None:
        """Bar, icon, name, badge."""
        theme, on = self.theme, self.isChecked()
        ink = "text" if on or self.hovered else "text3"
        middle, height = self.width() / 2, self.height()
        if on:
            bar = QPainterPath()
            bar.addRoundedRect(QRectF(-2, (height - 32) / 2, 5, 32), 2, 2)
            painter.setRenderHint(painter.RenderHint.Antialiasing)
            painter.fillPath(bar, theme.color("accent"))
        label = theme.px(12)
        top = (height - 20) / 2 if self._narrow else (height - 20 - 4 - label) / 2
        draw_icon(
            painter, self._icon, self.ink("accent" if on else ink), QPointF(middle - 10, round(top)), 20
        )
        if not self._narrow:
            area = QRectF(0, round(top) + 22, self.width(), label + 4)
            font = theme.font("caption", 500)
            draw_text(painter, area, self.text(), font, self.ink(ink), Qt.AlignmentFlag.AlignHCenter)
        if self._badge:
            text = str(self._badge) if self._badge < 100 else "99"
            width = max(14, theme.metrics("caption").horizontalAdvance(text) + 6)
            spot = QRectF(middle + 4, round(top) - 5, width, 14)
            rounded(painter, spot, 7, theme.color("accentfill"))
            ink_on = theme.color("onaccent")
            draw_text(painter, spot, text, theme.font("caption"), ink_on, Qt.AlignmentFlag.AlignHCenter)
