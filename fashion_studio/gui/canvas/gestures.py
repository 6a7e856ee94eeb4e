"""What a press of the mouse becomes until its release: panning, moving a mark, shaping the box.

A gesture previews on the canvas and reports once, at the release, so that a drag is one operation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import Qt

from fashion_studio.domain.geometry import Box

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from fashion_studio.gui.canvas.marks import Mark
    from fashion_studio.gui.canvas.photo_canvas import PhotoCanvas

__all__ = ["BoxGesture", "Gesture", "MarkGesture", "PanGesture", "Tool", "cursor_shape"]

_CURSORS: Final = {
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "move": Qt.CursorShape.SizeAllCursor,
}
_DEAD_ZONE_PX: Final = 2.0
_LEAST_BOX_PX: Final = 2.0


class Tool(StrEnum):
    """What the left button does on the photo."""

    SELECT = "select"
    LANDMARK = "landmark"
    BOX = "box"
    HAND = "hand"


class Gesture(Protocol):
    """A press in progress."""

    def move(self, point: QPointF) -> None:
        """The pointer is here now (view_px)."""

    def finish(self) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Escape: everything back to where it was."""


class PanGesture:
    """The photo follows the hand."""

    def __init__(self, canvas: PhotoCanvas, start: QPointF) -> None:
        self._canvas = canvas
        self._last = start

    def move(self, point: QPointF) -> None:
        """Pans by the step since the last move."""
        self._canvas.pan_by(point - self._last)
        self._last = point

    def finish(self) -> None:
        """Nothing to report."""

    def cancel(self) -> None:
        """The photo stays where it was moved to."""


class MarkGesture:
    """A mark follows the pointer, keeping the small distance at which it was taken."""

    def __init__(self, canvas: PhotoCanvas, mark: Mark, start: QPointF, *, placed: bool) -> None:
        self._canvas = canvas
        self._original = mark
        self._start = start
        self._moved = placed
        self._grip = canvas.frame.to_view(mark.x, mark.y) - start if not placed else start - start
        if placed:
            self.move(start)

    def move(self, point: QPointF) -> None:
        """Previews the mark here, once the pointer has left the dead zone."""
        if not self._moved and (point - self._start).manhattanLength() <= _DEAD_ZONE_PX:
            return
        self._moved = True
        x_px, y_px = self._canvas.frame.to_image(point + self._grip)
        self._canvas.preview_mark(self._original.moved(*self._canvas.inside_photo(x_px, y_px)))

    def finish(self) -> None:
        """Reports the mark's new place, if it moved."""
        if self._moved:
            self._canvas.commit_mark(self._original.name)

    def cancel(self) -> None:
        """The mark goes back."""
        self._canvas.preview_mark(self._original)


class BoxGesture:
    """Drags a handle ("nw", "e" …), the whole box ("move"), or draws a new one ("new")."""

    def __init__(self, canvas: PhotoCanvas, part: str, start: QPointF) -> None:
        self._canvas = canvas
        self._part = part
        self._original = canvas.box
        self._was_by_person = canvas.box_by_person
        self._start_px = canvas.inside_photo(*canvas.frame.to_image(start))
        self._changed = False

    def move(self, point: QPointF) -> None:
        """Previews the box."""
        self._canvas.preview_box(self._box_at(point), by_person=True)
        self._changed = True

    def finish(self) -> None:
        """Reports the box, if it is one; a click that drew nothing leaves all as it was."""
        box = self._canvas.box
        if self._changed and box is not None and min(box.width, box.height) >= _LEAST_BOX_PX:
            self._canvas.commit_box()
        elif self._changed:
            self.cancel()

    def cancel(self) -> None:
        """The box goes back."""
        self._canvas.preview_box(self._original, by_person=self._was_by_person)

    def _box_at(self, point: QPointF) -> Box:
        raw_x, raw_y = self._canvas.frame.to_image(point)
        x_px, y_px = self._canvas.inside_photo(raw_x, raw_y)
        start_x, start_y = self._start_px
        box = self._original
        if self._part == "new" or box is None:
            return Box.from_corners(start_x, start_y, x_px, y_px)
        width, height = self._canvas.photo_px()
        if self._part == "move":
            left = min(max(box.x + raw_x - start_x, 0.0), max(width - box.width, 0.0))
            top = min(max(box.y + raw_y - start_y, 0.0), max(height - box.height, 0.0))
            return Box(left, top, box.width, box.height)
        left, top, right, bottom = box.x, box.y, box.right, box.bottom
        if "w" in self._part:
            left = x_px
        if "e" in self._part:
            right = x_px
        if "n" in self._part:
            top = y_px
        if "s" in self._part:
            bottom = y_px
        return Box.from_corners(left, top, right, bottom)


def cursor_shape(tool: Tool, box_part: str | None, *, on_mark: bool, is_panning: bool) -> Qt.CursorShape:
    """What the pointer looks like over a mark, a part of the box, or the free photo."""
    if is_panning:
        return Qt.CursorShape.ClosedHandCursor
    if tool is Tool.HAND:
        return Qt.CursorShape.OpenHandCursor
    if on_mark:
        return Qt.CursorShape.SizeAllCursor
    if box_part is not None:
        return _CURSORS[box_part]
    if tool in {Tool.LANDMARK, Tool.BOX}:
        return Qt.CursorShape.CrossCursor
    return Qt.CursorShape.ArrowCursor
