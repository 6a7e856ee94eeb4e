"""The canvas a person works on: tools, drags, nudges; it reports finished edits and writes nothing itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QCursor

from fashion_studio.domain.labels import Visibility
from fashion_studio.gui.canvas.gestures import (
    BoxGesture,
    Gesture,
    MarkGesture,
    PanGesture,
    Tool,
    cursor_shape,
)
from fashion_studio.gui.canvas.marked_surface import MarkedSurface
from fashion_studio.gui.canvas.nudging import MarkNudge

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.canvas.marks import Mark

__all__ = ["PhotoCanvas"]

_HANDLE_REACH_PX: Final = 8.0
_EDGE_REACH_PX: Final = 5.0
_NEXT_VISIBILITY: Final = {
    Visibility.VISIBLE: Visibility.OCCLUDED,
    Visibility.OCCLUDED: Visibility.ABSENT,
    Visibility.ABSENT: Visibility.VISIBLE,
}


class PhotoCanvas(MarkedSurface):
    """Photo, overlays and tools.

    Signals:
        mark_hovered: a landmark's name, "" for none.
        tool_changed: the `Tool` in the hand.
    """

    mark_hovered = Signal(str)
    tool_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._tool = Tool.SELECT
        self._gesture: Gesture | None = None
        self.nudge = MarkNudge(self)
        self._editable = True
        self._hand_held = False
        self._hand_used = False

    # --- tools and selection

    def set_editable(self, editable: bool) -> None:
        """Whether marks and box can be changed (not in a read-only project)."""
        self._editable = editable

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Another tool."""
        self._tool = tool
        self._box_layer.editable = tool is Tool.BOX
        self._show_cursor(self.mapFromGlobal(QCursor.pos()).toPointF())
        self.tool_changed.emit(tool)
        self.update()

    def select_mark(self, name: str | None) -> None:
        """Puts the ring on a landmark, or takes it away; selected landmarks take the arrow keys."""
        if name != self._landmark_layer.selected:
            self.nudge.finish()
        super().select_mark(name)

    def select_next_mark(self, step: int) -> None:
        """The ring wanders through the landmarks in the vocabulary's order."""
        names = [mark.name for mark in self.marks]
        if not names:
            return
        selected = self._landmark_layer.selected
        place = names.index(selected) + step if selected in names else (0 if step > 0 else -1)
        self.select_mark(names[place % len(names)])
        mark = self.selected_mark
        if mark is not None and mark.is_drawn:
            self.show_point(mark.x, mark.y)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def cycle_visibility(self) -> None:
        """Visible, occluded, absent, visible … for the selected landmark."""
        mark = self.selected_mark
        if mark is None or not mark.is_set or not self._editable:
            return
        self.nudge.finish()
        seen = _NEXT_VISIBILITY[mark.visibility]
        self.preview_mark(replace(mark, visibility=seen, by_person=True, confidence=None))
        self.commit_mark(mark.name)

    def hold_hand(self) -> None:
        """While a key is held the left button pans, whatever the tool."""
        self._hand_held, self._hand_used = True, False
        self._show_cursor(self.mapFromGlobal(QCursor.pos()).toPointF())

    def let_go_of_hand(self) -> bool:
        """The key was released; whether anything was panned while it was held."""
        used, self._hand_held, self._hand_used = self._hand_used, False, False
        self._show_cursor(self.mapFromGlobal(QCursor.pos()).toPointF())
        return used

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a gesture."""
        if self._gesture is not None or self.photo is None:
            return
        point = event.position()
        if event.button() is Qt.MouseButton.MiddleButton:
            self._gesture = PanGesture(self, point)
        elif event.button() is Qt.MouseButton.LeftButton and self._hand_held:
            self._hand_used = True
            self._gesture = PanGesture(self, point)
        elif event.button() is Qt.MouseButton.LeftButton:
            self.nudge.finish()
            self._gesture = self._gesture_at(point)
        self._show_cursor(point)

    def _gesture_at(self, point: QPointF) -> Gesture:
        if self._tool is Tool.HAND or not self._editable:
            return PanGesture(self, point)
        if self._tool is not Tool.BOX and self._shown.landmarks:
            mark = self._landmark_layer.at(point, self.view)
            if mark is not None:
                self.select_mark(mark.name)
                return MarkGesture(self, mark, point, placed=False)
        part = self._box_part_at(point)
        if part is not None:
            return BoxGesture(self, part, point)
        if self._tool is Tool.LANDMARK and self._shown.landmarks:
            missing = self._mark_to_place()
            if missing is not None and self.view.photo_rect.contains(point):
                self.select_mark(missing.name)
                return MarkGesture(self, missing, point, placed=True)
        if self._tool is Tool.BOX and self._shown.box:
            return BoxGesture(self, "new", point)
        self.select_mark(None)
        return PanGesture(self, point)

    def _mark_to_place(self) -> Mark | None:
        selected = self.selected_mark
        if selected is not None and not selected.is_drawn:
            return selected
        return next((mark for mark in self.marks if not mark.is_set), None)

    def _box_part_at(self, point: QPointF) -> str | None:
        if not self._shown.box or self._tool not in {Tool.SELECT, Tool.BOX}:
            return None
        for part, place in self._box_layer.handles(self.view).items():
            away = place - point
            if max(abs(away.x()), abs(away.y())) <= _HANDLE_REACH_PX:
                return part
        rect = self._box_layer.rect(self.view)
        if rect is None or self._tool is not Tool.BOX:
            return None
        reach = _EDGE_REACH_PX
        outer, inner = (
            rect.adjusted(-reach, -reach, reach, reach),
            rect.adjusted(reach, reach, -reach, -reach),
        )
        return "move" if outer.contains(point) and not inner.contains(point) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carries the gesture on, or shows what lies under the pointer."""
        point = event.position()
        if self._gesture is not None:
            self._gesture.move(point)
            return
        self._hover(point)
        self._show_cursor(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the gesture; this is the moment of its one operation."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.finish()
        self._show_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Beside marks and handles: from fitted to 1:1 about the pointer, and back."""
        point = event.position()
        is_free = self._landmark_layer.at(point, self.view) is None and self._box_part_at(point) is None
        if event.button() is Qt.MouseButton.LeftButton and is_free and self._tool is not Tool.LANDMARK:
            if self._frame.fitted:
                self.zoom_to(1.0, point)
            else:
                self.fit()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms to the pointer; with Shift it moves sideways, with Alt up and down."""
        if self.photo is None:
            return
        pixels = event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not pixels.isNull():
            self.pan_by(pixels.toPointF())
        else:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self.zoom_by(turned / 120.0, event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        super().leaveEvent(event)
        self._hover(QPointF(-1000.0, -1000.0))

    def _hover(self, point: QPointF) -> None:
        mark = self._landmark_layer.at(point, self.view) if self._shown.landmarks else None
        name = None if mark is None else mark.name
        if name != self._landmark_layer.hovered:
            self._landmark_layer.hovered = name
            self.mark_hovered.emit(name or "")
            self.update()

    def _show_cursor(self, point: QPointF) -> None:
        part = self._box_part_at(point) if self._editable else None
        on_mark = self._landmark_layer.hovered is not None and self._tool is not Tool.BOX
        shape = cursor_shape(
            Tool.HAND if self._hand_held else self._tool,
            part,
            on_mark=on_mark,
            is_panning=isinstance(self._gesture, PanGesture),
        )
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    # --- keys

    def event(self, event: QEvent) -> bool:
        """Takes the arrow keys before the window's commands while a landmark is selected."""
        if event.type() is QEvent.Type.ShortcutOverride and self._takes_key(event):
            event.accept()
            return True
        return super().event(event)

    def _takes_key(self, event: QEvent) -> bool:
        key = event.key()  # type: ignore[attr-defined]
        if key == Qt.Key.Key_Escape:
            return self._gesture is not None or self._landmark_layer.selected is not None
        return self._editable and self.nudge.takes(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows nudge the selected landmark; Escape lets go of it."""
        if self._editable and self.nudge.takes(event.key()):
            self.nudge.press(event)
        elif event.key() == Qt.Key.Key_Escape:
            gesture, self._gesture = self._gesture, None
            if gesture is not None:
                gesture.cancel()
            else:
                self.select_mark(None)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A held arrow key is one operation, at its release."""
        if not event.isAutoRepeat():
            self.nudge.finish()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A nudge is not lost when the focus goes."""
        self.nudge.finish()
        super().focusOutEvent(event)
