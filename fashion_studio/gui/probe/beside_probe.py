"""Which other probe is laid beside the shown one: the choice in the figures' head, and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from fashion_studio.gui.train.wording import when_text

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.probe_keeper import ProbeKeeper
    from fashion_studio.gui.train.picker import Picker
    from fashion_studio.services.run_list import RunEntry

__all__ = ["BesideProbe"]

_NONE = "No other probe"
_COMPARE = "Compare"


class BesideProbe(QObject):
    """Keeps a picker and the keeper of one mind."""

    def __init__(self, keeper: ProbeKeeper, picker: Picker, commands: Commands, parent: QObject) -> None:
        super().__init__(parent)
        self._keeper, self._picker = keeper, picker
        self._others: list[RunEntry] = []
        picker.setToolTip(f"Another probe's models beside these  ({commands.get('probe.beside').key})")
        picker.picked.connect(self._pick)

    @property
    def run_dir(self) -> Path | None:
        """The other probe, once both have been read together; None for none."""
        return self._keeper.beside if self._keeper.joint is not None else None

    def refresh(self) -> bool:
        """The other probes as they are now; whether there is one."""
        keeper = self._keeper
        self._others = [entry for entry in keeper.entries if entry.run_dir != keeper.current]
        places = [n for n, entry in enumerate(self._others, start=1) if entry.run_dir == keeper.beside]
        at = places[0] if places else 0
        titles = [f"{when_text(entry.created)}  {entry.title}" for entry in self._others]
        if [_NONE, *titles] != self._picker.entries or at != self._picker.index:
            self._picker.set_entries([_NONE, *titles], at)
            # the names of its models stand below
            self._picker.setText(when_text(self._others[at - 1].created) if at else _COMPARE)
        self._picker.setVisible(bool(self._others))
        return bool(self._others)

    def next(self) -> None:
        """The next of the other probes, and after the last one none."""
        self._pick((self._picker.index + 1) % (len(self._others) + 1))

    def _pick(self, at: int) -> None:
        self._keeper.lay_beside(self._others[at - 1].run_dir if at else None)
