"""The inspector: name and status above, four tabs, the two acts that end a photo below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
)

from fashion_studio.domain.labels import Split
from fashion_studio.gui.annotate.attributes_pane import AttributesPane
from fashion_studio.gui.annotate.history_pane import HistoryPane
from fashion_studio.gui.annotate.landmarks_pane import LandmarksPane
from fashion_studio.gui.annotate.notes_pane import NotesPane
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.annotate.status_picker import STATUS_TITLES, StatusPicker
from fashion_studio.gui.components.base import Surface, row
from fashion_studio.gui.components.buttons import Button, IconButton
from fashion_studio.gui.components.choices import TabBar
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.text_line import TextLine
from fashion_studio.gui.library.filter_words import edited_words
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.queries import ItemRow

__all__ = ["Inspector"]

ATTRIBUTES, LANDMARKS, HISTORY, NOTES = range(4)
SPLIT_TITLES = {
    Split.NONE: "No split",
    Split.TRAIN: "Training",
    Split.VALIDATION: "Validation",
    Split.TEST: "Test",
}


class Inspector(Surface):
    """Everything about the photo that is not on it.

    Signals:
        status_picked, split_picked, flag_toggled: what the head was told.
        tab_shown: which tab is shown now.
    """

    status_picked = Signal(object)
    split_picked = Signal(object)
    flag_toggled = Signal(bool)
    tab_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("panel", "l", parent)
        self._narrow = False
        self._split = Split.NONE
        self.name = TextLine("body", 600, mode=Qt.TextElideMode.ElideMiddle)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.size_label = TextLine("small", role="text3")
        self.origin = TextLine("caption", role="text2", mode=Qt.TextElideMode.ElideMiddle)
        self.origin.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._origin_mark = IconMark("wand-sparkles", "accent", 14)
        self.status = StatusPicker()
        self.status.picked.connect(self.status_picked)
        self.status.more_asked.connect(self._ask_more)
        self.flag = IconButton("flag", "Flag", toggle=True)
        self.flag.clicked.connect(self.flag_toggled)
        self.tabs = TabBar(["Attributes", "Landmarks", "History", "Notes"])
        self.tabs.picked.connect(self.show_tab)
        self._more_tabs = IconButton("ellipsis", "More", size_px=24)
        self._more_tabs.clicked.connect(lambda _checked=False: self._ask_tab())
        self.attributes, self.landmarks = AttributesPane(), LandmarksPane()
        self.history, self.notes = HistoryPane(), NotesPane()
        self.take_all = Button("Take the model's")
        self.swap = Button("Swap left and right", icon="arrow-left-right")
        self.accept = Button("Accept", large=True, key="A")
        self.done = Button("Done, next", "primary", large=True, key="Space")
        self._stack = QStackedWidget()
        self._build()

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(12, 12, 12, 8)
        head.setSpacing(8)
        top = row(gap=8)
        top.addWidget(self.name, 1)
        top.addWidget(self.size_label)
        head.addLayout(top)
        origin = row(self._origin_mark, gap=6)
        origin.addWidget(self.origin, 1)
        head.addLayout(origin)
        head.addLayout(row(self.status, self.flag, gap=8))
        tabs = QHBoxLayout()
        tabs.setContentsMargins(0, 0, 0, 0)
        tabs.setSpacing(0)
        tabs.addWidget(self.tabs, 1)
        self._more_tabs.setParent(self.tabs)
        self._more_tabs.hide()
        for pane in (self.attributes, self._landmarks_tab(), self.history):
            self._stack.addWidget(PaneScroll(pane))
        self._stack.addWidget(self.notes)
        for button in (self.accept, self.done):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        foot = Surface("panel", "t")
        foot.keep_height(56)
        foot_line = QHBoxLayout(foot)
        foot_line.setContentsMargins(12, 0, 12, 0)
        foot_line.setSpacing(8)
        foot_line.addWidget(self.accept, 1)
        foot_line.addWidget(self.done, 1)
        layout = self._lines = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(tabs)
        layout.addWidget(self._stack, 1)
        layout.addWidget(foot)
        self.setFixedWidth(372)

    def _landmarks_tab(self) -> QWidget:
        holder = Surface("panel")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.landmarks)
        layout.addLayout(row(self.take_all, self.swap, None, gap=8, margins=(12, 8, 12, 12)))
        layout.addStretch(1)
        return holder

    def show_above_foot(self, part: QWidget) -> None:
        """Puts a line between the tabs and the two acts that end a photo."""
        self._lines.insertWidget(self._lines.count() - 1, part)

    # --- content

    def show_row(self, item: ItemRow | None, place_text: str) -> None:
        """Name, size or place in the pass, status, flag."""
        name = item.name if item is not None else ""
        self._split = item.split if item is not None else Split.NONE
        if item is None:
            self.size_label.setText("")
        else:
            size = f"{item.width_px} × {item.height_px} px"
            self.size_label.setText(place_text if self._narrow else size)
        self.name.setText(name)
        self.name.setToolTip(name)
        self.origin.setText(edited_words(item) if item is not None else "")
        self.origin.setToolTip(self.origin.text())
        for part in (self.origin, self._origin_mark):
            part.setVisible(bool(self.origin.text()))
        self.status.show_status(item.status if item is not None else None)
        self.flag.setChecked(item is not None and item.flagged)
        self.setEnabled(item is not None)

    def show_counts(self, answered: int, asked: int, landmarks: int, notes: int) -> None:
        """The figures beside the tabs, and on the button that accepts."""
        self.tabs.set_count(ATTRIBUTES, f"{answered}/{asked}" if asked else "")
        self.tabs.set_count(LANDMARKS, str(landmarks) if landmarks else "")
        self.tabs.set_count(NOTES, str(notes) if notes else "")

    def show_open_count(self, count: int) -> None:
        """How many answers "accept" would give."""
        self.accept.setText(f"Accept {count} open" if count else "Nothing open")
        self.accept.setEnabled(count > 0)

    def show_takeable(self, count: int) -> None:
        """How many landmarks are the model's only."""
        self.take_all.setText(f"Take {count} of the model's" if count else "All are yours")
        self.take_all.setEnabled(count > 0)

    def set_narrow(self, narrow: bool) -> None:
        """312 wide with smaller rows; notes behind "more"."""
        self._narrow = narrow
        self.setFixedWidth(current_theme().px(312 if narrow else 372))
        self.attributes.set_narrow(narrow)
        self.status.set_narrow(narrow)
        self.tabs.set_shown(NOTES, shown=not narrow or self.tabs.index == NOTES)
        self._more_tabs.setVisible(narrow)
        self._place_more()

    # --- tabs

    @property
    def tab(self) -> int:
        """Which tab is shown."""
        return self._stack.currentIndex()

    def show_tab(self, index: int) -> None:
        """Shows a tab."""
        self.tabs.set_index(index)
        self.tabs.set_shown(NOTES, shown=not self._narrow or index == NOTES)
        self._stack.setCurrentIndex(index)
        self.tab_shown.emit(index)

    def _ask_tab(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Notes").triggered.connect(lambda _checked=False: self.show_tab(NOTES))
        menu.popup(self._more_tabs.mapToGlobal(QPoint(0, self._more_tabs.height() + 4)))

    def _ask_more(self, corner: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for status in self.status.hidden_statuses():
            menu.addAction(STATUS_TITLES[status]).triggered.connect(
                lambda _checked=False, status=status: self.status_picked.emit(status)
            )
        menu.addSeparator()
        for split, title in SPLIT_TITLES.items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(split is self._split)
            action.triggered.connect(lambda _checked=False, split=split: self.split_picked.emit(split))
        menu.popup(corner)

    # --- places

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button for more tabs stays at the end of the tabs."""
        super().resizeEvent(event)
        self._place_more()

    def _place_more(self) -> None:
        side = self._more_tabs.sizeHint().width()
        top = (self.tabs.height() - side) // 2
        self._more_tabs.setGeometry(self.tabs.width() - 12 - side, top, side, side)
