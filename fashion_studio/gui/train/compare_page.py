"""Two runs side by side: curves, figures, what their recipes differ in, values, photos of two opinions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QGridLayout, QWidget

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Card, Label, Surface, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.gui.train.curves import Curve, CurveCard
from fashion_studio.gui.train.disagreement_tiles import DisagreementTiles
from fashion_studio.gui.train.picker import Picker
from fashion_studio.gui.train.table import Cell, FigureTable
from fashion_studio.gui.train.wording import change_text, figure_text, figure_title, is_gain, main_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QResizeEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.background import Job
    from fashion_studio.services.run_comparison import Disagreement, RecipeDifference, ValueChange
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.run_story import RunStory

__all__ = ["ComparePage"]

_SHOWN_VALUES: Final = 14
_TWO_COLUMNS_PX: Final = 860
_SHOWN_PHOTOS: Final = 24
_LOOK_MS: Final = 700
_TILE: Final = QSize(112, 112)


@dataclass(frozen=True, slots=True)
class _Found:
    """What comparing brought, in a thread."""

    first: RunStory
    second: RunStory
    recipes: list[RecipeDifference] = field(default_factory=list)
    values: list[ValueChange] = field(default_factory=list)
    photos: dict[str, list[Disagreement]] = field(default_factory=dict)


class ComparePage(QWidget):
    """Choose two runs; everything else follows."""

    def __init__(self, session: Session, back: Button, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._entries: list[RunEntry] = []
        self._jobs: tuple[Job, Job] | None = None
        self.first, self.second = Picker("First run"), Picker("Second run")
        for picker in (self.first, self.second):
            picker.picked.connect(lambda _at: self._compare())
        self.curves, self.loss = CurveCard("Validation"), CurveCard("Validation loss")
        self.figures, self.recipes, self.values = FigureTable(), FigureTable(), FigureTable()
        self._recipes_hint = Label("", "small", role="text3", wrap=True)
        self._values_hint = Label("", "small", role="text3", wrap=True)
        self.photos = DisagreementTiles(session)
        self._disagreements: dict[str, list[Disagreement]] = {}
        self.attribute = Picker("Attribute")
        self.attribute.setToolTip("What they disagree about  (Up, Down)")
        self.attribute.picked.connect(lambda _at: self._show_attribute())
        self.photos_hint = Label("", "small", role="text2", wrap=True)
        self.read = Button("Let both read the held-out photos", icon="scan-eye")
        self.read.setToolTip("Neither was trained on these photos; what was read before is kept")
        self.read.clicked.connect(lambda _checked=False: self._read())
        self.bar = ProgressBar()
        self.bar.hide()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._follow)
        self._build(back)

    def _build(self, back: Button) -> None:
        head = Surface("window", "b")
        first = row(Label("Compare runs", "title", 600), None, back, gap=8)
        second = row(self.first, Label("with", "small", role="text2"), self.second, None, gap=8)
        head.setLayout(column(first, second, gap=8, margins=(20, 14, 20, 12)))
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setSpacing(16)
        self._columns = 0
        photos = Card()
        title = Label("Photos on which they disagree", "small", 600)
        top = row(title, self.attribute, None, self.read, gap=8)
        photos.setLayout(
            column(top, self.photos_hint, self.bar, self.photos, gap=8, margins=(12, 12, 12, 12))
        )
        self._halves = (
            self.curves,
            self.loss,
            _card(self.figures),
            _card(self.recipes, self._recipes_hint),
        )
        self._wholes = (_card(self.values, self._values_hint), photos)
        self._arrange(2)
        inner = column(head, PaneScroll(body), gap=0)
        inner.setStretch(1, 1)
        self.setLayout(inner)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two would be narrow."""
        self._arrange(2 if self.width() >= current_theme().px(_TWO_COLUMNS_PX) else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for card in (*self._halves, *self._wholes):  # `takeAt` would leave items that keep old sizes
            self._grid.removeWidget(card)
        for place, card in enumerate(self._halves):
            self._grid.addWidget(card, place // columns, place % columns)
        last = len(self._halves) // columns
        for place, card in enumerate(self._wholes):
            self._grid.addWidget(card, last + place, 0, 1, columns)
        for place in range(7):
            self._grid.setRowStretch(place, 1 if place == last + len(self._wholes) else 0)
        for place in range(2):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def open(self, entries: Sequence[RunEntry], current: Path | None) -> None:
        """Runs to choose from: the shown one beside the one before it."""
        self._entries = [entry for entry in entries if entry.phase.value not in {"prepared", "queued"}]
        titles = [f"{entry.title}, {entry.created:%d %b %H:%M}" for entry in self._entries]
        places = [place for place, entry in enumerate(self._entries) if entry.run_dir == current]
        second = places[0] if places else 0
        first = second + 1 if second + 1 < len(titles) else second - 1
        self.first.set_entries(titles, first)
        self.second.set_entries(titles, second)
        self._compare()

    @property
    def pair(self) -> tuple[RunEntry, RunEntry] | None:
        """The two runs; None while two different ones are not chosen."""
        one, other = self.first.index, self.second.index
        if one == other or min(one, other) < 0:
            return None
        return self._entries[one], self._entries[other]

    def _compare(self) -> None:
        self._look.stop()
        self._jobs = None
        self.bar.hide()
        pair = self.pair
        if pair is None:
            self.photos_hint.setText("Choose two different runs.")
            self.read.setEnabled(False)
            return
        one, other = pair[0].run_dir, pair[1].run_dir

        def find() -> _Found:
            from fashion_studio.services.run_comparison import (  # noqa: PLC0415 - not at start
                all_disagreements,
                compare_recipes,
                compare_values,
            )

            return _Found(
                _story(one),
                _story(other),
                compare_recipes(one, other),
                compare_values(one, other),
                all_disagreements(one, other),
            )

        self._session.bridge.submit(
            find, lambda found: self._show(pair, found), self._session.report, lane="train.compare"
        )

    def _show(self, pair: tuple[RunEntry, RunEntry], found: _Found) -> None:
        vocabulary = self._session.vocabulary
        if vocabulary is None or pair != self.pair:
            return
        names = _names(pair)
        self._show_curves(names, found)
        self._show_figures(names, pair, found, vocabulary)
        self.recipes.show_rows(
            ("Recipe", *names),
            [
                (Cell(each.name, "text2"), Cell(each.first or "–"), Cell(each.second or "–", weight=500))
                for each in found.recipes
            ],
            texts=3,
        )
        self._recipes_hint.setText("" if found.recipes else "Both were trained by the same recipe.")
        self._recipes_hint.setVisible(not found.recipes)
        self._show_values(names, found.values, vocabulary)
        self._show_photos(pair, found.photos, vocabulary)

    def _show_curves(self, names: tuple[str, str], found: _Found) -> None:
        top = next(
            (
                name
                for name in ("category.top1", "mean.top1", "category.macro_recall")
                if found.first.series(name)[0] and found.second.series(name)[0]
            ),
            "",
        )
        self.curves.heading.setText(figure_title(top) if top else "Validation")
        for card, name, shares in ((self.curves, top, True), (self.loss, "loss", False)):
            curves = [
                Curve(names[0], *found.first.series(name), role="human"),
                Curve(names[1], *found.second.series(name), role="accent", style="dash"),
            ]
            if any(len(curve.xs) for curve in curves):
                card.show_curves(curves, shares=shares)
            else:
                card.say("Neither has ended an epoch with this figure.")

    def _show_figures(
        self, names: tuple[str, str], pair: tuple[RunEntry, RunEntry], found: _Found, vocabulary: Vocabulary
    ) -> None:
        ours, theirs = _figures(pair[0], found.first), _figures(pair[1], found.second)
        base = _baseline(found.second)
        rows = []
        for name in main_figures({**theirs, **ours}, 12):
            before, after = ours.get(name), theirs.get(name)
            gain = is_gain(name, before, after)
            role = "text2" if gain is None else "agree" if gain else "disagree"
            rows.append(
                (
                    Cell(figure_title(name, vocabulary), "text2"),
                    Cell(figure_text(name, base.get(name)), "text2"),
                    Cell(figure_text(name, before)),
                    Cell(figure_text(name, after), weight=600),
                    Cell(change_text(name, before, after), role, 400, "check" if gain else ""),
                )
            )
        self.figures.show_rows(("Figure", "Majority", *names, "Change"), rows)

    def _show_values(self, names: tuple[str, str], values: list[ValueChange], vocabulary: Vocabulary) -> None:
        rows = []
        for each in values[:_SHOWN_VALUES]:
            known = vocabulary.has(each.attribute)
            title = vocabulary.attribute(each.attribute).title if known else each.attribute
            titles = {v.name: v.title for v in vocabulary.attribute(each.attribute).values} if known else {}
            gain = is_gain("recall", each.first, each.second)
            role = "text2" if gain is None else "agree" if gain else "disagree"
            rows.append(
                (
                    Cell(title, "text2"),
                    Cell(titles.get(each.value, each.value)),
                    Cell(f"{each.count:,}", "text2"),
                    Cell(figure_text("recall", each.first)),
                    Cell(figure_text("recall", each.second), weight=600),
                    Cell(change_text("recall", each.first, each.second), role),
                )
            )
        self.values.show_rows(("Recall of a value", "", "Photos", *names, "Change"), rows, texts=2)
        self._values_hint.setText("" if rows else "Values are compared when both trainings have ended.")
        self._values_hint.setVisible(not rows)

    # ------------------------------------------------------------ photos

    def _show_photos(
        self,
        pair: tuple[RunEntry, RunEntry],
        found: dict[str, list[Disagreement]],
        vocabulary: Vocabulary,
    ) -> None:
        chosen = self._chosen
        self._disagreements = found
        self.read.setEnabled(_both_have_models(pair) and self._jobs is None)
        titles = [
            f"{vocabulary.attribute(name).title if vocabulary.has(name) else name}, {len(photos):,}"
            for name, photos in found.items()
        ]
        wanted = chosen if chosen in found else CATEGORY
        self.attribute.set_entries(titles, list(found).index(wanted) if wanted in found else 0)
        self.attribute.setVisible(bool(found))
        self._show_attribute()

    @property
    def _chosen(self) -> str:
        """The attribute that is shown; "" before anything was read."""
        names, place = list(self._disagreements), self.attribute.index
        return names[place] if 0 <= place < len(names) else ""

    def _show_attribute(self) -> None:
        pair, vocabulary = self.pair, self._session.vocabulary
        if pair is None or vocabulary is None:
            return
        photos = self._disagreements.get(self._chosen, [])
        self.photos.show_photos(photos[:_SHOWN_PHOTOS], vocabulary)
        read = bool(self._disagreements)
        self.photos_hint.setText(_about_photos(pair, len(photos), read=read))

    def _read(self) -> None:
        pair = self.pair
        if pair is None:
            return
        self.read.setEnabled(False)

        def start() -> tuple[Job, Job]:
            from fashion_studio.services.run_comparison import (  # noqa: PLC0415 - not at start
                read_for_comparison,
            )

            return read_for_comparison(pair[0].run_dir, pair[1].run_dir)

        def started(jobs: tuple[Job, Job]) -> None:
            if pair == self.pair:
                self._jobs = jobs
                self.bar.set_share(None)
                self.bar.show()
                self._look.start()

        def refused(error: Exception) -> None:
            self.read.setEnabled(True)
            self._session.report(error)

        self._session.bridge.submit(start, started, refused)

    def _follow(self) -> None:
        jobs = self._jobs
        if jobs is None:
            return

        def ask() -> list[Any]:
            return [job.state() for job in jobs]

        def told(states: list[Any]) -> None:
            if jobs is not self._jobs:
                return
            total = sum(state.total for state in states)
            self.bar.set_share(sum(state.done for state in states) / total if total else None)
            if any(state.phase.is_active for state in states):
                self._look.start()
                return
            for state in states:
                if state.phase.value == "failed":
                    self._session.problem.emit(state.text)
            self._compare()

        self._session.bridge.submit(ask, told, self._session.report)

    def hideEvent(self, event: object) -> None:
        """What reads goes on; looking at it does not."""
        self._look.stop()


def _card(table: FigureTable, hint: Label | None = None) -> Card:
    card = Card()
    parts: list[QWidget | None] = [table]
    if hint is not None:
        hint.setContentsMargins(12, 4, 12, 8)
        parts.append(hint)
    card.setLayout(column(*parts, None, gap=0, margins=(1, 0, 1, 4)))
    return card


def _about_photos(pair: tuple[RunEntry, RunEntry], count: int, *, read: bool) -> str:
    """What the tiles are; `read` says whether both models were asked about any photo."""
    if not _both_have_models(pair):
        return "Both need a finished model for this."
    if count:
        more = f", {_SHOWN_PHOTOS} shown" if count > _SHOWN_PHOTOS else ""
        first, second = _names(pair)
        return f"{count:,} photos{more}. First line: {first}; second: {second}."
    if read:
        return "They agree about this on every photo that both have read."
    return "Neither was asked about these photos yet."


def _both_have_models(pair: tuple[RunEntry, RunEntry]) -> bool:
    return all(entry.bundle is not None for entry in pair)


def _names(pair: tuple[RunEntry, RunEntry]) -> tuple[str, str]:
    """Short names: the models', made unique where both are called alike."""
    one, other = (entry.model_id or entry.title for entry in pair)
    return (one, other) if one != other else (f"{one} (1)", f"{other} (2)")


def _story(run_dir: Path) -> RunStory:
    from fashion_studio.jobs.background import Job  # noqa: PLC0415 - not at start
    from fashion_studio.services.run_story import RunStory  # noqa: PLC0415 - not at start

    story = RunStory()
    story.take(Job(run_dir).events())
    return story


def _figures(entry: RunEntry, story: RunStory) -> dict[str, float]:
    if entry.figures:
        return dict(entry.figures)
    best = story.best or story.latest
    return dict(best.val) if best is not None else {}


def _baseline(story: RunStory) -> dict[str, float]:
    final = story.evaluations.get("test") or story.evaluations.get("val")
    if final is not None:
        return {name: float(value) for name, value in final.get("baseline", {}).items()}
    return dict(story.latest.baseline) if story.latest is not None else {}
