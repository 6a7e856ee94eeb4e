"""The library workspace: panel of filters, bar, grid, bulk bar, and what is said when there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.components.base import Surface
from fashion_studio.gui.components.feedback import Banner, EmptyState
from fashion_studio.gui.library.bulk_bar import BulkBar
from fashion_studio.gui.library.facet_panel import FacetPanel
from fashion_studio.gui.library.filter_bar import FilterBar
from fashion_studio.gui.library.filter_words import conditions
from fashion_studio.gui.library.grid import TileGrid
from fashion_studio.gui.library.tile_model import TileModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.queries import Changes, ItemRow
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session

__all__ = ["LibraryWorkspace"]


class LibraryWorkspace(QWidget):
    """The grid and its filters. `annotate` asks for the annotate workspace at a photo."""

    annotate = Signal()
    add_photos = Signal()

    def __init__(self, session: Session, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = TileModel(self)
        self.panel = FacetPanel(session)
        self.panel.setFixedWidth(256)
        self.bar = FilterBar(session)
        self.banner = Banner()
        self.grid = TileGrid(self.model, self._title_of)
        self.empty = EmptyState("funnel", "No photo matches", "", action="Clear filters")
        self.empty.acted.connect(self._on_empty)
        self._ground = Surface("window")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self.empty)
        inner = QVBoxLayout(self._ground)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.bar)
        inner.addWidget(self.banner)
        inner.addWidget(self._pages, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.panel)
        layout.addWidget(self._ground, 1)
        self.bulk = BulkBar(session, self._ground)
        self._ground.installEventFilter(self)
        self._titles: dict[str, str] = {}
        self._connect(commands)

    def _connect(self, commands: Commands) -> None:
        session = self._session
        self.panel.counted.connect(self.bar.show_facets)
        self.panel.counted.connect(lambda _facets: self._show_page())
        self.bar.read_asked.connect(lambda: commands.run("window.read_all"))
        self.bar.tile_width_changed.connect(self.grid.set_tile_width)
        self.grid.opened.connect(self._open)
        self.grid.picked.connect(self._on_picked)
        self.bulk.annotate.connect(self._annotate_selected)
        self.bulk.dismissed.connect(self.grid.clearSelection)
        session.project_changed.connect(self._on_project)
        session.listing_changed.connect(self._on_listing)
        session.changed.connect(self._on_change)
        session.current_changed.connect(self._on_current)
        add, group = commands.add, "Library"
        add(
            "library.search", "Search in the library", self._to_search, widget=self, group=group, shortcut="/"
        )
        add("library.attribute", "Set attribute", self._attributes, widget=self, group=group, shortcut="T")
        add("library.status", "Set status", self._statuses, widget=self, group=group, shortcut="M")
        add("library.split", "Set split", self._splits, widget=self, group=group, shortcut="L")
        add("library.flag", "Flag or take the flag away", self._flag, widget=self, group=group, shortcut="F")
        add("library.accept", "Accept proposals", self._accept, widget=self, group=group, shortcut="Shift+A")
        add(
            "library.clear_filters",
            "Clear filters",
            lambda: session.set_filter(ItemFilter()),
            widget=self,
            group=group,
            shortcut="Ctrl+Shift+F",
        )
        add(
            "library.side",
            "Filter by person or by model",
            lambda: self.panel.side._pick(1 - self.panel.side.index),  # noqa: SLF001 - as a click does
            widget=self,
            group=group,
            shortcut="B",
        )
        for name, title, key in (
            ("arrows", "Move; with Shift select, with Ctrl move only", "←"),
            ("ends", "First, last photo", "Home"),
            ("all", "Select all", "Ctrl+A"),
            ("open", "Annotate the photo or the selection", "Return"),
            ("none", "Select none", "Escape"),
            ("zoom", "Size of the pictures: Ctrl and the wheel", "Ctrl"),
        ):
            commands.note(f"library.{name}", title, group=group, key=key)

    # ------------------------------------------------------------ session

    def _on_project(self) -> None:
        project = self._session.project
        vocabulary = self._session.vocabulary
        self._titles = (
            {value.name: value.title for value in vocabulary.attribute(CATEGORY).values}
            if vocabulary is not None and vocabulary.has(CATEGORY)
            else {}
        )
        self.grid.pictures.open(project)
        self.model.open(project)
        self.bulk.hide()

    def _on_listing(self) -> None:
        selected = self.grid.selected_ids()
        current = self.grid.current_id()
        self.model.set_ids(self._session.listing)
        if selected.size:
            self.grid.select_ids(selected)
        if current >= 0:
            self.grid.set_current_id(current)
        self._show_page()
        self._on_picked()

    def _show_page(self) -> None:
        session = self._session
        if session.listing.size or session.project is None:
            self._pages.setCurrentWidget(self.grid)
            return
        if session.project.count == 0 and session.works.active():
            self.empty.say("folder", "Looking for photos", "They appear here as they are found.")
        elif session.project.count == 0 and self.panel.failures:
            count = len(self.panel.failures)
            what = "The only file is" if count == 1 else f"All {count:,} files are"
            hint = f"{what} damaged, or of a kind this program does not read."
            self.empty.say("triangle-alert", "No photo could be read", hint, "Which, and why")
        elif session.project.count == 0:
            self.empty.say(
                "image-plus",
                "No photos yet",
                "Drop photos or a folder onto the window, or add one.",
                "Add a folder",
            )
        else:
            number = len(self._active_filters())
            how_many = "One filter is on." if number == 1 else f"{number} filters are on."
            hint = f"{how_many} Take one away to see more."
            self.empty.say("funnel", "No photo matches", hint, "Clear filters")
        self._pages.setCurrentWidget(self.empty)

    def _active_filters(self) -> list[object]:
        vocabulary = self._session.vocabulary
        return list(conditions(self._session.filter, vocabulary)) if vocabulary is not None else []

    def _on_empty(self) -> None:
        if self._active_filters():
            self._session.set_filter(ItemFilter())
        elif self.panel.failures:
            self.panel.show_failures()
        else:
            self.add_photos.emit()

    def _on_change(self, changes: Changes) -> None:
        self.model.invalidate(changes.item_ids)

    def _on_current(self, item_id: int) -> None:
        if not self.isVisible() and item_id >= 0:
            self.grid.set_current_id(item_id)

    def _title_of(self, row: ItemRow) -> str:
        if row.category is None:
            return row.name
        return self._titles.get(row.category, row.category)

    # ------------------------------------------------------------ acts

    def acting_ids(self) -> NDArray[np.int64]:
        """The selection, else the current photo: what keys act on."""
        return self.grid.selected_ids()

    def _to_search(self) -> None:
        self.panel.search.line.setFocus()
        self.panel.search.line.selectAll()

    def _attributes(self) -> None:
        if self.bulk.isVisible():
            self.bulk.show_attributes()

    def _statuses(self) -> None:
        if self.bulk.isVisible():
            self.bulk.show_statuses()

    def _splits(self) -> None:
        if self.bulk.isVisible():
            self.bulk.split_button.click()

    def _flag(self) -> None:
        if self.bulk.isVisible():
            self.bulk.flag()

    def _accept(self) -> None:
        if self.bulk.isVisible():
            self.bulk.accept()

    def _open(self, item_id: int) -> None:
        selected = self.grid.selected_ids()
        if selected.size > 1:
            self._annotate_selected()
            return
        self._session.open_queue(current=item_id)
        self.annotate.emit()

    def _annotate_selected(self) -> None:
        selected = self.grid.selected_ids()
        if selected.size > 1:
            first = self.grid.current_id()
            start = first if first in selected else int(selected[0])
            self._session.open_queue(selected, current=start, title=f"{selected.size:,} selected")
        elif selected.size == 1:
            self._session.open_queue(current=int(selected[0]))
        else:
            return
        self.annotate.emit()

    def _on_picked(self) -> None:
        selected = self.grid.selected_ids()
        if selected.size == 0 or self._pages.currentWidget() is not self.grid:
            self.bulk.hide()
            return
        self.bulk.show_selection(selected, int(self.model.ids.size))
        self._place_bulk()
        self.bulk.show()
        self.bulk.raise_()

    def _place_bulk(self) -> None:
        self.bulk.set_narrow(narrow=False)
        if self.bulk.box_size().width() > self._ground.width() - 32:
            self.bulk.set_narrow(narrow=True)
        layout = self.bulk.layout()
        if layout is not None:
            layout.activate()
        size = self.bulk.box_size()
        left = (self._ground.width() - size.width()) // 2
        self.bulk.place(left, self._ground.height() - 16 - size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the bulk bar in its place."""
        if event.type() == QEvent.Type.Resize and self.bulk.isVisible():
            self._place_bulk()
        return False

    def close_pictures(self) -> None:
        """Ends the threads that load pictures."""
        self.grid.pictures.close()
