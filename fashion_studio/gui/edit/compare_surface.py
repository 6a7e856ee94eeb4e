"""The painted half of the compare canvas: photo, result, the line between them, mask, heat map, brush."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter

from fashion_studio.gui.canvas.layers import PhotoLayer
from fashion_studio.gui.canvas.surface import CanvasSurface
from fashion_studio.gui.edit.compare_layers import draw_brush, draw_handle, draw_plate

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["CompareSurface", "PaintTool", "Showing"]


class Showing(StrEnum):
    """How before and after stand to each other."""

    SLIDER = "slider"
    SIDE = "side"
    RESULT = "result"


class PaintTool(StrEnum):
    """What the left button does on the photo."""

    NONE = "none"
    BRUSH = "brush"
    ERASER = "eraser"


class CompareSurface(CanvasSurface):
    """Before and after, without mouse and keys.

    Signals:
        split_moved: share of the picture that lies before the line, 0 to 1.
        held_changed: whether the photo as it was is being shown by a held key.
    """

    split_moved = Signal(float)
    held_changed = Signal(bool)
    margins_px: ClassVar[tuple[float, float]] = (16, 16)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._after_layer = PhotoLayer()
        self._mask_layer.is_hatched = False
        self._showing = Showing.SLIDER
        self._split = 0.5
        self._tool = PaintTool.NONE
        self._brush_px, self._hardness = 64.0, 0.7
        self._pointer: QPointF | None = None
        self._before_held = False

    # --- what is shown

    @property
    def result(self) -> PhotoImage | None:
        """The edited photo."""
        return self._after_layer.photo

    @property
    def split(self) -> float:
        """Share of the picture before the line."""
        return self._split

    @property
    def showing(self) -> Showing:
        """How before and after stand to each other."""
        return self._showing

    @property
    def tool(self) -> PaintTool:
        """What the left button does."""
        return self._tool

    @property
    def before_held(self) -> bool:
        """Whether a held key shows the photo as it was."""
        return self._before_held

    def show_photo(self, photo: PhotoImage | None) -> None:
        """Another photo, without any result yet."""
        self._after_layer.photo = None
        super().show_photo(photo)

    def show_result(self, result: PhotoImage | None) -> None:
        """What became of the photo; None while there is nothing, or no edit is on."""
        self._after_layer.photo = result
        self.update()

    def set_showing(self, showing: Showing) -> None:
        """Line, side by side, or the result alone."""
        if showing is not self._showing:
            self._showing = showing
            self.fit()

    def set_split(self, share: float) -> None:
        """Moves the line."""
        share = min(1.0, max(0.0, share))
        if share != self._split:
            self._split = share
            self.split_moved.emit(share)
            self.update()

    def set_tool(self, tool: PaintTool) -> None:
        """Brush, eraser, or none."""
        self._tool = tool
        self._mask_layer.is_hatched = tool is not PaintTool.NONE
        self.update()

    def set_brush(self, size_px: float, hardness: float) -> None:
        """Diameter in view_px, and how hard its edge is (0 to 1)."""
        self._brush_px, self._hardness = size_px, hardness
        self.update()

    @property
    def brush_radius_px(self) -> float:
        """Of the brush, in image_px."""
        return self._brush_px / 2 / self._frame.scale

    def hold_before(self, *, held: bool) -> None:
        """Shows the photo as it was while a key is held."""
        if held != self._before_held:
            self._before_held = held
            self.held_changed.emit(held)
            self.update()

    def room_px(self) -> tuple[int, int]:
        """Side by side each picture has half of the width."""
        return (self.width() // 2 if self._showing is Showing.SIDE else self.width()), self.height()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Both pictures as they are to be shown, then what lies over them."""
        view = self.view
        painter = QPainter(self)
        painter.fillRect(event.rect(), view.ink.around)
        if self.photo is None:
            return
        if self._showing is Showing.SIDE:
            self._paint_side(painter)
        else:
            self._paint_one(painter)
        if self._tool is not PaintTool.NONE and self._pointer is not None and not self._before_held:
            erases = self._tool is PaintTool.ERASER
            draw_brush(painter, self._pointer, self._brush_px / 2, self._hardness, erases=erases)

    def _paint_one(self, painter: QPainter) -> None:
        view, seen = self.view, self._seen_rect()
        has_result = self.result is not None and not self._before_held
        slides = self._showing is Showing.SLIDER and has_result
        x = self._split_x()
        self._photo_layer.paint(painter, view)
        if has_result:
            painter.save()
            if slides:
                painter.setClipRect(QRectF(x, 0, self.width() - x, self.height()))
            self._after_layer.paint(painter, view)
            if self._shown.heat:
                self._heat_layer.paint(painter, view)
            painter.restore()
        if self._shown.mask and not self._before_held:
            self._mask_layer.paint(painter, view)
        if slides:
            draw_handle(painter, x, seen.top(), seen.bottom())
            draw_plate(painter, "Before", seen, right=False)
            draw_plate(painter, "After", seen, right=True)
        else:
            draw_plate(painter, "After" if has_result else "Before", seen, right=has_result)

    def _paint_side(self, painter: QPainter) -> None:
        half = self.room_px()[0]
        for place, title in enumerate(("Before", "After")):
            painter.save()
            painter.setClipRect(QRectF(place * half, 0, half, self.height()))
            painter.translate(place * half, 0)
            layer = self._photo_layer
            if place and self.result is not None and not self._before_held:
                layer = self._after_layer
            layer.paint(painter, self.view)
            if place and self._shown.heat:
                self._heat_layer.paint(painter, self.view)
            if self._shown.mask and not self._before_held:
                self._mask_layer.paint(painter, self.view)
            seen = self.view.photo_rect.intersected(QRectF(0, 0, half, self.height()))
            draw_plate(painter, title, seen, right=bool(place))
            painter.restore()

    def _seen_rect(self) -> QRectF:
        """The part of the picture that is in the widget."""
        return self.view.photo_rect.intersected(QRectF(self.rect()))

    def _split_x(self) -> float:
        seen = self._seen_rect()
        return round(seen.left() + self._split * seen.width())
