"""Every key of the window on one sheet, made from the registry of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from fashion_studio.gui.commands import key_text
from fashion_studio.gui.components.base import Label, row
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.marks import KeyCap

if TYPE_CHECKING:
    from fashion_studio.gui.commands import Commands

__all__ = ["CheatSheet"]

_COLUMNS = 2


class CheatSheet(Dialog):
    """Headings and lines, two columns, key caps at the left."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("Shortcuts", primary="Close", secondary="", wide=True, parent=parent)
        self.set_width(min(self.theme.px(900), parent.width() - 48 if parent is not None else 900))
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(6)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        heights = [0] * _COLUMNS
        for title, group in commands.groups().items():
            column = heights.index(min(heights))
            top = heights[column]
            grid.addWidget(Label(title, "small", 600), top, column)
            for place, command in enumerate(group, start=1):
                caps = [KeyCap(key_text(key)) for key in command.shortcuts[:2]]
                line = row(*caps, Label(command.title, "small", role="text2"), None, gap=8)
                grid.addLayout(line, top + place, column)
            grid.setRowMinimumHeight(top + len(group) + 1, 10)
            heights[column] = top + len(group) + 2
        grid.setRowStretch(max(heights), 1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(min(520, body.sizeHint().height() + 8))
        self.body.addWidget(area)
