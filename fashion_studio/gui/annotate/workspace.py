"""The annotate workspace: assembles column, stage and inspector, and keeps them on the session's photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from fashion_studio.domain.errors import UserError
from fashion_studio.gui.annotate.acts import AnnotateActs
from fashion_studio.gui.annotate.attribute_state import category_of, open_attributes, row_states
from fashion_studio.gui.annotate.inspector import ATTRIBUTES, HISTORY, NOTES, Inspector
from fashion_studio.gui.annotate.keys import add_commands, note_vocabulary, value_place
from fashion_studio.gui.annotate.neighbours import NeighboursColumn
from fashion_studio.gui.annotate.overlay_director import OverlayDirector
from fashion_studio.gui.annotate.photo_flow import PhotoFlow, around
from fashion_studio.gui.annotate.reading_desk import ReadingDesk
from fashion_studio.gui.annotate.stage import Stage
from fashion_studio.gui.canvas.marks import merged_marks

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.domain.queries import Changes, HistoryEntry, Item
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session

__all__ = ["AnnotateWorkspace"]


class AnnotateWorkspace(QWidget):
    """Neighbours, canvas, inspector, for the session's current photo.

    Signals:
        grid_asked: back to the library.
        photo_painted: id of a photo whose pixels were given to the canvas; for measuring.
    """

    grid_asked = Signal()
    photo_painted = Signal(int)

    def __init__(self, session: Session, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._commands = commands
        self._item: Item | None = None
        self._painted: tuple[int, bool] = (-1, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.column = NeighboursColumn(session, self)
        self.stage = Stage(self)
        self.inspector = Inspector(self)
        self.desk = ReadingDesk(session, self)
        self.acts = AnnotateActs(session, self.desk, self)
        self.overlays = OverlayDirector(session, self.stage, self.desk, self)
        self.flow = PhotoFlow(session, self.stage.canvas, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.column)
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.inspector)
        self._history = QTimer(self)
        self._history.setSingleShot(True)
        self._history.setInterval(120)
        self._history.timeout.connect(self._ask_history)
        self._connect_session()
        self._connect_panes()
        add_commands(self, commands)
        self._space = _SpaceForButtons(self)
        self._space.watch(self)
        self._on_project()

    def _connect_session(self) -> None:
        session = self.session
        session.project_changed.connect(self._on_project)
        session.queue_changed.connect(self._on_queue)
        session.current_changed.connect(lambda _item_id: self._show_current())
        session.changed.connect(self._on_change)
        session.engine_state_changed.connect(lambda _state: self._on_engine())
        self.desk.arrived.connect(self._on_reading)
        self.desk.refused.connect(self._on_reading)
        self.flow.arrived.connect(self._show_pixels)
        self.flow.failed.connect(self._on_pixels_failed)

    def _connect_panes(self) -> None:
        acts, inspector, canvas = self.acts, self.inspector, self.stage.canvas
        self.column.picked.connect(self.session.set_current)
        self.column.grid_asked.connect(self.grid_asked)
        inspector.status_picked.connect(acts.set_status)
        inspector.split_picked.connect(acts.set_split)
        inspector.flag_toggled.connect(acts.set_flag)
        inspector.tab_shown.connect(lambda tab: self._ask_history() if tab == HISTORY else None)
        inspector.accept.clicked.connect(lambda _checked=False: acts.accept())
        inspector.done.clicked.connect(lambda _checked=False: self.done_and_next())
        inspector.take_all.clicked.connect(lambda _checked=False: acts.take_landmarks())
        inspector.swap.clicked.connect(lambda _checked=False: acts.swap_left_right())
        inspector.attributes.answered.connect(acts.answer)
        inspector.attributes.value_hovered.connect(self.overlays.point_at)
        inspector.attributes.opened.connect(self.overlays.open_attribute)
        inspector.landmarks.picked.connect(self._pick_mark)
        inspector.landmarks.visibility_asked.connect(lambda _name: canvas.cycle_visibility())
        inspector.landmarks.take_asked.connect(lambda name: acts.take_landmarks([name]))
        inspector.landmarks.delete_asked.connect(acts.delete_landmark)
        inspector.history.back_asked.connect(acts.go_back_to)
        inspector.notes.written.connect(acts.set_note)
        canvas.landmark_edited.connect(acts.set_landmark)
        canvas.box_edited.connect(acts.set_box)
        canvas.mark_selected.connect(inspector.landmarks.show_selected)
        canvas.mark_selected.connect(self.overlays.select_mark)

    # --- the window's ways in

    def set_narrow(self, narrow: bool) -> None:
        """For a window narrower than 1200 px."""
        self.column.set_narrow(narrow)
        self.stage.set_narrow(narrow)
        self.inspector.set_narrow(narrow)
        self._show_head()

    def close_photos(self) -> None:
        """Saves what is being typed and ends the threads; before the window closes."""
        self.inspector.notes.save_now()
        self.flow.close()
        self.column.list.close_pictures()

    @property
    def item(self) -> Item | None:
        """The photo that is shown."""
        return self._item

    # --- following the session

    def _on_project(self) -> None:
        self.desk.drop()
        self.flow.open_project()
        self.column.list.open_project()
        note_vocabulary(self._commands, self.session.vocabulary)
        self.stage.canvas.set_editable(
            self.session.project is not None and not self.session.project.read_only
        )
        self._show_current()

    def _on_queue(self) -> None:
        self.column.reset()
        if self._item is None:
            self._show_current()
        else:
            self._show_head()

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

    def _load(self, item_id: int) -> Item | None:
        project = self.session.project
        if project is None or item_id < 0:
            return None
        try:
            return project.item(item_id)
        except UserError:  # it left the project a moment ago; the queue will follow
            return None

    def _show_current(self) -> None:
        """Another photo: everything follows at once; what is not here yet comes by itself."""
        item_id = self.session.current
        self._item = self._load(item_id)
        self._painted = (-1, False)
        place = self.session.position(item_id)
        self.column.show_current()
        self.stage.canvas.select_mark(None)
        item = self._item
        if item is None:
            self.flow.show(None, -1)
            self.desk.look_at(None, ())
            self._show_nothing()
        else:
            self._show_pixels(item_id)
            self.flow.show(item.row, place)
            self.desk.look_at(item, around(self.session.queue, place, 3, 1))
            self._history.start()
        self._show_head()
        self._show_labels()

    def _reload(self) -> None:
        """The same photo, after a write."""
        before = self._item
        self._item = self._load(self.session.current)
        if before is not None and self._item is not None and before.path != self._item.path:
            self.flow.forget([self._item.row.id])
            self.flow.show(self._item.row, self.session.position(self._item.row.id))
        self._show_head()
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
        item = self._item
        if item is None or item.row.id != item_id:
            return
        reason = item.row.failure or ("the file is not where it was" if item.row.missing else "")
        if reason:
            self._on_pixels_failed(item_id, reason)
            return
        photo = self.flow.photo(item_id)
        if photo is None:
            failure = self.flow.failure(item_id)
            if failure:
                self._on_pixels_failed(item_id, failure)
            elif self._painted[0] != item_id:
                self.stage.show_waiting()
            return
        if self._painted == (item_id, photo.is_full):
            return
        if self._painted[0] == item_id:
            self.stage.canvas.refine_photo(photo)
        else:
            self.stage.show_photo(photo)
            self.overlays.refresh()
        self._painted = (item_id, photo.is_full)
        self.photo_painted.emit(item_id)

    def _on_pixels_failed(self, item_id: int, reason: str) -> None:
        if self._item is not None and self._item.row.id == item_id:
            sentence = reason[:1].upper() + reason[1:]
            self.stage.show_note("triangle-alert", "This photo cannot be shown", f"{sentence}.")

    def _show_head(self) -> None:
        item = self._item
        place = self.session.position(self.session.current)
        count = int(self.session.queue.size)
        self.inspector.show_row(item.row if item is not None else None, f"{place + 1:,} of {count:,}")

    def _prediction(self, item: Item) -> tuple[Prediction | None, Reading | None]:
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
        prediction, reading = self._prediction(item)
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
        self.inspector.take_all.setEnabled(bool(proposed))
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

    # --- acts that need to know what is selected

    def done_and_next(self) -> None:
        """Marks the photo done and goes on."""
        self.inspector.notes.save_now()
        self.acts.done_and_next()

    def toggle_flag(self) -> None:
        """Flags the photo, or takes the flag away."""
        if self._item is not None:
            self.acts.set_flag(not self._item.row.flagged)

    def write_note(self) -> None:
        """Shows the notes and puts the cursor there."""
        self.inspector.show_tab(NOTES)
        self.inspector.notes.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_unanswered(self) -> None:
        """Opens the next attribute without an answer."""
        self.inspector.show_tab(ATTRIBUTES)
        self.inspector.attributes.open_next(1, unanswered=True)

    def move_cursor(self, step: int) -> None:
        """Through the values of the open attribute."""
        if self.inspector.tab == ATTRIBUTES:
            self.inspector.attributes.move_cursor(step)

    def delete_selected(self) -> None:
        """Takes the selected landmark away, or with the box tool the box."""
        mark = self.stage.canvas.selected_mark
        if mark is not None:
            if mark.by_person:
                self.acts.delete_landmark(mark.name)
        elif self._item is not None and self._item.box is not None:
            self.acts.set_box(None)

    def take_selected_mark(self) -> None:
        """Takes the model's place for the selected landmark."""
        mark = self.stage.canvas.selected_mark
        if mark is not None:
            self.acts.take_landmarks([mark.name])

    def take_box(self) -> None:
        """Makes the model's box the person's."""
        if self._item is not None:
            prediction, _ = self._prediction(self._item)
            if prediction is not None and prediction.box is not None:
                self.acts.set_box(prediction.box)

    def fit_or_pixels(self) -> None:
        """From fitted to 1:1, and back."""
        canvas = self.stage.canvas
        if canvas.frame.fitted:
            canvas.zoom_one_to_one()
        else:
            canvas.fit()

    def _pick_mark(self, name: str) -> None:
        canvas = self.stage.canvas
        canvas.select_mark(name)
        mark = canvas.selected_mark
        if mark is not None and mark.is_drawn:
            canvas.show_point(mark.x, mark.y)
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Qt

    def showEvent(self, event: QShowEvent) -> None:
        """The keys work at once."""
        super().showEvent(event)
        self.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters of the vocabulary open attributes, digits set values of the open one."""
        place = value_place(event)
        if place is not None:
            self.inspector.attributes.choose_place(place)
            return
        vocabulary, text = self.session.vocabulary, event.text().upper()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        attribute = None
        if vocabulary is not None and text and plain:
            attribute = next((a for a in vocabulary.attributes if a.key.upper() == text), None)
        if attribute is None:
            super().keyPressEvent(event)
            return
        self.inspector.show_tab(ATTRIBUTES)
        self.inspector.attributes.open_attribute(attribute.name)


class _SpaceForButtons(QObject):
    """Leaves Space and Enter to a button that the keyboard has gone to, before the workspace takes them."""

    def watch(self, workspace: QWidget) -> None:
        """Watches every button of the workspace."""
        for button in workspace.findChildren(QAbstractButton):
            button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claims the keys."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(watched, QAbstractButton):
            key = event.key()  # type: ignore[attr-defined]
            if key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                event.accept()
                return True
        return False
