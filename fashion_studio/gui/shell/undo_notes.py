"""Says what undo and redo did where the photo on the screen does not show it, and goes there if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.queries import Changes
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.components.feedback import Toasts
    from fashion_studio.gui.session import Session

__all__ = ["UndoNotes"]

_OF_ONE_PHOTO: Final = frozenset({"annotate", "edit"})
"""Rooms in which one photo is on the screen."""


class UndoNotes(QObject):
    """Follows undo and redo of the whole project from a room in which one photo is on the screen."""

    def __init__(
        self,
        session: Session,
        commands: Commands,
        toasts: Toasts,
        room: Callable[[], str],
        go: Callable[[int, str], object],
        window: QWidget,
    ) -> None:
        """`room` names the room on the screen; `go` shows a photo in a room."""
        super().__init__(window)
        self._session, self._toasts, self._room, self._go = session, toasts, room, go
        self._command = commands.add(
            "window.go_there",
            "Go to the photo of the last undo",
            self.go_there,
            widget=window,
            group="Window",
            shortcut="Ctrl+G",
            everywhere=True,
        )
        self._place: tuple[int, str] | None = None
        session.reverted.connect(self._on_reverted)
        session.project_changed.connect(lambda: self._offer(None))
        self._offer(None)

    def go_there(self) -> None:
        """To the photo of the last undo or redo, in the room where it was done."""
        if self._place is not None:
            place = self._place
            self._offer(None)
            self._go(*place)

    def _offer(self, place: tuple[int, str] | None) -> None:
        self._place = place
        self._command.action.setEnabled(place is not None)

    def _on_reverted(self, changes: Changes) -> None:
        project, room = self._session.project, self._room()
        self._offer(None)
        if project is None or room not in _OF_ONE_PHOTO or self._session.current in changes.item_ids:
            return
        # A photo that an edit made comes and goes with these acts, so there may be none to go to.
        if len(changes.item_ids) > 1 or "hidden" in changes.fields:
            self._toasts.show(changes.title)
            return
        (item_id,) = changes.item_ids
        name = project.rows([item_id])[0].name
        self._offer((item_id, room))
        self._toasts.show(
            f"{changes.title}, on {name}", action="Go there", key=self._command.key, run=self.go_there
        )
