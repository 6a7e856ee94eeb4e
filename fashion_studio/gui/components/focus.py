"""The ring around what has the keyboard's focus: one overlay for the whole window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import draw_focus_ring

if TYPE_CHECKING:
    from collections.abc import Collection

    from PySide6.QtGui import QPaintEvent

__all__ = ["FocusRing", "is_plain_key", "keyboard_focus"]

_MOVING: Final = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_F6})
_FOLLOWED: Final = frozenset(
    {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.Destroy}
)
_by_keyboard: list[bool] = [False]


def keyboard_focus(widget: QWidget) -> bool:
    """Whether the widget got its focus by the keyboard, so that a ring is due."""
    return widget.hasFocus() and _by_keyboard[0]


def is_plain_key(event: QEvent, keys: Collection[Qt.Key]) -> bool:
    """Whether a key event is of one of these keys, with no more than Shift held."""
    if not isinstance(event, QKeyEvent):
        return False
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return not held and event.key() in keys


class FocusRing(QWidget):
    """Lies over a window, lets everything through, and paints the ring around the focused control.

    Controls that paint their own ring say so by an attribute `own_focus_ring`.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.theme = themed(self)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    @property
    def target(self) -> QWidget | None:
        """What the ring is around."""
        return self._target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notes whether keys or the pointer are in use, and follows the control when it moves.

        Only the window's own few raw events and those of the focused control's ancestors come through here.
        """
        kind = event.type()
        if kind == QEvent.Type.Show and watched is self.window():
            handle = self.window().windowHandle()
            if handle is not None:
                handle.installEventFilter(self)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MOVING:
                _by_keyboard[0] = True
        elif kind == QEvent.Type.MouseButtonPress:
            _by_keyboard[0] = False
            self._let_go()
        if kind in _FOLLOWED and watched in self._watched:
            self._place()
        return False

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._let_go()
        wants = now is not None and now.window() is self.window() and _by_keyboard[0]
        if now is None or not wants or getattr(now, "own_focus_ring", False):
            return
        if isinstance(now, (QAbstractScrollArea, QLineEdit)) and not hasattr(now, "radius_px"):
            return
        self._target = now
        chain: list[QWidget] = []
        widget: QWidget | None = now
        while widget is not None and widget is not self.window():
            chain.append(widget)
            widget = widget.parentWidget()
        self._watched = chain
        for each in chain:
            each.installEventFilter(self)
        self._place()

    def _let_go(self) -> None:
        self._target = None
        for each in self._watched:
            each.removeEventFilter(self)
        self._watched = []
        self.hide()

    def _place(self) -> None:
        target = self._target
        if target is None or not target.isVisible():
            self.hide()
            return
        area = QRect(target.mapTo(self.window(), QPoint(0, 0)), target.size())
        self.setGeometry(area.adjusted(-5, -5, 5, 5).intersected(self.window().rect()))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring, where the control is not covered by a scroll area's edge."""
        target = self._target
        if target is None:
            return
        painter = QPainter(self)
        area = QRect(target.mapTo(self.window(), QPoint(0, 0)) - self.pos(), target.size())
        seen = target.visibleRegion().boundingRect().translated(area.topLeft())
        painter.setClipRect(seen.adjusted(-5, -5, 5, 5))
        radius = float(getattr(target, "radius_px", 6))
        draw_focus_ring(painter, area, radius, self.theme.color("accent"), None)
        painter.end()
