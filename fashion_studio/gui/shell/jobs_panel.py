"""The jobs room: long work of this window as cards, and the act that starts the longest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from fashion_studio.gui.components.base import Label, Surface, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.feedback import EmptyState
from fashion_studio.gui.components.job_card import JobCard

if TYPE_CHECKING:
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work

__all__ = ["JobsPanel"]


class JobsPanel(Surface):
    """Cards, the newest first. `read_all` asks for the model to read every photo."""

    read_all = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("window", parent=parent)
        self._session = session
        self._cards: dict[Work, JobCard] = {}
        self.read_button = Button("Read all photos", icon="sparkles")
        self.read_button.setToolTip("Let the model read every photo it has not read yet, in the background")
        self.read_button.clicked.connect(lambda _checked=False: self.read_all.emit())
        self.tidy_button = Button("Clear ended", "ghost")
        self.tidy_button.clicked.connect(self._tidy)
        head = row(Label("Jobs", "title", 600), None, self.tidy_button, self.read_button, gap=8)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.addStretch(1)
        body = QWidget()
        body.setLayout(self._list)
        self._area = QScrollArea()
        self._area.setWidget(body)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = EmptyState(
            "activity", "Nothing is running", "Scans, readings and exports appear here while they run."
        )
        page = QWidget()
        page.setMaximumWidth(720)
        inner = column(head, self._area, self.empty, gap=16, margins=(20, 20, 20, 20))
        inner.setStretch(1, 1)
        inner.setStretch(2, 1)
        page.setLayout(inner)
        layout = row(page, gap=0)
        self.setLayout(layout)
        session.works.changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        self.refresh()

    @property
    def cards(self) -> list[JobCard]:
        """What is shown."""
        return list(self._cards.values())

    def refresh(self) -> None:
        """A card for every piece of work."""
        works = self._session.works.all()
        for work in [known for known in self._cards if known not in works]:
            card = self._cards.pop(work)
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for work in reversed(works):
            if work not in self._cards:
                self._cards[work] = JobCard(work)
                self._list.insertWidget(0, self._cards[work])
        self._area.setVisible(bool(works))
        self.empty.setVisible(not works)
        self.tidy_button.setVisible(any(not work.active for work in works))
        self.read_button.setEnabled(self._session.project is not None)

    def _tidy(self) -> None:
        for work in self._session.works.all():
            self._session.works.forget(work)
