"""The train workspace as the window mounts it: its keys from the start, the rest when it is first shown."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.base import column
from fashion_studio.gui.train.run_keeper import RunKeeper
from fashion_studio.gui.train.run_shelf import RunShelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QShowEvent

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.train.model_switch import ModelSwitch
    from fashion_studio.gui.train.room import TrainRoom

__all__ = ["TrainWorkspace"]


class TrainWorkspace(QWidget):
    """Runs are followed from the start; the plots, which take a while to load, come with the first look."""

    def __init__(
        self, session: Session, commands: Commands, models: ModelSwitch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._models = session, commands, models
        self._room: TrainRoom | None = None
        self._narrow = False
        self.keeper = RunKeeper(session, self)
        self.shelf = RunShelf(session, commands, self.keeper, models, self)
        self.keeper.made.connect(lambda entry: models.use(entry.bundle))
        models.changed.connect(self.keeper.look)
        self._layout = column(gap=0)
        self.setLayout(self._layout)
        self._add_commands()

    @property
    def room(self) -> TrainRoom:
        """The room, made at the first question."""
        if self._room is None:
            from fashion_studio.gui.train.room import TrainRoom  # noqa: PLC0415 - pyqtgraph takes a while

            self._room = TrainRoom(self._session, self._commands, self.keeper, self._models)
            self._room.set_narrow(narrow=self._narrow)
            self._layout.addWidget(self._room)
        return self._room

    def _add_commands(self) -> None:
        def add(name: str, title: str, run: Callable[[], object], key: str = "") -> None:
            command = self._commands.add(
                f"train.{name}", title, run, widget=self, group="Train", shortcut=key
            )
            command.action.setEnabled(False)

        def act(name: str) -> Callable[[], object]:
            return lambda: methodcaller(name)(self.room)

        add("new", "New training", act("show_new"), "N")
        add("start", "Start the new training", act("start"), "Ctrl+Return")
        add("pause", "Pause, go on, or start the run", act("toggle_pause"), "P")
        add("cancel", "Cancel the run, keep its checkpoint", act("cancel_run"), "X")
        add("use", "Use the run's model", act("use_model"), "U")
        add("roll_back", "Go back to the model before", self._models.roll_back, "Shift+U")
        add("rename", "Rename the run", lambda: self.shelf.ask_name(self.window()), "F2")
        add("remove", "Remove the run", self.shelf.remove, "Delete")
        add("bring_back", "Bring the removed run back", self.shelf.bring_back, "Shift+Delete")
        add("earlier_sheet", "The earlier sample sheet", lambda: self.room.page.sheet.go(-1), ",")
        add("later_sheet", "The later sample sheet", lambda: self.room.page.sheet.go(1), ".")
        add("compare", "Compare two runs", act("show_compare"), "C")
        add("take_in", "Take in a run trained elsewhere", act("take_in"), "I")
        add("onnx", "Export the model as ONNX", act("export_onnx"), "O")
        add("close", "Back to the run", act("close_page"), "Escape")
        add("tab", "Examples, per class, log, recipe", act("next_tab"), "T")
        self._commands.get("train.tab").action.setEnabled(True)
        self._commands.note("train.arrows", "The run above or below", group="Train", key="Up")

    def set_narrow(self, *, narrow: bool) -> None:
        """The window is under 1200 px wide."""
        self._narrow = narrow
        if self._room is not None:
            self._room.set_narrow(narrow=narrow)

    def showEvent(self, event: QShowEvent) -> None:
        """Makes the room, and looks at the runs more often."""
        super().showEvent(event)
        self.room.runs.setFocus()
        self.keeper.set_visible(visible=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Looks at them more seldom."""
        super().hideEvent(event)
        self.keeper.set_visible(visible=False)
