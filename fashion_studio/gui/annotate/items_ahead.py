"""Labels of the photos that are likely shown next, read from the database before they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.session import Session
    from fashion_studio.services.project import Project

__all__ = ["ItemsAhead"]

_LANE = "annotate.items"


class ItemsAhead(QObject):
    """A few photos' labels. Any write drops them all, those under way included."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._items: dict[int, Item] = {}
        session.changed.connect(self._on_change)
        session.project_changed.connect(self.forget)

    def take(self, item_id: int) -> Item | None:
        """Everything about a photo, None where it is not in the project; read now if it is not here yet."""
        known = self._items.pop(item_id, None)
        project = self._session.project
        if known is not None or project is None or item_id < 0:
            return known
        try:
            return project.item(item_id)
        except UserError:  # it left the project a moment ago; the queue will follow
            return None

    def want(self, item_ids: Sequence[int]) -> None:
        """Reads these in a thread; what was wanted before and is not any more is dropped."""
        project = self._session.project
        self._items = {item_id: self._items[item_id] for item_id in item_ids if item_id in self._items}
        missing = [item_id for item_id in item_ids if item_id not in self._items]
        if project is not None and missing:
            self._session.bridge.submit(
                lambda: _read(project, missing), self._items.update, self._session.report, lane=_LANE
            )

    def forget(self) -> None:
        """Something is different now."""
        self._session.bridge.forget(_LANE)
        self._items.clear()

    def _on_change(self, _changes: object) -> None:
        self.forget()


def _read(project: Project, item_ids: Sequence[int]) -> dict[int, Item]:
    found = {}
    for item_id in item_ids:
        try:
            found[item_id] = project.item(item_id)
        except UserError:  # it has just left the project
            continue
    return found
