"""The photo and what became of it: a line between both that can be dragged, a mask, a brush.

It shows and reports; it asks nobody and writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal

from fashion_studio.gui.components.focus import is_plain_key
from fashion_studio.gui.edit.compare_surface import CompareSurface, PaintTool, Showing

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["CompareCanvas", "PaintTool", "Showing"]

_STEP: Final = 0.01
_WIDE_STEP: Final = 0.1


class CompareCanvas(CompareSurface):
    """Before and after, under mouse and keys.

    Signals:
        stroke_began, stroke_moved: a point in image_px under the brush; stroke_ended: the button was let go.
        stroke_dropped: Escape in the middle of a stroke.
    """

    stroke_began = Signal(float, float)
    stroke_moved = Signal(float, float)
    stroke_ended = Signal()
    stroke_dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._drag = ""
        self._last = QPointF()
        self._hand_held = False

    def show_photo(self, photo: PhotoImage | None) -> None:
        """Another photo; what the hand was doing with the last one is over."""
        self._drag = ""
        super().show_photo(photo)

    def set_tool(self, tool: PaintTool) -> None:
        """Brush, eraser, or none."""
        super().set_tool(tool)
        self._show_cursor()

    # --- mouse

    def _image_point(self, point: QPointF) -> tuple[float, float]:
        if self._showing is Showing.SIDE and point.x() >= self.room_px()[0]:
            point -= QPointF(self.room_px()[0], 0)
        return self._frame.to_image(point)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Paints, moves the line, or pans."""
        if self.photo is None or self._drag:
            return
        point, button = event.position(), event.button()
        self._last = point
        if button is Qt.MouseButton.MiddleButton or (button is Qt.MouseButton.LeftButton and self._hand_held):
            self._drag = "pan"
        elif button is not Qt.MouseButton.LeftButton:
            return
        elif self._tool is not PaintTool.NONE:
            self._drag = "paint"
            self.stroke_began.emit(*self._image_point(point))
        elif self._showing is Showing.SLIDER and self.result is not None:
            self._drag = "split"
            self._split_to(point)
        else:
            self._drag = "pan"
        self._show_cursor()

    def _split_to(self, point: QPointF) -> None:
        seen = self._seen_rect()
        if seen.width() > 0:
            self.set_split((point.x() - seen.left()) / seen.width())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carries on what the press began."""
        point = event.position()
        self._pointer = point
        if self._drag == "paint":
            self.stroke_moved.emit(*self._image_point(point))
        elif self._drag == "split":
            self._split_to(point)
        elif self._drag == "pan":
            self.pan_by(point - self._last)
            self._last = point
        if self._tool is not PaintTool.NONE:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends it; a stroke is reported once, here."""
        drag, self._drag = self._drag, ""
        if drag == "paint":
            self.stroke_ended.emit()
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second press is a press: both hands of a fast stroke count."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms to the pointer."""
        if self.photo is None:
            return
        turned = event.angleDelta().y() or event.angleDelta().x()
        anchor = event.position()
        if self._showing is Showing.SIDE and anchor.x() >= self.room_px()[0]:
            anchor -= QPointF(self.room_px()[0], 0)
        self.zoom_by(turned / 120.0, anchor)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """No brush outside."""
        super().leaveEvent(event)
        self._pointer = None
        self.update()

    def _show_cursor(self) -> None:
        if self._drag == "pan":
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._hand_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._tool is not PaintTool.NONE:
            shape = Qt.CursorShape.BlankCursor
        else:
            slides = self._showing is Showing.SLIDER
            shape = Qt.CursorShape.SplitHCursor if slides else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    # --- keys

    def event(self, event: QEvent) -> bool:
        """Takes its own keys before the window's commands do."""
        if event.type() is QEvent.Type.ShortcutOverride and is_plain_key(event, self._own_keys()):
            event.accept()
            return True
        return super().event(event)

    def _own_keys(self) -> set[Qt.Key]:
        keys = {Qt.Key.Key_Space}
        if self._slides():
            keys |= {Qt.Key.Key_Left, Qt.Key.Key_Right}
        if self._drag == "paint":
            keys |= {Qt.Key.Key_Escape}
        return keys

    def _slides(self) -> bool:
        return self._showing is Showing.SLIDER and self.result is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the line by 1 % (Shift 10); Space pans with a drag; Escape drops a stroke."""
        key = event.key()
        if self._slides() and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            wide = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = _WIDE_STEP if wide else _STEP
            self.set_split(self._split + (step if key == Qt.Key.Key_Right else -step))
        elif key == Qt.Key.Key_Space:
            self._hand_held = True
            self._show_cursor()
        elif key == Qt.Key.Key_Escape and self._drag == "paint":
            self._drag = ""
            self.stroke_dropped.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The hand is let go of with its key."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hand_held = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key that is held elsewhere is not held here."""
        self._hand_held = False
        self.hold_before(held=False)
        super().focusOutEvent(event)
