"""The ways to train as a table: a regime a line, a figure a column, the best of a column bold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.painting import draw_text
from fashion_studio.gui.probe.bias_chart import bias_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from fashion_studio.services.experiment_results import ExperimentResults, ResultRow

__all__ = ["RegimesTable", "figure_text"]

_ROW_PX: Final = 27
_GAP_PX: Final = 14
_COLUMNS: Final = (
    ("original", "normal", "Category right on the test photos, in %"),
    ("stylised", "stylised", "Category right on them in other styles, in %"),
    ("silhouette", "silhouette", "Category right on their silhouettes, in %"),
    ("edges", "edges", "Category right on their edges, in %"),
    ("landmark NE", "NE", "Normalised error of the landmarks; less is better"),
    ("shape bias", "shape", "Shape hits among decisions that hit a cue"),
)
"""Title in the experiment, title here, what it is; in the design's order."""
_LAST_TO_GO: Final = ("original", "shape bias", "silhouette", "edges", "stylised", "landmark NE")
_AS_SHARE: Final = frozenset({"landmark NE", "shape bias"})
_REGIME: Final = "Regime"


def figure_text(column: str, value: float | None) -> str:
    """A figure as it is shown: “82.4” (%) for accuracies, “.44” for a bias, “.061” for an error."""
    if value is None:
        return "–"
    if column == "shape bias":
        return bias_text(value)
    return f"{value:.3f}".removeprefix("0") if column in _AS_SHARE else f"{100 * value:.1f}"


class RegimesTable(QWidget):
    """As many columns as fit; all of them in the tooltip of a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._results: ExperimentResults | None = None
        self.setAccessibleName("Ways to train")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def show_results(self, results: ExperimentResults | None) -> None:
        """Other figures; None for none."""
        self._results = results
        self.setAccessibleDescription("\n".join(self._in_words(row) for row in self._rows))
        self.updateGeometry()
        self.update()

    @property
    def _rows(self) -> tuple[ResultRow, ...]:
        return self._results.rows if self._results is not None else ()

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Regime and the six figures, whether there is room for all or not; for tests and readers."""
        return [
            (_title(row), *(figure_text(name, row.figures.get(name)) for name, _, _ in _COLUMNS))
            for row in self._rows
        ]

    @property
    def bold(self) -> set[tuple[str, str]]:
        """(variant, column) of the figures that stand bold."""
        return {(row.name, name) for row in self._rows for name, _, _ in _COLUMNS if name in row.best}

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The columns that there is room for, in their order."""
        room = self.width() - self._regime_px
        kept: set[str] = set()
        for name in _LAST_TO_GO:
            room -= self._column_px(name)
            if room < 0:
                break
            kept.add(name)
        return tuple(name for name, _, _ in _COLUMNS if name in kept)

    @property
    def _regime_px(self) -> int:
        metrics = self.theme.metrics("small")
        return max((metrics.horizontalAdvance(_title(row)) for row in self._rows), default=40) + 2

    def _column_px(self, name: str) -> int:
        head = next(title for column, title, _ in _COLUMNS if column == name)
        small = self.theme.metrics("small", 600)
        figures = (
            small.horizontalAdvance(figure_text(name, row.figures.get(name))) + 1 for row in self._rows
        )
        return _GAP_PX + max([self.theme.metrics("caption", 500).horizontalAdvance(head) + 1, *figures])

    def sizeHint(self) -> QSize:
        """Heads and all lines."""
        whole = self._regime_px + sum(self._column_px(name) for name, _, _ in _COLUMNS)
        return QSize(whole, self.theme.px(_ROW_PX) * (len(self._rows) + 1))

    def minimumSizeHint(self) -> QSize:
        """Never lower; accuracy and shape bias always have room."""
        least = self._regime_px + sum(self._column_px(name) for name in _LAST_TO_GO[:2])
        return QSize(least, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heads, lines, figures."""
        if not self._rows:
            return
        painter, theme = QPainter(self), self.theme
        line, right = theme.px(_ROW_PX), Qt.AlignmentFlag.AlignRight
        places, edge = {}, float(self.width())
        for name in reversed(self.shown_columns):
            edge -= self._column_px(name)
            places[name] = edge
        regime = QRectF(0, 0, edge, line)
        draw_text(painter, regime, _REGIME, theme.font("caption", 500), theme.color("text3"))
        for name, title, _ in _COLUMNS:
            if name in places:
                area = QRectF(places[name], 0, self._column_px(name), line)
                draw_text(painter, area, title, theme.font("caption", 500), theme.color("text3"), right)
        for number, row in enumerate(self._rows, start=1):
            top = number * line
            painter.fillRect(0, top - 1, self.width(), 1, theme.color("line"))
            words = regime.translated(0, top)
            draw_text(painter, words, _title(row), theme.font("small"), theme.color("text2"))
            for name, left in places.items():
                area = QRectF(left, top, self._column_px(name), line)
                best = name in row.best
                text = figure_text(name, row.figures.get(name))
                font = theme.font("small", 600 if best else 400)
                draw_text(painter, area, text, font, theme.color("text" if best else "text2"), right)
        painter.end()

    def tip_at(self, spot: QPoint) -> str:
        """All figures of a line, or what the columns are."""
        place = spot.y() // self.theme.px(_ROW_PX) - 1
        if 0 <= place < len(self._rows):
            return self._in_words(self._rows[place])
        return "\n".join(f"{title}: {meaning}" for _, title, meaning in _COLUMNS) if place < 0 else ""

    def _in_words(self, row: ResultRow) -> str:
        said = [f"{title} {figure_text(name, row.figures.get(name))}" for name, title, _ in _COLUMNS]
        return f"{_title(row)}: {', '.join(said)}"


def _title(row: ResultRow) -> str:
    return row.title[:1].upper() + row.title[1:]
