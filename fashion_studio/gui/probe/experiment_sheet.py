"""The whole table of an experiment, and the paper's figure: the bias of every class, a mark a model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.probe.bias_chart import BiasChart
from fashion_studio.gui.probe.model_marks import ModelLegend
from fashion_studio.gui.probe.regimes_table import figure_text
from fashion_studio.gui.probe.variant_rows import value_title
from fashion_studio.gui.train.table import Cell, FigureTable

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.gui.bridge import Ticket
    from fashion_studio.gui.probe.bias_chart import ChartRow, ModelBand
    from fashion_studio.gui.session import Session
    from fashion_studio.services.experiment_results import ExperimentResults

__all__ = ["ExperimentSheet"]

_WIDE_PX: Final = 1300
_MARGIN_PX: Final = 48
_CHART_PX: Final = 264
_NAMES: Final = 4
"""Names of models in one line of the legend."""

_NO_FIGURE: Final = "The models were not asked about texture and shape yet, so there is no figure."
_UNDEFINED: Final = "No decision of these models has hit a cue, so there is no figure."


class ExperimentSheet(Dialog):
    """Rows are the trained variants, columns all figures; the chart is the experiment's own probe's."""

    def __init__(self, session: Session, results: ExperimentResults, parent: QWidget | None = None) -> None:
        super().__init__(results.title, secondary="Close", parent=parent)
        self._session = session
        window = parent.window() if parent is not None else None
        room = (window.width(), window.height()) if window is not None else (_WIDE_PX, 720)
        self.set_width(min(self.theme.px(_WIDE_PX), room[0] - _MARGIN_PX))
        self.table = FigureTable()
        self.across = QScrollArea()
        self.across.setWidget(self.table)
        self.across.setWidgetResizable(True)
        self.across.setFrameShape(QFrame.Shape.NoFrame)
        self.across.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        said = (
            f"Attributes and landmarks on {results.test_photos:,} test photos, the category on variants of "
            f"{results.asked_photos:,} of them; accuracies in %."
        )
        self.note = Label(said, "caption", role="text2", wrap=True)
        self.chart = BiasChart()
        self.chart.setFixedHeight(self.theme.px(_CHART_PX))
        self.saying = Label("", "small", role="text2", wrap=True)
        self.legends = column(gap=2)
        body = QWidget()
        body.setLayout(
            column(
                self.across,
                self.note,
                8,
                Label("What decides: texture or shape", "small", 600),
                self.legends,
                self.saying,
                self.chart,
                None,
                gap=6,
                margins=(0, 0, 12, 0),
            )
        )
        scroll = PaneScroll(body)
        scroll.setMinimumHeight(min(self.theme.px(620), room[1] - self.theme.px(180)))
        self.body.addWidget(scroll)
        self._show_table(results)
        self._show_figure([], [])
        self.saying.setText(_NO_FIGURE if results.probe is None else "Reading the figure …")
        self._reading: Ticket | None = None
        if results.probe is not None:
            read = partial(_figure_of, results.probe, session)
            self._reading = session.bridge.submit(read, self._take, self._failed)

    def done(self, result: int) -> None:
        """What is still being read is wanted no more."""
        if self._reading is not None:
            self._reading.cancel()
        super().done(result)

    def _show_table(self, results: ExperimentResults) -> None:
        heads = ["regime", *results.columns]
        lines = [
            [
                Cell(each.title),
                *(
                    Cell(
                        figure_text(name, each.figures.get(name)),
                        "text" if name in each.best else "text2",
                        600 if name in each.best else 400,
                    )
                    for name in results.columns
                ),
            ]
            for each in results.rows
        ]
        self.table.show_rows(heads, lines)
        self.table.setMinimumWidth(self.table.whole_px)
        bar = self.across.horizontalScrollBar().sizeHint().height()
        self.across.setFixedHeight(self.table.sizeHint().height() + bar)

    def _take(self, found: tuple[list[ChartRow], list[ModelBand]]) -> None:
        self._show_figure(*found)
        self.saying.setText("" if any(band.value is not None for band in found[1]) else _UNDEFINED)
        self.saying.setVisible(bool(self.saying.text()))

    def _failed(self, error: Exception) -> None:
        self.saying.setText(str(error))

    def _show_figure(self, rows: list[ChartRow], bands: list[ModelBand]) -> None:
        self.chart.show_rows(rows, bands)
        self.chart.setVisible(bool(rows))
        for first in range(0, len(bands), _NAMES):
            legend = ModelLegend()
            legend.show_names([band.name for band in bands[first : first + _NAMES]], first)
            self.legends.addLayout(row(legend, None))


def _figure_of(probe: Path, session: Session) -> tuple[list[ChartRow], list[ModelBand]]:
    """In a thread: the chart of the experiment's probe."""
    from fashion_studio.gui.probe.probe_view import chart_of, read_view  # noqa: PLC0415 - not at start
    from fashion_studio.services.probing.run_files import ProbeRun  # noqa: PLC0415 - not at start

    view = read_view(ProbeRun(probe))
    return chart_of(view, lambda value: value_title(session.vocabulary, view.deciding, value))
