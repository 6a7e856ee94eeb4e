"""What a person does to the photo on the screen: each method is one write, one operation, one undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from fashion_studio.domain.labels import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Answer, Landmark, Split
    from fashion_studio.domain.queries import Changes
    from fashion_studio.gui.annotate.reading_desk import ReadingDesk
    from fashion_studio.gui.session import Session
    from fashion_studio.services.project import Project

__all__ = ["AnnotateActs"]

_OPEN: Final = frozenset({Status.NEW, Status.IN_WORK})
_LOOK_AHEAD: Final = 256


class AnnotateActs(QObject):
    """Writes on the session's current photo. Nothing happens without one.

    Signals:
        pass_ended: no photo of the pass is open any more.
    """

    pass_ended = Signal()

    def __init__(self, session: Session, desk: ReadingDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk

    def _target(self) -> tuple[Project, int] | None:
        project, item_id = self._session.project, self._session.current
        return None if project is None or item_id < 0 else (project, item_id)

    def answer(self, attribute: str, answer: Answer | None) -> Changes | None:
        """Sets or clears one attribute."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_answers([item_id], {attribute: answer}))

    def accept(self, attributes: Iterable[str] | None = None) -> Changes | None:
        """Takes over everything that the model proposes and the person has not answered."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target

        def write() -> Changes:
            self._desk.store_before(item_id)
            return project.accept_proposals([item_id], attributes)

        return self._session.perform(write)

    def set_status(self, status: Status) -> Changes | None:
        """Moves the photo through the work."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_status([item_id], status))

    def set_split(self, split: Split) -> Changes | None:
        """Puts the photo into a part of the data set."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_split([item_id], split))

    def set_flag(self, flagged: bool) -> Changes | None:
        """Flags the photo, or takes the flag away."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_flag([item_id], flagged))

    def set_note(self, item_id: int, text: str) -> Changes | None:
        """Writes a note; the photo may have been left by the time its note is saved."""
        project = self._session.project
        if project is None:
            return None
        return self._session.perform(lambda: project.set_note(item_id, text))

    def set_landmark(self, landmark: Landmark) -> Changes | None:
        """Sets one landmark."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_landmarks(item_id, [landmark]))

    def delete_landmark(self, name: str) -> Changes | None:
        """Takes the person's landmark away; the model's shows again."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.delete_landmarks(item_id, [name]))

    def swap_left_right(self) -> Changes | None:
        """Exchanges the person's landmarks with their partners on the other side."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.swap_left_right(item_id))

    def take_landmarks(self, names: Iterable[str] | None = None) -> Changes | None:
        """Takes over the model's landmarks: these, or all that the person has not set."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        wanted = None if names is None else list(names)

        def write() -> Changes:
            self._desk.store_before(item_id)
            return project.accept_landmarks(item_id, wanted)

        return self._session.perform(write)

    def set_box(self, box: Box | None) -> Changes | None:
        """Sets or clears the garment's box."""
        target = self._target()
        if target is None:
            return None
        project, item_id = target
        return self._session.perform(lambda: project.set_box(item_id, box))

    def go_back_to(self, change_id: int) -> Changes | None:
        """Gives a field the value back that it had before a change."""
        target = self._target()
        if target is None:
            return None
        project, _ = target
        return self._session.perform(lambda: project.restore(change_id))

    def done_and_next(self) -> None:
        """Marks the photo done and goes to the next one of the pass that is not."""
        target = self._target()
        if target is None:
            return
        project, item_id = target
        if project.rows([item_id])[0].status is not Status.REVIEWED:
            self.set_status(Status.DONE)
        following = self.next_open()
        if following is None:
            self.pass_ended.emit()
        else:
            self._session.set_current(following)

    def next_open(self) -> int | None:
        """The next photo of the pass, from here on and then from its beginning, that is new or in work."""
        project, queue = self._session.project, self._session.queue
        if project is None or queue.size == 0:
            return None
        place = self._session.position(self._session.current)
        order = [*range(place + 1, int(queue.size)), *range(max(place, 0))]
        for start in range(0, len(order), _LOOK_AHEAD):
            ids = [int(queue[at]) for at in order[start : start + _LOOK_AHEAD]]
            for row in project.rows(ids):
                if row.status in _OPEN and row.failure is None and not row.missing:
                    return row.id
        return None
