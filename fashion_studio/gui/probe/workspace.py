"""The probe workspace as the window mounts it: its keys from the start, the rest when it is first shown."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.components.base import column
from fashion_studio.gui.probe.probe_keeper import ProbeKeeper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QHideEvent, QShowEvent

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.room import ProbeRoom
    from fashion_studio.gui.session import Session

__all__ = ["ProbeWorkspace"]


class ProbeWorkspace(QWidget):
    """Probes are followed from the start. `photo_asked` carries the id of a photo to be opened."""

    photo_asked = Signal(int)

    def __init__(
        self,
        session: Session,
        commands: Commands,
        choice: Callable[[], tuple[Path | None, str]],
        parent: QWidget | None = None,
    ) -> None:
        """`choice` gives the model in use (None: the shipped one) and the device."""
        super().__init__(parent)
        self._session, self._commands, self._choice = session, commands, choice
        self._room: ProbeRoom | None = None
        self._narrow = False
        self.keeper = ProbeKeeper(session, self)
        self._layout = column(gap=0)
        self.setLayout(self._layout)
        self._add_commands()

    @property
    def room(self) -> ProbeRoom:
        """The room, made at the first question."""
        if self._room is None:
            from fashion_studio.gui.probe.room import ProbeRoom  # noqa: PLC0415 - not at start

            self._room = ProbeRoom(self._session, self._commands, self.keeper, self._choice)
            self._room.photo_asked.connect(self.photo_asked)
            self._room.set_narrow(narrow=self._narrow)
            self._layout.addWidget(self._room)
        return self._room

    def _add_commands(self) -> None:
        def add(name: str, title: str, act: str, key: str) -> None:
            command = self._commands.add(
                f"probe.{name}",
                title,
                lambda: self._do(act),
                widget=self,
                group="Probe",
                shortcut=key,
            )
            command.action.setEnabled(False)

        add("new", "New probe", "show_new", "N")
        add("pause", "Pause the probe, or let it go on", "toggle_pause", "P")
        add("cancel", "Cancel the probe, keep what it found", "cancel", "X")
        add("heat", "Class activation maps", "toggle_heat", "H")
        add("backgrounds", "Variants, or other backgrounds", "toggle_backgrounds", "B")
        add("attribute", "Decisions on the next attribute", "next_attribute", "A")
        add("earlier", "The probe before this one", "next_probe", "E")
        add("cue", "Pictures decided by texture, shape, neither", "next_cue", "V")
        add("report", "Save the report with pictures and tables", "save_report", "R")
        add("csv", "Save the tables as CSV", "save_tables", "C")
        add("beside", "Another probe's models beside these", "other.next", "D")
        add("page", "Ways to train, or the background check", "beside.toggle_page", "W")
        add("experiment", "Open an experiment's folder", "beside.open_experiment", "O")
        add("table", "The experiment's whole table and figure", "beside.show_table", "T")
        add("log", "The probe's log", "show_log", "L")
        note = self._commands.note
        note("probe.arrows", "Another picture, class or line", group="Probe", key="Up")
        note("probe.open", "Open the photo in Annotate", group="Probe", key="Return")

    def _do(self, act: str) -> None:
        """An act of the room, or of a part of it (`part.act`)."""
        attrgetter(act)(self.room)()

    def set_narrow(self, *, narrow: bool) -> None:
        """The window is under 1200 px wide."""
        self._narrow = narrow
        if self._room is not None:
            self._room.set_narrow(narrow=narrow)

    def close_pictures(self) -> None:
        """Ends the threads that load pictures."""
        if self._room is not None:
            self._room.grid.pictures.close()
            self._room.side.drill.tiles.pictures.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Makes the room, and looks at the probes more often."""
        super().showEvent(event)
        self.room.grid.setFocus()
        self.room.beside.keeper.look()
        self.keeper.set_visible(visible=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Looks at them more seldom."""
        super().hideEvent(event)
        self.keeper.set_visible(visible=False)
