"""Moving the selected landmark by the arrow keys, down to a tenth of a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from fashion_studio.gui.canvas.photo_canvas import PhotoCanvas

__all__ = ["MarkNudge"]

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class MarkNudge:
    """Arrows move by 1 px of the photo, Shift by 10, Alt by 0.1; a held key is reported once, at its end."""

    def __init__(self, canvas: PhotoCanvas) -> None:
        self._canvas = canvas
        self._name: str | None = None

    def takes(self, key: int) -> bool:
        """Whether a key moves something now."""
        mark = self._canvas.selected_mark
        return key in _ARROWS and mark is not None and mark.is_drawn

    def press(self, event: QKeyEvent) -> None:
        """Previews one step."""
        mark, step = self._canvas.selected_mark, _ARROWS.get(Qt.Key(event.key()))
        if mark is None or step is None:
            return
        reach = 1.0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            reach = 10.0
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            reach = 0.1
        place = self._canvas.inside_photo(mark.x + step[0] * reach, mark.y + step[1] * reach)
        self._canvas.preview_mark(mark.moved(*place))
        self._name = mark.name

    def finish(self) -> None:
        """Reports what was moved, if anything was."""
        name, self._name = self._name, None
        if name is not None:
            self._canvas.commit_mark(name)
