"""The first screen: what the program is for, three ways to begin, the recent projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from fashion_studio.gui.components.base import Label, Surface, clear_layout, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.inputs import SearchField
from fashion_studio.gui.welcome.cards import DropArea, NewProjectCard, ProjectCard, StartCard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QResizeEvent

    from fashion_studio.services.recent import RecentProject

__all__ = ["WelcomeScreen"]

_CARDS_PX = 400
"""Room for one column of recent projects, whatever the text."""


class WelcomeScreen(QWidget):
    """`project_asked` carries the folder of a recent project; the other signals are the ways to begin."""

    folder_asked = Signal()
    demo_asked = Signal()
    project_file_asked = Signal()
    project_asked = Signal(object)
    forget_asked = Signal(object)
    shortcuts_asked = Signal()
    settings_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recents: list[RecentProject] = []
        self.cards: list[ProjectCard] = []
        self.left = Surface("window", "r")
        self._begin()
        right = Surface("canvas")
        self.search = SearchField("Find a project", surface="panel")
        self.search.setMaximumWidth(220)
        self.search.edited.connect(lambda _text: self._show_cards())
        self._heading = Label("Recent projects", "lead", 600)
        self._columns = 3
        self._grid = QGridLayout()
        self._grid.setSpacing(16)
        self._grid.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(48, 0, 36, 24)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = row(self._heading, None, self.search, margins=(48, 0, 48, 0))
        right.setLayout(column(head, area, gap=20, margins=(0, 70, 0, 0)))
        self._right = right
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.left)
        layout.addWidget(right, 1)
        self.new_card = NewProjectCard()
        self.new_card.clicked.connect(lambda _checked=False: self.folder_asked.emit())
        self._show_cards()

    def _begin(self) -> None:
        headline = Label("See what the model sees\nin a garment. Correct it.", "display", 600)
        words = Label(
            "Open a folder of photos and label the first one in under a minute. "
            "Your photos stay where they are.",
            "lead",
            role="text2",
            wrap=True,
        )
        self.left.theme.changed.connect(self._squeeze)
        self.open_card = StartCard(
            "Open a folder of photos",
            "Sub-folders too. Works while it scans.",
            "folder-open",
            "Ctrl O",
            primary=True,
        )
        self.demo_card = StartCard(
            "Try the demo garments", "Rendered garments, no photos needed.", "sparkles", "D"
        )
        self.project_card = StartCard(
            "Open a project", "A folder that ends in .fstudio.", "hard-drive", "Ctrl P"
        )
        self.open_card.clicked.connect(lambda _checked=False: self.folder_asked.emit())
        self.demo_card.clicked.connect(lambda _checked=False: self.demo_asked.emit())
        self.project_card.clicked.connect(lambda _checked=False: self.project_file_asked.emit())
        self.drop = DropArea()
        shortcuts = Button("Shortcuts", "ghost", icon="keyboard")
        shortcuts.setToolTip("Every key of this window  (?)")
        shortcuts.clicked.connect(lambda _checked=False: self.shortcuts_asked.emit())
        settings = Button("Settings", "ghost", icon="settings")
        settings.setToolTip("Look, text size, device, name  (Ctrl ,)")
        settings.clicked.connect(lambda _checked=False: self.settings_asked.emit())
        brand = row(IconMark("shirt", "accent", 28), Label("Fashion Studio", "title", 600), None, gap=12)
        feet = row(shortcuts, settings, None, gap=8)
        starts = column(self.open_card, self.demo_card, self.project_card, gap=8)
        self._column = column(gap=0)
        for part in (brand, 40, headline, 12, words, 32, starts, 24, self.drop, None, feet):
            if part is None:
                self._column.addStretch(1)
            elif isinstance(part, int):
                self._column.addSpacing(part)
            elif isinstance(part, QWidget):
                self._column.addWidget(part)
            else:
                self._column.addLayout(part)
        begin = QWidget()
        begin.setLayout(self._column)
        area = QScrollArea()  # large text in a small window is higher than the window
        area.setWidget(begin)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._wide = (words, self.open_card, self.demo_card, self.project_card, self.drop)
        self.left.setLayout(column(area, gap=0, margins=(0, 0, 1, 0)))
        self._squeeze()

    def _squeeze(self) -> None:
        """Less air in a small window, or with large text."""
        theme = self.left.theme
        low, narrow = self.height() < 800 * theme.text_scale, self.width() < 1200 * theme.text_scale
        tight = self.width() < 800 * theme.text_scale
        left, right = (32, 16) if tight else (48, 24) if narrow else (88, 64)
        self._column.setContentsMargins(left, 40 if low else 72, right, 24)
        width = min(theme.px(496 if narrow else 560), max(self.width() - _CARDS_PX, 496))
        self.left.setFixedWidth(width)
        for part in self._wide:
            part.setFixedWidth(min(theme.px(400), width - left - right - 1))

    def set_recents(self, recents: Sequence[RecentProject]) -> None:
        """Other recent projects."""
        self._recents = list(recents)
        self._show_cards()

    def _show_cards(self) -> None:
        _clear_keeping(self._grid, self.new_card)
        text = self.search.text.strip().casefold()
        shown = [recent for recent in self._recents if text in f"{recent.title} {recent.folder}".casefold()]
        self.cards = []
        for recent in shown:
            card = ProjectCard(recent)
            card.clicked.connect(lambda _checked=False, folder=recent.folder: self._ask(folder))
            card.forget_asked.connect(lambda folder=recent.folder: self.forget_asked.emit(folder))
            self.cards.append(card)
        everything: list[QWidget] = [*self.cards, self.new_card]
        for place, card_ in enumerate(everything):
            self._grid.addWidget(card_, place // self._columns, place % self._columns)
            card_.show()
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < self._columns else 0)
        self.search.setVisible(bool(self._recents))
        self._heading.setText("Recent projects" if self._recents else "Your projects appear here")

    def _ask(self, folder: Path) -> None:
        self.project_asked.emit(folder)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fewer cards beside each other in a narrow window."""
        super().resizeEvent(event)
        self._squeeze()
        room = self.width() - self.left.width() - 96
        columns = 3 if room >= 740 else 2 if room >= 420 else 1
        if columns != self._columns:
            self._columns = columns
            self._show_cards()


def _clear_keeping(layout: QGridLayout, kept: QWidget) -> None:
    """Takes all cards out but one."""
    layout.removeWidget(kept)
    kept.setParent(None)
    clear_layout(layout)
