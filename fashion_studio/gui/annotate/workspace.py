"""The annotate workspace: assembles column, stage and inspector, and keeps them on the session's photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from fashion_studio.gui.annotate.acts import AnnotateActs
from fashion_studio.gui.annotate.inspector import ATTRIBUTES, NOTES, Inspector
from fashion_studio.gui.annotate.keys import add_commands, note_vocabulary, value_place
from fashion_studio.gui.annotate.neighbours import NeighboursColumn
from fashion_studio.gui.annotate.overlay_director import OverlayDirector
from fashion_studio.gui.annotate.presenter import PhotoPresenter
from fashion_studio.gui.annotate.reading_desk import ReadingDesk
from fashion_studio.gui.annotate.stage import Stage
from fashion_studio.gui.annotate.teach_bar import TeachBar, add_teach_commands
from fashion_studio.gui.annotate.teach_desk import TeachDesk

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session

__all__ = ["AnnotateWorkspace"]

_SPACE: Final = QKeySequence(Qt.Key.Key_Space)


class AnnotateWorkspace(QWidget):
    """Neighbours, canvas, inspector, for the session's current photo.

    Signals:
        grid_asked: back to the library.
    """

    grid_asked = Signal()

    def __init__(self, session: Session, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._commands = commands
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.column = NeighboursColumn(session, self)
        self.stage = Stage(self)
        self.inspector = Inspector(self)
        self.desk = ReadingDesk(session, self)
        self.teaching = TeachDesk(session, self)
        add_teach_commands(self.teaching, commands, self)
        self.teach_bar = TeachBar(self.teaching, commands)
        self.inspector.show_above_foot(self.teach_bar)
        self.acts = AnnotateActs(session, self.desk, self)
        self.overlays = OverlayDirector(session, self.stage, self.desk, self)
        self.presenter = PhotoPresenter(
            session, self.column, self.stage, self.inspector, self.desk, self.overlays, self
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.column)
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.inspector)
        self._connect_panes()
        add_commands(self, commands)
        self._space_down = False
        self._space = _SpaceForButtons(self)
        self._space.watch(self)
        session.project_changed.connect(self._on_project)
        self._on_project()

    def _connect_panes(self) -> None:
        acts, inspector, canvas = self.acts, self.inspector, self.stage.canvas
        self.desk.read.connect(self.teaching.note)
        self.column.picked.connect(self.session.set_current)
        self.column.grid_asked.connect(self.grid_asked)
        self.stage.note.acted.connect(self.grid_asked)
        acts.pass_ended.connect(lambda: self.session.toast.emit("Every photo of this pass is done.", False))
        inspector.status_picked.connect(acts.set_status)
        inspector.split_picked.connect(acts.set_split)
        inspector.flag_toggled.connect(acts.set_flag)
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
        self.teach_bar.set_narrow(narrow)
        self.presenter.show_head()

    def close_photos(self) -> None:
        """Saves what is being typed and ends the threads; before the window closes."""
        self.inspector.notes.save_now()
        self.desk.store_now()
        self.teaching.keep_features()
        self.teaching.close()
        self.presenter.close()
        self.column.list.close_pictures()

    @property
    def item(self) -> Item | None:
        """The photo that is shown."""
        return self.presenter.item

    def _on_project(self) -> None:
        note_vocabulary(self._commands, self.session.vocabulary)
        self.presenter.open_project()

    # --- acts that need to know what is selected

    def done_and_next(self) -> None:
        """Marks the photo done and goes on."""
        self.inspector.notes.save_now()
        self.acts.done_and_next()

    def toggle_flag(self) -> None:
        """Flags the photo, or takes the flag away."""
        if self.item is not None:
            self.acts.set_flag(not self.item.row.flagged)

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
        elif self.item is not None and self.item.box is not None:
            self.acts.set_box(None)

    def take_selected_mark(self) -> None:
        """Takes the model's place for the selected landmark."""
        mark = self.stage.canvas.selected_mark
        if mark is not None:
            self.acts.take_landmarks([mark.name])

    def take_box(self) -> None:
        """Makes the model's box the person's."""
        prediction = self.presenter.prediction
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

    def event(self, event: QEvent) -> bool:
        """Takes Space before its command does: held with a drag it pans, and only its release is "done"."""
        if event.type() is QEvent.Type.ShortcutOverride and self._is_space(event):  # type: ignore[arg-type]
            event.accept()
            return True
        if event.type() is QEvent.Type.WindowDeactivate:
            self.stage.canvas.let_go_of_hand()
            self._space_down = False
        return super().event(event)

    def _is_space(self, event: QKeyEvent) -> bool:
        bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        action = self._commands.get("annotate.done_next").action
        return bare and event.key() == Qt.Key.Key_Space and _SPACE in action.shortcuts()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space without a drag: done, next."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not self._space_down:
            super().keyReleaseEvent(event)
            return
        self._space_down = False
        if not self.stage.canvas.let_go_of_hand():
            self._commands.run("annotate.done_next")

    def showEvent(self, event: QShowEvent) -> None:
        """The keys work at once."""
        super().showEvent(event)
        self.presenter.catch_up()
        self.presenter.flow.look_around()
        self.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters of the vocabulary open attributes, digits set values of the open one."""
        if self._is_space(event):
            if not event.isAutoRepeat():
                self._space_down = True
                self.stage.canvas.hold_hand()
            return
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
