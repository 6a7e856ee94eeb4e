"""What stands beside the chart and what can be done there: the ways to train, or the background check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.gui.probe.experiment_keeper import ExperimentKeeper

if TYPE_CHECKING:
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.bias_card import BiasCard
    from fashion_studio.gui.session import Session

__all__ = ["BesideChart"]


class BesideChart(QObject):
    """Acts on the card's right side. `changed`: there is another experiment, or none.

    Attributes:
        keeper: knows the experiment.
    """

    changed = Signal()

    def __init__(self, session: Session, commands: Commands, card: BiasCard, room: QWidget) -> None:
        super().__init__(room)
        self._session, self._card, self._room = session, card, room
        self._picked = False
        self.keeper = ExperimentKeeper(session, self)
        card.regimes.bind(commands)
        card.page_picked.connect(self.show_page)
        self.keeper.changed.connect(self._show)

    @property
    def has_rows(self) -> bool:
        """Whether there is a table to look at."""
        return self.keeper.results is not None and bool(self.keeper.results.rows)

    def _show(self) -> None:
        """An experiment that was opened before is shown first, as long as nobody has picked a page."""
        self._card.regimes.show_experiment(self.keeper)
        if not self._picked:
            self._card.show_page(0 if self.keeper.results is not None else 1)
        self.changed.emit()

    def show_page(self, page: int) -> None:
        """The ways to train (0) or the background check (1)."""
        self._picked = True
        self._card.show_page(page)

    def toggle_page(self) -> None:
        """The other page."""
        self.show_page(1 - self._card.page)

    def open_experiment(self) -> None:
        """Asks for the folder of an experiment and shows its table."""
        title = "The folder of an experiment on stylised training"
        found = QFileDialog.getExistingDirectory(self._room, title)
        if found:
            self.show_page(0)
            self.keeper.open(Path(found))

    def show_table(self) -> None:
        """All figures of the experiment, and the paper's figure."""
        from fashion_studio.gui.probe.experiment_sheet import ExperimentSheet  # noqa: PLC0415 - seldom

        if self.keeper.results is not None:
            dialog = ExperimentSheet(self._session, self.keeper.results, self._room.window())
            dialog.exec()
            dialog.deleteLater()
