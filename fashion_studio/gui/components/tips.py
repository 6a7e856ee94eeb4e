"""Tooltips: what a control does and its key, painted over the window by one overlay.

Qt's own tooltip is a window of its own with square corners, and without a compositor it cannot be anything
else; here the sentence lies in the window, with round corners, a shadow and the key as a key cap.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import (
    SHADOW_MARGIN_PX,
    draw_key_cap,
    draw_shadow,
    key_cap_width,
    rounded,
)
from fashion_studio.gui.theme.metrics import DURATION_MS

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

__all__ = ["Tips", "tip_parts"]

_KEY: Final = re.compile(r"^(?P<title>[^\n]*?)  \((?P<key>[^()\n]+|[^\n])\)(?P<rest>.*)$", re.DOTALL)
_WIDEST_PX: Final = 320
_BESIDE_PX: Final = 18
_EDGE_PX: Final = 4
_LEAVING: Final = frozenset(
    {
        QEvent.Type.Leave,
        QEvent.Type.Hide,
        QEvent.Type.Wheel,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.KeyPress,
        QEvent.Type.WindowDeactivate,
    }
)


def tip_parts(text: str) -> tuple[str, str, str]:
    """Title, key and what follows, of "Undo  (Ctrl Z)" or "Shorts  (⇧5)" and a line below it."""
    found = _KEY.match(text)
    if found is None:
        title, _, rest = text.partition("\n")
        return title, "", rest.strip()
    return found["title"], found["key"], found["rest"].strip()


class Tips(QWidget):
    """Lies over a window and shows the tooltip of what the pointer rests on.

    Widgets that are `Tipped` tell theirs by `toolTip()`; one that paints many things by `tip_at(QPoint)`.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.theme = themed(self)
        self._target: QWidget | None = None
        self._text = ""
        self._title, self._key, self._rest = "", "", ""
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.setInterval(DURATION_MS["tooltip"])
        self._over.timeout.connect(self.leave)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        window.installEventFilter(self)

    @property
    def text(self) -> str:
        """What is shown; empty when nothing is."""
        return self._text if self.isVisible() else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows what the pointer rests on, and goes as soon as it leaves or anything is done."""
        kind = event.type()
        if kind == QEvent.Type.ToolTip and watched is self.parentWidget() and isinstance(event, QHelpEvent):
            self._ask(event.globalPos())
            event.accept()
            return True
        if kind == QEvent.Type.Show and watched is self.parentWidget():
            handle = self.window().windowHandle()
            if handle is not None:
                handle.installEventFilter(self)
        elif self._target is None:
            return False
        elif kind in _LEAVING or (
            kind == QEvent.Type.MouseMove
            and watched is self._target
            and isinstance(event, QMouseEvent)
            and _tip_of(self._target, event.position().toPoint()) != self._text
        ):
            self.leave()
        return False

    def _ask(self, spot: QPoint) -> None:
        window = self.window()
        widget = window.childAt(window.mapFromGlobal(spot))
        while widget is not None and widget is not window:
            text = _tip_of(widget, widget.mapFromGlobal(spot))
            if text:
                self._show(widget, text, window.mapFromGlobal(spot))
                return
            widget = widget.parentWidget()
        self.leave()

    def _show(self, target: QWidget, text: str, spot: QPoint) -> None:
        self.leave()
        self._target, self._text = target, text
        self._title, self._key, self._rest = tip_parts(text)
        target.installEventFilter(self)
        box, margin = self._box(), SHADOW_MARGIN_PX
        room = self.window().rect().adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        top = spot.y() + _BESIDE_PX
        if top + box.height() > room.bottom():
            top = spot.y() - box.height() - _EDGE_PX
        left = min(max(spot.x(), room.left()), max(room.left(), room.right() - box.width()))
        self.setGeometry(left - margin, top - margin, box.width() + 2 * margin, box.height() + 2 * margin + 4)
        self.raise_()
        self.show()
        self.update()
        self._over.start()

    def leave(self) -> None:
        """Takes the tooltip away."""
        if self._target is not None:
            self._target.removeEventFilter(self)
            self._target = None
        self._over.stop()
        self.hide()

    def _words(self) -> str:
        return f"{self._title}\n{self._rest}" if self._rest else self._title

    def _words_rect(self) -> QRect:
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        room = QRect(0, 0, self.theme.px(_WIDEST_PX), 10_000)
        return self.theme.metrics("small").boundingRect(room, int(flags), self._words())

    def _box(self) -> QSize:
        theme, words = self.theme, self._words_rect()
        width = words.width() + 1
        if self._key:
            title = theme.metrics("small").horizontalAdvance(self._title.rsplit("\n", maxsplit=1)[-1])
            width = max(width, min(title, words.width()) + 8 + key_cap_width(theme, self._key))
        return QSize(width + 16, max(words.height(), theme.px(18)) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow, box, words, key cap."""
        painter, theme, margin = QPainter(self), self.theme, SHADOW_MARGIN_PX
        box = self.rect().adjusted(margin, margin, -margin, -margin - 4)
        draw_shadow(painter, theme, box, 6)
        rounded(painter, box, 6, theme.color("overlay"), theme.color("border"))
        words = QRectF(self._words_rect().translated(box.left() + 8, 0))
        words.moveTop(box.top() + (box.height() - words.height()) / 2)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(words.adjusted(0, 0, 1, 0), int(flags), self._words())
        if self._key:
            cap, width = theme.px(18), key_cap_width(theme, self._key)
            area = QRectF(box.right() + 1 - 8 - width, box.top() + 4, width, cap)
            draw_key_cap(painter, theme, area, self._key)
        painter.end()


def _tip_of(widget: QWidget, spot: QPoint) -> str:
    tip_at = getattr(widget, "tip_at", None)
    if tip_at is not None:
        return str(tip_at(spot))
    return widget.toolTip()
