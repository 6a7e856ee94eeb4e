"""Chips: a filter with its count, a person's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal

from fashion_studio.gui.components.base import Control
from fashion_studio.gui.components.marks import draw_swatch
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
    from PySide6.QtWidgets import QWidget

__all__ = ["Chip", "ColorChip", "FilterChip"]


class Chip(Control):
    """24 high, text with an optional key cap before it."""

    def __init__(
        self,
        text: str,
        *,
        key: str = "",
        icon: str = "",
        icon_role: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._key, self._icon, self._icon_role = key, icon, icon_role
        self.setAccessibleName(text)

    def setText(self, text: str) -> None:
        """Another text, and room for it."""
        super().setText(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """8 px on both sides."""
        return QSize(16 + self._content_width(), self.theme.px(24))

    def _content_width(self) -> int:
        width = self.theme.metrics("small").horizontalAdvance(self.text()) + 1
        if self._key:
            width += key_cap_width(self.theme, self._key) + 6
        if self._icon:
            width += 20
        return width

    def paint(self, painter: QPainter) -> None:
        """Fill, key, text."""
        theme, on = self.theme, self.isChecked()
        if not self.isEnabled():
            rounded(painter, self.rect(), 6, theme.color("panel"), theme.color("line"))
        elif on:
            rounded(painter, self.rect(), 6, theme.color("selected"), theme.color("accentline"))
        else:
            rounded(painter, self.rect(), 6, self.fill("raised"), theme.color("line"))
        self._paint_content(painter)

    def _paint_content(self, painter: QPainter) -> float:
        """Paints icon, key and text from the left; returns where it ended."""
        theme, x = self.theme, 8.0
        if self._icon:
            draw_icon(
                painter, self._icon, self.ink(self._icon_role), QPointF(x, (self.height() - 14) // 2), 14
            )
            x += 20
        if self._key:
            height = theme.px(18)
            cap = QRectF(x, (self.height() - height) // 2, key_cap_width(theme, self._key), height)
            draw_key_cap(painter, theme, cap, self._key, enabled=self.isEnabled())
            x += cap.width() + 6
        width = theme.metrics("small").horizontalAdvance(self.text()) + 1
        draw_text(
            painter, QRectF(x, 0, width, self.height()), self.text(), theme.font("small"), self.ink("text")
        )
        return x + width


class FilterChip(Chip):
    """A filter with the count that remains; on, it has an x and can be taken away."""

    removed = Signal()

    def __init__(
        self,
        text: str,
        count: int | None = None,
        *,
        on: bool = False,
        icon: str = "",
        icon_role: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, icon=icon, icon_role=icon_role, parent=parent)
        self._count = count
        self.setCheckable(True)
        self.setChecked(on)
        self._sync()

    def set_count(self, count: int | None) -> None:
        """Another count; 0 disables a chip that is off."""
        self._count = count
        self._sync()
        self.updateGeometry()
        self.update()

    def _sync(self) -> None:
        self.setEnabled(self.isChecked() or self._count != 0)
        self.setToolTip(f"{self.text()}: no photo would remain" if not self.isEnabled() else "")

    def nextCheckState(self) -> None:
        """A click asks; the filter that follows decides whether it is on."""

    def _figure(self) -> str:
        return "" if self._count is None else f"{self._count:,}"

    def _content_width(self) -> int:
        width = super()._content_width()
        if self._figure():
            width += 6 + self.theme.metrics("caption").horizontalAdvance(self._figure()) + 1
        return width + (18 if self.isChecked() else 0)

    def _paint_content(self, painter: QPainter) -> float:
        theme = self.theme
        x = super()._paint_content(painter)
        if self._figure():
            x += 6
            width = theme.metrics("caption").horizontalAdvance(self._figure()) + 1
            ink = self.ink("text2" if self.isChecked() else "text3")
            font = theme.font("caption", 500)
            draw_text(painter, QRectF(x, 0, width + 2, self.height()), self._figure(), font, ink)
            x += width
        if self.isChecked():
            spot = QPointF(x + 6, (self.height() - 12) // 2)
            draw_icon(painter, "x", self.ink("text2"), spot, 12, stroke=2)
            x += 18
        return x

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press on the x takes the filter away."""
        on_cross = self.isChecked() and event.position().x() > self.width() - 26
        if on_cross and self.isDown() and self.rect().contains(event.position().toPoint()):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the filter away."""
        if self.isChecked() and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit()
            return
        super().keyPressEvent(event)


class ColorChip(Control):
    """A person's colour: swatch and name on the person's ground."""

    def __init__(self, title: str, rgb: tuple[int, int, int], parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._rgb = rgb
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        """Swatch, name and 8 px on both sides."""
        width = self.theme.metrics("small").horizontalAdvance(self.text()) + 1
        return QSize(16 + 16 + 6 + width, self.theme.px(24))

    def paint(self, painter: QPainter) -> None:
        """Ground, swatch, name."""
        theme = self.theme
        rounded(
            painter, self.rect(), 6, theme.color("hover" if self.hovered else "humanbg"), theme.color("human")
        )
        draw_swatch(painter, theme, QRectF(8, (self.height() - 16) // 2, 16, 16), self._rgb)
        area = QRectF(30, 0, self.width() - 36, self.height())
        draw_text(painter, area, self.text(), theme.font("small"), theme.color("text"))
