"""The edit workspace as the window mounts it: its keys from the start, the rest when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.base import column
from fashion_studio.gui.components.feedback import Banner
from fashion_studio.gui.edit.bulk_edits import BulkEdits
from fashion_studio.gui.edit.compare_surface import PaintTool
from fashion_studio.gui.edit.wording import REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from fashion_studio.domain.edits import RegionKind
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.edit.room import EditRoom
    from fashion_studio.gui.session import Session

    Act = Callable[[EditRoom], object]

__all__ = ["EditWorkspace"]

_STACK, _WHERE, _LOOK = "Edit", "Edit: region and mask", "Edit: look and save"


class EditWorkspace(QWidget):
    """Mounts the room. `train_asked`: the person wants to train a generator."""

    train_asked = Signal()

    def __init__(
        self,
        session: Session,
        commands: Commands,
        engine_choice: Callable[[], tuple[Path | None, str]],
        parent: QWidget | None = None,
    ) -> None:
        """`engine_choice` gives the reading model (None: the shipped one) and the device for bulk edits."""
        super().__init__(parent)
        self.bulk = BulkEdits(session, engine_choice, self)
        self._session, self._commands = session, commands
        self._room: EditRoom | None = None
        self._narrow = False
        self.banner = Banner()
        self._layout = column(self.banner, gap=0)
        self.setLayout(self._layout)
        self._add_commands()

    @property
    def room(self) -> EditRoom:
        """The room, made at the first question."""
        if self._room is None:
            from fashion_studio.gui.edit.room import EditRoom  # noqa: PLC0415 - not at start

            self._room = EditRoom(self._session, self._commands, self.bulk)
            self._room.set_narrow(narrow=self._narrow)
            self._room.train_asked.connect(self.train_asked)
            self._layout.addWidget(self._room, 1)
        return self._room

    # --- keys

    def _add_commands(self) -> None:
        def add(name: str, title: str, group: str, key: str | tuple[str, ...], act: Act) -> None:
            self._commands.add(
                f"edit.{name}", title, lambda: act(self.room), widget=self, group=group, shortcut=key
            )

        for kind, title, key, _ in REGIONS:
            add(f"region_{kind.value}", f"Region: {title}", _WHERE, key, _region(kind))
        for entry in _stack_entries():
            add(entry[0], entry[1], _STACK, entry[2], entry[3])
        for entry in _mask_entries():
            add(entry[0], entry[1], _WHERE, entry[2], entry[3])
        for entry in _look_entries():
            add(entry[0], entry[1], _LOOK, entry[2], entry[3])
        note = self._commands.note
        note("edit.before", "Hold to see the photo as it was", group=_LOOK, key="\\")
        note("edit.split", "Move the line by 1 % (Shift 10)", group=_LOOK, key="Left")
        note("edit.hand", "Hold and drag to move the photo", group=_LOOK, key="Space")

    # --- the window's ways in

    def set_narrow(self, *, narrow: bool) -> None:
        """The window is under 1200 px wide."""
        self._narrow = narrow
        if self._room is not None:
            self._room.set_narrow(narrow=narrow)

    def close_photos(self) -> None:
        """Keeps what is unsaved and ends the threads; before the window closes."""
        if self._room is not None:
            self._room.close_photos()

    # --- Qt

    def showEvent(self, event: QShowEvent) -> None:
        """Makes the room, and follows the session's photo from now on."""
        super().showEvent(event)
        self.room.presenter.set_active(active=True)
        self.room.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keeps what is unsaved; nothing is asked any more."""
        super().hideEvent(event)
        if self._room is not None:
            self._room.presenter.set_active(active=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shows the photo as it was while its key is held."""
        if event.key() == Qt.Key.Key_Backslash:
            if not event.isAutoRepeat():
                self.room.stage.canvas.hold_before(held=True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """And the result again."""
        if event.key() == Qt.Key.Key_Backslash:
            if not event.isAutoRepeat():
                self.room.stage.canvas.hold_before(held=False)
        else:
            super().keyReleaseEvent(event)


def _region(kind: RegionKind) -> Act:
    return lambda room: room.set_region(kind)


def _stack_entries() -> tuple[tuple[str, str, str | tuple[str, ...], Act], ...]:
    return (
        ("new", "New edit: the next value is added", "N", lambda room: room.new_edit()),
        ("next_value", "Next value", (".", ">"), lambda room: room.step_value(1)),
        ("previous_value", "Value before", (",", "<"), lambda room: room.step_value(-1)),
        ("tab", "Color, sleeve, pattern", "T", lambda room: room.next_attribute()),
        ("above", "Open the edit above", "Up", lambda room: room.pick(1)),
        ("below", "Open the edit below", "Down", lambda room: room.pick(-1)),
        ("up", "Move the edit up", "Ctrl+Up", lambda room: room.reorder(1)),
        ("down", "Move the edit down", "Ctrl+Down", lambda room: room.reorder(-1)),
        ("toggle", "Switch the edit off or on", "X", lambda room: room.toggle()),
        ("delete", "Delete the edit", ("Del", "Backspace"), lambda room: room.delete()),
        ("clear", "Delete every edit of the photo", "Shift+Del", lambda room: room.clear()),
        ("stronger", "Stronger", "+", lambda room: room.step_strength(1)),
        ("weaker", "Weaker", "-", lambda room: room.step_strength(-1)),
        ("next_photo", "Next photo", "PgDown", lambda room: room.next_photo()),
        ("previous_photo", "Previous photo", "PgUp", lambda room: room.previous_photo()),
    )


def _mask_entries() -> tuple[tuple[str, str, str | tuple[str, ...], Act], ...]:
    return (
        ("brush", "Brush: adds to the region", "B", lambda room: room.take_tool(PaintTool.BRUSH)),
        ("eraser", "Eraser: takes from the region", "E", lambda room: room.take_tool(PaintTool.ERASER)),
        ("larger", "Larger brush", "]", lambda room: room.resize_brush(1)),
        ("smaller", "Smaller brush", "[", lambda room: room.resize_brush(-1)),
        ("harder", "Harder brush", ("Shift+]", "}"), lambda room: room.harden_brush(1)),
        ("softer", "Softer brush", ("Shift+[", "{"), lambda room: room.harden_brush(-1)),
        ("snap", "Snap the brush to edges", "G", lambda room: room.left.masking.snap.toggle()),
        ("outline", "Show the mask's outline", "M", lambda room: room.left.masking.outline.toggle()),
        ("threshold_up", "Higher threshold: a smaller mask", "Shift+Up", lambda r: r.step_threshold(1)),
        ("threshold_down", "Lower threshold: a larger mask", "Shift+Down", lambda r: r.step_threshold(-1)),
        ("leave", "Lay brush or eraser down", "Escape", lambda room: room.leave()),
    )


def _look_entries() -> tuple[tuple[str, str, str | tuple[str, ...], Act], ...]:
    return (
        ("page", "Edits or values, where there is room for one", "P", lambda room: room.turn_page()),
        ("showing", "Slider, side by side, result", "S", lambda room: room.stage.next_showing()),
        ("fit", "Fit the photo", "F", lambda room: room.stage.canvas.fit()),
        ("pixels", "One pixel on one pixel", "Z", lambda room: room.stage.canvas.zoom_one_to_one()),
        ("zoom_in", "Closer", "Ctrl++", lambda room: room.stage.canvas.zoom_by(1)),
        ("zoom_out", "Farther", "Ctrl+-", lambda room: room.stage.canvas.zoom_by(-1)),
        ("cam", "Where the reader looks on the result", "C", lambda room: room.result.toggle_cam()),
        ("save", "Save as a new photo of the project", "Ctrl+S", lambda room: room.saving.save_as_new()),
        ("export", "Export the result as a file", "Ctrl+Shift+S", lambda room: room.saving.export()),
        ("bulk", "Edit a whole filter", "Ctrl+B", lambda room: room.edit_filter()),
    )
