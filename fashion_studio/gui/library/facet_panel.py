"""The panel of filters with counts at the left of the grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN, UNSET, ItemFilter
from fashion_studio.domain.vocabulary import COLORS
from fashion_studio.gui.components.base import Label, Surface, column, row
from fashion_studio.gui.components.buttons import LinkButton
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.inputs import SearchField
from fashion_studio.gui.components.sliders import RangeSlider
from fashion_studio.gui.components.tiles import STATUS_ICONS
from fashion_studio.gui.library.facet_rows import FacetRow, FacetSection
from fashion_studio.gui.library.failures_dialog import FailuresDialog
from fashion_studio.gui.library.filter_words import (
    AGREEMENT_TITLES,
    EDITED_TITLES,
    SPLIT_TITLES,
    STATUS_TITLES,
    toggled,
    toggled_value,
    value_title,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.domain.queries import Facets
    from fashion_studio.domain.vocabulary import Attribute, Vocabulary
    from fashion_studio.gui.session import Session

__all__ = ["FacetPanel"]

_SHOWN = 6
_AFTER_FILTER_MS = 40
_AFTER_CHANGE_MS = 200
_AGREEMENT_ICONS = {
    "disagrees": ("equal-not", "disagree"),
    "agrees": ("check", "agree"),
    "open": ("circle-dashed", "text3"),
}


class _AttributeSection(FacetSection):
    """Values of one attribute, the most frequent first; by person or by model.

    A folded section has no rows until it is unfolded: most never are, and a hundred rows cost as much time as
    a screen of photos.
    """

    def __init__(self, attribute: Attribute, vocabulary: Vocabulary, *, folded: bool) -> None:
        super().__init__(attribute.title, folded=folded)
        self.name = attribute.name
        self._attribute, self._vocabulary = attribute, vocabulary
        self._all = False
        self._counts: Mapping[str, int] = {}
        self._chosen: frozenset[str] = frozenset()
        self._order = [*attribute.value_names, UNSET, UNKNOWN, NOT_APPLICABLE]
        self._placed: list[str] = []
        self.more = LinkButton("")
        self.more.clicked.connect(self._show_all)
        self.add_widget(self.more)
        self.head.toggled.connect(self._on_unfolded)
        if not folded:
            self._fill()

    def show_values(self, counts: Mapping[str, int], chosen: frozenset[str]) -> None:
        """Counts, check marks, and which rows are worth their place."""
        self._counts, self._chosen = counts, chosen
        # The order stays while the panel is used, so that no row runs away from under the pointer.
        if not self._all and not chosen:
            self._order = sorted(self._order, key=lambda name: (name.startswith("?"), -counts.get(name, 0)))
        present = [name for name in self._order if counts.get(name, 0) or name in chosen]
        self.head.set_remark(f"{len(present)} values" if len(present) > _SHOWN else "")
        if self.entries:
            self._show_rows(present)

    def _show_rows(self, present: list[str]) -> None:
        self.show_counts(self._counts, self._chosen)
        shown = present if self._all else present[:_SHOWN]
        shown += [name for name in self._chosen if name not in shown]
        if self._placed != self._order:
            for place, name in enumerate(self._order):
                entry = self.entries[name]
                self._rows.removeWidget(entry)
                self._rows.insertWidget(place, entry)
            self._placed = list(self._order)
        for name in self._order:
            self.entries[name].setVisible(name in shown)
        hidden = len(present) - len(shown)
        self.more.setVisible(hidden > 0 or self._all)
        self.more.setText("Show fewer" if self._all else f"Show {hidden} more")

    def _fill(self) -> None:
        attribute = self._attribute
        self._rows.removeWidget(self.more)
        colors = attribute.name == COLORS
        for value in attribute.values:
            self.add(value.name, FacetRow(value.title, rgb=value.rgb if colors else None))
        for special in (UNSET, UNKNOWN, NOT_APPLICABLE):
            title = value_title(self._vocabulary, attribute.name, special)
            self.add(special, FacetRow(title[:1].upper() + title[1:], icon="circle-dashed"))
        self._placed = [str(key) for key in self.entries]
        self.add_widget(self.more)

    def _on_unfolded(self, unfolded: bool) -> None:
        if unfolded and not self.entries:
            self._fill()
            self.show_values(self._counts, self._chosen)

    def _show_all(self) -> None:
        self._all = not self._all
        self.show_values(self._counts, self._chosen)


class FacetPanel(Surface):
    """Search field, person or model, and a section for every kind of condition.

    `counted` carries the counts (`Facets`) whenever they are new, for whoever else shows some.
    """

    counted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("panel", "r", parent)
        self._session = session
        self._facets: Facets | None = None
        self.search = SearchField("Name, note or label", key="/")
        self.side = Segment(["By person", "By model"], marks=["human", "model"], stretch=True)
        self.side.picked.connect(lambda _place: self._refresh())
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(150)
        self._typing.timeout.connect(self._search)
        self.search.edited.connect(lambda _text: self._typing.start())
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(12, 4, 4, 12)
        self._column.setSpacing(0)
        area = QScrollArea()
        area.setWidget(self._body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = column(self.search, self.side, gap=12, margins=(12, 12, 12, 8))
        self.failures_link = LinkButton("")
        self.failures_link.setToolTip("Which files, and why")
        self.failures_link.clicked.connect(self.show_failures)
        self._feet = QWidget()
        self._feet.setLayout(
            row(IconMark("triangle-alert", "danger", 14), self.failures_link, None, margins=(12, 6, 12, 6))
        )
        self._feet.hide()
        self._failures: list[tuple[Path, str]] = []
        layout = column(top, area, self._feet, gap=0, margins=(0, 0, 1, 0))
        self.setLayout(layout)
        self._attributes: list[_AttributeSection] = []
        self._sections: dict[str, FacetSection] = {}
        self.confidence = RangeSlider(tooltip="Range of the model's confidence in the category")
        self.confidence.settled.connect(self._on_range)
        self.confidence.moved.connect(self._on_drag)
        self._nothing_read = Label(
            "The model has read none of these photos yet.", "caption", role="text3", wrap=True
        )
        self._soon = QTimer(self)  # the photos of another project are painted first
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._build)
        session.project_changed.connect(self._on_project)
        self._later = QTimer(self)  # a run of key presses is counted once, when it pauses
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        session.changed.connect(lambda _changes: self._later.start(_AFTER_CHANGE_MS))
        # the photos that match come first, and nothing works beside finding them
        session.filter_changed.connect(lambda: self._later.start(_AFTER_FILTER_MS))
        self._clear()
        self._build()

    # ------------------------------------------------------------ sections

    def _on_project(self) -> None:
        self._clear()
        self._soon.start()

    def _clear(self) -> None:
        for kept in (self.confidence, self._nothing_read):  # outlive the sections they stand in
            kept.setParent(self)
            kept.hide()
        for section in [*self._sections.values(), *self._attributes]:
            self._column.removeWidget(section)
            section.hide()
            section.deleteLater()
        while self._column.count():
            self._column.takeAt(0)
        self._sections, self._attributes = {}, []

    def _build(self) -> None:
        """Sections for the open project's vocabulary."""
        vocabulary = self._session.vocabulary
        if vocabulary is None:
            return
        status = self._section("status", "Status")
        for key, title in STATUS_TITLES.items():
            icon, role, _ = STATUS_ICONS[key]
            status.add(key, FacetRow(title, icon=icon, icon_role=role))
        first, *others = vocabulary.attributes
        self._attribute(first, vocabulary, folded=False)
        confidence = self._section("confidence", "Model confidence")
        confidence.add_widget(self.confidence)
        confidence.add_widget(self._nothing_read)
        agreement = self._section("agreement", "Agreement")
        for entry, title in AGREEMENT_TITLES.items():
            icon, role = _AGREEMENT_ICONS[entry.value]
            agreement.add(entry, FacetRow(title, icon=icon, icon_role=role))
        split = self._section("split", "Split")
        for part, title in SPLIT_TITLES.items():
            split.add(part, FacetRow(title))
        marks = self._section("marks", "Marks")
        marks.add("flagged", FacetRow("Flagged", icon="flag", icon_role="model"))
        marks.add("no_landmarks", FacetRow("No landmarks", icon="spline"))
        marks.add("landmarks", FacetRow("Has landmarks", icon="spline"))
        for derived, title in EDITED_TITLES.items():
            marks.add(derived, FacetRow(title, icon="wand-sparkles" if derived else "image"))
        for attribute in others:
            self._attribute(attribute, vocabulary, folded=True)
        self._column.addStretch(1)
        self.search.set_text(self._session.filter.text)
        self.refresh()

    def _section(self, name: str, title: str) -> FacetSection:
        section = FacetSection(title)
        section.asked.connect(lambda key: self._ask(name, key))
        self._sections[name] = section
        self._column.addWidget(section)
        return section

    def _attribute(self, attribute: Attribute, vocabulary: Vocabulary, *, folded: bool) -> None:
        section = _AttributeSection(attribute, vocabulary, folded=folded)
        section.asked.connect(lambda value, name=attribute.name: self._ask_value(name, str(value)))
        self._attributes.append(section)
        self._column.addWidget(section)

    # ------------------------------------------------------------ questions

    @property
    def by_model(self) -> bool:
        """Whether attribute values are those the model proposes."""
        return self.side.index == 1

    def _ask(self, section: str, key: Any) -> None:
        item_filter = self._session.filter
        if section == "status":
            changed = replace(item_filter, statuses=toggled(item_filter.statuses, key))
        elif section == "agreement":
            changed = replace(item_filter, agreements=toggled(item_filter.agreements, key))
        elif section == "split":
            changed = replace(item_filter, splits=toggled(item_filter.splits, key))
        elif key in EDITED_TITLES:
            changed = replace(item_filter, derived=None if item_filter.derived is key else key)
        elif key == "flagged":
            changed = replace(item_filter, flagged=None if item_filter.flagged else True)
        else:
            wanted = key == "landmarks"
            changed = replace(
                item_filter, has_landmarks=None if item_filter.has_landmarks is wanted else wanted
            )
        self._session.set_filter(changed)

    def _ask_value(self, attribute: str, value: str) -> None:
        item_filter = self._session.filter
        if self.by_model:
            table = toggled_value(item_filter.by_model, attribute, value)
            self._session.set_filter(replace(item_filter, by_model=table))
        else:
            table = toggled_value(item_filter.by_person, attribute, value)
            self._session.set_filter(replace(item_filter, by_person=table))

    def _search(self) -> None:
        text = self.search.text.strip()
        if text != self._session.filter.text:
            self._session.set_filter(replace(self._session.filter, text=text))

    def _on_drag(self, low: int, high: int) -> None:
        self._sections["confidence"].head.set_remark(f"{low} – {high}")

    def _on_range(self, low: int, high: int) -> None:
        range_ = None if (low, high) == (0, 100) else (low / 100, high / 100)
        self._session.set_filter(replace(self._session.filter, confidence=range_))

    # ------------------------------------------------------------ answers

    def refresh(self) -> None:
        """Asks for the counts again, off the window's thread."""
        session = self._session
        project, item_filter = session.project, session.filter
        if project is None or not self._sections:
            return
        if self.search.text.strip() != item_filter.text and not self._typing.isActive():
            self.search.set_text(item_filter.text)
        session.bridge.submit(
            lambda: (project.facets(item_filter), project.failures()),
            self._take,
            session.report,
            lane="facets",
        )

    def _take(self, found: tuple[Facets, list[tuple[Path, str]]]) -> None:
        facets, self._failures = found
        self._facets = facets
        count = len(self._failures)
        self.failures_link.setText(
            "1 file could not be read" if count == 1 else f"{count:,} files could not be read"
        )
        self._feet.setVisible(count > 0)
        self._refresh()
        self.counted.emit(facets)

    @property
    def failures(self) -> list[tuple[Path, str]]:
        """Files that could not be read, each with the reason."""
        return self._failures

    def show_failures(self) -> None:
        """Lists them."""
        FailuresDialog(self._failures, self.window()).exec()

    @property
    def facets(self) -> Facets | None:
        """What is shown."""
        return self._facets

    def _refresh(self) -> None:
        facets, item_filter = self._facets, self._session.filter
        if facets is None or not self._sections:
            return
        self._sections["status"].show_counts(facets.statuses, item_filter.statuses)
        self._sections["agreement"].show_counts(facets.agreements, item_filter.agreements)
        self._sections["split"].show_counts(facets.splits, item_filter.splits)
        self._refresh_marks(facets, item_filter)
        for section in self._attributes:
            counts = (facets.model if self.by_model else facets.person).get(section.name, {})
            table = item_filter.by_model if self.by_model else item_filter.by_person
            section.show_values(counts, table.get(section.name, frozenset()))
        read = sum(facets.confidence_histogram) > 0
        self.confidence.setVisible(read)
        self._nothing_read.setVisible(not read)
        self.confidence.set_histogram(facets.confidence_histogram)
        low, high = item_filter.confidence or (0.0, 1.0)
        self.confidence.set_range(round(100 * low), round(100 * high))
        remark = f"{round(100 * low)} – {round(100 * high)}" if read else ""
        self._sections["confidence"].head.set_remark(remark)

    def _refresh_marks(self, facets: Facets, item_filter: ItemFilter) -> None:
        counts: dict[object, int] = {
            "flagged": facets.flagged,
            "no_landmarks": facets.without_landmarks,
            "landmarks": max(0, facets.matching - facets.without_landmarks)
            if item_filter.has_landmarks is None
            else facets.matching
            if item_filter.has_landmarks
            else 0,
        }
        counts |= {True: facets.derived, False: facets.not_derived}
        project = self._session.project
        for key in EDITED_TITLES:  # a project without edits has no use for the two
            has_edits = project is not None and project.derived_count > 0
            self._sections["marks"].entries[key].setVisible(has_edits or item_filter.derived is not None)
        chosen: set[object] = {key for key in EDITED_TITLES if key is item_filter.derived}
        if item_filter.flagged:
            chosen.add("flagged")
        if item_filter.has_landmarks is not None:
            chosen.add("landmarks" if item_filter.has_landmarks else "no_landmarks")
        self._sections["marks"].show_counts(counts, chosen)
