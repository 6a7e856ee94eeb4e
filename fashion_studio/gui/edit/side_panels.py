"""The two sides of the edit room: the stack with region and mask at the left, values at the right.

Where there is no room for both, `folded_side` puts them behind each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Card, Label, Surface, column, row
from fashion_studio.gui.components.buttons import Button, IconButton, bind
from fashion_studio.gui.components.choices import TabBar
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.edit.region_panel import MaskPanel, RegionPanel
from fashion_studio.gui.edit.stack_list import EDGE_PX, StackList
from fashion_studio.gui.edit.value_grid import ValueGrid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.gui.commands import Commands

__all__ = ["StackPanel", "ValuesPanel"]

_LEFT_PX, _LEFT_NARROW_PX = 264, 252
_RIGHT_PX, _RIGHT_NARROW_PX = 320, 264
_LOW_BELOW_PX = 760
_STACK_PX = 96
_UNBOUND_PX = (1 << 24) - 1
"""Qt's QWIDGETSIZE_MAX, which PySide does not have."""


class StackPanel(Surface):
    """Stack, region, mask; at the bottom what share of the photo changes."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("panel", "r", parent)
        new = IconButton("plus", "New edit", size_px=24)
        bind(new, commands.get("edit.new"))
        self.stack = StackList()
        self.regions = RegionPanel(commands)
        self.masking = MaskPanel(commands)
        self._area = PaneScroll(self.stack)
        self._share = Label("", "caption", role="text2", wrap=True)
        self._note = Card("raised", "raised", 6)
        words = row(IconMark("lock", "agree", 14), self._share, gap=8, margins=(8, 8, 8, 8))
        words.setStretch(1, 1)
        self._note.setLayout(words)
        self._head = [Label(text, "small", 600) for text in ("Edit stack", "Region", "Mask")]
        edge = (EDGE_PX, 0, EDGE_PX, 0)
        inner = QWidget()
        layout = column(gap=0)
        layout.addWidget(self._area, 1000)
        self._spaces = [layout.count(), 0]
        layout.addSpacing(16)
        layout.addLayout(row(self._head[1], margins=edge))
        layout.addSpacing(8)
        layout.addLayout(row(self.regions, margins=edge))
        self._spaces[1] = layout.count()
        layout.addSpacing(16)
        layout.addLayout(row(self._head[2], margins=edge))
        layout.addSpacing(8)
        layout.addLayout(row(self.masking, margins=edge))
        layout.addStretch(1)
        inner.setLayout(layout)
        self._column = layout
        whole = column(
            row(self._head[0], None, new, margins=edge),
            PaneScroll(inner),
            8,
            row(self._note, margins=edge),
            gap=0,
            margins=(12 - EDGE_PX, 12, 13 - EDGE_PX, 12),
        )
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._note.hide()
        self._free = False
        self.theme.changed.connect(self.fit_stack)
        self.fit_stack()

    def fit_stack(self) -> None:
        """The stack takes the room it needs, no more; what is below it may be scrolled to."""
        least = self.stack.height() if self._free else self.theme.px(_STACK_PX)
        self._area.setMinimumHeight(least)
        self._area.setMaximumHeight(max(self.stack.height(), least))

    def say_share(self, share: float | None) -> None:
        """Of the photo's pixels, those that change; None for nothing to say."""
        self._note.setVisible(share is not None)
        if share == 0.0:
            self._share.setText("No pixel of the photo changes.")
        elif share is not None:
            percent = f"{100 * share:.1f}" if share >= 0.001 else "under 0.1"
            self._share.setText(f"Pixels outside the mask stay identical: {percent} % of the photo changes.")

    @property
    def share_text(self) -> str:
        """What is said of it; empty while nothing is."""
        return self._share.text() if not self._note.isHidden() else ""

    def set_narrow(self, *, narrow: bool) -> None:
        """Under 1200 px."""
        self.setFixedWidth(self.theme.px(_LEFT_NARROW_PX if narrow else _LEFT_PX))
        self._free = False
        self.fit_stack()

    def set_free(self) -> None:
        """As wide as there is room, the whole stack scrolled with what is below it."""
        _set_free(self)
        self._free = True
        self.fit_stack()

    def resizeEvent(self, event: object) -> None:
        """A low window has lower rows and less air."""
        low = self.height() < self.theme.px(_LOW_BELOW_PX)
        self.regions.set_low(low=low)
        self.masking.set_low(low=low)
        for place in self._spaces:
            spacer = self._column.itemAt(place)
            if spacer is not None and (item := spacer.spacerItem()) is not None:
                item.changeSize(0, 8 if low else 16)
        self._column.invalidate()


def _set_free(side: QWidget) -> None:
    side.setMinimumWidth(0)
    side.setMaximumWidth(_UNBOUND_PX)


class MissingNote(QWidget):
    """Why nothing can be edited, and what to do about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("", "body", 600, wrap=True)
        self.words = Label("", "small", role="text2", wrap=True)
        self.act = Button("", parent=self)
        icon = IconMark("wand-sparkles", "text3", 28)
        self.setLayout(
            column(icon, 4, self.title, self.words, 4, row(self.act, None), gap=6, margins=(12, 20, 12, 12))
        )

    def say(self, title: str, words: str, action: str) -> None:
        """An empty title takes it away; without an action there is no button."""
        self.title.setText(title)
        self.words.setText(words)
        self.act.setText(action)
        self.act.setVisible(bool(action))
        self.setVisible(bool(title))


class ValuesPanel(Surface):
    """What can be changed, value by value; below it what is done with the result.

    `attribute_picked` carries the place of another tab; `acted` comes from the note that stands there while
    nothing can be edited.
    """

    attribute_picked = Signal(int)
    acted = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("panel", "l", parent)
        self.missing = MissingNote()
        self.missing.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.missing.hide()
        self.missing.act.clicked.connect(lambda _checked=False: self.acted.emit())
        self.tabs = TabBar(())
        self.grid = ValueGrid()
        self._title = Label("", "small", 600)
        self._count = Label("", "caption", role="text2")
        self._words = Label("", "caption", role="text2", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.area = PaneScroll(self.grid)
        export = Button("Export", icon="download", large=True)
        bind(export, commands.get("edit.export"))
        self.save = Button("Save as new", "primary", key=commands.get("edit.save").key, large=True)
        bind(self.save, commands.get("edit.save"))
        for button in (export, self.save):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.feet = Surface("panel", "t")
        self.feet.setLayout(row(export, self.save, gap=8, margins=(12, 12, 12, 12)))
        head = row(self._title, None, self._count, gap=8, margins=(12, 10, 12, 0))
        words = row(self._words, margins=(12, 2, 12, 0))
        body = column(self.area, gap=0, margins=(7, 4, 7, 0))
        layout = column(self.tabs, head, words, self.missing, body, self.feet, gap=0, margins=(1, 0, 0, 0))
        layout.setStretch(4, 1)
        self._tabs_place = layout
        self.setLayout(layout)
        self.tabs.picked.connect(self.attribute_picked)
        self._words.hide()

    def show_attributes(self, titles: Sequence[str], current: int) -> None:
        """Other tabs."""
        fresh = TabBar(titles)
        fresh.set_index(current)
        fresh.picked.connect(self.attribute_picked)
        self._tabs_place.replaceWidget(self.tabs, fresh)
        self.tabs.hide()
        self.tabs.deleteLater()
        self.tabs = fresh

    def say(self, title: str, count: str, words: str = "") -> None:
        """Heads the grid.

        Args:
            title: what the grid shows.
            count: how much of it is here.
            words: a sentence below; empty for none.
        """
        self._title.setText(title)
        self._count.setText(count)
        self._words.setText(words)
        self._words.setVisible(bool(words))

    @property
    def count_text(self) -> str:
        """How much of the grid is here."""
        return self._count.text()

    @property
    def words(self) -> str:
        """The sentence below the heading."""
        return self._words.text()

    def set_narrow(self, *, narrow: bool) -> None:
        """Under 1200 px."""
        self.setFixedWidth(self.theme.px(_RIGHT_NARROW_PX if narrow else _RIGHT_PX))
        self.save.setText("Save" if narrow else "Save as new")

    def set_free(self) -> None:
        """As wide as there is room."""
        _set_free(self)

    def take_feet(self) -> None:
        """What is done with the result is below the values again."""
        self._tabs_place.addWidget(self.feet)
