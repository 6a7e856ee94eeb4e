"""Acts on the selected photos, floating over the grid; each is one operation with one undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.gui.components.base import Label, Line, row
from fashion_studio.gui.components.buttons import Button, IconButton
from fashion_studio.gui.components.feedback import FloatingPanel
from fashion_studio.gui.library.filter_words import SPLIT_TITLES, STATUS_TITLES

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.queries import Changes
    from fashion_studio.domain.vocabulary import Attribute
    from fashion_studio.gui.session import Session
    from fashion_studio.services.project import Project

__all__ = ["BulkBar"]

_AT_ONCE = 300


class BulkBar(FloatingPanel):
    """How many are selected and what can be done with them.

    `annotate` asks for a pass over the selection, `dismissed` for none to be selected.
    """

    annotate = Signal()
    dismissed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._ids: list[int] = []
        self._number = Label("", "body", 600)
        self._all = Label("", "small", role="text3")
        self.attribute_button = Button("Set attribute", icon="tag", key="T")
        self.status_button = Button("Status", icon="circle-check", key="M")
        self.split_button = Button("Split", icon="split")
        self.flag_button = Button("Flag", icon="flag")
        self.accept_button = Button("Accept proposals", icon="sparkles")
        self.annotate_button = Button("Annotate", "primary", icon="tag", key="Enter")
        self.cross = IconButton("x", "Select none  (Escape)")
        self.attribute_button.setToolTip("Set an attribute on all selected photos  (T)")
        self.status_button.setToolTip("Set the status of all selected photos  (M)")
        self.split_button.setToolTip("Put all selected photos into a split  (L)")
        self.flag_button.setToolTip("Flag all selected photos, or take the flags away  (F)")
        self.accept_button.setToolTip("Accept the model's proposals where nobody has answered  (Shift A)")
        self.annotate_button.setToolTip("Go through the selected photos one by one  (Enter)")
        self.attribute_button.clicked.connect(self.show_attributes)
        self.status_button.clicked.connect(self.show_statuses)
        self.split_button.clicked.connect(self._show_splits)
        self.flag_button.clicked.connect(self.flag)
        self.accept_button.clicked.connect(self.accept)
        self.annotate_button.clicked.connect(lambda _checked=False: self.annotate.emit())
        self.cross.clicked.connect(lambda _checked=False: self.dismissed.emit())
        self.setLayout(
            row(
                self._number,
                self._all,
                Line(),
                self.attribute_button,
                self.status_button,
                self.split_button,
                self.flag_button,
                self.accept_button,
                Line(),
                self.annotate_button,
                self.cross,
                gap=8,
                margins=(16, 9, 8, 9),
            )
        )
        self.hide()

    def show_selection(self, ids: NDArray[np.int64], total: int) -> None:
        """Other photos are selected."""
        self._ids = [int(item_id) for item_id in ids]
        count = len(self._ids)
        self._number.setText(f"{count:,} selected")
        self._all.setText("" if count == total else f"Ctrl A for all {total:,}")
        self._all.setVisible(count != total)
        self.annotate_button.setText(f"Annotate {count:,}")

    def set_narrow(self, *, narrow: bool) -> None:
        """Less text where room is short."""
        for button, text in (
            (self.attribute_button, "Set attribute"),
            (self.status_button, "Status"),
            (self.split_button, "Split"),
            (self.flag_button, "Flag"),
            (self.accept_button, "Accept proposals"),
        ):
            button.setText("" if narrow else text)
        self._all.setVisible(not narrow and bool(self._all.text()))

    # ------------------------------------------------------------ acts

    def _write(self, act: Callable[[Project, list[int]], Changes]) -> None:
        project, ids = self._session.project, list(self._ids)
        if project is None or not ids:
            return
        if len(ids) <= _AT_ONCE:
            self._session.perform(lambda: act(project, ids), toast=True)
        else:
            self._session.perform_later(lambda: act(project, ids))

    def accept(self) -> None:
        """Takes the model's proposals where nobody has answered."""
        self._write(lambda project, ids: project.accept_proposals(ids))

    def flag(self) -> None:
        """Flags all, or takes all flags away where every one is flagged."""
        project = self._session.project
        if project is None:
            return
        some = project.rows(self._ids[:_AT_ONCE])
        wanted = not all(entry.flagged for entry in some)
        self._write(lambda opened, ids: opened.set_flag(ids, wanted))

    def attribute_menu(self) -> QMenu:
        """Attributes, and in each its values, the two special answers and "not set"."""
        menu = QMenu(self)
        vocabulary = self._session.vocabulary
        for attribute in vocabulary.attributes if vocabulary is not None else ():
            sub = menu.addMenu(f"&{attribute.title}")
            if attribute.cardinality is Cardinality.SEVERAL:
                self._several(sub, attribute)
            else:
                for value in attribute.values:
                    self._answer(sub, attribute.name, value.title, Answer.of(value.name))
            sub.addSeparator()
            self._answer(sub, attribute.name, "Unknown", Answer.unknown())
            self._answer(sub, attribute.name, "Does not apply", Answer.not_applicable())
            self._answer(sub, attribute.name, "Not set", None)
        return menu

    def _several(self, menu: QMenu, attribute: Attribute) -> None:
        """Each value of several can be added, taken away, or put in place of the others."""
        add, remove, replace = (menu.addMenu(title) for title in ("&Add", "&Remove", "Re&place all with"))
        for value in attribute.values:
            self._act(add, value.title, _adding(attribute.name, value.name))
            self._act(remove, value.title, _removing(attribute.name, value.name))
            self._answer(replace, attribute.name, value.title, Answer.of(value.name))

    def _act(self, menu: QMenu, title: str, act: Callable[[Project, list[int]], Changes]) -> None:
        action = QAction(title, menu)
        action.triggered.connect(lambda _checked=False: self._write(act))
        menu.addAction(action)

    def _answer(self, menu: QMenu, attribute: str, title: str, answer: Answer | None) -> None:
        self._act(menu, title, lambda project, ids: project.set_answers(ids, {attribute: answer}))

    def status_menu(self) -> QMenu:
        """The five states."""
        menu = QMenu(self)
        for status, title in STATUS_TITLES.items():
            action = QAction(f"&{title}", menu)
            action.triggered.connect(
                lambda _checked=False, wanted=status: self._write(
                    lambda project, ids: project.set_status(ids, wanted)
                )
            )
            menu.addAction(action)
        return menu

    def split_menu(self) -> QMenu:
        """The parts of the data set."""
        menu = QMenu(self)
        for split, title in SPLIT_TITLES.items():
            action = QAction(f"&{title}", menu)
            action.triggered.connect(
                lambda _checked=False, wanted=split: self._write(
                    lambda project, ids: project.set_split(ids, wanted)
                )
            )
            menu.addAction(action)
        return menu

    def show_attributes(self) -> None:
        """Opens the attributes' menu above its button."""
        self._open(self.attribute_menu(), self.attribute_button)

    def show_statuses(self) -> None:
        """Opens the states' menu above its button."""
        self._open(self.status_menu(), self.status_button)

    def _show_splits(self) -> None:
        self._open(self.split_menu(), self.split_button)

    def _open(self, menu: QMenu, button: Button) -> None:
        menu.ensurePolished()
        menu.exec(button.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))
        menu.deleteLater()


def _adding(attribute: str, value: str) -> Callable[[Project, list[int]], Changes]:
    return lambda project, ids: project.add_value(ids, attribute, value)


def _removing(attribute: str, value: str) -> Callable[[Project, list[int]], Changes]:
    return lambda project, ids: project.remove_value(ids, attribute, value)
