"""The card below the grid: the bias chart; beside it the ways to train, or the check of other backgrounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Card, Label, Line, column, row
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.probe.bias_chart import BiasChart
from fashion_studio.gui.probe.fact_rows import Fact, FactRows
from fashion_studio.gui.probe.figures_pane import attribute_title
from fashion_studio.gui.probe.model_marks import ModelLegend
from fashion_studio.gui.probe.regimes_pane import RegimesPane
from fashion_studio.gui.probe.variant_words import picture_title, share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.probe.bias_chart import ChartRow, ModelBand
    from fashion_studio.gui.probe.probe_view import ProbeView

__all__ = ["BiasCard", "background_facts"]

_LEAST_PX, _MOST_PX, _FLIPS_PX, _FLIPS_NARROW_PX = 240, 278, 264, 220
_REGIMES_PX, _CHART_PX = 508, 260
_REGIMES_SHARE = 0.5
"""Of the card's width the ways to train take no more, so that the chart stays readable."""

_PAGES = ("Ways to train", "Backgrounds")


def background_facts(view: ProbeView, vocabulary: Vocabulary | None) -> list[Fact]:
    """Attribute by attribute the share of decisions that flip, the largest first."""
    lines: list[tuple[float, Fact]] = []
    names = dict.fromkeys(name for scores in view.scores for name in scores.flips)
    for name in names:
        found = [scores.flips.get(name) for scores in view.scores]
        shares = [each.share if each is not None else None for each in found]
        details = []
        for subject, each in zip(view.names, found, strict=False):
            if each is not None and each.share is not None:
                parts = [f"{picture_title(k).lower()} {share_text(v)}" for k, v in each.by_backdrop.items()]
                details.append(f"{subject}: {', '.join(parts)} ({each.flips} of {each.n})")
        title = attribute_title(vocabulary, name)
        fact = Fact(title, tuple(share_text(share) for share in shares), name, "\n".join([title, *details]))
        lines.append((max((share for share in shares if share is not None), default=0.0), fact))
    lines.sort(key=lambda line: -line[0])
    return [fact for _, fact in lines]


class BiasCard(Card):
    """Chart, and one of two pages. `background_picked` carries attribute and model, `page_picked` a page.

    Pages: 0 the ways to train, 1 the background check.
    """

    background_picked = Signal(str, int)
    page_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.heading = Label("What decides: texture or shape", "small", 600)
        self.legend = ModelLegend()
        self.chart = BiasChart()
        self.saying = Label("", "small", role="text2", wrap=True)
        self.saying.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._left = left = QWidget()
        head = row(self.heading, None, self.legend, gap=12)
        inner = column(head, self.saying, self.chart, gap=6, margins=(16, 12, 12, 8))
        inner.setStretch(2, 1)
        left.setLayout(inner)
        self.flips = FactRows(marks=True)
        self.flips.setAccessibleName("Flips with another background")
        self.flips.picked.connect(self.background_picked)
        self.flips_saying = Label("", "small", role="text2", wrap=True)
        self.flips_saying.setAlignment(Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        body.setLayout(column(self.flips, None, gap=0, margins=(0, 0, 12, 0)))
        checked = QWidget()
        below = column(self.flips_saying, PaneScroll(body), gap=4)
        below.setStretch(1, 1)
        checked.setLayout(below)
        self.regimes = RegimesPane()
        self.tabs = Segment(_PAGES)
        self.tabs.setAccessibleName("Beside the chart")
        self.tabs.picked.connect(self.page_picked)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.regimes)
        self._pages.addWidget(checked)
        self._right = QWidget()
        right = column(row(self.tabs, None), self._pages, gap=8, margins=(16, 10, 0, 8))
        right.setStretch(1, 1)
        self._right.setLayout(right)
        self._line = Line(_LEAST_PX - 24)
        whole = row(left, self._line, self._right, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._narrow = False
        self.show_page(1)
        self.set_narrow(narrow=False)

    @property
    def page(self) -> int:
        """Which page is beside the chart."""
        return self.tabs.index

    def show_page(self, page: int) -> None:
        """The ways to train (0) or the background check (1), without telling."""
        self.tabs.set_index(page)
        self._pages.setCurrentIndex(page)
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page beside the chart takes its share."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Large text in a small window leaves no room for both: then the ways to train stand alone."""
        if self.page:
            wide = self.theme.px(_FLIPS_NARROW_PX if self._narrow else _FLIPS_PX)
        else:
            wide = min(self.theme.px(_REGIMES_PX), round(self.width() * _REGIMES_SHARE))
        wide = max(wide, self.tabs.sizeHint().width() + 24)
        least = self.regimes.minimumSizeHint().width() + 24 if self.page == 0 else 0
        alone = max(wide, least) + self.theme.px(_CHART_PX) > self.width() and self.page == 0
        self._left.setVisible(not alone)
        self._line.setVisible(not alone)
        self._right.setFixedWidth(max(wide, self.width()) if alone else max(wide, least))

    def fit(self, room_px: int) -> None:
        """Takes its share of the room's height."""
        self.setFixedHeight(max(self.theme.px(_LEAST_PX), min(self.theme.px(_MOST_PX), room_px * 3 // 8)))

    def set_narrow(self, *, narrow: bool) -> None:
        """A slimmer background check."""
        self._narrow = narrow
        self._share_out()
        self.heading.setText("Texture or shape" if narrow else "What decides: texture or shape")

    def show_view(
        self,
        view: ProbeView,
        rows: Sequence[ChartRow],
        bands: Sequence[ModelBand],
        vocabulary: Vocabulary | None,
        *,
        active: bool = False,
    ) -> None:
        """The probe as it stands."""
        self.legend.show_names(view.names)
        self.chart.show_rows(rows, bands, view.people)
        hit = any(band.value is not None for band in bands)
        self.chart.setVisible(bool(rows))
        self.saying.setText("" if hit else _chart_saying(view, has_rows=bool(rows), active=active))
        self.saying.setVisible(not hit)
        facts = background_facts(view, vocabulary)
        self.flips.show_facts(facts, len(view.names))
        nothing = "Comes with the first photos." if active else "No photo was put before another background."
        said = nothing if view.spec.backdrops else "This probe leaves the background alone."
        self.flips_saying.setText(said)
        self.flips_saying.setVisible(not facts)


def _chart_saying(view: ProbeView, *, has_rows: bool, active: bool) -> str:
    if view.spec.conflict is None:
        return "This probe has no pictures with two cues, so there is no bias to show."
    if has_rows:
        return "No decision has hit a cue, so the bias is not defined."
    if active:
        return "The marks come with the first pictures that have two cues."
    return "There was no picture with two cues to decide on."
