"""What the compare canvas paints over the photos: the line between them, the plates, the brush."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from fashion_studio.gui.components.painting import draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.gui.theme.theme import current_theme

__all__ = ["draw_brush", "draw_handle", "draw_plate"]

KNOB_PX: Final = 40
PLATE_PX: Final = 24
PLATE_EDGE_PX: Final = 12


def draw_handle(painter: QPainter, x: float, top: float, bottom: float) -> None:
    """The line between before and after with its knob in the middle; all in view_px."""
    theme = current_theme()
    under = QColor(theme.photo_color("ground"))
    under.setAlphaF(0.6)
    painter.fillRect(QRectF(x - 2.5, top, 5, bottom - top), under)
    painter.fillRect(QRectF(x - 1, top, 2, bottom - top), theme.photo_color("frame"))
    middle = (top + bottom) / 2
    knob = QRectF(x - KNOB_PX / 2, middle - KNOB_PX / 2, KNOB_PX, KNOB_PX)
    rounded(painter, knob.translated(0, 1).adjusted(-1, -1, 1, 1), KNOB_PX / 2 + 1, under)
    rounded(painter, knob, KNOB_PX / 2, theme.photo_color("frame"))
    spot = QPointF(round(x - 10), round(middle - 10))
    draw_icon(painter, "chevrons-left-right", theme.photo_color("badge"), spot, 20)


def draw_plate(painter: QPainter, text: str, photo: QRectF, *, right: bool) -> None:
    """A word in an upper corner of the picture."""
    theme = current_theme()
    width = theme.metrics("small", 500).horizontalAdvance(text) + 17
    height = theme.px(PLATE_PX)
    x = photo.right() - PLATE_EDGE_PX - width if right else photo.left() + PLATE_EDGE_PX
    plate = QRectF(round(x), round(photo.top() + PLATE_EDGE_PX), width, height)
    rounded(painter, plate, 6, theme.photo_color("badge"))
    font, ink = theme.font("small", 500), theme.photo_color("badge_text")
    draw_text(painter, plate, text, font, ink, Qt.AlignmentFlag.AlignHCenter)


def draw_brush(painter: QPainter, center: QPointF, radius: float, hardness: float, *, erases: bool) -> None:
    """The rim of the brush, inside it where it begins to fade, and for the eraser a bar."""
    theme = current_theme()
    ground = QColor(theme.photo_color("ground"))
    ground.setAlphaF(0.75)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ground, 3))
    painter.drawEllipse(center, radius, radius)
    white = theme.photo_color("frame")
    painter.setPen(QPen(white, 1.25))
    painter.drawEllipse(center, radius, radius)
    if hardness < 0.95 and radius > 6:
        pen = QPen(white, 1)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painter.drawEllipse(center, radius * hardness, radius * hardness)
    if erases:
        painter.setPen(QPen(white, 1.5))
        painter.drawLine(center - QPointF(4, 0), center + QPointF(4, 0))
    painter.restore()
