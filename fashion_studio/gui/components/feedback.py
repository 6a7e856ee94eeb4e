"""What the program says by itself: toasts, banners, empty states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Label, column, row, themed
from fashion_studio.gui.components.buttons import Button, IconButton, LinkButton
from fashion_studio.gui.components.marks import KeyCap
from fashion_studio.gui.components.motion import Motion
from fashion_studio.gui.components.painting import SHADOW_MARGIN_PX, draw_shadow, rounded
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

__all__ = ["Banner", "EmptyState", "FloatingPanel", "IconMark", "Toast", "Toasts"]

_RISE_PX: Final = 12


class IconMark(QWidget):
    """An icon that only shows something."""

    def __init__(
        self, icon: str, role: str = "text2", size_px: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._icon, self._role, self._size = icon, role, size_px
        self.setFixedSize(size_px, size_px)

    def show_icon(self, icon: str, role: str) -> None:
        """Another icon."""
        self._icon, self._role = icon, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon."""
        painter = QPainter(self)
        draw_icon(painter, self._icon, self.theme.color(self._role), self.rect().topLeft(), self._size)
        painter.end()


class FloatingPanel(QWidget):
    """A panel that floats over others: overlay fill, border, painted shadow. Its margins hold the shadow.

    Put controls into a layout made with `row` or `column` and `padding` of your own; geometry is set with
    `place`, which speaks of the visible box.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        margin = SHADOW_MARGIN_PX
        self.setContentsMargins(margin, margin, margin, margin + 4)

    def box_size(self) -> QSize:
        """Size of the visible box."""
        hint = self.sizeHint()
        return QSize(hint.width() - 2 * SHADOW_MARGIN_PX, hint.height() - 2 * SHADOW_MARGIN_PX - 4)

    def place(self, left: int, top: int, width: int | None = None) -> None:
        """Moves the visible box."""
        size = self.box_size()
        margin = SHADOW_MARGIN_PX
        self.setGeometry(
            left - margin,
            top - margin,
            (width or size.width()) + 2 * margin,
            size.height() + 2 * margin + 4,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow, fill, border."""
        painter, theme = QPainter(self), self.theme
        box = self.contentsRect()
        draw_shadow(painter, theme, box)
        rounded(painter, box, 8, theme.color("overlay"), theme.color("border"))
        painter.end()


class Toast(FloatingPanel):
    """One sentence, at most one action, gone after six seconds unless hovered. Errors stay until closed."""

    closed = Signal()

    def __init__(
        self,
        sentence: str,
        *,
        action: str = "",
        key: str = "",
        run: Callable[[], object] | None = None,
        error: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.sentence = sentence
        icon = IconMark("triangle-alert" if error else "check", "danger" if error else "agree")
        text = Label(sentence, "small", 500, wrap=True)
        text.setMinimumWidth(180)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = row(icon, text, gap=8, margins=(12, 10, 12, 10))
        layout.setStretch(1, 1)
        if action and run is not None:
            link = LinkButton(action)
            link.clicked.connect(lambda _checked=False: run())
            link.clicked.connect(self.dismiss)
            layout.addSpacing(4)
            layout.addWidget(link)
            if key:
                layout.addWidget(KeyCap(key))
        if error:
            cross = IconButton("x", "Close this message", size_px=24)
            cross.clicked.connect(self.dismiss)
            layout.addWidget(cross)
        self.setLayout(layout)
        self.below_px = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DURATION_MS["toast"])
        self._timer.timeout.connect(self.dismiss)
        self._stays = error
        if not error:
            self._timer.start()

    def dismiss(self) -> None:
        """Goes away."""
        self._timer.stop()
        self.hide()
        self.closed.emit()

    def enterEvent(self, event: QEvent) -> None:
        """Stays while it is being read."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Goes six seconds later."""
        if not self._stays and self.isVisible():
            self._timer.start()


class Toasts(QObject):
    """The pile of toasts in the lower left of a widget; at most two."""

    def __init__(self, host: QWidget, *, bottom_px: int = 28, left_px: int = 0) -> None:
        super().__init__(host)
        self._host, self._bottom, self._left = host, bottom_px, left_px
        self._toasts: list[Toast] = []
        host.installEventFilter(self)

    @property
    def shown(self) -> list[Toast]:
        """What is on the screen, the newest last."""
        return list(self._toasts)

    def show(
        self,
        sentence: str,
        *,
        action: str = "",
        key: str = "",
        run: Callable[[], object] | None = None,
        error: bool = False,
    ) -> Toast:
        """Shows a toast; the same sentence again replaces the earlier one."""
        for earlier in [toast for toast in self._toasts if toast.sentence == sentence]:
            earlier.dismiss()
        toast = Toast(sentence, action=action, key=key, run=run, error=error, parent=self._host)
        toast.closed.connect(lambda: self._drop(toast))
        self._toasts.append(toast)
        while len(self._toasts) > 2:
            self._toasts[0].dismiss()
        self._arrange()
        toast.show()
        toast.raise_()
        Motion("fold", lambda share: self._rise(toast, share), toast).run()
        return toast

    def _rise(self, toast: Toast, share: float) -> None:
        toast.below_px = round(_RISE_PX * (1.0 - share))
        self._arrange()

    def clear(self) -> None:
        """Takes all away."""
        for toast in list(self._toasts):
            toast.dismiss()

    def _drop(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.deleteLater()
            self._arrange()

    def _arrange(self) -> None:
        bottom = self._host.height() - self._bottom - 16
        for toast in reversed(self._toasts):
            width = min(420, max(320, toast.box_size().width()))
            layout = toast.layout()
            inner = toast.box_size().height()
            if layout is not None and layout.hasHeightForWidth():
                layout.activate()
                whole = layout.totalHeightForWidth(width + 2 * SHADOW_MARGIN_PX)
                inner = whole - 2 * SHADOW_MARGIN_PX - 4
            top = bottom - inner
            toast.setGeometry(
                self._left + 16 - SHADOW_MARGIN_PX,
                top - SHADOW_MARGIN_PX + toast.below_px,
                width + 2 * SHADOW_MARGIN_PX,
                inner + 2 * SHADOW_MARGIN_PX + 4,
            )
            bottom = top - 8

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the host's size."""
        if event.type() == QEvent.Type.Resize and self._toasts:
            self._arrange()
        return False


class Banner(QWidget):
    """One line across the window: what happened and what can be done. Tones: disagree, agree, danger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._tone = "disagree"
        self._icon = IconMark("refresh-cw", "disagree")
        self._text = Label("", "small", 500)
        self._reason = Label("", "small", role="text2")
        self._buttons: list[Button] = []
        self._line = row(self._icon, self._text, None, self._reason, gap=8, margins=(12, 0, 12, 1))
        self.setLayout(self._line)
        self.setFixedHeight(self.theme.px(40))
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._text.text()

    @property
    def tone(self) -> str:
        """How it says it."""
        return self._tone

    def say(
        self,
        tone: str,
        icon: str,
        sentence: str,
        *,
        reason: str = "",
        actions: list[tuple[str, Callable[[], object]]] | None = None,
    ) -> None:
        """Shows the banner.

        Args:
            tone: "disagree" (the engine is coming back), "agree" (it is back), "danger" (not saved).
            icon: its icon.
            sentence: what is so.
            reason: why, at the right.
            actions: titles and what they do.
        """
        self._tone = tone
        self._icon.show_icon(icon, tone)
        self._text.setText(sentence)
        self._reason.setText(reason)
        for button in self._buttons:
            self._line.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for title, run in actions or []:
            button = Button(title, "ghost" if tone == "disagree" else "plain")
            button.clicked.connect(lambda _checked=False, act=run: act())
            self._line.addWidget(button)
            self._buttons.append(button)
        self.update()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and the line below it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color(f"{self._tone}bg"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color(self._tone))
        painter.end()


class EmptyState(QWidget):
    """Nothing to show: what is so, what to do, one button."""

    acted = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        hint: str,
        *,
        action: str = "",
        primary: bool = False,
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = IconMark(icon, "text3", 28)
        self._title = Label(title, "lead", 600)
        self._hint = Label(hint, "small", role="text2", wrap=True)
        self._hint.setFixedWidth(320)
        self._fit_hint()
        current_theme().changed.connect(self._fit_hint)
        # With a parent from the start: shown without one, even for a moment, it would be a window of its own
        # and take the focus.
        self._button = Button(action, "primary" if primary else "plain", key=key, parent=self)
        self._button.setVisible(bool(action))
        self._button.clicked.connect(self.acted)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._title.setAlignment(middle)
        self._hint.setAlignment(middle)
        layout = column(None, gap=4)
        for part, space in ((self._icon, 8), (self._title, 0), (self._hint, 8), (self._button, 0)):
            layout.addWidget(part, 0, middle)
            layout.addSpacing(space)
        layout.addStretch(1)
        self.setLayout(layout)

    def _fit_hint(self) -> None:
        # A layout gives a centred label its height on one line, however many it needs.
        self._hint.setMinimumHeight(max(0, self._hint.heightForWidth(self._hint.width())))

    @property
    def title(self) -> str:
        """What is so."""
        return self._title.text()

    @property
    def button(self) -> Button:
        """What can be done."""
        return self._button

    def say(self, icon: str, title: str, hint: str, action: str = "") -> None:
        """Another state."""
        self._icon.show_icon(icon, "text3")
        self._title.setText(title)
        self._hint.setText(hint)
        self._fit_hint()
        self._button.setText(action)
        self._button.setVisible(bool(action))
