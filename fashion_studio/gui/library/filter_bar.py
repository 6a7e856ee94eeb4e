"""The bar above the grid and the annotate workspace: conditions as chips, how many photos, their order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from fashion_studio.domain.labels import Status
from fashion_studio.domain.queries import UNSET, Agreement, ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.components.base import Label, Line, Surface, clear_layout
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.chips import FilterChip
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.sliders import Slider
from fashion_studio.gui.library.filter_words import (
    AGREEMENT_TITLES,
    EDITED_TITLES,
    SORTS,
    SPLIT_TITLES,
    STATUS_TITLES,
    conditions,
    sort_title,
    toggled,
    toggled_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from fashion_studio.domain.queries import Facets
    from fashion_studio.gui.session import Session

__all__ = ["FilterBar"]


class FilterBar(Surface):
    """Chips of what is on at the left, number, order and (over the grid) the tiles' size at the right.

    `short` bars (over the annotate workspace) have an Add filter button and suggestions instead of a panel.
    """

    tile_width_changed = Signal(int)
    read_asked = Signal()

    def __init__(self, session: Session, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__("panel" if short else "window", "b", parent)
        self._session, self._short = session, short
        self._facets: Facets | None = None
        self._stale = False
        self.keep_height(40)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        self.add_button = Button("Add filter", icon="funnel")
        self.add_button.setVisible(short)
        self.add_button.clicked.connect(self._show_menu)
        self.clear_button = Button("Clear", "ghost")
        self.clear_button.setToolTip("Take all filters away")
        self.clear_button.clicked.connect(lambda _checked=False: session.set_filter(ItemFilter()))
        self.read_button = self._make_read_button()
        self._strong = Label("", "small", 600)
        self._rest = Label("", "small", role="text2")
        self.sort_button = Button("Name", "ghost", icon="arrow-up-down", menu_arrow=True)
        self.sort_button.setToolTip("Order of the photos")
        self.sort_button.clicked.connect(self._show_sorts)
        self.size_slider = Slider(96, 256, 144, tooltip="Size of the pictures")
        self.size_slider.setFixedWidth(104)
        self.size_slider.moved.connect(self.tile_width_changed)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 1)
        line.setSpacing(8)
        line.addWidget(self.add_button)
        line.addLayout(self._chips)
        line.addWidget(self.clear_button)
        line.addStretch(1)
        line.addWidget(self.read_button)
        line.addSpacing(4)
        line.addWidget(self._strong)
        line.addSpacing(-4)
        line.addWidget(self._rest)
        if not short:
            line.addWidget(Line())
        line.addWidget(self.sort_button)
        if short:
            self.size_slider.setParent(self)
            self.size_slider.hide()
        else:
            line.addWidget(Line())
            line.addWidget(IconMark("image", "text3", 14))
            line.addWidget(self.size_slider)
            line.addWidget(IconMark("image", "text3", 20))
        session.filter_changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        session.listing_changed.connect(self._count)
        session.works.changed.connect(self._offer_reading)
        self.refresh()

    def show_facets(self, facets: Facets) -> None:
        """Counts for the chips; computed once for panel and bar."""
        if facets != self._facets:
            self._facets = facets
            self.refresh()

    def refresh(self) -> None:
        """Chips for the conditions that are on, in a short bar suggestions too; a hidden bar waits for it."""
        self._stale = self.window().isVisible() and not self.isVisible()
        if self._stale:
            return
        clear_layout(self._chips)
        vocabulary = self._session.vocabulary
        if vocabulary is None:
            return
        found = conditions(self._session.filter, vocabulary)
        narrow = self.window().width() < 1200
        room = (1 if self._short else 2) if narrow else 4
        facets = self._facets
        for place, condition in enumerate(found):
            count = facets.matching if facets is not None and place == len(found) - 1 else None
            chip = FilterChip(condition.title, count, on=True)
            chip.setMaximumWidth(320)
            chip.setToolTip(f"{condition.title}. Click to take this filter away.")
            chip.clicked.connect(
                lambda _checked=False, rest=condition.without: self._session.set_filter(rest)
            )
            chip.removed.connect(lambda rest=condition.without: self._session.set_filter(rest))
            self._chips.addWidget(chip)
            chip.setVisible(place < room)
        number = f"Filters {len(found)}" if found else "Filters"
        self.add_button.setText(number if narrow else "Add filter")
        if len(found) > room and not (narrow and self._short):
            self._chips.addWidget(Label(f"and {len(found) - room} more", "small", role="text2"))
        if self._short:
            self._suggest()
        self.clear_button.setVisible(bool(found))
        self.sort_button.setText(sort_title(self._session.sort))
        self._offer_reading()
        self._count()

    def showEvent(self, event: QShowEvent) -> None:
        """What has changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _make_read_button(self) -> Button:
        button = Button("", icon="sparkles", parent=self)
        button.setToolTip("Let the model read what it has not read yet  (Ctrl Shift R)")
        button.clicked.connect(lambda _checked=False: self.read_asked.emit())
        button.hide()
        return button

    def _offer_reading(self) -> None:
        """The model's reading of everything is one click away while photos are unread."""
        session, facets = self._session, self._facets
        unread = facets.model.get(CATEGORY, {}).get(UNSET, 0) if facets is not None else 0
        busy = any(work.survives for work in session.works.active())
        can = session.project is not None and not session.project.read_only
        self.read_button.setVisible(can and unread > 0 and not busy and not self._short)
        narrow = self.window().width() < 1200
        what = "" if narrow else " photos" if unread != 1 else " photo"
        self.read_button.setText(f"Read {unread:,}{what}")

    def _suggest(self) -> None:
        item_filter, facets = self._session.filter, self._facets
        if facets is None or self.window().width() < 1200:
            return
        chips: list[tuple[str, int, str, str, ItemFilter]] = []
        if not item_filter.agreements:
            group = frozenset({Agreement.DISAGREES})
            count = facets.agreements.get(Agreement.DISAGREES, 0)
            wanted = replace(item_filter, agreements=group)
            chips.append(("Model disagrees", count, "equal-not", "disagree", wanted))
        if item_filter.has_landmarks is None:
            wanted = replace(item_filter, has_landmarks=False)
            chips.append(("No landmarks", facets.without_landmarks, "", "", wanted))
        if item_filter.flagged is None:
            wanted = replace(item_filter, flagged=True)
            chips.append(("Flagged", facets.flagged, "", "", wanted))
        for title, count, icon, role, target in chips:
            chip = FilterChip(title, count, icon=icon, icon_role=role or "text2")
            chip.clicked.connect(lambda _checked=False, wanted=target: self._session.set_filter(wanted))
            self._chips.addWidget(chip)
            chip.show()

    def _count(self) -> None:
        project = self._session.project
        if project is None:
            return
        shown, total = int(self._session.listing.size), project.count
        if self._short:
            self._strong.setText("")
            self._rest.setText(f"{shown:,} photos" if shown != 1 else "1 photo")
        elif shown == total:
            self._strong.setText(f"{total:,}")
            self._rest.setText("photos" if total != 1 else "photo")
        else:
            self._strong.setText(f"{shown:,}")
            self._rest.setText(f"of {total:,} photos")

    # ------------------------------------------------------------ menus

    def sort_menu(self) -> QMenu:
        """Every order, the present one checked."""
        menu = QMenu(self)
        for title, sort in SORTS:
            action = QAction(title, menu)
            action.setCheckable(True)
            action.setChecked(sort == self._session.sort)
            action.triggered.connect(lambda _checked=False, wanted=sort: self._session.set_sort(wanted))
            menu.addAction(action)
        return menu

    def _show_sorts(self) -> None:
        menu = self.sort_menu()
        menu.exec(self.sort_button.mapToGlobal(QPoint(0, self.sort_button.height() + 4)))
        menu.deleteLater()

    def filter_menu(self) -> QMenu:
        """Every condition, with the counts that would remain."""
        session, facets = self._session, self._facets
        menu = QMenu(self)
        vocabulary = session.vocabulary
        if vocabulary is None:
            return menu
        now = session.filter
        status = menu.addMenu("Status")
        for key, title in STATUS_TITLES.items():
            count = facets.statuses.get(key, 0) if facets else None
            wanted = replace(now, statuses=toggled(now.statuses, key))
            self._entry(status, title, count, wanted, on=key in now.statuses)
        for attribute in vocabulary.attributes:
            sub = menu.addMenu(attribute.title)
            for value in attribute.values:
                count = facets.person.get(attribute.name, {}).get(value.name, 0) if facets else None
                wanted = replace(now, by_person=toggled_value(now.by_person, attribute.name, value.name))
                on = value.name in now.by_person.get(attribute.name, frozenset())
                self._entry(sub, value.title, count, wanted, on=on)
        agreement = menu.addMenu("Agreement")
        for entry, title in AGREEMENT_TITLES.items():
            count = facets.agreements.get(entry, 0) if facets else None
            wanted = replace(now, agreements=toggled(now.agreements, entry))
            self._entry(agreement, title, count, wanted, on=entry in now.agreements)
        split = menu.addMenu("Split")
        for part, title in SPLIT_TITLES.items():
            count = facets.splits.get(part, 0) if facets else None
            wanted = replace(now, splits=toggled(now.splits, part))
            self._entry(split, title, count, wanted, on=part in now.splits)
        edited = menu.addMenu("Edits")
        for derived, title in EDITED_TITLES.items():
            count = (facets.derived if derived else facets.not_derived) if facets else None
            wanted = replace(now, derived=None if now.derived is derived else derived)
            self._entry(edited, title, count, wanted, on=now.derived is derived)
        menu.addSeparator()
        open_ones = frozenset({Status.NEW, Status.IN_WORK})
        self._entry(menu, "Open photos (new, in work)", None, replace(now, statuses=open_ones), on=False)
        return menu

    def _entry(self, menu: QMenu, title: str, count: int | None, wanted: ItemFilter, *, on: bool) -> None:
        text = title if count is None else f"{title}\t{count:,}"
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(on)
        action.setEnabled(on or count != 0)
        apply: Callable[[], None] = lambda: self._session.set_filter(wanted)  # noqa: E731
        action.triggered.connect(lambda _checked=False: apply())
        menu.addAction(action)

    def _show_menu(self) -> None:
        menu = self.filter_menu()
        menu.exec(self.add_button.mapToGlobal(QPoint(0, self.add_button.height() + 4)))
        menu.deleteLater()
