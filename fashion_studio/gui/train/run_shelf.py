"""Runs get other names, are removed and brought back: what the service does, with words and a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.train.model_switch import ModelSwitch
    from fashion_studio.gui.train.run_keeper import RunKeeper
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.run_removal import RemovedRun

__all__ = ["RenameDialog", "RunShelf"]

_Result = TypeVar("_Result")


class RenameDialog(Dialog):
    """One line of text; empty gives back the title that the run was made with."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("Rename the run", primary="Rename", parent=parent)
        self.field = Field("Title", title, "The title it was made with")
        self.field.line.selectAll()
        self.body.addWidget(self.field)
        self.field.line.setFocus()


class RunShelf(QObject):
    """Acts on the run that is shown.

    Signals:
        told: a sentence, what takes it back (or None), and the key that does the same (or "").
    """

    told = Signal(str, object, str)

    def __init__(
        self,
        session: Session,
        commands: Commands,
        keeper: RunKeeper,
        models: ModelSwitch,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self._keeper, self._models = keeper, models

    def ask_name(self, window: QWidget) -> None:
        """Asks for another title of the shown run."""
        entry = self._keeper.entry
        if entry is None:
            return
        dialog = RenameDialog(entry.title, window)
        dialog.accepted.connect(lambda: self.rename(entry, dialog.field.text))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def rename(self, entry: RunEntry, title: str) -> None:
        """Gives a run another title."""

        def write(project: Project) -> str:
            from fashion_studio.services.run_list import read_run  # noqa: PLC0415 - not at start
            from fashion_studio.services.run_removal import rename_run  # noqa: PLC0415 - not at start

            rename_run(project, entry.run_dir, title)
            return read_run(entry.run_dir).title

        def done(now: str) -> None:
            self._keeper.look()
            if now != entry.title:
                back = entry.title
                self.told.emit(f"“{back}” is called “{now}” now", lambda: self.rename(entry, back), "")

        self._do(write, done)

    def remove(self) -> None:
        """Takes the shown run out of the project."""
        entry, model = self._keeper.entry, self._models.choice[0]
        if entry is None:
            return

        def move(project: Project) -> RemovedRun:
            from fashion_studio.services.run_removal import remove_run  # noqa: PLC0415 - not at start

            return remove_run(project, entry.run_dir, also_used=[] if model is None else [model])

        def done(removed: RemovedRun) -> None:
            if self._keeper.current == removed.run_dir:
                self._keeper.show(None)
            self._keeper.look()
            sentence = f"“{removed.title}” is removed"
            key = self._commands.get("train.bring_back").key
            self.told.emit(sentence, lambda: self.bring_back(removed), key)

        self._do(move, done)

    def bring_back(self, removed: RemovedRun | None = None) -> None:
        """Takes a removed run in again; without one that which was removed last."""

        def move(project: Project) -> RemovedRun | None:
            from fashion_studio.services.run_removal import bring_back_run  # noqa: PLC0415 - not at start

            return bring_back_run(project, removed)

        def done(back: RemovedRun | None) -> None:
            if back is None:
                self.told.emit("No run was removed", None, "")
                return
            self._keeper.look()
            self._keeper.show(back.run_dir)
            self.told.emit(f"“{back.title}” is back", None, "")

        self._do(move, done)

    def _do(self, act: Callable[[Project], _Result], done: Callable[[_Result], None]) -> None:
        project = self._session.project
        if project is None:
            return
        self._session.bridge.submit(lambda: act(project), done, self._session.report)
