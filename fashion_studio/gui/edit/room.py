"""The edit room put together: stack and region, the photo before and after, the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from fashion_studio.domain.edits import RegionKind
from fashion_studio.gui.components.base import row
from fashion_studio.gui.edit.bulk_edits import BulkDialog
from fashion_studio.gui.edit.compare_canvas import PaintTool
from fashion_studio.gui.edit.compare_stage import CompareStage
from fashion_studio.gui.edit.edit_desk import EditDesk
from fashion_studio.gui.edit.folded_side import VALUES, FoldedSide
from fashion_studio.gui.edit.grid_director import GridDirector
from fashion_studio.gui.edit.painting_hand import PaintingHand
from fashion_studio.gui.edit.presenter import EditPresenter
from fashion_studio.gui.edit.result_director import ResultDirector
from fashion_studio.gui.edit.saving import EditSaving
from fashion_studio.gui.edit.side_panels import StackPanel, ValuesPanel
from fashion_studio.gui.edit.stack_keeper import StackKeeper
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.edit.bulk_edits import BulkEdits
    from fashion_studio.gui.session import Session

__all__ = ["EditRoom"]

_FOLDED_BELOW_PX = 836
"""Both sides and 320 px for the photo, at 100 % text."""


class EditRoom(QWidget):
    """Everything of the room but its keys; made when it is first shown.

    `train_asked`: there is no generator, and the person wants to train one.
    """

    train_asked = Signal()

    def __init__(
        self, session: Session, commands: Commands, bulk: BulkEdits, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self.bulk = session, commands, bulk
        self.keeper, self.desk = StackKeeper(session, self), EditDesk(session, self)
        self.left, self.stage, self.right = (
            StackPanel(commands),
            CompareStage(commands),
            ValuesPanel(commands),
        )
        self.grid = GridDirector(session, self.keeper, self.desk, self.right, self)
        self.result = ResultDirector(session, self.keeper, self.desk, self.stage, self)
        self.presenter = EditPresenter(
            session, self.keeper, self.desk, self.left, self.stage, self.grid, self.result, self
        )
        self.hand = PaintingHand(self.stage.canvas, self.left.masking, self.presenter, self)
        self.saving = EditSaving(session, self.keeper, self)
        layout = row(self.left, self.stage, self.right, gap=0)
        layout.setStretch(1, 1)
        self._line = layout
        self.setLayout(layout)
        self.folded = FoldedSide(commands, self.left, self.right)
        self.folded.setParent(self)
        self._narrow = False
        self._connect()
        self.set_narrow(narrow=False)
        self.presenter.open_project()

    def _connect(self) -> None:
        keeper, stack, masking = self.keeper, self.left.stack, self.left.masking
        stack.picked.connect(keeper.pick)
        stack.toggled.connect(keeper.toggle)
        stack.moved.connect(keeper.move)
        stack.strength_moved.connect(keeper.slide_strength)
        masking.threshold_moved.connect(keeper.slide_threshold)
        masking.outline_toggled.connect(lambda _on: self.presenter.show_outline())
        self.hand.refused.connect(self.stage.warn)
        self.right.acted.connect(self.train_asked)
        self.presenter.enabled_changed.connect(self._enable)
        self._session.project_changed.connect(self.presenter.open_project)

    def set_narrow(self, *, narrow: bool) -> None:
        """Under 1200 px: slimmer sides, a shorter bar."""
        self._narrow = narrow
        self.right.set_narrow(narrow=narrow)
        self.stage.set_narrow(narrow=narrow)
        self._share_out()

    @property
    def is_folded(self) -> bool:
        """Whether there is no room for both sides beside the photo."""
        return self._line.indexOf(self.folded) >= 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where large text would leave the photo no room, the sides lie behind each other."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        fold = self.parentWidget() is not None and self.width() < current_theme().px(_FOLDED_BELOW_PX)
        focus, turned = QApplication.focusWidget(), fold != self.is_folded
        if fold:
            self.folded.fold(self._line)
        else:
            if self.is_folded:
                self.folded.unfold(self._line)
            self.left.set_narrow(narrow=self._narrow)
            self.right.set_narrow(narrow=self._narrow)
        if turned and focus is not None and QApplication.focusWidget() is not focus:
            self.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)  # a side that is moved loses it

    def turn_page(self) -> None:
        """Edits or values, where they lie behind each other."""
        if self.is_folded:
            self.folded.show_page(1 - self.folded.page)

    def close_photos(self) -> None:
        """Keeps what is unsaved and ends the threads; before the window closes."""
        self.presenter.close()

    def _enable(self) -> None:
        """Which acts make sense now."""
        project, keeper = self._session.project, self.keeper
        can, step = self.presenter.can_edit, keeper.step is not None
        done = can and bool(keeper.stack.active) and self.presenter.last is not None
        writable = project is not None and not project.read_only
        wanted = {
            "new": can and bool(keeper.stack.steps) and step,
            "delete": step,
            "toggle": step,
            "up": step and keeper.current + 1 < len(keeper.stack.steps),
            "down": step and keeper.current > 0,
            "clear": bool(keeper.stack.steps),
            "save": done and writable,
            "export": done,
            "bulk": self.desk.facts is not None and writable and bool(keeper.stack.active),
            "cam": done,
        }
        for name in ("brush", "eraser", *(f"region_{kind.value}" for kind in RegionKind)):
            wanted[name] = can
        for name, on in wanted.items():
            self._commands.get(f"edit.{name}").action.setEnabled(on)
        self.right.grid.set_usable(usable=can)

    # --- acts by key

    def next_photo(self) -> None:
        """Through the pass."""
        self._session.next()

    def previous_photo(self) -> None:
        """Back through the pass."""
        self._session.previous()

    def new_edit(self) -> None:
        """The next value becomes an edit of its own."""
        self.keeper.pick(-1)
        self.folded.show_page(VALUES)

    def next_attribute(self) -> None:
        """Another attribute's values."""
        self.folded.show_page(VALUES)
        self.grid.next_attribute()

    def delete(self) -> None:
        """Takes the open edit out."""
        self.keeper.delete(self.keeper.current)

    def toggle(self) -> None:
        """Switches the open edit off or on."""
        self.keeper.toggle(self.keeper.current)

    def clear(self) -> None:
        """Takes every edit out."""
        self.keeper.clear()

    def reorder(self, step: int) -> None:
        """The open edit is done later (1) or earlier (-1)."""
        self.keeper.move(self.keeper.current, self.keeper.current + step)

    def pick(self, step: int) -> None:
        """Opens the edit above (1) or below (-1)."""
        self.keeper.pick(min(max(self.keeper.current + step, 0), len(self.keeper.stack.steps) - 1))

    def set_region(self, kind: RegionKind) -> None:
        """Where the open edit acts."""
        self.keeper.set_region(kind)

    def take_tool(self, tool: PaintTool) -> None:
        """Brush or eraser."""
        self.hand.take(tool)
        self.stage.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Lays the tool down; else closes the heat map."""
        if self.stage.canvas.tool is not PaintTool.NONE:
            self.hand.lay_down()
        elif self.result.cam:
            self.result.toggle_cam()

    def step_value(self, by: int) -> None:
        """The value after or before the one of the open edit."""
        self.right.grid.step(by)

    def resize_brush(self, step: int) -> None:
        """Larger or smaller."""
        self.left.masking.resize_brush(step)

    def harden_brush(self, step: int) -> None:
        """Harder or softer."""
        self.left.masking.harden_brush(step)

    def step_threshold(self, step: int) -> None:
        """A twentieth up or down."""
        now = self.keeper.step
        if now is not None:
            self.keeper.slide_threshold(min(max(now.threshold + 0.05 * step, 0.0), 1.0))

    def step_strength(self, step: int) -> None:
        """A tenth more or less."""
        now = self.keeper.step
        if now is not None:
            self.keeper.slide_strength(min(max(now.strength + 0.1 * step, 0.0), 1.0))

    def edit_filter(self) -> None:
        """Asks which photos the stack is to be done to, and starts the job."""
        self.keeper.flush()
        stack = self.keeper.stack
        dialog = BulkDialog(self._session, stack, self.window())
        if dialog.exec() == BulkDialog.DialogCode.Accepted:
            self.bulk.start(dialog.question, stack)
        dialog.deleteLater()
