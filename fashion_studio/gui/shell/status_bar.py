"""The bar at the bottom: what is saved, the last bulk act, background work, the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from fashion_studio.gui.components.base import Label, Surface, Tipped
from fashion_studio.gui.components.buttons import IconButton, LinkButton
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.marks import KeyCap, ProgressBar, StateDot
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.engine_client import EngineState

__all__ = ["EngineLight", "StatusBar", "WorkLine"]

_PHASES: Final = {
    "ready": ("agree", "Engine ready"),
    "starting": ("accent", "Engine starting"),
    "restarting": ("disagree", "Engine restarting"),
    "off": ("danger", "Engine off"),
}


class _Group(Tipped, QWidget):
    """Parts 6 px apart."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for part in parts:
            line.addWidget(part)


class WorkLine(_Group):
    """The background work that runs: name and figure, bar, pause, cancel. Appears after 300 ms."""

    def __init__(self) -> None:
        self.words = Label("", "caption", role="text2")
        self.bar = ProgressBar(72)
        self.pause = IconButton("pause", "Pause", size_px=22, icon_px=14)
        self.cancel = IconButton("x", "Cancel", size_px=22, icon_px=14)
        super().__init__(self.words, self.bar, self.pause, self.cancel)
        self._work: Work | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(DURATION_MS["show_progress_after"])
        self._due.timeout.connect(self._appear)
        self.pause.clicked.connect(lambda _checked=False: self._work and self._work.toggle_pause())
        self.cancel.clicked.connect(lambda _checked=False: self._work and self._work.cancel())
        self.hide()

    def show_work(self, work: Work | None) -> None:
        """The work to show; None hides the line."""
        if work is not self._work:
            self._work = work
            self.hide()
            if work is None:
                self._due.stop()
            else:
                self._due.start()
        if work is None:
            return
        figure = (
            f" {work.done:,} of {work.total:,}" if work.total else (f" {work.done:,}" if work.done else "")
        )
        self.words.setText(f"{work.title}{figure}")
        self.words.setToolTip(work.detail)
        self.bar.set_share(work.done / work.total if work.total else None)
        self.pause.setVisible(work.can_pause)
        self.pause.set_icon("play" if work.state is WorkState.PAUSED else "pause")

    def _appear(self) -> None:
        self.setVisible(self._work is not None)


class EngineLight(_Group):
    """A dot and a word for the engine, its device and its model."""

    def __init__(self) -> None:
        self.dot = StateDot("accent")
        self.word = Label("Engine starting", "caption", role="text2")
        self.chip = IconMark("cpu", "text2", 14)
        self.device = Label("", "caption", role="text2")
        self.model = Label("", "caption", role="text2")
        super().__init__(self.dot, self.word)
        self.place = _Group(self.chip, self.device)
        self.place.hide()

    def show_state(self, state: EngineState) -> None:
        """Another state."""
        role, word = _PHASES[state.phase.value]
        self.dot.set_role(role)
        self.word.setText(word)
        self.setToolTip(state.reason or word)
        self.device.setText(_device_title(state.device))
        self.place.setVisible(bool(state.device))
        self.model.setText(state.model)
        self.model.setVisible(bool(state.model))


def _device_title(device: str) -> str:
    """Turns "cuda:0" into "CUDA 0" and "cpu" into "CPU"."""
    return device.replace(":", " ").upper() if device.startswith(("cuda", "cpu", "mps")) else device


class StatusBar(Surface):
    """28 high. `undo_asked` and `shortcuts_asked` come from its two links."""

    undo_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("window", "t", parent)
        self._session = session
        self._narrow = False
        self.keep_height(28)
        self.saved_icon = IconMark("check", "agree", 14)
        self.saved = Label("", "caption", role="text2")
        self._saved_group = _Group(self.saved_icon, self.saved)
        self.last = Label("", "caption", role="text2")
        self.undo = LinkButton("Undo", step="caption")
        self.undo.setToolTip("Take the last change back  (Ctrl Z)")
        self.undo.clicked.connect(lambda _checked=False: self.undo_asked.emit())
        self._last_group = _Group(IconMark("history", "text2", 14), self.last, self.undo, KeyCap("Ctrl Z"))
        self.work = WorkLine()
        self.engine = EngineLight()
        self.help = LinkButton("Shortcuts", step="caption", role="text2")
        self.help.setToolTip("Every key of this window  (?)")
        self.help.clicked.connect(lambda _checked=False: self.shortcuts_asked.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 1, 12, 0)
        layout.setSpacing(16)
        layout.addWidget(self._saved_group)
        layout.addWidget(self._last_group)
        layout.addStretch(1)
        for part in (self.work, self.engine, self.engine.place, self.engine.model):
            layout.addWidget(part)
        layout.addWidget(_Group(KeyCap("?"), self.help))
        session.saved_changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        session.engine_state_changed.connect(self.engine.show_state)
        session.works.changed.connect(self._show_works)
        session.works.passing_changed.connect(self._show_works)
        self.refresh()

    def refresh(self) -> None:
        """What is saved, and what undo would take back."""
        session = self._session
        project = session.project
        self._saved_group.setVisible(project is not None)
        if project is None:
            self._last_group.hide()
            return
        waiting = project.unsaved_count
        if waiting:
            self.saved_icon.show_icon("triangle-alert", "danger")
            word = "change" if waiting == 1 else "changes"
            self.saved.setText(f"Not saved: {waiting} {word} kept in memory")
        elif project.read_only:
            self.saved_icon.show_icon("lock", "text2")
            self.saved.setText("Open for reading only")
        else:
            self.saved_icon.show_icon("check", "agree")
            at = session.saved_at
            self.saved.setText(f"Saved {at:%H:%M:%S}" if at is not None else "All changes saved")
        self._last_group.setVisible(bool(session.last_title) and not self._narrow)
        title = session.last_title
        self.last.setText(f"{title}." if title else "")

    def set_narrow(self, *, narrow: bool) -> None:
        """Without the last act in a narrow window."""
        self._narrow = narrow
        self.refresh()

    def _show_works(self) -> None:
        active = self._session.works.active()
        self.work.show_work(active[0] if active else self._session.works.passing)
