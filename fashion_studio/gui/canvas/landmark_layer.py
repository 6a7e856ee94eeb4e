"""Landmarks on the photo: bones, marks, rings and names, exactly as the design sheet draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from fashion_studio.domain.labels import Visibility
from fashion_studio.gui.canvas.marks import bones
from fashion_studio.gui.canvas.plates import place_plates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont

    from fashion_studio.gui.canvas.ink import CanvasInk
    from fashion_studio.gui.canvas.layers import CanvasView
    from fashion_studio.gui.canvas.marks import Mark

__all__ = ["LandmarkLayer"]

_NAMES_FROM_PX: Final = 400.0
_REACH_PX: Final = 12.0
"""Half of the 24 × 24 area in which a mark can be taken."""
_PLATE_HEIGHT_PX: Final = 18.0
_PLATE_PADDING_PX: Final = 5.0
_RING_PX: Final = 15.0
"""How far the ring of a selected mark reaches, edges included."""


class LandmarkLayer:
    """All marks of the photo. `selected` and `hovered` are names, or None."""

    def __init__(self) -> None:
        self.marks: tuple[Mark, ...] = ()
        self.skeleton: Sequence[tuple[str, str]] = ()
        self.selected: str | None = None
        self.hovered: str | None = None
        self.names_when_selected_only = False
        self._names: tuple[object, list[tuple[Mark, QRectF]]] = (None, [])

    def mark(self, name: str | None) -> Mark | None:
        """The mark of this name."""
        return next((mark for mark in self.marks if mark.name == name), None)

    def at(self, point: QPointF, view: CanvasView) -> Mark | None:
        """The nearest drawn mark whose area holds a point of the widget; the selected one wins a tie."""
        found: tuple[float, Mark] | None = None
        for mark in self.marks:
            if not mark.is_drawn:
                continue
            away = view.frame.to_view(mark.x, mark.y) - point
            if max(abs(away.x()), abs(away.y())) > _REACH_PX:
                continue
            distance = away.x() ** 2 + away.y() ** 2 - (1.0 if mark.name == self.selected else 0.0)
            if found is None or distance < found[0]:
                found = (distance, mark)
        return None if found is None else found[1]

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws bones, then names, then marks, so that no name hides a mark."""
        drawn = [mark for mark in self.marks if mark.is_drawn]
        if not drawn:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bones(painter, view)
        self._paint_names(painter, view)
        for mark in drawn:
            self._paint_mark(painter, view, mark)
        painter.restore()

    def _paint_bones(self, painter: QPainter, view: CanvasView) -> None:
        lines = [
            (view.frame.to_view(bone.start.x, bone.start.y), view.frame.to_view(bone.end.x, bone.end.y), bone)
            for bone in bones(self.marks, self.skeleton)
        ]
        for start, end, bone in lines:
            painter.setPen(QPen(view.ink.ground, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.setOpacity(0.70)  # a pen that is translucent itself takes twice the time
            painter.drawLine(start, end)
            painter.setOpacity(1.0)
            color = view.ink.white if bone.side == "across" else side_color(view.ink, bone.side)
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(start, end)

    def _named(self, view: CanvasView, drawn: Sequence[Mark]) -> list[Mark]:
        if view.photo_rect.width() >= _NAMES_FROM_PX and not self.names_when_selected_only:
            return list(drawn)
        return [mark for mark in drawn if mark.name in {self.selected, self.hovered}]

    def reach(self, view: CanvasView) -> QRectF:
        """The part of the widget in which something is painted."""
        area = QRectF()
        for mark in self.marks:
            if mark.is_drawn:
                center = view.frame.to_view(mark.x, mark.y)
                area |= QRectF(center.x() - _RING_PX, center.y() - _RING_PX, 2 * _RING_PX, 2 * _RING_PX)
        for _, plate in self._places(view):
            area |= plate
        return area

    def _paint_names(self, painter: QPainter, view: CanvasView) -> None:
        ground = QColor(view.ink.ground)
        ground.setAlphaF(0.84)
        for mark, rect in self._places(view):
            color = side_color(view.ink, mark.side)
            _paint_plate(painter, rect, mark.label, view.ink.plate_font, ground, color)

    def _places(self, view: CanvasView) -> list[tuple[Mark, QRectF]]:
        """The named marks with the places of their names, found once for the same marks and view."""
        state = (self.marks, view.frame, view.viewport, self._shown_names())
        if self._names[0] != state:
            named = self._named(view, [mark for mark in self.marks if mark.is_drawn])
            self._names = (state, list(zip(named, _plates(view, named), strict=True)))
        return self._names[1]

    def _shown_names(self) -> tuple[bool, str | None, str | None]:
        return self.names_when_selected_only, self.selected, self.hovered

    def _paint_mark(self, painter: QPainter, view: CanvasView, mark: Mark) -> None:
        center = view.frame.to_view(mark.x, mark.y)
        is_right = mark.side == "right"
        if mark.name == self.selected:
            _ring(painter, center, view.ink, 1.0, is_square=is_right)
        elif mark.name == self.hovered:
            _ring(painter, center, view.ink, 0.6, is_square=is_right)
        color = side_color(view.ink, mark.side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(view.ink.ground)
        _shape(painter, center, 7.5, is_square=is_right)
        # A ring of 2 px whose middle runs at radius 5; a person's is filled to that middle.
        painter.setBrush(color if mark.by_person else view.ink.ground)
        painter.setPen(QPen(color, 2.0))
        _shape(painter, center, 5.0, is_square=is_right)
        if mark.visibility is Visibility.OCCLUDED:
            bar = view.ink.ground if mark.by_person else color
            painter.setPen(QPen(bar, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(center - QPointF(2.5, 0), center + QPointF(2.5, 0))


def side_color(ink: CanvasInk, side: str) -> QColor:
    """Left and right have their colours, a landmark in the middle is white."""
    return {"left": ink.left, "right": ink.right}.get(side, ink.white)


def _plates(view: CanvasView, named: Sequence[Mark]) -> list[QRectF]:
    metrics = QFontMetricsF(view.ink.plate_font)
    places = []
    for mark in named:
        width = round(metrics.horizontalAdvance(mark.label)) + 2 * _PLATE_PADDING_PX
        center = view.frame.to_view(mark.x, mark.y)
        places.append((center, QSizeF(width, _PLATE_HEIGHT_PX), mark.side))
    return place_plates(places, view.viewport.adjusted(4, 4, -4, -4))


def _shape(painter: QPainter, center: QPointF, radius: float, *, is_square: bool) -> None:
    if is_square:
        rect = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
        painter.drawRoundedRect(rect, 1.5, 1.5)
    else:
        painter.drawEllipse(center, radius, radius)


def _ring(painter: QPainter, center: QPointF, ink: CanvasInk, opacity: float, *, is_square: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((ink.ground, 4.0), (ink.white, 2.0)):
        faded = QColor(color)
        faded.setAlphaF(opacity)
        painter.setPen(QPen(faded, width))
        _shape(painter, center, 11.0 if is_square else 12.0, is_square=is_square)


def _paint_plate(
    painter: QPainter, rect: QRectF, label: str, font: QFont, ground: QColor, color: QColor
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, 4.0, 4.0)
    painter.setPen(color)
    painter.setFont(font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label)
