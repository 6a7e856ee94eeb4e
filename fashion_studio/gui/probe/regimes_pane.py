"""The experiment on stylised training beside the chart: its table, or one sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import Button, bind
from fashion_studio.gui.probe.regimes_table import RegimesTable

if TYPE_CHECKING:
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.probe.experiment_keeper import ExperimentKeeper

__all__ = ["RegimesPane"]

_NOTHING = (
    "Which way to train changes what decides? Open the folder of an experiment: "
    "“fashion-studio experiment stylised-training” makes one."
)
_UNTRAINED = "No variant of this experiment is trained yet."


class RegimesPane(QWidget):
    """Table and sentence scroll; the buttons stay."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.saying = Label(_NOTHING, "small", role="text2", wrap=True)
        self.saying.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.table = RegimesTable()
        self.open = Button("Open experiment", icon="folder-open")
        self.whole = Button("Table and figure", icon="maximize")
        body = QWidget()
        body.setLayout(column(self.table, self.saying, None, gap=6, margins=(0, 0, 12, 0)))
        inner = column(PaneScroll(body), row(self.open, self.whole, None, gap=8), gap=6, margins=(0, 0, 0, 0))
        inner.setStretch(0, 1)
        self.setLayout(inner)
        self.show_experiment(None)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the table's first columns and for the buttons."""
        feet = self.open.sizeHint().width() + self.whole.sizeHint().width() + 8
        table = self.table.minimumSizeHint().width() + 12 if self.table.isVisibleTo(self) else 0
        return QSize(max(table, feet if self.whole.isVisibleTo(self) else 0), 80)

    def bind(self, commands: Commands) -> None:
        """The buttons do what the room's commands do."""
        bind(self.open, commands.get("probe.experiment"))
        bind(self.whole, commands.get("probe.table"))

    def show_experiment(self, keeper: ExperimentKeeper | None) -> None:
        """The experiment as it stands."""
        results = keeper.results if keeper is not None else None
        rows = results.rows if results is not None else ()
        self.table.show_results(results)
        self.table.setVisible(bool(rows))
        self.whole.setVisible(bool(rows))
        self.open.setText("Open" if rows else "Open experiment")
        if keeper is not None and keeper.problem:
            said = keeper.problem
        elif results is None:
            said = _NOTHING
        else:
            missing = f"{results.missing} not trained yet. " if results.missing else ""
            asked = "" if results.probe is not None else "Shape and texture are asked when all are trained."
            said = f"{missing}{asked}" if rows else _UNTRAINED
        self.saying.setText(said)
        self.saying.setVisible(bool(said))
