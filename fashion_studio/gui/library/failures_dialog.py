"""Files that look like photos and cannot be read as one: each with its folder and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.feedback import IconMark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["FailuresDialog"]

_SHOWN = 200


class FailuresDialog(Dialog):
    """One line a file; the whole list can be copied."""

    def __init__(self, failures: Sequence[tuple[Path, str]], parent: QWidget | None = None) -> None:
        count = len(failures)
        title = "One file could not be read" if count == 1 else f"{count:,} files could not be read"
        super().__init__(title, primary="Close", secondary="", wide=True, parent=parent)
        self._failures = list(failures)
        hint = "They are left out of the project. Repair or replace them; the next scan takes them in."
        self.body.addWidget(Label(hint, "small", role="text2", wrap=True))
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 12, 0)
        lines.setSpacing(10)
        for path, reason in self._failures[:_SHOWN]:
            name = Label(path.name, "small", 500)
            name.setToolTip(str(path))
            words = column(name, Label(reason, "caption", role="text2", wrap=True), gap=0)
            line = row(IconMark("triangle-alert", "danger"), gap=8)
            line.addLayout(words, 1)
            lines.addLayout(line)
        if count > _SHOWN:
            lines.addWidget(Label(f"and {count - _SHOWN:,} more", "small", role="text2"))
        lines.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(min(360, body.sizeHint().height() + 8))
        self.body.addWidget(area)
        self.copy = Button("Copy the list", icon="copy", large=True)
        self.copy.clicked.connect(self._copy)
        self.extra.addWidget(self.copy)

    def _copy(self) -> None:
        text = "\n".join(f"{path}\t{reason}" for path, reason in self._failures)
        QGuiApplication.clipboard().setText(text)
        self.copy.setText("Copied")
