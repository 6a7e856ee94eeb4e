"""Labels of the photos that are likely shown next, read from the database before they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fashion_studio.domain.labels import Answer
    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.session import Session

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

    def take(self, item_id: int, following: Sequence[int] = ()) -> Item | None:
        """Everything about a photo, None where it is not in the project; read now if it is not here yet.

        `following` are read along with it then: whoever steps faster than these are read in a thread pays
        for one question to the database in several steps.
        """
        known = self._items.pop(item_id, None)
        project = self._session.project
        if known is not None or project is None or item_id < 0:
            return known
        self._items = project.items([item_id, *following])
        return self._items.pop(item_id, None)  # it may have left the project a moment ago

    def answers(self, item_id: int) -> Mapping[str, Answer]:
        """What a person said of a photo; nothing where that is not here yet."""
        known = self._items.get(item_id)
        return known.answers if known is not None else {}

    def want(self, item_ids: Sequence[int], ready: Callable[[], None]) -> None:
        """Reads these in a thread; what was wanted before and is not any more is dropped.

        `ready` is called when they are here, unless something was written meanwhile.
        """
        project = self._session.project
        self._items = {item_id: self._items[item_id] for item_id in item_ids if item_id in self._items}
        missing = [item_id for item_id in item_ids if item_id not in self._items]

        def done(found: dict[int, Item]) -> None:
            self._items.update(found)
            ready()

        if project is not None and missing:
            self._session.bridge.submit(
                lambda: project.items(missing), done, self._session.report, lane=_LANE
            )
        elif not missing:
            ready()

    def forget(self) -> None:
        """Something is different now."""
        self._session.bridge.forget(_LANE)
        self._items.clear()

    def _on_change(self, _changes: object) -> None:
        self.forget()
