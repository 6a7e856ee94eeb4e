"""The middle of the edit room: bar, notes, canvas or what stands in its place, the strip below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.base import Label, Line, Surface, column, row
from fashion_studio.gui.components.buttons import IconButton, bind
from fashion_studio.gui.components.chips import Chip
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.components.feedback import Banner, EmptyState
from fashion_studio.gui.components.marks import KeyCap, ProgressBar
from fashion_studio.gui.edit.compare_canvas import CompareCanvas, Showing
from fashion_studio.gui.edit.result_strip import ResultStrip
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.gui.train.table import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from fashion_studio.gui.commands import Commands

__all__ = ["CompareStage"]

_SHOWINGS = (Showing.SLIDER, Showing.SIDE, Showing.RESULT)


class CompareStage(QWidget):
    """Photo before and after.

    Signals:
        acted: the button of the note in the canvas' place was pressed.
    """

    acted = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = CompareCanvas()
        self.strip = ResultStrip()
        self.doubt = Banner()
        self.note = EmptyState("image", "No photo", "", parent=self.canvas)
        self.note.hide()
        self.note.acted.connect(self.acted)
        self.progress = ProgressBar(parent=self.canvas)
        self.progress.set_share(None)
        self.progress.hide()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(DURATION_MS["show_progress_after"])
        self._slow.timeout.connect(self.progress.show)
        self._waits = False
        self._name = ElidedLabel("small", 600)
        self.count = Chip("No edits", icon="layers")
        self.count.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.showing = Segment(("Slider", "Side by side", "Result"))
        self.showing.setToolTip(commands.get("edit.showing").tooltip)
        self.showing.picked.connect(lambda place: self.canvas.set_showing(_SHOWINGS[place]))
        fit = IconButton("maximize", "Fit")
        bind(fit, commands.get("edit.fit"))
        self._zoom = Label("100 %", "small", role="text2")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._hold = QWidget()
        hint = row(
            Label("Hold", "small", role="text2"),
            KeyCap("\\"),
            Label("for before", "small", role="text2"),
            gap=4,
        )
        self._hold.setLayout(hint)
        bar = Surface("panel", "b")
        bar.keep_height(40)
        line = row(
            self._name,
            self.count,
            None,
            self.showing,
            4,
            self._hold,
            Line(),
            fit,
            self._zoom,
            gap=8,
            margins=(12, 0, 12, 1),
        )
        line.setStretch(0, 100)
        bar.setLayout(line)
        layout = column(bar, self.doubt, self.canvas, self.strip, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.canvas.zoom_changed.connect(self._show_zoom)
        bar.theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """The name takes no more room than it needs, the zoom always the same, at any text size."""
        self.show_name(self.name)
        self._zoom.setMinimumWidth(self._zoom.fontMetrics().horizontalAdvance("100 %") + 2)

    @property
    def name(self) -> str:
        """The photo's file name."""
        return self._name.text()

    def show_name(self, name: str) -> None:
        """The photo's file name; it is shortened where room is short."""
        self._name.setText(name)
        self._name.setToolTip(name)
        self._name.setMaximumWidth(self._name.fontMetrics().horizontalAdvance(name) + 2)

    def say(self, icon: str, title: str, hint: str, action: str = "") -> None:
        """A note in place of the photo; an empty title takes it away."""
        if title:
            self.note.say(icon, title, hint, action)
            self.note.setGeometry(self.canvas.rect())
        self.note.setVisible(bool(title))

    def warn(self, sentence: str, reason: str = "") -> None:
        """A line above the photo about the result; an empty one takes it away."""
        if sentence:
            self.doubt.say("disagree", "triangle-alert", sentence, reason=reason)
        else:
            self.doubt.hide()

    def show_waiting(self, *, waiting: bool) -> None:
        """A thin bar along the upper edge of the photo's ground after 300 ms of waiting."""
        if waiting == self._waits:
            return
        self._waits = waiting
        if waiting:
            self._slow.start()
        else:
            self._slow.stop()
            self.progress.hide()

    def next_showing(self) -> None:
        """Line, side by side, result, and again."""
        place = (self.showing.index + 1) % len(_SHOWINGS)
        self.showing.set_index(place)
        self.canvas.set_showing(_SHOWINGS[place])

    def set_narrow(self, *, narrow: bool) -> None:
        """Without the hint and the number of edits."""
        self._hold.setVisible(not narrow)
        self.count.setVisible(not narrow)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{round(100 * zoom):,} %")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Note and bar follow the canvas."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.note.setGeometry(self.canvas.rect())
        self.progress.setGeometry(0, 0, self.canvas.width(), 4)
