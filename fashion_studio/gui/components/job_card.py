"""The card of a piece of long work."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Final

from fashion_studio.gui.components.base import Card, Label, column, row
from fashion_studio.gui.components.buttons import IconButton
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.works import Work, WorkState

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent
    from PySide6.QtWidgets import QWidget

__all__ = ["JobCard", "left_text"]

_ICONS: Final = {
    WorkState.WAITING: ("clock", "text3"),
    WorkState.RUNNING: ("circle-play", "accent"),
    WorkState.PAUSED: ("pause", "text2"),
    WorkState.DONE: ("circle-check", "agree"),
    WorkState.FAILED: ("triangle-alert", "danger"),
    WorkState.CANCELLED: ("circle-slash", "text3"),
}


def left_text(work: Work, now: float | None = None) -> str:
    """What stands at the right of a card: the time left, or when it ended."""
    if work.state is WorkState.WAITING:
        return "waits"
    if work.state is WorkState.PAUSED:
        return "paused"
    if work.ended_at is not None:
        return datetime.fromtimestamp(work.ended_at).astimezone().strftime("%H:%M")
    if not work.total or not work.done:
        return ""
    spent = (time.time() if now is None else now) - work.started_at
    left = spent * (work.total - work.done) / work.done
    if left >= 90:
        return f"{round(left / 60)} min left"
    return f"{max(1, round(left))} s left"


class JobCard(Card):
    """Icon, name, time; step and figure; a bar while running; pause and x under the pointer."""

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.work = work
        self._icon = IconMark("clock", "text3")
        self._name = Label("", "small", 500)
        self._when = Label("", "caption", role="text2")
        self._step = Label("", "caption", role="text2", wrap=True)
        self._figure = Label("", "caption", 500)
        self._bar = ProgressBar()
        self._pause = IconButton("pause", "Pause", size_px=24)
        self._cancel = IconButton("x", "Cancel", size_px=24)
        self._pause.clicked.connect(work.toggle_pause)
        self._cancel.clicked.connect(work.cancel)
        self._pause.hide()
        self._cancel.hide()
        first = row(self._name, None, self._when, self._pause, self._cancel, gap=4)
        second = row(self._step, self._figure, gap=8)
        second.setStretch(0, 1)
        words = column(first, second, gap=0)
        top = row(gap=8)
        top.addWidget(self._icon)
        top.addLayout(words, 1)
        self.setLayout(column(top, self._bar, gap=6, margins=(9, 7, 9, 9)))
        work.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the work as it is now."""
        work = self.work
        self._icon.show_icon(*_ICONS[work.state])
        self._name.setText(work.title)
        self._when.setText(left_text(work))
        self._step.setText(work.detail)
        self._figure.setText(work.figure or (f"{work.done:,} of {work.total:,}" if work.total else ""))
        self._bar.setVisible(work.active and work.state is not WorkState.WAITING)
        self._bar.set_share(work.done / work.total if work.total else None)
        self._pause.set_icon("play" if work.state is WorkState.PAUSED else "pause")
        if not work.active:
            self._pause.hide()
            self._cancel.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offers pause and cancel."""
        self._pause.setVisible(self.work.active and self.work.can_pause)
        self._cancel.setVisible(self.work.active)

    def leaveEvent(self, event: QEvent) -> None:
        """Takes them back."""
        self._pause.hide()
        self._cancel.hide()
