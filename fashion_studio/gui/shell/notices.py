"""What the window says by itself: engine banners, refused saves, toasts, problems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.components.base import Label
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.theme.metrics import DURATION_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fashion_studio.gui.components.feedback import Banner, Toasts
    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.engine_client import EngineState

__all__ = ["Notices"]

_LOSE: Final = 7


class Notices(QObject):
    """Keeps the banners of all workspaces and the toasts in step with the session."""

    def __init__(self, session: Session, banners: Sequence[Banner], toasts: Toasts, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._banners, self._toasts, self._window = session, banners, toasts, window
        self._was_away = False
        self._engine_says: Callable[[], None] | None = None
        self._ready_over = QTimer(self)
        self._ready_over.setSingleShot(True)
        self._ready_over.setInterval(DURATION_MS["ready_banner"])
        self._ready_over.timeout.connect(self._end_ready)
        session.engine_state_changed.connect(self._on_engine)
        session.saved_changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        session.toast.connect(self._on_toast)
        session.problem.connect(self._on_problem)

    # ------------------------------------------------------------ toasts

    def offer(self, sentence: str, back: Callable[[], object] | None, key: str) -> None:
        """Says what was done, and how it is taken back where that is possible; `key` does it, too."""
        if back is None:
            self._toasts.show(sentence)
        else:
            self._toasts.show(sentence, action="Undo", key=key, run=back)

    def _on_toast(self, sentence: str, undoable: bool) -> None:
        if undoable:
            self._toasts.show(sentence, action="Undo", key="Ctrl Z", run=self._session.undo)
        else:
            self._toasts.show(sentence)

    def _on_problem(self, sentence: str) -> None:
        project = self._session.project
        if project is not None and project.unsaved_count:
            self.refresh()  # the banner says it, with what can be done
            return
        self._toasts.show(sentence, error=True)

    # ------------------------------------------------------------ banners

    def _on_engine(self, state: EngineState) -> None:
        phase = state.phase.value
        if phase == "restarting":
            self._was_away = True
            self._engine_says = lambda: self._say_restart(state)
        elif phase == "off" and state.reason:
            self._was_away = True
            self._engine_says = lambda: self._say_off(state)
        elif phase == "ready" and self._was_away:
            self._was_away = False
            self._engine_says = self._say_ready
            self._ready_over.start()
        elif phase == "ready":
            self._engine_says = None
        self.refresh()

    def _end_ready(self) -> None:
        if not self._was_away:
            self._engine_says = None
            self.refresh()

    def refresh(self) -> None:
        """Shows the most important banner, or none: what is not saved comes first."""
        project = self._session.project
        if project is not None and project.unsaved_count:
            self._say_unsaved(project.unsaved_count)
        elif self._engine_says is not None:
            self._engine_says()
        else:
            for banner in self._banners:
                banner.hide()

    def _say_restart(self, state: EngineState) -> None:
        for banner in self._banners:
            banner.say(
                "disagree",
                "refresh-cw",
                "The engine stopped and is starting again. Nothing you did is lost.",
                reason=state.reason,
                actions=[("Details", lambda: self._details(state))],
            )

    def _say_off(self, state: EngineState) -> None:
        engine = self._session.engine
        actions: list[tuple[str, Callable[[], object]]] = []
        if engine is not None:
            actions.append(("Start again", engine.start))
        for banner in self._banners:
            sentence = "The engine is off. You can label; the model's columns stay empty."
            banner.say("disagree", "triangle-alert", sentence, reason=state.reason, actions=actions)

    def _say_ready(self) -> None:
        for banner in self._banners:
            banner.say("agree", "check", "Engine ready again.")

    def _say_unsaved(self, count: int) -> None:
        word = "change is" if count == 1 else "changes are"
        for banner in self._banners:
            banner.say(
                "danger",
                "triangle-alert",
                f"The project cannot be written. {count} {word} kept in memory.",
                actions=[("Try again", self._retry), ("Save elsewhere", self._save_elsewhere)],
            )

    def may_leave(self) -> bool:
        """Whether the project may be closed: at once when all is saved, else as the person decides."""
        project = self._session.project
        if project is None or not project.unsaved_count:
            return True
        self._retry()
        count = project.unsaved_count
        if not count:
            return True
        word = "change is" if count == 1 else "changes are"
        dialog = Dialog(f"{count} {word} not saved", primary="Stay here", secondary="", parent=self._window)
        words = "The project cannot be written. Stay to try again or to save it elsewhere."
        dialog.body.addWidget(Label(words, "small", role="text2", wrap=True))
        lose = Button("Close and lose them", large=True)
        lose.clicked.connect(lambda _checked=False: dialog.done(_LOSE))
        dialog.extra.addWidget(lose)
        return dialog.exec() == _LOSE

    def offer_reading(self, sentence: str, run: Callable[[], object]) -> None:
        """Another process works on the project: it can still be looked at."""
        self._toasts.show(sentence, action="Open for reading", run=run, error=True)

    def _details(self, state: EngineState) -> None:
        dialog = Dialog("The engine stopped", primary="Close", secondary="", parent=self._window)
        words = state.reason or "It ended without saying why."
        dialog.body.addWidget(Label(words, "small", role="text2", wrap=True))
        times = "once" if state.restarts == 1 else f"{state.restarts} times"
        dialog.body.addWidget(Label(f"It has been started again {times}.", "small", role="text2", wrap=True))
        dialog.exec()

    def _retry(self) -> None:
        project = self._session.project
        if project is None:
            return
        try:
            project.retry_unsaved()
        except StudioError as error:
            self._toasts.show(str(error), error=True)
        else:
            self._toasts.show("Everything is saved")
        self._session.saved_changed.emit()

    def _save_elsewhere(self) -> None:
        project = self._session.project
        if project is None:
            return
        folder = QFileDialog.getExistingDirectory(self._window, "Save the project in another folder")
        if not folder:
            return
        try:
            project.save_elsewhere(Path(folder) / project.folder.name)
        except StudioError as error:
            self._toasts.show(str(error), error=True)
        else:
            self._toasts.show(f"Saved in {folder}")
        self._session.saved_changed.emit()
