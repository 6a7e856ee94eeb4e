"""Keeps column, stage and inspector on the session's photo, through every change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.gui.annotate.attribute_state import category_of, open_attributes, row_states
from fashion_studio.gui.annotate.inspector import HISTORY
from fashion_studio.gui.annotate.items_ahead import ItemsAhead
from fashion_studio.gui.annotate.photo_flow import PhotoFlow, around
from fashion_studio.gui.canvas.marks import merged_marks

if TYPE_CHECKING:
    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.domain.queries import Changes, HistoryEntry, Item
    from fashion_studio.gui.annotate.inspector import Inspector
    from fashion_studio.gui.annotate.neighbours import NeighboursColumn
    from fashion_studio.gui.annotate.overlay_director import OverlayDirector
    from fashion_studio.gui.annotate.reading_desk import ReadingDesk
    from fashion_studio.gui.annotate.stage import Stage
    from fashion_studio.gui.session import Session

__all__ = ["PhotoPresenter"]


_REST_MS: Final = 60
_READ_ALONG: Final = 3


class PhotoPresenter(QObject):
    """Shows the current photo. It only reads; `AnnotateActs` writes.

    Signals:
        photo_painted: id of a photo whose pixels were given to the canvas; for measuring.
    """

    photo_painted = Signal(int)

    def __init__(  # noqa: PLR0917 - it stands between all of them
        self,
        session: Session,
        column: NeighboursColumn,
        stage: Stage,
        inspector: Inspector,
        desk: ReadingDesk,
        overlays: OverlayDirector,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.column, self.stage, self.inspector = session, column, stage, inspector
        self.desk, self.overlays = desk, overlays
        self.flow = PhotoFlow(session, stage.canvas, self)
        self._ahead = ItemsAhead(session, self)  # before whatever reads items when something changes
        self._item: Item | None = None
        self._painted: tuple[int, bool] = (-1, False)
        self._next = QTimer(self)  # whoever steps faster gains more from a processor left alone
        self._next.setSingleShot(True)
        self._next.setInterval(_REST_MS)
        self._next.timeout.connect(self._prepare_next)
        self._unseen = QTimer(self)  # what another workspace shows is painted first
        self._unseen.setSingleShot(True)
        self._unseen.setInterval(0)
        self._unseen.timeout.connect(self._show_current)
        self._history = QTimer(self)
        self._history.setSingleShot(True)
        self._history.setInterval(120)
        self._history.timeout.connect(self._ask_history)
        session.queue_changed.connect(self._on_queue)
        session.current_changed.connect(lambda _item_id: self._on_current())
        session.changed.connect(self._on_change)
        session.engine_state_changed.connect(lambda _state: self._on_engine())
        desk.read.connect(self._on_read)
        desk.arrived.connect(self._on_reading)
        desk.refused.connect(self._on_reading)
        self.flow.arrived.connect(self._show_pixels)
        self.flow.failed.connect(self._on_pixels_failed)
        inspector.tab_shown.connect(lambda tab: self._ask_history() if tab == HISTORY else None)

    def close(self) -> None:
        """Nothing more is asked or shown."""
        self._next.stop()
        self._unseen.stop()
        self._history.stop()
        self.session.bridge.forget("annotate.history")
        self.desk.drop()
        self.flow.close()

    @property
    def item(self) -> Item | None:
        """The photo that is shown."""
        self.catch_up()
        return self._item

    @property
    def prediction(self) -> Prediction | None:
        """What the model says of it."""
        item = self.item
        return None if item is None else self._said(item)[0]

    def catch_up(self) -> None:
        """Shows what was put off while nobody looked."""
        if self._unseen.isActive():
            self._show_current()

    # --- following the session

    def open_project(self) -> None:
        """Another project, or none."""
        self.desk.drop()
        self.flow.open_project()
        self.column.list.open_project()
        self.stage.canvas.set_editable(
            self.session.project is not None and not self.session.project.read_only
        )
        self._show_current()

    def _on_queue(self) -> None:
        self.column.reset()
        if self._item is None:
            self._show_current()
        else:
            self.show_head()

    def _on_change(self, changes: Changes) -> None:
        self.column.list.forget_rows(changes)
        if self._item is None:
            if changes.items_added:
                self._show_current()
        elif self._item.row.id in changes.item_ids:
            self._reload()

    def _on_engine(self) -> None:
        if not self.desk.is_away:
            self.desk.ask_again()
        self._show_labels()

    def _on_reading(self, item_id: int) -> None:
        if self._item is not None and self._item.row.id == item_id:
            self._show_labels()

    def _on_read(self, item_id: int, reading: Reading) -> None:
        photo = self.flow.photo(item_id)
        if photo is not None and item_id != self.session.current:
            self.overlays.read_ahead(item_id, reading, photo, self._ahead.answers(item_id))

    def _on_current(self) -> None:
        if self.stage.isVisible() or not self.stage.window().isVisible():
            self._show_current()
        else:
            self.flow.expect(self.session.current)
            self._unseen.start()

    def _show_current(self) -> None:
        """Another photo: everything follows at once; what is not here yet comes by itself."""
        self._unseen.stop()
        item_id = self.session.current
        place = self.session.position(item_id)
        self._item = self._ahead.take(item_id, self.flow.on_the_way(place, _READ_ALONG))
        self._painted = (-1, False)
        self.column.show_current()
        self.stage.canvas.select_mark(None)
        item = self._item
        if item is None:
            self.flow.show(None, -1)
            self.desk.look_at(None, ())
            self._show_nothing()
        else:
            self._show_photo(item_id)
            self.flow.show(item.row, place)
            if self._painted[0] != item_id:  # it may have come just before the flow knew whom to tell
                self._show_photo(item_id)
            self.desk.look_at(item, around(self.session.queue, place, 3, 1))
            self._history.start()
            self._next.start()
        self.show_head()
        self._show_labels()

    def _prepare_next(self) -> None:
        """Labels of the photos likely shown next, and what lies over them where they are read already."""
        following = self.flow.likely_next()

        def lay_over() -> None:
            for item_id in following:
                if (reading := self.desk.reading_ahead(item_id)) is not None:
                    self._on_read(item_id, reading)

        self._ahead.want(following, lay_over)

    def _reload(self) -> None:
        """The same photo, after a write."""
        before = self._item
        self._item = self._ahead.take(self.session.current)
        if before is not None and self._item is not None and before.path != self._item.path:
            self.flow.forget([self._item.row.id])
            self.flow.show(self._item.row, self.session.position(self._item.row.id))
        self.show_head()
        self._show_labels()
        self._history.start()

    # --- showing

    def _show_nothing(self) -> None:
        project = self.session.project
        if project is None:
            self.stage.show_note("image", "No project is open", "Open a folder of photos to begin.")
        elif project.count == 0:
            self.stage.show_note("image", "No photo yet", "Photos appear here as they are found.")
        else:
            self.stage.show_note(
                "image",
                "No photo in this pass",
                "Choose photos in the library to go through them.",
                "Library",
            )

    def _show_pixels(self, item_id: int) -> None:
        """The photo's pixels came after its labels, or came better: what lies over them is laid anew."""
        if self._show_photo(item_id):
            self.overlays.refresh()

    def _show_photo(self, item_id: int) -> bool:
        """Gives the canvas what there is of the photo; true when it is another picture now."""
        item = self._item
        if item is None or item.row.id != item_id:
            return False
        reason = item.row.failure or ("the file is not where it was" if item.row.missing else "")
        if reason:
            self._on_pixels_failed(item_id, reason)
            return False
        photo = self.flow.photo(item_id)
        if photo is None:
            failure = self.flow.failure(item_id)
            if failure:
                self._on_pixels_failed(item_id, failure)
            elif self._painted[0] != item_id:
                self.stage.show_waiting()
            return False
        if self._painted == (item_id, photo.is_full):
            return False
        if self._painted[0] == item_id:
            self.stage.canvas.refine_photo(photo)
        else:
            self.stage.show_photo(photo)
        self._painted = (item_id, photo.is_full)
        self.photo_painted.emit(item_id)
        return True

    def _on_pixels_failed(self, item_id: int, reason: str) -> None:
        if self._item is not None and self._item.row.id == item_id:
            sentence = reason[:1].upper() + reason[1:]
            self.stage.show_note("triangle-alert", "This photo cannot be shown", f"{sentence}.")

    def show_head(self) -> None:
        """Name, place, status and flag."""
        item = self._item
        place = self.session.position(self.session.current)
        count = int(self.session.queue.size)
        self.inspector.show_row(item.row if item is not None else None, f"{place + 1:,} of {count:,}")

    def _said(self, item: Item) -> tuple[Prediction | None, Reading | None]:
        reading = self.desk.reading(item)
        return (reading.prediction, reading) if reading is not None else (item.prediction, None)

    def _show_labels(self) -> None:
        """Inspector, landmarks, box, heat map, from the photo and what the model says of it."""
        item, vocabulary = self._item, self.session.vocabulary
        pane = self.inspector.attributes
        if item is None or vocabulary is None:
            pane.show_rows(())
            self.inspector.landmarks.show_marks((), frozenset())
            self.inspector.history.show_entries(())
            self.inspector.notes.show_note(-1, "")
            self.inspector.show_counts(0, 0, 0, 0)
            self.inspector.show_open_count(0)
            self.stage.canvas.set_marks((), ())
            self.stage.canvas.set_box(None, by_person=False)
            self.overlays.show(-1, None, ())
            return
        prediction, reading = self._said(item)
        away = self.desk.is_away
        rows = row_states(vocabulary, item.answers, None if away else prediction)
        waiting = prediction is None and not self.desk.reason(item.row.id)
        pane.show_rows(rows, engine_away=away, waiting=waiting)
        if pane.open_row is None:
            self._open_first(unanswered=True)
        self._show_geometry(item, prediction)
        answered = sum(row.answer is not None for row in rows)
        placed = sum(mark.is_drawn for mark in self.stage.canvas.marks)
        self.inspector.show_counts(answered, len(rows), placed, int(bool(item.note)))
        self.inspector.show_open_count(len(open_attributes(rows)))
        self.inspector.notes.show_note(item.row.id, item.note)
        self.overlays.show(item.row.id, None if away else reading, rows)

    def _open_first(self, *, unanswered: bool) -> None:
        pane = self.inspector.attributes
        pane.open_next(1, unanswered=unanswered)
        if pane.open_row is None and pane.rows:
            pane.open_attribute(pane.rows[0].name)

    def _show_geometry(self, item: Item, prediction: Prediction | None) -> None:
        vocabulary, canvas = self.session.vocabulary, self.stage.canvas
        if vocabulary is None:
            return
        proposed = prediction.landmarks if prediction is not None else ()
        category = category_of(item.answers, prediction)
        marks = merged_marks(vocabulary, category, item.landmarks, proposed)
        canvas.set_marks(marks, vocabulary.skeleton)
        self.inspector.landmarks.show_marks(marks, frozenset(mark.name for mark in proposed))
        self.inspector.show_takeable(sum(mark.is_set and not mark.by_person for mark in marks))
        self.inspector.swap.setEnabled(bool(item.landmarks))
        box = item.box
        if box is None and prediction is not None:
            box = prediction.box
        canvas.set_box(box, by_person=item.box is not None)

    def _ask_history(self) -> None:
        project, item = self.session.project, self._item
        if project is None or item is None:
            return
        item_id = item.row.id

        def done(entries: list[HistoryEntry]) -> None:
            if self._item is not None and self._item.row.id == item_id:
                self.inspector.history.show_entries(entries)
                self.inspector.tabs.set_count(HISTORY, str(len(entries)) if entries else "")

        self.session.bridge.submit(
            lambda: project.history(item_id), done, self.session.report, lane="annotate.history"
        )
